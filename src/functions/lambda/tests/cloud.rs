//! A small model of Lambda with one function: states, revision ids, guards, and a log of writes.

use std::sync::Mutex;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use super::ARN;
use crate::cloud::lambda::{
    CodeSource, Configuration, Described, Environment, Function, LambdaApi, NewFunction,
    configuration_fields,
};
use crate::cloud::{BudgetMode, Class, CloudError, Tags};
use crate::functions::lambda::code::archive;

/// How the model behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// Creates and updates are settled when they are answered, as no real cloud does.
    pub settles_at_once: bool,
    /// So many creates end in `Failed`.
    pub failing_creates: u32,
}

#[derive(Default)]
pub struct Model {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    manner: Manner,
    function: Option<Function>,
    tags: Tags,
    revision: u32,
    versions: Vec<(String, Configuration, Vec<String>)>,
    writes: Vec<&'static str>,
}

/// What the model answers as `CodeSha256`.
pub fn sha256(code: &CodeSource) -> String {
    match code {
        CodeSource::Zip(bytes) => archive::sha256(bytes),
        CodeSource::S3 {
            bucket,
            key,
            version,
        } => archive::sha256(&Sha256::digest(format!("{bucket}/{key}/{version:?}"))),
    }
}

fn error(class: Class, operation: &'static str) -> CloudError {
    CloudError {
        class,
        operation,
        code: class.name().to_owned(),
        message: "refused by the model".to_owned(),
        request_id: None,
    }
}

fn put(configuration: &mut Configuration, changes: &Configuration) {
    macro_rules! put {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            if let Some(value) = &changes.$field {
                configuration.$field = Some(value.clone());
            }
        )*};
    }
    configuration_fields!(put;);
    // An empty environment is left out of answers.
    configuration.environment = configuration
        .environment
        .take()
        .filter(|e| *e != Environment::default());
}

impl State {
    fn moved(&mut self) -> Function {
        self.revision += 1;
        let function = self.function.as_mut().expect("a function");
        function.revision_id = Some(format!("r{}", self.revision));
        function.clone()
    }

    fn update(
        &mut self,
        operation: &'static str,
        revision: Option<&str>,
        change: impl FnOnce(&mut Function),
    ) -> Result<Function, CloudError> {
        let settles_at_once = self.manner.settles_at_once;
        let function = self
            .function
            .as_mut()
            .ok_or_else(|| error(Class::NotFound, operation))?;
        if function.last_update_status.as_deref() == Some("InProgress")
            || function.state.as_deref() != Some("Active")
        {
            return Err(error(Class::Busy, operation));
        }
        assert!(revision.is_some(), "{operation} is guarded");
        if function.revision_id.as_deref() != revision {
            return Err(error(Class::Conflict, operation));
        }
        change(function);
        function.last_update_status = Some(
            if settles_at_once {
                "Successful"
            } else {
                "InProgress"
            }
            .to_owned(),
        );
        self.writes.push(operation);
        Ok(self.moved())
    }
}

impl Model {
    pub fn new(manner: Manner) -> Self {
        Self {
            state: Mutex::new(State {
                manner,
                ..State::default()
            }),
        }
    }

    /// Somebody changes the function by hand.
    pub fn edit(&self, edit: impl FnOnce(&mut Function, &mut Tags)) {
        let mut state = self.state.lock().unwrap();
        let mut tags = std::mem::take(&mut state.tags);
        edit(state.function.as_mut().expect("a function"), &mut tags);
        state.tags = tags;
        state.moved();
    }

    pub fn writes(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.state.lock().unwrap().writes)
    }

    pub fn versions(&self) -> usize {
        self.state.lock().unwrap().versions.len()
    }

    /// What a spec decides: configuration, instruction set, code and tags.
    pub fn contents(&self) -> Option<(Configuration, Vec<String>, Option<String>, Tags)> {
        let state = self.state.lock().unwrap();
        let mut function = state.function.clone()?;
        let architectures = function.configuration.architectures.take();
        Some((
            function.configuration,
            architectures.unwrap_or_default(),
            function.code_sha256,
            state.tags.clone(),
        ))
    }
}

#[async_trait]
impl LambdaApi for Model {
    async fn describe(&self, _: &str, _: BudgetMode) -> Result<Described, CloudError> {
        let mut state = self.state.lock().unwrap();
        let Some(function) = state.function.clone() else {
            return Err(error(Class::NotFound, "GetFunction"));
        };
        let answer = Described {
            function: function.clone(),
            tags: Ok(state.tags.clone()),
        };
        // Whatever is under way is so for one look.
        match (
            function.state.as_deref(),
            function.last_update_status.as_deref(),
        ) {
            (Some("Deleting"), _) => state.function = None,
            (Some("Pending"), _) => {
                let fails = state.manner.failing_creates > 0;
                state.manner.failing_creates = state.manner.failing_creates.saturating_sub(1);
                let function = state.function.as_mut().unwrap();
                function.state = Some(if fails { "Failed" } else { "Active" }.to_owned());
                function.state_reason_code = fails.then(|| "InvalidSubnet".to_owned());
                function.last_update_status = (!fails).then(|| "Successful".to_owned());
                state.moved();
            }
            (_, Some("InProgress")) => {
                state.function.as_mut().unwrap().last_update_status = Some("Successful".to_owned());
                state.moved();
            }
            _ => {}
        }
        Ok(answer)
    }

    async fn create(&self, _: &str, new: &NewFunction) -> Result<Function, CloudError> {
        let mut state = self.state.lock().unwrap();
        if state.function.is_some() {
            return Err(error(Class::Exists, "CreateFunction"));
        }
        let settled = state.manner.settles_at_once;
        let mut configuration = Configuration {
            description: Some(String::new()),
            timeout: Some(3),
            memory_size: Some(128),
            architectures: Some(vec!["x86_64".to_owned()]),
            ..Configuration::default()
        };
        put(&mut configuration, &new.configuration);
        state.function = Some(Function {
            arn: ARN.to_owned(),
            configuration,
            environment_error: None,
            code_sha256: Some(sha256(&new.code)),
            code_size: 1,
            revision_id: None,
            version: Some("$LATEST".to_owned()),
            last_modified: None,
            state: Some(if settled { "Active" } else { "Pending" }.to_owned()),
            state_reason: None,
            state_reason_code: None,
            last_update_status: settled.then(|| "Successful".to_owned()),
            last_update_status_reason: None,
            last_update_status_reason_code: None,
            settles_slowly: false,
        });
        state.tags = new.tags.clone();
        state.versions.clear();
        state.writes.push("CreateFunction");
        Ok(state.moved())
    }

    async fn update_configuration(
        &self,
        _: &str,
        revision: Option<&str>,
        changes: &Configuration,
    ) -> Result<Function, CloudError> {
        self.state
            .lock()
            .unwrap()
            .update("UpdateFunctionConfiguration", revision, |function| {
                put(&mut function.configuration, changes)
            })
    }

    async fn update_code(
        &self,
        _: &str,
        revision: Option<&str>,
        code: &CodeSource,
        changes: &Configuration,
    ) -> Result<Function, CloudError> {
        self.state
            .lock()
            .unwrap()
            .update("UpdateFunctionCode", revision, |function| {
                function.code_sha256 = Some(sha256(code));
                put(&mut function.configuration, changes);
            })
    }

    async fn publish_version(
        &self,
        _: &str,
        code_sha256: &str,
        revision: Option<&str>,
        _: &str,
    ) -> Result<String, CloudError> {
        let mut state = self.state.lock().unwrap();
        let function = state
            .function
            .clone()
            .ok_or_else(|| error(Class::NotFound, "PublishVersion"))?;
        if function.revision_id.as_deref() != revision || revision.is_none() {
            return Err(error(Class::Conflict, "PublishVersion"));
        }
        assert_eq!(
            function.code_sha256.as_deref(),
            Some(code_sha256),
            "the guard is the code's hash"
        );
        let contents = (
            code_sha256.to_owned(),
            function.configuration.clone(),
            function.configuration.architectures.unwrap_or_default(),
        );
        if state.versions.last() != Some(&contents) {
            state.versions.push(contents);
        }
        state.writes.push("PublishVersion");
        state.moved();
        Ok(state.versions.len().to_string())
    }

    async fn delete(&self, _: &str) -> Result<(), CloudError> {
        let mut state = self.state.lock().unwrap();
        let function = state
            .function
            .as_mut()
            .ok_or_else(|| error(Class::NotFound, "DeleteFunction"))?;
        function.state = Some("Deleting".to_owned());
        state.writes.push("DeleteFunction");
        Ok(())
    }

    async fn tag(&self, _: &str, tags: &Tags) -> Result<(), CloudError> {
        let mut state = self.state.lock().unwrap();
        state.tags.extend(tags.clone());
        state.writes.push("TagResource");
        state.moved();
        Ok(())
    }

    async fn untag(&self, _: &str, keys: &[String]) -> Result<(), CloudError> {
        let mut state = self.state.lock().unwrap();
        state.tags.retain(|key, _| !keys.contains(key));
        state.writes.push("UntagResource");
        state.moved();
        Ok(())
    }
}
