//! Response bodies of Lambda, other than FunctionConfiguration, which writes itself.

use serde_json::{Map, Value, json};

use crate::lambda::{FunctionConfiguration, GotFunction, Listed};

/// GetFunction's reply.
pub(super) fn function(got: &GotFunction) -> Value {
    let mut code = Map::new();
    code.insert("RepositoryType".into(), json!(got.code.repository_type));
    if let Some(location) = &got.code.location {
        code.insert("Location".into(), json!(location));
    }
    if let Some((uri, resolved)) = &got.code.image {
        code.insert("ImageUri".into(), json!(uri));
        code.insert("ResolvedImageUri".into(), json!(resolved));
    }
    let mut reply = json!({"Configuration": got.configuration.to_json(), "Code": code});
    match &got.tags {
        // Service model: Tags "doesn't appear" where there are none.
        Ok(tags) if tags.is_empty() => {}
        Ok(tags) => set(&mut reply, "Tags", json!(tags)),
        Err((code, message)) => set(&mut reply, "TagsError", json!({"ErrorCode": code, "Message": message})),
    }
    reply
}

/// A page, its items under a name.
pub(super) fn list(name: &str, listed: &Listed) -> Value {
    let items: Vec<Value> = listed.items.iter().map(FunctionConfiguration::to_json).collect();
    let mut reply = json!({name: items});
    if let Some(marker) = &listed.next_marker {
        set(&mut reply, "NextMarker", json!(marker));
    }
    reply
}

fn set(reply: &mut Value, name: &str, value: Value) {
    if let Some(fields) = reply.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
