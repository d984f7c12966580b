//! Who applied what of a status: server-side apply, as far as one manager needs it.
//!
//! An apply takes away what the same manager applied before and now leaves out, and nothing else.
//! Who changes a field by other means takes it from the one who applied it.

use serde_json::{Map, Value, json};

/// Applies `status` to the object, as the manager `cloudfn`.
pub fn apply(object: &mut Value, status: &Value) {
    let before = fields(object);
    let mut result = object["status"].as_object().cloned().unwrap_or_default();
    result.retain(|key, _| {
        key == "conditions" || status.get(key).is_some() || before.get(format!("f:{key}")).is_none()
    });
    for (key, value) in status
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| *key != "conditions")
    {
        result.insert(key.clone(), value.clone());
    }
    let mut conditions: Vec<Value> = list(&object["status"]).cloned().collect();
    conditions.retain(|old| {
        find(status, old).is_some() || before["f:conditions"].get(key(old)).is_none()
    });
    for new in list(status) {
        match conditions.iter_mut().find(|old| old["type"] == new["type"]) {
            Some(old) => old.clone_from(new),
            None => conditions.push(new.clone()),
        }
    }
    if status.get("conditions").is_some() || !conditions.is_empty() {
        result.insert("conditions".to_owned(), Value::Array(conditions));
    }
    object["status"] = Value::Object(result);
    let mut applied: Map<String, Value> = status
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| (format!("f:{key}"), json!({})))
        .collect();
    applied.insert(
        "f:conditions".to_owned(),
        Value::Object(
            list(status)
                .map(|condition| (key(condition), json!({})))
                .collect(),
        ),
    );
    set(object, &applied);
}

/// What is another in `new` than in `old`, and was written by other means, counts as applied no more.
pub fn lose(old: &Value, new: &mut Value) {
    let Value::Object(mut applied) = fields(old) else {
        return;
    };
    applied.retain(|field, _| {
        field == "f:conditions"
            || field
                .strip_prefix("f:")
                .is_some_and(|key| old["status"].get(key) == new["status"].get(key))
    });
    if let Some(conditions) = applied
        .get_mut("f:conditions")
        .and_then(Value::as_object_mut)
    {
        conditions.retain(|field, _| {
            let of = |status: &Value| {
                list(status)
                    .find(|condition| key(condition) == *field)
                    .cloned()
            };
            of(&old["status"]) == of(&new["status"])
        });
    }
    set(new, &applied);
}

fn fields(object: &Value) -> Value {
    object["metadata"]["managedFields"][0]["fieldsV1"]["f:status"].clone()
}

fn set(object: &mut Value, applied: &Map<String, Value>) {
    object["metadata"]["managedFields"] = json!([{
        "manager": "cloudfn", "operation": "Apply", "subresource": "status", "apiVersion": object["apiVersion"],
        "fieldsType": "FieldsV1", "fieldsV1": {"f:status": applied},
    }]);
}

fn list(status: &Value) -> impl Iterator<Item = &Value> {
    status["conditions"].as_array().into_iter().flatten()
}

fn find<'a>(status: &'a Value, like: &Value) -> Option<&'a Value> {
    list(status).find(|condition| condition["type"] == like["type"])
}

fn key(condition: &Value) -> String {
    format!("k:{{\"type\":{}}}", condition["type"])
}
