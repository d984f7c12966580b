//! Lists and watches with objects that no reader expects.

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::ResourceExt;
use kube::core::{ObjectList, WatchEvent};

use super::*;
use crate::api::{CloudFrontFunction, FullObject, LambdaFunction};

/// Deeper than any reader of JSON goes, and than any stack.
const DEEP: usize = 100_000;

fn nested(levels: usize) -> String {
    format!("{}{}", "{\"f:a\":".repeat(levels), "{}") + &"}".repeat(levels)
}

/// What stands where, in an object that is sound elsewhere.
fn object(name: &str, metadata: &str, spec: &str, status: &str) -> String {
    format!(
        r#"{{"apiVersion":"cloudfn.dev/v1alpha1","kind":"CloudFrontFunction","metadata":{{"name":"{name}","namespace":"n","uid":"u"{metadata}}},"spec":{{"code":{{"inline":"x"}},"deletionPolicy":"Retain"{spec}}},"status":{{"arn":"a"{status}}}}}"#
    )
}

fn strange() -> Vec<(&'static str, String)> {
    let deep = nested(DEEP);
    let list = "[".repeat(DEEP) + &"]".repeat(DEEP);
    vec![
        (
            "spec",
            object("x", "", &format!(r#","comment":{deep}"#), ""),
        ),
        ("spec", object("x", "", &format!(r#","tests":{list}"#), "")),
        ("status", object("x", "", "", &format!(r#","etag":{deep}"#))),
        (
            "managed fields",
            object(
                "x",
                &format!(
                    r#","managedFields":[{{"manager":"m","operation":"Update","fieldsType":"FieldsV1","fieldsV1":{deep}}}]"#
                ),
                "",
                "",
            ),
        ),
        (
            "metadata",
            object(
                "x",
                r#","generation":"many","finalizers":["cloudfn.dev/finalizer"]"#,
                "",
                "",
            ),
        ),
        (
            "another member",
            object("x", "", "", "").replacen('{', &format!(r#"{{"data":{deep},"#), 1),
        ),
    ]
}

#[test]
fn whatever_an_object_holds_its_list_and_its_watch_are_read() {
    for (place, strange) in strange() {
        let sound = object("sound", "", "", "");
        let list = format!(
            r#"{{"apiVersion":"cloudfn.dev/v1alpha1","kind":"CloudFrontFunctionList","metadata":{{"resourceVersion":"7"}},"items":[{strange},{sound}]}}"#
        );
        let read: ObjectList<FullObject<CloudFrontFunction>> = serde_json::from_str(&list).unwrap();
        let names: Vec<String> = read.items.iter().map(ResourceExt::name_any).collect();
        assert_eq!(names, ["x", "sound"], "{place}");
        assert!(read.items[1].spec.is_ok(), "{place}");
        assert_eq!(read.items[0].subject.uid(), "u", "{place}");
        let read: ObjectList<Header<ConfigMap>> = serde_json::from_str(&list).unwrap();
        assert_eq!(read.items[0].name_any(), "x", "{place}");

        let event = format!(r#"{{"type":"ADDED","object":{strange}}}"#);
        let read: WatchEvent<FullObject<CloudFrontFunction>> =
            serde_json::from_str(&event).unwrap();
        assert!(
            matches!(read, WatchEvent::Added(object) if object.subject.name() == "x"),
            "{place}"
        );
    }
}

#[test]
fn what_is_too_deep_is_told_and_takes_nothing_else_away() {
    for (place, text) in strange() {
        let FullObject { subject, spec, .. }: FullObject<CloudFrontFunction> =
            serde_json::from_str(&text).unwrap();
        assert_eq!(spec.is_err(), place == "spec", "{place}");
        if let Err(message) = &spec {
            assert!(message.contains("more than 64 levels"), "{message}");
        }
        assert_eq!(
            subject.essentials.deletion_policy,
            Ok(Some(crate::api::DeletionPolicy::Retain)),
            "{place}"
        );
        if place == "metadata" {
            assert!(subject.has_finalizer(), "what can be read of it is read");
        }
        assert_eq!(subject.status.is_some(), place != "status", "{place}");
    }
}

#[test]
fn a_value_is_kept_whole_up_to_its_last_level() {
    for (levels, cut) in [(0, false), (MAX_DEPTH - 1, false), (MAX_DEPTH, true)] {
        let text = nested(levels);
        let read: Bounded = serde_json::from_str(&text).unwrap();
        assert_eq!(read.cut, cut, "{levels}");
        if !cut {
            assert_eq!(read.value.to_string(), text);
        }
    }
    let all = r#"{"a":[1,-1,1.5,"é",true,null,{}]}"#;
    let read: Bounded = serde_json::from_str(all).unwrap();
    assert_eq!(read.value.to_string(), all);
}

#[test]
fn a_config_map_and_a_secret_are_read_whatever_their_managed_fields_say() {
    let metadata = format!(
        r#"{{"name":"m","resourceVersion":"5","managedFields":[{{"fieldsV1":{}}}]}}"#,
        nested(DEEP)
    );
    let map =
        format!(r#"{{"metadata":{metadata},"data":{{"a":"b"}},"binaryData":{{"c":"ZA=="}}}}"#);
    let map: Whole<ConfigMap> = serde_json::from_str(&map).unwrap();
    assert_eq!(map.metadata.resource_version.as_deref(), Some("5"));
    assert_eq!(map.content.data.unwrap()["a"], "b");
    assert_eq!(map.content.binary_data.unwrap()["c"].0, b"d");
    let secret = format!(r#"{{"metadata":{metadata},"data":{{"a":"Yg=="}}}}"#);
    let secret: Whole<Secret> = serde_json::from_str(&secret).unwrap();
    assert_eq!(format!("{secret:?}"), "/m");
    assert_eq!(secret.content.data.unwrap()["a"].0, b"b");
}

#[test]
fn a_null_counts_as_omitted_at_any_depth() {
    let spec = |more: Value| {
        let mut object = json!({"metadata": {"name": "f"}, "spec": {"runtime": "r", "handler": "h", "role": "arn", "code": {"s3Bucket": "b", "s3Key": "k"}}});
        for (name, value) in more.as_object().into_iter().flatten() {
            object["spec"][name] = value.clone();
        }
        FullObject::<LambdaFunction>::deserialize(object).unwrap()
    };
    let nulls = spec(json!({
        "timeout": null, "tags": {"a": "b", "c": null}, "managementPolicy": null, "deletionPolicy": null, "publish": null,
        "environment": {"variables": null, "variablesFrom": [{"secretRef": {"name": "s"}, "prefix": null, "name": null}]},
    }));
    let omitted = spec(json!({
        "tags": {"a": "b"}, "environment": {"variablesFrom": [{"secretRef": {"name": "s"}}]},
    }));
    assert_eq!(nulls.spec, omitted.spec);
    assert_eq!(nulls.subject.essentials, omitted.subject.essentials);
}
