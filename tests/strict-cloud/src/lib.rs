//! A small cloud that is as strict as AWS, in one process.
//!
//! [`Cloud`] models CloudFront Functions and Lambda as one deterministic value: every operation
//! is a method that takes a [`Caller`] and a typed request, and answers a typed reply or an
//! [`Outcome`]. Nothing runs in the background: time is the model's own ([`Cloud::advance`]), what
//! is random comes from the seed, and the same calls get the same answers, byte for byte.
//!
//! | Module | What it knows |
//! |---|---|
//! | [`model`] | the cloud itself: the frame that every call passes, and refusals |
//! | [`settings`] | how long things take, quotas, what fails |
//! | [`time`] | the model's time, and how the services write it |
//! | [`operation`] | the list of operations |
//! | [`cloudfront`] | CloudFront Functions |
//! | `javascript` | what a function does to an event: both runtimes, run and counted |
//! | [`lambda`] | Lambda |
//! | [`faults`] | faults on demand |
//! | [`log`] | the call log |
//! | [`snapshot`] | what an account holds, for comparisons |
//! | [`tags`] | what the two services ask of a tag |
//! | [`assumed`] | every rule that no source settles, by id |
//! | [`front`] | the same cloud over HTTP, as the AWS SDKs speak it |
//!
//! Each rule names its source in a comment (an API reference, a guide, a recorded answer of AWS by
//! the name of its sequence), or names an id of [`assumed::ASSUMED`]. What was recorded is replayed
//! by `tests/recorded`; `RECORDED.md` says how much that is.
//!
//! Over HTTP the model is the same, and only time is real: [`front::answer`] is a pure function of
//! cloud and request, [`front::server::Server`] carries it to 127.0.0.1 for whoever has an SDK, in
//! this process or, as the binary `strict-cloud`, in another.

#![expect(
    clippy::missing_errors_doc,
    reason = "every operation answers an Outcome, and `model` says what that is"
)]

pub mod assumed;
pub mod cloudfront;
pub mod faults;
pub mod front;
mod ids;
mod javascript;
pub mod lambda;
pub mod log;
pub mod model;
pub mod operation;
mod quota;
mod refusals;
pub mod settings;
pub mod snapshot;
pub mod tags;
pub mod time;
mod world;
pub mod zip;

pub use assumed::ASSUMED;
pub use faults::{Fault, FaultKind, PAGE};
pub use log::Entry;
pub use model::{Answer, Caller, Cloud, Outcome, Refusal};
pub use operation::{Operation, Service};
pub use settings::{Between, Failure, Settings, StartFailure};
pub use snapshot::Snapshot;
pub use tags::Tags;
pub use time::Time;
