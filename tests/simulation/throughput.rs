//! Many new functions at once, against Lambda's quotas, in virtual time: the quota is the only limit,
//! and it is kept.

use std::time::Duration;

use cloudfn::cloud::limit::Rates;
use serde_json::{Value, json};
use strict_cloud::{Between, Service, log::Answered};

use crate::invariants::condition;
use crate::run::{Stage, on_paused_time};
use crate::schedule::{Act, Kind, Slot, role};
use crate::wire::Fuse;

/// AWS's own quotas (Lambda Developer Guide, "Lambda quotas"): 15 calls a second, 100 of GetFunction.
const QUOTA: Rates = Rates {
    lambda: 15.0,
    lambda_get: 100.0,
    cloudfront: 10.0,
};
/// Time between two polls of the test; nothing is measured finer.
const TICK: Duration = Duration::from_millis(100);

/// What came of it.
struct Outcome {
    /// From the first request of a person until the last object is Ready.
    elapsed: Duration,
    /// Calls that the cloud throttled.
    throttled: usize,
    /// Calls of a function, most.
    calls: usize,
}

/// Creates so many functions at once; each settles within `settles`.
async fn create(functions: usize, rates: Rates, settles: Between) -> Outcome {
    let slots = (0..functions)
        .map(|n| Slot {
            kind: Kind::Lambda,
            name: format!("f{n:04}"),
            function: None,
        })
        .collect();
    let mut stage = Stage::with_rates(1, slots, Fuse::never(), rates);
    stage.world.clouds.with(&stage.world, |cloud| {
        cloud.settings_mut().create_takes = settles;
    });
    let spec = json!({
        "runtime": "python3.13", "handler": "index.handler", "role": role(), "timeout": 10,
        "code": {"inline": {"files": {"index.py": "def handler(event, context):\n    return 1\n"}}},
    });
    let began = stage.world.elapsed();
    for slot in 0..functions {
        stage.act(&Act::Apply(slot, spec.clone()));
    }
    let ready = |stage: &Stage| {
        let is_ready = |object: &Value| {
            condition(object, "Ready").is_some_and(|ready| ready["status"] == "True")
        };
        stage.world.api(|api| {
            api.all(Kind::Lambda.plural())
                .filter(|(_, object)| is_ready(object))
                .count()
        })
    };
    while ready(&stage) < functions && stage.world.elapsed() < Duration::from_hours(1) {
        tokio::time::sleep(TICK).await;
    }
    let elapsed = stage.world.elapsed().saturating_sub(began);
    let record = stage.end();
    assert!(record.violations.is_empty(), "{:?}", record.violations);
    let calls = |name: &str| {
        record
            .calls
            .iter()
            .filter(|call| call.function.as_deref() == Some(name))
            .count()
    };
    Outcome {
        elapsed,
        throttled: record
            .calls
            .iter()
            .filter(|call| {
                call.operation.service == Service::Lambda
                    && matches!(call.answer, Answered::Refused(429, _))
            })
            .count(),
        calls: (0..functions)
            .map(|n| calls(&format!("f{n:04}")))
            .max()
            .unwrap(),
    }
}

/// What no client can beat: one create for each function, at this rate.
fn least(functions: u32, rates: Rates) -> Duration {
    Duration::from_secs_f64(f64::from(functions) / rates.lambda)
}

/// Checks one trial; `settles` is how long the cloud itself takes for a function.
fn check(functions: u32, rates: Rates, settles: Between, least: Duration) {
    let outcome = on_paused_time(create(usize::try_from(functions).unwrap(), rates, settles));
    let ratio = outcome.elapsed.as_secs_f64() / least.as_secs_f64();
    println!(
        "{functions} functions at {} creates a second, each settling in {:?} to {:?}: {:.1} s, {ratio:.2} times the least; {} throttled; at most {} calls for one",
        rates.lambda,
        settles.0,
        settles.1,
        outcome.elapsed.as_secs_f64(),
        outcome.throttled,
        outcome.calls
    );
    assert!(
        ratio <= 1.3,
        "{functions} functions took {ratio:.2} times what the quota alone takes"
    );
    assert!(
        outcome.throttled <= 2,
        "{} calls were throttled",
        outcome.throttled
    );
}

#[test]
fn the_quota_alone_limits_how_fast_functions_become_ready() {
    // A second is what is between a create and the first poll.
    let fast = Between::exactly(Duration::from_secs(1));
    for functions in [100, 1000] {
        for rates in [QUOTA, Rates::default()] {
            check(functions, rates, fast, least(functions, rates));
        }
    }
}

#[test]
fn functions_that_settle_slowly_add_their_own_time_and_no_more() {
    let slow = strict_cloud::Settings::default().create_takes;
    for functions in [100, 1000] {
        for rates in [QUOTA, Rates::default()] {
            check(functions, rates, slow, least(functions, rates) + slow.1);
        }
    }
}
