//! The strict cloud behind cloudfn's ports, in virtual time, with budgets, crash points and trace.
//!
//! What an answer means is decided by a small table of its own: the operator's lies behind the
//! SDK's types, and is tested there.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cloudfn::cloud::cloudfront::CloudFrontApi;
use cloudfn::cloud::lambda::LambdaApi;
use cloudfn::cloud::limit::{Budgets, Family, Key, NoToken};
use cloudfn::cloud::{BudgetMode, Class, CloudError};
use cloudfn::functions::{cloudfront, lambda};
use strict_cloud::{Answer, Between, Caller, Cloud, Entry, Failure, Outcome, Settings};
use tokio::time::Instant;

use crate::schedule::{FAILS_TO_START, FAILS_TO_UPDATE};
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
            reason: "the simulated cloud fails".to_owned(),
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
    caller: Caller,
    fuse: Arc<Fuse>,
    budgets: Budgets,
}

impl Access {
    /// An access with full budgets.
    pub fn new(world: Arc<World>, who: &str, fuse: Arc<Fuse>) -> Self {
        let budgets = Budgets::new(world.rates).until(fuse.stop.clone());
        Self(Arc::new(Way {
            world,
            who: who.to_owned(),
            caller: caller(who),
            fuse,
            budgets,
        }))
    }
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

impl Way {
    /// Carries a call to the cloud and its answer back.
    pub async fn call<T>(
        &self,
        call: Call,
        send: impl FnOnce(&mut Cloud, &Caller) -> Answer<T>,
    ) -> Result<T, CloudError> {
        let key = Key {
            account: ACCOUNT.into(),
            region: REGION.into(),
            family: call.family,
        };
        if let Err(none) = self.budgets.take(&key, call.mode).await {
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
        self.fuse.point(call.write).await;
        let (answer, entry, delay) = self.world.clouds.with(&self.world, |cloud| {
            let answer = send(cloud, &self.caller);
            (answer, cloud.log().last().cloned(), cloud.take_delay())
        });
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
        let mut class = class(operation, refusal.status, refusal.code, &refusal.message);
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
            ..error(class, operation, refusal.code, &refusal.message)
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

/// The part of the operator's own table that the strict cloud needs.
fn class(operation: &str, status: u16, code: &str, message: &str) -> Class {
    let said = message.to_ascii_lowercase();
    match code {
        "ResourceNotFoundException" if operation == "CreateFunction" => Class::Invalid,
        "NoSuchFunctionExists" | "NoSuchResource" | "ResourceNotFoundException" => Class::NotFound,
        "FunctionAlreadyExists" => Class::Exists,
        "ResourceConflictException"
            if operation.starts_with("Create") && said.contains("already exist") =>
        {
            Class::Exists
        }
        "ResourceConflictException" | "ConflictException" | "OperationAborted" => Class::Busy,
        "InvalidIfMatchVersion" | "PreconditionFailed" | "PreconditionFailedException" => {
            Class::Conflict
        }
        "InvalidParameterValueException"
            if operation == "PublishVersion"
                && said.contains("is different from current codesha256") =>
        {
            Class::Conflict
        }
        "InvalidParameterValueException" if said.contains("cannot be assumed by lambda") => {
            Class::NotReadyYet
        }
        "FunctionInUse" => Class::InUse,
        "TooManyFunctions" | "CodeStorageExceededException" => Class::Quota,
        "Throttling" | "TooManyRequestsException" => Class::Throttled { after: None },
        "ExpiredToken" | "ExpiredTokenException" => Class::Unauthenticated,
        "AccessDenied" | "AccessDeniedException" => Class::Denied,
        _ if status >= 500 => Class::Unavailable,
        _ if status == 400 || status == 413 => Class::Invalid,
        _ => Class::Bug,
    }
}

#[async_trait]
impl cloudfront::Clouds for Access {
    async fn account(&self) -> Result<String, CloudError> {
        Ok(ACCOUNT.to_owned())
    }

    async fn cloudfront(&self) -> Result<Arc<dyn CloudFrontApi>, CloudError> {
        Ok(Arc::new(crate::ports::CloudFront(self.0.clone())))
    }
}

#[async_trait]
impl lambda::Clouds for Access {
    async fn account(&self) -> Result<String, CloudError> {
        Ok(ACCOUNT.to_owned())
    }

    fn default_region(&self) -> &str {
        REGION
    }

    async fn lambda(&self, _region: &str) -> Result<Arc<dyn LambdaApi>, CloudError> {
        Ok(Arc::new(crate::ports::Lambda(self.0.clone())))
    }
}
