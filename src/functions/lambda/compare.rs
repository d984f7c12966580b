//! What differs between what is wanted and what is there.
//!
//! Invariant: only what the spec names, or named once, is compared; no difference carries an
//! environment value. Pure.

use std::borrow::Cow;
use std::collections::BTreeSet;

use secrecy::ExposeSecret;

use super::desired::LambdaDesired;
use super::observe::LambdaObserved;
use super::source;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::{Configuration, Environment, Function};
use crate::reconcile::Difference;

/// Values of a fresh create, from the Lambda API reference: what a field that the spec no longer
/// names goes back to, and what a member that an answer leaves out means.
mod fresh {
    pub const DESCRIPTION: &str = "";
    pub const TIMEOUT: i32 = 3;
    pub const MEMORY_SIZE: i32 = 128;
    pub const ARCHITECTURES: [&str; 1] = ["x86_64"];
}

fn fresh_architectures() -> Vec<String> {
    fresh::ARCHITECTURES.map(ToOwned::to_owned).to_vec()
}

/// What is wanted together with what is to be taken away: a field that is in `managed` and that
/// the spec no longer names is wanted as a fresh create would have it.
pub fn effective(
    desired: &LambdaDesired,
    managed: &BTreeSet<String>,
) -> (Configuration, Option<Vec<String>>) {
    let dropped = |field: &str| managed.contains(field);
    let mut configuration = desired.configuration.clone();
    if configuration.description.is_none() && dropped("description") {
        configuration.description = Some(fresh::DESCRIPTION.to_owned());
    }
    if configuration.timeout.is_none() && dropped("timeout") {
        configuration.timeout = Some(fresh::TIMEOUT);
    }
    if configuration.memory_size.is_none() && dropped("memorySize") {
        configuration.memory_size = Some(fresh::MEMORY_SIZE);
    }
    if configuration.environment.is_none() && dropped("environment") {
        configuration.environment = Some(Environment::default());
    }
    let architectures = desired
        .architectures
        .clone()
        .or_else(|| dropped("architectures").then(fresh_architectures));
    (configuration, architectures)
}

/// The members of `wanted` that `observed` does not have, and how they differ.
pub fn configuration(
    wanted: &Configuration,
    observed: &Configuration,
) -> (Configuration, Vec<Difference>) {
    let mut why = Vec::new();
    let changes = Configuration {
        runtime: text(
            "runtime",
            wanted.runtime.as_ref(),
            observed.runtime.as_ref(),
            &mut why,
        ),
        handler: text(
            "handler",
            wanted.handler.as_ref(),
            observed.handler.as_ref(),
            &mut why,
        ),
        role: text(
            "role",
            wanted.role.as_ref(),
            observed.role.as_ref(),
            &mut why,
        ),
        description: text(
            "description",
            wanted.description.as_ref(),
            observed.description.as_ref(),
            &mut why,
        ),
        timeout: number(
            "timeout",
            wanted.timeout,
            observed.timeout,
            fresh::TIMEOUT,
            &mut why,
        ),
        memory_size: number(
            "memorySize",
            wanted.memory_size,
            observed.memory_size,
            fresh::MEMORY_SIZE,
            &mut why,
        ),
        environment: environment(
            wanted.environment.as_ref(),
            observed.environment.as_ref(),
            &mut why,
        ),
    };
    (changes, why)
}

/// The wanted instruction set, if `observed` is another.
pub fn architectures(
    wanted: Option<&Vec<String>>,
    observed: &[String],
) -> Option<(Vec<String>, Difference)> {
    let observed = if observed.is_empty() {
        fresh_architectures()
    } else {
        observed.to_vec()
    };
    let wanted = wanted.filter(|wanted| **wanted != observed)?;
    Some((
        wanted.clone(),
        difference(
            "architectures",
            Some(observed.join(",")),
            Some(wanted.join(",")),
        ),
    ))
}

fn text(
    field: &str,
    wanted: Option<&String>,
    observed: Option<&String>,
    why: &mut Vec<Difference>,
) -> Option<String> {
    let wanted = wanted.filter(|wanted| wanted.as_str() != observed.map_or("", String::as_str))?;
    why.push(difference(field, observed.cloned(), Some(wanted.clone())));
    Some(wanted.clone())
}

fn number(
    field: &str,
    wanted: Option<i32>,
    observed: Option<i32>,
    fresh: i32,
    why: &mut Vec<Difference>,
) -> Option<i32> {
    let wanted = wanted.filter(|wanted| *wanted != observed.unwrap_or(fresh))?;
    why.push(difference(
        field,
        observed.map(|n| n.to_string()),
        Some(wanted.to_string()),
    ));
    Some(wanted)
}

fn environment(
    wanted: Option<&Environment>,
    observed: Option<&Environment>,
    why: &mut Vec<Difference>,
) -> Option<Environment> {
    let empty = Environment::default();
    let observed = observed.unwrap_or(&empty);
    let wanted = wanted.filter(|wanted| *wanted != observed)?;
    let names: BTreeSet<&String> = wanted.0.keys().chain(observed.0.keys()).collect();
    let differing = names
        .into_iter()
        .filter(|name| value(wanted, name) != value(observed, name));
    why.extend(
        differing.map(|name| difference(&format!("environment.variables.{name}"), None, None)),
    );
    Some(wanted.clone())
}

fn value<'a>(of: &'a Environment, name: &str) -> Option<&'a str> {
    of.0.get(name).map(ExposeSecret::expose_secret)
}

/// Whether the function is the one that the status tells of, and was not changed since.
///
/// `LastModified` moves with code and configuration, and a function that is made anew has its own;
/// tags do not move it. Should they somewhere, a version is published once more, as of a function that
/// is not known.
pub fn is_unchanged(memory: &LambdaFunctionStatus, observed: &LambdaObserved) -> bool {
    memory.last_modified.is_some() && memory.last_modified == observed.function.last_modified
}

/// A difference in `field`.
pub fn difference(field: &str, from: Option<String>, to: Option<String>) -> Difference {
    Difference {
        field: field.to_owned(),
        from,
        to,
    }
}

/// SHA-256 over the function's ARN and the observed values of the members that the spec names:
/// the part of a published version that its code hash does not cover.
///
/// Observed, not wanted, so that an outside edit that was repaired needs no new version; only the
/// named members, so that an outside edit of what is not ours makes none. The ARN salts it, and
/// environment values enter only together with everything else.
pub fn fingerprint(desired: &LambdaDesired, function: &Function) -> String {
    let (wanted, observed) = (&desired.configuration, &function.configuration);
    let text = |member: &'_ Option<String>| Cow::Owned(member.clone().unwrap_or_default());
    let mut parts: Vec<Cow<'_, str>> = vec![
        "lambda configuration 1".into(),
        function.arn.as_str().into(),
    ];
    let mut member = |name: &'static str, named: bool, value: Cow<'static, str>| {
        if named {
            parts.extend([name.into(), value]);
        }
    };
    member("runtime", true, text(&observed.runtime));
    member("handler", true, text(&observed.handler));
    member("role", true, text(&observed.role));
    member(
        "description",
        wanted.description.is_some(),
        text(&observed.description),
    );
    member(
        "timeout",
        wanted.timeout.is_some(),
        observed
            .timeout
            .unwrap_or(fresh::TIMEOUT)
            .to_string()
            .into(),
    );
    member(
        "memorySize",
        wanted.memory_size.is_some(),
        observed
            .memory_size
            .unwrap_or(fresh::MEMORY_SIZE)
            .to_string()
            .into(),
    );
    member(
        "architectures",
        desired.architectures.is_some(),
        function.architectures.join(",").into(),
    );
    if wanted.environment.is_some() {
        parts.push("environment".into());
        for (name, value) in observed
            .environment
            .iter()
            .flat_map(|environment| &environment.0)
        {
            parts.extend([
                Cow::Borrowed(name.as_str()),
                Cow::Borrowed(value.expose_secret()),
            ]);
        }
    }
    source::fingerprint(parts.iter().map(|part| part.as_bytes()))
}
