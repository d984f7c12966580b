//! A bench that runs passes as the driver does: observe, whose, plan, act, fold, report.

use super::model::{Model, State};
use super::*;
use crate::reconcile::Step as _;

/// How a pass ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Settled,
    Failed(CloudError),
    /// A function is there and not ours.
    Foreign,
    Blocked,
    /// The operator was stopped after this many steps.
    Crashed,
}

pub(super) struct World {
    pub(super) cloud: Arc<Model>,
    pub(super) kind: CloudFrontFunctions,
    /// The status as last written.
    pub(super) memory: Status,
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
        let kind = CloudFrontFunctions { clouds: Arc::new(Fixed(cloud.clone())) };
        Self { cloud, kind, memory: Status::default(), steps: Vec::new(), crash_after: None }
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
        panic!("a spec must settle in 8 passes; they ended {ends:?} after {:?}", self.steps);
    }

    pub(super) async fn pass(&mut self, spec: &Spec) -> End {
        let desired = wanted(spec);
        self.run(Goal::Present(&desired)).await
    }

    pub(super) async fn delete(&mut self) -> End {
        self.run(Goal::Absent).await
    }

    fn identity() -> Identity {
        Identity { account: "000000000000".to_owned(), region: String::new(), name: NAME.to_owned() }
    }

    async fn run(&mut self, goal: Goal<'_, CloudFrontDesired>) -> End {
        let mut memory = self.memory.clone();
        let end = self.steps_of(goal, &mut memory).await;
        if end != End::Crashed {
            self.memory = memory;
        }
        end
    }

    async fn steps_of(&mut self, goal: Goal<'_, CloudFrontDesired>, memory: &mut Status) -> End {
        let mut observed = None;
        let mut look = true;
        let mut done = 0;
        for _ in 0..16 {
            if look {
                observed = match self.kind.observe(&Self::identity(), memory, goal, Patience::Wait).await {
                    Ok(observed) => observed,
                    Err(error) => return End::Failed(error),
                };
            }
            if let Some(seen) = &observed
                && seen.tags.as_ref().is_ok_and(|tags| !tags.contains_key(OWNER_TAG))
                && !CloudFrontFunctions::ours_by_intent(memory, seen)
            {
                return End::Foreign;
            }
            CloudFrontFunctions::report(goal, memory, observed.as_ref());
            let step = match CloudFrontFunctions::plan(goal, memory, observed.as_ref()) {
                Plan::Settled => {
                    if let Goal::Present(desired) = goal {
                        memory.common.managed = crate::reconcile::Desired::managed(desired);
                    }
                    return End::Settled;
                }
                Plan::Look => {
                    look = true;
                    continue;
                }
                Plan::Act(steps) => steps.into_iter().next().expect("a plan to act has a step").step,
                Plan::Blocked { .. } => return End::Blocked,
                Plan::Waiting { message, .. } => panic!("CloudFront never waits, but: {message}"),
            };
            look = false;
            if let Goal::Present(desired) = goal {
                memory.common.managed.extend(crate::reconcile::Desired::managed(desired));
            }
            CloudFrontFunctions::intend(memory, &step);
            // The status is written before the step, as the driver does.
            self.memory = memory.clone();
            match self.kind.act(&Self::identity(), &step).await {
                Ok(change) => CloudFrontFunctions::fold(&mut observed, change),
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
            CloudFrontFunctions::report(goal, memory, observed.as_ref());
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
