//! Carries out one schedule: people, outsiders, operators and bad luck, on one paused runtime.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudfn::api::{
    AdoptionPolicy, DeletionPolicy, DriftPolicy, FLUX_REQUESTED_AT, ManagementPolicy,
    RECONCILE_REQUESTED_AT,
};
use cloudfn::cloud::limit::Rates;
use cloudfn::reconcile::settings::Settings;
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::task::AbortHandle;

use crate::api_server::{Answer, Change, Key, Request};
use crate::credentials::Credentials;
use crate::operator::Operator;
use crate::schedule::{Act, Adversity, Outside, Schedule, Slot, Step, manifest};
use crate::wire::{End, Fuse};
use crate::world::{NAMESPACE, Record, SENTINEL, World, lock};
use crate::{cloud_faults, expected, judge};

/// `--check-interval`: time between two reads of an unchanged function.
pub const CHECK: Duration = Duration::from_mins(5);

/// Budgets so small that calls wait for longer than their deadlines allow.
const SCARCE: Rates = Rates {
    lambda: 0.2,
    lambda_get: 0.5,
    cloudfront: 0.2,
};

/// Settings of each operator of the simulated cluster.
pub fn settings() -> Settings {
    Settings {
        cluster_name: "cluster".to_owned(),
        instance: "11111111-2222-4333-8444-555555555555".to_owned(),
        check_interval: CHECK,
        reference_settle: Duration::from_secs(5),
        secret_interval: Duration::from_secs(30),
        pass_limit: Duration::from_secs(90),
        management_policy: ManagementPolicy::Manage,
        max_adoption_policy: AdoptionPolicy::IfUnowned,
        observe_unowned: false,
        default_drift_policy: DriftPolicy::Repair,
        default_deletion_policy: DeletionPolicy::Delete,
    }
}

/// A moment of a run, as lengths of what the world had recorded by then.
#[derive(Clone, Copy)]
pub struct Moment {
    /// Length of `World::claims`.
    pub claims: usize,
    /// Length of `World::versions`.
    pub versions: usize,
}

/// What people, outsiders and luck did so far, as far as the judge needs it.
#[derive(Default)]
pub struct History {
    /// Specs that each object ever had.
    pub specs: BTreeMap<usize, Vec<Value>>,
    /// Specs that each object had since it was marked for deletion.
    pub last_specs: BTreeMap<usize, Vec<Value>>,
    /// Contents that each ConfigMap ever had.
    pub maps: BTreeMap<String, Vec<Value>>,
    /// Codes that somebody let pass without tests, by object.
    pub skipped: BTreeMap<usize, BTreeSet<String>>,
    /// Functions that outsiders made, as they then were; `None` for those that they took our tag from,
    /// which a pass may still be writing.
    pub foreign: BTreeMap<judge::Place, Option<Value>>,
    /// Functions that an outsider changed, or of which the operator lost its status: what the spec does
    /// not name may be anything. Each with the first time.
    pub touched: BTreeMap<judge::Place, Moment>,
    /// A second operator was at work, or the cloud answered with the past: Ready may hold only for a
    /// moment. Since when.
    pub concurrent_or_stale: Option<Moment>,
}

/// The stage of one run.
pub struct Stage {
    /// The world.
    pub world: Arc<World>,
    /// The objects that may exist.
    pub slots: Vec<Slot>,
    /// What was done so far.
    pub history: History,
    fuse: Arc<Mutex<Arc<Fuse>>>,
    keeper: AbortHandle,
    second: Option<AbortHandle>,
}

impl Stage {
    /// An empty world with one operator that is started again whenever it crashes.
    pub fn new(seed: u64, slots: Vec<Slot>, first_fuse: Arc<Fuse>) -> Self {
        Self::with_rates(seed, slots, first_fuse, Rates::default())
    }

    /// The same, with other budgets than an operator has by default.
    pub fn with_rates(seed: u64, slots: Vec<Slot>, first_fuse: Arc<Fuse>, rates: Rates) -> Self {
        let world = World::new(seed, rates);
        let fuse = Arc::new(Mutex::new(first_fuse));
        let keeper = tokio::spawn(keep(world.clone(), "op1", fuse.clone())).abort_handle();
        Self {
            world,
            slots,
            history: History::default(),
            fuse,
            keeper,
            second: None,
        }
    }

    /// A request of a person.
    fn user(&self, method: &str, path: &str, content_type: &str, body: Value) -> Answer {
        let path = if path.starts_with("configmaps") || path.starts_with("secrets") {
            format!("/api/v1/namespaces/{NAMESPACE}/{path}")
        } else {
            format!("/apis/cloudfn.dev/v1alpha1/namespaces/{NAMESPACE}/{path}")
        };
        let request = Request {
            method: method.to_owned(),
            path,
            partial: false,
            content_type: content_type.to_owned(),
            body,
            unreadable: None,
        };
        self.world.request("user", &request)
    }

    /// The object of a slot, as it is now.
    pub fn object(&self, slot: usize) -> Option<Arc<Value>> {
        let slot = &self.slots[slot];
        let key = Key {
            plural: slot.kind.plural().to_owned(),
            namespace: NAMESPACE.to_owned(),
            name: slot.name.clone(),
        };
        self.world.api(|api| api.get(&key).cloned())
    }

    fn patch(&self, slot: usize, patch: Value) -> u16 {
        let place = format!(
            "{}/{}",
            self.slots[slot].kind.plural(),
            self.slots[slot].name
        );
        self.user("PATCH", &place, "application/merge-patch+json", patch)
            .status
    }

    /// Lets one thing happen.
    pub fn act(&mut self, act: &Act) {
        self.world.record().counts.add("step", "acts");
        match act {
            Act::Apply(slot, spec) => self.apply(*slot, spec),
            Act::Delete(slot) => {
                // An object that no operator ever saw has no finalizer: its function is not deleted.
                if let Some(object) = self
                    .object(*slot)
                    .filter(|object| object["metadata"]["finalizers"].is_array())
                {
                    self.history
                        .last_specs
                        .entry(*slot)
                        .or_default()
                        .push(object["spec"].clone());
                }
                let path = format!(
                    "{}/{}",
                    self.slots[*slot].kind.plural(),
                    self.slots[*slot].name
                );
                let status = self.user("DELETE", &path, "", Value::Null).status;
                self.world.trace(
                    "user",
                    format!("deletes {}: {status}", self.slots[*slot].name),
                );
            }
            Act::Pause(slot, text) => {
                let status = self.patch(
                    *slot,
                    json!({"metadata": {"annotations": {"cloudfn.dev/paused": text}}}),
                );
                self.world.trace(
                    "user",
                    format!("pauses {} {text:?}: {status}", self.slots[*slot].name),
                );
            }
            Act::Look(slot, token) => self.look(*slot, RECONCILE_REQUESTED_AT, token),
            Act::FluxLook(slot, token) => self.look(*slot, FLUX_REQUESTED_AT, token),
            Act::SkipTests(slot, code) => {
                let named = code.as_ref().map(|code| expected::sha256_hex(code));
                let status = self.patch(
                    *slot,
                    json!({"metadata": {"annotations": {"cloudfn.dev/skip-tests": named}}}),
                );
                self.world.trace(
                    "user",
                    format!(
                        "lets {code:?} of {} pass without tests: {status}",
                        self.slots[*slot].name
                    ),
                );
                self.history
                    .skipped
                    .entry(*slot)
                    .or_default()
                    .extend(code.clone());
            }
            Act::LoseStatus(slot) => self.lose_status(*slot),
            Act::Manage(slot, names) => self.manage(*slot, names),
            Act::Restore(slot, which) => self.restore(*slot, *which),
            Act::Reference {
                config_map,
                name,
                data,
            } => self.reference(*config_map, name, data.as_ref()),
            Act::Outside(slot, what) => self.outside(*slot, *what),
            Act::Crash(point, more) => {
                self.world.record().counts.add(
                    "fault",
                    format!("operator crash at a {point:?}").to_lowercase(),
                );
                self.world.trace(
                    "luck",
                    format!("the operator crashes {more} x {point:?} from now"),
                );
                lock(&self.fuse).shorten(*point, *more, End::Crash);
            }
            Act::Stop(point, more) => {
                self.world.record().counts.add(
                    "fault",
                    format!("operator stop at a {point:?}").to_lowercase(),
                );
                self.world.trace(
                    "luck",
                    format!("the operator is asked to end {more} x {point:?} from now"),
                );
                lock(&self.fuse).shorten(*point, *more, End::Stop);
            }
            Act::Second(time) => self.second(*time),
            Act::Lag(time) => {
                self.world.trace("luck", format!("caches lag for {time:?}"));
                lock(&self.world.trouble).lag(*time);
            }
            Act::Api(kind, percent, time) => {
                self.world.trace(
                    "luck",
                    format!("{percent} % of the requests meet {kind:?} for {time:?}"),
                );
                lock(&self.world.trouble).add(*kind, *percent, *time);
            }
            Act::Cloud {
                fault,
                operation,
                nth,
            } => {
                if fault.starts_with("Stale") {
                    self.concurrent_or_stale();
                }
                let fault = cloud_faults::fault(fault, operation.as_deref(), *nth);
                self.world.trace("luck", format!("in the cloud: {fault:?}"));
                self.world
                    .clouds
                    .with(&self.world, |cloud| cloud.inject(fault));
            }
            Act::LateCreate(by) => {
                let what = format!("the next create arrives {by:?} after its connection was lost");
                self.world.trace("luck", what);
                *lock(&self.world.late_create) = Some(*by);
            }
            Act::Turn(credentials) => self.world.turn(*credentials),
            Act::Adversity(what) => {
                self.world.trace("luck", format!("{what:?}"));
                let slots = &self.slots;
                self.world.clouds.with(&self.world, |cloud| {
                    cloud_faults::adversity(cloud, what, slots);
                });
            }
        }
    }

    fn apply(&mut self, number: usize, spec: &Value) {
        let slot = &self.slots[number];
        let old = self.object(number);
        let manifest = manifest(slot, spec);
        let path = slot.kind.plural();
        let (did, status) = match &old {
            None => (
                "creates",
                self.user("POST", path, "application/json", manifest).status,
            ),
            Some(old) => {
                let mut new = Value::clone(old);
                new["spec"] = manifest["spec"].clone();
                (
                    "edits",
                    self.user(
                        "PUT",
                        &format!("{path}/{}", slot.name),
                        "application/json",
                        new,
                    )
                    .status,
                )
            }
        };
        let shown = spec.to_string().replace(SENTINEL, "value");
        self.world
            .trace("user", format!("{did} {}: {status} {shown}", slot.name));
        let stored = self
            .object(number)
            .map(|object| object["spec"].clone())
            .unwrap_or_default();
        if old.is_none() {
            self.history.last_specs.remove(&number);
            // A new object knows nothing of what another put into the function that it finds, or that
            // a second operator is still making for it.
            let place = judge::Place::of(&self.slots[number]);
            let seen = judge::function_at(&self.world, &place);
            if seen.is_some() || self.second.is_some() {
                self.touch(place.clone());
            }
            // An earlier object left it before its tags could be written: its owner is unknown.
            if seen.is_some_and(|seen| !judge::has_owner_tag(&seen)) {
                self.history.foreign.entry(place).or_insert(None);
            }
        }
        if let Some(specs) = self.history.last_specs.get_mut(&number) {
            specs.push(stored.clone());
        }
        self.history.specs.entry(number).or_default().push(stored);
    }

    fn look(&self, slot: usize, annotation: &str, token: &str) {
        let status = self.patch(
            slot,
            json!({"metadata": {"annotations": {annotation: token}}}),
        );
        self.world.trace(
            "user",
            format!(
                "asks for a look at {} by {annotation}: {status}",
                self.slots[slot].name
            ),
        );
    }

    /// Somebody else writes the status of an object.
    pub fn write_status(&self, number: usize, status: Value) -> u16 {
        self.world.disturb();
        let (slot, object) = (&self.slots[number], self.object(number));
        let mut object = object.as_deref().cloned().unwrap_or_default();
        object["status"] = status;
        self.user(
            "PUT",
            &format!("{}/{}/status", slot.kind.plural(), slot.name),
            "application/json",
            object,
        )
        .status
    }

    fn lose_status(&mut self, number: usize) {
        let slot = &self.slots[number];
        let Some(object) = self.object(number) else {
            return;
        };
        if !object["metadata"]["deletionTimestamp"].is_null() {
            return;
        }
        self.world.record().counts.add("fault", "status lost");
        let status = self.write_status(number, json!({"observedGeneration": -1}));
        self.world.trace(
            "user",
            format!("loses the status of {}: {status}", slot.name),
        );
        // What only the status knew is not taken away any more.
        let place = judge::Place::of(slot);
        self.touch(place);
    }

    fn manage(&self, number: usize, names: &[String]) {
        let Some(object) = self
            .object(number)
            .filter(|object| object["status"].is_object())
        else {
            return;
        };
        self.world.record().counts.add("fault", "status patched");
        let mut status = object["status"].clone();
        let known = status["managed"].as_array().cloned().unwrap_or_default();
        let known = known.iter().filter_map(Value::as_str);
        let all: BTreeSet<&str> = known.chain(names.iter().map(String::as_str)).collect();
        status["managed"] = json!(all);
        let done = self.write_status(number, status);
        let name = &self.slots[number].name;
        self.world.trace(
            "user",
            format!("adds {names:?} to what {name} manages: {done}"),
        );
    }

    fn restore(&mut self, number: usize, which: usize) {
        let slot = &self.slots[number];
        let Some(object) = self.object(number) else {
            return;
        };
        if !object["metadata"]["deletionTimestamp"].is_null() {
            return;
        }
        let of_slot = |change: &Change| {
            let of = change.key.plural == slot.kind.plural() && change.key.name == slot.name;
            let status = change.object.as_ref().filter(|_| of)?["status"].clone();
            status["conditions"].is_array().then_some(status)
        };
        let statuses: Vec<Value> = lock(&self.world.versions)
            .iter()
            .filter_map(|(_, change)| of_slot(change))
            .collect();
        let Some(status) = which
            .checked_rem(statuses.len())
            .and_then(|which| statuses.get(which).cloned())
        else {
            return;
        };
        self.world.record().counts.add("fault", "status restored");
        let done = self.write_status(number, status);
        self.world.trace(
            "user",
            format!("restores an old status of {}: {done}", slot.name),
        );
        // What only the newer status knew is not known any more, and what it says is of the past.
        let place = judge::Place::of(slot);
        self.touch(place);
        self.concurrent_or_stale();
    }

    fn reference(&mut self, config_map: bool, name: &str, data: Option<&Value>) {
        let plural = if config_map { "configmaps" } else { "secrets" };
        let path = format!("{plural}/{name}");
        let body = json!({"metadata": {"name": name}, "data": data});
        let status = match data {
            None => self.user("DELETE", &path, "", Value::Null).status,
            Some(_) => match self
                .user("PUT", &path, "application/json", body.clone())
                .status
            {
                404 => self.user("POST", plural, "application/json", body).status,
                status => status,
            },
        };
        let shown = data.map_or_else(
            || "gone".to_owned(),
            |data| {
                if config_map {
                    data.to_string()
                } else {
                    "new values".to_owned()
                }
            },
        );
        self.world
            .trace("user", format!("{path}: {status} {shown}"));
        if let (true, Some(data)) = (config_map, data) {
            self.history
                .maps
                .entry(name.to_owned())
                .or_default()
                .push(data.clone());
        }
    }

    /// Somebody annotates a ConfigMap: it has another version and the same data.
    pub fn annotate_map(&self, name: &str, text: &str) -> u16 {
        let annotations = json!({"metadata": {"annotations": {"example.com/note": text}}});
        let (path, merge) = (format!("configmaps/{name}"), "application/merge-patch+json");
        self.user("PATCH", &path, merge, annotations).status
    }

    fn outside(&mut self, number: usize, what: Outside) {
        let slot = &self.slots[number];
        let place = judge::Place::of(slot);
        let done = self.world.clouds.outside(&self.world, slot, what);
        self.world.trace(
            "others",
            format!(
                "{what:?} the function {}: {}",
                place.name,
                if done { "done" } else { "not possible" }
            ),
        );
        if !done {
            return;
        }
        self.world.record().counts.add(
            "outside",
            format!("{what:?}").split('(').next().unwrap_or_default(),
        );
        self.touch(place.clone());
        let seen = judge::function_at(&self.world, &place);
        // A function that has no tag of ours yet (CloudFront refused a create with tags) is known by
        // its content alone: with an outsider's content it is an outsider's.
        let untagged = matches!(what, Outside::Edit(_) | Outside::Code(_))
            && seen
                .as_ref()
                .is_some_and(|seen| !judge::has_owner_tag(seen));
        let known = self.history.foreign.get(&place);
        let disowned =
            what == Outside::Disown || matches!(known, Some(None)) || (untagged && known.is_none());
        let strange = disowned || what == Outside::Create || known.is_some();
        match seen {
            Some(seen) if strange && !judge::has_owner_tag(&seen) => drop(
                self.history
                    .foreign
                    .insert(place, (!disowned).then_some(seen)),
            ),
            _ => drop(self.history.foreign.remove(&place)),
        }
    }

    fn touch(&mut self, place: judge::Place) {
        let now = self.now();
        self.history.touched.entry(place).or_insert(now);
    }

    fn concurrent_or_stale(&mut self) {
        let now = self.now();
        self.history.concurrent_or_stale.get_or_insert(now);
    }

    fn now(&self) -> Moment {
        Moment {
            claims: lock(&self.world.claims).len(),
            versions: lock(&self.world.versions).len(),
        }
    }

    fn second(&mut self, time: Duration) {
        if let Some(second) = self.second.take() {
            second.abort();
        }
        self.world.record().counts.add("fault", "second operator");
        self.concurrent_or_stale();
        let world = self.world.clone();
        let second = async move {
            let _operator = Operator::start(&world, "op2", Fuse::never(), &settings());
            tokio::time::sleep(time).await;
        };
        self.second = Some(tokio::spawn(second).abort_handle());
    }

    /// Ends all trouble. One healthy operator goes on, which knows what it knows.
    pub fn calm(&mut self) {
        self.world.trace("luck", "all trouble ends");
        if let Some(second) = self.second.take() {
            second.abort();
        }
        lock(&self.fuse).spare();
        lock(&self.world.trouble).end();
        if *lock(&self.world.credentials) == Credentials::Other {
            self.world.turn(Credentials::Right);
        }
        self.world.clouds.with(&self.world, |cloud| {
            cloud.clear_faults();
            cloud_faults::adversity(cloud, &Adversity::Over, &self.slots);
        });
    }

    /// Ends the operator.
    pub fn end(self) -> Record {
        self.keeper.abort();
        Record {
            calls: self.world.clouds.log(),
            ..std::mem::take(&mut *self.world.record())
        }
    }
}

/// Keeps one operator running, and starts another where it crashed or was asked to end.
async fn keep(world: Arc<World>, who: &str, current: Arc<Mutex<Arc<Fuse>>>) {
    loop {
        let fuse = lock(&current).clone();
        let operator = Operator::start(&world, who, fuse.clone(), &settings());
        fuse.blown.notified().await;
        if fuse.stop.is_cancelled() {
            operator.end().await;
            world.ended(who);
        }
        drop(operator);
        // A pod is back within seconds; its lease sometimes is not.
        tokio::time::sleep(Duration::from_millis(world.roll(15_000))).await;
        *lock(&current) = Fuse::never();
    }
}

/// Runs what is given on a paused runtime of its own.
pub fn on_paused_time<T>(run: impl Future<Output = T>) -> T {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(run)
}

/// Carries out a schedule and checks every property.
pub fn run(schedule: &Schedule, fuse: Arc<Fuse>) -> Record {
    run_with(schedule, fuse, |_| {})
}

/// The same in a world that is prepared.
pub fn run_with(schedule: &Schedule, fuse: Arc<Fuse>, prepare: impl FnOnce(&World)) -> Record {
    on_paused_time(async {
        let rates = if schedule.scarce {
            SCARCE
        } else {
            Rates::default()
        };
        let mut stage = Stage::with_rates(schedule.seed, schedule.slots.clone(), fuse, rates);
        prepare(&stage.world);
        stage.world.clouds.with(&stage.world, |cloud| {
            cloud.settings_mut().refuse_create_with_tags = schedule.refuse_tags;
        });
        stage.world.clouds.bystanders(&stage.world);
        for Step { after, act } in &schedule.steps {
            tokio::time::sleep(*after).await;
            stage.act(act);
        }
        stage.calm();
        judge::settle_and_check(&mut stage).await;
        stage.end()
    })
}
