//! `observe`: which calls a look makes, and what it believes.

use super::model::{Fault, State, error};
use super::world::{End, World};
use super::*;
use crate::cloud::Class;
use crate::cloud::cloudfront::Stage;
use crate::reconcile::Desired as _;

const DEVELOPMENT: &str = "DescribeFunction DEVELOPMENT";
const LIVE: &str = "DescribeFunction LIVE";
const TAGS: &str = "ListTagsForResource";
const CODE: &str = "GetFunction DEVELOPMENT";
const LIVE_CODE: &str = "GetFunction LIVE";

#[tokio::test]
async fn a_create_to_live_costs_two_writes_and_one_read() {
    let world = World::with(&full(CODE_A)).await;
    assert_eq!(
        world.calls(),
        [DEVELOPMENT, "CreateFunction", "PublishFunction"]
    );
}

#[tokio::test]
async fn a_check_costs_three_reads_also_the_first_after_a_publish() {
    let mut world = World::with(&full(CODE_A)).await;
    world.calls();
    world.settle(&full(CODE_A)).await;
    assert_eq!(
        world.calls(),
        [LIVE, DEVELOPMENT, TAGS],
        "the first check reads LIVE before DEVELOPMENT, whose ETag vouches for it"
    );
    for _ in 0..2 {
        world.settle(&full(CODE_A)).await;
        assert_eq!(
            world.calls(),
            [DEVELOPMENT, TAGS, LIVE],
            "later checks know LIVE by its own ETag"
        );
    }
}

#[tokio::test]
async fn a_change_of_code_to_live_costs_two_writes_and_two_reads() {
    let mut world = World::with(&full(CODE_A)).await;
    world.calls();
    world.settle(&full(CODE_B)).await;
    assert_eq!(
        world.calls(),
        [DEVELOPMENT, TAGS, "UpdateFunction", "PublishFunction"],
        "right after the create"
    );
    world.settle(&full(CODE_B)).await;
    world.calls();
    world.settle(&full(CODE_A)).await;
    assert_eq!(
        world.calls(),
        [DEVELOPMENT, TAGS, "UpdateFunction", "PublishFunction"],
        "after a check too"
    );
}

#[tokio::test]
async fn a_delete_costs_one_write_and_two_reads() {
    let mut world = World::with(&full(CODE_A)).await;
    world.calls();
    assert_eq!(world.delete().await, End::Settled);
    assert_eq!(world.calls(), [DEVELOPMENT, TAGS, "DeleteFunction"]);
    assert_eq!(world.delete().await, End::Settled);
    assert_eq!(
        world.calls(),
        [DEVELOPMENT],
        "what is gone is not asked for tags"
    );
}

#[tokio::test]
async fn a_lost_status_costs_calls_and_changes_nothing() {
    let mut world = World::with(&full(CODE_A)).await;
    world.calls();
    world.memory = Status::default();
    world.settle(&full(CODE_A)).await;
    assert_eq!(
        world.calls(),
        [DEVELOPMENT, CODE, TAGS, LIVE, LIVE_CODE],
        "everything is read, nothing is written"
    );
    world.settle(&full(CODE_A)).await;
    assert_eq!(
        world.calls(),
        [DEVELOPMENT, TAGS, LIVE],
        "and then it is known again"
    );
}

/// Somebody updates, publishes, and puts DEVELOPMENT back.
fn foreign_publish(state: &mut State) {
    state.edit(|copy| copy.code = b"foreign".to_vec());
    state.publish();
    state.edit(|copy| copy.code = CODE_A.into());
}

#[tokio::test]
async fn a_foreign_publish_between_two_reads_is_not_taken_for_ours() {
    let held = Spec {
        stage: SpecStage::Development,
        ..full(CODE_B)
    };
    for first in [full(CODE_A), held] {
        for before in [LIVE, DEVELOPMENT, TAGS] {
            // Right after our own publish, before LIVE's ETag is known.
            let mut world = World::with(&full(CODE_A)).await;
            world.outside(|state| {
                state
                    .meanwhile
                    .push_back((before, Box::new(foreign_publish)))
            });
            world.pass(&first).await;
            world.settle(&full(CODE_A)).await;
            world.settle(&full(CODE_A)).await;
            let live = world.outside(|state| state.function().live.clone().unwrap().code);
            assert_eq!(
                String::from_utf8(live).unwrap(),
                CODE_A,
                "edited before {before}, {:?}: LIVE has our code again",
                first.stage
            );
        }
    }
}

#[tokio::test]
async fn code_belongs_to_the_version_that_was_described() {
    let edit = |code: &'static str| -> Box<dyn FnOnce(&mut State) + Send> {
        Box::new(move |state| state.edit(|copy| copy.code = code.into()))
    };
    let spec = full(CODE_A);
    let desired = wanted(&spec);
    let mut world = World::with(&spec).await;
    world.memory = Status::default();
    let identity = Identity {
        account: String::new(),
        region: String::new(),
        name: NAME.to_owned(),
    };

    world.outside(|state| state.meanwhile.push_back((CODE, edit("new"))));
    let observed = world
        .kind
        .observe(
            &identity,
            &world.memory,
            Goal::Present(&desired),
            BudgetMode::Wait,
        )
        .await
        .unwrap()
        .unwrap();
    let etag = world.outside(|state| state.function().development.etag.clone());
    assert_eq!(
        observed.etag,
        Some(etag),
        "the description is read again and fits the code"
    );
    assert_eq!(
        observed.development.code.unwrap().sha256,
        Source::new(b"new".to_vec()).sha256,
        "the code is the newer one"
    );

    world.outside(|state| {
        state.meanwhile.push_back((CODE, edit("newer")));
        state.meanwhile.push_back((DEVELOPMENT, edit("newest")));
    });
    // The first description passes before the edits, as the queue is in order.
    let observed = world
        .kind
        .observe(
            &identity,
            &world.memory,
            Goal::Present(&desired),
            BudgetMode::Wait,
        )
        .await;
    assert_eq!(
        observed.map_err(|error| error.class),
        Err(Class::Conflict),
        "twice in one look is a conflict, and looked at again"
    );
}

#[tokio::test]
async fn code_without_an_etag_is_believed_between_two_equal_descriptions() {
    let mut world = World::with(&full(CODE_A)).await;
    world.memory = Status::default();
    world.outside(|state| state.faults.insert(Fault::CodeWithoutEtag));
    world.calls();
    world.settle(&full(CODE_A)).await;
    assert_eq!(
        world.calls(),
        [DEVELOPMENT, CODE, DEVELOPMENT, TAGS, LIVE, LIVE_CODE, LIVE]
    );
}

#[tokio::test]
async fn tags_that_may_not_be_read_are_not_absent() {
    let mut world = World::with(&full(CODE_A)).await;
    world.outside(|state| state.faults.insert(Fault::TagsDenied));
    world.calls();
    assert_eq!(
        world.pass(&full(CODE_B)).await,
        End::Blocked,
        "nothing is written to a function whose owner cannot be read"
    );
    assert_eq!(world.calls(), [DEVELOPMENT, TAGS]);
}

#[tokio::test]
async fn tags_that_are_not_found_do_not_make_a_function_gone() {
    let mut world = World::with(&full(CODE_A)).await;
    world.outside(|state| state.faults.insert(Fault::TagsLag));
    let end = world.delete().await;
    assert!(
        matches!(
            end,
            End::Unseen(CloudError {
                class: Class::Busy,
                ..
            })
        ),
        "a function that is there is not forgotten: {end:?}"
    );
    world.outside(|state| {
        state.meanwhile.push_back((
            TAGS,
            Box::new(|state| {
                state.functions.clear();
            }),
        ));
    });
    assert_eq!(
        world.delete().await,
        End::Settled,
        "one that went between two reads is gone"
    );
}

#[tokio::test]
async fn a_stage_kept_in_development_still_shows_what_is_live() {
    let mut world = World::with(&full(CODE_A)).await;
    world.settle(&full(CODE_A)).await;
    let mut held = full(CODE_B);
    held.stage = SpecStage::Development;
    world.calls();
    world.settle(&held).await;
    assert_eq!(
        world.calls(),
        [DEVELOPMENT, TAGS, LIVE, "UpdateFunction"],
        "LIVE is read and not touched"
    );
}

#[tokio::test]
async fn where_nothing_is_claimed_live_is_read_although_a_publish_would_follow() {
    let world = World::with(&full(CODE_A)).await;
    let identity = Identity {
        account: String::new(),
        region: String::new(),
        name: NAME.to_owned(),
    };
    let desired = desired(&full(CODE_B), &Inputs::default(), &Tags::new()).unwrap();
    let observed = world
        .kind
        .observe(
            &identity,
            &world.memory,
            Goal::Present(&desired),
            BudgetMode::Try,
        )
        .await
        .unwrap()
        .unwrap();
    assert!(
        matches!(observed.live, Live::Known(_)),
        "managementPolicy Observe says what LIVE has"
    );
}

/// What `managementPolicy: Observe` asks for, and `driftPolicy: Report` of what is settled.
fn shown(code: &str) -> [CloudFrontDesired; 2] {
    let observing = desired(&full(code), &Inputs::default(), &Tags::new()).unwrap();
    let mut reporting = wanted(&full(code));
    reporting.show_people();
    [observing, reporting]
}

#[tokio::test]
async fn who_is_shown_a_difference_costs_one_read_more_for_each_code_that_differs() {
    let identity = Identity {
        account: String::new(),
        region: String::new(),
        name: NAME.to_owned(),
    };
    for number in 0..2 {
        let mut world = World::with(&full(CODE_A)).await;
        world.settle(&full(CODE_A)).await;
        world.calls();
        let look = async |world: &World, code: &str| {
            let desired = &shown(code)[number];
            world
                .kind
                .observe(
                    &identity,
                    &world.memory,
                    Goal::Present(desired),
                    BudgetMode::Wait,
                )
                .await
                .unwrap()
                .unwrap()
        };
        look(&world, CODE_A).await;
        assert_eq!(
            world.calls(),
            [DEVELOPMENT, TAGS, LIVE],
            "nothing differs: a check costs what it costs"
        );
        let observed = look(&world, CODE_B).await;
        assert_eq!(
            world.calls(),
            [DEVELOPMENT, CODE, TAGS, LIVE, LIVE_CODE],
            "both stages differ, and are known by ETag only"
        );
        let text = |text: &Text| text.0.as_deref().map(<[u8]>::to_vec);
        assert_eq!(
            observed.development.code.map(|code| text(&code.text)),
            Some(Some(CODE_A.into()))
        );
        let Live::Known(live) = observed.live else {
            panic!("LIVE is read")
        };
        assert_eq!(text(&live.text), Some(CODE_A.into()));

        world.outside(|state| state.edit(|copy| copy.code = b"foreign".to_vec()));
        look(&world, CODE_A).await;
        assert_eq!(
            world.calls(),
            [DEVELOPMENT, CODE, TAGS, LIVE],
            "an edit moved the ETag, so its code is read in any case"
        );
    }
}

#[tokio::test]
async fn what_a_repair_overwrites_is_at_hand_without_a_read_more() {
    let mut world = World::with(&full(CODE_A)).await;
    world.settle(&full(CODE_A)).await;
    world.outside(|state| state.edit(|copy| copy.code = b"foreign\n".to_vec()));
    world.calls();
    let identity = Identity {
        account: String::new(),
        region: String::new(),
        name: NAME.to_owned(),
    };
    let desired = wanted(&full(CODE_A));
    let observed = world
        .kind
        .observe(
            &identity,
            &world.memory,
            Goal::Present(&desired),
            BudgetMode::Wait,
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        world.calls(),
        [DEVELOPMENT, CODE, TAGS],
        "as for any change of code"
    );
    let Plan::Act(steps) =
        CloudFrontFunctions::plan(Goal::Present(&desired), &world.memory, Some(&observed))
    else {
        panic!("there is work")
    };
    let replaced = CloudFrontFunctions::replaced(&desired, &observed, &steps[0].step).unwrap();
    assert_eq!(
        (replaced.field, replaced.sha256),
        ("code", Source::new(b"foreign\n".to_vec()).sha256)
    );
    let diff = replaced.diff.unwrap_or_default();
    assert!(
        diff.starts_with("--- DEVELOPMENT\n+++ spec\n") && diff.contains("-foreign\n"),
        "{diff}"
    );
    assert_eq!(
        CloudFrontFunctions::replaced(&desired, &observed, &steps[1].step),
        None,
        "an unread LIVE is not shown"
    );
}

#[tokio::test]
async fn other_errors_are_passed_on() {
    let api = super::model::Model::default();
    let found = api
        .describe(NAME, Stage::Development, BudgetMode::Wait)
        .await;
    assert_eq!(
        found,
        Err(error(Class::NotFound, "DescribeFunction")),
        "the model answers like the port"
    );
}
