//! Tables and numbers in Markdown.

use std::fmt::Write as _;

/// A table; the first column is text, the others are numbers.
pub fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let mut text = format!(
        "| {} |\n|---|{}\n",
        head.join(" | "),
        "---:|".repeat(head.len() - 1)
    );
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// `1,234`.
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number for each of so many.
pub fn each(number: usize, of: usize) -> String {
    format!("{:.2}", as_f64(number) / as_f64(of))
}

/// `3.4`, and `no figure` where there is nothing to divide by.
pub fn ratio(many: f64, few: f64) -> String {
    if few > 0.0 {
        format!("{:.1}", many / few)
    } else {
        "–".to_owned()
    }
}

/// A count that is small enough.
pub fn as_f64(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
