//! `replaced`: what a step overwrites, as people read it.

use super::*;

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
        CloudFrontFunctions::plan(Goal::Present(&desired), &Status::default(), Some(&observed))
    else {
        panic!("there is work")
    };
    let replaced = CloudFrontFunctions::replaced(&desired, &observed, &steps[0].step).unwrap();
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
        CloudFrontFunctions::replaced(&desired, &observed, &steps[1].step),
        None,
        "LIVE was not read, so nothing is known of it"
    );
}
