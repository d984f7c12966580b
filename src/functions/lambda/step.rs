//! Steps, what must be known before them, and what their replies say.
//!
//! Invariant: each reply that the cloud could have answered with a new revision id drops the one
//! that was read, since no write may use one twice. Pure.

use super::code::{CODE, Code, source};
use super::desired::LambdaDesired;
use super::observe::LambdaObserved;
use super::parts::{self, versions};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::{Configuration, Function, NewFunction};
use crate::cloud::{Class, CloudError, Tags};
use crate::reconcile::{AfterRefusal, Effect, Replaced, Step as DriverStep};

/// One cloud mutation.
pub enum Step {
    /// `CreateFunction`, tags included.
    Create {
        /// The request.
        new: Box<NewFunction>,
        /// Where its code comes from.
        code: Code,
    },
    /// `UpdateFunctionConfiguration`.
    UpdateConfiguration {
        /// Only the members that differ.
        changes: Box<Configuration>,
        /// Guard.
        revision: Option<String>,
    },
    /// `UpdateFunctionCode`.
    UpdateCode {
        /// The code: sent also where only the instruction set changes, as the API demands.
        code: Code,
        /// Only the members that differ and go with the code.
        changes: Box<Configuration>,
        /// Guard.
        revision: Option<String>,
    },
    /// A mutation of a part.
    Part(parts::Step),
    /// `DeleteFunction`.
    Delete {
        /// Of a function that failed to start and is created again next: how many times it has been recreated by then.
        recreation: Option<i32>,
    },
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "Create",
            Self::UpdateConfiguration { .. } => "UpdateConfiguration",
            Self::UpdateCode { .. } => "UpdateCode",
            Self::Part(step) => step.name(),
            Self::Delete { .. } => "Delete",
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::Create { .. } => Effect::Create,
            Self::UpdateConfiguration { .. } | Self::UpdateCode { .. } => Effect::Update,
            Self::Part(step) => step.effect(),
            Self::Delete { .. } => Effect::Delete,
        }
    }

    fn is_consequence(&self) -> bool {
        matches!(self, Self::Part(step) if step.is_consequence())
    }

    fn replaced(&self, _desired: &LambdaDesired, observed: &LambdaObserved) -> Option<Replaced> {
        let sha256 = observed.function.code_sha256.clone();
        let sha256 = sha256.filter(|_| matches!(self, Self::UpdateCode { .. }))?;
        Some(Replaced {
            field: CODE,
            sha256,
            diff: None,
        })
    }
}

/// What the reply to a step says.
pub enum Change {
    /// The function is there, with these tags.
    Created {
        /// As the reply described it, with how its package is kept as it was sent.
        function: Box<Function>,
        /// The tags that were sent.
        tags: Tags,
        /// The source of its code.
        source: Option<String>,
    },
    /// Its configuration was changed.
    Configured(Box<Function>),
    /// Its code was changed.
    CodeUpdated {
        /// Likewise.
        function: Box<Function>,
        /// The source of its code.
        source: Option<String>,
    },
    /// A part was changed.
    Part(parts::Change),
    /// The deletion was accepted.
    Deleted {
        /// As in the step.
        recreation: Option<i32>,
    },
}

/// What must be in the status before the step is sent, so that no crash after it misleads.
///
/// - Code: its source, without the hash that would prove that another one runs. A later observation
///   believes the tag, which is written after the code, only together with this.
/// - Create: what was published belongs to a function that is gone; and `recreations` is there
///   from our own create until the function was active once, so a function that is adopted, or
///   that ran, is never deleted for having failed to start.
/// - Parts: what each says.
pub fn intend(memory: &mut LambdaFunctionStatus, step: &Step) {
    match step {
        Step::Create { code, .. } => {
            versions::forget(memory);
            memory.code = Some(source::status(code, None));
            memory.recreations.get_or_insert(0);
        }
        Step::Part(step) => parts::intend(memory, step),
        Step::UpdateCode { code, .. } => {
            let deployed = memory.code.take();
            let still = deployed.and_then(|before| source::still_deployed(code, before));
            memory.code = Some(source::status(code, still));
        }
        Step::UpdateConfiguration { .. } | Step::Delete { .. } => {}
    }
}

/// Notes that the function which a create found there already is not known to be of our making.
pub fn refused(memory: &mut LambdaFunctionStatus, step: &Step, error: &CloudError) -> AfterRefusal {
    if matches!(step, Step::Create { .. })
        && error.class == Class::Exists
        && memory.recreations == Some(0)
    {
        memory.recreations = None;
    }
    match step {
        Step::Part(step) => parts::refused(memory, step, error),
        _ => AfterRefusal::Ends,
    }
}

/// Remembers of a step's reply what no observation tells: how many times the function was recreated (a
/// deletion that was refused is none), and what parts say.
pub fn remember(memory: &mut LambdaFunctionStatus, change: &Change) {
    match change {
        Change::Deleted {
            recreation: Some(count),
        } => memory.recreations = Some(*count),
        Change::Part(change) => parts::remember(memory, change),
        _ => {}
    }
}

/// Brings `observed` up to date with a step's reply.
pub fn fold(observed: &mut Option<LambdaObserved>, change: Change) {
    if let Change::Created {
        function,
        tags,
        source,
    } = change
    {
        let mut created = LambdaObserved::new(used(*function), Ok(tags));
        created.deployed = source;
        *observed = Some(created);
        return;
    }
    let Some(observed) = observed else { return };
    observed.function.revision_id = None;
    match change {
        Change::Configured(function) => {
            let package = observed.function.configuration.package();
            observed.function = used(*function);
            let configuration = &mut observed.function.configuration;
            *configuration = std::mem::take(configuration).or(&package);
        }
        Change::CodeUpdated { function, source } => {
            observed.function = used(*function);
            observed.deployed = source;
        }
        Change::Part(change) => parts::fold(observed, change),
        Change::Deleted { .. } => {
            observed.function.state = Some("Deleting".to_owned());
            observed.deleted = true;
        }
        Change::Created { .. } => {}
    }
}

fn used(mut function: Function) -> Function {
    function.revision_id = None;
    function
}
