//! The cloud, and the frame that every call passes: faults, permissions, quotas, effect, log.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::faults::{Fault, FaultKind, Faults, PAGE};
use crate::ids::Ids;
use crate::log::{Answered, Entry};
use crate::operation::{Effect, Operation, Service, cloudfront, lambda};
use crate::quota::Bucket;
use crate::refusals::{broken, denied, expired, test_failed, throttled, unavailable};
use crate::settings::Settings;
use crate::time::Time;
use crate::world::World;

/// Who calls, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account, twelve digits.
    pub account: String,
    /// The region; CloudFront ignores it.
    pub region: String,
    /// Who, for the log and for [`Cloud::deny`]: an ARN, or any word a test chooses.
    pub principal: String,
}

impl Caller {
    /// A caller.
    #[must_use]
    pub fn new(account: &str, region: &str, principal: &str) -> Self {
        Self {
            account: account.into(),
            region: region.into(),
            principal: principal.into(),
        }
    }
}

/// A request that the service refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error code.
    pub code: &'static str,
    /// The message. AWS's own may echo what was sent, environment values included; so does this.
    pub message: String,
    /// The Retry-After header.
    pub retry_after: Option<Duration>,
    /// The request's id.
    pub request_id: String,
}

/// What came back instead of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service refused.
    Refused(Refusal),
    /// The connection broke; the caller cannot know whether there was an effect.
    Dropped,
}

impl Outcome {
    /// The refusal, if it is one.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Dropped => None,
        }
    }
}

/// What every operation answers.
pub type Answer<T> = Result<T, Outcome>;

/// A refusal that has no request id yet.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) retry_after: Option<Duration>,
}

impl Problem {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after: None,
        }
    }
}

/// A call on its way.
pub(crate) struct Request<'a> {
    pub(crate) operation: Operation,
    /// The function, as the log, faults and stale windows name it.
    pub(crate) function: Option<&'a str>,
    /// The function's ARN or `*`, for refusals of permission.
    pub(crate) resource: String,
    /// What the log keeps of the rest.
    pub(crate) arguments: Value,
    /// The status of a success; an operation may find another (`Context::status`).
    pub(crate) success: u16,
}

/// What the log keeps of a request, as it is put together.
pub(crate) struct Shown(pub(crate) Value);

impl Shown {
    pub(crate) const fn of(value: Value) -> Self {
        Self(value)
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Some(fields) = self.0.as_object_mut() {
            fields.insert(name.to_owned(), value.into());
        }
    }

    /// What was not sent is not shown.
    pub(crate) fn some(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }
}

/// What an operation knows of its call, and says back.
pub(crate) struct Context<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) now: Time,
    /// Reads show nothing later than this.
    pub(crate) stale: Option<Time>,
    /// A page has at most so many items.
    pub(crate) page: usize,
    /// Set by an operation that changed something.
    pub(crate) effect: bool,
    /// The status of a success.
    pub(crate) status: u16,
    /// What the log keeps of it, besides the request's arguments.
    pub(crate) also: Map<String, Value>,
}

/// A call that has been carried to its operation, or has not come so far.
struct Carried<T> {
    answer: Answer<T>,
    answered: Answered,
    effect: bool,
    also: Map<String, Value>,
}

/// The cloud: every account, region and function of one simulated world.
#[derive(Clone, Debug)]
pub struct Cloud {
    pub(crate) world: World,
    pub(crate) now: Time,
    faults: Faults,
    log: Vec<Entry>,
    delay: Duration,
    denied: Vec<(Option<String>, Operation)>,
    buckets: Vec<(String, String, &'static str, Bucket)>,
}

impl Cloud {
    /// An empty cloud at the beginning of time.
    #[must_use]
    pub fn new(seed: u64, settings: Settings) -> Self {
        Self {
            world: World::new(Ids(seed), settings),
            now: Time::default(),
            faults: Faults::default(),
            log: Vec::new(),
            delay: Duration::ZERO,
            denied: Vec::new(),
            buckets: Vec::new(),
        }
    }

    /// The model's time.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// Lets time pass. What became due in it (a function that settles, one that is gone) shows at the next look.
    pub const fn advance(&mut self, time: Duration) {
        self.now = self.now.after(time);
    }

    /// Lets time pass until a moment, for whoever keeps another clock; time never goes back.
    pub fn advance_to(&mut self, moment: Time) {
        self.now = self.now.max(moment);
    }

    /// The settings; a change holds from the next call on.
    pub const fn settings_mut(&mut self) -> &mut Settings {
        &mut self.world.settings
    }

    /// Lays a fault in wait.
    pub fn inject(&mut self, fault: Fault) {
        self.faults.inject(fault);
    }

    /// The faults that have not fired.
    #[must_use]
    pub fn waiting_faults(&self) -> &[Fault] {
        self.faults.waiting()
    }

    /// Forgets all faults and closes all stale windows.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// Denies an operation to a principal, or to everyone.
    pub fn deny(&mut self, principal: Option<&str>, operation: Operation) {
        self.denied.push((principal.map(str::to_owned), operation));
    }

    /// Allows what [`Cloud::deny`] denied.
    pub fn allow_all(&mut self) {
        self.denied.clear();
    }

    /// Every call so far.
    #[must_use]
    pub fn log(&self) -> &[Entry] {
        &self.log
    }

    /// Takes the log, which then is empty; numbers go on.
    pub fn take_log(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.log)
    }

    /// How late the answer of the last call is: whoever carries it to the caller waits so long first.
    pub const fn take_delay(&mut self) -> Duration {
        std::mem::replace(&mut self.delay, Duration::ZERO)
    }

    /// A request has come that may be no call: its answer is on its way as long as any other.
    pub(crate) const fn came(&mut self) {
        self.delay = self.world.settings.latency;
    }

    /// The id of the request that was answered last.
    pub(crate) fn request_id(&self) -> String {
        self.world.ids.uuid("request", self.world.calls)
    }

    /// The id of a request that is no call.
    pub(crate) fn request_id_of(&self, what: &str) -> String {
        self.world.ids.uuid(what, self.world.calls)
    }

    /// Whether a principal may call an operation.
    pub(crate) fn allowed(&self, caller: &Caller, operation: Operation) -> bool {
        !self.denied.iter().any(|(who, what)| {
            *what == operation && who.as_ref().is_none_or(|who| *who == caller.principal)
        })
    }

    /// Passes a call through the frame.
    pub(crate) fn call<T>(
        &mut self,
        caller: &Caller,
        request: Request<'_>,
        act: impl FnOnce(&mut World, &mut Context<'_>) -> Result<T, Problem>,
    ) -> Answer<T> {
        self.world.calls += 1;
        let seq = self.world.calls;
        let fault = self.faults.fire(request.operation, request.function);
        let Carried {
            answer,
            answered,
            effect,
            also,
        } = self.carry(caller, &request, fault.as_ref(), act);
        let mut arguments = request.arguments;
        if let Some(fields) = arguments.as_object_mut() {
            fields.extend(also);
        }
        self.delay = self.world.settings.latency
            + match fault {
                Some(FaultKind::Delay(delay)) => delay,
                _ => Duration::ZERO,
            };
        self.log.push(Entry {
            seq,
            at: self.now,
            account: caller.account.clone(),
            region: caller.region.clone(),
            principal: caller.principal.clone(),
            operation: request.operation,
            function: request.function.map(str::to_owned),
            arguments,
            answer: answered,
            effect,
            fault: fault.as_ref().map(FaultKind::name),
            delay: self.delay,
        });
        answer
    }

    fn carry<T>(
        &mut self,
        caller: &Caller,
        request: &Request<'_>,
        fault: Option<&FaultKind>,
        act: impl FnOnce(&mut World, &mut Context<'_>) -> Result<T, Problem>,
    ) -> Carried<T> {
        let dropped = |after_effect, effect, also| Carried {
            answer: Err(Outcome::Dropped),
            answered: Answered::Dropped { after_effect },
            effect,
            also,
        };
        if fault == Some(&FaultKind::DropBefore) {
            return dropped(false, false, Map::new());
        }
        let (result, effect, success, also) = match self.admit(caller, request, fault) {
            Err(problem) => (Err(problem), false, request.success, Map::new()),
            Ok(stale) => {
                let page = if let Some(FaultKind::PartialPage(most)) = fault {
                    (*most).max(1)
                } else {
                    usize::MAX
                };
                let mut context = Context {
                    caller,
                    now: self.now,
                    stale,
                    page,
                    effect: false,
                    status: request.success,
                    also: Map::new(),
                };
                let result = act(&mut self.world, &mut context);
                (result, context.effect, context.status, context.also)
            }
        };
        if fault == Some(&FaultKind::DropAfter) {
            return dropped(true, effect, also);
        }
        match result {
            Ok(reply) => Carried {
                answer: Ok(reply),
                answered: Answered::Done(success),
                effect,
                also,
            },
            Err(problem) => {
                let Problem {
                    status,
                    code,
                    message,
                    retry_after,
                } = problem;
                let request_id = self.request_id();
                let answer = Err(Outcome::Refused(Refusal {
                    status,
                    code,
                    message,
                    retry_after,
                    request_id,
                }));
                Carried {
                    answer,
                    answered: Answered::Refused(status, code),
                    effect,
                    also,
                }
            }
        }
    }

    /// What happens before the operation is looked at; answers whether reads show the past.
    fn admit(
        &mut self,
        caller: &Caller,
        request: &Request<'_>,
        fault: Option<&FaultKind>,
    ) -> Result<Option<Time>, Problem> {
        let service = request.operation.service;
        let region = home(service, caller);
        match fault {
            Some(FaultKind::ExpiredCredentials) => return Err(expired(service)),
            Some(FaultKind::Throttle { retry_after }) => {
                return Err(throttled(service, *retry_after));
            }
            Some(FaultKind::InternalError) => return Err(broken(service)),
            Some(FaultKind::Unavailable) => return Err(unavailable(service)),
            Some(FaultKind::Unreadable(status)) => return Err(Problem::new(*status, "", PAGE)),
            Some(FaultKind::TestFunctionFailed)
                if request.operation == cloudfront::TEST_FUNCTION =>
            {
                return Err(test_failed());
            }
            _ => {}
        }
        if !self.allowed(caller, request.operation) {
            return Err(denied(service, caller, request));
        }
        self.spend(caller, region, request.operation)?;
        if request.operation.effect == Effect::Write {
            return Ok(None);
        }
        let what = request.function.unwrap_or(request.operation.name);
        if let Some(FaultKind::Stale(time)) = fault {
            self.faults
                .open(&caller.account, region, service, what, self.now, *time);
        }
        Ok(self
            .faults
            .stale(&caller.account, region, service, what, self.now))
    }

    /// Takes the call from its quota.
    fn spend(
        &mut self,
        caller: &Caller,
        region: &str,
        operation: Operation,
    ) -> Result<(), Problem> {
        // Lambda Developer Guide, "Lambda quotas": GetFunction 100 a second, the rest of the control plane 15 together.
        let (rate, family) = match operation.service {
            Service::Lambda if !self.world.settings.lambda_quotas => return Ok(()),
            Service::Lambda if operation == lambda::GET_FUNCTION => (100, "GetFunction"),
            Service::Lambda => (15, "control plane"),
            Service::CloudFront => match self.world.settings.cloudfront_rate {
                None => return Ok(()),
                Some(rate) => (rate, "CloudFront"),
            },
        };
        let now = self.now;
        let place = self.buckets.iter().position(|(account, there, kind, _)| {
            *account == caller.account && there == region && *kind == family
        });
        let index = place.unwrap_or_else(|| {
            self.buckets.push((
                caller.account.clone(),
                region.to_owned(),
                family,
                Bucket::new(rate, now),
            ));
            self.buckets.len() - 1
        });
        let Some((_, _, _, bucket)) = self.buckets.get_mut(index) else {
            return Ok(());
        };
        // Retry-After is in whole seconds (RFC 9110); that Lambda sends 1 at least is assumed:retry-after.
        bucket.take(now).map_err(|wait| {
            let whole = Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
            let after =
                (operation.service == Service::Lambda).then_some(whole.max(Duration::from_secs(1)));
            throttled(operation.service, after)
        })
    }
}

/// Where a call goes: CloudFront has no region (CloudFront API reference, "Service endpoints").
pub(crate) fn home(service: Service, caller: &Caller) -> &str {
    match service {
        Service::CloudFront => "",
        Service::Lambda => &caller.region,
    }
}
