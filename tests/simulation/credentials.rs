//! Credentials that turn between two accounts while operators work, and budgets so small that calls miss
//! their deadlines: what the call log must never show.
//!
//! Whether a call may be sent is decided by the operator's own code (`cloud::clearance`), which the
//! simulated adapter asks as the real one does.

use std::time::Duration;

use cloudfn::reconcile::settings::SENT_WITHIN;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strict_cloud::operation::{cloudfront as cf, lambda};
use strict_cloud::{Caller, Entry, Service};

use crate::api_server::Change;
use crate::clouds::OTHERS;
use crate::invariants::condition;
use crate::judge::{self, Place};
use crate::run::{self, Stage};
use crate::schedule::{Act, Kind, Slot};
use crate::tally::{Check, Tally};
use crate::wire::Fuse;
use crate::world::{ACCOUNT, OTHER_ACCOUNT, REGION, World, lock};
use crate::{bulk, outsiders, scenarios};

/// What an operator's chain gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Credentials {
    /// A key of the right account.
    #[default]
    Right,
    /// Another key of it.
    Renewed,
    /// A key of another account.
    Other,
    /// A key of another account of which STS says that it is of the right one.
    Mistaken,
}

impl Credentials {
    /// The access key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Right => "AKIARIGHT",
            Self::Renewed => "AKIARENEWED",
            Self::Other => "AKIAOTHER",
            Self::Mistaken => "AKIAMISTAKEN",
        }
    }
}

/// The account of a key, as STS says.
pub fn account_of(key: &str) -> &'static str {
    if key == Credentials::Other.key() {
        OTHER_ACCOUNT
    } else {
        ACCOUNT
    }
}

/// The account in which calls with a key arrive.
pub fn home_of(key: &str) -> &'static str {
    if key == Credentials::Mistaken.key() {
        OTHER_ACCOUNT
    } else {
        account_of(key)
    }
}

impl World {
    /// From now on the chain gives these.
    pub fn turn(&self, credentials: Credentials) {
        self.trace("luck", format!("the credentials are now {credentials:?}"));
        self.record().counts.add("fault", "credentials turn");
        *lock(&self.credentials) = credentials;
    }
}

/// What operators sent that they must not send.
pub fn broken(stage: &Stage, tally: &Tally) -> Vec<String> {
    let log = stage.world.clouds.log();
    let ours = log.iter().enumerate();
    let ours = ours.filter(|(_, entry)| entry.principal.starts_with("op"));
    let mut wrong = Vec::new();
    for (number, entry) in ours {
        tally.asserted(Check::Call);
        if entry.account != ACCOUNT {
            wrong.push(format!("a call in another account: {entry}"));
        }
        if [cf::CREATE_FUNCTION, lambda::CREATE_FUNCTION].contains(&entry.operation)
            && !lock(&stage.world.arrived_late).contains_key(&number)
            && let Some(late) = lateness(stage, number, entry)
            && late > SENT_WITHIN
        {
            wrong.push(format!("a create {late:?} after its announcement: {entry}"));
        }
    }
    wrong
}

/// How long after the newest announcement a create came, were it only to be replaced by an older status that
/// somebody restored; `None` where the status of some object that may have sent it has none: what the cloud
/// refused last is tried again without one.
fn lateness(stage: &Stage, number: usize, entry: &Entry) -> Option<Duration> {
    let kind = match entry.operation.service {
        Service::CloudFront => Kind::CloudFront,
        Service::Lambda => Kind::Lambda,
    };
    let place = Place {
        kind,
        name: entry.function.clone()?,
    };
    let slots = stage.slots.iter().filter(|slot| Place::of(slot) == place);
    let versions = lock(&stage.world.versions);
    let announced = |object: &Value| -> Option<Timestamp> {
        object["status"]["createRequestedAt"].as_str()?.parse().ok()
    };
    let of_slots = slots.filter_map(|slot| {
        let of_slot = |(calls, change): &&(usize, Change)| {
            *calls <= number && change.key.plural == kind.plural() && change.key.name == slot.name
        };
        let mut objects = versions
            .iter()
            .rev()
            .filter(of_slot)
            .map(|(_, change)| change.object.as_deref());
        let last = objects.next()??;
        let of_object = objects.map_while(|object| {
            object.filter(|object| object["metadata"]["uid"] == last["metadata"]["uid"])
        });
        Some(announced(last).map(|at| of_object.filter_map(announced).fold(at, Timestamp::max)))
    });
    let newest: Option<Vec<Timestamp>> = of_slots.collect();
    let now = World::time_at(entry.at.0);
    let late = |at| Duration::try_from(now.duration_since(at)).unwrap_or_default();
    newest?.into_iter().map(late).min()
}

#[test]
fn credentials_that_turn_at_any_call_of_a_life_do_nothing_elsewhere_and_release_nothing() {
    let lives = [Kind::CloudFront, Kind::Lambda].map(scenarios::life);
    for life in &lives {
        let calls = run::run(life, Fuse::never()).calls;
        let ours = calls.iter().filter(|call| call.principal == "op1").count();
        assert!(ours > 10, "{ours} calls");
        // Without a list of accounts: what is not known to live anywhere may be made in any.
        bulk::each(ours - 1, |number| {
            let record = run::run_with(life, Fuse::never(), |world| {
                lock(&world.allowed).clear();
                *lock(&world.turn_after) = Some(number + 1);
            });
            assert!(
                record.violations.is_empty(),
                "turned after call {}: {:?}\n{}",
                number + 1,
                record.violations,
                record.trace.join("\n")
            );
        });
    }
}

#[test]
fn an_answer_of_another_account_is_not_believed() {
    for kind in [Kind::CloudFront, Kind::Lambda] {
        run::on_paused_time(async {
            let slot = Slot {
                kind,
                name: "f0".to_owned(),
                function: None,
            };
            let place = Place::of(&slot);
            let mut stage = Stage::new(7, vec![slot], Fuse::never());
            let mut spec = scenarios::first(kind);
            spec["adoptionPolicy"] = json!("IfUnowned");
            stage.act(&Act::Apply(0, spec.clone()));
            judge::until_reported(&stage).await;
            let before = stage.object(0).unwrap_or_default();
            let other = Caller::new(OTHER_ACCOUNT, REGION, OTHERS);
            let world = stage.world.clone();
            let made = world
                .clouds
                .undisturbed(&world, |cloud| outsiders::create(cloud, &other, &place));
            assert!(made, "{kind:?}");
            world.turn(Credentials::Mistaken);
            spec["tags"] = json!({"team": "b"});
            stage.act(&Act::Apply(0, spec));
            judge::until_reported(&stage).await;
            let object = stage.object(0).unwrap_or_default();
            let ready = condition(&object, "Ready").cloned().unwrap_or_default();
            assert_eq!(ready["reason"], "WrongAccount", "{ready}");
            assert_eq!(object["status"]["arn"], before["status"]["arn"]);
            let writes = world.clouds.log().into_iter();
            let strays = writes.filter(|e| e.account == OTHER_ACCOUNT && e.principal != OTHERS);
            assert_eq!(strays.filter(|entry| entry.effect).count(), 0, "{kind:?}");
            world.turn(Credentials::Renewed);
            tokio::time::sleep(Duration::from_mins(2)).await;
            let object = stage.object(0).unwrap_or_default();
            let ready = condition(&object, "Ready").cloned().unwrap_or_default();
            assert_eq!(ready["status"], "True", "{ready}");
        });
    }
}
