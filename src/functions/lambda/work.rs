//! What differs between an observed function and what is wanted, beside the parts. Pure.

use super::code::{CODE, Code, source};
use super::configuration::compare::{self, Differing};
use super::desired::LambdaDesired;
use super::observe::LambdaObserved;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::fields::Call;
use crate::cloud::lambda::{Configuration, ROWS};
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

/// What belongs to a change of the KMS key.
///
/// Lambda encrypts the variables anew only where an update has both key and variables, and keeps no key of
/// a function that has nothing to encrypt (both as Terraform's AWS provider found: its issues 26692 and 6366, and
/// its documentation of `kms_key_arn`).
fn settle_key(found: &mut Differing, wanted: &Configuration, observed: &Configuration) {
    if found.changes.kms_key_arn.is_none() {
        return;
    }
    let environment = wanted
        .environment
        .as_ref()
        .or(observed.environment.as_ref());
    let has_variables = environment.is_some_and(|environment| !environment.variables.is_empty());
    let snaps = |of: &Configuration| of.snap_start.as_deref() == Some("PublishedVersions");
    let keeps_none = !has_variables && !snaps(wanted) && !snaps(observed);
    if keeps_none && observed.kms_key_arn.is_none() {
        found.changes.kms_key_arn = None;
        found.why.retain(|why| why.field != ROWS.kms_key_arn.name);
    } else if found.changes.environment.is_none() && has_variables {
        found.changes.environment = environment.cloned();
    }
}

/// The changes of an update of the code, which says again how the package is kept: what it leaves out would go back
/// to the fresh value, also where the spec does not name it.
fn with_package(changes: Configuration, code: &Code, observed: &Configuration) -> Configuration {
    let kept = compare::beyond_fresh(&observed.package());
    let mut changes = changes.or(&kept);
    code.keep_what_goes_with_it(&mut changes);
    changes
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
        let by = |call| compare(&wanted, &function.configuration, call);
        let mut code = by(Call::Code).and(by(Call::Package));
        if !code_is_current {
            let seen = function.code_sha256.as_ref().filter(|_| !desired.outline);
            let (from, to) = (seen.cloned(), desired.code.show());
            code.why.insert(0, difference(CODE, from, Some(to)));
        }
        if !code.why.is_empty() {
            let observed = &function.configuration;
            code.changes = with_package(code.changes, &desired.code, observed);
        }
        let mut configuration = by(Call::Configuration);
        settle_key(&mut configuration, &wanted, &function.configuration);
        Self {
            configuration,
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
