//! Patterns as PCRE reads them, for an engine that reads those of JavaScript.
//!
//! Of what PCRE adds, this is translated: options at the beginning (`(?i)`), atomic groups and
//! possessive quantifiers, which give back here (assumed:pcre), `\A`, `\z` and `\Z`, and POSIX
//! classes.

/// What a POSIX class has, in ASCII.
const CLASSES: [(&str, &str); 9] = [
    ("alnum", "a-zA-Z0-9"),
    ("alpha", "a-zA-Z"),
    ("blank", " \\t"),
    ("digit", "0-9"),
    ("lower", "a-z"),
    ("punct", "!-\\/:-@\\[-`{-~"),
    ("space", "\\s"),
    ("upper", "A-Z"),
    ("xdigit", "0-9a-fA-F"),
];

pub(super) fn translated(pattern: &str) -> String {
    let mut text = String::new();
    let (mut in_class, mut after_quantifier) = (false, false);
    let mut options = None;
    let mut at = 0;
    while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
        let (from, to) = piece(rest, at, in_class, after_quantifier);
        if at == 0 && options.is_none() && from.starts_with("(?") && from.ends_with(')') {
            options = Some(from);
        }
        match from {
            "[" => in_class = true,
            "]" => in_class = false,
            _ => {}
        }
        after_quantifier = !in_class
            && !after_quantifier
            && (matches!(from, "*" | "+" | "?") || from.starts_with('{') && from.len() > 1);
        text.push_str(to);
        at += from.len();
    }
    match options.map(|options| options.trim_matches(['(', '?', ')'])) {
        Some(options) => format!("(?{options}:{text})"),
        None => text,
    }
}

/// The piece that begins here, and what stands for it.
fn piece(rest: &str, at: usize, in_class: bool, after_quantifier: bool) -> (&str, &str) {
    let first = rest.chars().next().unwrap_or_default();
    let same = |length: usize| {
        let piece = rest.get(..length).unwrap_or(rest);
        (piece, piece)
    };
    if let Some(option) = ["(?i)", "(?s)", "(?m)", "(?is)", "(?im)"]
        .iter()
        .find(|option| at == 0 && rest.starts_with(**option))
    {
        return (rest.get(..option.len()).unwrap_or(rest), "");
    }
    match first {
        '\\' => {
            let length = 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
            match rest.get(..length) {
                Some("\\A") if !in_class => ("\\A", "(?<![^])"),
                Some(end @ ("\\z" | "\\Z")) if !in_class => (end, "(?![^])"),
                _ => same(length),
            }
        }
        '[' if in_class => CLASSES
            .iter()
            .find_map(|(name, ranges)| {
                let length = name.len() + 4;
                (rest.get(..length)? == format!("[:{name}:]"))
                    .then(|| (rest.get(..length).unwrap_or(rest), *ranges))
            })
            .unwrap_or_else(|| same(1)),
        '(' if rest.starts_with("(?>") && !in_class => ("(?>", "(?:"),
        '+' if after_quantifier => ("+", ""),
        '{' => {
            let length = rest
                .find('}')
                .filter(|end| {
                    rest.get(1..*end).is_some_and(|inside| {
                        inside
                            .bytes()
                            .all(|byte| byte.is_ascii_digit() || byte == b',')
                    })
                })
                .map_or(1, |end| end + 1);
            same(length)
        }
        '(' if rest.starts_with("(?") => same(2),
        c => same(c.len_utf8()),
    }
}
