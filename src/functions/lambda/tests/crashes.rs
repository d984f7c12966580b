//! Crashes after any call, and functions that fail to start.

use serde_json::json;

use super::cloud::{Manner, Model};
use super::convergence::{End, MANNERS, contents, converge, created, settle, table, want};
use super::tags;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::Tags;
use crate::reconcile::Goal;

#[tokio::test]
async fn a_crash_after_any_call_changes_nothing_about_the_end() {
    let mut crashes = 0;
    for manner in MANNERS {
        for before in table() {
            for after in table() {
                for call in 1..6 {
                    let cloud = Model::new(manner);
                    let mut memory = LambdaFunctionStatus::default();
                    settle(&cloud, &before, &mut memory).await;
                    let end = converge(
                        &cloud,
                        Goal::Present(&want(&after)),
                        &mut memory,
                        Some(call),
                    )
                    .await;
                    crashes += usize::from(end == End::Crashed);
                    settle(&cloud, &after, &mut memory).await;
                    assert_eq!(
                        contents(&cloud),
                        created(&after).await,
                        "{before} to {after}, crashed after call {call}, {manner:?}"
                    );
                    if end == End::Settled {
                        break;
                    }
                }
            }
        }
    }
    assert!(crashes > 100, "{crashes}");
}

#[tokio::test]
async fn a_crash_and_then_another_spec_deploys_the_other_spec() {
    let archive = json!({});
    let one = json!({"code": {"s3Bucket": "bucket", "s3Key": "one"}});
    let two = json!({"code": {"s3Bucket": "bucket", "s3Key": "two"}});
    for (before, middle, after) in [
        (&one, &two, &one),
        (&one, &archive, &one),
        (&archive, &one, &archive),
        (&archive, &one, &two),
        (&one, &archive, &two),
    ] {
        for call in 1..4 {
            let cloud = Model::default();
            let mut memory = LambdaFunctionStatus::default();
            settle(&cloud, before, &mut memory).await;
            converge(
                &cloud,
                Goal::Present(&want(middle)),
                &mut memory,
                Some(call),
            )
            .await;
            settle(&cloud, after, &mut memory).await;
            assert_eq!(
                contents(&cloud),
                created(after).await,
                "{before} to {middle} (crashed after call {call}) to {after}"
            );
        }
    }
}

#[tokio::test]
async fn an_adopted_function_gets_the_code_of_the_spec_also_after_a_crash() {
    for call in [None, Some(1), Some(2), Some(3)] {
        let cloud = Model::default();
        let adopted = json!({"code": {"s3Bucket": "bucket", "s3Key": "one"}});
        settle(&cloud, &json!({}), &mut LambdaFunctionStatus::default()).await;
        cloud.edit(|_, tags| *tags = self::tags(&[("team", "shop")]));
        let mut memory = LambdaFunctionStatus::default();
        converge(&cloud, Goal::Present(&want(&adopted)), &mut memory, call).await;
        // The worst case: the status is lost too.
        settle(&cloud, &adopted, &mut LambdaFunctionStatus::default()).await;
        let mut wanted = created(&adopted).await;
        let tags: &mut Tags = &mut wanted.as_mut().unwrap().3;
        tags.insert("team".to_owned(), "shop".to_owned());
        assert_eq!(contents(&cloud), wanted, "crashed after call {call:?}");
    }
}

#[tokio::test]
async fn a_function_that_fails_to_start_is_made_again_three_times() {
    for (failing_creates, expected) in [(0, End::Settled), (1, End::Settled), (2, End::Settled)] {
        let cloud = Model::new(Manner {
            failing_creates,
            ..Manner::default()
        });
        let mut memory = LambdaFunctionStatus::default();
        assert_eq!(
            converge(&cloud, Goal::Present(&want(&json!({}))), &mut memory, None).await,
            expected,
            "{failing_creates}"
        );
        assert_eq!(
            cloud
                .writes()
                .iter()
                .filter(|write| **write == "CreateFunction")
                .count(),
            failing_creates as usize + 1
        );
        assert_eq!(memory.recreations, None);
    }
    let cloud = Model::new(Manner {
        failing_creates: 4,
        ..Manner::default()
    });
    let mut memory = LambdaFunctionStatus::default();
    let mut end = End::Crashed;
    // A pass has a bounded number of steps, so this takes several.
    for _ in 0..10 {
        end = converge(
            &cloud,
            Goal::Present(&want(&json!({}))),
            &mut memory,
            Some(2),
        )
        .await;
    }
    assert_eq!(end, End::Blocked("CreateFailed".to_owned()));
    assert_eq!(
        cloud
            .writes()
            .iter()
            .filter(|write| **write == "DeleteFunction")
            .count(),
        3
    );
    assert_eq!(memory.recreations, Some(3));
    settle(&cloud, &json!({"timeout": 10}), &mut memory).await;
    assert_eq!(memory.recreations, None, "an edit is the way out");
}

#[tokio::test]
async fn any_walk_through_specs_and_crashes_ends_at_the_last_spec() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let manner = MANNERS[random.usize(..MANNERS.len())];
        let cloud = Model::new(manner);
        let mut memory = LambdaFunctionStatus::default();
        let mut walk = Vec::new();
        for _ in 0..random.usize(1..8) {
            let next = table().swap_remove(random.usize(..table().len()));
            let crash = random.bool().then(|| random.usize(1..4));
            converge(&cloud, Goal::Present(&want(&next)), &mut memory, crash).await;
            walk.push((next, crash));
        }
        let last = table().swap_remove(random.usize(..table().len()));
        settle(&cloud, &last, &mut memory).await;
        assert_eq!(
            contents(&cloud),
            created(&last).await,
            "seed {seed}, {manner:?}: {walk:#?}, at last {last}"
        );
    }
}
