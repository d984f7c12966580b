//! Texts that mean something: names, paths, code, values.
//!
//! Most come from a few words, so that two specs often name the same things.

use std::ops::RangeInclusive;

use fastrand::Rng;

/// CloudFront's bound on code, in bytes.
const MOST_JAVASCRIPT: usize = 10_240;

/// One of these words, mostly; else what `other` makes.
fn known_or(rng: &mut Rng, words: &[&str], other: impl FnOnce(&mut Rng) -> String) -> String {
    if rng.u8(..8) > 0 {
        words[rng.usize(..words.len())].to_owned()
    } else {
        other(rng)
    }
}

fn from(rng: &mut Rng, characters: &str, length: usize) -> String {
    let characters: Vec<char> = characters.chars().collect();
    (0..length)
        .map(|_| characters[rng.usize(..characters.len())])
        .collect()
}

/// Mostly short; now and then as long as may be.
fn length(rng: &mut Rng, most: usize) -> usize {
    if rng.u8(..8) == 0 {
        most
    } else {
        rng.usize(0..=most.min(24))
    }
}

/// Free text of so many characters.
pub(super) fn free(rng: &mut Rng, lengths: &RangeInclusive<usize>) -> String {
    let length = length(rng, *lengths.end());
    // Blanks at an end are a case of their own, and of each transport.
    let text = from(rng, "abc XYZ 019 .,:;-_!? <&>'\"%{}$\\/ éü語", length)
        .trim()
        .to_owned();
    let missing = lengths.start().saturating_sub(text.chars().count());
    text + &"x".repeat(missing)
}

pub(super) fn tag_key(rng: &mut Rng) -> String {
    let long = "k".repeat(128);
    known_or(
        rng,
        &["cost", "team", "a b/c:d=e+f@g", "Übung", &long],
        |rng| format!("t{}", from(rng, "abcXYZ019 _.-é", 6).trim()),
    )
}

pub(super) fn tag_value(rng: &mut Rng) -> String {
    let length = length(rng, 256);
    known_or(rng, &["", "a", "b", "shop"], |rng| {
        from(rng, "abcXYZ019_.:/=+-@é", length)
    })
}

/// A letter and at least one letter, digit or underscore more; no name that the cloud keeps for itself.
pub(super) fn variable(rng: &mut Rng) -> String {
    known_or(rng, &["LEVEL", "MODE", "ALPHA", "ab", "Z_9"], |rng| {
        let length = length(rng, 60) + 1;
        format!("X{}", from(rng, "abcXYZ019_", length))
    })
}

/// A value that nobody may see.
pub(super) fn secret(rng: &mut Rng, sentinel: &str) -> String {
    if rng.bool() {
        format!("{sentinel}-{}", rng.u8(..3))
    } else {
        format!("{sentinel}{}", free(rng, &(0..=100)))
    }
}

/// A file's path in an archive; none is another's folder.
pub(super) fn path(rng: &mut Rng) -> String {
    known_or(
        rng,
        &[
            "index.py",
            "bootstrap",
            "data.txt",
            "lib/one.py",
            "lib/two.py",
            "ü ber/语.txt",
        ],
        |rng| format!("more/{}.py", from(rng, "abcXYZ019_-", 6)),
    )
}

/// A CloudFront function; now and then as large as may be.
pub(super) fn javascript(rng: &mut Rng) -> String {
    let mut code = format!(
        "function handler(event) {{ return event.request; }} // {}\n",
        rng.u8(..4)
    );
    match rng.u8(..16) {
        0 => {
            code.push_str("//");
            code.push_str(&"x".repeat(MOST_JAVASCRIPT - code.len()));
        }
        1..=3 => {
            code = code
                .replace("event.request", "event.request /* <é&語> ]]> */")
                .replace('\n', "\n\n\t");
        }
        _ => {}
    }
    code
}

/// A file of a Lambda function; it may be empty.
pub(super) fn python(rng: &mut Rng) -> String {
    match rng.u8(..6) {
        0 => String::new(),
        1 => format!("# é語\n{}", "#\n".repeat(rng.usize(..200))),
        _ => format!("def handler(event, context):\n    return {}\n", rng.u8(..3)),
    }
}
