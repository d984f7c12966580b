//! What is done to a fleet, one thing after the other, and what each cost.
//!
//! Invariant: a phase begins when the one before has come to its end, and the operator of all phases
//! but one checks nothing by itself, so that what is counted in a phase is the phase's own.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use cloudfn_bed::Operator;

use crate::bare::{self, Bare};
use crate::counts::{Calls, Writes, first_looks};
use crate::fleet::{Deed, Fleet};
use crate::scene::Scene;
use crate::usage::{self, Usage};

/// An interval in which no phase meets a check.
const NEVER: &str = "1000h";
/// The interval in which each function is checked once after a restart.
const OFTEN: Duration = Duration::from_mins(1);

/// What a phase cost.
pub struct Phase {
    pub name: &'static str,
    /// How long the requests of the person alone took, where there were any.
    pub requests: Option<Duration>,
    /// From the first request (or the start of the operator) until everything was as it should be.
    pub time: Duration,
    pub calls: Calls,
    pub writes: Writes,
    /// CPU in this phase, and memory at its end.
    pub usage: Usage,
}

/// What a fleet cost.
pub struct Life {
    pub fleet: Fleet,
    /// Before there was an object.
    pub idle: Usage,
    pub phases: Vec<Phase>,
}

impl Life {
    pub fn phase(&self, name: &str) -> &Phase {
        self.phases
            .iter()
            .find(|phase| phase.name == name)
            .unwrap_or_else(|| panic!("there is no phase {name}"))
    }
}

/// A phase that has begun.
struct Begun<'a> {
    scene: &'a Scene,
    at: Instant,
    cpu: f64,
}

impl<'a> Begun<'a> {
    /// Begins to count anew.
    fn now(scene: &'a Scene, cpu: f64) -> Self {
        drop(scene.take_calls());
        scene.tenant.api_proxy().clear();
        Self {
            scene,
            at: Instant::now(),
            cpu,
        }
    }

    fn done(self, name: &'static str, requests: Option<Duration>, usage: Usage) -> Phase {
        let time = self.at.elapsed();
        let phase = Phase {
            name,
            requests,
            time,
            calls: Calls::of(&self.scene.take_calls()),
            writes: Writes::of(&self.scene.tenant.api_proxy().writes()),
            usage: Usage {
                cpu: usage.cpu - self.cpu,
                ..usage
            },
        };
        eprintln!(
            "{} {name}: {:.1} s, {} calls",
            self.scene.tenant.namespace(),
            phase.time.as_secs_f64(),
            phase.calls.all()
        );
        phase
    }
}

async fn complete(
    scene: &Scene,
    operator: &Operator,
    fleet: Fleet,
    name: &'static str,
    deed: Deed,
) -> Phase {
    let begun = Begun::now(scene, usage::of(operator.id()).cpu);
    let requests = fleet.complete(&scene.tenant, deed).await;
    begun.done(name, Some(requests), usage::of(operator.id()))
}

/// Creates a fleet.
pub async fn creation(scene: &Scene, fleet: Fleet) -> Life {
    born(scene, fleet).await.1
}

async fn born(scene: &Scene, fleet: Fleet) -> (Operator, Life) {
    let operator = scene.operator(NEVER);
    operator.ready().await;
    let idle = usage::of(operator.id());
    let phase = complete(scene, &operator, fleet, "create", Deed::Apply(1)).await;
    fleet.check(&scene.snapshot(), 1);
    (
        operator,
        Life {
            fleet,
            idle,
            phases: vec![phase],
        },
    )
}

/// How long a fleet takes to be LIVE, by a script that makes the bare calls, and by the operator.
pub async fn tested(scene: &Scene, fleet: Fleet) -> (Bare, Life) {
    let alone = bare::to_live(scene, fleet).await;
    eprintln!(
        "{} bare: {:.2} s, {} calls",
        scene.tenant.namespace(),
        alone.time.as_secs_f64(),
        alone.calls.all()
    );
    (alone, creation(scene, fleet).await)
}

/// Creates a fleet, changes it, looks at it, is killed and starts again, and deletes it.
pub async fn life(scene: &Scene, fleet: Fleet) -> Life {
    let (operator, mut life) = born(scene, fleet).await;
    life.phases
        .push(complete(scene, &operator, fleet, "change", Deed::Apply(2)).await);
    fleet.check(&scene.snapshot(), 2);
    life.phases
        .push(complete(scene, &operator, fleet, "look", Deed::Ask("bench")).await);

    operator.kill();
    life.phases.extend(restart(scene, fleet).await);
    fleet.check(&scene.snapshot(), 2);

    let operator = scene.operator(NEVER);
    operator.ready().await;
    life.phases
        .push(complete(scene, &operator, fleet, "delete", Deed::Delete).await);
    let left = scene.snapshot();
    assert_eq!(
        left.lambda.len() + left.cloudfront.len(),
        0,
        "the objects are gone, and functions are left"
    );
    assert!(
        operator.terminate().await.success(),
        "the operator did not stop in good order"
    );
    life
}

/// Starts the operator and lets it check everything once; it ends in good order.
async fn restart(scene: &Scene, fleet: Fleet) -> [Phase; 2] {
    let begun = Begun::now(scene, 0.0);
    let operator = scene.operator(&format!("{}s", OFTEN.as_secs()));
    operator.ready().await;
    let started = begun.done("restart", None, usage::of(operator.id()));

    let begun = Begun::now(scene, started.usage.cpu);
    let seen = || {
        scene.calls(|calls| {
            calls
                .iter()
                .filter_map(|call| call.function.as_deref())
                .collect::<HashSet<_>>()
                .len()
        })
    };
    // A check is due within the interval, and comes a little later where the budget declined it.
    let deadline = begun.at + 10 * OFTEN;
    while seen() < fleet.size {
        assert!(
            Instant::now() < deadline,
            "{} of {} were checked\n{}",
            seen(),
            fleet.size,
            scene.tenant.operator_logs(20)
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let usage = usage::of(operator.id());
    // The last checks end before it stops.
    assert!(
        operator.terminate().await.success(),
        "the operator did not stop in good order"
    );
    let calls = scene.calls(|calls| first_looks(calls, OFTEN / 2));
    [
        started,
        Phase {
            calls,
            ..begun.done("check", None, usage)
        },
    ]
}
