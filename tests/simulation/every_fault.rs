//! Every operation that the operator calls, met by every kind of fault, at each of its calls: the
//! object ends as it should, and the call log has the fault.

use strict_cloud::operation::{Effect, cloudfront as cf};
use strict_cloud::{FaultKind, Operation, Service};

use crate::clouds::OTHERS;
use crate::schedule::{Act, Kind, Schedule, Step};
use crate::wire::Fuse;
use crate::world::Record;
use crate::{bulk, cloud_faults, run, scenarios};

/// The kinds of faults, each once.
fn kinds() -> Vec<FaultKind> {
    let mut kinds = cloud_faults::kinds();
    kinds.dedup();
    kinds
}

/// A life in which the `nth` call of an operation meets a fault.
fn disturbed(life: &Schedule, operation: Operation, kind: &FaultKind, nth: u32) -> Schedule {
    let act = Act::Cloud {
        fault: cloud_faults::label(kind),
        operation: Some(cloud_faults::name(operation)),
        nth,
    };
    let mut schedule = life.clone();
    schedule.steps.insert(
        0,
        Step {
            after: std::time::Duration::ZERO,
            act,
        },
    );
    schedule
}

fn calls(record: &Record, operation: Operation) -> u32 {
    let ours = record
        .calls
        .iter()
        .filter(|call| call.operation == operation && call.principal != OTHERS);
    u32::try_from(ours.count()).unwrap()
}

/// One cell: how many faults fired, of how many runs; none where the fault does not apply.
fn cell(life: &Schedule, operation: Operation, kind: &FaultKind, calls: u32) -> Option<u32> {
    // A stale answer is one of a read; a write has its effect on what is there.
    if matches!(kind, FaultKind::Stale(_)) && operation.effect == Effect::Write {
        return None;
    }
    if *kind == FaultKind::TestFunctionFailed && operation != cf::TEST_FUNCTION {
        return None;
    }
    for nth in 1..=calls {
        let record = run::run(&disturbed(life, operation, kind, nth), Fuse::never());
        let name = format!(
            "{} {kind:?} at call {nth} of {calls}",
            cloud_faults::name(operation)
        );
        let fired = record
            .calls
            .iter()
            .filter(|call| call.operation == operation && call.fault == Some(kind.name()))
            .count();
        assert_eq!(
            fired,
            1,
            "{name}: the log has no such fault\n{}",
            record.trace.join("\n")
        );
        assert!(
            record.violations.is_empty(),
            "{name}:\n{}\n{:?}",
            record.trace.join("\n"),
            record.violations
        );
    }
    Some(calls)
}

#[test]
fn every_fault_of_every_operation_is_overcome() {
    let lives = [Kind::CloudFront, Kind::Lambda].map(|kind| {
        let life = scenarios::life(kind);
        let undisturbed = run::run(&life, Fuse::never());
        assert!(
            undisturbed.violations.is_empty(),
            "{:?}",
            undisturbed.violations
        );
        (life, undisturbed)
    });
    let kinds = kinds();
    let rows = bulk::each(cloud_faults::OPERATIONS.len(), |row| {
        let operation = cloud_faults::OPERATIONS[row];
        let (life, undisturbed) = &lives[usize::from(operation.service == Service::Lambda)];
        let calls = calls(undisturbed, operation);
        assert!(
            calls > 0,
            "no scenario calls {}",
            cloud_faults::name(operation)
        );
        kinds
            .iter()
            .map(|kind| cell(life, operation, kind, calls))
            .collect::<Vec<_>>()
    });
    let heads: Vec<String> = kinds
        .iter()
        .map(|kind| {
            cloud_faults::label(kind)
                .replace("retry_after: ", "")
                .replace("Some", "")
        })
        .collect();
    println!("Faults that fired and were overcome: one at each call of the operation.");
    println!(
        "{:<36}{}",
        "",
        heads
            .iter()
            .fold(String::new(), |line, head| format!("{line}{head:>24}"))
    );
    for (operation, row) in cloud_faults::OPERATIONS.iter().zip(&rows) {
        let cells: String = row.iter().fold(String::new(), |line, cell| {
            format!(
                "{line}{:>24}",
                cell.map_or("-".to_owned(), |fired| fired.to_string())
            )
        });
        println!("{:<36}{cells}", cloud_faults::name(*operation));
    }
}
