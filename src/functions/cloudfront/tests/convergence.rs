//! The whole loop against the model: every start comes to the same end, in bounded steps.

use super::model::{Fault, Function, State};
use super::world::{End, World};
use super::*;
use crate::api::cloudfront::LiveState;
use crate::cloud::Class;

fn shape(
    world: &World,
) -> (
    String,
    FunctionConfig,
    Option<(String, FunctionConfig)>,
    Tags,
) {
    world.outside(|state| state.function().shape())
}

fn live_state(world: &World) -> LiveState {
    world.memory.live.clone().unwrap().state
}

/// Settled, and a further pass neither writes nor finds anything to do.
async fn assert_rests(world: &mut World, spec: &Spec, sentence: &str) {
    world.did();
    world.settle(spec).await;
    assert!(
        world.did().is_empty(),
        "{sentence}: a settled function is left alone"
    );
}

/// Specs that differ in one thing, or in all.
fn variants() -> Vec<(&'static str, Spec)> {
    let with = |change: fn(&mut Spec)| {
        let mut spec = full(CODE_A);
        change(&mut spec);
        spec
    };
    vec![
        ("all there is", full(CODE_A)),
        ("other code", full(CODE_B)),
        (
            "other comment",
            with(|spec| spec.comment = Some("Other".into())),
        ),
        (
            "empty comment",
            with(|spec| spec.comment = Some(String::new())),
        ),
        ("no comment", with(|spec| spec.comment = None)),
        (
            "other runtime",
            with(|spec| spec.runtime = "cloudfront-js-1.0".into()),
        ),
        (
            "other tag value",
            with(|spec| spec.common.tags = Some(tags(&[("team", "core"), ("tier", "gold")]))),
        ),
        (
            "one tag less",
            with(|spec| spec.common.tags = Some(tags(&[("team", "edge")]))),
        ),
        (
            "other tag",
            with(|spec| spec.common.tags = Some(tags(&[("cost", "1")]))),
        ),
        ("no tags", with(|spec| spec.common.tags = None)),
        ("code and nothing else", spec(CODE_B)),
    ]
}

#[tokio::test]
async fn every_change_ends_where_a_create_would() {
    for (from, before) in variants() {
        for (to, after) in variants() {
            let sentence = format!("from {from} to {to}");
            let mut changed = World::with(&before).await;
            changed.settle(&after).await;
            assert_eq!(
                shape(&changed),
                shape(&World::with(&after).await),
                "{sentence}: the cloud is as after a create"
            );
            assert_eq!(
                live_state(&changed),
                LiveState::Current,
                "{sentence}: LIVE is current"
            );
            assert!(
                changed.steps.len() <= 2 + 4,
                "{sentence}: at most four steps, not {:?}",
                changed.steps
            );
            assert_rests(&mut changed, &after, &sentence).await;
        }
    }
}

#[tokio::test]
async fn what_somebody_else_changes_is_repaired() {
    type Edit = fn(&mut State);
    let edits: [(&str, Edit, &[&str]); 9] = [
        (
            "code",
            |state| state.edit(|copy| copy.code = b"foreign".to_vec()),
            &["Update", "Publish"],
        ),
        (
            "comment",
            |state| state.edit(|copy| copy.config.comment = "foreign".into()),
            &["Update", "Publish"],
        ),
        (
            "runtime",
            |state| state.edit(|copy| copy.config.runtime = "cloudfront-js-1.0".into()),
            &["Update", "Publish"],
        ),
        ("an update to the same", |state| state.edit(|_| {}), &[]),
        (
            "LIVE",
            |state| {
                let ours = state.function().development.code.clone();
                state.edit(|copy| copy.code = b"foreign".to_vec());
                state.publish();
                state.edit(|copy| copy.code = ours);
            },
            &["Publish"],
        ),
        (
            "a tag's value",
            |state| {
                drop(
                    state
                        .function()
                        .tags
                        .insert("team".into(), "foreign".into()),
                )
            },
            &["Tag"],
        ),
        (
            "a tag taken away",
            |state| drop(state.function().tags.remove("tier")),
            &["Tag"],
        ),
        (
            "the instance tag taken away",
            |state| drop(state.function().tags.remove(INSTANCE_TAG)),
            &["Tag"],
        ),
        (
            "a foreign tag, which is not ours to remove",
            |state| drop(state.function().tags.insert("foreign".into(), "x".into())),
            &[],
        ),
    ];
    for (what, edit, expected) in edits {
        for checks in 0..2 {
            let mut world = World::with(&full(CODE_A)).await;
            for _ in 0..checks {
                world.settle(&full(CODE_A)).await;
            }
            let mut before = shape(&world);
            world.did();
            world.outside(edit);
            world.settle(&full(CODE_A)).await;
            assert_eq!(
                world.did(),
                expected,
                "{what}, after {checks} checks: the steps of the repair"
            );
            let mut after = shape(&world);
            after.3.remove("foreign");
            before.3.remove("foreign");
            assert_eq!(
                after, before,
                "{what}, after {checks} checks: all is as before"
            );
            assert_rests(&mut world, &full(CODE_A), what).await;
        }
    }
}

#[tokio::test]
async fn what_the_spec_never_named_is_left_as_it_is() {
    let mut world = World::with(&spec(CODE_A)).await;
    let store = "arn:aws:cloudfront::000000000000:key-value-store/1".to_owned();
    world.outside(|state| {
        state.edit(|copy| {
            copy.config.comment = "by hand".into();
            copy.config.key_value_stores.insert(store.clone());
        });
        state.function().tags.insert("by".into(), "hand".into());
    });
    world.settle(&spec(CODE_B)).await;
    let function = world.outside(|state| state.function().clone());
    assert_eq!(
        function.development.config.comment, "by hand",
        "an update sends an unmanaged comment back"
    );
    assert!(
        function
            .development
            .config
            .key_value_stores
            .contains(&store),
        "an update keeps the associations"
    );
    assert!(
        function.tags.contains_key("by"),
        "a tag that is not ours stays"
    );
    assert_eq!(
        function.live.unwrap().config,
        function.development.config,
        "LIVE is a copy of DEVELOPMENT"
    );
}

#[tokio::test]
async fn with_the_memory_lost_nothing_is_taken_away() {
    let mut world = World::with(&full(CODE_A)).await;
    world.memory = Status::default();
    world.did();
    world.settle(&spec(CODE_A)).await;
    assert!(
        world.did().is_empty(),
        "nobody knows any more that comment and tags were ours"
    );
}

#[tokio::test]
async fn stage_development_leaves_live_to_others_until_it_is_promoted() {
    let mut held = full(CODE_A);
    held.stage = SpecStage::Development;
    let mut world = World::with(&held).await;
    assert_eq!(world.did(), ["Create"], "nothing is published");
    assert_eq!(
        (live_state(&world), world.memory.stage.as_deref()),
        (LiveState::Never, Some("DEVELOPMENT"))
    );

    world.outside(State::publish);
    world.settle(&held).await;
    assert_eq!(
        (live_state(&world), world.memory.stage.as_deref()),
        (LiveState::Current, Some("LIVE")),
        "somebody else published it"
    );
    held.code.inline = Some(CODE_B.into());
    world.settle(&held).await;
    assert_eq!(
        (world.did(), live_state(&world)),
        (vec!["Update"], LiveState::Older),
        "an update stays in DEVELOPMENT"
    );

    held.stage = SpecStage::Live;
    world.settle(&held).await;
    assert_eq!(
        (world.did(), live_state(&world)),
        (vec!["Publish"], LiveState::Current),
        "promoted, it is published"
    );
    assert_eq!(shape(&world), shape(&World::with(&held).await));
}

#[tokio::test]
async fn replies_that_are_lost_or_lack_the_etag_only_cost_calls() {
    for operation in [
        "CreateFunction",
        "UpdateFunction",
        "PublishFunction",
        "TagResource",
        "UntagResource",
    ] {
        let mut world = World::new();
        world.outside(|state| state.lose_reply_of = Some(operation));
        world.settle(&full(CODE_A)).await;
        world.settle(&spec(CODE_B)).await;
        let mut after = full(CODE_B);
        after.common.tags = Some(tags(&[("cost", "1")]));
        world.settle(&after).await;
        assert_eq!(
            shape(&world),
            shape(&World::with(&after).await),
            "a lost reply of {operation}"
        );
        assert_rests(&mut world, &after, operation).await;
    }
    let mut world = World::with(&full(CODE_A)).await;
    world.outside(|state| state.faults.insert(Fault::UpdatesWithoutEtag));
    world.settle(&full(CODE_B)).await;
    assert_eq!(
        shape(&world),
        shape(&World::with(&full(CODE_B)).await),
        "an update whose reply has no ETag is looked at and published"
    );

    world.outside(|state| state.lose_reply_of = Some("DeleteFunction"));
    assert!(
        matches!(world.delete().await, End::Failed(_)),
        "the reply is lost"
    );
    assert_eq!(
        world.delete().await,
        End::Settled,
        "and the next look finds nothing"
    );
}

#[tokio::test]
async fn a_stop_after_any_step_is_made_good() {
    let (before, after) = (full(CODE_A), {
        let mut spec = spec(CODE_B);
        spec.common.tags = Some(tags(&[("cost", "1")]));
        spec
    });
    for steps in 1..=4 {
        let mut world = World::new();
        world.crash_after = Some(steps);
        world.settle(&before).await;
        world.crash_after = Some(steps);
        world.settle(&after).await;
        assert_eq!(
            shape(&world),
            shape(&World::with(&after).await),
            "stopped after {steps} steps"
        );
    }
}

#[tokio::test]
async fn a_create_that_is_refused_with_tags_goes_through_the_intent() {
    let spec = full(CODE_A);
    let mut world = World::new();
    world.outside(|state| state.refuse_tagged_creates = 9);
    for _ in 0..2 {
        let end = world.pass(&spec).await;
        assert!(
            matches!(
                end,
                End::Failed(CloudError {
                    class: Class::Busy,
                    ..
                })
            ),
            "refused: {end:?}"
        );
    }
    assert_eq!(
        world.pass(&spec).await,
        End::Settled,
        "the third is sent without tags"
    );
    assert_eq!(
        world.did(),
        ["Create", "Tag", "Publish", "Tag"],
        "the claim comes right after the create"
    );
    assert_eq!(
        world.memory.intent, None,
        "the claim stands, the intent is done"
    );
    assert_eq!(shape(&world), shape(&World::with(&spec).await));
}

/// A world stopped between the create without tags and the claim.
async fn stopped_before_the_claim() -> World {
    let mut world = World::new();
    world.outside(|state| state.refuse_tagged_creates = 9);
    world.pass(&full(CODE_A)).await;
    world.pass(&full(CODE_A)).await;
    world.crash_after = Some(1);
    assert_eq!(world.pass(&full(CODE_A)).await, End::Crashed);
    let function: Function = world.outside(|state| state.function().clone());
    assert!(function.tags.is_empty(), "created, and not yet claimed");
    world
}

#[tokio::test]
async fn a_stop_between_create_and_claim_leaves_no_orphan() {
    let mut world = stopped_before_the_claim().await;
    world.settle(&full(CODE_A)).await;
    assert_eq!(
        shape(&world),
        shape(&World::with(&full(CODE_A)).await),
        "recognised by its content, and claimed"
    );

    let mut world = stopped_before_the_claim().await;
    world.settle(&full(CODE_B)).await;
    assert_eq!(
        shape(&world),
        shape(&World::with(&full(CODE_B)).await),
        "an edit in between does not hide it"
    );

    let mut world = stopped_before_the_claim().await;
    assert_eq!(world.delete().await, End::Settled);
    assert!(
        world.outside(|state| state.functions.is_empty()),
        "a deletion in between finds it too"
    );
}

#[tokio::test]
async fn another_function_is_not_ours_by_intent() {
    let mut world = stopped_before_the_claim().await;
    world.outside(|state| state.edit(|copy| copy.config.comment = "foreign".into()));
    assert_eq!(
        world.pass(&full(CODE_A)).await,
        End::Foreign,
        "another content is another's"
    );
    assert_eq!(world.delete().await, End::Foreign, "and is not deleted");
    let mut world = World::with(&full(CODE_A)).await;
    world.outside(|state| state.function().tags.clear());
    assert_eq!(
        world.pass(&full(CODE_A)).await,
        End::Foreign,
        "without an intent, the same content says nothing"
    );
}

#[tokio::test]
async fn a_function_deleted_by_somebody_else_is_made_again() {
    let mut world = World::with(&full(CODE_A)).await;
    world.outside(|state| state.functions.clear());
    world.did();
    world.settle(&full(CODE_A)).await;
    assert_eq!(world.did(), ["Create", "Publish"]);
    assert_rests(&mut world, &full(CODE_A), "made again").await;
}

#[tokio::test]
async fn a_guard_that_somebody_used_up_is_not_forced() {
    let mut world = World::with(&full(CODE_A)).await;
    world.outside(|state| {
        state.meanwhile.push_back((
            "UpdateFunction",
            Box::new(|state| state.edit(|copy| copy.code = b"foreign".to_vec())),
        ));
    });
    let end = world.pass(&full(CODE_B)).await;
    assert!(
        matches!(
            end,
            End::Failed(CloudError {
                class: Class::Conflict,
                ..
            })
        ),
        "a conflict, not an overwrite: {end:?}"
    );
    world.settle(&full(CODE_B)).await;
    assert_eq!(shape(&world), shape(&World::with(&full(CODE_B)).await));
}
