//! The strict cloud behind cloudfn's ports, in virtual time, with budgets, crash points and trace.
//!
//! What an answer means is decided by the operator's own table; how it is read from HTTP is tested beside
//! the SDK.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cloudfn::cloud::aws::class_of;
use cloudfn::cloud::clearance::{self, Keys, Terms};
use cloudfn::cloud::cloudfront::CloudFrontApi;
use cloudfn::cloud::lambda::LambdaApi;
use cloudfn::cloud::limit::{Budgets, Family, Key, LONGEST_WAIT, NoToken};
use cloudfn::cloud::{BudgetMode, Class, CloudError, Errand};
use cloudfn::functions::{cloudfront, lambda};
use strict_cloud::{Answer, Between, Caller, Cloud, Entry, Failure, Outcome, Settings};
use tokio::time::Instant;

use crate::credentials::{Credentials, account_of, home_of};
use crate::schedule::{FAILS_TO_START, FAILS_TO_UPDATE, ODD};
use crate::wire::Fuse;
use crate::world::{ACCOUNT, REGION, World, lock};

/// Who works for people that know nothing of cloudfn.
pub const OTHERS: &str = "others";

/// All clouds.
pub struct Clouds {
    cloud: Mutex<Cloud>,
    log: Mutex<Vec<Entry>>,
}

impl Clouds {
    /// Empty clouds.
    pub fn new(seed: u64) -> Self {
        let failure = |marker: &str, on_create| Failure {
            marker: marker.to_owned(),
            on_create,
            on_update: !on_create,
            reason: format!("the simulated cloud fails{ODD}"),
            reason_code: "InternalError",
        };
        let failures = vec![
            failure(FAILS_TO_START, true),
            failure(FAILS_TO_UPDATE, false),
        ];
        // Where AWS was recorded a function was gone at once; the operator must also wait for one that is not.
        let delete_takes = Between(Duration::from_secs(1), Duration::from_secs(3));
        let settings = Settings {
            failures,
            delete_takes,
            ..Settings::default()
        };
        Self {
            cloud: Mutex::new(Cloud::new(seed, settings)),
            log: Mutex::default(),
        }
    }

    /// Works on the cloud at the world's time; what was called goes into the log.
    pub fn with<T>(&self, world: &World, work: impl FnOnce(&mut Cloud) -> T) -> T {
        let mut cloud = lock(&self.cloud);
        let passed = world.elapsed().saturating_sub(cloud.now().0);
        cloud.advance(passed);
        let result = work(&mut cloud);
        lock(&self.log).extend(cloud.take_log());
        result
    }

    /// The same for somebody whom no fault meets.
    pub fn undisturbed<T>(&self, world: &World, work: impl FnOnce(&mut Cloud) -> T) -> T {
        self.with(world, |cloud| {
            let waiting = cloud.waiting_faults().to_vec();
            cloud.clear_faults();
            let result = work(cloud);
            for fault in waiting {
                cloud.inject(fault);
            }
            result
        })
    }

    /// Looks at the cloud without leaving a trace in it.
    pub fn peek<T>(&self, world: &World, look: impl FnOnce(&mut Cloud, &Caller) -> T) -> T {
        let mut copy = self.with(world, |cloud| cloud.clone());
        copy.clear_faults();
        copy.settings_mut().lambda_quotas = false;
        look(&mut copy, &caller("judge"))
    }

    /// How many calls there were so far.
    pub fn calls(&self) -> usize {
        lock(&self.log).len()
    }

    /// Every call so far.
    pub fn log(&self) -> Vec<Entry> {
        lock(&self.log).clone()
    }
}

/// Somebody in the account of all functions.
pub fn caller(principal: &str) -> Caller {
    Caller::new(ACCOUNT, REGION, principal)
}

/// One operator's access to the clouds.
pub struct Access(Arc<Way>);

/// What each of its clients shares.
pub struct Way {
    world: Arc<World>,
    who: String,
    fuse: Arc<Fuse>,
    budgets: Budgets,
    keys: Keys,
}

impl Access {
    /// An access with full budgets.
    pub fn new(world: Arc<World>, who: &str, fuse: Arc<Fuse>) -> Self {
        let budgets = Budgets::new(world.rates).until(fuse.stop.clone());
        let keys = Keys::default();
        // Asked before the first pass.
        let key = lock(&world.credentials).key();
        keys.verified(key, account_of(key));
        Self(Arc::new(Way {
            world,
            who: who.to_owned(),
            fuse,
            budgets,
            keys,
        }))
    }

    /// The account of the credentials, if it is allowed.
    async fn account(&self) -> Result<String, CloudError> {
        let key = self.0.key().await?;
        let account = account_of(key);
        let allowed = lock(&self.0.world.allowed).clone();
        clearance::allow(account, &allowed)?;
        Ok(account.to_owned())
    }

    /// A client for an errand.
    async fn client(&self, errand: &Errand<'_>) -> Result<Client, CloudError> {
        clearance::same(&self.account().await?, errand)?;
        Ok(Client {
            way: self.0.clone(),
            account: errand.account.into(),
            until: errand.until,
        })
    }
}

/// A client for calls about one account.
pub struct Client {
    way: Arc<Way>,
    account: Arc<str>,
    until: Option<Instant>,
}

/// One call: its name, its family, whether it writes, whether it waits for its turn.
#[derive(Clone, Copy)]
pub struct Call {
    /// The API operation.
    pub operation: &'static str,
    /// Its budget.
    pub family: Family,
    /// Whether it changes something.
    pub write: bool,
    /// Whether it waits for a token.
    pub mode: BudgetMode,
}

impl Client {
    /// Carries a call to the cloud and its answer back.
    pub async fn call<T>(
        &self,
        call: Call,
        send: impl FnOnce(&mut Cloud, &Caller) -> Answer<T>,
    ) -> Result<T, CloudError> {
        let until = self.until.unwrap_or_else(|| Instant::now() + LONGEST_WAIT);
        let terms = Terms {
            account: self.account.clone(),
            until,
        };
        self.way.call(call, &terms, send).await
    }

    /// The same for a create, which may arrive long after its connection was lost.
    pub async fn create<T: 'static>(
        &self,
        call: Call,
        send: impl FnOnce(&mut Cloud, &Caller) -> Answer<T> + Send + 'static,
    ) -> Result<T, CloudError> {
        let world = self.way.world.clone();
        let answered = |cloud: &mut Cloud, caller: &Caller| {
            let Some(late) = lock(&world.late_create).take() else {
                return send(cloud, caller);
            };
            let (world, caller) = (world.clone(), caller.clone());
            let calls_before = world.clouds.calls();
            world.record().counts.add("fault", "create arrives late");
            // The answer was another one than to the try before.
            world.disturb();
            tokio::spawn(async move {
                tokio::time::sleep(late).await;
                let arrived = world.clouds.undisturbed(&world, |cloud| {
                    let _ = send(cloud, &caller);
                    cloud.log().last().cloned()
                });
                if let Some(entry) = arrived {
                    let place = world.clouds.calls() - 1;
                    lock(&world.arrived_late).insert(place, calls_before);
                    world.trace("late", entry);
                }
            });
            Err(Outcome::Dropped)
        };
        self.call(call, answered).await
    }
}

impl Way {
    /// The key that signs now. Whose a new one is, STS says first.
    async fn key(&self) -> Result<&'static str, CloudError> {
        let key = lock(&self.world.credentials).key();
        if self.keys.account(key).is_none() {
            self.world.pause().await;
            if self.world.roll(10) == 0 {
                let words = "STS is not to be reached";
                return Err(error(
                    Class::Unavailable,
                    "GetCallerIdentity",
                    "Timeout",
                    words,
                ));
            }
            self.keys.verified(key, account_of(key));
        }
        Ok(key)
    }

    async fn call<T>(
        &self,
        call: Call,
        terms: &Terms,
        send: impl FnOnce(&mut Cloud, &Caller) -> Answer<T>,
    ) -> Result<T, CloudError> {
        let key = Key {
            account: terms.account.clone(),
            region: REGION.into(),
            family: call.family,
        };
        if let Err(none) = self.budgets.take(&key, call.mode, terms.until).await {
            let NoToken::UsedUp { after } = none else {
                return Err(CloudError::stopping(call.operation));
            };
            let class = Class::Throttled { after: Some(after) };
            self.world.record().counts.add("class", class.name());
            return Err(error(
                class,
                call.operation,
                "NoBudget",
                "our own budget is used up",
            ));
        }
        if self.fuse.stop.is_cancelled() {
            let operation = call.operation;
            self.world
                .violation(format!("after the stop, a new call: {operation}"));
        }
        self.world.pause().await;
        if !self.world.step() {
            self.fuse.blow();
        }
        let signed_by = self.key().await?;
        self.fuse.point(call.write).await;
        if let Err(unsent) = terms.check(&self.keys, Some(signed_by), Instant::now()) {
            let error = unsent.error(call.operation);
            self.world.trace(
                &self.who,
                format!("  {} is not sent: {unsent}", call.operation),
            );
            self.world.record().counts.add("class", error.class.name());
            return Err(error);
        }
        let caller = Caller::new(home_of(signed_by), REGION, &self.who);
        let (answer, entry, delay) = self.world.clouds.with(&self.world, |cloud| {
            let answer = send(cloud, &caller);
            (answer, cloud.log().last().cloned(), cloud.take_delay())
        });
        self.turn_after_this();
        if let Some(entry) = &entry {
            self.world.trace(&self.who, format!("  {entry}"));
            if let Some(fault) = entry.fault {
                self.world.record().counts.add("fault", fault);
            }
            if call.write && entry.effect {
                self.world.record().writes += 1;
            }
        }
        self.fuse.point(call.write).await;
        tokio::time::sleep(delay).await;
        self.world.pause().await;
        *lock(&self.fuse.answered) = Some(Instant::now());
        match answer {
            Ok(reply) => {
                self.budgets.succeeded(&key);
                Ok(reply)
            }
            Err(outcome) => Err(self.refused(&key, call.operation, &outcome)),
        }
    }

    /// The credentials turn where this was the call after which they do.
    fn turn_after_this(&self) {
        let ours = |entry: &Entry| entry.principal == self.who;
        let due = *lock(&self.world.turn_after);
        let calls = || self.world.clouds.log().iter().filter(|e| ours(e)).count();
        if due.is_none_or(|due| calls() < due) {
            return;
        }
        *lock(&self.world.turn_after) = None;
        self.world.turn(Credentials::Other);
        let world = self.world.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(30)).await;
            world.turn(Credentials::Renewed);
        });
    }

    fn refused(&self, key: &Key, operation: &'static str, outcome: &Outcome) -> CloudError {
        let Outcome::Refused(refusal) = outcome else {
            self.world
                .record()
                .counts
                .add("class", Class::Unavailable.name());
            return error(
                Class::Unavailable,
                operation,
                "NoConnection",
                "the connection was lost",
            );
        };
        let code = Some(refusal.code).filter(|code| !code.is_empty());
        let mut class = class_of(operation, refusal.status, code, &refusal.message);
        match &mut class {
            Class::Throttled { after } => {
                self.budgets.throttled(key, refusal.retry_after);
                *after = Some(self.budgets.opens_in(key));
            }
            Class::Unavailable | Class::Unauthenticated => {}
            _ => self.budgets.succeeded(key),
        }
        self.world.record().counts.add("class", class.name());
        CloudError {
            request_id: Some(refusal.request_id.clone()),
            ..error(
                class,
                operation,
                refusal.code,
                &format!("{}{ODD}", refusal.message),
            )
        }
    }
}

fn error(class: Class, operation: &'static str, code: &str, message: &str) -> CloudError {
    CloudError {
        class,
        operation,
        code: code.to_owned(),
        message: message.to_owned(),
        request_id: None,
    }
}

#[async_trait]
impl cloudfront::Clouds for Access {
    async fn account(&self, _wanted: Option<&str>) -> Result<String, CloudError> {
        self.account().await
    }

    async fn cloudfront(&self, errand: &Errand<'_>) -> Result<Arc<dyn CloudFrontApi>, CloudError> {
        Ok(Arc::new(crate::ports::CloudFront(
            self.client(errand).await?,
        )))
    }
}

#[async_trait]
impl lambda::Clouds for Access {
    async fn account(&self, _wanted: Option<&str>) -> Result<String, CloudError> {
        self.account().await
    }

    fn default_region(&self) -> &str {
        REGION
    }

    async fn lambda(
        &self,
        errand: &Errand<'_>,
        _region: &str,
    ) -> Result<Arc<dyn LambdaApi>, CloudError> {
        Ok(Arc::new(crate::ports::Lambda(self.client(errand).await?)))
    }
}
