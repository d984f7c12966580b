//! ConfigMaps and Secrets that change, and names of them that no object can have, which an older definition
//! let in.

use super::*;
use crate::schedule::{Outside, javascript, role};
use crate::world::lock;

/// How long changed references wait for a new generation.
const SETTLES: Duration = Duration::from_secs(5);

#[test]
fn new_data_is_reconciling_at_once_and_a_new_version_alone_shows_nowhere() {
    alone(Kind::CloudFront, async |alone: &mut Alone| {
        let map = |number: u64| Act::Reference {
            config_map: true,
            name: "m0".to_owned(),
            data: Some(json!({"code": javascript(number)})),
        };
        alone.stage.act(&map(1));
        let key = json!({"name": "m0", "key": "code"});
        alone
            .apply(&json!({"code": {"configMapKeyRef": key}}))
            .await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        let seen = lock(&alone.stage.world.versions).len();
        assert_eq!(alone.stage.annotate_map("m0", "one"), 200);
        tokio::time::sleep(SETTLES * 3).await;
        for (_, change) in &lock(&alone.stage.world.versions)[seen..] {
            let object = change.object.as_deref().unwrap_or(&Value::Null);
            let ready = condition(object, "Ready").map(|ready| &ready["status"]);
            let is_map = change.key.plural == "configmaps";
            assert!(is_map || ready == Some(&json!("True")), "{object}");
        }
        let changed = alone.now();
        alone.stage.act(&map(2));
        alone
            .every(MOMENT, "a status that is not Ready", |alone| {
                alone.condition("Reconciling") == "True/Progressing"
            })
            .await;
        assert!(alone.now() < changed + SETTLES, "before anything is done");
        assert_eq!(alone.condition("Ready"), "False/Progressing");
        alone.stage.act(&map(3));
        alone.calls();
        alone.rest().await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        let calls = alone.calls();
        let updates = calls
            .iter()
            .filter(|call| call.starts_with("UpdateFunction"));
        assert_eq!(updates.count(), 1, "one change: {calls:?}");
    });
}

#[test]
fn a_new_version_of_the_same_data_overwrites_no_reported_edit() {
    alone(Kind::CloudFront, async |alone: &mut Alone| {
        alone.stage.act(&Act::Reference {
            config_map: true,
            name: "m0".to_owned(),
            data: Some(json!({"code": javascript(1)})),
        });
        let key = json!({"name": "m0", "key": "code"});
        let spec = json!({"code": {"configMapKeyRef": key}, "driftPolicy": "Report"});
        alone.apply(&spec).await;
        alone.stage.act(&Act::Outside(0, Outside::Code(1)));
        alone.check().await;
        assert_eq!(alone.condition("Ready"), "False/Drifted");
        alone.calls();
        assert_eq!(alone.stage.annotate_map("m0", "one"), 200);
        tokio::time::sleep(SETTLES * 3).await;
        alone.rest().await;
        assert_eq!(alone.condition("Ready"), "False/Drifted");
        assert_eq!(alone.done(), [""; 0]);
    });
}

#[test]
fn a_name_that_no_object_can_have_is_refused_and_reaches_no_url() {
    for name in [
        "mine?x=y",
        "mine#frag",
        "mine/",
        "../configmaps/mine",
        "Mine",
        "m%69ne",
    ] {
        let lambda = |code: Value, environment: Value| json!({"runtime": "python3.13", "handler": "index.handler", "role": role(), "code": code, "environment": environment});
        let inline = json!({"inline": {"files": {"index.py": "pass"}}});
        let from = |entry: Value| json!({"variablesFrom": [entry]});
        let key = json!({"name": name, "key": "key"});
        let code = "function handler(event) { return event.request; }";
        let specs = [
            (Kind::CloudFront, json!({"code": {"configMapKeyRef": key}})),
            (
                Kind::CloudFront,
                json!({"code": {"inline": code}, "testsFrom": [{"configMapKeyRef": key}]}),
            ),
            (
                Kind::Lambda,
                lambda(json!({"configMapRef": {"name": name}}), json!({})),
            ),
            (
                Kind::Lambda,
                lambda(inline.clone(), from(json!({"secretRef": {"name": name}}))),
            ),
            (
                Kind::Lambda,
                lambda(
                    inline.clone(),
                    from(json!({"configMapRef": {"name": name}})),
                ),
            ),
            (
                Kind::Lambda,
                lambda(
                    inline.clone(),
                    from(json!({"name": "ONE", "valueFrom": {"secretKeyRef": key}})),
                ),
            ),
            (
                Kind::Lambda,
                lambda(
                    inline.clone(),
                    from(json!({"name": "ONE", "valueFrom": {"configMapKeyRef": key}})),
                ),
            ),
        ];
        for (kind, spec) in specs {
            alone(kind, async |alone: &mut Alone| {
                for config_map in [true, false] {
                    alone.stage.act(&Act::Reference {
                        config_map,
                        name: "mine".to_owned(),
                        data: Some(json!({"key": "dmFsdWU="})),
                    });
                }
                alone.apply(&spec).await;
                assert_eq!(alone.condition("Stalled"), "True/InvalidSpec", "{spec}");
                assert!(alone.message().contains("is no name of a"), "{spec}");
                let trace = alone.stage.world.record().trace.clone();
                let asked = |line: &&String| line.contains("op1") && line.contains(" GET ");
                assert_eq!(trace.iter().find(asked), None, "{spec}");
            });
        }
    }
}
