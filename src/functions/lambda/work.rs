//! What differs between an observed function and what is wanted, beside the parts. Pure.

use super::code::{CODE, source};
use super::configuration::compare::{self, Differing};
use super::desired::LambdaDesired;
use super::observe::LambdaObserved;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::fields::Call;
use crate::functions::shared::difference::difference;

/// What is to be done to configuration and code, from one observation.
pub struct Work {
    /// What `UpdateFunctionConfiguration` changes.
    pub configuration: Differing,
    /// What `UpdateFunctionCode` changes, the code itself included.
    pub code: Differing,
    /// The function runs the wanted code.
    pub code_is_current: bool,
}

impl Work {
    /// The work between what is observed and what is wanted.
    #[must_use]
    pub fn of(
        desired: &LambdaDesired,
        memory: &LambdaFunctionStatus,
        observed: &LambdaObserved,
    ) -> Self {
        let function = &observed.function;
        let mut wanted = compare::effective(&desired.configuration, &memory.common.managed);
        let logging = wanted.logging_config.take();
        wanted.logging_config = logging.map(|logging| logging.of_function(function.name()));
        let code_is_current = !desired.outline && source::is_current(desired, memory, observed);
        let compare = if desired.outline {
            compare::outlined
        } else {
            compare::differing
        };
        let mut code = compare(&wanted, &function.configuration, Call::Code);
        if !code_is_current {
            let seen = function.code_sha256.as_ref().filter(|_| !desired.outline);
            let (from, to) = (seen.cloned(), desired.code.show());
            code.why.insert(0, difference(CODE, from, Some(to)));
        }
        Self {
            configuration: compare(&wanted, &function.configuration, Call::Configuration),
            code,
            code_is_current,
        }
    }

    /// The same work, with configuration and code left as they are.
    #[must_use]
    pub fn nothing(found: &Self) -> Self {
        Self {
            configuration: Differing::default(),
            code: Differing::default(),
            code_is_current: found.code_is_current,
        }
    }

    /// Whether configuration or code change.
    #[must_use]
    pub fn changes_function(&self) -> bool {
        !self.configuration.why.is_empty() || !self.code.why.is_empty()
    }
}
