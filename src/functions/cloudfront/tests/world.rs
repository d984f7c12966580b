//! A bench that runs passes as the driver does: observe, whose, plan, act, fold, report.

use super::model::{Model, State};
use super::*;
use crate::reconcile::{Desired as _, Step as _};
use std::collections::BTreeMap;

/// Whether a pass must leave the function alone.
fn foreign(memory: &Status, seen: &CloudFrontObserved) -> bool {
    seen.tags
        .as_ref()
        .is_ok_and(|tags| !tags.contains_key(OWNER_TAG))
        && !CloudFrontFunctions::ours_by_intent(memory, seen)
}

/// How a pass ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Settled,
    Failed(CloudError),
    /// It could not look.
    Unseen(CloudError),
    /// A function is there and not ours.
    Foreign,
    Blocked,
    /// The cloud is given time.
    Waiting,
    /// The operator was stopped after this many steps.
    Crashed,
}

pub(super) struct World {
    pub(super) cloud: Arc<Model>,
    pub(super) kind: CloudFrontFunctions,
    /// The status as last written.
    pub(super) memory: Status,
    /// Annotations of the object.
    pub(super) annotations: BTreeMap<String, String>,
    /// Names of the steps that succeeded.
    pub(super) steps: Vec<&'static str>,
    /// Stop the operator right after this many successful steps of a pass, before the status is written.
    pub(super) crash_after: Option<usize>,
}

struct Fixed(Arc<Model>);

#[async_trait]
impl Clouds for Fixed {
    async fn account(&self) -> Result<String, CloudError> {
        Ok("000000000000".to_owned())
    }

    async fn cloudfront(&self) -> Result<Arc<dyn CloudFrontApi>, CloudError> {
        Ok(self.0.clone())
    }
}

impl World {
    pub(super) fn new() -> Self {
        let cloud = Arc::new(Model::default());
        let kind = CloudFrontFunctions {
            clouds: Arc::new(Fixed(cloud.clone())),
            lenient: false,
        };
        Self {
            cloud,
            kind,
            memory: Status::default(),
            annotations: BTreeMap::new(),
            steps: Vec::new(),
            crash_after: None,
        }
    }

    /// A world in which `spec` was applied and settled.
    pub(super) async fn with(spec: &Spec) -> Self {
        let mut world = Self::new();
        world.settle(spec).await;
        world
    }

    /// Passes until the plan is settled.
    pub(super) async fn settle(&mut self, spec: &Spec) {
        let mut ends = Vec::new();
        for _ in 0..8 {
            let end = self.pass(spec).await;
            if end == End::Settled {
                return;
            }
            ends.push(end);
        }
        panic!(
            "a spec must settle in 8 passes; they ended {ends:?} after {:?}",
            self.steps
        );
    }

    pub(super) async fn pass(&mut self, spec: &Spec) -> End {
        let inputs = Inputs {
            annotations: self.annotations.clone(),
            ..Inputs::default()
        };
        let desired =
            super::super::desired::desired(spec, &inputs, &claim(), self.kind.lenient).unwrap();
        self.run(Goal::Present(&desired)).await
    }

    pub(super) async fn delete(&mut self) -> End {
        self.run(Goal::Absent).await
    }

    fn identity() -> Identity {
        Identity {
            account: "000000000000".to_owned(),
            region: String::new(),
            name: NAME.to_owned(),
        }
    }

    /// One pass. As in the driver, the status is written before the first step and at the end.
    async fn run(&mut self, goal: Goal<'_, CloudFrontDesired>) -> End {
        let mut memory = self.memory.clone();
        let mut observed = None;
        let end = self.steps_of(goal, &mut memory, &mut observed).await;
        if end == End::Crashed {
            return end;
        }
        if !matches!(end, End::Foreign | End::Unseen(_)) {
            CloudFrontFunctions::report(goal, &mut memory, observed.as_ref());
        }
        if let (End::Settled, Goal::Present(desired)) = (&end, goal) {
            memory.common.managed = desired.managed();
        }
        self.memory = memory;
        end
    }

    async fn steps_of(
        &mut self,
        goal: Goal<'_, CloudFrontDesired>,
        memory: &mut Status,
        observed: &mut Option<CloudFrontObserved>,
    ) -> End {
        let mut look = true;
        let mut done = 0;
        for _ in 0..16 {
            if look {
                match self
                    .kind
                    .observe(&Self::identity(), memory, goal, BudgetMode::Wait)
                    .await
                {
                    Ok(found) => *observed = found,
                    Err(error) => return End::Unseen(error),
                }
            }
            if observed.as_ref().is_some_and(|seen| foreign(memory, seen)) {
                return End::Foreign;
            }
            let step = match CloudFrontFunctions::plan(goal, memory, observed.as_ref()) {
                Plan::Settled => return End::Settled,
                Plan::Look => {
                    look = true;
                    continue;
                }
                Plan::Act(steps) => {
                    steps
                        .into_iter()
                        .next()
                        .expect("a plan to act has a step")
                        .step
                }
                Plan::Blocked { .. } => return End::Blocked,
                Plan::Waiting { .. } => return End::Waiting,
            };
            look = false;
            if let Goal::Present(desired) = goal {
                memory.common.managed.extend(desired.managed());
            }
            CloudFrontFunctions::intend(memory, &step);
            self.memory.clone_from(memory);
            match self.kind.act(&Self::identity(), &step).await {
                Ok(change) => CloudFrontFunctions::fold(observed, memory, change),
                Err(error) => {
                    CloudFrontFunctions::refused(memory, &step, &error);
                    return End::Failed(error);
                }
            }
            self.steps.push(step.name());
            done += 1;
            if self.crash_after == Some(done) {
                self.crash_after = None;
                return End::Crashed;
            }
        }
        panic!("a pass must end in 16 steps; it did {:?}", self.steps);
    }

    /// The calls since the last time, forgotten by asking.
    pub(super) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.cloud.state().calls)
    }

    /// The steps since the last time, forgotten by asking.
    pub(super) fn did(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.steps)
    }

    /// Something that somebody else does.
    pub(super) fn outside<T>(&self, edit: impl FnOnce(&mut State) -> T) -> T {
        edit(&mut self.cloud.state())
    }
}
