//! What the tests of a content must show before it may go LIVE. Pure.

/// What must come of the tests of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Each test of the spec passes.
    AllPass {
        /// How many there are.
        count: usize,
        /// Where the cloud runs no tests, nobody waits for them.
        skip_unsupported: bool,
    },
    /// The spec has none: CloudFront compiles the code. The events are made up, so an error that
    /// they may have caused holds nothing back, and neither does a cloud that cannot run the code.
    Compiles,
}

impl Rule {
    /// Whether nobody waits for tests where the cloud runs none, although the spec has some.
    pub(super) const fn skips_unsupported(self) -> bool {
        matches!(
            self,
            Self::AllPass {
                skip_unsupported: true,
                ..
            }
        )
    }
}

/// What the operator's flags say of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestSettings {
    /// Where the cloud runs no tests, nobody waits for those of a spec.
    pub skip_unsupported: bool,
    /// Code without tests is run once before it goes LIVE, to see whether it compiles.
    pub compile_check: bool,
}
