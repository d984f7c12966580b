//! Whose a function is between a create that was refused with tags and its owner tags.

use std::time::Duration;

use super::*;
use crate::functions::created;
use crate::schedule::Act;

const CREATE: &str = "CreateFunction";

fn refuse_tags(alone: &mut Alone) {
    alone.settings(|settings| settings.refuse_create_with_tags = true);
}

fn as_created(spec: &Value) -> Value {
    created(Kind::CloudFront, |_| {}, spec)
}

#[test]
fn a_create_that_is_refused_with_tags_is_sent_without_them_the_third_time() {
    let spec = full(&javascript(1));
    let wanted = as_created(&spec);
    edge(async |alone: &mut Alone| {
        refuse_tags(alone);
        alone.apply(&spec).await;
        let calls = alone.take();
        let creates: Vec<_> = calls
            .iter()
            .filter(|entry| entry.operation.name == CREATE)
            .map(|entry| (entry.effect, entry.arguments.get("tags").is_some()))
            .collect();
        assert_eq!(creates, [(false, true), (false, true), (true, false)]);
        let after: Vec<_> = calls
            .iter()
            .filter(|entry| entry.effect)
            .map(|entry| entry.operation.name)
            .collect();
        assert_eq!(
            after,
            [CREATE, "TagResource", PUBLISH, "TagResource"],
            "the owner tags come right after the create"
        );
        assert_eq!(
            alone.status()["intent"],
            Value::Null,
            "with the owner tags, the intent is done"
        );
        assert_eq!(alone.function(), wanted);
    });
}

/// The operator is stopped between the create without tags and the owner tags.
async fn stopped_before_the_owner_tags(alone: &mut Alone) {
    refuse_tags(alone);
    alone.edit(&full(&javascript(1)));
    alone.call(CREATE, 3).await;
    alone.stop().await;
    assert_eq!(
        alone.function()["tags"],
        Value::Object(serde_json::Map::new()),
        "created, and not yet claimed"
    );
}

#[test]
fn a_stop_between_create_and_owner_tags_leaves_no_orphan() {
    let wanted = as_created(&full(&javascript(1)));
    edge(async |alone: &mut Alone| {
        stopped_before_the_owner_tags(alone).await;
        alone.rest().await;
        assert_eq!(
            alone.function(),
            wanted,
            "recognised by its content, and claimed"
        );
    });
    let edited = full(&javascript(2));
    let wanted = as_created(&edited);
    edge(async |alone: &mut Alone| {
        stopped_before_the_owner_tags(alone).await;
        alone.apply(&edited).await;
        assert_eq!(
            alone.function(),
            wanted,
            "an edit in between does not hide it"
        );
    });
    edge(async |alone: &mut Alone| {
        stopped_before_the_owner_tags(alone).await;
        alone.delete().await;
        assert_eq!(
            alone.function(),
            Value::Null,
            "a deletion in between finds it too"
        );
    });
}

#[test]
fn another_function_is_not_ours_by_intent() {
    edge(async |alone: &mut Alone| {
        stopped_before_the_owner_tags(alone).await;
        alone.edit_outside(|update| update.config.comment = "foreign".into());
        alone.rest().await;
        assert_eq!(
            alone.condition("Ready"),
            "False/NotOwned",
            "another content is another's"
        );
        alone.delete().await;
        assert_ne!(alone.function(), Value::Null, "and is not deleted");
    });
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        let ours = [cloudfn::api::OWNER_TAG, cloudfn::api::INSTANCE_TAG];
        alone.tag_outside(&[], &[ours[0], ours[1], "team", "tier"]);
        alone.stop().await;
        alone.lose_status();
        alone.done();
        alone.check().await;
        assert_eq!(
            (alone.condition("Ready").as_str(), alone.done()),
            ("False/NotOwned", vec![]),
            "without an intent, the same content says nothing"
        );
    });
}

/// The connection of a create without tags is lost, and the next one makes the function: the lost one may still
/// arrive.
async fn created_with_another_under_way(alone: &mut Alone) {
    refuse_tags(alone);
    alone.edit(&full(&javascript(1)));
    alone.call(CREATE, 2).await;
    alone.stage.act(&Act::LateCreate(Duration::from_secs(20)));
    alone.rest().await;
    assert_eq!(alone.condition("Ready"), "True/Available");
    assert_ne!(
        alone.status()["intent"],
        Value::Null,
        "kept for the one under way"
    );
}

#[test]
fn a_create_without_tags_that_arrives_late_is_ours() {
    let wanted = as_created(&full(&javascript(1)));
    edge(async |alone: &mut Alone| {
        created_with_another_under_way(alone).await;
        alone.stage.act(&Act::Outside(0, Outside::Delete));
        alone
            .until("the late create", |alone| !alone.function().is_null())
            .await;
        alone.check().await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        assert_eq!(alone.function(), wanted, "recognised, and claimed");
        alone.check().await;
        assert_eq!(
            alone.status()["intent"],
            Value::Null,
            "nothing is under way any more"
        );
    });
    edge(async |alone: &mut Alone| {
        created_with_another_under_way(alone).await;
        alone.delete().await;
        assert_eq!(
            alone.function(),
            Value::Null,
            "a deletion waits for it, and deletes it"
        );
    });
}

#[test]
fn a_function_that_loses_its_tags_is_not_taken_for_a_late_create() {
    edge(async |alone: &mut Alone| {
        created_with_another_under_way(alone).await;
        let ours = [cloudfn::api::OWNER_TAG, cloudfn::api::INSTANCE_TAG];
        alone.tag_outside(&[], &ours);
        alone
            .until("the next check", |alone| {
                alone.condition("Ready") == "False/NotOwned"
            })
            .await;
        assert_eq!(alone.function()["tags"].get(ours[0]), None);
    });
}
