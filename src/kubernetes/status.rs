//! Writes a status by server-side apply.
//!
//! Where a stored spec is not of the definition's shape, the API server applies nothing to the
//! object; a merge patch still reaches its status. What it adds may come to belong to others, so
//! applying does not take it away: who goes on from such a status replaces it once.
//!
//! Invariant: a status is written only onto the version of the object that was read.

use kube::api::{DynamicObject, Patch, PatchParams};
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::WriteError;
use crate::api::FIELD_MANAGER;
use crate::api::conditions::{READY, RECONCILING, STALLED};

/// How the API server says that an object is not of its definition's shape.
const NOT_TYPED: [&str; 2] = ["failed to create typed live object", "to smd typed"];

/// Applies the whole of our status; a field that is left out is removed. Answers the object's new version.
///
/// # Errors
/// [`WriteError::Stale`] where the object is no longer at `resource_version`,
/// [`WriteError::Gone`] where it does not exist.
pub async fn apply<K>(client: &Client, namespace: &str, name: &str, resource_version: &str, status: &impl Serialize) -> Result<String, WriteError>
where
    K: Resource<DynamicType = ()>,
{
    let resource = kube::api::ApiResource::erase::<K>(&());
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
    let patch = json!({
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {"name": name, "namespace": namespace, "resourceVersion": resource_version},
        "status": status,
    });
    match api.patch_status(name, &PatchParams::apply(FIELD_MANAGER).force(), &Patch::Apply(&patch)).await {
        Ok(written) => {
            let version = written.resource_version().unwrap_or_default();
            // What another manager wrote (a restored backup, a person) is not taken away by an apply.
            let left = written.data.get("status").is_some_and(|live| is_left(live, &json!(status)));
            if left { replace::<K>(client, namespace, name, &version, status).await } else { Ok(version) }
        }
        // 422: of a condition that more than one manager wrote, an apply takes away only a part.
        Err(kube::Error::Api(refusal)) if refusal.code == 422 || NOT_TYPED.iter().any(|words| refusal.message.contains(words)) => {
            replace::<K>(client, namespace, name, resource_version, status).await
        }
        Err(error) => Err(error.into()),
    }
}

fn conditions(status: &Value) -> impl Iterator<Item = &Value> {
    status.get("conditions").and_then(Value::as_array).into_iter().flatten()
}

fn is_ours(condition: &Value) -> bool {
    condition.get("type").and_then(Value::as_str).is_some_and(|kind| [READY, RECONCILING, STALLED].contains(&kind))
}

/// Whether `live` has a field, or a condition of ours, that `wanted` has not.
fn is_left(live: &Value, wanted: &Value) -> bool {
    let condition = |old: &Value| is_ours(old) && conditions(wanted).all(|new| new.get("type") != old.get("type"));
    let field = |key: &String| key != "conditions" && wanted.get(key).is_none();
    conditions(live).any(condition) || live.as_object().is_some_and(|live| live.keys().any(field))
}

/// Replaces the status whoever wrote it, conditions of others excepted. Answers the object's new version.
///
/// # Errors
/// As [`apply`].
pub async fn replace<K>(client: &Client, namespace: &str, name: &str, resource_version: &str, status: &impl Serialize) -> Result<String, WriteError>
where
    K: Resource<DynamicType = ()>,
{
    let resource = kube::api::ApiResource::erase::<K>(&());
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
    let live = api.get(name).await?.data.get("status").cloned().unwrap_or_default();
    let mut wanted = json!(status);
    if let Some(list) = wanted.get_mut("conditions").and_then(Value::as_array_mut) {
        list.extend(conditions(&live).filter(|condition| !is_ours(condition)).cloned());
    }
    let patch = json!({"metadata": {"resourceVersion": resource_version}, "status": merge_patch(&live, &wanted)});
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
    let written = api.patch_status(name, &params, &Patch::Merge(&patch)).await?;
    Ok(written.resource_version().unwrap_or_default())
}

/// The merge patch that makes `to` of `from`: what is not in `to` becomes null.
fn merge_patch(from: &Value, to: &Value) -> Value {
    let (Value::Object(from), Value::Object(to)) = (from, to) else { return to.clone() };
    let gone = from.keys().filter(|key| !to.contains_key(*key)).map(|key| (key.clone(), Value::Null));
    let kept = to.iter().map(|(key, value)| (key.clone(), merge_patch(from.get(key).unwrap_or(&Value::Null), value)));
    Value::Object(gone.chain(kept).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_left_of_ours_is_noticed() {
        let of = |kind: &str| json!({"arn": "a", "conditions": [{"type": kind}, {"type": "Ready"}]});
        let wanted = json!({"arn": "a", "conditions": [{"type": "Ready"}]});
        let rows =
            [("nothing", wanted.clone(), false), ("ours", of("Stalled"), true), ("another's", of("Example"), false), ("a field", json!({"etag": "e"}), true)];
        for (sentence, live, expected) in rows {
            assert_eq!(is_left(&live, &wanted), expected, "{sentence}");
        }
    }

    #[test]
    fn a_merge_patch_takes_away_what_is_not_wanted_at_any_depth() {
        let from = json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [1]});
        let to = json!({"b": {"d": 4}, "e": []});
        assert_eq!(merge_patch(&from, &to), json!({"a": null, "b": {"c": null, "d": 4}, "e": []}));
    }
}
