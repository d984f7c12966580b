//! What a runtime refuses inside a regular expression. The engine gives it to PCRE, whose syntax
//! differs from JavaScript's; what JavaScript refuses is refused here, too, unless PCRE adds it.

/// A piece of a pattern that one runtime or the other cannot compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// `a++`: a quantifier that gives nothing back.
    Possessive,
    /// `[[:alpha:]]`
    PosixClass,
    /// A group whose name another group of the pattern has.
    RepeatedGroup,
}

/// What is found in the text between the slashes, in order: with its byte offset there.
pub(crate) fn in_pattern(pattern: &str) -> Vec<(usize, Pattern)> {
    let mut found = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let (mut in_class, mut after_quantifier) = (false, false);
    let mut at = 0;
    while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        let mut length = first.len_utf8();
        let mut is_quantifier = false;
        match first {
            '\\' => length += rest.chars().nth(1).map_or(0, char::len_utf8),
            '[' if in_class && posix_class(rest) => found.push((at, Pattern::PosixClass)),
            ']' => in_class = false,
            _ if in_class => {}
            '[' => in_class = true,
            '(' => {
                // A `?` behind it is no quantifier.
                length += usize::from(rest.starts_with("(?"));
                if let Some(name) = group_name(rest) {
                    if names.contains(&name) {
                        found.push((at, Pattern::RepeatedGroup));
                    }
                    names.push(name);
                }
            }
            '+' if after_quantifier => found.push((at, Pattern::Possessive)),
            '?' if after_quantifier => {}
            '*' | '+' | '?' => is_quantifier = true,
            '{' => {
                if let Some(count) = counted(rest) {
                    length = count;
                    is_quantifier = true;
                }
            }
            _ => {}
        }
        after_quantifier = is_quantifier;
        at += length;
    }
    found
}

/// Whether `[:name:]` begins here.
fn posix_class(rest: &str) -> bool {
    rest.strip_prefix("[:")
        .and_then(|rest| rest.split_once(":]"))
        .is_some_and(|(name, _)| {
            let name = name.strip_prefix('^').unwrap_or(name);
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
        })
}

/// The name of the group that begins here: `(?<name>`.
fn group_name(rest: &str) -> Option<&str> {
    let name = rest.strip_prefix("(?<")?;
    if name.starts_with(['=', '!']) {
        return None;
    }
    name.split_once('>').map(|(name, _)| name)
}

/// The length of `{2}`, `{2,}` or `{2,3}`.
fn counted(rest: &str) -> Option<usize> {
    let (inside, _) = rest.strip_prefix('{')?.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && digits(least) && digits(most)).then(|| inside.len() + 2)
}
