//! Which object's pass is next. Pure.
//!
//! Invariant: an object waits once and is never worked on twice at the same time; whatever else becomes due,
//! its turn comes: namespaces take turns, and within one it is the order of arrival.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;

use tokio::time::Instant;

/// Namespace and name of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// The objects of one kind that wait for a pass, are worked on, or are due later.
#[derive(Debug, Default)]
pub struct Queue {
    places: HashMap<ObjectKey, Place>,
    /// Those that wait, by namespace, in the order of arrival. No list is empty.
    waiting: HashMap<String, VecDeque<ObjectKey>>,
    /// The namespaces of those that wait, each once, in the order of their turns.
    turns: VecDeque<String>,
    /// Those that are due later.
    timers: BTreeMap<Timer, ObjectKey>,
    /// Timers set so far.
    set: u64,
}

/// When an object is due, and a number, since several may be due at once.
type Timer = (Instant, u64);

/// Where an object is.
#[derive(Clone, Copy, Debug)]
enum Place {
    Waiting,
    Running { due_again: bool },
    Later(Timer),
}

impl Queue {
    /// This object is due now: something happened to it.
    pub fn due(&mut self, object: ObjectKey) {
        match self.places.get_mut(&object) {
            Some(Place::Waiting) => {}
            Some(Place::Running { due_again }) => *due_again = true,
            Some(Place::Later(timer)) => {
                let timer = *timer;
                self.timers.remove(&timer);
                self.wait(object);
            }
            None => self.wait(object),
        }
    }

    /// The object whose turn it is; it counts as worked on until it has [`finished`](Self::finished).
    pub fn next(&mut self, now: Instant) -> Option<ObjectKey> {
        while let Some(timer) = self
            .timers
            .first_entry()
            .filter(|timer| timer.key().0 <= now)
        {
            let object = timer.remove();
            self.wait(object);
        }
        let namespace = self.turns.pop_front()?;
        let objects = self.waiting.get_mut(&namespace)?;
        let object = objects.pop_front()?;
        if objects.is_empty() {
            self.waiting.remove(&namespace);
        } else {
            self.turns.push_back(namespace);
        }
        let running = Place::Running { due_again: false };
        self.places.insert(object.clone(), running);
        Some(object)
    }

    /// The pass over this object has ended, and the next one is due then; `None`: when something happens.
    pub fn finished(&mut self, object: ObjectKey, next: Option<Instant>) {
        let place = self.places.remove(&object);
        if let Some(Place::Running { due_again: true }) = place {
            self.wait(object);
        } else if let Some(at) = next {
            self.set += 1;
            let timer = (at, self.set);
            self.places.insert(object.clone(), Place::Later(timer));
            self.timers.insert(timer, object);
        }
    }

    /// When the next object becomes due by its time.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Instant> {
        self.timers.first_key_value().map(|((at, _), _)| *at)
    }

    fn wait(&mut self, object: ObjectKey) {
        let objects = self.waiting.entry(object.namespace.clone()).or_default();
        if objects.is_empty() {
            self.turns.push_back(object.namespace.clone());
        }
        objects.push_back(object.clone());
        self.places.insert(object, Place::Waiting);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use super::*;

    fn object(namespace: &str, name: usize) -> ObjectKey {
        ObjectKey {
            namespace: namespace.to_owned(),
            name: name.to_string(),
        }
    }

    /// All that can be taken, as one text, each pass ending with nothing more to do.
    fn drain(queue: &mut Queue, now: Instant) -> String {
        let mut taken = Vec::new();
        while let Some(object) = queue.next(now) {
            taken.push(object.to_string());
            queue.finished(object, None);
        }
        taken.join(" ")
    }

    #[test]
    fn namespaces_take_turns_and_arrival_counts_within_one() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        for name in [3, 1, 2] {
            queue.due(object("busy", name));
        }
        queue.due(object("calm", 9));
        queue.due(object("busy", 3));
        assert_eq!(drain(&mut queue, now), "busy/3 calm/9 busy/1 busy/2");
    }

    #[test]
    fn what_happens_during_a_pass_brings_one_more() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.due(object("team", 1));
        let running = queue.next(now).unwrap();
        queue.due(running.clone());
        queue.due(running.clone());
        assert_eq!(queue.next(now), None, "it is worked on");
        queue.finished(running, Some(now + Duration::from_secs(9)));
        assert_eq!(queue.wakes_at(), None, "it is due now, not later");
        assert_eq!(drain(&mut queue, now), "team/1");
    }

    #[test]
    fn a_time_brings_the_next_pass_unless_something_happens_before() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        let in_seconds = |seconds| now + Duration::from_secs(seconds);
        for (name, seconds) in [(1, 9), (2, 5), (3, 5)] {
            queue.due(object("team", name));
            let running = queue.next(now).unwrap();
            queue.finished(running, Some(in_seconds(seconds)));
        }
        assert_eq!(queue.wakes_at(), Some(in_seconds(5)));
        assert_eq!(drain(&mut queue, in_seconds(4)), "");
        queue.due(object("team", 1));
        assert_eq!(drain(&mut queue, in_seconds(4)), "team/1");
        assert_eq!(drain(&mut queue, in_seconds(5)), "team/2 team/3");
        assert_eq!(queue.wakes_at(), None, "nothing is due twice");
    }

    /// Whatever happens, in any order: nothing runs twice at once, nothing that is due is lost, and who waits
    /// lets no other namespace pass more often than it had objects before it in its own.
    #[test]
    fn nobody_is_starved_or_lost() {
        for seed in 0..300 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let (mut queue, mut now) = (Queue::default(), Instant::now());
            let mut running: HashSet<ObjectKey> = HashSet::new();
            let mut waiting: HashMap<ObjectKey, HashMap<String, usize>> = HashMap::new();
            let mut later: HashMap<ObjectKey, Instant> = HashMap::new();
            let mut again: HashSet<ObjectKey> = HashSet::new();
            for _ in 0..400 {
                now += Duration::from_millis(rng.u64(..20));
                match rng.u8(..4) {
                    0..=1 => {
                        // One namespace is far busier than the others.
                        let namespace = ["busy", "busy", "busy", "calm", "rare"][rng.usize(..5)];
                        let object = object(namespace, rng.usize(..30));
                        if running.contains(&object) {
                            again.insert(object.clone());
                        } else {
                            later.remove(&object);
                            waiting.entry(object.clone()).or_default();
                        }
                        queue.due(object);
                    }
                    2 => {
                        for (object, at) in later.clone() {
                            if at <= now {
                                later.remove(&object);
                                waiting.entry(object).or_default();
                            }
                        }
                        let taken = queue.next(now);
                        assert_eq!(taken.is_some(), !waiting.is_empty(), "seed {seed}");
                        let Some(taken) = taken else { continue };
                        waiting.remove(&taken).expect("it waited");
                        assert!(running.insert(taken.clone()), "seed {seed}: twice at once");
                        for passed in waiting.values_mut() {
                            *passed.entry(taken.namespace.clone()).or_default() += 1;
                        }
                        for (object, passed) in &waiting {
                            let own = passed.get(&object.namespace).copied().unwrap_or_default();
                            let most = passed.values().copied().max().unwrap_or_default();
                            assert!(most <= own + 1, "seed {seed}: {object} is passed over");
                        }
                    }
                    _ => {
                        let Some(object) = running.iter().next().cloned() else {
                            continue;
                        };
                        running.remove(&object);
                        let next = rng
                            .bool()
                            .then(|| now + Duration::from_millis(rng.u64(..90)));
                        if again.remove(&object) {
                            waiting.entry(object.clone()).or_default();
                        } else if let Some(at) = next {
                            later.insert(object.clone(), at);
                        }
                        queue.finished(object, next);
                    }
                }
            }
        }
    }
}
