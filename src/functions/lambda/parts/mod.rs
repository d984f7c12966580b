//! The parts of a function beside its configuration and code: one list, a row a part.
//!
//! Invariant: the list makes the closed sets of steps and changes, and hands everything to the part
//! whose turn it is; what a part is, says [`part`](self::part). "Adding a part" in ARCHITECTURE.md
//! says what else it needs.

pub mod aliases;
pub mod code_signing;
pub mod concurrency;
pub mod event_invoke;
pub mod known;
pub mod part;
pub mod permissions;
pub mod provisioned;
pub mod recursion;
pub mod retention;
pub mod runtime_management;
pub mod tags;
pub mod url;
pub mod versions;
pub mod wanted;

use std::iter::{once, repeat};

use self::part::{Need, Part, Reading, Situation, Turn};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::LambdaApi;
use crate::cloud::{BudgetMode, CloudError};
use crate::functions::lambda::desired::LambdaDesired;
use crate::functions::lambda::observe::LambdaObserved;
use crate::reconcile::{AfterRefusal, Effect, Goal, PlannedStep, Step as DriverStep};

macro_rules! parts {
    ($( $(#[$doc:meta])* $variant:ident: $part:path; )*) => {
        /// A mutation of one part.
        pub enum Step {
            $( $(#[$doc])* $variant(<$part as Part>::Step), )*
        }

        /// What the reply to a step of a part says.
        pub enum Change {
            $( $(#[$doc])* $variant(<$part as Part>::Change), )*
        }

        impl DriverStep for Step {
            type Desired = LambdaDesired;
            type Observed = LambdaObserved;

            fn name(&self) -> &'static str {
                match self {
                    $( Self::$variant(step) => step.name(), )*
                }
            }

            fn effect(&self) -> Effect {
                match self {
                    $( Self::$variant(step) => step.effect(), )*
                }
            }

            fn is_consequence(&self) -> bool {
                match self {
                    $( Self::$variant(step) => step.is_consequence(), )*
                }
            }
        }

        /// Whether some part writes this name into `status.managed`.
        pub fn can_manage(name: &str) -> bool {
            $( <$part as Part>::can_manage(name) )||*
        }

        /// Reads the parts that are named and that `GetFunction` does not show. Only the first of
        /// them may give up for want of budget: the others would throw away what was paid for.
        ///
        /// # Errors
        /// Those of the calls, but for a refusal: see [`known::answer_of`].
        pub async fn read(
            of: Reading<'_>,
            observed: &mut LambdaObserved,
        ) -> Result<(), CloudError> {
            let mut modes = once(of.mode).chain(repeat(BudgetMode::Wait));
            let mut mode = || modes.next().unwrap_or(BudgetMode::Wait);
            $( if <$part as Part>::is_named(of.desired, of.memory) {
                let of = Reading { mode: mode(), ..of };
                <$part as Part>::read(&of, observed).await?;
            } )*
            Ok(())
        }

        /// What all parts need in this turn, in the order of the list.
        #[must_use]
        pub fn plan(of: &Situation<'_>, turn: Turn) -> Vec<Need<Step>> {
            vec![$( <$part as Part>::plan(of, turn).map(Step::$variant), )*]
        }

        /// What is due once a function is created; for people.
        #[must_use]
        pub fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
            let mut all = Vec::new();
            $( all.extend(part::map(<$part as Part>::after_create(desired), Step::$variant)); )*
            all
        }

        /// Writes into `memory` what must be in the status before the step is sent.
        pub fn intend(memory: &mut LambdaFunctionStatus, step: &Step) {
            match step {
                $( Step::$variant(step) => <$part as Part>::intend(memory, step), )*
            }
        }

        /// Notes in `memory` that the cloud refused the step.
        pub fn refused(
            memory: &mut LambdaFunctionStatus,
            step: &Step,
            error: &CloudError,
        ) -> AfterRefusal {
            match step {
                $( Step::$variant(step) => <$part as Part>::refused(memory, step, error), )*
            }
        }

        /// Carries out one step: one method of the port.
        ///
        /// # Errors
        /// Those of the call.
        pub async fn act(
            cloud: &dyn LambdaApi,
            name: &str,
            step: &Step,
        ) -> Result<Change, CloudError> {
            match step {
                $( Step::$variant(step) => {
                    <$part as Part>::act(cloud, name, step).await.map(Change::$variant)
                } )*
            }
        }

        /// Remembers of a step's reply what later steps plan from, and no observation tells.
        pub fn remember(memory: &mut LambdaFunctionStatus, change: &Change) {
            match change {
                $( Change::$variant(change) => <$part as Part>::remember(memory, change), )*
            }
        }

        /// Brings `observed` up to date with a step's reply.
        pub fn fold(observed: &mut LambdaObserved, change: Change) {
            match change {
                $( Change::$variant(change) => <$part as Part>::fold(observed, change), )*
            }
        }

        /// Writes the parts' own fields of the status.
        pub fn report(
            goal: Goal<'_, LambdaDesired>,
            status: &mut LambdaFunctionStatus,
            observed: &LambdaObserved,
        ) {
            $( <$part as Part>::report(goal, status, observed); )*
        }
    };
}

parts! {
    /// Tags.
    Tags: tags::FunctionTags;
    /// Whose signatures the code must have: before code.
    CodeSigning: code_signing::CodeSigning;
    /// When the runtime is updated: before a version is published of it.
    RuntimeManagement: runtime_management::RuntimeManagement;
    /// Published versions.
    Versions: versions::Versions;
    /// The function URL. One that is to close is closed first of all.
    Url: url::Url;
    /// Statements of the policy: after the URL that they are about. What is dropped goes first of all.
    Permissions: permissions::Permissions;
    /// Recursive loop detection.
    Recursion: recursion::Recursion;
    /// What becomes of events of asynchronous calls.
    EventInvoke: event_invoke::EventInvoke;
    /// Reserved concurrency.
    Concurrency: concurrency::Concurrency;
    /// Names for versions: after the version that they follow.
    Aliases: aliases::Aliases;
    /// Execution environments that are kept ready for aliases. What is less goes first of all.
    Provisioned: provisioned::Provisioned;
    /// Which versions stay: after the aliases that may leave them.
    Retention: retention::Retention;
}
