//! The loop against the model of the cloud: whatever the spec was, the function becomes what the
//! spec is, in a bounded number of steps, and then nothing is called any more.

use serde_json::{Value, json};

use super::cloud::{Manner, Model};
use super::{claim, inputs, show, spec, tags};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::{Configuration, Environment, Function, LambdaApi as _};
use crate::cloud::{BudgetMode, Tags};
use crate::functions::lambda::{
    Change, LambdaDesired, Step, act, desired, observe, plan, report, step,
};
use crate::reconcile::{Desired as _, Goal, Plan};

/// Most steps of one convergence, waits and looks included.
const STEPS: usize = 16;

/// How a convergence ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    Settled,
    Blocked(String),
    Crashed,
}

pub fn want(changes: &Value) -> LambdaDesired {
    let claim = claim();
    match desired::desired(&spec(changes), &inputs(), &claim) {
        Ok(desired) => desired,
        Err(unmet) => panic!("{unmet:?}"),
    }
}

/// What the driver does, without its conditions: `memory` is the status as last written. With
/// `crash`, everything that was not written is lost right after that many calls of the cloud.
pub async fn converge(
    cloud: &Model,
    goal: Goal<'_, LambdaDesired>,
    memory: &mut LambdaFunctionStatus,
    mut crash: Option<usize>,
) -> End {
    let mut working = memory.clone();
    let mut observed = observe::observe(cloud, "orders", BudgetMode::Wait)
        .await
        .expect("a look");
    let mut history = Vec::new();
    for _ in 0..STEPS {
        let next = plan::plan(goal, &working, observed.as_ref());
        history.push(show(&next));
        match next {
            Plan::Settled => {
                report::report(goal, &mut working, observed.as_ref());
                if let Goal::Present(desired) = goal {
                    working.common.managed = desired.managed();
                }
                *memory = working;
                return End::Settled;
            }
            Plan::Blocked { reason, .. } => {
                report::report(goal, &mut working, observed.as_ref());
                *memory = working;
                return End::Blocked(reason.as_str().to_owned());
            }
            Plan::Waiting { .. } => {
                report::report(goal, &mut working, observed.as_ref());
                *memory = working.clone();
                observed = observe::observe(cloud, "orders", BudgetMode::Wait)
                    .await
                    .expect("a look");
            }
            Plan::Read => {
                observed = observe::observe(cloud, "orders", BudgetMode::Wait)
                    .await
                    .expect("a look")
            }
            Plan::Act(steps) => {
                let first = &steps[0];
                assert!(!first.why.is_empty(), "a step has a reason: {history:#?}");
                if let Goal::Present(desired) = goal {
                    working.common.managed.extend(desired.managed());
                }
                step::intend(&mut working, &first.step);
                *memory = working.clone();
                let change = act::act(cloud, "orders", &first.step)
                    .await
                    .unwrap_or_else(|error| panic!("{error}: {history:#?}"));
                crash = crash.map(|left| left - 1);
                if crash == Some(0) {
                    return End::Crashed;
                }
                step::fold(&mut observed, change);
            }
        }
    }
    panic!("not settled in {STEPS} steps: {history:#?}");
}

/// Converges, then checks that nothing is left to do.
pub async fn settle(cloud: &Model, changes: &Value, memory: &mut LambdaFunctionStatus) {
    let desired = want(changes);
    assert_eq!(
        converge(cloud, Goal::Present(&desired), memory, None).await,
        End::Settled,
        "{changes}"
    );
    cloud.writes();
    assert_eq!(
        converge(cloud, Goal::Present(&desired), memory, None).await,
        End::Settled,
        "{changes}"
    );
    assert_eq!(
        cloud.writes(),
        Vec::<&str>::new(),
        "settled is settled: {changes}"
    );
}

pub fn table() -> Vec<Value> {
    vec![
        json!({}),
        json!({"timeout": 10, "memorySize": 512, "description": "orders"}),
        json!({"environment": {"variables": {"LEVEL": "info", "MODE": "fast"}}, "tags": {"team": "shop", "stage": "test"}}),
        json!({"environment": {}, "tags": {}, "description": ""}),
        json!({"environment": {"variablesFrom": [{"secretRef": {"name": "db"}, "prefix": "DB_"}]}, "architectures": ["arm64"], "publish": true}),
        json!({"code": {"configMapRef": {"name": "files"}}, "runtime": "python3.14", "tags": {"team": "ops"}}),
        json!({"code": {"s3Bucket": "bucket", "s3Key": "one"}, "architectures": ["arm64"]}),
        json!({"code": {"s3Bucket": "bucket", "s3Key": "two", "s3ObjectVersion": "7"}, "publish": true, "tags": {"stage": "live"}, "timeout": 30}),
    ]
}

pub const MANNERS: [Manner; 2] = [
    Manner {
        settles_at_once: false,
        failing_creates: 0,
    },
    Manner {
        settles_at_once: true,
        failing_creates: 0,
    },
];

/// A field, and how somebody changes it by hand.
type Edit = (&'static str, fn(&mut Function, &mut Tags));

/// An environment that is not there and an empty one are the same.
pub fn contents(cloud: &Model) -> Option<(Configuration, Vec<String>, Option<String>, Tags)> {
    cloud
        .contents()
        .map(|(mut configuration, architectures, code, tags)| {
            configuration.environment = configuration
                .environment
                .filter(|environment| *environment != Environment::default());
            (configuration, architectures, code, tags)
        })
}

pub async fn created(
    changes: &Value,
) -> Option<(Configuration, Vec<String>, Option<String>, Tags)> {
    let cloud = Model::default();
    settle(&cloud, changes, &mut LambdaFunctionStatus::default()).await;
    contents(&cloud)
}

#[tokio::test]
async fn every_spec_leads_to_what_creating_it_would_have_made() {
    for manner in MANNERS {
        for before in table() {
            for after in table() {
                let cloud = Model::new(manner);
                let mut memory = LambdaFunctionStatus::default();
                settle(&cloud, &before, &mut memory).await;
                settle(&cloud, &after, &mut memory).await;
                assert_eq!(
                    contents(&cloud),
                    created(&after).await,
                    "{before} to {after}, {manner:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_create_is_one_write_and_so_is_a_change() {
    let cloud = Model::default();
    let mut memory = LambdaFunctionStatus::default();
    let end = converge(
        &cloud,
        Goal::Present(&want(&json!({"timeout": 4, "tags": {"a": "1"}}))),
        &mut memory,
        None,
    )
    .await;
    assert_eq!(
        (end, cloud.writes()),
        (End::Settled, vec!["CreateFunction"])
    );
    let end = converge(
        &cloud,
        Goal::Present(&want(&json!({"timeout": 5, "tags": {"a": "1"}}))),
        &mut memory,
        None,
    )
    .await;
    assert_eq!(
        (end, cloud.writes()),
        (End::Settled, vec!["UpdateFunctionConfiguration"])
    );
}

#[tokio::test]
async fn an_outside_edit_of_what_the_spec_names_is_repaired_and_of_other_things_left() {
    let named = json!({
        "description": "d", "timeout": 10, "memorySize": 256, "architectures": ["x86_64"], "environment": {"variables": {"LEVEL": "info"}},
        "tags": {"team": "shop"}, "publish": true,
    });
    let edits: [Edit; 10] = [
        ("runtime", |f, _| {
            f.configuration.runtime = Some("python3.9".to_owned())
        }),
        ("handler", |f, _| {
            f.configuration.handler = Some("other.handler".to_owned())
        }),
        ("role", |f, _| {
            f.configuration.role = Some("arn:aws:iam::123456789012:role/other".to_owned())
        }),
        ("description", |f, _| f.configuration.description = None),
        ("timeout", |f, _| f.configuration.timeout = Some(900)),
        ("memory", |f, _| f.configuration.memory_size = Some(128)),
        ("environment", |f, _| f.configuration.environment = None),
        ("instruction set", |f, _| {
            f.configuration.architectures = Some(vec!["arm64".to_owned()])
        }),
        ("code", |f, _| f.code_sha256 = Some("b3RoZXI=".to_owned())),
        ("a tag", |_, tags| tags.clear()),
    ];
    let wanted = created(&named).await;
    for (field, edit) in edits {
        let cloud = Model::default();
        let mut memory = LambdaFunctionStatus::default();
        settle(&cloud, &named, &mut memory).await;
        let versions = cloud.versions();
        cloud.edit(edit);
        assert_ne!(contents(&cloud), wanted, "{field}");
        settle(&cloud, &named, &mut memory).await;
        assert_eq!(contents(&cloud), wanted, "{field}");
        assert_eq!(
            cloud.versions(),
            versions,
            "{field}: what was repaired is no change"
        );
    }

    let cloud = Model::default();
    let mut memory = LambdaFunctionStatus::default();
    settle(&cloud, &json!({}), &mut memory).await;
    cloud.edit(|function, tags| {
        function.configuration.timeout = Some(77);
        tags.extend(self::tags(&[("cost-center", "42")]));
    });
    let edited = contents(&cloud);
    settle(&cloud, &json!({}), &mut memory).await;
    assert_eq!(
        contents(&cloud),
        edited,
        "what the spec does not name is not managed"
    );
}

#[tokio::test]
async fn with_the_status_lost_nothing_is_written_and_nothing_taken_away() {
    for changes in table()
        .into_iter()
        .filter(|changes| changes.get("publish").is_none())
    {
        let cloud = Model::default();
        settle(&cloud, &changes, &mut LambdaFunctionStatus::default()).await;
        let end = converge(
            &cloud,
            Goal::Present(&want(&changes)),
            &mut LambdaFunctionStatus::default(),
            None,
        )
        .await;
        assert_eq!((end, cloud.writes()), (End::Settled, vec![]), "{changes}");
    }
}

#[tokio::test]
async fn versions_are_published_for_changes_of_code_or_configuration_only() {
    let cloud = Model::default();
    let mut memory = LambdaFunctionStatus::default();
    let steps = [
        (json!({"publish": true}), 1),
        (json!({"publish": true, "timeout": 10}), 2),
        (
            json!({"publish": true, "timeout": 10, "tags": {"team": "shop"}}),
            2,
        ),
        (
            json!({"publish": true, "timeout": 10, "code": {"configMapRef": {"name": "files"}}}),
            3,
        ),
        (
            json!({"timeout": 11, "code": {"configMapRef": {"name": "files"}}}),
            3,
        ),
        (
            json!({"publish": true, "code": {"configMapRef": {"name": "files"}}}),
            4,
        ),
    ];
    for (changes, versions) in steps {
        settle(&cloud, &changes, &mut memory).await;
        assert_eq!(cloud.versions(), versions, "{changes}");
        assert_eq!(
            memory.latest_version,
            Some(versions.to_string()),
            "{changes}"
        );
    }
    settle(
        &cloud,
        &json!({"publish": true, "code": {"configMapRef": {"name": "files"}}}),
        &mut LambdaFunctionStatus::default(),
    )
    .await;
    assert_eq!(
        cloud.versions(),
        4,
        "with the status lost, publishing again answers the same version"
    );
}

#[tokio::test]
async fn deleting_ends_with_nothing_there() {
    let cloud = Model::default();
    let mut memory = LambdaFunctionStatus::default();
    assert_eq!(
        converge(&cloud, Goal::Absent, &mut memory, None).await,
        End::Settled
    );
    settle(&cloud, &json!({}), &mut memory).await;
    assert_eq!(
        converge(&cloud, Goal::Absent, &mut memory, None).await,
        End::Settled
    );
    assert_eq!(cloud.writes(), ["DeleteFunction"]);
    assert_eq!(contents(&cloud), None);
    let again = act::act(&cloud, "orders", &Step::Delete { recreation: None }).await;
    assert!(
        matches!(again, Ok(Change::Deleted)),
        "gone already is as good"
    );
    settle(&cloud, &json!({"publish": true}), &mut memory).await;
    assert!(
        memory.latest_version.is_some(),
        "what was published of the old function does not count for the new one"
    );
    cloud.delete("orders").await.unwrap();
    settle(&cloud, &json!({"publish": true}), &mut memory).await;
    assert_eq!(cloud.versions(), 1, "also where somebody else deleted it");
}
