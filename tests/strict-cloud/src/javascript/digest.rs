//! Digests, and text for bytes: what `crypto` and `Buffer` ask for. Bytes come and go as text of
//! characters up to U+00FF.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};
use md5::Md5;
use sha1::Sha1;
use sha2::Sha256;

/// Padding may be there or not.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const FROM_BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

pub(super) fn bytes(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c) & 0xff).unwrap_or_default())
        .collect()
}

pub(super) fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn hash(algorithm: &str, data: &[u8]) -> Vec<u8> {
    match algorithm {
        "md5" => <Md5 as md5::Digest>::digest(data).to_vec(),
        "sha1" => <Sha1 as sha1::Digest>::digest(data).to_vec(),
        _ => <Sha256 as sha2::Digest>::digest(data).to_vec(),
    }
}

/// A digest; with a key, HMAC (RFC 2104). All three algorithms have blocks of 64 bytes.
pub(super) fn digest(algorithm: &str, key: Option<&[u8]>, data: &[u8]) -> Vec<u8> {
    let Some(key) = key else {
        return hash(algorithm, data);
    };
    let mut block = if key.len() > 64 {
        hash(algorithm, key)
    } else {
        key.to_vec()
    };
    block.resize(64, 0);
    let masked = |mask: u8, rest: &[u8]| -> Vec<u8> {
        block
            .iter()
            .map(|byte| byte ^ mask)
            .chain(rest.iter().copied())
            .collect()
    };
    let inner = hash(algorithm, &masked(0x36, data));
    hash(algorithm, &masked(0x5c, &inner))
}

pub(super) fn encode(bytes: &[u8], encoding: &str) -> String {
    match encoding {
        "hex" => bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|half| char::from_digit(u32::from(half), 16))
            .collect(),
        "base64url" => general_purpose::URL_SAFE_NO_PAD.encode(bytes),
        _ => general_purpose::STANDARD.encode(bytes),
    }
}

/// What is no text of the encoding ends it, as in Node.js, whose methods these behave like (CloudFront Developer Guide).
pub(super) fn decode(text: &str, encoding: &str) -> Vec<u8> {
    if encoding == "hex" {
        let digits: Vec<u32> = text.chars().map_while(|c| c.to_digit(16)).collect();
        return digits
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[high, low]| u8::try_from(high * 16 + low).unwrap_or_default())
            .collect();
    }
    let plain = |c: char| match c {
        '-' => Some('+'),
        '_' => Some('/'),
        c if c.is_ascii_alphanumeric() || c == '+' || c == '/' => Some(c),
        _ => None,
    };
    let mut known: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map_while(plain)
        .collect();
    if known.len() % 4 == 1 {
        known.pop();
    }
    FROM_BASE64.decode(known).unwrap_or_default()
}
