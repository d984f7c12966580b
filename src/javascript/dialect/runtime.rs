//! The two runtimes.

/// A runtime of CloudFront Functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// `cloudfront-js-1.0`
    One,
    /// `cloudfront-js-2.0`
    Two,
}

impl Runtime {
    /// By its name in the API; `None` for one that this table does not know.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "cloudfront-js-1.0" => Some(Self::One),
            "cloudfront-js-2.0" => Some(Self::Two),
            _ => None,
        }
    }

    /// Its name in the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::One => "cloudfront-js-1.0",
            Self::Two => "cloudfront-js-2.0",
        }
    }

    /// Flags that a regular expression may have.
    pub(crate) fn flags(self) -> &'static str {
        match self {
            Self::One => "gim",
            Self::Two => "gimy",
        }
    }
}
