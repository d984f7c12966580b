//! Writes a status by server-side apply.
//!
//! An apply removes what an earlier apply of ours set and this one leaves out, and nothing else.
//! What a patch set stays, whole or in part: a patch of a person, of a restored backup, or of ours
//! (to an object whose stored spec does not fit its definition, the API server applies nothing, so
//! cloudfn patches). cloudfn then clears such a status once and applies all of it again, so that it
//! has one owner.
//!
//! The API server reads the body of an apply as YAML, which refuses some characters and folds others; in
//! the body they are escapes, which YAML and JSON read alike.
//!
//! Invariant: a status is written only onto the version of the object that was read.

use k8s_openapi::NamespaceResourceScope;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::WriteError;
use crate::api::FIELD_MANAGER;
use crate::api::conditions;
use crate::api::stored::Stored;
use crate::api::text::{is_control, spelt_out};

/// The `observedGeneration` of an object that was never observed. Between clearing and applying, no
/// tool may take the object for current.
const NEVER_OBSERVED: i64 = -1;
/// Fragments of the API server's message for an object that does not fit its definition.
const NOT_TYPED: [&str; 2] = ["failed to create typed live object", "to smd typed"];

/// Applies the whole of our status; a field that is left out is removed. Returns the object's new
/// version.
///
/// # Errors
/// [`WriteError::Stale`] if the object is no longer at `resource_version`,
/// [`WriteError::Gone`] if it does not exist.
pub async fn apply<K>(
    client: &Client,
    namespace: &str,
    name: &str,
    resource_version: &str,
    status: &impl Serialize,
) -> Result<String, WriteError>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    let object = Object::<K>::of(client, namespace, name);
    let status = json!(status);
    let version = match object.apply(resource_version, &status).await {
        Ok(written) => {
            let version = written.resource_version().unwrap_or_default();
            if !has_leftovers(&written.status, &status) {
                return Ok(version);
            }
            version
        }
        Err(kube::Error::Api(refusal)) if is_not_typed(&refusal.message) => {
            return object.patch(resource_version, &status).await;
        }
        // The apply removed only a part of a condition that a patch wrote, too; or it is this status that is
        // refused: then so is the patch, and nothing was cleared for it.
        Err(kube::Error::Api(refusal)) if refusal.code == 422 => {
            object.patch(resource_version, &status).await?
        }
        Err(error) => return Err(error.into()),
    };
    let cleared = object.clear(&version).await?;
    match object.apply(&cleared, &status).await {
        Ok(written) => Ok(written.resource_version().unwrap_or_default()),
        // What was accepted a moment ago must not be lost.
        Err(kube::Error::Api(_)) => object.patch(&cleared, &status).await,
        Err(error) => Err(error.into()),
    }
}

/// Whether the API server can apply nothing to the object, which does not fit its own definition.
fn is_not_typed(message: &str) -> bool {
    NOT_TYPED.iter().any(|words| message.contains(words))
}

/// Clears what a patch of ours wrote, before the status is applied. Returns the object's new
/// version.
///
/// # Errors
/// As [`apply`].
pub async fn clear<K>(
    client: &Client,
    namespace: &str,
    name: &str,
    resource_version: &str,
) -> Result<String, WriteError>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    Object::<K>::of(client, namespace, name)
        .clear(resource_version)
        .await
}

/// One object.
struct Object<'a, K> {
    api: Api<Stored<K>>,
    name: &'a str,
}

impl<'a, K> Object<'a, K>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    fn of(client: &Client, namespace: &str, name: &'a str) -> Self {
        Self {
            api: Api::namespaced(client.clone(), namespace),
            name,
        }
    }

    async fn apply(
        &self,
        resource_version: &str,
        status: &Value,
    ) -> Result<Stored<K>, kube::Error> {
        let patch = json!({
            "apiVersion": K::api_version(&()),
            "kind": K::kind(&()),
            "metadata": {"name": self.name, "resourceVersion": resource_version},
            "status": status,
        });
        let patch = escaped(&patch).map_err(kube::Error::SerdeError)?;
        self.api
            .patch_status(
                self.name,
                &PatchParams::apply(FIELD_MANAGER).force(),
                &Patch::Apply(&patch),
            )
            .await
    }

    async fn clear(&self, resource_version: &str) -> Result<String, WriteError> {
        self.patch(
            resource_version,
            &json!({"observedGeneration": NEVER_OBSERVED, "conditions": []}),
        )
        .await
    }

    /// Replaces the whole status, whoever wrote it, except for conditions of other programs: a
    /// merge patch replaces the list of conditions as a whole, so it includes theirs.
    async fn patch(&self, resource_version: &str, status: &Value) -> Result<String, WriteError> {
        let live = self.api.get_opt(self.name).await;
        let live = live.map_err(WriteError::unread)?;
        let live = live.ok_or(WriteError::Gone)?.status;
        let mut wanted = status.clone();
        if let Some(wanted) = wanted.get_mut("conditions").and_then(Value::as_array_mut) {
            wanted.extend(list(&live).filter(|condition| !is_ours(condition)).cloned());
        }
        let patch = json!({
            "metadata": {"resourceVersion": resource_version},
            "status": merge_patch(&live, &wanted),
        });
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let written = self
            .api
            .patch_status(self.name, &params, &Patch::Merge(&patch))
            .await?;
        Ok(written.resource_version().unwrap_or_default())
    }
}

/// JSON that YAML reads as the same: every control character is an escape. In JSON as it is made here none
/// stands but within a text, and all of them are of the first plane, so that four digits name them.
fn escaped(value: &Value) -> Result<Box<RawValue>, serde_json::Error> {
    let json = serde_json::to_string(value)?;
    let json = if json.contains(is_control) {
        spelt_out(&json, &[])
    } else {
        json
    };
    RawValue::from_string(json)
}

fn list(status: &Value) -> impl Iterator<Item = &Value> {
    status
        .get("conditions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn is_ours(condition: &Value) -> bool {
    condition
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|kind| conditions::OURS.contains(&kind))
}

/// Whether `live` has a field, or a condition of our types, that `wanted` does not have.
pub(crate) fn has_leftovers(live: &Value, wanted: &Value) -> bool {
    let condition =
        |old: &Value| is_ours(old) && list(wanted).all(|new| new.get("type") != old.get("type"));
    let field = |key: &String| key != "conditions" && wanted.get(key).is_none();
    list(live).any(condition) || live.as_object().is_some_and(|live| live.keys().any(field))
}

/// The merge patch that changes `from` to `to`: fields that `to` does not have become null.
fn merge_patch(from: &Value, to: &Value) -> Value {
    let (Value::Object(from), Value::Object(to)) = (from, to) else {
        return to.clone();
    };
    let gone = from
        .keys()
        .filter(|key| !to.contains_key(*key))
        .map(|key| (key.clone(), Value::Null));
    let kept = to.iter().map(|(key, value)| {
        (
            key.clone(),
            merge_patch(from.get(key).unwrap_or(&Value::Null), value),
        )
    });
    Value::Object(gone.chain(kept).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_of_an_apply_has_no_character_that_yaml_refuses_or_folds() {
        let all: String = ('\0'..=char::MAX).collect();
        let value = json!({"message": all, "lines": "one\n\ttwo \\u0085"});
        let body = escaped(&value).unwrap();
        assert!(!body.get().contains(is_control));
        assert_eq!(serde_json::from_str::<Value>(body.get()).unwrap(), value);
    }

    #[test]
    fn what_others_left_of_ours_is_noticed() {
        let of =
            |kind: &str| json!({"arn": "a", "conditions": [{"type": kind}, {"type": "Ready"}]});
        let wanted = json!({"arn": "a", "conditions": [{"type": "Ready"}]});
        let rows = [
            ("nothing", wanted.clone(), false),
            ("ours", of("Stalled"), true),
            ("another's", of("Example"), false),
            ("a field", json!({"etag": "e"}), true),
        ];
        for (sentence, live, expected) in rows {
            assert_eq!(has_leftovers(&live, &wanted), expected, "{sentence}");
        }
    }

    #[test]
    fn a_merge_patch_takes_away_what_is_not_wanted_at_any_depth() {
        let from = json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [1]});
        let to = json!({"b": {"d": 4}, "e": []});
        assert_eq!(
            merge_patch(&from, &to),
            json!({"a": null, "b": {"c": null, "d": 4}, "e": []})
        );
    }
}
