//! A status that the API server does not take: it is told, and no older one says that all is well.

use std::time::Duration;

use super::*;
use crate::api_faults::{self, Refusal};
use crate::functions::MOMENT;
use crate::schedule::{Act, ODD};
use crate::world::lock;

impl Alone {
    /// From now on, the API server refuses a status that has this field.
    fn refuse_status(&self, field: &'static str, code: u16) {
        lock(&self.stage.world.trouble).refuse(Some(Refusal { field, code }));
    }

    fn take_every_status(&self) {
        lock(&self.stage.world.trouble).refuse(None);
    }

    /// Waits until one more request was answered so.
    async fn answered(&self, line: &str) {
        let times = |alone: &Self| {
            let trace = &alone.stage.world.record().trace;
            trace.iter().filter(|told| told.contains(line)).count()
        };
        let before = times(self);
        self.every(MOMENT, line, |alone| times(alone) > before)
            .await;
    }
}

#[test]
fn a_status_that_is_refused_leaves_no_ready_and_is_told_once() {
    for code in [400, 413, 422, 500] {
        edge(async |alone: &mut Alone| {
            alone.apply(&full(&javascript(1))).await;
            assert_eq!(alone.condition("Ready"), "True/Available");
            alone.refuse_status("lastDrift", code);
            alone.edit_outside(|update| update.config.comment = "foreign".into());
            alone
                .until("the object to say so", |alone| {
                    alone.condition("Ready") == "False/StatusRefused"
                })
                .await;
            assert_eq!(alone.condition("Stalled"), "True/StatusRefused", "{code}");
            assert!(alone.message().contains("a field that it does not take"));
            alone.check().await;
            alone.check().await;
            assert_eq!(alone.events("StatusRefused").len(), 1, "{code}");
            assert_eq!(alone.function()["development"]["comment"], "foreign");
            alone.take_every_status();
            alone
                .until("the repair", |alone| {
                    alone.condition("Ready") == "True/Available"
                })
                .await;
            assert_ne!(alone.function()["development"]["comment"], "foreign");
        });
    }
}

#[test]
fn where_no_status_is_taken_an_event_says_so_once() {
    edge(async |alone: &mut Alone| {
        alone.refuse_status("conditions", 403);
        alone.edit(&full(&javascript(1)));
        alone
            .until("the event", |alone| {
                !alone.events("StatusRefused").is_empty()
            })
            .await;
        tokio::time::sleep(Duration::from_mins(10)).await;
        assert_eq!(alone.events("StatusRefused").len(), 1);
        assert_eq!(
            alone.done(),
            [""; 0],
            "nothing is made that no status would know"
        );
        alone.take_every_status();
        alone
            .until("the function", |alone| {
                alone.condition("Ready") == "True/Available"
            })
            .await;
    });
}

#[test]
fn a_status_of_somebody_else_does_not_stay_because_ours_is_refused() {
    edge(async |alone: &mut Alone| {
        let refused = json!({"runtime": "cloudfront-js-9.9"});
        alone.apply(&with(full(&javascript(1)), &refused)).await;
        assert_eq!(alone.condition("Ready"), "False/Rejected");
        let mut status = alone.status();
        for condition in status["conditions"].as_array_mut().unwrap() {
            if condition["type"] == "Ready" {
                condition["status"] = json!("True");
                condition["reason"] = json!("Available");
            }
        }
        status["conditions"]
            .as_array_mut()
            .unwrap()
            .retain(|condition| condition["type"] == "Ready");
        status.as_object_mut().unwrap().remove("accountId");
        alone.refuse_status("accountId", 422);
        assert_eq!(alone.stage.write_status(0, status), 200);
        alone
            .until("the object to say so", |alone| {
                alone.condition("Ready") != "True/Available"
            })
            .await;
    });
}

#[test]
fn any_text_of_outsiders_is_written_down_and_their_edit_repaired() {
    for policy in ["Repair", "Report"] {
        edge(async |alone: &mut Alone| {
            let mut spec = full(&javascript(1));
            spec["driftPolicy"] = json!(policy);
            alone.apply(&spec).await;
            alone.edit_outside(|update| update.config.comment = format!("foreign{ODD}"));
            alone.check().await;
            let diff = alone.status()["lastDrift"]["diff"].clone();
            let diff = diff.as_str().unwrap();
            assert!(
                diff.contains("-comment: foreign\\u001b[2J\\u007f\\u0085 "),
                "{diff}"
            );
            let repaired = alone.function()["development"]["comment"] == "Adds headers";
            assert_eq!(repaired, policy == "Repair");
        });
    }
}

#[test]
fn what_others_left_in_the_status_is_known_in_the_next_pass_though_the_cache_is_older() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.calls();
        alone.edit_outside(|update| update.config.comment = "foreign".into());
        alone.call(DEVELOPMENT, 1).await;
        // While the check is under way, somebody else writes what an apply of ours leaves there.
        alone.stage.act(&Act::Lag(Duration::from_mins(1)));
        let condition = |kind: &str, status: &str| {
            json!({"type": kind, "status": status, "reason": "Rejected", "message": "by others",
                "observedGeneration": 1, "lastTransitionTime": "2026-01-01T00:00:00Z"})
        };
        let theirs = json!({"observedGeneration": 1,
            "conditions": [condition("Ready", "False"), condition("Stalled", "True")]});
        assert_eq!(alone.stage.write_status(0, theirs), 200);
        alone.answered("f0/status: 409").await;
        alone.answered("f0: 200").await;
        // It is read once more, and the next requests fail.
        let (fails, time) = (api_faults::Kind::Error, Duration::from_millis(100));
        alone.stage.act(&Act::Api(fails, 100, time));
        // Each status written on the way is judged, too.
        alone
            .until("the repair", |alone| {
                alone.condition("Ready") == "True/Available"
            })
            .await;
        assert_ne!(alone.function()["development"]["comment"], "foreign");
    });
}
