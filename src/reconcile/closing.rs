//! How a pass is closed: status written, events told, the next look chosen, the object remembered.
//!
//! Invariant: this lies outside every time limit and every error, so each exit tells the truth.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::Resource;
use kube::runtime::controller::Action;
use tokio::time::Instant;
use tracing::{debug, warn};

use super::Managed;
use super::backoff::{Trouble, poll};
use super::conclude::{self, Happening, Verdict};
use super::drift;
use super::driver::Driver;
use super::pass::{Ended, Pace, Pass};
use super::seen::Seen;
use super::settings::GRACE;
use crate::api::{FunctionStatus, conditions};
use crate::kubernetes::events::Event;
use crate::kubernetes::{WriteError, status};

/// When a status is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Before a step, which only the generation that was read asks for (a mark for deletion is another).
    BeforeStep,
    /// At the end of a pass: what was found holds for the generation that the status names.
    Afterwards,
}

/// How often a status is written again on a newer version of the object.
const RETRIES: usize = 3;
/// Check intervals without a look after which nobody knows the function's state.
const BLIND_INTERVALS: u32 = 3;

impl<M: Managed> Pass<'_, M> {
    /// Closes the pass. `None` where the object needs no further pass of its own.
    pub(super) async fn conclude(mut self, ended: Ended) -> Option<Action> {
        let (verdict, pace) = match ended {
            Ended::Released => {
                self.tell_events().await;
                self.driver.metrics.pass(
                    &Driver::<M>::kind_name(),
                    "Released",
                    self.started.elapsed(),
                );
                self.driver.forget(self.subject);
                return None;
            }
            Ended::Unwritten(error) => return self.unwritten(&error).await,
            Ended::Said(verdict, pace) => (verdict, pace),
        };
        let trouble = self.trouble(pace);
        let verdict = match trouble {
            Some((_, _, since)) if verdict.has_grace() && since.elapsed() > GRACE => {
                verdict.stalled()
            }
            _ => verdict,
        };
        if verdict != Verdict::Unseen {
            self.keep_the_request(verdict == Verdict::Ready);
            // A request that is answered before anybody could look is not forgotten.
            self.hear_the_request();
            self.say(&verdict);
            self.memory
                .common_mut()
                .last_handled_reconcile_at
                .clone_from(&self.look.request);
        }
        let happening = conclude::happening(
            &self.old.common().conditions,
            &self.memory.common().conditions,
        );
        self.happenings
            .extend(happening.filter(|happening| !self.is_told_as_drift(happening)));
        if self.reported {
            let old = &self.old.common().conditions;
            let news: Vec<Happening> = M::conditions(&self.memory)
                .iter()
                .filter_map(|own| conclude::news(old, own))
                .collect();
            self.happenings.extend(news);
        }
        if let Err(error) = self.write_status(Written::Afterwards).await {
            return self.unwritten(&error).await;
        }
        self.tell_events().await;
        self.driver.metrics.pass(
            &Driver::<M>::kind_name(),
            verdict.outcome(),
            self.started.elapsed(),
        );
        let ready = match conclude::ready_status(&self.memory.common().conditions) {
            "True" => "True",
            "False" => "False",
            _ => "Unknown",
        };
        self.driver
            .metrics
            .object(&Driver::<M>::kind_name(), &self.subject.key(), Some(ready));
        Some(self.remember(verdict == Verdict::Ready, pace, trouble))
    }

    /// Puts the record back and says when to come again.
    fn remember(
        self,
        settled: bool,
        pace: Pace,
        trouble: Option<(Trouble, u32, Instant)>,
    ) -> Action {
        let now = Instant::now();
        let random = self.driver.world.random();
        let interval = self.driver.settings.check_interval;
        let polls = match pace {
            Pace::Poll(_) if !self.acted => self
                .previous
                .as_ref()
                .filter(|seen| seen.look == self.look)
                .map_or(0, |seen| seen.polls + 1),
            _ => 0,
        };
        let wait = match pace {
            Pace::Check => interval.mul_f64(0.9 + 0.2 * random),
            Pace::Poll(first) => poll(first, polls),
            Pace::Trouble(kind) => kind.delay(
                trouble.map_or(0, |(_, failures, _)| failures),
                random,
                interval,
            ),
            Pace::Now => std::time::Duration::ZERO,
        };
        let last_look = if self.looked {
            now
        } else {
            self.previous
                .as_ref()
                .map_or(self.started, |seen| seen.last_look)
        };
        let seen = Seen {
            look: self.look,
            status: self.written,
            resource_version: self.version,
            older_versions: self.older,
            finalizers: self.finalizers,
            next_look: now + wait,
            last_look,
            trouble,
            // What the cloud kept is no repetition if it ever has to be done again.
            done: self.done.filter(|_| !settled),
            polls,
            settling: None,
            put_right: self.previous.as_ref().and_then(|seen| seen.put_right),
        };
        let wait = self.driver.requeue(&seen, now);
        self.driver.records.put(self.subject, seen);
        Action::requeue(wait)
    }

    /// The trouble of this pass, counted on where it goes on unchanged.
    fn trouble(&self, pace: Pace) -> Option<(Trouble, u32, Instant)> {
        let Pace::Trouble(kind) = pace else {
            return None;
        };
        let same = self
            .previous
            .as_ref()
            .filter(|seen| seen.look == self.look)
            .and_then(|seen| seen.trouble);
        match same {
            Some((before, failures, since)) if before.same_kind(kind) => {
                Some((kind, failures.saturating_add(1), since))
            }
            _ => Some((kind, 0, self.started)),
        }
    }

    /// Where nobody could look and nothing else is new, what was known stands; for a while.
    pub(super) fn or_unseen(&self, ended: Ended) -> Ended {
        let Ended::Said(verdict, pace) = ended else {
            return ended;
        };
        if self.acted || self.tried || !verdict.could_not_look() || !self.stands() {
            return Ended::Said(verdict, pace);
        }
        let blind = self
            .previous
            .as_ref()
            .map_or(self.started, |seen| seen.last_look)
            .elapsed();
        if blind <= self.driver.settings.check_interval * BLIND_INTERVALS {
            return Ended::Said(Verdict::Unseen, pace);
        }
        let Verdict::Reconciling(_, why) = verdict else {
            return Ended::Said(verdict, pace);
        };
        Ended::Said(
            Verdict::Lost(format!(
                "nobody could look at the function for three check intervals: {why}"
            )),
            pace,
        )
    }

    /// Sets the conditions, and what every written status says of the object.
    pub(super) fn say(&mut self, verdict: &Verdict) {
        let now = self.driver.world.now();
        let generation = self.look.generation;
        let old = &self.written.common().conditions;
        let mut conditions = conclude::conditions(old, verdict, generation, now);
        // What the kind says of its own counts as of its last report.
        if self.reported {
            conditions.extend(
                M::conditions(&self.memory)
                    .iter()
                    .map(|own| conclude::domain(old, own, generation, now)),
            );
        } else if *verdict != Verdict::Unseen {
            conditions.extend(conclude::of_kind(old));
        }
        let name = self.subject.function_name().to_owned();
        let common = self.memory.common_mut();
        common.conditions = conditions;
        if !drift::are_planned_still(verdict, common, generation) {
            common.planned_changes.clear();
        }
        common.observed_generation = Some(generation);
        common.function_name = Some(name);
    }

    /// Writes the status if it differs from what was written last; on a newer version of the object
    /// where somebody was faster, unless a step is to follow and the object asks for something else.
    pub(super) async fn write_status(&mut self, when: Written) -> Result<(), WriteError> {
        if self.memory == self.written {
            return Ok(());
        }
        let mut to_clear =
            self.subject.status_has_strays && self.subject.spec.is_ok() && self.written == self.old;
        for _ in 0..RETRIES {
            let (client, namespace, name) = (
                &self.driver.client,
                self.subject.namespace(),
                self.subject.name(),
            );
            let written = if to_clear {
                status::clear::<M::Kind>(client, namespace, name, &self.version).await
            } else {
                status::apply::<M::Kind>(client, namespace, name, &self.version, &self.memory).await
            };
            match written {
                Ok(version) if to_clear => {
                    self.advance(version);
                    to_clear = false;
                }
                Ok(version) => {
                    self.advance(version);
                    self.written.clone_from(&self.memory);
                    return Ok(());
                }
                Err(WriteError::Stale) => {
                    let fresh = self
                        .driver
                        .read(self.subject)
                        .await?
                        .ok_or(WriteError::Gone)?;
                    if self.another_creates(&fresh)
                        || (when == Written::BeforeStep
                            && fresh.generation() != self.look.generation)
                    {
                        return Err(WriteError::Stale);
                    }
                    let known = std::mem::take(&mut self.written.common_mut().managed);
                    let none_noted =
                        self.memory.common().last_drift == self.written.common().last_drift;
                    self.move_to(&fresh);
                    if none_noted {
                        self.memory
                            .common_mut()
                            .last_drift
                            .clone_from(&self.written.common().last_drift);
                    }
                    // What another operator of this cluster announced meanwhile is not forgotten either.
                    let grown: Vec<String> = self
                        .written
                        .common()
                        .managed
                        .difference(&known)
                        .cloned()
                        .collect();
                    self.memory.common_mut().managed.extend(grown);
                    conditions::keep_times(
                        &mut self.memory.common_mut().conditions,
                        &self.written.common().conditions,
                    );
                }
                Err(error) => return Err(error),
            }
        }
        Err(WriteError::Stale)
    }

    /// The API server did not take a write: what it has is what counts, and the next pass looks afresh,
    /// later each time.
    async fn unwritten(mut self, error: &WriteError) -> Option<Action> {
        let kind = Driver::<M>::kind_name();
        self.driver
            .metrics
            .pass(&kind, "Unwritten", self.started.elapsed());
        if matches!(error, WriteError::Gone) {
            debug!(object = ?self.subject, "gone");
            self.driver.forget(self.subject);
            return None;
        }
        self.tell_events().await;
        warn!(object = ?self.subject, %error, "a pass could not be written down");
        // What a step taught is lost with the status, so doing it again says nothing against the cloud.
        self.done = None;
        let pace = Pace::Trouble(Trouble::ApiServer);
        let trouble = self.trouble(pace);
        Some(self.remember(false, pace, trouble))
    }

    async fn tell_events(&mut self) {
        let metadata = &self.subject.metadata;
        let regarding = ObjectReference {
            api_version: Some(M::Kind::api_version(&()).into_owned()),
            kind: Some(M::Kind::kind(&()).into_owned()),
            name: metadata.name.clone(),
            namespace: metadata.namespace.clone(),
            uid: metadata.uid.clone(),
            ..ObjectReference::default()
        };
        for happening in std::mem::take(&mut self.happenings) {
            self.driver
                .metrics
                .happened(&Driver::<M>::kind_name(), happening.reason);
            let event = Event {
                regarding: regarding.clone(),
                warning: happening.warning,
                reason: happening.reason,
                action: "Reconcile",
                note: happening.note,
            };
            self.driver
                .events
                .publish(event, self.driver.world.now(), self.driver.world.random())
                .await;
        }
    }
}
