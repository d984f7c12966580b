//! The scenarios, by service, and by what published pages say.

mod cloudfront;
mod cloudfront_refusals;
mod documents;
mod lambda;
mod lambda_changes;
mod lambda_lists;
mod lambda_refusals;
mod lambda_versions;

use serde_json::{Value, json};
use strict_cloud::lambda::sha256;

use super::script::Scenario;
use crate::support::{archive, javascript, python};

/// All of them.
pub fn all() -> Vec<Scenario> {
    let parts = [
        cloudfront::scenarios(),
        cloudfront_refusals::scenarios(),
        documents::scenarios(),
        lambda::scenarios(),
        lambda_changes::scenarios(),
        lambda_lists::scenarios(),
        lambda_refusals::scenarios(),
        lambda_versions::scenarios(),
    ];
    parts.into_iter().flatten().collect()
}

/// A CloudFront function, with what is said over it.
fn edge(name: &str, over: Value) -> Value {
    merged(
        json!({"Name": name, "Comment": "one", "Runtime": "cloudfront-js-2.0", "Code": javascript("one")}),
        over,
    )
}

/// A Lambda function, with what is said over it.
fn function(name: &str, over: Value) -> Value {
    let base = json!({"FunctionName": name, "Runtime": "python3.12", "Handler": "index.handler", "Role": "{role}", "Code": {"Python": "one"}});
    merged(base, over)
}

fn merged(mut base: Value, over: Value) -> Value {
    let (Some(members), Value::Object(over)) = (base.as_object_mut(), over) else {
        panic!("objects")
    };
    members.extend(over);
    base
}

/// CodeSha256 of the archive with Python that answers this.
fn code_sha256(answer: &str) -> String {
    sha256(&archive("index.py", &python(answer)))
}
