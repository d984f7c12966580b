//! Some schedules turn the credentials to another account, and some have tiny budgets: calls that are not
//! to be sent. By a chance of its own, so that all else of a seed stays as it is.

use std::time::Duration;

use fastrand::Rng;

use super::{Act, Schedule, Step};
use crate::cloud_faults;
use crate::credentials::Credentials;

impl Schedule {
    /// Every fourth schedule turns credentials, and every fourth has tiny budgets.
    pub fn leave_calls_unsent(&mut self) {
        let mut rng = Rng::with_seed(self.seed ^ 0x0c1e_a2a4_ce00);
        match rng.u8(..8) {
            0..=1 => self.turn_credentials(&mut rng),
            2..=3 => self.starve(&mut rng),
            _ => {}
        }
    }

    /// Mostly soon after a spec is applied, while its pass runs.
    fn turn_credentials(&mut self, rng: &mut Rng) {
        for _ in 0..rng.usize(2..=6) {
            let back = if rng.bool() {
                Credentials::Right
            } else {
                Credentials::Renewed
            };
            let first = self.after_an_apply(rng);
            let after = Duration::from_millis(rng.u64(10..150));
            self.insert(first, after, Act::Turn(Credentials::Other));
            let last = (first + rng.usize(1..=4)).min(self.steps.len());
            let most = if rng.bool() { 500 } else { 90_000 };
            let after = Duration::from_millis(rng.u64(..most));
            self.insert(last, after, Act::Turn(back));
        }
    }

    fn starve(&mut self, rng: &mut Rng) {
        self.scarce = true;
        // At once, so that calls of several objects wait for each other, and some behind a throttle.
        for step in &mut self.steps {
            if matches!(step.act, Act::Apply(..) | Act::Delete(_)) {
                step.after = step.after.min(Duration::from_millis(rng.u64(..1_000)));
            }
        }
        for _ in 0..rng.usize(5..=12) {
            let at = self.after_an_apply(rng);
            let fault = cloud_faults::label(&cloud_faults::LONG_THROTTLE);
            let (operation, nth) = (None, rng.u32(1..4));
            let act = Act::Cloud {
                fault,
                operation,
                nth,
            };
            let after = Duration::from_millis(rng.u64(..8_000));
            self.insert(at, after, act);
        }
    }

    /// A place after some spec is applied, if one is.
    fn after_an_apply(&self, rng: &mut Rng) -> usize {
        let first = rng.usize(..=self.steps.len());
        let mut later = self.steps.iter().skip(first);
        let applied = later.position(|step| matches!(step.act, Act::Apply(..)));
        applied.map_or(first, |further| first + further + 1)
    }

    fn insert(&mut self, at: usize, after: Duration, act: Act) {
        self.steps.insert(at, Step { after, act });
    }
}
