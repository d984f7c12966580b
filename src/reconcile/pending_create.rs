//! A create that was announced and may still arrive in the cloud. Pure.
//!
//! An operator that was stopped, or another one, may have sent it: until it has arrived or never will,
//! "there is no such resource" is not believed.

use std::time::Duration;

use jiff::Timestamp;

use super::settings::IN_FLIGHT;
use crate::api::CommonStatus;

/// Announces a create at `now`. The one before moves to `earlierCreateRequestedAt` if it may still arrive: what
/// the cloud answers to this one says nothing of it.
pub(super) fn announce(status: &mut CommonStatus, now: Timestamp) {
    let before = status.create_requested_at.replace(text(now));
    if let Some(before) = before.filter(|before| in_flight(before, now).is_some()) {
        forget_earlier(status, now);
        keep_earlier(status, Some(&before));
    }
}

/// A pass of an operator that remembers nothing begins with an object that is not Ready and whose status
/// announces no create. A create that the cloud refused is tried again without being announced, so the operator
/// before, or another one, may just have sent one.
pub(super) fn suspect(status: &mut CommonStatus, now: Timestamp) {
    if status.create_requested_at.is_none() {
        status.earlier_create_requested_at = Some(text(now));
    }
}

/// Keeps what is noted elsewhere of an earlier create. All are written alike, so the later one is the
/// greater text.
pub(super) fn keep_earlier(status: &mut CommonStatus, noted: Option<&String>) {
    if noted > status.earlier_create_requested_at.as_ref() {
        status.earlier_create_requested_at = noted.cloned();
    }
}

/// The create announced last in `draft`, where `stored` has none that is as late.
pub(super) fn unstored(draft: &CommonStatus, stored: &CommonStatus) -> Option<String> {
    let last = |status: &CommonStatus| {
        let earlier = status.earlier_create_requested_at.clone();
        status.create_requested_at.clone().max(earlier)
    };
    last(draft).filter(|announced| Some(announced) > last(stored).as_ref())
}

/// A time as announcements have it.
fn text(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// How long a create of this object may still arrive. `last_arrived`: the cloud accepted a deletion
/// since, so the create announced last has arrived; of an earlier one that says nothing.
pub(super) fn remaining(
    status: &CommonStatus,
    last_arrived: bool,
    now: Timestamp,
) -> Option<Duration> {
    let last = status
        .create_requested_at
        .as_deref()
        .filter(|_| !last_arrived);
    let announced = [last, status.earlier_create_requested_at.as_deref()];
    announced
        .into_iter()
        .flatten()
        .filter_map(|announced| in_flight(announced, now))
        .max()
}

/// Forgets an earlier create that has arrived by now, or never will.
pub(super) fn forget_earlier(status: &mut CommonStatus, now: Timestamp) {
    let earlier = status.earlier_create_requested_at.as_deref();
    if earlier.is_some_and(|earlier| in_flight(earlier, now).is_none()) {
        status.earlier_create_requested_at = None;
    }
}

/// How long a create that was announced then may still arrive.
fn in_flight(announced: &str, now: Timestamp) -> Option<Duration> {
    let announced: Timestamp = announced.parse().ok()?;
    let until = announced.checked_add(IN_FLIGHT).ok()?;
    let rest = Duration::try_from(until.duration_since(now)).ok()?;
    // A time that far ahead is nobody's announcement: a restored or edited status must not hold the object.
    (!rest.is_zero() && rest <= 2 * IN_FLIGHT).then_some(rest)
}
