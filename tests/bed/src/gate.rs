//! What both proxies share: the log of what passed, and the faults on the way.
//!
//! Invariant: each request is logged once, when it arrives, and at most one
//! fault acts on it: the first that matches and still has turns left. A fault
//! counts the requests that match it, in the order in which they arrive.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Response;
use hyper::body::Bytes;
use tokio::sync::Notify;

use crate::action::Action;
use crate::wire::Cut;

/// A log entry.
pub trait Entry: Clone + Send + 'static {
    /// Its number; unique within its gate's log.
    fn seq(&self) -> u64;
    /// Notes the answer.
    fn answered(&mut self, status: u16);
    /// Notes the fault that acted.
    fn faulted(&mut self, action: &'static str);
}

type Matches<C> = Box<dyn Fn(&C) -> bool + Send + Sync>;

/// Which requests a fault meets, and what it does to them. Without `nth` and
/// `times`: to the first one.
pub struct Fault<C> {
    what: String,
    matches: Vec<Matches<C>>,
    skip: usize,
    times: usize,
    action: Action,
}

impl<C> fmt::Debug for Fault<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} on {}", self.action, self.what)
    }
}

impl<C> Fault<C> {
    /// Meets every request; narrow it with `and`.
    #[must_use]
    pub fn any() -> Self {
        Self {
            what: "any request".into(),
            matches: Vec::new(),
            skip: 0,
            times: 1,
            action: Action::CutBefore,
        }
    }

    /// Meets only requests that also pass `matches`; `what` is for messages.
    #[must_use]
    pub fn and(
        mut self,
        what: impl Into<String>,
        matches: impl Fn(&C) -> bool + Send + Sync + 'static,
    ) -> Self {
        let what = what.into();
        self.what = if self.matches.is_empty() {
            what
        } else {
            format!("{} {what}", self.what)
        };
        self.matches.push(Box::new(matches));
        self
    }

    /// Starts with the n-th matching request, counted from 1.
    #[must_use]
    pub fn nth(mut self, n: usize) -> Self {
        self.skip = n.saturating_sub(1);
        self
    }

    /// Acts this many times.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// Acts until removed.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    /// What it does.
    #[must_use]
    pub fn then(mut self, action: Action) -> Self {
        self.action = action;
        self
    }
}

struct Rule<C> {
    fault: Fault<C>,
    seen: AtomicUsize,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    fired: AtomicUsize,
    released: AtomicBool,
    removed: AtomicBool,
    changed: Notify,
}

impl State {
    async fn until(&self, condition: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if condition(self) {
                return;
            }
            changed.await;
        }
    }
}

/// A fault that was injected.
#[derive(Debug, Clone)]
pub struct Injected {
    what: String,
    state: Arc<State>,
}

impl Injected {
    /// How often it has acted.
    #[must_use]
    pub fn fired(&self) -> usize {
        self.state.fired.load(Ordering::SeqCst)
    }

    /// Waits until it has met its `n`-th request; panics after `patience`.
    pub async fn arrived(&self, n: usize, patience: Duration) {
        let met = self
            .state
            .until(|state| state.fired.load(Ordering::SeqCst) >= n);
        let in_time = tokio::time::timeout(patience, met).await.is_ok();
        assert!(
            in_time,
            "{} met {} of {n} requests in {patience:?}",
            self.what,
            self.fired()
        );
    }

    /// Lets go of what `Hold` and `HoldReply` hold, now and later.
    pub fn release(&self) {
        self.state.released.store(true, Ordering::SeqCst);
        self.state.changed.notify_waiters();
    }

    /// Ends it, and lets go.
    pub fn remove(&self) {
        self.state.removed.store(true, Ordering::SeqCst);
        self.release();
    }

    /// Panics unless it has acted `n` times.
    pub fn assert_fired(&self, n: usize) {
        assert_eq!(self.fired(), n, "{} should have acted {n} times", self.what);
    }
}

/// Kills the client process; returns when it is dead.
pub type Killer = Arc<dyn Fn() + Send + Sync>;

/// One client's log and faults.
pub struct Gate<C> {
    log: Mutex<Vec<C>>,
    rules: Mutex<Vec<Arc<Rule<C>>>>,
    killer: Mutex<Option<Killer>>,
    unreachable: AtomicBool,
}

impl<C> fmt::Debug for Gate<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

impl<C> Default for Gate<C> {
    fn default() -> Self {
        Self {
            log: Mutex::default(),
            rules: Mutex::default(),
            killer: Mutex::default(),
            unreachable: AtomicBool::new(false),
        }
    }
}

impl<C: Entry> Gate<C> {
    /// The log so far.
    #[must_use]
    pub fn log(&self) -> Vec<C> {
        lock(&self.log).clone()
    }

    /// Empties the log.
    pub fn clear(&self) {
        lock(&self.log).clear();
    }

    /// Adds a fault behind those there are.
    pub fn inject(&self, fault: Fault<C>) -> Injected {
        let state = Arc::new(State::default());
        let injected = Injected {
            what: format!("{fault:?}"),
            state: Arc::clone(&state),
        };
        lock(&self.rules).push(Arc::new(Rule {
            fault,
            seen: AtomicUsize::new(0),
            state,
        }));
        injected
    }

    /// Says what `KillBefore` and `KillAfter` call.
    pub fn on_kill(&self, killer: Killer) {
        *lock(&self.killer) = Some(killer);
    }

    /// While on, every connection is closed at its first request.
    pub fn set_unreachable(&self, on: bool) {
        self.unreachable.store(on, Ordering::SeqCst);
    }

    /// Logs a request and finds the fault that meets it.
    pub(crate) fn enter(self: &Arc<Self>, entry: C) -> Result<Passage<C>, Cut> {
        let unreachable = self.unreachable.load(Ordering::SeqCst);
        let rule = if unreachable {
            None
        } else {
            self.rule_for(&entry)
        };
        let seq = entry.seq();
        let mut entry = entry;
        if unreachable {
            entry.faulted("unreachable");
        } else if let Some(rule) = &rule {
            entry.faulted(rule.fault.action.name());
        }
        lock(&self.log).push(entry);
        if let Some(rule) = &rule {
            // After the log, so that who waits for the arrival finds the entry.
            rule.state.fired.fetch_add(1, Ordering::SeqCst);
            rule.state.changed.notify_waiters();
        }
        if unreachable {
            Err(Cut)
        } else {
            Ok(Passage {
                gate: Arc::clone(self),
                seq,
                rule,
            })
        }
    }

    fn rule_for(&self, entry: &C) -> Option<Arc<Rule<C>>> {
        for rule in lock(&self.rules).iter() {
            if rule.state.removed.load(Ordering::SeqCst)
                || !rule.fault.matches.iter().all(|matches| matches(entry))
            {
                continue;
            }
            let turn = rule.seen.fetch_add(1, Ordering::SeqCst);
            if turn >= rule.fault.skip && turn - rule.fault.skip < rule.fault.times {
                return Some(Arc::clone(rule));
            }
        }
        None
    }

    async fn kill(&self) {
        let killer = lock(&self.killer).clone();
        match killer {
            Some(killer) => {
                let _ = tokio::task::spawn_blocking(move || killer()).await;
            }
            None => panic!(
                "a fault should kill the client process, but none was registered with on_kill"
            ),
        }
    }
}

/// One request on its way through a gate.
pub(crate) struct Passage<C> {
    gate: Arc<Gate<C>>,
    seq: u64,
    rule: Option<Arc<Rule<C>>>,
}

impl<C: Entry> Passage<C> {
    fn action(&self) -> Option<&Action> {
        self.rule.as_ref().map(|rule| &rule.fault.action)
    }

    /// Whether `after` needs the whole answer.
    pub(crate) fn acts_on_the_answer(&self) -> bool {
        self.action().is_some_and(Action::acts_on_the_answer)
    }

    /// Before it is forwarded. An answer here means that it must not be.
    pub(crate) async fn before(&self) -> Result<Option<Response<Bytes>>, Cut> {
        let Some(rule) = &self.rule else {
            return Ok(None);
        };
        match &rule.fault.action {
            Action::Reply(reply) => {
                self.answered(reply.status);
                return Ok(Some(reply.response()));
            }
            Action::CutBefore => return Err(Cut),
            Action::KillBefore => {
                self.gate.kill().await;
                return Err(Cut);
            }
            Action::Hold => {
                rule.state
                    .until(|state| state.released.load(Ordering::SeqCst))
                    .await;
            }
            Action::Delay(time) => tokio::time::sleep(*time).await,
            Action::CutAfter | Action::HoldReply | Action::KillAfter | Action::RewriteReply(_) => {}
        }
        Ok(None)
    }

    /// Notes the status of the answer.
    pub(crate) fn answered(&self, status: u16) {
        let mut log = lock(&self.gate.log);
        if let Some(entry) = log.iter_mut().rev().find(|entry| entry.seq() == self.seq) {
            entry.answered(status);
        }
    }

    /// After it was forwarded and the whole answer is here.
    pub(crate) async fn after(&self, response: Response<Bytes>) -> Result<Response<Bytes>, Cut> {
        let Some(rule) = &self.rule else {
            return Ok(response);
        };
        match &rule.fault.action {
            Action::CutAfter => Err(Cut),
            Action::KillAfter => {
                self.gate.kill().await;
                Err(Cut)
            }
            Action::HoldReply => {
                rule.state
                    .until(|state| state.released.load(Ordering::SeqCst))
                    .await;
                Ok(response)
            }
            Action::RewriteReply(change) => Ok(change(response)),
            _ => Ok(response),
        }
    }
}

/// A lock that a panicking test does not poison for the others.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
