//! What `/readyz` and `/livez` answer.
//!
//! Invariant: ready means that nothing is missing at this moment: what stops working is missing again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Longest time in which no pass ends although some run. A pass has 90 s, may have waited as long for
/// another one that works on the same function, and its last step and its writes have limits of their own.
const LONGEST_SILENCE: Duration = Duration::from_mins(15);

/// What is missing until the controllers run.
const START: &str = "start";

/// The health of the process.
pub(super) struct Health {
    /// Why the operator is not ready, by what is missing.
    missing: Mutex<BTreeMap<String, String>>,
    /// Controllers that ended although nobody asked them to.
    dead: Mutex<Vec<String>>,
    pulses: Mutex<Vec<Arc<Pulse>>>,
}

impl Default for Health {
    fn default() -> Self {
        let starting = "the operator is starting".to_owned();
        Self {
            missing: Mutex::new(BTreeMap::from([(START.to_owned(), starting)])),
            dead: Mutex::default(),
            pulses: Mutex::default(),
        }
    }
}

impl Health {
    /// The controllers run; what they need says itself whether it is missing.
    pub(super) fn started(&self) {
        self.found(START);
    }

    /// Something that the operator needs is missing. Whether that is new, or missing for another reason.
    pub(super) fn lacks(&self, what: &str, why: &str) -> bool {
        let before = lock(&self.missing).insert(what.to_owned(), why.to_owned());
        before.as_deref() != Some(why)
    }

    /// It is there. Whether it was missing.
    pub(super) fn found(&self, what: &str) -> bool {
        lock(&self.missing).remove(what).is_some()
    }

    /// Why the operator is not ready, a line for each thing that is missing.
    pub(super) fn missing(&self) -> Option<String> {
        let missing = lock(&self.missing);
        let lines: Vec<&str> = missing.values().map(String::as_str).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// A controller ended although nobody asked it to.
    pub(super) fn died(&self, controller: &str) {
        lock(&self.dead).push(controller.to_owned());
    }

    /// A pulse for the passes of `kind`.
    pub(super) fn pulse(&self, kind: &str) -> Arc<Pulse> {
        let pulse = Arc::new(Pulse {
            kind: kind.to_owned(),
            passes: Mutex::default(),
        });
        lock(&self.pulses).push(pulse.clone());
        pulse
    }

    /// Why the process should be started anew, a line for each reason.
    pub(super) fn ill(&self) -> Option<String> {
        let dead = lock(&self.dead);
        let dead = dead.iter().map(|name| format!("the {name} has ended"));
        let pulses = lock(&self.pulses);
        let silent = pulses.iter().filter(|pulse| pulse.is_silent());
        let silent = silent.map(|pulse| {
            let minutes = LONGEST_SILENCE.as_secs() / 60;
            format!(
                "no pass over a {} has ended for {minutes} minutes",
                pulse.kind
            )
        });
        let lines: Vec<String> = dead.chain(silent).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// When passes of one kind begin and end.
pub(super) struct Pulse {
    kind: String,
    passes: Mutex<Passes>,
}

#[derive(Default)]
struct Passes {
    running: HashMap<u64, Instant>,
    begun: u64,
    ended_at: Option<Instant>,
}

impl Pulse {
    /// A pass begins, and ends when what is answered is dropped: a panic drops it, too.
    pub(super) fn begin(self: &Arc<Self>) -> Beat {
        let mut passes = lock(&self.passes);
        passes.begun += 1;
        let number = passes.begun;
        passes.running.insert(number, Instant::now());
        Beat {
            pulse: self.clone(),
            number,
        }
    }

    /// Whether passes run and none of them ended for too long.
    fn is_silent(&self) -> bool {
        let passes = lock(&self.passes);
        let Some(first) = passes.running.values().min() else {
            return false;
        };
        let since = passes.ended_at.map_or(*first, |ended| ended.max(*first));
        since.elapsed() > LONGEST_SILENCE
    }
}

/// A pass that runs.
pub(super) struct Beat {
    pulse: Arc<Pulse>,
    number: u64,
}

impl Drop for Beat {
    fn drop(&mut self) {
        let mut passes = lock(&self.pulse.passes);
        passes.running.remove(&self.number);
        passes.ended_at = Some(Instant::now());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_means_that_nothing_is_missing_and_what_is_missing_is_said() {
        let health = Health::default();
        assert_eq!(
            health.missing().as_deref(),
            Some("the operator is starting")
        );
        assert!(health.lacks("a", "no right to list a"));
        assert!(!health.lacks("a", "no right to list a"), "nothing new");
        health.lacks("b", "b is not established");
        health.started();
        assert_eq!(
            health.missing().as_deref(),
            Some("no right to list a\nb is not established")
        );
        assert!(health.found("a") && health.found("b") && !health.found("b"));
        assert_eq!(health.missing(), None);
        health.lacks("a", "the watch was lost");
        assert!(health.missing().is_some(), "what stops working is missing");
    }

    #[test]
    fn one_dead_controller_of_two_is_an_illness() {
        let health = Health::default();
        assert_eq!(health.ill(), None);
        health.died("controller of LambdaFunctions");
        let ill = health.ill().unwrap();
        assert_eq!(ill, "the controller of LambdaFunctions has ended");
    }

    #[tokio::test(start_paused = true)]
    async fn passes_of_which_none_ends_are_an_illness() {
        let health = Health::default();
        let (one, two) = (health.pulse("LambdaFunction"), health.pulse("Other"));
        let stuck = one.begin();
        drop(two.begin());
        tokio::time::advance(LONGEST_SILENCE / 2).await;
        drop(one.begin());
        tokio::time::advance(LONGEST_SILENCE * 3 / 4).await;
        assert_eq!(health.ill(), None, "another pass ended meanwhile");
        tokio::time::advance(LONGEST_SILENCE / 2).await;
        let ill = health.ill().unwrap();
        assert!(ill.contains("LambdaFunction") && !ill.contains("Other"));
        drop(stuck);
        assert_eq!(health.ill(), None);
        tokio::time::advance(LONGEST_SILENCE * 2).await;
        assert_eq!(health.ill(), None, "nothing to do is no illness");
    }
}
