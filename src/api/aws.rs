//! What AWS allows in the fields that every kind has.

use super::common::Limits;

/// How the names of regions begin, by partition. Source: the partitions of the
/// SDKs (`partitions.json`, `regionRegex`); all but the last two parts of a name are its beginning.
const BEGINNINGS: [(&str, &[&str]); 8] = [
    ("aws-us-gov", &["us-gov"]),
    ("aws-iso", &["us-iso"]),
    ("aws-iso-b", &["us-isob"]),
    ("aws-iso-e", &["eu-isoe"]),
    ("aws-iso-f", &["us-isof"]),
    ("aws-cn", &["cn"]),
    ("aws-eusc", &["eusc-de"]),
    (
        "aws",
        &["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
    ),
];

/// Regions that there were when this was written (`partitions.json`). One that is not here may be new.
const REGIONS: &str = "\
    af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 \
    ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 \
    ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 \
    eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 \
    us-west-2 cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1 \
    us-isob-east-1 us-isob-west-1 eu-isoe-west-1 us-isof-east-1 us-isof-south-1 eusc-de-east-1";

/// The partition of a region; `None` where no partition has regions with such a name: a beginning of the
/// list, a word, and a number.
#[must_use]
pub fn partition_of(region: &str) -> Option<&'static str> {
    let (rest, number) = region.rsplit_once('-')?;
    let (beginning, word) = rest.rsplit_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit());
    let is_word = !word.is_empty() && word.bytes().all(|c| c.is_ascii_alphanumeric());
    let has = |(_, beginnings): &&(&str, &[&str])| beginnings.contains(&beginning);
    let (partition, _) = BEGINNINGS.iter().find(has)?;
    (is_number && is_word).then_some(*partition)
}

/// Whether a region is among those that are known by name.
#[must_use]
pub fn is_known_region(region: &str) -> bool {
    REGIONS.split_whitespace().any(|known| known == region)
}

/// Limits of the kinds that live in AWS: names as Lambda and CloudFront Functions have them (their API
/// references: 64 characters), tags as every service has them (Tagging AWS Resources User Guide: 50 tags,
/// of which three are cloudfn's own; 128 characters of a key, 256 of a value; letters, digits, spaces and
/// `_ . : / = + - @`, by the pattern that both API references have for `TagKey` and `TagValue`).
pub const LIMITS: Limits = Limits {
    name: 64,
    tags: 47,
    tag_key: 128,
    tag_value: 256,
    tag_pattern: r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$",
    tag_words: "letters, digits, spaces and _ . : / = + - @",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_its_partition_and_what_is_none_has_not() {
        for region in REGIONS.split_whitespace() {
            assert!(partition_of(region).is_some(), "{region}");
        }
        for (region, partition) in [
            ("eu-west-1", Some("aws")),
            ("eu-west-11", Some("aws")),
            ("cn-north-1", Some("aws-cn")),
            ("us-gov-west-1", Some("aws-us-gov")),
            ("us-isob-east-1", Some("aws-iso-b")),
            ("eusc-de-east-1", Some("aws-eusc")),
            ("europe-west-1", None),
            ("eu-west-1a", None),
            ("eu-west", None),
            ("eu--1", None),
            ("xx-east-1", None),
            ("us-", None),
            ("", None),
        ] {
            assert_eq!(partition_of(region), partition, "{region}");
        }
        assert!(is_known_region("eu-west-1") && !is_known_region("eu-west-11"));
    }
}
