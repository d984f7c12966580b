//! `replaced`: what a step overwrites, as people read it.

use super::*;
use crate::reconcile::Step as _;

#[test]
fn code_that_a_repair_overwrites_is_kept_as_a_diff() {
    let desired = wanted(&full(CODE_A));
    let theirs = b"foreign\n";
    let mut observed = CloudFrontObserved {
        live: Live::Unread,
        ..settled(&desired)
    };
    observed.development.code = Some(CodeSeen {
        text: Text(Some(Arc::from(theirs.as_slice()))),
        ..CodeSeen::of(theirs, Source::new(theirs.to_vec()).sha256)
    });
    let Plan::Act(steps) =
        super::super::plan::plan(Goal::Present(&desired), &Status::default(), Some(&observed))
    else {
        panic!("there is work")
    };
    let replaced = steps[0].step.replaced(&desired, &observed).unwrap();
    assert_eq!(
        (replaced.field, replaced.sha256),
        ("code", Source::new(theirs.to_vec()).sha256)
    );
    let diff = replaced.diff.unwrap_or_default();
    assert!(
        diff.starts_with("--- DEVELOPMENT\n+++ spec\n") && diff.contains("-foreign\n"),
        "{diff}"
    );
    assert_eq!(
        steps[1].step.replaced(&desired, &observed),
        None,
        "LIVE was not read, so nothing is known of it"
    );
}
