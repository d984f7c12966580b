//! Characters that act instead of being read: controls, and what YAML and XML take for no character.
//!
//! A cloud, a ConfigMap or an annotation may hold any of them, and what is written there ends in
//! conditions, events, logs, and on somebody's terminal.

/// Whether a character is none to read: C0, DEL and C1, the line separators of Unicode, the byte
/// order mark, and the two noncharacters that YAML and XML refuse.
#[must_use]
pub fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// A sentence without control characters; line feeds and tabs stay. One that separates words leaves a
/// space.
#[must_use]
pub fn without_controls(text: &str) -> String {
    text.chars()
        .filter_map(|character| match character {
            '\n' | '\t' => Some(character),
            '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
            control if is_control(control) => None,
            other => Some(other),
        })
        .collect()
}

/// The text with each control character spelt out, as `\u0085`: for values, whose differences must stay
/// visible. Those in `kept` stay.
#[must_use]
pub fn spelt_out(text: &str, kept: &[char]) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            kept_one if kept.contains(&kept_one) => shown.push(kept_one),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            // All of them are of the first plane: four digits.
            control if is_control(control) => {
                let code = u32::from(control);
                let digit = |shift: u32| char::from_digit(code >> shift & 0xf, 16);
                shown.push_str("\\u");
                shown.extend([12, 8, 4, 0].into_iter().filter_map(digit));
            }
            other => shown.push(other),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_is_left_and_words_stay_apart() {
        let all: String = ('\0'..=char::MAX).collect();
        let left =
            |text: &str, kept: &[char]| text.chars().any(|c| is_control(c) && !kept.contains(&c));
        assert!(!left(&without_controls(&all), &['\n', '\t']));
        assert!(!left(&spelt_out(&all, &['\n']), &['\n']));
        assert_eq!(
            without_controls("one\u{85}two\u{1b}[31m\u{ffff}\u{9b}three\nfour"),
            "one two[31mthree\nfour"
        );
    }

    #[test]
    fn what_differs_in_a_control_character_still_differs() {
        assert_eq!(
            spelt_out("a\u{85}\r\n\u{ffff}é", &['\n']),
            "a\\u0085\\r\n\\uffffé"
        );
        assert_ne!(spelt_out("a\u{85}", &[]), spelt_out("a\u{84}", &[]));
    }
}
