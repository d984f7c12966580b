//! Hashes as text: SHA-256 in hexadecimal digits.
//!
//! All rooms may import this one, so the driver and the kinds spell hashes alike.

use sha2::{Digest, Sha256};

/// Two lower-case hexadecimal digits for each byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digits = |byte: &u8| {
        [byte >> 4, byte & 0xf].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'))
    };
    bytes.iter().flat_map(digits).collect()
}

/// SHA-256 of these bytes, hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).as_slice())
}

/// SHA-256 over a sequence of parts, hexadecimal. Before each part goes its length (8 bytes,
/// big-endian), so different sequences never make the same input.
#[must_use]
pub fn sha256_of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(hash.finalize().as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_spelled_as_two_digits_each() {
        assert_eq!(hex(&[0, 0x0f, 0xa0, 0xff]), "000fa0ff");
    }

    #[test]
    fn parts_that_join_to_the_same_text_differ() {
        let of = |parts: &[&str]| sha256_of_parts(parts.iter().map(|part| part.as_bytes()));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
        assert_eq!(of(&[]), sha256_hex(b""));
    }
}
