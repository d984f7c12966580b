//! Requests to reconcile now: the annotations that make them, and what the status remembers of each.
//!
//! Invariant: each annotation is compared with its own last value, and only for being another one: no
//! value is later than another, since people write times in every zone, counters, or any text. Pure.

use super::common::CommonStatus;

/// The value of each annotation that requests a reconcile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// `cloudfn.dev/reconcile-requested-at`.
    pub own: Option<String>,
    /// `reconcile.fluxcd.io/requestedAt`.
    pub flux: Option<String>,
}

impl Requests {
    /// Whether one of them is a request that the status does not acknowledge yet.
    #[must_use]
    pub fn are_new_to(&self, status: &CommonStatus) -> bool {
        let handled = self.handled(status);
        let is_new =
            |value: &Option<String>, handled: &Option<String>| value.is_some() && value != handled;
        is_new(&self.own, &handled.own) || is_new(&self.flux, &handled.flux)
    }

    /// Whether the status has all of them as they are now.
    #[must_use]
    pub fn are_noted_in(&self, status: &CommonStatus) -> bool {
        *self == self.handled(status)
    }

    /// Notes in the status that all of them are handled.
    pub fn note_in(&self, status: &mut CommonStatus) {
        status.last_handled_reconcile_at.clone_from(&self.own);
        status.last_handled_flux_reconcile_at.clone_from(&self.flux);
    }

    /// What the status says was handled. Before it had a member for Flux's, the other one had the greater
    /// text of the two: where that was Flux's, both are handled.
    fn handled(&self, status: &CommonStatus) -> Self {
        let own = &status.last_handled_reconcile_at;
        let flux = &status.last_handled_flux_reconcile_at;
        if flux.is_none() && own.is_some() && *own == self.flux && self.own < self.flux {
            return self.clone();
        }
        Self {
            own: own.clone(),
            flux: flux.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(own: Option<&str>, flux: Option<&str>) -> Requests {
        Requests {
            own: own.map(ToOwned::to_owned),
            flux: flux.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn each_annotation_is_a_request_whenever_its_own_value_is_another() {
        let (early, late) = ("2026-01-01T03:00:00Z", "2026-01-01T10:00:00+09:00");
        let rows = [
            ((None, None), (None, None), false),
            ((None, None), (Some(late), None), true),
            ((None, None), (None, Some(late)), true),
            ((Some(late), None), (Some(late), None), false),
            ((Some(late), None), (Some(late), Some(early)), true),
            ((None, Some(late)), (Some(early), Some(late)), true),
            ((Some(late), Some(early)), (Some(early), Some(early)), true),
            ((Some(late), Some(early)), (Some(late), Some(early)), false),
            // One that was taken away is none; what comes after it is one again.
            ((Some(late), Some(early)), (None, Some(early)), false),
            ((None, Some(early)), (Some(late), Some(early)), true),
            // The same text in both.
            ((Some(late), None), (Some(late), Some(late)), true),
        ];
        for (before, after, is_new) in rows {
            let mut status = CommonStatus::default();
            requests(before.0, before.1).note_in(&mut status);
            let now = requests(after.0, after.1);
            assert_eq!(now.are_new_to(&status), is_new, "{before:?} {after:?}");
            now.note_in(&mut status);
            assert!(now.are_noted_in(&status) && !now.are_new_to(&status));
        }
    }

    #[test]
    fn a_status_that_remembered_the_greater_text_only_makes_no_request_of_an_old_one() {
        let status = |handled: &str| CommonStatus {
            last_handled_reconcile_at: Some(handled.to_owned()),
            ..CommonStatus::default()
        };
        for (own, flux, handled) in [(None, Some("2"), "2"), (Some("1"), Some("2"), "2")] {
            assert!(requests(own, flux).are_noted_in(&status(handled)));
        }
        assert!(requests(None, Some("3")).are_new_to(&status("2")));
    }
}
