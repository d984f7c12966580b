//! A small CloudFront: stages, ETags that move, tags, and faults on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard};

use super::*;
use crate::api::digest::sha256_hex;
use crate::cloud::Class;
use crate::cloud::cloudfront::{Code, Described, Execution, Stage, Summary, TestRun, Written};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) config: FunctionConfig,
    pub(super) code: Vec<u8>,
    pub(super) etag: String,
    modified: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) development: Copy,
    pub(super) live: Option<Copy>,
    pub(super) tags: Tags,
}

impl Function {
    /// All that a user would see of it; no version and no time.
    pub(super) fn shape(
        &self,
    ) -> (
        String,
        FunctionConfig,
        Option<(String, FunctionConfig)>,
        Tags,
    ) {
        let stage = |copy: &Copy| (sha256_hex(&copy.code), copy.config.clone());
        let (code, config) = stage(&self.development);
        (
            code,
            config,
            self.live.as_ref().map(stage),
            self.tags.clone(),
        )
    }
}

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// Replies to updates lack the ETag.
    UpdatesWithoutEtag,
    /// Answers to GetFunction lack the ETag.
    CodeWithoutEtag,
    /// Tags may not be read.
    TagsDenied,
    /// Tags are not found, though the function is there.
    TagsLag,
    /// Distributions may not be listed.
    DistributionsDenied,
}

type Edit = Box<dyn FnOnce(&mut State) + Send>;

#[derive(Default)]
pub(super) struct State {
    pub(super) functions: BTreeMap<String, Function>,
    /// Calls, as `Operation` or `Operation STAGE`.
    pub(super) calls: Vec<String>,
    /// Creates with tags are answered 409 this many times.
    pub(super) refuse_tagged_creates: usize,
    /// What goes wrong, for as long as it stands here.
    pub(super) faults: BTreeSet<Fault>,
    /// Distributions that use the function, which then cannot be deleted.
    pub(super) users: Vec<String>,
    /// The operation whose next reply is lost after it took effect.
    pub(super) lose_reply_of: Option<&'static str>,
    /// Outside edits, each made just before the named call is served.
    pub(super) meanwhile: VecDeque<(&'static str, Edit)>,
    /// What the next runs of tests come to; where there is none left, the function answers `{"request": {}}`.
    pub(super) runs: VecDeque<TestRun>,
    versions: u32,
}

impl State {
    pub(super) fn version(&mut self) -> String {
        self.versions += 1;
        format!("E{}", self.versions)
    }

    pub(super) fn function(&mut self) -> &mut Function {
        self.functions.get_mut(NAME).expect("the function is there")
    }

    /// An update by somebody else.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut Copy)) {
        let etag = self.version();
        let copy = &mut self.function().development;
        edit(copy);
        copy.modified = format!("at {etag}");
        copy.etag = etag;
    }

    /// A publish, whoever's.
    pub(super) fn publish(&mut self) {
        let etag = self.version();
        let function = self.function();
        function.live = Some(Copy {
            modified: format!("at {etag}"),
            etag,
            ..function.development.clone()
        });
    }

    fn found(&mut self, operation: &'static str, name: &str) -> Result<&mut Function, CloudError> {
        self.functions
            .get_mut(name)
            .ok_or_else(|| error(Class::NotFound, operation))
    }

    fn guarded(
        &mut self,
        operation: &'static str,
        name: &str,
        etag: &str,
    ) -> Result<&mut Function, CloudError> {
        let function = self.found(operation, name)?;
        if function.development.etag == etag {
            Ok(function)
        } else {
            Err(error(Class::Conflict, operation))
        }
    }
}

pub(super) fn error(class: Class, operation: &'static str) -> CloudError {
    CloudError {
        class,
        operation,
        code: class.name().to_owned(),
        message: "said the model".to_owned(),
        request_id: None,
    }
}

fn summary(copy: &Copy, published: bool) -> Summary {
    Summary {
        arn: ARN.to_owned(),
        status: Some(
            if published {
                "UNASSOCIATED"
            } else {
                "UNPUBLISHED"
            }
            .to_owned(),
        ),
        config: copy.config.clone(),
        created_time: Some("2026-01-01T00:00:00Z".to_owned()),
        last_modified_time: Some(copy.modified.clone()),
    }
}

#[derive(Default)]
pub(super) struct Model(Mutex<State>);

impl Model {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn call(&self, name: &str) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.calls.push(name.to_owned());
        if state
            .meanwhile
            .front()
            .is_some_and(|(before, _)| *before == name)
        {
            let (_, edit) = state.meanwhile.pop_front().unwrap();
            edit(&mut state);
        }
        state
    }

    fn staged(&self, operation: &str, stage: Stage) -> MutexGuard<'_, State> {
        self.call(&format!("{operation} {}", stage.as_str()))
    }
}

fn reply<T>(
    mut state: MutexGuard<'_, State>,
    operation: &'static str,
    value: T,
) -> Result<T, CloudError> {
    if state.lose_reply_of == Some(operation) {
        state.lose_reply_of = None;
        return Err(error(Class::Unavailable, operation));
    }
    Ok(value)
}

fn stage_of<'a>(
    function: &'a Function,
    stage: Stage,
    operation: &'static str,
) -> Result<&'a Copy, CloudError> {
    match stage {
        Stage::Development => Ok(&function.development),
        Stage::Live => function
            .live
            .as_ref()
            .ok_or_else(|| error(Class::NotFound, operation)),
    }
}

#[async_trait]
impl CloudFrontApi for Model {
    async fn describe(
        &self,
        name: &str,
        stage: Stage,
        _mode: BudgetMode,
    ) -> Result<Described, CloudError> {
        let mut cloud = self.staged("DescribeFunction", stage);
        let function = cloud.found("DescribeFunction", name)?;
        let copy = stage_of(function, stage, "DescribeFunction")?;
        let published = function
            .live
            .as_ref()
            .is_some_and(|live| live.code == function.development.code);
        Ok(Described {
            summary: summary(copy, published),
            etag: copy.etag.clone(),
        })
    }

    async fn code(&self, name: &str, stage: Stage, _mode: BudgetMode) -> Result<Code, CloudError> {
        let mut cloud = self.staged("GetFunction", stage);
        let with_etag = !cloud.faults.contains(&Fault::CodeWithoutEtag);
        let copy = stage_of(cloud.found("GetFunction", name)?, stage, "GetFunction")?;
        Ok(Code {
            bytes: copy.code.clone(),
            etag: with_etag.then(|| copy.etag.clone()),
        })
    }

    async fn tags(&self, _arn: &str, _mode: BudgetMode) -> Result<Tags, CloudError> {
        let mut state = self.call("ListTagsForResource");
        if state.faults.contains(&Fault::TagsDenied) {
            return Err(error(Class::Denied, "ListTagsForResource"));
        }
        if state.faults.contains(&Fault::TagsLag) {
            return Err(error(Class::NotFound, "ListTagsForResource"));
        }
        Ok(state.found("ListTagsForResource", NAME)?.tags.clone())
    }

    async fn create(
        &self,
        name: &str,
        config: &FunctionConfig,
        code: &[u8],
        tags: &Tags,
    ) -> Result<Written, CloudError> {
        let mut state = self.call("CreateFunction");
        if state.functions.contains_key(name) {
            return Err(error(Class::Exists, "CreateFunction"));
        }
        if !tags.is_empty() && state.refuse_tagged_creates > 0 {
            state.refuse_tagged_creates -= 1;
            return Err(error(Class::Busy, "CreateFunction"));
        }
        let etag = state.version();
        let development = Copy {
            config: config.clone(),
            code: code.to_vec(),
            modified: format!("at {etag}"),
            etag: etag.clone(),
        };
        let written = Written {
            summary: summary(&development, false),
            etag: Some(etag),
        };
        state.functions.insert(
            name.to_owned(),
            Function {
                development,
                live: None,
                tags: tags.clone(),
            },
        );
        reply(state, "CreateFunction", written)
    }

    async fn update(
        &self,
        name: &str,
        if_match: &str,
        config: &FunctionConfig,
        code: &[u8],
    ) -> Result<Written, CloudError> {
        let mut state = self.call("UpdateFunction");
        state.guarded("UpdateFunction", name, if_match)?;
        state.edit(|copy| {
            copy.config = config.clone();
            copy.code = code.to_vec();
        });
        let with_etag = !state.faults.contains(&Fault::UpdatesWithoutEtag);
        let copy = &state.function().development;
        let written = Written {
            summary: summary(copy, false),
            etag: with_etag.then(|| copy.etag.clone()),
        };
        reply(state, "UpdateFunction", written)
    }

    async fn test(&self, name: &str, if_match: &str, _event: &[u8]) -> Result<TestRun, CloudError> {
        let mut state = self.call("TestFunction");
        state.guarded("TestFunction", name, if_match)?;
        let passed = || {
            TestRun::Ran(Execution {
                compute_utilization: Some(20),
                output: Some("{\"request\": {}}".to_owned()),
                ..Execution::default()
            })
        };
        let run = state.runs.pop_front().unwrap_or_else(passed);
        reply(state, "TestFunction", run)
    }

    async fn distributions(&self, _function_arn: &str) -> Result<Vec<String>, CloudError> {
        let state = self.call("ListDistributions");
        if state.faults.contains(&Fault::DistributionsDenied) {
            Err(error(Class::Denied, "ListDistributions"))
        } else {
            Ok(state.users.clone())
        }
    }

    async fn publish(&self, name: &str, if_match: &str) -> Result<Summary, CloudError> {
        let mut state = self.call("PublishFunction");
        state.guarded("PublishFunction", name, if_match)?;
        state.publish();
        let live = state.function().live.clone().unwrap();
        reply(state, "PublishFunction", summary(&live, true))
    }

    async fn delete(&self, name: &str, if_match: &str) -> Result<(), CloudError> {
        let mut state = self.call("DeleteFunction");
        state.guarded("DeleteFunction", name, if_match)?;
        if !state.users.is_empty() {
            return Err(error(Class::InUse, "DeleteFunction"));
        }
        state.functions.remove(name);
        reply(state, "DeleteFunction", ())
    }

    async fn tag(&self, _arn: &str, tags: &Tags) -> Result<(), CloudError> {
        let mut state = self.call("TagResource");
        state.found("TagResource", NAME)?.tags.extend(tags.clone());
        reply(state, "TagResource", ())
    }

    async fn untag(&self, _arn: &str, keys: &[String]) -> Result<(), CloudError> {
        let mut state = self.call("UntagResource");
        state
            .found("UntagResource", NAME)?
            .tags
            .retain(|key, _| !keys.contains(key));
        reply(state, "UntagResource", ())
    }
}
