//! Names of ConfigMaps and Secrets that no object can have, which an older definition let in.

use super::*;
use crate::schedule::role;

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
