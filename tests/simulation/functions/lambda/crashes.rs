//! Crashes while code changes its source, and functions that fail to start.

use strict_cloud::operation::lambda as operation;

use super::*;
use crate::bulk;
use crate::schedule::FAILS_TO_START;

/// Points before and after writes at which an operator crashes: more than any pass here has.
const POINTS: u64 = 16;

#[test]
fn an_edit_after_a_crash_deploys_what_the_edit_says() {
    let archive = spec(&json!({}));
    let (one, two) = (s3("one"), s3("two"));
    let lives = [
        (&one, &two, &one),
        (&one, &archive, &one),
        (&archive, &one, &archive),
        (&archive, &one, &two),
        (&one, &archive, &two),
    ];
    let crashes = bulk::each(lives.len(), |number| {
        let (before, middle, after) = lives[number];
        let created = as_created(after);
        let mut crashes = 0;
        for point in 0..POINTS {
            regional(async |alone: &mut Alone| {
                alone.apply(before).await;
                crashes += u64::from(alone.apply_or_crash(middle, point).await);
                alone.apply(after).await;
                assert_eq!(
                    alone.function(),
                    created,
                    "{before} to {middle} (crash at point {point}) to {after}"
                );
            });
        }
        crashes
    });
    let crashes: u64 = crashes.iter().sum();
    assert!(crashes > 5 * 8, "{crashes} crashes");
}

#[test]
fn an_adopted_function_gets_the_code_of_the_spec_also_after_a_crash() {
    let adopting = {
        let mut spec = s3("one");
        spec["adoptionPolicy"] = json!("IfUnowned");
        spec
    };
    let code = as_created(&s3("one"))["codeSha256"].clone();
    let mut crashes = 0;
    for point in 0..POINTS {
        regional(async |alone: &mut Alone| {
            alone.outside(Outside::Create);
            tokio::time::sleep(std::time::Duration::from_secs(10)).await;
            if alone.apply_or_crash(&adopting, point).await {
                crashes += 1;
                // The worst case: the status is lost too.
                alone.lose_status();
            }
            alone.rest().await;
            alone.check().await;
            assert_eq!(alone.condition("Ready"), "True/Available");
            let function = alone.function();
            assert_eq!(function["codeSha256"], code, "crash at point {point}");
            assert_eq!(function["tags"]["team"], "others", "its tags stay");
        });
    }
    assert!(crashes >= 8, "{crashes} crashes");
}

#[test]
fn a_function_that_fails_to_start_is_made_again_three_times() {
    let failing = spec(&json!({"description": FAILS_TO_START}));
    for failures in 0..3 {
        regional(async |alone: &mut Alone| {
            alone.edit(&failing);
            if failures > 0 {
                alone.call("CreateFunction", failures).await;
            }
            alone.settings(|settings| settings.failures.clear());
            alone.rest().await;
            let created = |name: &&&str| **name == operation::CREATE_FUNCTION.name;
            let done = alone.done();
            assert_eq!(done.iter().filter(created).count(), failures + 1);
            assert_eq!(alone.condition("Ready"), "True/Available");
            assert_eq!(alone.status()["recreations"], Value::Null);
        });
    }
    regional(async |alone: &mut Alone| {
        alone.apply(&failing).await;
        assert_eq!(alone.condition("Ready"), "False/CreateFailed");
        let done = alone.done();
        let deletes = done.iter().filter(|name| **name == "DeleteFunction");
        assert_eq!(deletes.count(), 3);
        assert_eq!(alone.status()["recreations"], 3);
        alone.apply(&spec(&json!({"timeout": 10}))).await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        assert_eq!(
            alone.status()["recreations"],
            Value::Null,
            "an edit is the way out"
        );
    });
}

#[test]
fn any_walk_through_specs_and_crashes_ends_at_the_last_spec() {
    let specs = variants();
    let created = bulk::each(specs.len(), |number| as_created(&specs[number]));
    let crashes = bulk::each(100, |seed| {
        let mut random = fastrand::Rng::with_seed(u64::try_from(seed).unwrap());
        let mut crashes = 0;
        regional(async |alone: &mut Alone| {
            let mut walk = Vec::new();
            for _ in 0..random.usize(1..8) {
                let next = random.usize(..specs.len());
                if random.bool() {
                    let point = random.u64(..POINTS);
                    crashes += usize::from(alone.apply_or_crash(&specs[next], point).await);
                    walk.push((next, Some(point)));
                } else {
                    alone.apply(&specs[next]).await;
                    walk.push((next, None));
                }
            }
            let last = random.usize(..specs.len());
            alone.apply(&specs[last]).await;
            assert_eq!(
                alone.function(),
                created[last],
                "seed {seed}: {walk:?}, at last {last}"
            );
        });
        crashes
    });
    let crashes: usize = crashes.iter().sum();
    assert!(crashes > 50, "{crashes} crashes");
}
