//! Aliases of specs, and what they follow.

use fastrand::Rng;
use serde_json::{Value, json};

use super::around::Around;

/// Some aliases; what they follow may have to be taken back by [`follow_what_is_published`].
pub(super) fn aliases(rng: &mut Rng, _: &Around) -> Value {
    let mut list = Vec::new();
    for name in ["live", "next-1"] {
        let mut alias = json!({"name": name});
        match rng.u8(..6) {
            0 => continue,
            4 => alias["provisionedConcurrentExecutions"] = json!(1 + rng.u8(..3)),
            1 => alias["functionVersion"] = json!("previous"),
            2 => alias["functionVersion"] = json!("$LATEST"),
            3 => alias["routingConfig"] = json!({"additionalVersionWeights": {"previous": 0.25}}),
            _ => alias["description"] = json!("calls"),
        }
        list.push(alias);
    }
    json!(list)
}

/// What is followed has to be published, and what is provided has to be reserved. The emulator has other aliases than
/// AWS, and really starts a version with a snapshot, for which handlers are made up.
pub(super) fn follow_what_is_published(spec: &mut Value, _: &mut Rng, around: &Around) {
    let publishes = spec["publish"] == true;
    let Some(spec) = spec.as_object_mut() else {
        return;
    };
    let reserved = spec
        .get("reservedConcurrentExecutions")
        .and_then(Value::as_u64);
    if !around.names_what_is_not_there {
        spec.remove("aliases");
        spec.remove("snapStart");
    }
    if !publishes || !around.names_what_is_not_there {
        spec.remove("keepVersions");
    }
    let Some(aliases) = spec.get_mut("aliases").and_then(Value::as_array_mut) else {
        return;
    };
    if !publishes {
        aliases.retain(|alias| alias["functionVersion"] == "$LATEST");
    }
    if reserved.is_some_and(|reserved| reserved < 6) {
        for alias in aliases.iter_mut().filter_map(Value::as_object_mut) {
            alias.remove("provisionedConcurrentExecutions");
        }
    }
}
