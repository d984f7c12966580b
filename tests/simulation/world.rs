//! One simulated world: time, chance, the API server, the clouds, and the trace of all that happened.
//!
//! Invariant: everything comes from one seed. Time is the paused runtime's, nothing reads a clock,
//! and nothing iterates over a hash map, so the same seed makes the same trace, byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use cloudfn::cloud::limit::Rates;
use cloudfn::reconcile;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use crate::api_server::{Answer, ApiServer, Change, Request};
use crate::clouds::Clouds;
use crate::credentials::Credentials;
use crate::judge::{self, Place};
use crate::{api_faults, invariants};

/// Every environment value and every Secret holds this text, and nothing public does.
pub const SENTINEL: &str = "sentinel-value";
/// Namespace of all objects.
pub const NAMESPACE: &str = "team";
/// The account of all functions.
pub const ACCOUNT: &str = "123456789012";
/// Another account, where nothing is ours.
pub const OTHER_ACCOUNT: &str = "999999999999";
/// The region of functions that name none.
pub const REGION: &str = "eu-west-1";
/// More than this in one schedule means that something runs in circles.
const MOST_REQUESTS: u64 = 60_000;

/// What is counted over many schedules.
#[derive(Clone, Debug, Default)]
pub struct Counts(pub BTreeMap<(&'static str, String), u64>);

impl Counts {
    /// One more.
    pub fn add(&mut self, what: &'static str, which: impl Into<String>) {
        *self.0.entry((what, which.into())).or_default() += 1;
    }

    /// Together with another schedule's.
    pub fn join(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(key.clone()).or_default() += count;
        }
    }
}

/// All that is recorded of a run.
#[derive(Default)]
pub struct Record {
    /// One line for each thing that happened.
    pub trace: Vec<String>,
    /// The body of each request to the API server that was to change something.
    pub written: Vec<String>,
    /// What must not happen.
    pub violations: Vec<String>,
    /// For the summary.
    pub counts: Counts,
    /// Status writes that changed something, and cloud writes, by our hand.
    pub writes: u64,
    /// The cloud's call log.
    pub calls: Vec<strict_cloud::Entry>,
}

/// A moment of a run, as lengths of what was recorded by then.
#[derive(Clone, Copy)]
pub struct Moment {
    /// Length of [`World::versions`].
    pub versions: usize,
    /// Length of the cloud's call log.
    pub calls: usize,
}

/// The world.
pub struct World {
    began: Instant,
    /// Chance for delays and faults.
    noise: Mutex<Rng>,
    /// Chance for the operator.
    chance: Mutex<Rng>,
    api: Mutex<ApiServer>,
    watchers: Mutex<Vec<UnboundedSender<(Instant, Change)>>>,
    record: Mutex<Record>,
    /// Objects as they became Ready, and the function that the cloud then had for each.
    pub claims: Mutex<Vec<(Arc<Value>, Option<Value>)>>,
    /// Every version of every object, each with the length that the cloud's call log then had.
    pub versions: Mutex<Vec<(usize, Change)>>,
    /// When an operator started or died, somebody else wrote a status, or the API server failed.
    pub disturbed: Mutex<Vec<Moment>>,
    /// When an operator came (true) or went, as lengths of `versions`.
    pub operators: Mutex<Vec<(usize, bool)>>,
    /// Statuses that were cleared and not written again yet, by path, with the operator that cleared them.
    cleared: Mutex<BTreeMap<String, String>>,
    /// The clouds.
    pub clouds: Clouds,
    /// Faults of the API server now at work.
    pub trouble: Mutex<api_faults::Trouble>,
    /// Call budgets of each operator.
    pub rates: Rates,
    /// What the chain of each operator gives now.
    pub credentials: Mutex<Credentials>,
    /// The next create of an operator arrives so much later.
    pub late_create: Mutex<Option<Duration>>,
    /// Where creates that arrived late stand in the cloud's call log, and how long it was when they were sent.
    pub arrived_late: Mutex<BTreeMap<usize, usize>>,
    /// Bytes of a spec up to which the caches of operators keep it.
    pub spec_limit: usize,
    /// After so many calls of operators the credentials turn, for half a minute.
    pub turn_after: Mutex<Option<usize>>,
    /// `--allowed-account-ids`; empty allows any.
    pub allowed: Mutex<BTreeSet<String>>,
}

impl World {
    /// A world from a seed; to be made within a paused runtime.
    pub fn new(seed: u64, rates: Rates) -> Arc<Self> {
        let mut rng = Rng::with_seed(seed ^ 0x5eed_0000);
        let (noise, chance) = (rng.fork(), rng.fork());
        Arc::new(Self {
            began: Instant::now(),
            noise: Mutex::new(noise),
            chance: Mutex::new(chance),
            spec_limit: if rng.bool() { usize::MAX } else { 0 },
            api: Mutex::default(),
            watchers: Mutex::default(),
            record: Mutex::default(),
            claims: Mutex::default(),
            versions: Mutex::default(),
            disturbed: Mutex::default(),
            operators: Mutex::default(),
            cleared: Mutex::default(),
            clouds: Clouds::new(rng.u64(..)),
            trouble: Mutex::default(),
            rates,
            credentials: Mutex::default(),
            late_create: Mutex::default(),
            arrived_late: Mutex::default(),
            turn_after: Mutex::default(),
            allowed: Mutex::new(BTreeSet::from([ACCOUNT.to_owned()])),
        })
    }

    /// Time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The time so long after the beginning.
    pub fn time_at(elapsed: Duration) -> Timestamp {
        // 2026-01-01T00:00:00Z
        let begin = Timestamp::from_second(1_767_225_600).unwrap();
        begin + SignedDuration::try_from(elapsed).unwrap()
    }

    /// Adds a line to the trace.
    pub fn trace(&self, who: &str, what: impl Display) {
        let seconds = self.elapsed().as_secs_f64();
        lock(&self.record)
            .trace
            .push(format!("{seconds:>10.3} {who:<6} {what}"));
    }

    /// Records something that must not happen.
    pub fn violation(&self, what: impl Display) {
        self.trace("!!", &what);
        // One of a kind is enough; a hundred more only hide the others.
        let (mut record, what) = (lock(&self.record), what.to_string());
        if !record
            .violations
            .iter()
            .any(|known| known.chars().take(90).eq(what.chars().take(90)))
        {
            record.violations.push(what);
        }
    }

    /// What is recorded so far.
    pub fn record(&self) -> MutexGuard<'_, Record> {
        lock(&self.record)
    }

    /// A number below `bound`, for delays and faults.
    pub fn roll(&self, bound: u64) -> u64 {
        lock(&self.noise).u64(..bound.max(1))
    }

    /// Some time passes, seldom much.
    pub async fn pause(&self) {
        let delay = if self.roll(40) == 0 {
            self.roll(900)
        } else {
            self.roll(12)
        };
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }

    /// The API server answers a request, and sends the changes to its watchers.
    pub fn request(&self, who: &str, request: &Request) -> Answer {
        let (answer, before, changes) = {
            let mut api = lock(&self.api);
            api.now = reconcile::world::World::now(self);
            let ours = who != "user" && request.method == "PATCH";
            let path = request.path.trim_end_matches("/status");
            let before = if ours {
                crate::wire::key_of(path).and_then(|key| api.get(&key).cloned())
            } else {
                None
            };
            let answer = api.handle(request);
            (answer, before, api.take_changes())
        };
        if let (Some(before), 200) = (before, answer.status) {
            if request.path.ends_with("/status") {
                self.note_cleared(who, request);
                for violation in invariants::written(&before, &answer.body) {
                    self.violation(violation);
                }
                if invariants::is_available(&answer.body) && !invariants::is_available(&before) {
                    let place = Place::of_object(&answer.body);
                    lock(&self.claims)
                        .push((answer.body.clone(), judge::function_at(self, &place)));
                }
            }
            if before != answer.body {
                lock(&self.record).writes += 1;
            }
        }
        if let Some(refusal) = &request.unreadable {
            self.violation(format!(
                "{who} sent a body that cannot be read: {}",
                refusal.body
            ));
        }
        let note = request.body["note"].as_str().unwrap_or_default();
        if who != "user" && !invariants::is_plain(note) {
            self.violation(format!("an event has control characters: {note:?}"));
        }
        if request.method != "GET" && who != "user" && request.body.to_string().contains(SENTINEL) {
            self.violation(format!("a secret value was written to {}", request.path));
        }
        let calls = self.clouds.calls();
        lock(&self.versions).extend(changes.iter().map(|change| (calls, change.clone())));
        lock(&self.watchers).retain(|watcher| {
            changes
                .iter()
                .all(|change| watcher.send((Instant::now(), change.clone())).is_ok())
        });
        answer
    }

    /// Something happened that makes an operator begin afresh with what it works on.
    pub fn disturb(&self) {
        let moment = Moment {
            versions: lock(&self.versions).len(),
            calls: self.clouds.calls(),
        };
        lock(&self.disturbed).push(moment);
    }

    fn note_cleared(&self, who: &str, request: &Request) {
        let (path, mut cleared) = (request.path.clone(), lock(&self.cleared));
        if request.body["status"]["observedGeneration"] == -1 {
            cleared.insert(path, who.to_owned());
        } else {
            cleared.remove(&path);
        }
    }

    /// The API server failed where an operator would have written what it had cleared.
    pub fn forgive(&self, path: &str) {
        lock(&self.cleared).remove(path);
    }

    /// An operator ended that had been asked to: nothing is left half written, where the API server let it.
    pub fn ended(&self, who: &str) {
        let left: Vec<String> = lock(&self.cleared)
            .extract_if(.., |_, by| by == who)
            .map(|(path, _)| path)
            .collect();
        if lock(&self.trouble).is_over() {
            for path in left {
                self.violation(format!("{who} was stopped and left {path} cleared"));
            }
        }
    }

    /// An operator comes, or goes.
    pub fn operator(&self, comes: bool) {
        self.disturb();
        let versions = lock(&self.versions).len();
        lock(&self.operators).push((versions, comes));
    }

    /// Looks into the API server, behind everybody's back.
    pub fn api<T>(&self, look: impl FnOnce(&ApiServer) -> T) -> T {
        look(&lock(&self.api))
    }

    /// All that happens from now on, with the time at which it happened.
    pub fn watch(&self) -> UnboundedReceiver<(Instant, Change)> {
        let (sender, receiver) = unbounded_channel();
        lock(&self.watchers).push(sender);
        receiver
    }

    /// Counts a request; circles end here.
    pub fn step(&self) -> bool {
        let mut record = lock(&self.record);
        record.counts.add("step", "requests");
        let many = record
            .counts
            .0
            .get(&("step", "requests".to_owned()))
            .is_some_and(|n| *n == MOST_REQUESTS);
        drop(record);
        if many {
            self.violation("the operator runs in circles: too many requests");
        }
        !many
    }
}

impl reconcile::world::World for World {
    fn now(&self) -> Timestamp {
        Self::time_at(self.elapsed())
    }

    fn random(&self) -> f64 {
        lock(&self.chance).f64()
    }
}

/// Nothing panics while it holds a lock here, except on its way to failing the test.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
