//! The house keeps its order: rooms import one way, no files import each other in a circle, pure files
//! are pure, and files, functions and types stay small. What users of other tools complain about names its tests.
//!
//! Each rule is shown to catch a fixture that breaks it: `tests/fixtures/architecture/<rule>`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/complaints.rs"]
mod complaints;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/sizes.rs"]
mod sizes;
#[path = "architecture/source.rs"]
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rules::violations;

fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn fixtures() -> PathBuf {
    package().join("tests/fixtures/architecture")
}

/// Folder of the fixture; file and line, rule, and part of the message of its only violation.
const FIXTURES: &[(&str, &str, &str, &str)] = &[
    (
        "api-imports-nothing",
        "src/api/common.rs:3",
        "imports",
        "crate::cloud::Tags is not for api, which may import no other room",
    ),
    (
        "cloud-imports-api",
        "src/cloud/limit.rs:5",
        "imports",
        "crate::reconcile::Plan is not for cloud, which may import api",
    ),
    (
        "kubernetes-imports-api",
        "src/kubernetes/status.rs:4",
        "imports",
        "crate::cloud::Class::Busy is not for kubernetes",
    ),
    (
        "telemetry-hears-calls",
        "src/telemetry/metrics.rs:6",
        "imports",
        "crate::cloud::limit::Rates is not for telemetry",
    ),
    (
        "reconcile-knows-no-kind",
        "src/reconcile/lifecycle.rs:7",
        "imports",
        "crate::functions::lambda is not for reconcile",
    ),
    (
        "functions-hold-no-kubernetes",
        "src/functions/lambda/act.rs:4",
        "imports",
        "crate::kubernetes::status::apply is not for functions",
    ),
    (
        "runtime-knows-no-cli",
        "src/runtime/mod.rs:4",
        "imports",
        "crate::cli::Flags is not for runtime",
    ),
    (
        "cli-starts-runtime",
        "src/cli.rs:4",
        "imports",
        "crate::reconcile::Pass is not for cli, which may import api, cloud, runtime, telemetry, validate",
    ),
    (
        "main-calls-cli",
        "src/main.rs:4",
        "imports",
        "crate::runtime::run is not for main, which may import cli",
    ),
    (
        "unknown-room",
        "src/helpers/mod.rs:1",
        "unknown-room",
        "no rule knows the room helpers: say in ROOMS",
    ),
    (
        "ports-only",
        "src/reconcile/mod.rs:5",
        "ports-only",
        "crate::cloud::aws::Lambda is an adapter: use the port",
    ),
    (
        "ports-only-re-export",
        "src/cloud/mod.rs:5",
        "ports-only",
        "crate::cloud::aws::Lambda is an adapter: use the port",
    ),
    (
        "bare-root",
        "src/lib.rs:5",
        "bare-root",
        "crate::cloud::Tags would have a second name at the crate's root",
    ),
    (
        "sdk-in-cloud-aws",
        "src/functions/lambda/observe.rs:3",
        "sdk-in-cloud-aws",
        "aws_sdk_lambda is for src/cloud/aws only",
    ),
    (
        "api-server-clients",
        "src/functions/cloudfront/act.rs:6",
        "api-server-clients",
        "kube::api::Api talks to the API server",
    ),
    (
        "pure-async",
        "src/functions/lambda/plan.rs:3",
        "pure",
        "async has no place in plan.rs, which is pure",
    ),
    (
        "pure-clock",
        "src/reconcile/conditions.rs:6",
        "pure",
        "jiff::Timestamp::now has no place in conditions.rs",
    ),
    (
        "pure-clock-of-std",
        "src/functions/lambda/archive.rs:3",
        "pure",
        "std::time::SystemTime has no place in archive.rs",
    ),
    (
        "pure-runtime",
        "src/reconcile/retry.rs:4",
        "pure",
        "tokio::time::Instant::now has no place in retry.rs",
    ),
    (
        "pure-log",
        "src/functions/cloudfront/report.rs:4",
        "pure",
        "tracing::info has no place in report.rs",
    ),
    (
        "pure-client",
        "src/reconcile/ownership.rs:3",
        "pure",
        "kube::client::Body has no place in ownership.rs",
    ),
    (
        "pure-folder",
        "src/functions/lambda/desired/code.rs:4",
        "pure",
        "std::fs::read has no place in code.rs",
    ),
    (
        "pure-api",
        "src/api/conditions.rs:4",
        "pure",
        "jiff::Zoned::now has no place in src/api",
    ),
    (
        "circle",
        "src/reconcile/pass.rs:3",
        "circle",
        "files import each other, src/reconcile/pass.rs:3 -> src/reconcile/steps.rs:3 -> src/reconcile/pass.rs: move",
    ),
    (
        "circle-of-three",
        "src/cloud/gate.rs:5",
        "circle",
        "files import each other, src/cloud/gate.rs:5 -> src/cloud/limit/rates.rs:4 -> src/cloud/limit/mod.rs:6 -> src/cloud/gate.rs: move",
    ),
    (
        "circle-through-mod",
        "src/functions/lambda/mod.rs:6",
        "circle",
        "files import each other, src/functions/lambda/mod.rs:6 -> src/functions/lambda/observe.rs:3 -> src/functions/lambda/mod.rs: move",
    ),
    (
        "function-length",
        "src/cloud/error.rs:10",
        "function-length",
        "counted has 61 lines; a function has at most 60",
    ),
    (
        "field-count",
        "src/reconcile/pass.rs:9",
        "field-count",
        "Pass has 13 fields; a type in src/reconcile has at most 12",
    ),
    (
        "main-is-thin",
        "src/main.rs:41",
        "main-is-thin",
        "41 lines; main.rs has at most 40",
    ),
    (
        "file-length",
        "src/cloud/error.rs:451",
        "file-length",
        "451 lines; a file over about 400 (450 at most) is two rooms",
    ),
];

#[test]
fn the_house_is_in_order() {
    let found: Vec<String> = violations(&package())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        found.is_empty(),
        "{} violations of ARCHITECTURE.md:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn each_fixture_breaks_exactly_its_rule() {
    for (folder, place, rule, message) in FIXTURES {
        let found = violations(&fixtures().join(folder));
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found.len(),
            1,
            "{folder}: one violation is expected, found {texts:#?}"
        );
        let start = format!("{place}: {rule}: {message}");
        assert!(
            texts[0].starts_with(&start),
            "{folder}: expected {start}\nfound    {}",
            texts[0]
        );
    }
}

#[test]
fn code_that_keeps_the_rules_passes() {
    let found = violations(&fixtures().join("clean"));
    assert!(
        found.is_empty(),
        "comments, strings, test code and allowed imports are fine: {found:#?}"
    );
}

#[test]
fn each_complaint_about_other_tools_is_answered_by_tests_that_exist() {
    assert_eq!(complaints::unanswered(&package()), BTreeSet::new());
    let all = complaints::COMPLAINTS.iter();
    for (complaint, source, tests) in all {
        assert!(!tests.is_empty() && !source.is_empty(), "{complaint}");
    }
}

#[test]
fn each_fixture_is_used() {
    let used: BTreeSet<String> = FIXTURES
        .iter()
        .map(|fixture| fixture.0.to_owned())
        .chain(["clean".to_owned()])
        .collect();
    let there: BTreeSet<String> = fs::read_dir(fixtures())
        .expect("fixtures")
        .map(|entry| name(&entry.expect("an entry").path()))
        .collect();
    assert_eq!(there, used);
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
