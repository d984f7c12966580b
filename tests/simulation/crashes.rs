//! Crash coverage: in fixed scenarios the operator is dropped before and after every single write,
//! to the cloud and to the API server; another one must bring everything to its end.

use std::time::Duration;

use serde_json::{Value, json};

use crate::run;
use crate::schedule::{Act, Adversity, Kind, Schedule, Slot, javascript};
use crate::wire::Fuse;
use crate::world::{ACCOUNT, SENTINEL};

/// Long enough for everything to come to rest.
const LATER: Duration = Duration::from_secs(400);

fn schedule(kind: Kind, acts: Vec<Act>) -> Schedule {
    let slots = vec![Slot { kind, name: "f0".to_owned(), function: None }];
    // The last one changes nothing: until then the operator may crash.
    let acts = acts.into_iter().chain([Act::Adversity(Adversity::Over)]);
    Schedule { seed: 7, slots, steps: acts.map(|act| (LATER, act)).collect(), refuse_tags: false }
}

fn first(kind: Kind) -> Value {
    match kind {
        Kind::CloudFront => json!({"code": {"inline": javascript(1)}, "comment": "one", "tags": {"team": "a", "cost": "a"}}),
        Kind::Lambda => json!({
            "runtime": "python3.13", "handler": "index.handler", "role": format!("arn:aws:iam::{ACCOUNT}:role/lambda"),
            "code": {"inline": {"files": {"index.py": "def handler(event, context):\n    return 1\n"}}}, "publish": true,
            "description": "one", "timeout": 10, "memorySize": 256, "architectures": ["x86_64"], "tags": {"team": "a", "cost": "a"},
            "environment": {"variables": {"LEVEL": format!("{SENTINEL}-1")}},
        }),
    }
}

/// Everything differs from [`first`]; some of it is dropped.
fn second(kind: Kind) -> Value {
    match kind {
        Kind::CloudFront => json!({"code": {"inline": javascript(2)}, "runtime": "cloudfront-js-1.0", "tags": {"team": "b"}}),
        Kind::Lambda => json!({
            "runtime": "python3.12", "handler": "main.handler", "role": format!("arn:aws:iam::{ACCOUNT}:role/other"),
            "code": {"inline": {"files": {"main.py": "def handler(event, context):\n    return 2\n"}}}, "publish": true,
            "timeout": 20, "architectures": ["arm64"], "tags": {"team": "b"}, "environment": {"variables": {"DEPTH": format!("{SENTINEL}-2")}},
        }),
    }
}

fn scenarios() -> Vec<(String, Schedule)> {
    let mut all = Vec::new();
    for kind in [Kind::CloudFront, Kind::Lambda] {
        let create = || Act::Apply(0, first(kind));
        let mut retained = first(kind);
        retained["deletionPolicy"] = json!("Retain");
        let retain = Act::Apply(0, retained);
        all.push((format!("{kind:?}: create"), schedule(kind, vec![create()])));
        all.push((format!("{kind:?}: update of everything"), schedule(kind, vec![create(), Act::Apply(0, second(kind))])));
        all.push((format!("{kind:?}: delete"), schedule(kind, vec![create(), Act::Delete(0)])));
        all.push((format!("{kind:?}: retain and take back"), schedule(kind, vec![retain, Act::Delete(0), create()])));
    }
    let mut refused = schedule(Kind::CloudFront, vec![Act::Apply(0, first(Kind::CloudFront)), Act::Delete(0)]);
    refused.refuse_tags = true;
    all.push(("CloudFront: create refused with tags, then delete".to_owned(), refused));
    all
}

#[test]
fn a_crash_before_or_after_any_write_changes_nothing_in_the_end() {
    let mut points = 0;
    for (name, schedule) in scenarios() {
        let fuse = Fuse::new(u64::MAX, true);
        let undisturbed = run::run(&schedule, fuse.clone());
        assert!(undisturbed.violations.is_empty(), "{name}, undisturbed: {:?}\n{}", undisturbed.violations, undisturbed.trace.join("\n"));
        // Each write has a point before it and one behind it.
        let writes = fuse.passed() / 2;
        assert!(writes > 3 && fuse.passed().is_multiple_of(2), "{name}: {writes} writes");
        for point in 0..writes * 2 {
            let fuse = Fuse::new(point, true);
            let told = run::run(&schedule, fuse.clone());
            let crashed = told.trace.iter().any(|line| line.contains("is dead"));
            assert!(crashed, "{name}: no crash at point {point}");
            assert!(told.violations.is_empty(), "{name}, crash at point {point}: {:?}\n{}", told.violations, told.trace.join("\n"));
        }
        println!("{name}: {writes} writes, {} crash points", writes * 2);
        points += writes * 2;
    }
    println!("{points} crash points");
}
