//! One test, checked and ready to be sent. Pure.

use serde_json::{Map, Value};

use super::{event, expectation};
use crate::api::cloudfront::{Expectation, FunctionTest};
use crate::reconcile::Unmet;

/// Characters of a test's name at most.
const MAX_NAME: usize = 63;

/// A test that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// The whole event, JSON.
    pub event: Vec<u8>,
    /// What the answer must have.
    pub expect: Map<String, Value>,
    /// What it must not have.
    pub expect_absent: Vec<String>,
    /// Percent at most.
    pub max_compute_utilization: Option<i32>,
}

impl Test {
    pub(super) fn new(test: FunctionTest) -> Result<Self, Unmet> {
        let FunctionTest {
            name,
            event,
            expect,
            expect_absent,
            max_compute_utilization,
        } = test;
        let shown: String = name.chars().take(MAX_NAME).collect();
        let wrong = |what: String| Unmet::Invalid(format!("the test {shown} {what}"));
        // The schema asks the same of tests in the spec; these may come from a ConfigMap.
        if !is_name(&name) {
            return Err(wrong(format!(
                "needs another name: 1 to {MAX_NAME} lower-case letters, digits and hyphens"
            )));
        }
        if max_compute_utilization.is_some_and(|most| !(1..=100).contains(&most)) {
            return Err(wrong(
                "has a maxComputeUtilization that is not between 1 and 100".to_owned(),
            ));
        }
        let expect = members(expect).map_err(wrong)?;
        expectation::check(&expect, &expect_absent).map_err(wrong)?;
        let event = event::filled(event).map_err(wrong)?;
        Ok(Self {
            name,
            event,
            expect,
            expect_absent,
            max_compute_utilization,
        })
    }

    /// What a result depends on, for the hash of a content.
    pub(super) fn parts(&self) -> [Vec<u8>; 4] {
        let limits = serde_json::json!([self.expect_absent, self.max_compute_utilization]);
        [
            self.name.clone().into_bytes(),
            self.event.clone(),
            Value::from(self.expect.clone()).to_string().into_bytes(),
            limits.to_string().into_bytes(),
        ]
    }
}

/// The members that are expected, as JSON.
fn members(expected: Option<Expectation>) -> Result<Map<String, Value>, String> {
    match serde_json::to_value(expected.unwrap_or_default()) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("expects no object".to_owned()),
        Err(error) => Err(format!("expects what is no JSON: {error}")),
    }
}

/// Whether a text may name a test.
fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=MAX_NAME).contains(&text.len())
        && text.starts_with(allowed)
        && text.ends_with(allowed)
        && text.chars().all(|c| allowed(c) || c == '-')
}
