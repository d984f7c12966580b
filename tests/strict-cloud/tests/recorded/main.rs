//! Recorded answers of AWS Lambda, asked of the model again: the same requests get the same answers.
//!
//! `answers/` has one file for each topic, with the requests and what AWS answered, to the field.
//! What is no id, time, hash, size or link is compared as it stands. A reply has exactly the fields
//! that AWS's had. Equal ids are equal, and ids that differ differ, so what moves a RevisionId and
//! what does not is compared, too. Where the two differ, the model is wrong.
//!
//! `sequences.txt` names every recorded sequence and its day, by its name in LocalStack's test suite;
//! those of `outside.json` are about what the model has not. `RECORDED.md` is the table of all.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails here, with what it met"
)]

mod ask;
mod compare;
mod fixtures;
mod table;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use strict_cloud::{Between, Cloud, Settings};

use ask::{Way, every_page, given, in_process};
use compare::Ids;
use fixtures::{Expected, Sequence, Step, outside, replayed, sequences};

/// How long everything takes in a replay, but deletions, which take what they took.
const TEN: Duration = Duration::from_secs(10);

/// Replays a sequence; answers what differs.
fn replay(sequence: &Sequence, way: Way) -> Vec<String> {
    let ten = Between::exactly(TEN);
    let (create_takes, update_takes, vpc_takes, image_takes) = (ten, ten, ten, ten);
    let mut cloud = Cloud::new(
        7,
        Settings {
            lambda_quotas: false,
            create_takes,
            update_takes,
            vpc_takes,
            image_takes,
            ..Settings::default()
        },
    );
    let mut ids = Ids::default();
    let mut differences = Vec::new();
    for (number, step) in sequence.steps.iter().enumerate() {
        let found = match step {
            Step::Wait => {
                cloud.advance(TEN);
                Vec::new()
            }
            Step::Given(things) => {
                given(&mut cloud, things);
                Vec::new()
            }
            Step::Ask(asked) => {
                let with = ids.filled(&asked.with);
                let all = |cloud: &mut Cloud| every_page(way, cloud, &asked.operation, &with);
                let answered = if asked.every_page {
                    all(&mut cloud)
                } else {
                    way(&mut cloud, &asked.operation, &with)
                };
                ids.compare(asked, &answered, &sequence.later)
            }
        };
        differences.extend(
            found
                .into_iter()
                .map(|difference| format!("{}, step {}: {difference}", sequence.name, number + 1)),
        );
    }
    differences
}

fn assert_the_same(way: Way) {
    let differences: Vec<String> = replayed()
        .iter()
        .flat_map(|sequence| replay(sequence, way))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn the_model_answers_what_aws_answered() {
    assert_the_same(in_process);
}

#[test]
fn it_answers_the_same_over_http() {
    assert_the_same(wire::over_http);
}

#[test]
fn every_recorded_sequence_is_replayed_or_outside_and_none_is_both() {
    let mut places: BTreeMap<String, usize> =
        sequences().into_iter().map(|(_, name)| (name, 0)).collect();
    assert_eq!(places.len(), 165, "a sequence is in the list once");
    let outside: Vec<String> = outside().into_keys().collect();
    for name in replayed()
        .into_iter()
        .map(|sequence| sequence.name)
        .chain(outside)
    {
        *places
            .get_mut(&name)
            .unwrap_or_else(|| panic!("{name} is not in sequences.txt")) += 1;
    }
    let wrong: Vec<_> = places.iter().filter(|(_, places)| **places != 1).collect();
    assert!(
        wrong.is_empty(),
        "these stand in no place, or in two: {wrong:#?}"
    );
    for sequence in replayed() {
        let answers = sequence
            .steps
            .iter()
            .filter(|step| matches!(step, Step::Ask(asked) if asked.expected.is_some()))
            .count();
        assert!(answers > 0, "{} compares nothing", sequence.name);
    }
}

/// What the model says was recorded is replayed here. A citation is a word that begins `test_` or, for a
/// whole class, `Test`; TestFunction is an operation of CloudFront's, and what it needs has names of that kind.
#[test]
fn every_recording_that_the_model_cites_is_replayed() {
    let replayed: Vec<String> = replayed()
        .into_iter()
        .map(|sequence| sequence.name)
        .collect();
    let cited: BTreeSet<String> = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| {
            word.starts_with("test_")
                || word
                    .strip_prefix("Test")
                    .is_some_and(|class| class.starts_with(|c: char| c.is_ascii_uppercase()))
        })
        .filter(|word| {
            !word.starts_with("TestFunction")
                && !["TestResult", "test_failed", "test_function", "test_result"].contains(word)
        })
        .map(str::to_owned)
        .collect();
    assert!(cited.len() > 20, "{cited:?}");
    let part = |word: &String| {
        replayed.iter().any(|name| {
            name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .any(|part| part == word)
        })
    };
    let elsewhere: Vec<&String> = cited.iter().filter(|word| !part(word)).collect();
    assert!(elsewhere.is_empty(), "nothing replays {elsewhere:?}");
}

fn sources(folder: &Path) -> String {
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                fs::read_to_string(&path).unwrap()
            }
        })
        .collect()
}

#[test]
fn the_table_is_current() {
    let rendered = table::render(&sequences(), &replayed(), &outside());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RECORDED.md");
    if fs::read_to_string(&path).unwrap_or_default() != rendered {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("RECORDED.md");
        fs::write(&new, rendered).unwrap();
        panic!(
            "{} is not what the recorded answers make of it now: copy {} over it and commit it",
            path.display(),
            new.display()
        );
    }
}

/// A sequence of the fixtures with something broken in it differs from the model, where it is broken.
#[test]
fn what_differs_is_found() {
    let reply = |change: &dyn Fn(&mut Value)| {
        let mut sequence = replayed()
            .into_iter()
            .find(|sequence| sequence.name.ends_with("test_redundant_updates"))
            .unwrap();
        for step in &mut sequence.steps {
            if let Step::Ask(asked) = step
                && asked.operation == "GetFunction"
                && let Some(Expected::Reply(reply)) = &mut asked.expected
            {
                change(&mut reply["Configuration"]);
            }
        }
        replay(&sequence, in_process)
    };
    assert_eq!(reply(&|_| ()), Vec::<String>::new());
    for (sentence, differs, change) in [
        (
            "a value",
            "Timeout: 30 is not 31",
            (&|reply: &mut Value| reply["Timeout"] = json!(31)) as &dyn Fn(&mut Value),
        ),
        ("a field too many", "PackageType is there", &|reply| {
            drop(reply.as_object_mut().unwrap().remove("PackageType"));
        }),
        ("a field too few", "Colour is missing", &|reply| {
            reply["Colour"] = json!("red");
        }),
        (
            "a revision that should not have moved",
            "RevisionId: ",
            &|reply| reply["RevisionId"] = json!("<revision 1>"),
        ),
        (
            "a revision that should have moved",
            "is also <revision ",
            &|reply| reply["RevisionId"] = json!("<revision 99>"),
        ),
        ("a hash that is none", "CodeSha256: ", &|reply| {
            reply["CodeSha256"] = json!("<date>");
        }),
    ] {
        let found = reply(change);
        assert!(
            found.iter().any(|difference| difference.contains(differs)),
            "{sentence}: {found:#?}"
        );
    }
}
