//! A scenario: steps, and what AWS answers to each.
//!
//! Requests and expectations are in the API's names. In both, `{name}` stands for what an earlier
//! step kept under that name. In an expectation, `"*"` is anything that is there, `null` is what is
//! not there, `"!{name}"` is something else than what was kept, and what is not named may be as it
//! likes; a list has as many items as its expectation.

use serde_json::Value;

/// A name, and what one does.
pub struct Scenario {
    pub name: &'static str,
    pub steps: Vec<Step>,
}

/// One call, or one that is repeated until something holds.
pub struct Step {
    pub name: &'static str,
    /// `lambda:CreateFunction`.
    pub call: &'static str,
    pub request: Value,
    pub expected: Expected,
    /// What later steps know: a name, and where it is in the answer.
    pub keeps: Vec<(&'static str, &'static str)>,
    /// How often it is done; `{n}` in the request counts from 1. The last answer is looked at.
    pub times: usize,
    /// Asked again until it is so.
    pub until: Option<Until>,
}

/// What AWS answers.
pub enum Expected {
    /// The status, any success where it is 0; and members.
    Done(u16, Value),
    /// The status, and the code; any where it is `*`.
    Refused(u16, &'static str),
}

/// What is waited for.
#[derive(Clone, Copy)]
pub enum Until {
    /// The function is neither Pending nor being updated.
    Settled,
    /// The function is not found.
    Gone,
}

impl Step {
    pub fn keeps(mut self, name: &'static str, place: &'static str) -> Self {
        self.keeps.push((name, place));
        self
    }

    pub const fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }
}

/// A call that is carried out.
pub fn done(
    name: &'static str,
    call: &'static str,
    request: Value,
    status: u16,
    members: Value,
) -> Step {
    Step {
        name,
        call,
        request,
        expected: Expected::Done(status, members),
        keeps: Vec::new(),
        times: 1,
        until: None,
    }
}

/// A call that is refused.
pub fn refused(
    name: &'static str,
    call: &'static str,
    request: Value,
    status: u16,
    code: &'static str,
) -> Step {
    Step {
        name,
        call,
        request,
        expected: Expected::Refused(status, code),
        keeps: Vec::new(),
        times: 1,
        until: None,
    }
}

/// Waits until a Lambda function has settled; keeps its RevisionId as `revision`.
pub fn settled(name: &'static str, function: &str, members: Value) -> Step {
    let expected = Expected::Done(200, Value::from_iter([("Configuration", members)]));
    let request = serde_json::json!({"FunctionName": function});
    let step = Step {
        name,
        call: "lambda:GetFunction",
        request,
        expected,
        keeps: Vec::new(),
        times: 1,
        until: Some(Until::Settled),
    };
    step.keeps("revision", "Configuration.RevisionId")
}

/// Waits until a Lambda function is gone.
pub fn gone(name: &'static str, function: &str) -> Step {
    let mut step = refused(
        name,
        "lambda:GetFunction",
        serde_json::json!({"FunctionName": function}),
        404,
        "ResourceNotFoundException",
    );
    step.until = Some(Until::Gone);
    step
}
