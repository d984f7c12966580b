//! Annotations that look like ours and are read by nobody.

use kube::Resource as _;
use serde_json::Value;

use super::field_path::FieldPath;
use super::finding::{FieldFinding, Level};
use crate::api::{CloudFrontFunction, GROUP, LambdaFunction, PAUSED, RECONCILE_REQUESTED_AT};
use crate::functions::cloudfront::CloudFrontFunctions;
use crate::functions::lambda::LambdaFunctions;
use crate::reconcile::ManagedKind as _;

/// A warning for each annotation of the group that the kind does not have, and for each label that
/// would be one.
pub(super) fn check(kind: &str, object: &Value) -> Vec<FieldFinding> {
    let read = read(kind);
    let metadata = FieldPath::dotted("metadata");
    let names = |pointer: &str| {
        let members = object.pointer(pointer).and_then(Value::as_object);
        members
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    let unread = names("/metadata/annotations")
        .into_iter()
        .filter(|name| is_of_the_group(name) && !read.contains(&name.as_str()))
        .map(|name| {
            let message = format!(
                "nobody reads this annotation; a {kind} has {}: correct the name, or remove it",
                read.join(", ")
            );
            warning(metadata.member("annotations").member(&name), message)
        });
    let misplaced = names("/metadata/labels")
        .into_iter()
        .filter(|name| read.contains(&name.as_str()))
        .map(|name| {
            let message = "nobody reads this label; write it as an annotation";
            warning(metadata.member("labels").member(&name), message)
        });
    unread.chain(misplaced).collect()
}

/// The annotations of the group that a kind has.
fn read(kind: &str) -> Vec<&'static str> {
    let own = if kind == CloudFrontFunction::kind(&()) {
        CloudFrontFunctions::ANNOTATIONS
    } else if kind == LambdaFunction::kind(&()) {
        LambdaFunctions::ANNOTATIONS
    } else {
        &[]
    };
    let mut all = vec![PAUSED, RECONCILE_REQUESTED_AT];
    all.extend(own);
    all
}

fn is_of_the_group(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(prefix, _)| prefix == GROUP)
}

fn warning(path: FieldPath, message: impl Into<String>) -> FieldFinding {
    FieldFinding::new(Level::Warning, path, message)
}
