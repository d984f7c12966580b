//! Fixed lives of one object, for crash points and for the matrix of faults.

use std::time::Duration;

use serde_json::{Value, json};

use crate::schedule::{
    Act, Adversity, Kind, Outside, Schedule, Slot, Step, broken, code_signing, javascript, queue,
    role, runtime_version, store, test,
};
use crate::world::{ACCOUNT, SENTINEL};

/// Long enough for everything to settle: what follows a repair at the second next check, too.
const LATER: Duration = Duration::from_secs(1000);

/// Sooner than any second try of a deletion that is blocked.
const SOON: Duration = Duration::from_secs(3);

fn schedule(kind: Kind, acts: Vec<Act>) -> Schedule {
    let slots = vec![Slot {
        kind,
        name: "f0".to_owned(),
        function: None,
    }];
    // The last one changes nothing: until then the operator may crash.
    let acts = acts.into_iter().chain([Act::Adversity(Adversity::Over)]);
    Schedule {
        seed: 7,
        slots,
        steps: at_once_after_a_restore(acts),
        refuse_tags: false,
        scarce: false,
    }
}

/// Each act when all has settled; an edit that follows a restored status comes before anybody saw it.
fn at_once_after_a_restore(acts: impl Iterator<Item = Act>) -> Vec<Step> {
    let mut restored = false;
    let step = |act: Act| {
        let at_once = restored && matches!(act, Act::Apply(..));
        restored = matches!(act, Act::Restore(..));
        Step {
            after: if at_once { Duration::ZERO } else { LATER },
            act,
        }
    };
    acts.map(step).collect()
}

/// A deletion that a distribution blocks for a moment: one refusal, and the calls that look for the reason.
fn blocked_deletion() -> Vec<Act> {
    vec![
        Act::Adversity(Adversity::InUse),
        Act::Delete(0),
        Act::Adversity(Adversity::Over),
    ]
}

/// The same, with the distribution letting go before a second try.
fn soon_released(mut schedule: Schedule) -> Schedule {
    for pair in 1..schedule.steps.len() {
        if matches!(schedule.steps[pair - 1].act, Act::Delete(_))
            && matches!(schedule.steps[pair].act, Act::Adversity(Adversity::Over))
        {
            schedule.steps[pair].after = SOON;
        }
    }
    schedule
}

/// A spec that names everything that the operator manages.
pub fn first(kind: Kind) -> Value {
    match kind {
        Kind::CloudFront => {
            json!({"code": {"inline": javascript(1)}, "comment": "one", "tags": {"team": "a", "cost": "a"}, "keyValueStoreAssociations": [{"keyValueStoreArn": store(1)}],
                "tests": [test("one"), test("two")]})
        }
        Kind::Lambda => json!({
            "runtime": "python3.13", "handler": "index.handler", "role": role(),
            "code": {"inline": {"files": {"index.py": "def handler(event, context):\n    return 1\n"}}}, "publish": true,
            "description": "one", "timeout": 10, "memorySize": 256, "architectures": ["x86_64"], "tags": {"team": "a", "cost": "a"}, "recursiveLoop": "Allow",
            "reservedConcurrentExecutions": 5,
            "functionUrlConfig": {"authType": "AWS_IAM", "cors": {"allowOrigins": ["https://b.example", "https://a.example"], "maxAge": 60}},
            "permissions": [
                {"statementId": "s-0", "principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::bucket", "sourceAccount": ACCOUNT},
                {"statementId": "s-1", "principal": ACCOUNT},
            ],
            "runtimeManagementConfig": {"updateRuntimeOn": "Manual", "runtimeVersionArn": runtime_version(1)},
            "keepVersions": 1, "aliases": [{"name": "live", "provisionedConcurrentExecutions": 2}, {"name": "canary", "routingConfig": {"additionalVersionWeights": {"previous": 0.5}}}],
            "codeSigningConfigArn": code_signing(1), "eventInvokeConfig": {"maximumRetryAttempts": 0, "destinationConfig": {"onFailure": {"destination": queue()}}},
            "environment": {"variables": {"LEVEL": format!("{SENTINEL}-1")}},
        }),
    }
}

/// Everything differs from [`first`]; some of it is dropped.
pub fn second(kind: Kind) -> Value {
    match kind {
        Kind::CloudFront => {
            json!({"code": {"inline": javascript(2)}, "runtime": "cloudfront-js-1.0", "tags": {"team": "b"}, "tests": [test("one")]})
        }
        Kind::Lambda => json!({
            "runtime": "python3.12", "handler": "main.handler", "role": format!("arn:aws:iam::{ACCOUNT}:role/other"),
            "code": {"inline": {"files": {"main.py": "def handler(event, context):\n    return 2\n"}}}, "publish": true,
            "permissions": [{"statementId": "s-0", "principal": "sns.amazonaws.com"}], "keepVersions": 1, "aliases": [{"name": "live"}],
            "timeout": 20, "architectures": ["arm64"], "tags": {"team": "b"}, "environment": {"variables": {"DEPTH": format!("{SENTINEL}-2")}},
        }),
    }
}

/// Short lives: each shows one thing.
pub fn all() -> Vec<(String, Schedule)> {
    let mut all = Vec::new();
    for kind in [Kind::CloudFront, Kind::Lambda] {
        let create = || Act::Apply(0, first(kind));
        let with = |field: &str, value: &str| {
            let mut spec = first(kind);
            spec["deletionPolicy"] = json!("Delete");
            spec[field] = json!(value);
            Act::Apply(0, spec)
        };
        let mut named = |name: &str, acts: Vec<Act>| {
            all.push((format!("{kind:?}: {name}"), schedule(kind, acts)));
        };
        named("create", vec![create()]);
        named(
            "update of everything",
            vec![create(), Act::Apply(0, second(kind))],
        );
        named("delete", vec![create(), Act::Delete(0)]);
        named(
            "retain and take back",
            vec![with("deletionPolicy", "Retain"), Act::Delete(0), create()],
        );
        named(
            "adopt, then delete",
            vec![
                Act::Outside(0, Outside::Create),
                with("adoptionPolicy", "IfUnowned"),
                Act::Delete(0),
            ],
        );
        named(
            "outside edit repaired",
            vec![
                create(),
                Act::Outside(0, Outside::Edit(1)),
                Act::Outside(0, Outside::Code(1)),
            ],
        );
        let report = || with("driftPolicy", "Report");
        named(
            "outside edit reported, then put right when asked",
            vec![
                report(),
                Act::Outside(0, Outside::Code(1)),
                Act::Look(0, "now".to_owned()),
            ],
        );
        named(
            "reported as gone, then made again by an edit",
            vec![
                report(),
                Act::Outside(0, Outside::Delete),
                Act::Apply(0, second(kind)),
            ],
        );
        named(
            "deleted with its drift left",
            vec![report(), Act::Outside(0, Outside::Edit(1)), Act::Delete(0)],
        );
        named(
            "made again after somebody deleted it",
            vec![create(), Act::Outside(0, Outside::Delete)],
        );
        named(
            "status lost, then edited",
            vec![create(), Act::LoseStatus(0), Act::Apply(0, second(kind))],
        );
        let restored = || vec![create(), Act::Restore(0, 2)];
        named("an old status restored", restored());
        let edited = vec![Act::Apply(0, second(kind))];
        named(
            "an old status restored, and the spec edited at once",
            [restored(), edited].concat(),
        );
        named(
            "left to Observe and taken back",
            vec![create(), with("managementPolicy", "Observe"), create()],
        );
    }
    let tested =
        |code: String| Act::Apply(0, json!({"code": {"inline": code}, "tests": [test("one")]}));
    let let_pass = Act::SkipTests(0, Some(broken(1)));
    let mut gated = |name: &str, acts: Vec<Act>| {
        all.push((
            format!("CloudFront: {name}"),
            schedule(Kind::CloudFront, acts),
        ));
    };
    gated(
        "a test fails, then the code is mended",
        vec![
            tested(javascript(1)),
            tested(broken(1)),
            tested(javascript(2)),
        ],
    );
    gated(
        "a code that fails is let pass",
        vec![tested(javascript(1)), tested(broken(1)), let_pass],
    );
    let in_use = schedule(
        Kind::CloudFront,
        [vec![tested(javascript(1))], blocked_deletion()].concat(),
    );
    all.push((
        "CloudFront: in use while it is deleted".to_owned(),
        soon_released(in_use),
    ));
    let mut refused = schedule(
        Kind::CloudFront,
        vec![Act::Apply(0, first(Kind::CloudFront)), Act::Delete(0)],
    );
    refused.refuse_tags = true;
    all.push((
        "CloudFront: create refused with tags, then delete".to_owned(),
        refused,
    ));
    all
}

/// One long life, in which every operation is called.
pub fn life(kind: Kind) -> Schedule {
    let mut acts = vec![Act::Apply(0, first(kind))];
    if kind == Kind::Lambda {
        // The parts, which the second spec drops, are put right.
        acts.push(Act::Outside(0, Outside::Edit(0)));
    }
    acts.extend([
        Act::Apply(0, second(kind)),
        Act::Outside(0, Outside::Code(1)),
    ]);
    soon_released(schedule(kind, [acts, blocked_deletion()].concat()))
}
