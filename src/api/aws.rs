//! What AWS allows in the fields that every kind has.

use super::common::Limits;

/// Limits of the kinds that live in AWS: names as Lambda and CloudFront Functions have them (their API
/// references: 64 characters), tags as every service has them (Tagging AWS Resources User Guide: 50 tags,
/// of which three are cloudfn's own; 128 characters of a key, 256 of a value).
pub const LIMITS: Limits = Limits {
    name: 64,
    tags: 47,
    tag_key: 128,
    tag_value: 256,
};
