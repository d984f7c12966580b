//! Stop coverage: in fixed scenarios the operator is asked to end before and after every single write, and
//! at many a poll while it waits for API budget. It sends nothing new, ends in time, and another one brings
//! everything to its end.

use std::time::Duration;

use cloudfn::cloud::limit::Rates;

use crate::run::{Stage, on_paused_time};
use crate::schedule::{Act, Kind, Point, Schedule, Slot, Step};
use crate::wire::Fuse;
use crate::world::Record;
use crate::{bulk, judge, run, scenarios};

/// A budget in which nearly every call waits for its turn.
const SLOW: Rates = Rates {
    lambda: 0.2,
    lambda_get: 0.2,
    cloudfront: 0.2,
};

fn asked_to_end(record: &Record) -> bool {
    let asked = |line: &String| line.contains("is asked to end") && !line.contains("from now");
    record.trace.iter().any(asked)
}

#[test]
fn a_stop_before_or_after_any_write_changes_nothing_in_the_end() {
    let scenarios = scenarios::all();
    let points = bulk::each(scenarios.len(), |number| {
        let (name, schedule) = &scenarios[number];
        let fuse = Fuse::never();
        run::run(schedule, fuse.clone());
        for point in 0..fuse.writes() {
            let record = run::run(schedule, Fuse::stop_after(Point::Write, point));
            assert!(asked_to_end(&record), "{name}: no stop at point {point}");
            assert!(
                record.violations.is_empty(),
                "{name}, stop at point {point}: {:?}\n{}",
                record.violations,
                record.trace.join("\n")
            );
        }
        fuse.writes()
    });
    println!("{} stops", points.iter().sum::<u64>());
}

/// Four objects of each kind at once.
fn crowd() -> Schedule {
    let kinds = [Kind::CloudFront, Kind::Lambda];
    let slots: Vec<Slot> = (0..8)
        .map(|number| Slot {
            kind: kinds[number % 2],
            name: format!("f{number}"),
            function: None,
        })
        .collect();
    let steps = slots
        .iter()
        .enumerate()
        .map(|(number, slot)| Step {
            after: Duration::ZERO,
            act: Act::Apply(number, scenarios::first(slot.kind)),
        })
        .collect();
    Schedule {
        seed: 12,
        slots,
        refuse_tags: false,
        scarce: false,
        steps,
    }
}

fn stopped_while_it_waits(schedule: &Schedule, polls: u64) -> Record {
    on_paused_time(async {
        let fuse = Fuse::stop_after(Point::Poll, polls);
        let mut stage =
            Stage::with_rates(schedule.seed + polls, schedule.slots.clone(), fuse, SLOW);
        stage.world.clouds.bystanders(&stage.world);
        for Step { act, .. } in &schedule.steps {
            stage.act(act);
        }
        tokio::time::sleep(Duration::from_mins(1)).await;
        stage.calm();
        judge::settle_and_check(&mut stage).await;
        stage.end()
    })
}

#[test]
fn an_operator_that_waits_for_api_budget_sends_nothing_after_a_stop() {
    let schedule = crowd();
    let stops = bulk::each(60, |number| {
        let polls = 4 + 3 * u64::try_from(number).unwrap();
        let record = stopped_while_it_waits(&schedule, polls);
        assert!(
            record.violations.is_empty(),
            "stop at poll {polls}: {:?}\n{}",
            record.violations,
            record.trace.join("\n")
        );
        asked_to_end(&record)
    });
    let stops = stops.iter().filter(|stopped| **stopped).count();
    assert!(stops > 40, "the stop came while they waited: {stops}");
}
