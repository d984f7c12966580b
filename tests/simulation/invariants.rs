//! What every status keeps, whatever happens: checked on each version as written.

use serde_json::Value;

/// What is wrong with the status of `after`, which was written onto `before`.
pub fn written(before: &Value, after: &Value) -> Vec<String> {
    let status = &after["status"];
    let name = format!(
        "{} {}",
        text(&after["kind"]),
        text(&after["metadata"]["name"])
    );
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{name}: {what}: {status}"));
        }
    };
    let generation = after["metadata"]["generation"].as_i64().unwrap_or_default();
    let observed = status["observedGeneration"].as_i64().unwrap_or(-1);
    // A cleared status (-1) claims nothing; the next write follows at once.
    if status["observedGeneration"] == -1 {
        return wrong;
    }
    check(
        observed <= generation,
        "observedGeneration is ahead of the generation",
    );
    let Some(ready) = condition(after, "Ready") else {
        check(false, "Ready is missing");
        return wrong;
    };
    let extra = ["Reconciling", "Stalled"]
        .iter()
        .filter(|kind| condition(after, kind).is_some())
        .count();
    if ready["status"] == "True" {
        check(extra == 0, "Ready, but Reconciling or Stalled");
        let all = || status["conditions"].as_array().into_iter().flatten();
        check(
            all().all(|condition| condition["observedGeneration"].as_i64() == Some(observed)),
            "Ready with a condition of another generation",
        );
    } else if ready["reason"] != "Paused" {
        check(
            extra == 1,
            "not Ready, and not exactly one of Reconciling and Stalled",
        );
    }
    for new in status["conditions"].as_array().into_iter().flatten() {
        let message = text(&new["message"]);
        check(is_plain(message), "a message has control characters");
        // What answers in the cloud's place says nothing of the function, of the spec, or of a right.
        check(
            !message.contains(strict_cloud::PAGE),
            "a message quotes a page of a proxy",
        );
        let futile = message.contains("times and still differs in");
        check(
            futile || new["reason"] != "InternalError",
            "an answer counts as a mistake of our own",
        );
        if let Some(old) = condition(before, text(&new["type"])) {
            let same = old["status"] == new["status"];
            check(
                !same || old["lastTransitionTime"] == new["lastTransitionTime"],
                "lastTransitionTime moved without the condition's status",
            );
        }
    }
    wrong
}

/// Whether a text that people read has no control characters but line feeds and tabs.
pub fn is_plain(text: &str) -> bool {
    text.chars()
        .all(|c| matches!(c, '\n' | '\t') || !cloudfn::api::text::is_control(c))
}

/// Whether a status claims that the function is as this generation of the spec asks.
pub fn is_available(object: &Value) -> bool {
    let available = |ready: &Value| {
        ready["status"] == "True"
            && ready["reason"] == "Available"
            && ready["observedGeneration"] == object["metadata"]["generation"]
    };
    condition(object, "Ready").is_some_and(available)
}

/// A condition of an object.
pub fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object["status"]["conditions"]
        .as_array()?
        .iter()
        .find(|condition| condition["type"] == kind)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
