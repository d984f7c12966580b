//! The texts that are checked, as files have them.

/// A text with manifests: YAML with any number of documents, or JSON.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name in findings.
    pub name: String,
    /// The text itself, or why it cannot be read.
    pub text: Result<String, String>,
}

impl Source {
    /// The text of these bytes: UTF-8, or UTF-16 with a byte order mark, as kubectl takes them.
    #[must_use]
    pub fn decode(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let text = match bytes.as_slice() {
            [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
            _ => String::from_utf8(bytes).ok(),
        };
        let unreadable = "it cannot be read: it is no text in UTF-8, nor in UTF-16 with a byte order mark; save it as UTF-8";
        Self {
            name: name.into(),
            text: text.ok_or_else(|| unreadable.to_owned()),
        }
    }

    /// A source that could not be read.
    #[must_use]
    pub fn unread(name: impl Into<String>, why: &impl std::fmt::Display) -> Self {
        Self {
            name: name.into(),
            text: Err(format!("it cannot be read: {why}")),
        }
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| rest.is_empty())
}
