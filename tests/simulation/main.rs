//! The simulation: the driver against a strict cloud and a small API server, in virtual time.
//!
//! One run:
//! - `schedule`: what happens in it, made from a seed or read from a file; `run`: carries it out on a
//!   paused runtime; `world`: time, chance, and the record of the run.
//! - `operator`: drivers, caches and loops of one operator; `wire`: its way to the API server;
//!   `clouds`, `ports`: its way to the cloud; both with delays, faults and crash points.
//! - `api_server`: the API server; `api_faults`, `cloud_faults`: what goes wrong; `outsiders`: what
//!   others do to functions.
//!
//! What is checked:
//! - `judge`: how everything must end, with `expected` (what a spec asks for) and `observation` (what
//!   the cloud has); `invariants`: what each written status keeps; `call_rules`: what each cloud call
//!   keeps; `credentials`: in which account and by when calls are sent; `ready_claims`: Ready when it is
//!   written; `reported_drift`: what `driftPolicy: Report` leaves; `retries`: what is done again and again.
//! - `tally`: how much of that is asserted, and how much excused.
//!
//! Many runs:
//! - `bulk`, `summary`: many runs and their counts; `digest`: one hash over all that they did;
//!   `regressions/`: schedules that once showed a defect.
//! - `scenarios`: fixed lives of one object; `crashes`: the operator is dropped before and after every
//!   single write of them; `stops`: it is asked to end there, and while it waits for API budget;
//!   `every_fault`: every operation of them meets every fault.
//! - `functions`: one function alone with one operator: the exact calls that each kind makes, and
//!   where they lead.
//! - `transitions`: from one spec to another; `corpus`: functions as people run them.
//! - `throughput`: many functions at once against the quotas; `log_lines`: what is logged of an object;
//!   `operator_memory`: what an operator
//!   remembers between passes.
//!
//! `SEEDS=n FIRST_SEED=m` choose the schedules. `TRACE=1` prints each run whole. `DIGEST=1` prints the
//! digest of them all, and fails where one differs from the digests that were kept.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may fail loudly"
)]

mod aliases;
mod api_faults;
mod api_server;
mod bulk;
mod call_rules;
mod cloud_faults;
mod clouds;
mod corpus;
mod crashes;
mod credentials;
mod digest;
mod event_invoke;
mod every_fault;
mod expected;
mod function_url;
mod functions;
mod invariants;
mod judge;
mod lambda_fields;
mod log_lines;
mod observation;
mod operator;
mod operator_memory;
mod outsiders;
mod policy;
mod ports;
mod ready_claims;
mod reported_drift;
mod retries;
mod run;
mod scenarios;
mod schedule;
mod stops;
mod summary;
mod tally;
mod throughput;
mod transitions;
mod unrunnable;
mod wire;
mod world;

use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bulk::Case;
use schedule::Schedule;
use wire::Fuse;
use world::{Record, SENTINEL};

/// A third of the time goes into small allocations; this one makes them faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Schedules of the default test.
const DEFAULT_SEEDS: u64 = 2000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .filter(|text| !text.is_empty())
        .map(|text| text.parse().unwrap())
}

fn simulate(seed: u64) -> Record {
    read_log();
    run::run(&Schedule::new(seed), Fuse::never())
}

/// Schedules that once showed a defect, by name.
fn regressions() -> Vec<(String, Schedule)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/simulation/regressions");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |path: &Path| {
        serde_json::from_slice(&std::fs::read(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files
        .iter()
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                read(path),
            )
        })
        .collect()
}

#[test]
fn every_schedule_ends_as_asked_for() {
    read_log();
    let (first, seeds) = (
        number("FIRST_SEED").unwrap_or(1),
        number("SEEDS").unwrap_or(DEFAULT_SEEDS),
    );
    let kept = regressions();
    let case = |index: usize| match kept.get(index) {
        Some((name, schedule)) => Case {
            name: name.clone(),
            schedule: schedule.clone(),
        },
        None => Case::of_seed(first + u64::try_from(index - kept.len()).unwrap()),
    };
    let report = bulk::run(
        case,
        kept.len() + usize::try_from(seeds).unwrap(),
        number("TRACE").is_some(),
    );
    println!(
        "{} schedules in {:.1} s on {} threads",
        report.runs,
        report.seconds,
        bulk::threads()
    );
    println!("{}", summary::table(&report.counts));
    println!(
        "{:>8}  {:<44} {:>9}",
        "all",
        "violations",
        report
            .failures
            .iter()
            .map(|(_, violations, _)| violations.len())
            .sum::<usize>()
    );
    println!("{}", summary::excuses(&report.counts));
    let digest = number("DIGEST").map(|_| digest::compare(&report.digests));
    if let Some(digest) = &digest {
        println!("{}", digest.text);
    }
    if let Some((_, _, text)) = report.failures.first() {
        println!("\n{text}");
    }
    for (name, violations, _) in &report.failures {
        println!("{name}: {}", violations.join("\n    "));
    }
    assert!(!LEAKED.load(Ordering::Relaxed), "the log shows a secret");
    assert!(
        report.failures.is_empty(),
        "{} of {} schedules failed; the trace of the first stands above",
        report.failures.len(),
        report.runs
    );
    let differing = digest.map_or(0, |digest| digest.differing);
    assert_eq!(
        differing, 0,
        "schedules that do other things than when digests were kept; see CONTRIBUTING.md"
    );
    // A few schedules cannot meet everything.
    if seeds >= DEFAULT_SEEDS {
        let missing = summary::missing(&report.counts);
        assert!(missing.is_empty(), "never met: {missing:?}");
        let over = summary::over_bounds(&report.counts);
        assert!(
            over.is_empty(),
            "the judge excuses too much; see tests/simulation/tally.rs:\n{}",
            over.join("\n")
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 1..=20 {
        let (one, two) = (simulate(seed), simulate(seed));
        let differing = one
            .trace
            .iter()
            .zip(&two.trace)
            .position(|(one, two)| one != two);
        assert!(
            one.trace == two.trace,
            "seed {seed} differs from line {differing:?}"
        );
        assert!(
            !one.trace.iter().any(|line| line.contains(SENTINEL)),
            "seed {seed}: the trace shows a secret"
        );
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
        if bytes
            .windows(SENTINEL.len())
            .any(|part| part == SENTINEL.as_bytes())
        {
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
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(false)
            .without_time()
            .with_writer(|| Reader)
            .init();
    });
}

#[test]
fn no_secret_is_ever_logged() {
    (1..=20).for_each(|seed| drop(simulate(seed)));
    assert!(LOGGED.load(Ordering::Relaxed) > 100, "the log is read");
    assert!(!LEAKED.load(Ordering::Relaxed), "the log shows a secret");
}
