//! Ids that look random and depend only on the seed and on what they are for.
//!
//! They are derived, not drawn: which function settles first, or how often something is read,
//! changes no id of anything else, so a trace stays comparable when one call is added.

use std::time::Duration;

use crate::settings::Between;

/// The seed, and what can be derived from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids(pub u64);

impl Ids {
    /// A number for `(what, n)`.
    pub(crate) fn number(self, what: &str, n: u64) -> u64 {
        // FNV-1a over the text, then splitmix64's finalizer.
        let hash = what.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut z =
            (hash ^ self.0.rotate_left(32)).wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A version 4 UUID.
    pub(crate) fn uuid(self, what: &str, n: u64) -> String {
        let high = self.number(what, n);
        let low = Self(high).number(what, n);
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }

    /// An ETag as CloudFront makes them: `E` and 13 letters and digits.
    pub(crate) fn etag(self, what: &str, n: u64) -> String {
        let mut rest = self.number(what, n);
        let mut etag = String::from("E");
        for _ in 0..13 {
            let digit = u32::try_from(rest % 36).unwrap_or_default();
            etag.push(
                char::from_digit(digit, 36)
                    .unwrap_or('0')
                    .to_ascii_uppercase(),
            );
            rest /= 36;
        }
        etag
    }

    /// A duration of the range.
    pub(crate) fn duration(self, range: Between, what: &str, n: u64) -> Duration {
        let Between(least, most) = range;
        let span = u64::try_from(most.saturating_sub(least).as_millis()).unwrap_or(u64::MAX);
        least
            + Duration::from_millis(if span == 0 {
                0
            } else {
                self.number(what, n) % span.saturating_add(1)
            })
    }
}
