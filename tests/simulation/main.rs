//! The simulation: the driver against a strict cloud and a small API server, in virtual time.
//!
//! - `schedule`: what happens in one run, from a seed; `run`: carries it out on a paused runtime;
//!   `judge`, `asked`: what must be true in the end; `invariants`: what each written status keeps.
//! - `operator`: drivers, caches and loops of one operator; `wire`: its way to the API server;
//!   `clouds`, `ports`: its way to the cloud; both with delays, faults and crash points.
//! - `api_server`: the API server; `trouble`, `faults`: what goes wrong; `sight`: outsiders.
//! - `transitions`: from one spec to another; `crashes`: the operator dropped before and after every single write of fixed scenarios.
//!
//! `SEEDS=n FIRST_SEED=m` choose the schedules. `TRACE=1` prints the trace of each.

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may fail loudly")]

mod api_server;
mod asked;
mod clouds;
mod crashes;
mod faults;
mod invariants;
mod judge;
mod operator;
mod ports;
mod run;
mod schedule;
mod sight;
mod sight_lambda;
mod summary;
mod transitions;
mod trouble;
mod wire;
mod world;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, Once};
use std::time::Instant;

use schedule::Schedule;
use wire::Fuse;
use world::{Counts, SENTINEL, Told, lock};

/// Seeds that once showed a defect.
const REGRESSIONS: [u64; 9] = [8, 11, 35, 96, 1675, 10661, 11744, 12318, 30242];
/// Schedules of the default test.
const DEFAULT_SEEDS: u64 = 200;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().filter(|text| !text.is_empty()).map(|text| text.parse().unwrap())
}

fn simulate(seed: u64) -> Told {
    read_log();
    run::run(&Schedule::new(seed), Fuse::new(u64::MAX, false))
}

/// The text that a person reads when a seed fails.
fn failure(seed: u64, told: &Told) -> String {
    format!("seed {seed}:\n{}\n\nseed {seed}: {}\n", told.trace.join("\n"), told.violations.join("\n"))
}

#[test]
fn every_schedule_ends_as_asked_for() {
    let (first, seeds) = (number("FIRST_SEED").unwrap_or(1), number("SEEDS").unwrap_or(DEFAULT_SEEDS));
    let all: Vec<u64> = REGRESSIONS.into_iter().chain(first..first + seeds).collect();
    let next = AtomicU64::new(0);
    let results: Mutex<(Counts, Vec<(u64, String)>)> = Mutex::default();
    let began = Instant::now();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(seed) = all.get(usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap()) {
                    let told = simulate(*seed);
                    if number("TRACE").is_some() {
                        println!("{}", failure(*seed, &told));
                    }
                    let mut results = lock(&results);
                    results.0.join(&told.counts);
                    if !told.violations.is_empty() {
                        results.1.push((*seed, failure(*seed, &told)));
                    }
                }
            });
        }
    });
    let (counts, mut failures) = results.into_inner().unwrap();
    failures.sort();
    println!("{} schedules in {:.1} s on {workers} threads", all.len(), began.elapsed().as_secs_f64());
    println!("{}", summary::table(&counts));
    if let Some((_, text)) = failures.first() {
        println!("{text}");
    }
    for (seed, text) in &failures {
        println!("seed {seed}: {}", text.lines().skip_while(|line| !line.is_empty()).nth(1).unwrap_or_default());
    }
    assert!(!LEAKED.load(Ordering::Relaxed), "the log shows a secret");
    let seeds: Vec<u64> = failures.iter().map(|(seed, _)| *seed).collect();
    assert!(failures.is_empty(), "{} of {} schedules failed: {seeds:?}; the trace of the first stands above", failures.len(), all.len());
    if all.len() >= 200 {
        let missing = summary::missing(&counts);
        assert!(missing.is_empty(), "never met: {missing:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 1..=20 {
        let (one, two) = (simulate(seed), simulate(seed));
        let differing = one.trace.iter().zip(&two.trace).position(|(one, two)| one != two);
        assert!(one.trace == two.trace, "seed {seed} differs from line {differing:?}");
        assert!(!one.trace.iter().any(|line| line.contains(SENTINEL)), "seed {seed}: the trace shows a secret");
    }
}

/// Lines that the operator logged, and whether one of them showed a secret.
static LOGGED: AtomicU64 = AtomicU64::new(0);
static LEAKED: AtomicBool = AtomicBool::new(false);

/// Reads what the operator logs.
struct Reader;

impl std::io::Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.fetch_add(1, Ordering::Relaxed);
        if bytes.windows(SENTINEL.len()).any(|part| part == SENTINEL.as_bytes()) {
            LEAKED.store(true, Ordering::Relaxed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// From now on, all that is logged is read: by the whole process, since tests share it.
fn read_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = tracing_subscriber::EnvFilter::new("cloudfn=debug");
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).without_time().with_writer(|| Reader).init();
    });
}

#[test]
fn no_secret_is_ever_logged() {
    (1..=20).for_each(|seed| drop(simulate(seed)));
    assert!(LOGGED.load(Ordering::Relaxed) > 100, "the log is read");
    assert!(!LEAKED.load(Ordering::Relaxed), "the log shows a secret");
}
