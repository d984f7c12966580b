//! Many runs at once, one a core, and what came of them in one report.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::digest;
use crate::run;
use crate::schedule::Schedule;
use crate::wire::Fuse;
use crate::world::{Counts, Record, lock};

/// One run: what it is called, and what happens.
pub struct Case {
    /// Its name: `seed 12`, or that of a file.
    pub name: String,
    /// What happens.
    pub schedule: Schedule,
}

impl Case {
    /// The case of a seed.
    pub fn of_seed(seed: u64) -> Self {
        Self {
            name: format!("seed {seed}"),
            schedule: Schedule::new(seed),
        }
    }

    fn run(&self) -> Record {
        run::run(&self.schedule, Fuse::never())
    }

    /// All that a person needs to understand a run, and to keep it.
    pub fn text(&self, record: &Record) -> String {
        let mut text = format!(
            "{}, as a file of tests/simulation/regressions would have it:\n{}",
            self.name,
            self.schedule.to_text()
        );
        let _ = write!(
            text,
            "\n{}: what happened:\n{}\n",
            self.name,
            record.trace.join("\n")
        );
        for violation in &record.violations {
            let _ = write!(text, "\n{}: {violation}\n", self.name);
        }
        text
    }
}

/// What came of many runs.
#[derive(Default)]
pub struct Report {
    /// All counts together.
    pub counts: Counts,
    /// Name, violations and full text of each run that failed, by name.
    pub failures: Vec<(String, Vec<String>, String)>,
    /// Name and digest of each run, in order.
    pub digests: Vec<(String, String)>,
    /// Runs.
    pub runs: usize,
    /// Seconds on the clock.
    pub seconds: f64,
}

/// Runs the cases; with `show`, each is printed whole.
pub fn run(cases: impl Fn(usize) -> Case + Sync, number: usize, show: bool) -> Report {
    let began = Instant::now();
    let results = Mutex::new(Report::default());
    let digests = each(number, |index| {
        let case = cases(index);
        let record = case.run();
        let digest = (case.name.clone(), digest::of(&record));
        if show {
            println!("{}", case.text(&record));
        }
        let failed = !record.violations.is_empty();
        let text = failed.then(|| case.text(&record));
        let mut results = lock(&results);
        results.counts.join(&record.counts);
        if let Some(text) = text {
            results.failures.push((case.name, record.violations, text));
        }
        digest
    });
    let mut report = results.into_inner().unwrap();
    report.digests = digests;
    report.failures.sort();
    report.runs = number;
    report.seconds = began.elapsed().as_secs_f64();
    report
}

/// Works on `0..number` with all cores, and returns the results in order.
pub fn each<T: Send>(number: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads() {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= number {
                        break;
                    }
                    let result = work(index);
                    lock(&results).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// As many as there are cores.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
