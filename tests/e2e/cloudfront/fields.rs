//! Each field of the spec: given, changed, dropped.

use aws_sdk_cloudfront::types::FunctionStage;
use serde_json::{Value, json};

use crate::support::{CFF, Scene, cff, javascript, store};

const CONTENT: [&str; 2] = ["UpdateFunction", "PublishFunction"];

/// Applies the spec and says which writes it took.
async fn writes_of(scene: &Scene, code: &str, spec: Value) -> Vec<String> {
    scene.tenant.clear_calls();
    scene.apply(cff("f", code, spec)).await;
    scene.ready(CFF, "f").await;
    scene.writes()
}

/// Comment and runtime of a stage.
async fn config(scene: &Scene, stage: FunctionStage) -> (String, String) {
    let config = scene
        .cloud
        .describe("f", stage)
        .await
        .function_summary
        .expect("a summary")
        .function_config
        .expect("a configuration");
    (config.comment, config.runtime.as_str().to_owned())
}

#[tokio::test]
async fn a_comment_and_a_runtime_are_changed_published_and_taken_away() {
    let scene = Scene::start("cff-config").await;
    let code = javascript("one");
    assert_eq!(
        writes_of(&scene, &code, json!({"comment": "first"})).await,
        ["CreateFunction", "PublishFunction"]
    );
    let rows = [
        (
            "the comment changes",
            json!({"comment": "second"}),
            "second",
            "cloudfront-js-2.0",
        ),
        (
            "the runtime changes",
            json!({"comment": "second", "runtime": "cloudfront-js-1.0"}),
            "second",
            "cloudfront-js-1.0",
        ),
        (
            "the runtime is dropped: its default",
            json!({"comment": "second"}),
            "second",
            "cloudfront-js-2.0",
        ),
        (
            "the comment is dropped: it is taken away",
            json!({}),
            "",
            "cloudfront-js-2.0",
        ),
    ];
    for (sentence, spec, comment, runtime) in rows {
        assert_eq!(writes_of(&scene, &code, spec).await, CONTENT, "{sentence}");
        for stage in [FunctionStage::Development, FunctionStage::Live] {
            assert_eq!(
                config(&scene, stage).await,
                (comment.to_owned(), runtime.to_owned()),
                "{sentence}"
            );
        }
        assert_eq!(
            scene.cloud.live("f").await.as_ref(),
            Some(&code),
            "{sentence}"
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn a_comment_that_the_spec_never_named_is_left_to_others() {
    let scene = Scene::start("cff-comment").await;
    let code = javascript("one");
    writes_of(&scene, &code, json!({})).await;
    scene.cloud.update_cloudfront("f", "theirs", &code).await;
    scene.cloud.publish_cloudfront("f").await;
    scene.tenant.clear_calls();
    scene.look(CFF, "f", "1").await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    let two = javascript("two");
    assert_eq!(writes_of(&scene, &two, json!({})).await, CONTENT);
    assert_eq!(
        config(&scene, FunctionStage::Live).await.0,
        "theirs",
        "sent back as it was"
    );
    assert_eq!(scene.cloud.live("f").await, Some(two));
    scene.end().await;
}

#[tokio::test]
async fn key_value_stores_are_associated_changed_published_and_taken_away() {
    /// What happens, the spec, the writes it takes, and the associations that are there then.
    type Row = (&'static str, Value, &'static [&'static str], &'static [u8]);
    let scene = Scene::start("cff-stores").await;
    let code = javascript("one");
    let with = |numbers: &[u8]| {
        let stores: Vec<Value> = numbers
            .iter()
            .map(|number| json!({"keyValueStoreArn": store(*number)}))
            .collect();
        json!({"keyValueStoreAssociations": stores})
    };
    assert_eq!(
        writes_of(&scene, &code, with(&[1])).await,
        ["CreateFunction", "PublishFunction"]
    );
    let rows: [Row; 5] = [
        ("said twice, it counts once", with(&[1, 1]), &[], &[1]),
        ("another one takes its place", with(&[2]), &CONTENT, &[2]),
        ("an empty list takes all away", with(&[]), &CONTENT, &[]),
        ("one comes back", with(&[1]), &CONTENT, &[1]),
        (
            "the list is dropped: it is taken away",
            json!({}),
            &CONTENT,
            &[],
        ),
    ];
    for (sentence, spec, writes, expected) in rows {
        assert_eq!(writes_of(&scene, &code, spec).await, writes, "{sentence}");
        let expected: Vec<String> = expected.iter().map(|number| store(*number)).collect();
        for stage in [FunctionStage::Development, FunctionStage::Live] {
            assert_eq!(scene.cloud.stores("f", stage).await, expected, "{sentence}");
        }
    }
    scene.end().await;
}

#[tokio::test]
async fn associations_that_the_spec_never_named_are_left_to_others() {
    let scene = Scene::start("cff-their-stores").await;
    writes_of(&scene, &javascript("one"), json!({})).await;
    scene.cloud.associate("f", &store(3)).await;
    scene.cloud.publish_cloudfront("f").await;
    assert_eq!(
        writes_of(&scene, &javascript("two"), json!({})).await,
        CONTENT
    );
    assert_eq!(
        scene.cloud.stores("f", FunctionStage::Live).await,
        [store(3)],
        "sent back as they were"
    );
    scene.end().await;
}

#[tokio::test]
async fn tags_are_added_changed_and_removed_and_those_of_others_stay() {
    /// What happens, the tags, the writes it takes, and the tags that are there then.
    type Row = (
        &'static str,
        Value,
        &'static [&'static str],
        &'static [(&'static str, &'static str)],
    );
    let scene = Scene::start("cff-tags").await;
    let code = javascript("one");
    writes_of(&scene, &code, json!({"tags": {"a": "1"}})).await;
    scene.cloud.tag_cloudfront("f", "theirs", "stays").await;
    let rows: [Row; 7] = [
        (
            "one is added",
            json!({"a": "1", "b": "2"}),
            &["TagResource"],
            &[("a", "1"), ("b", "2")],
        ),
        (
            "one is changed",
            json!({"a": "1", "b": "3"}),
            &["TagResource"],
            &[("a", "1"), ("b", "3")],
        ),
        (
            "an empty value is a value",
            json!({"a": "", "b": "3"}),
            &["TagResource"],
            &[("a", ""), ("b", "3")],
        ),
        (
            "one is removed",
            json!({"b": "3"}),
            &["UntagResource"],
            &[("b", "3")],
        ),
        (
            "one comes and one goes",
            json!({"c": "4"}),
            &["UntagResource", "TagResource"],
            &[("c", "4")],
        ),
        (
            "an empty map removes all of ours",
            json!({}),
            &["UntagResource"],
            &[],
        ),
        (
            "one comes back",
            json!({"a": "1"}),
            &["TagResource"],
            &[("a", "1")],
        ),
    ];
    for (sentence, tags, writes, expected) in rows {
        assert_eq!(
            writes_of(&scene, &code, json!({"tags": tags})).await,
            writes,
            "{sentence}"
        );
        let mut found = scene.cloud.cloudfront_tags("f").await;
        assert_eq!(
            found.remove("theirs").as_deref(),
            Some("stays"),
            "{sentence}"
        );
        found.retain(|key, _| !key.starts_with("cloudfn.dev/"));
        let found: Vec<_> = found
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, expected, "{sentence}");
    }
    assert_eq!(
        writes_of(&scene, &code, json!({})).await,
        ["UntagResource"],
        "the map is dropped"
    );
    let keys: Vec<String> = scene.cloud.cloudfront_tags("f").await.into_keys().collect();
    assert_eq!(
        keys,
        ["cloudfn.dev/instance", "cloudfn.dev/owner", "theirs"]
    );
    scene.end().await;
}

#[tokio::test]
async fn code_moves_between_its_sources_and_is_written_only_where_it_differs() {
    let scene = Scene::start("cff-sources").await;
    let (one, two, three) = (javascript("one"), javascript("two"), javascript("three"));
    writes_of(&scene, &one, json!({})).await;
    let map = |one: &str, two: &str| json!({"kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"one.js": one, "two.js": two}});
    scene.apply(map(&one, &two)).await;
    let from = |key: &str| json!({"code": {"configMapKeyRef": {"name": "m", "key": key}}});
    assert_eq!(
        writes_of(&scene, "", from("one.js")).await,
        Vec::<String>::new(),
        "the same code from elsewhere is no change"
    );
    assert_eq!(writes_of(&scene, "", from("two.js")).await, CONTENT);
    assert_eq!(scene.cloud.live("f").await, Some(two));
    assert_eq!(writes_of(&scene, &three, json!({})).await, CONTENT);
    assert_eq!(scene.cloud.live("f").await.as_ref(), Some(&three));
    // The ConfigMap that is named no more is of no interest any more.
    scene.tenant.clear_calls();
    scene
        .apply(map(
            "function handler(e) { return 1; }",
            "function handler(e) { return 2; }",
        ))
        .await;
    scene.look(CFF, "f", "1").await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    assert_eq!(scene.cloud.live("f").await, Some(three));
    scene.end().await;
}

#[tokio::test]
async fn an_update_reply_with_and_without_an_etag_leads_to_the_same_end() {
    let scene = Scene::start("cff-ettag").await;
    writes_of(&scene, &javascript("one"), json!({})).await;

    // AWS spells the header ETtag; the emulator says ETag.
    let spelt = cloudfn_bed::Fault::on("UpdateFunction").then(cloudfn_bed::Action::rewrite(
        |mut response| {
            let etag = response
                .headers_mut()
                .remove("etag")
                .expect("the emulator's header");
            response.headers_mut().insert("ettag", etag);
            response
        },
    ));
    let spelt = scene.tenant.inject(spelt);
    let two = javascript("two");
    assert_eq!(writes_of(&scene, &two, json!({})).await, CONTENT);
    spelt.assert_fired(1);
    assert_eq!(scene.cloud.live("f").await, Some(two));

    let missing = cloudfn_bed::Fault::on("UpdateFunction").then(cloudfn_bed::Action::rewrite(
        |mut response| {
            response.headers_mut().remove("etag");
            response
        },
    ));
    let missing = scene.tenant.inject(missing);
    let three = javascript("three");
    assert_eq!(
        writes_of(&scene, &three, json!({})).await,
        CONTENT,
        "looked up, not written again"
    );
    missing.assert_fired(1);
    assert_eq!(scene.cloud.live("f").await, Some(three));
    scene.end().await;
}
