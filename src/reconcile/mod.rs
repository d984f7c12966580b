//! The driver: one loop for every kind. It knows no kind and no cloud.
//!
//! | File | What is in it |
//! |---|---|
//! | `kind` | the contract with a kind |
//! | `queue`, `dispatch` | whose pass is next, and running it |
//! | `driver` | begins a pass: is there anything new? |
//! | `pass` | the state of one pass, and the facts that follow from it |
//! | `lifecycle` | the two goals: present and absent |
//! | `steps` | observe, plan, act, fold, and again |
//! | `close` | ends a pass: conditions, events, the time of the next one |
//! | `outcome`, `conditions`, `notes`, `verdict` | what a pass found; conditions, events and a line of the log made of it |
//! | `ledger` | the object's status and finalizer: as read, as stored, as drafted |
//! | `record`, `history` | what is remembered between passes; the steps among it |
//! | `announce`, `answers` | before a step is sent: finalizer and status; what its answer leaves: log, events, tries |
//! | `keep` | whether the resource stays when its object is deleted |
//! | `owner` | whose the observed resource is |
//! | `drift`, `ownership`, `view`, `pending_create`, `retry` | decisions on plain data |
//! | `references`, `referenced`, `reference_change` | reads ConfigMaps and Secrets; what is remembered of them; where only they changed |
//! | `context`, `settings`, `world`, `log` | what every pass needs; a line of the log about its object |
//!
//! Words: a plan is *settled* where nothing is left to do, and `status.settledGeneration` remembers that;
//! a step is *announced* by what the status says before it is sent; the status exists as *read* when the
//! pass began, as *stored* last and as *drafted*; a *claim* are the owner tags of an object; a *snapshot*
//! is all of an object that a pass depends on. Messages say "function", since all kinds are functions today.
//!
//! Invariant: every exit of a pass, errors and time-outs included, goes through `close`, and nothing
//! but [`ManagedKind::act`] changes a cloud.
//! May not import: `functions`, `runtime`, `cli`, any SDK.

mod announce;
mod answers;
mod close;
mod conditions;
mod context;
mod dispatch;
mod drift;
mod driver;
mod history;
mod keep;
mod kind;
mod ledger;
mod lifecycle;
mod log;
mod notes;
mod outcome;
mod owner;
pub mod ownership;
mod pass;
mod pending_create;
mod queue;
mod record;
mod reference_change;
mod referenced;
pub mod references;
mod retry;
mod seen;
pub mod settings;
mod steps;
mod verdict;
mod versions;
mod view;
pub mod world;

pub use dispatch::dispatch;
pub use driver::Driver;
pub use kind::{
    AfterRefusal, Desired, Difference, Effect, Goal, Identity, Inputs, KindCondition, KindStatus,
    ManagedKind, ObjectVersion, Observed, Place, Plan, PlannedStep, Replaced, Status, Step, Unmet,
};
pub use queue::ObjectKey;
