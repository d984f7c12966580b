//! Crash coverage: in fixed scenarios the operator is dropped before and after every single write,
//! to the cloud and to the API server; another one must bring everything to its end.

use crate::schedule::Point;
use crate::wire::Fuse;
use crate::{bulk, run, scenarios};

#[test]
fn a_crash_before_or_after_any_write_changes_nothing_in_the_end() {
    let scenarios = scenarios::all();
    let points = bulk::each(scenarios.len(), |number| {
        let (name, schedule) = &scenarios[number];
        let fuse = Fuse::never();
        let undisturbed = run::run(schedule, fuse.clone());
        assert!(
            undisturbed.violations.is_empty(),
            "{name}, undisturbed: {:?}\n{}",
            undisturbed.violations,
            undisturbed.trace.join("\n")
        );
        // Each write has a point before it and one behind it.
        let writes = fuse.writes() / 2;
        assert!(
            writes > 3 && fuse.writes().is_multiple_of(2),
            "{name}: {writes} writes"
        );
        for point in 0..writes * 2 {
            let fuse = Fuse::after(Point::Write, point);
            let record = run::run(schedule, fuse.clone());
            let crashed = record.trace.iter().any(|line| line.contains("is dead"));
            assert!(crashed, "{name}: no crash at point {point}");
            assert!(
                record.violations.is_empty(),
                "{name}, crash at point {point}: {:?}\n{}",
                record.violations,
                record.trace.join("\n")
            );
        }
        (
            writes,
            format!("{name}: {writes} writes, {} crash points", writes * 2),
        )
    });
    for (_, line) in &points {
        println!("{line}");
    }
    println!(
        "{} crash points",
        points.iter().map(|(writes, _)| writes * 2).sum::<u64>()
    );
}
