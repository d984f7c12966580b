//! The witness: the strict cloud and the emulator answer the same scenarios, through the real SDKs.
//!
//! Each step says what AWS answers. The strict cloud meets all of it; the emulator, which nobody here
//! wrote, meets all but what `differences` lists, each with its reason. A listed difference that is
//! not there any more fails the test as a new one does, so the list says what the emulator is worth.

pub mod calls;
mod compare;
mod differences;
mod faults;
mod scenarios;
mod script;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cloudfn_bed::{Emulator, wire};
use futures::StreamExt as _;
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::{Value, json};
use strict_cloud::front::server::Server;
use strict_cloud::{Between, Cloud, Settings};

use calls::{Answer, Clients, REGION};
use compare::{Kept, Mismatch};
use differences::{DIFFERENCES, Shown};
use script::{Scenario, Step, Until};

use crate::support::{TIMEOUT, archive, python};

/// How many scenarios are under way at once: most of the time they wait.
const AT_ONCE: usize = 8;

/// The bucket of each account, and what is in it.
const OBJECT: &str = "one.zip";

/// Who answers.
enum Target<'a> {
    /// A strict cloud of the scenario's own, in which nothing settles before it is waited for.
    Strict(Server),
    /// The emulator, shared; each scenario has an account of its own.
    Emulator(&'a Emulator),
}

/// Longer than any scenario takes: nothing settles between two steps.
const LONG: Duration = Duration::from_hours(1);

impl Target<'_> {
    fn strict() -> Self {
        let long = Between::exactly(LONG);
        let settings = Settings {
            lambda_quotas: false,
            create_takes: long,
            update_takes: long,
            vpc_takes: long,
            delete_takes: long,
            ..Settings::default()
        };
        Self::Strict(
            Server::start(Arc::new(Mutex::new(Cloud::new(1, settings))), 0)
                .expect("a strict cloud"),
        )
    }

    fn url(&self) -> String {
        match self {
            Self::Strict(server) => server.url(),
            Self::Emulator(emulator) => emulator.url(),
        }
    }

    /// Lets some time pass, before it is looked again.
    async fn pass_time(&self) {
        match self {
            Self::Strict(server) => server.cloud().lock().expect("the cloud").advance(LONG),
            Self::Emulator(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }

    /// Puts an archive into the account's bucket.
    async fn put_object(&self, account: &str) {
        let (bucket, bytes) = (bucket(account), archive("index.py", &python("one")));
        match self {
            Self::Strict(server) => server
                .cloud()
                .lock()
                .expect("the cloud")
                .put_object(REGION, &bucket, OBJECT, "1", &bytes),
            Self::Emulator(_) => {
                let place = format!(
                    "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
                );
                self.put(account, &bucket, place.into_bytes()).await;
                self.put(account, &format!("{bucket}/{OBJECT}"), bytes)
                    .await;
            }
        }
    }

    async fn put(&self, account: &str, path: &str, body: Vec<u8>) {
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential={account}/20260101/{REGION}/s3/aws4_request, SignedHeaders=host, Signature=x"
        );
        let request = http::Request::put(format!("{}/{path}", self.url()))
            .header("authorization", signature)
            .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        let request = request
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        let status = wire::client()
            .request(request)
            .await
            .expect("an answer")
            .status();
        assert!(status.is_success(), "PUT {path}: {status}");
    }
}

fn bucket(account: &str) -> String {
    format!("code-{account}")
}

/// Plays a scenario to its end; answers what is not as AWS has it.
async fn play(scenario: &Scenario, target: &Target<'_>, account: &str) -> Vec<Mismatch> {
    let clients = Clients::of(&target.url(), account);
    target.put_object(account).await;
    let mut kept = Kept::from([
        ("account".to_owned(), account.to_owned()),
        ("bucket".to_owned(), bucket(account)),
        (
            "lambda".to_owned(),
            format!("arn:aws:lambda:{REGION}:{account}:function"),
        ),
        (
            "cloudfront".to_owned(),
            format!("arn:aws:cloudfront::{account}:function"),
        ),
        (
            "role".to_owned(),
            format!("arn:aws:iam::{account}:role/lambda"),
        ),
    ]);
    let mut mismatches = Vec::new();
    for step in &scenario.steps {
        let answer = take(step, target, &clients, &mut kept).await;
        for (place, expected, found) in compare::differences(&step.expected, &answer, &kept) {
            mismatches.push(Mismatch {
                scenario: scenario.name,
                step: step.name,
                place,
                expected,
                found,
            });
        }
        for (name, place) in &step.keeps {
            if let Some(value) = compare::at(&answer.fields, place) {
                kept.insert((*name).to_owned(), value);
            }
        }
    }
    mismatches
}

/// Takes one step, as often as it says.
async fn take(step: &Step, target: &Target<'_>, clients: &Clients, kept: &mut Kept) -> Answer {
    let mut answer = Answer::default();
    for n in 1..=step.times {
        kept.insert("n".to_owned(), n.to_string());
        answer = clients
            .call(step.call, &compare::filled(&step.request, kept))
            .await;
    }
    let Some(until) = step.until else {
        return answer;
    };
    let began = Instant::now();
    while !holds(until, &answer) && began.elapsed() < TIMEOUT {
        target.pass_time().await;
        answer = clients
            .call(step.call, &compare::filled(&step.request, kept))
            .await;
    }
    answer
}

fn holds(until: Until, answer: &Answer) -> bool {
    let configuration = &answer.fields["Configuration"];
    match until {
        Until::Settled => {
            configuration["State"] != "Pending" && configuration["LastUpdateStatus"] != "InProgress"
        }
        Until::Gone => answer.code.as_deref() == Some("ResourceNotFoundException"),
    }
}

/// Plays every scenario, some at once, each in an account of its own.
async fn play_all<'a>(scenarios: &'a [Scenario], target: impl Fn() -> Target<'a>) -> Vec<Mismatch> {
    let plays = scenarios.iter().enumerate().map(|(index, scenario)| {
        let target = target();
        async move {
            play(
                scenario,
                &target,
                &format!("{:012}", 222_200_000_000_u64 + index as u64),
            )
            .await
        }
    });
    let mut mismatches: Vec<Mismatch> = futures::stream::iter(plays)
        .buffer_unordered(AT_ONCE)
        .flat_map(futures::stream::iter)
        .collect()
        .await;
    mismatches.sort();
    mismatches
}

fn listed(mismatches: &[Mismatch]) -> String {
    mismatches
        .iter()
        .fold(String::new(), |text, one| text + "\n  " + &one.to_string())
}

#[tokio::test]
async fn the_strict_cloud_answers_every_scenario_as_aws_does() {
    let (scenarios, began) = (scenarios::all(), Instant::now());
    let mismatches = play_all(&scenarios, Target::strict).await;
    let steps: usize = scenarios.iter().map(|scenario| scenario.steps.len()).sum();
    println!(
        "strict cloud: {} scenarios, {steps} steps, {:.1} s",
        scenarios.len(),
        began.elapsed().as_secs_f64()
    );
    assert!(
        mismatches.is_empty(),
        "{} answers are not AWS's:{}",
        mismatches.len(),
        listed(&mismatches)
    );
}

#[tokio::test]
async fn the_emulator_answers_every_scenario_as_aws_does_but_for_what_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let emulator = Emulator::launch(folder.path()).await.expect("an emulator");
    let (scenarios, began) = (scenarios::all(), Instant::now());
    let mismatches = play_all(&scenarios, || Target::Emulator(&emulator)).await;
    let known: BTreeSet<Shown> = DIFFERENCES
        .iter()
        .flat_map(|one| one.shows)
        .copied()
        .collect();
    println!(
        "emulator: {} differences in {} places, {:.1} s",
        DIFFERENCES.len(),
        known.len(),
        began.elapsed().as_secs_f64()
    );
    let (new, gone) = against(&mismatches, &known);
    assert!(
        new.is_empty(),
        "{} differences are not listed:{}",
        new.len(),
        listed(&new)
    );
    assert!(
        gone.is_empty(),
        "{} listed differences are not there any more: {gone:#?}",
        gone.len()
    );
}

/// What is met and not listed, and what is listed and not met.
fn against(met: &[Mismatch], known: &BTreeSet<Shown>) -> (Vec<Mismatch>, Vec<Shown>) {
    let shown = |one: &Mismatch, (scenario, step, place, found): &Shown| {
        (
            one.scenario,
            one.step,
            one.place.as_str(),
            one.found.as_str(),
        ) == (*scenario, *step, *place, *found)
    };
    let new = met
        .iter()
        .filter(|one| !known.iter().any(|row| shown(one, row)))
        .cloned()
        .collect();
    let gone = known
        .iter()
        .filter(|row| !met.iter().any(|one| shown(one, row)))
        .copied()
        .collect();
    (new, gone)
}

#[test]
fn a_difference_that_is_new_and_one_that_is_gone_are_both_found() {
    let met = |found: &str| Mismatch {
        scenario: "a",
        step: "b",
        place: "answer".into(),
        expected: "409".into(),
        found: found.into(),
    };
    let row = |found| ("a", "b", "answer", found);
    assert_eq!(
        against(&[met("200")], &BTreeSet::from([row("200")])),
        (vec![], vec![])
    );
    assert_eq!(
        against(&[met("200")], &BTreeSet::new()),
        (vec![met("200")], vec![])
    );
    assert_eq!(
        against(&[], &BTreeSet::from([row("200")])),
        (vec![], vec![row("200")])
    );
    assert_eq!(
        against(&[met("201")], &BTreeSet::from([row("200")])),
        (vec![met("201")], vec![row("200")])
    );
}

#[test]
fn scenarios_and_steps_have_names_of_their_own_and_each_difference_is_listed_once() {
    let scenarios = scenarios::all();
    let names: BTreeSet<&str> = scenarios.iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), scenarios.len());
    for scenario in &scenarios {
        let steps: BTreeSet<&str> = scenario.steps.iter().map(|step| step.name).collect();
        assert_eq!(steps.len(), scenario.steps.len(), "{}", scenario.name);
    }
    let shows: Vec<&Shown> = DIFFERENCES.iter().flat_map(|one| one.shows).collect();
    let places: BTreeSet<_> = shows
        .iter()
        .map(|(scenario, step, place, _)| (scenario, step, place))
        .collect();
    assert_eq!(places.len(), shows.len());
    assert_eq!(
        DIFFERENCES
            .iter()
            .map(|one| one.reason)
            .collect::<BTreeSet<_>>()
            .len(),
        DIFFERENCES.len()
    );
    assert!(DIFFERENCES.iter().all(|one| !one.shows.is_empty()));
}

/// What a step without expectations of its own expects.
fn anything() -> Value {
    json!({})
}
