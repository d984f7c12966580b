//! Runs a function's JavaScript on an event, as TestFunction does.
//!
//! Invariant: the same code, runtime, event and store give the same result, byte for byte, on every
//! machine; only a function that asks for the time or for a random number may differ from one moment
//! of the model to the next. Nothing outside can be reached from in here, and every run ends: what it
//! may compute is counted, not timed.
//!
//! What has been run once is remembered for the process: a simulation asks the same many thousand times.

/// The table of the language that cloudfn's own reader has: one list of facts for both. What is made
/// of it here is this model's own, and a fixture holds each of the two to the engine
/// (`tests/fixtures/javascript`).
#[path = "../../../../src/javascript/dialect/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "what to write instead is for people, and modules are made in host.js"
)]
mod dialect;
mod digest;
mod engine;
mod grammar;
mod output;
mod pcre;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::time::Time;

/// What is to be run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task<'a> {
    pub(crate) code: &'a [u8],
    /// `cloudfront-js-2.0`, not `cloudfront-js-1.0`.
    pub(crate) two: bool,
    /// The event: JSON.
    pub(crate) event: &'a str,
    /// The key-value store that the function is associated with: its id, and what is in it.
    pub(crate) store: Option<(&'a str, &'a BTreeMap<String, String>)>,
    /// When it starts.
    pub(crate) now: Time,
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// What it logged, a line for each call.
    pub(crate) lines: Vec<String>,
    /// What it returned, as FunctionOutput; or what FunctionErrorMessage says.
    pub(crate) result: Result<String, String>,
    /// Of what it may compute, in a hundred.
    pub(crate) utilization: u32,
    /// Whether it looked at the time.
    timely: bool,
}

/// What the memo knows of a task without its time.
#[derive(Clone)]
enum Known {
    Always(Arc<Ran>),
    /// It depends on the time.
    At(BTreeMap<Time, Arc<Ran>>),
}

/// More than that is not remembered.
const REMEMBERED: usize = 4096;

static MEMO: LazyLock<Mutex<HashMap<[u8; 32], Known>>> = LazyLock::new(Mutex::default);

/// Runs a function, or remembers how it went.
pub(crate) fn run(task: Task<'_>) -> Arc<Ran> {
    let key = key(&task);
    let known = MEMO
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
        .cloned();
    match known {
        Some(Known::Always(ran)) => return ran,
        Some(Known::At(times)) => {
            if let Some(ran) = times.get(&task.now) {
                return Arc::clone(ran);
            }
        }
        None => {}
    }
    let ran = Arc::new(fresh(task, &key));
    let mut memo = MEMO.lock().unwrap_or_else(PoisonError::into_inner);
    if memo.len() >= REMEMBERED {
        memo.clear();
    }
    if ran.timely {
        let known = memo
            .entry(key)
            .or_insert_with(|| Known::At(BTreeMap::new()));
        if let Known::At(times) = known {
            if times.len() >= REMEMBERED {
                times.clear();
            }
            times.insert(task.now, Arc::clone(&ran));
        }
    } else {
        memo.insert(key, Known::Always(Arc::clone(&ran)));
    }
    ran
}

fn fresh(task: Task<'_>, key: &[u8; 32]) -> Ran {
    let engine::Ended {
        lines,
        returned,
        ticks,
        timely,
    } = engine::run(task);
    let result = returned.and_then(|text| output::checked(text.as_deref(), task.event));
    // assumed:compute-utilization.
    let [first, ..] = key;
    let utilization = 8 + usize::from(first % 16) + (task.code.len() + task.event.len()) / 2048;
    let utilization = u32::try_from(utilization)
        .unwrap_or(100)
        .saturating_add(ticks)
        .min(100);
    Ran {
        lines,
        result,
        utilization,
        timely,
    }
}

fn key(task: &Task<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    };
    part(task.code);
    part(&[u8::from(task.two)]);
    part(task.event.as_bytes());
    if let Some((id, pairs)) = task.store {
        part(id.as_bytes());
        for (key, value) in pairs {
            part(key.as_bytes());
            part(value.as_bytes());
        }
    }
    hash.finalize().into()
}

/// What is wrong with a source before anything of it runs, in the words of FunctionErrorMessage.
pub(crate) fn syntax(code: &[u8], two: bool) -> Option<String> {
    static MEMO: LazyLock<Mutex<HashMap<[u8; 32], Option<String>>>> = LazyLock::new(Mutex::default);
    let key = key(&Task {
        code,
        two,
        event: "",
        store: None,
        now: Time::default(),
    });
    if let Some(known) = MEMO
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
    {
        return known.clone();
    }
    let found = engine::syntax(code, two);
    let mut memo = MEMO.lock().unwrap_or_else(PoisonError::into_inner);
    if memo.len() >= REMEMBERED {
        memo.clear();
    }
    memo.insert(key, found.clone());
    found
}
