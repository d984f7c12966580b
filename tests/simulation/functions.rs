//! One function alone with one operator: the exact calls that each kind makes, and where they lead.
//!
//! The driver is the real one and the cloud the strict one, so a test here says what an edit costs,
//! what is repaired and what stays, without a copy of the loop. Nothing goes wrong unless a test
//! says so: what any fault or any crash leads to is the matter of `matrix` and `crashes`.

mod cloudfront;
mod definition;
mod lambda;
mod observe;
mod references;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use cloudfn::cloud::limit::Rates;
use serde_json::{Value, json};
use strict_cloud::log::Answered;
use strict_cloud::operation::{Effect, cloudfront as cf};
use strict_cloud::{Caller, Cloud, Entry, Fault, FaultKind, Operation, Settings};

use crate::clouds::{OTHERS, caller};
use crate::invariants::condition;
use crate::judge::{self, Place};
use crate::run::{Stage, on_paused_time};
use crate::schedule::{Act, Kind, Point, Slot};
use crate::wire::Fuse;
use crate::world::SENTINEL;

/// Longest virtual time that anything here takes.
const PATIENCE: Duration = Duration::from_hours(1);
/// Everything is at rest once the status is final and the operator has made no call for so long.
const QUIET: Duration = Duration::from_secs(2);
/// Shorter than what lies between two calls.
const MOMENT: Duration = Duration::from_millis(1);

/// One object, `f0`, whose function nobody else works on unless a test does.
struct Alone {
    stage: Stage,
    /// Ends the first operator.
    fuse: Arc<Fuse>,
    /// Calls of the log that [`Alone::calls`] and [`Alone::done`] have answered.
    taken: usize,
}

/// Lets a life of one object happen, in virtual time; no written status may break an invariant.
fn alone(kind: Kind, life: impl AsyncFnOnce(&mut Alone)) {
    alone_at(kind, Rates::default(), life);
}

/// The same with these budgets.
fn alone_at(kind: Kind, rates: Rates, life: impl AsyncFnOnce(&mut Alone)) {
    on_paused_time(async {
        let slot = Slot {
            kind,
            name: "f0".to_owned(),
            function: None,
        };
        let fuse = Fuse::never();
        let mut alone = Alone {
            stage: Stage::with_rates(7, vec![slot], fuse.clone(), rates),
            fuse,
            taken: 0,
        };
        life(&mut alone).await;
        let violations = alone.stage.world.record().violations.clone();
        assert!(violations.is_empty(), "{violations:?}");
    });
}

/// A test that fails prints all that happened.
impl Drop for Alone {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.stage.world.record().trace.join("\n"));
        }
    }
}

impl Alone {
    /// A person applies a spec.
    fn edit(&mut self, spec: &Value) {
        self.stage.act(&Act::Apply(0, spec.clone()));
    }

    /// Applies a spec and waits until everything is at rest.
    async fn apply(&mut self, spec: &Value) {
        self.edit(spec);
        self.rest().await;
    }

    /// Waits until the operator has nothing more to do for this generation, or until a person has.
    async fn rest(&self) {
        self.until("the object to come to rest", |alone| {
            let object = alone.stage.object(0).unwrap_or_default();
            let current =
                object["status"]["observedGeneration"] == object["metadata"]["generation"];
            let answered = condition(&object, "Ready").is_some();
            let idle = alone.now() >= alone.last_call() + QUIET;
            current && answered && idle && condition(&object, "Reconciling").is_none()
        })
        .await;
    }

    /// Waits for the operator's next call, and until everything is at rest again: a periodic check,
    /// or a retry.
    async fn check(&self) {
        let before = self.log().len();
        self.until("a further call", |alone| alone.log().len() > before)
            .await;
        self.rest().await;
    }

    /// Waits until the operator has made this call (as [`Alone::calls`] spells it) so many times
    /// since [`Alone::calls`] last answered; then, before it makes another, the test goes on.
    async fn call(&self, line: &str, times: usize) {
        let made = |alone: &Self| {
            let lines = alone.log().split_off(alone.taken);
            lines.iter().filter(|entry| spelled(entry) == line).count()
        };
        let calls = Cell::new(0);
        self.every(MOMENT, line, |alone| {
            let now = alone.stage.world.clouds.calls();
            calls.replace(now) != now && made(alone) >= times
        })
        .await;
        let last = self.log().last().map(spelled);
        assert_eq!(
            (made(self), last.as_deref()),
            (times, Some(line)),
            "this seed leaves no time after the call"
        );
    }

    /// Waits until something is so, which it asks once a second.
    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        self.every(Duration::from_secs(1), what, holds).await;
    }

    async fn every(&self, step: Duration, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = self.now() + PATIENCE;
        while !holds(self) {
            assert!(self.now() < end, "waited in vain for {what}");
            tokio::time::sleep(step).await;
        }
    }

    /// A person deletes the object; waits until it is gone.
    async fn delete(&mut self) {
        self.stage.act(&Act::Delete(0));
        self.gone().await;
    }

    /// Waits until the object is gone. A cache that lags behind may have the operator read once more
    /// after that; the test goes on before.
    async fn gone(&self) {
        self.every(MOMENT, "the object to be gone", |alone| {
            alone.stage.object(0).is_none()
        })
        .await;
    }

    /// Stops the first operator now; another starts within 15 seconds. To be called once.
    async fn stop(&self) {
        self.fuse.blow();
        self.dead().await;
    }

    /// The operator crashes after so many further points before and after writes.
    fn crash_after(&mut self, points: u64) {
        self.stage.act(&Act::Crash(Point::Write, points));
    }

    /// Crashes of operators so far.
    fn deaths(&self) -> usize {
        let told = self.stage.world.record();
        let dead = told.trace.iter().filter(|line| line.ends_with("is dead"));
        dead.count()
    }

    async fn dead(&self) {
        let before = self.deaths();
        self.every(MOMENT, "the crash", |alone| alone.deaths() > before)
            .await;
    }

    /// Applies a spec, and waits until the operator has crashed or everything is at rest. Whether it crashed.
    async fn apply_or_crash(&mut self, spec: &Value, points: u64) -> bool {
        let before = self.deaths();
        self.crash_after(points);
        self.edit(spec);
        let crashed = |alone: &Self| alone.deaths() > before;
        tokio::select! {
            () = self.rest() => {}
            () = self.every(MOMENT * 10, "the crash", crashed) => {}
        }
        self.deaths() > before
    }

    /// The status is lost, while no operator runs that would remember it.
    fn lose_status(&self) {
        let lost = json!({"observedGeneration": -1});
        assert_eq!(self.stage.write_status(0, lost), 200);
    }

    /// A change of the cloud itself, or of what goes wrong in it.
    fn cloud<T>(&self, change: impl FnOnce(&mut Cloud) -> T) -> T {
        self.stage.world.clouds.with(&self.stage.world, change)
    }

    /// The cloud behaves otherwise from now on.
    fn settings(&self, change: impl FnOnce(&mut Settings)) {
        self.cloud(|cloud| change(cloud.settings_mut()));
    }

    /// The next so many calls of an operation meet a fault.
    fn faults(&self, operation: Operation, kind: &FaultKind, times: u32) {
        for nth in 1..=times {
            let fault = Fault {
                nth,
                ..Fault::next(operation, kind.clone())
            };
            self.cloud(|cloud| cloud.inject(fault));
        }
    }

    /// Somebody else calls the cloud, whom no fault meets.
    fn others<T>(&self, work: impl FnOnce(&mut Cloud, &Caller) -> T) -> T {
        let work = |cloud: &mut Cloud| work(cloud, &caller(OTHERS));
        self.stage.world.clouds.undisturbed(&self.stage.world, work)
    }

    /// Every call of ours so far.
    fn log(&self) -> Vec<Entry> {
        let mut log = self.stage.world.clouds.log();
        log.retain(|entry| entry.principal != OTHERS);
        log
    }

    fn now(&self) -> Duration {
        self.stage.world.elapsed()
    }

    fn last_call(&self) -> Duration {
        self.log().last().map_or(Duration::ZERO, |entry| entry.at.0)
    }

    fn take(&mut self) -> Vec<Entry> {
        let log = self.log().split_off(self.taken);
        self.taken += log.len();
        log
    }

    /// The operator's calls since the last time: `CreateFunction`, `DescribeFunction LIVE`.
    fn calls(&mut self) -> Vec<String> {
        self.take().iter().map(spelled).collect()
    }

    /// Those of them that the cloud carried out and that were no reads.
    fn done(&mut self) -> Vec<&'static str> {
        let changes = |entry: &Entry| {
            (entry.operation.effect == Effect::Write || entry.operation == cf::TEST_FUNCTION)
                && matches!(entry.answer, Answered::Done(_))
        };
        let log = self.take();
        log.iter()
            .filter(|entry| changes(entry))
            .map(|entry| entry.operation.name)
            .collect()
    }

    /// The object's status.
    fn status(&self) -> Value {
        self.stage.object(0).unwrap_or_default()["status"].clone()
    }

    /// Status and reason of a condition, `True/Available`.
    fn condition(&self, kind: &str) -> String {
        let object = self.stage.object(0).unwrap_or_default();
        let text = |field: &str| {
            let condition = condition(&object, kind);
            condition
                .map_or("-", |condition| {
                    condition[field].as_str().unwrap_or_default()
                })
                .to_owned()
        };
        format!("{}/{}", text("status"), text("reason"))
    }

    /// The message of the condition Ready.
    fn message(&self) -> String {
        let object = self.stage.object(0).unwrap_or_default();
        let ready = condition(&object, "Ready").cloned().unwrap_or_default();
        ready["message"].as_str().unwrap_or_default().to_owned()
    }

    /// Events of this reason so far, as the trace has them.
    fn events(&self, reason: &str) -> Vec<String> {
        let told = self.stage.world.record();
        let posted = format!("events {reason}: ");
        let lines = told.trace.iter().filter(|line| line.contains(&posted));
        lines.cloned().collect()
    }

    /// The function as the cloud has it, for comparisons: no id, no time, no version. `null`: there is none.
    fn function(&self) -> Value {
        let place = Place::of(&self.stage.slots[0]);
        let mut function = judge::function_at(&self.stage.world, &place).unwrap_or_default();
        if let Some(fields) = function.as_object_mut() {
            fields.remove("versions");
            fields.remove("ownVersions");
        }
        function
    }
}

/// A call in a word or two.
fn spelled(entry: &Entry) -> String {
    match entry.arguments["stage"].as_str() {
        Some(stage) if entry.operation != cf::TEST_FUNCTION => {
            format!("{} {stage}", entry.operation.name)
        }
        _ => entry.operation.name.to_owned(),
    }
}

/// The function that a create for this spec makes.
fn created(kind: Kind, prepare: impl Fn(&mut Alone), spec: &Value) -> Value {
    let mut function = Value::Null;
    alone(kind, async |alone: &mut Alone| {
        prepare(alone);
        alone.apply(spec).await;
        function = alone.function();
    });
    assert!(!function.is_null(), "nothing was created for {spec}");
    function
}

/// Walks through every pair of specs in both directions with one object: each edit ends where a
/// create would, in at most so many writes, and the check after it writes nothing.
fn every_edit_ends_where_a_create_would(
    kind: Kind,
    prepare: impl Fn(&mut Alone),
    specs: &[Value],
    most_writes: usize,
) {
    let created: Vec<Value> = specs
        .iter()
        .map(|spec| created(kind, &prepare, spec))
        .collect();
    alone(kind, async |alone: &mut Alone| {
        prepare(alone);
        alone.apply(&specs[0]).await;
        for one in 0..specs.len() {
            for other in one + 1..specs.len() {
                for to in [one, other, one] {
                    alone.done();
                    alone.apply(&specs[to]).await;
                    let spec = specs[to].to_string().replace(SENTINEL, "value");
                    assert_eq!(alone.condition("Ready"), "True/Available", "{spec}");
                    assert_eq!(alone.function(), created[to], "{spec}");
                    let done = alone.done();
                    assert!(done.len() <= most_writes, "{done:?} for {spec}");
                    alone.check().await;
                    assert_eq!(alone.done(), [""; 0], "at rest: {spec}");
                }
            }
        }
    });
}
