//! The call log: who asked what of which function, what was answered, and the fault that fired.
//!
//! Invariant: no code and no environment value is in it: arguments name code by its hash and
//! environments by their keys, and answers are codes, not messages (one of AWS's echoes values).

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::operation::Operation;
use crate::time::Time;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The HTTP status of a success.
    Done(u16),
    /// The HTTP status and code of a refusal.
    Refused(u16, &'static str),
    /// Nothing: the connection broke; whether the request had its effect.
    Dropped {
        /// Whether the cloud did what it was asked for, or would have refused.
        after_effect: bool,
    },
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Counts calls from 1.
    pub seq: u64,
    /// When it arrived.
    pub at: Time,
    /// Account, region and principal of the caller.
    pub account: String,
    /// The region; CloudFront has only one.
    pub region: String,
    /// Who called.
    pub principal: String,
    /// What was called.
    pub operation: Operation,
    /// Of which function; none for lists of functions.
    pub function: Option<String>,
    /// The rest of the request, without secrets.
    pub arguments: Value,
    /// What came back.
    pub answer: Answered,
    /// Whether the cloud's state is another than before (reads, refusals and no-ops: no).
    pub effect: bool,
    /// The fault that fired.
    pub fault: Option<&'static str>,
    /// How late the answer is.
    pub delay: Duration,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>5} {} {} {}",
            self.seq, self.at, self.principal, self.operation.name
        )?;
        if let Some(function) = &self.function {
            write!(f, " {function}")?;
        }
        if self
            .arguments
            .as_object()
            .is_some_and(|arguments| !arguments.is_empty())
        {
            write!(f, " {}", self.arguments)?;
        }
        match &self.answer {
            Answered::Done(status) => write!(f, " -> {status}")?,
            Answered::Refused(status, code) => write!(f, " -> {status} {code}")?,
            Answered::Dropped { after_effect } => write!(
                f,
                " -> dropped {}",
                if *after_effect {
                    "after the effect"
                } else {
                    "before the effect"
                }
            )?,
        }
        self.fault.map_or(Ok(()), |fault| write!(f, " [{fault}]"))
    }
}
