//! The states that an object passes through, each reached by the real operator, and what Argo CD and kstatus
//! make of the object as it then is. `deploy/argocd` has the same objects as test data.

use cloudfn_bed::{Action, condition, reason};
use kube::api::DynamicObject;
use serde_json::{Value, json};
use strum::{EnumIter, IntoEnumIterator as _, IntoStaticStr};

use super::stage::{FAILS_TO_START, FAILS_TO_UPDATE, Stage};
use super::testdata::{self, Sample};
use super::tool;
use crate::ownership::either::{OWNER, service};
use crate::support::{CFF, LFN, TIMEOUT};

const PAUSED: &str = "cloudfn.dev/paused";

/// A state of an object; its name in words is that of the object and of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum State {
    New,
    Creating,
    Settling,
    Publishing,
    Ready,
    Edited,
    Updating,
    WaitingForReference,
    Throttled,
    CloudUnavailable,
    NotReadyYet,
    AccessDenied,
    Rejected,
    NotAllowed,
    NotOwned,
    InvalidSpec,
    TestFailed,
    CreateFailed,
    UpdateFailed,
    DriftReported,
    DriftRepaired,
    ObservedAbsent,
    PauseAsked,
    Paused,
    PausedEdited,
    PauseEnded,
    Deleting,
    DeletionBlocked,
    DeletionPaused,
}

impl State {
    /// All that objects of a kind have.
    fn all(kind: &str) -> Vec<Self> {
        let others = if kind == CFF {
            [
                Self::Settling,
                Self::NotReadyYet,
                Self::CreateFailed,
                Self::UpdateFailed,
            ]
            .as_slice()
        } else {
            [Self::Publishing, Self::TestFailed, Self::DeletionBlocked].as_slice()
        };
        Self::iter()
            .filter(|state| !others.contains(state))
            .collect()
    }

    /// What Argo CD and kstatus say of it.
    fn expected(self) -> (&'static str, &'static str) {
        match self {
            Self::New
            | Self::Creating
            | Self::Settling
            | Self::Publishing
            | Self::Edited
            | Self::Updating
            | Self::WaitingForReference
            | Self::Throttled
            | Self::CloudUnavailable
            | Self::NotReadyYet => ("Progressing", "InProgress"),
            Self::Ready | Self::DriftRepaired => ("Healthy", "Current"),
            Self::AccessDenied
            | Self::Rejected
            | Self::NotAllowed
            | Self::NotOwned
            | Self::InvalidSpec
            | Self::TestFailed
            | Self::CreateFailed
            | Self::UpdateFailed
            | Self::DriftReported
            | Self::ObservedAbsent => ("Degraded", "Failed"),
            // kstatus knows no pause: what was Ready before stays so.
            Self::PauseAsked | Self::Paused => ("Suspended", "Current"),
            Self::PausedEdited => ("Suspended", "InProgress"),
            Self::PauseEnded => ("Progressing", "Current"),
            Self::Deleting | Self::DeletionBlocked | Self::DeletionPaused => {
                ("Progressing", "Terminating")
            }
        }
    }

    /// Brings an object of its name into it, and answers the object as the API server has it then.
    async fn reach(self, stage: &Stage, kind: &'static str) -> DynamicObject {
        let actor = Actor {
            stage,
            kind,
            name: self.into(),
        };
        match self {
            Self::New => actor.apply("one", json!({})).await,
            Self::Creating => actor.held("CreateFunction", json!({})).await,
            Self::Publishing => actor.held("PublishFunction", json!({})).await,
            Self::Settling => actor.settling().await,
            Self::Ready => actor.ready(json!({})).await,
            Self::Edited => {
                actor.ready(json!({})).await;
                actor.apply("two", json!({})).await
            }
            Self::Updating => actor.updating().await,
            Self::WaitingForReference => {
                actor.apply("one", actor.code_of("nothing")).await;
                actor.reconciling("ReferenceNotFound").await
            }
            Self::Throttled
            | Self::CloudUnavailable
            | Self::NotReadyYet
            | Self::AccessDenied
            | Self::Rejected => actor.refused(self).await,
            Self::NotAllowed => {
                let spec = json!({"adoptionPolicy": "Always", "deletionPolicy": "Retain"});
                actor.apply("one", spec).await;
                actor.stalled("NotAllowed").await
            }
            Self::NotOwned => {
                let object = actor.ready(json!({})).await;
                stage.untag(&object, OWNER);
                stage.look(kind, actor.name, "1").await;
                actor.stalled("NotOwned").await
            }
            Self::InvalidSpec => actor.invalid().await,
            Self::TestFailed => {
                let test = json!({"name": "index", "expect": {"request": {"uri": "/index.html"}}});
                actor.apply("one", json!({"tests": [test]})).await;
                actor.stalled("TestFailed").await
            }
            Self::CreateFailed => {
                actor
                    .apply("one", json!({"description": FAILS_TO_START}))
                    .await;
                actor.stalled("CreateFailed").await
            }
            Self::UpdateFailed => {
                actor.ready(json!({})).await;
                actor
                    .apply("one", json!({"description": FAILS_TO_UPDATE}))
                    .await;
                actor.stalled("UpdateFailed").await
            }
            Self::DriftReported | Self::DriftRepaired => actor.drifted(self).await,
            Self::ObservedAbsent => {
                actor
                    .apply("one", json!({"managementPolicy": "Observe"}))
                    .await;
                actor.stalled("FunctionNotFound").await
            }
            Self::PauseAsked | Self::Paused | Self::PausedEdited | Self::PauseEnded => {
                actor.paused(self).await
            }
            Self::Deleting | Self::DeletionBlocked | Self::DeletionPaused => {
                actor.deleting(self).await
            }
        }
    }
}

/// Whoever works on one object.
struct Actor<'a> {
    stage: &'a Stage,
    kind: &'static str,
    name: &'static str,
}

impl Actor<'_> {
    async fn apply(&self, mark: &str, spec: Value) -> DynamicObject {
        let manifest = self.stage.manifest(self.kind, self.name, mark, spec);
        self.stage.tenant.apply(manifest).await
    }

    async fn ready(&self, spec: Value) -> DynamicObject {
        self.apply("one", spec).await;
        let tenant = &self.stage.tenant;
        tenant.wait_ready(self.kind, self.name, TIMEOUT).await
    }

    /// Waits until this condition has a reason that is wanted, for the generation that the object has.
    async fn shows(&self, of: &str, wanted: impl Fn(&str) -> bool, what: &str) -> DynamicObject {
        let shows = |object: &DynamicObject| {
            reason(object, of).is_some_and(&wanted)
                && object.data["status"]["observedGeneration"].as_i64()
                    == object.metadata.generation
        };
        let tenant = &self.stage.tenant;
        let wait = tenant.wait_for(self.kind, self.name, what, shows, TIMEOUT);
        wait.await
    }

    async fn stalled(&self, why: &str) -> DynamicObject {
        self.shows("Stalled", |found| found == why, why).await
    }

    async fn reconciling(&self, why: &str) -> DynamicObject {
        self.shows("Reconciling", |found| found == why, why).await
    }

    /// A spec whose code is in a ConfigMap of this name.
    fn code_of(&self, config_map: &str) -> Value {
        if self.kind == CFF {
            json!({"code": {"configMapKeyRef": {"name": config_map, "key": "code"}}})
        } else {
            json!({"code": {"configMapRef": {"name": config_map}}})
        }
    }

    /// Applies a spec, and sees the object while this call is held.
    async fn held(&self, operation: &str, spec: Value) -> DynamicObject {
        let held = self.stage.inject(operation, self.name, Action::Hold);
        self.apply("one", spec).await;
        held.arrived(1, TIMEOUT).await;
        let object = self.shows("Reconciling", |_| true, operation).await;
        held.release();
        held.remove();
        object
    }

    async fn settling(&self) -> DynamicObject {
        let vpc = json!({"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]});
        self.apply("one", json!({"vpcConfig": vpc})).await;
        self.reconciling("Settling").await
    }

    async fn updating(&self) -> DynamicObject {
        self.ready(json!({})).await;
        let operation = if self.kind == CFF {
            "UpdateFunction"
        } else {
            "UpdateFunctionConfiguration"
        };
        let field = if self.kind == CFF {
            "comment"
        } else {
            "description"
        };
        self.held(operation, json!({field: "edited"})).await
    }

    /// The cloud refuses the create.
    async fn refused(&self, state: State) -> DynamicObject {
        let (status, code, text) = match state {
            State::Throttled if self.kind == LFN => {
                (429, "TooManyRequestsException", "Rate exceeded")
            }
            State::Throttled => (400, "Throttling", "Rate exceeded"),
            State::CloudUnavailable => (503, "ServiceUnavailable", "The service is unavailable."),
            State::NotReadyYet => (
                400,
                "InvalidParameterValueException",
                "The role defined for the function cannot be assumed by Lambda.",
            ),
            State::AccessDenied if self.kind == LFN => {
                (403, "AccessDeniedException", "You may not do that.")
            }
            State::AccessDenied => (403, "AccessDenied", "You may not do that."),
            _ if self.kind == LFN => (
                400,
                "InvalidParameterValueException",
                "The layer is too old.",
            ),
            _ => (400, "InvalidArgument", "The comment is not to our liking."),
        };
        let error = Action::error(service(self.kind), status, code, text);
        let refused = self.stage.inject("CreateFunction", self.name, error);
        self.apply("one", json!({})).await;
        let why = reason_of(state);
        let object = match state.expected().0 {
            "Degraded" => self.stalled(why).await,
            _ => self.reconciling(why).await,
        };
        refused.remove();
        object
    }

    /// What only the operator can see to be wrong.
    async fn invalid(&self) -> DynamicObject {
        let text = "x".repeat(10_241);
        let config_map =
            json!({"kind": "ConfigMap", "metadata": {"name": self.name}, "data": {"code": text}});
        self.stage.tenant.apply(config_map).await;
        let twice = json!([{"name": "TWICE", "valueFrom": {"configMapKeyRef": {"name": self.name, "key": "code"}}}]);
        let spec = if self.kind == CFF {
            self.code_of(self.name)
        } else {
            json!({"environment": {"variables": {"TWICE": "1"}, "variablesFrom": twice}})
        };
        self.apply("one", spec).await;
        self.stalled("InvalidSpec").await
    }

    /// Somebody else changes the function.
    async fn drifted(&self, state: State) -> DynamicObject {
        let policy = if state == State::DriftReported {
            "Report"
        } else {
            "Repair"
        };
        let spec = json!({"driftPolicy": policy, "tags": {"team": "ours"}});
        let object = self.ready(spec).await;
        self.stage.tag(&object, "team", "theirs");
        let object = self.stage.look(self.kind, self.name, "1").await;
        let fields = &object.data["status"]["lastDrift"]["fields"];
        assert_eq!(fields, &json!(["tags/team"]), "{}", object.data["status"]);
        object
    }

    async fn paused(&self, state: State) -> DynamicObject {
        self.ready(json!({})).await;
        let text = json!("until the release is out");
        let annotate = |text| self.stage.annotate(self.kind, self.name, PAUSED, text);
        let object = annotate(text).await;
        if state == State::PauseAsked {
            return object;
        }
        let object = self
            .shows("Ready", |why| why == "Paused", "to be paused")
            .await;
        match state {
            State::PausedEdited => {
                self.apply("two", json!({})).await;
                self.shows("Ready", |why| why == "Paused", "to be paused again")
                    .await
            }
            State::PauseEnded => annotate(Value::Null).await,
            _ => object,
        }
    }

    async fn deleting(&self, state: State) -> DynamicObject {
        self.ready(json!({})).await;
        let (tenant, kind, name) = (&self.stage.tenant, self.kind, self.name);
        match state {
            State::DeletionBlocked => {
                let used = self
                    .stage
                    .cloud(|cloud| cloud.put_distribution(tenant.account(), "E1EXAMPLE", &[name]));
                used.expect("it is LIVE");
                tenant.delete(kind, name).await;
                self.shows("Ready", |why| why == "DeletionBlocked", "to be blocked")
                    .await
            }
            State::DeletionPaused => {
                self.stage.annotate(kind, name, PAUSED, json!("true")).await;
                self.shows("Ready", |why| why == "Paused", "to be paused")
                    .await;
                tenant.delete(kind, name).await;
                let waits = |object: &DynamicObject| {
                    let ready = condition(object, "Ready");
                    let said = ready.and_then(|ready| ready["message"].as_str());
                    said.is_some_and(|said| said.contains("the deletion waits"))
                };
                let wait = tenant.wait_for(kind, name, "to wait", waits, TIMEOUT);
                wait.await
            }
            _ => {
                let held = self.stage.inject("DeleteFunction", name, Action::Hold);
                tenant.delete(kind, name).await;
                held.arrived(1, TIMEOUT).await;
                let object = self
                    .shows("Ready", |why| why == "Deleting", "to be deleted")
                    .await;
                held.release();
                object
            }
        }
    }
}

/// The reason that an object shows whose create is refused so.
fn reason_of(state: State) -> &'static str {
    match state {
        State::Throttled => "Throttled",
        State::CloudUnavailable => "CloudUnavailable",
        State::NotReadyYet => "NotReadyYet",
        State::AccessDenied => "AccessDenied",
        _ => "Rejected",
    }
}

/// An object in each of a kind's states, as it really was.
async fn samples(stage: &Stage, kind: &'static str) -> Vec<(State, Sample)> {
    let mut samples = Vec::new();
    for state in State::all(kind) {
        let object = state.reach(stage, kind).await;
        samples.push((state, Sample::of(stage, &object, state.into()).await));
    }
    samples
}

async fn pass_through_all(kind: &'static str, scene: &str) {
    let stage = Stage::start(scene).await;
    let (states, samples): (Vec<State>, Vec<Sample>) =
        samples(&stage, kind).await.into_iter().unzip();
    let objects: Vec<Value> = samples.iter().map(|sample| sample.object.clone()).collect();
    let said = tool::status(&objects);
    for ((state, sample), said) in states.iter().zip(&samples).zip(&said) {
        assert_eq!(said.name, sample.name);
        assert_eq!(
            (said.health.status.as_str(), said.kstatus.status.as_str()),
            state.expected(),
            "{state:?}: {said:?} of {:#}",
            sample.object
        );
    }
    let scripts: Vec<tool::Said> = said.into_iter().map(|said| said.script).collect();
    testdata::compare_or_record(kind, &samples, &scripts);
    stage.end().await;
}

#[tokio::test]
async fn a_cloudfront_function_has_the_right_health_in_each_state() {
    pass_through_all(CFF, "gitops-cff-states").await;
}

#[tokio::test]
async fn a_lambda_function_has_the_right_health_in_each_state() {
    pass_through_all(LFN, "gitops-lfn-states").await;
}
