//! What the operator logs of an object: one line for each change of verdict.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::judge;
use crate::run::{CHECK, Stage, on_paused_time};
use crate::scenarios::first;
use crate::schedule::{Act, Adversity, Kind, Outside, Slot, broken, javascript, test};
use crate::wire::Fuse;
use crate::world::lock;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        lock(&self.0).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The lines about verdicts in the life of one object: level, reason, message; and all lines.
fn lines(kind: Kind, acts: &[Act]) -> (Vec<[String; 3]>, Vec<Value>) {
    // With no subscriber anywhere else, a line that another test meets first may be off for all.
    crate::read_log();
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .without_time()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(lines.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        on_paused_time(async {
            let slots = vec![Slot {
                kind,
                name: "f0".to_owned(),
                function: None,
            }];
            let mut stage = Stage::new(7, slots, Fuse::never());
            for act in acts {
                stage.act(act);
                judge::until_reported(&stage).await;
                tokio::time::sleep(CHECK * 4).await;
            }
        });
    });
    let written = lock(&lines.0).clone();
    let all: Vec<Value> = String::from_utf8(written)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let text = |line: &Value, field: &str| line[field].as_str().unwrap_or_default().to_owned();
    let verdicts = all.iter().filter(|line| line["reason"].is_string());
    let verdicts = verdicts.map(|line| {
        assert_eq!(
            (&line["namespace"], &line["name"]),
            (&json!("team"), &json!("f0"))
        );
        ["level", "reason", "message"].map(|field| text(line, field))
    });
    (verdicts.collect(), all)
}

fn short(verdicts: &[[String; 3]]) -> Vec<String> {
    let words = |[level, reason, _]: &[String; 3]| format!("{level} {reason}");
    verdicts.iter().map(words).collect()
}

fn with(kind: Kind, field: &str, value: Value) -> Act {
    let mut spec = first(kind);
    spec[field] = value;
    Act::Apply(0, spec)
}

#[test]
fn each_change_of_verdict_is_one_line_of_the_log() {
    let (cloudfront, lambda) = (Kind::CloudFront, Kind::Lambda);
    let tested =
        |code: String| Act::Apply(0, json!({"code": {"inline": code}, "tests": [test("one")]}));
    let denied = || Act::Adversity(Adversity::Denied("lambda:CreateFunction".to_owned()));
    let over = || Act::Adversity(Adversity::Over);
    let lives: [(Kind, Vec<Act>, &[&str]); 5] = [
        (
            cloudfront,
            vec![
                with(cloudfront, "runtime", json!("cloudfront-js-9.9")),
                Act::Apply(0, first(cloudfront)),
            ],
            &["WARN Rejected", "INFO Available"],
        ),
        (
            lambda,
            vec![denied(), Act::Apply(0, first(lambda)), over()],
            &["WARN AccessDenied", "INFO Available"],
        ),
        (
            lambda,
            vec![
                Act::Outside(0, Outside::Create),
                Act::Apply(0, first(lambda)),
            ],
            &["WARN NotOwned"],
        ),
        (
            lambda,
            vec![
                with(lambda, "driftPolicy", json!("Report")),
                Act::Outside(0, Outside::Edit(1)),
                Act::Look(0, "now".to_owned()),
            ],
            &["INFO Available", "WARN Drifted", "INFO Available"],
        ),
        (
            cloudfront,
            vec![tested(broken(1)), tested(javascript(1))],
            &["WARN TestFailed", "INFO Available"],
        ),
    ];
    for (kind, acts, expected) in lives {
        let (verdicts, all) = lines(kind, &acts);
        assert_eq!(short(&verdicts), expected, "{verdicts:?}");
        assert!(verdicts.iter().all(|[_, _, message]| !message.is_empty()));
        for line in all {
            let text = line.to_string();
            assert!(
                text.matches("\"f0\"").count() + text.matches("team/f0").count() <= 1
                    || line["operation"].is_string(),
                "an object is named once: {text}"
            );
        }
    }
}

#[test]
fn a_refusal_that_lasts_is_told_once() {
    let life = [
        Act::Adversity(Adversity::Denied("lambda:CreateFunction".to_owned())),
        Act::Apply(0, first(Kind::Lambda)),
        Act::Adversity(Adversity::InUse),
        Act::Adversity(Adversity::InUse),
    ];
    let (verdicts, _) = lines(Kind::Lambda, &life);
    assert_eq!(short(&verdicts), ["WARN AccessDenied"]);
}
