//! Request bodies of Lambda.
//!
//! Invariant: a member of the wrong JSON type makes the body unreadable (assumed:serialization); one
//! that only the model can judge goes to it as it came.

use base64::Engine as _;
use serde_json::{Map, Value};

use super::super::refusal::refuse;
use super::super::request::Request;
use crate::lambda::{
    AliasConfig, Code, Configuration, CreateFunction, EventInvokeConfig, Keeping, Permission,
    PublishVersion, RuntimeManagement, UpdateFunctionCode, UpdateFunctionConfiguration, UrlConfig,
};
use crate::model::{Answer, Cloud, Outcome};
use crate::tags::Tags;

/// A JSON object whose members are taken out one by one; what is left is configuration.
pub(super) struct Body {
    fields: Map<String, Value>,
    unreadable: Outcome,
}

impl Body {
    pub(super) fn of(cloud: &Cloud, request: &Request<'_>) -> Answer<Self> {
        let unreadable = refuse(cloud, request, 400, "SerializationException", "");
        match request.json() {
            Some(fields) => Ok(Self { fields, unreadable }),
            None => Err(unreadable),
        }
    }

    pub(super) fn create_function(mut self) -> Answer<CreateFunction> {
        let function_name = self.text("FunctionName")?.unwrap_or_default();
        let mut code = self.nested("Code")?;
        Ok(CreateFunction {
            function_name,
            code: code.code()?,
            keeping: code.keeping()?,
            architectures: self.texts("Architectures")?,
            tags: self.map("Tags")?.unwrap_or_default(),
            publish: self.flag("Publish")?,
            configuration: Configuration(self.fields),
        })
    }

    pub(super) fn update_configuration(
        mut self,
        name: &str,
    ) -> Answer<UpdateFunctionConfiguration> {
        let revision_id = self.text("RevisionId")?;
        Ok(UpdateFunctionConfiguration {
            function_name: name.to_owned(),
            revision_id,
            configuration: Configuration(self.fields),
        })
    }

    pub(super) fn update_code(mut self, name: &str) -> Answer<UpdateFunctionCode> {
        Ok(UpdateFunctionCode {
            function_name: name.to_owned(),
            revision_id: self.text("RevisionId")?,
            code: self.code()?,
            keeping: self.keeping()?,
            architectures: self.texts("Architectures")?,
            publish: self.flag("Publish")?,
            dry_run: self.flag("DryRun")?,
        })
    }

    pub(super) fn publish_version(mut self, name: &str) -> Answer<PublishVersion> {
        Ok(PublishVersion {
            function_name: name.to_owned(),
            code_sha256: self.text("CodeSha256")?,
            revision_id: self.text("RevisionId")?,
            description: self.text("Description")?,
        })
    }

    pub(super) fn recursive_loop(mut self) -> Answer<Option<String>> {
        self.text("RecursiveLoop")
    }

    pub(super) fn reserved_concurrency(mut self) -> Answer<Option<i64>> {
        self.take("ReservedConcurrentExecutions", |value| value.as_i64())
    }

    pub(super) fn provisioned_concurrency(mut self) -> Answer<Option<i64>> {
        self.take("ProvisionedConcurrentExecutions", |value| value.as_i64())
    }

    pub(super) fn url_config(self) -> UrlConfig {
        UrlConfig(self.fields)
    }

    /// The alias, and the guard.
    pub(super) fn alias(mut self) -> Answer<(AliasConfig, Option<String>)> {
        let revision = self.text("RevisionId")?;
        Ok((AliasConfig(self.fields), revision))
    }

    /// The permission, and the guard.
    pub(super) fn permission(mut self) -> Answer<(Permission, Option<String>)> {
        let revision = self.text("RevisionId")?;
        Ok((Permission(self.fields), revision))
    }

    pub(super) fn event_invoke_config(self) -> EventInvokeConfig {
        EventInvokeConfig(self.fields)
    }

    pub(super) fn code_signing_config(mut self) -> Answer<Option<String>> {
        self.text("CodeSigningConfigArn")
    }

    pub(super) fn runtime_management(self) -> RuntimeManagement {
        RuntimeManagement(self.fields)
    }

    pub(super) fn tags(mut self) -> Answer<Tags> {
        Ok(self.map("Tags")?.unwrap_or_default())
    }

    /// Where the code is, of the members that say so; ZipFile is base64.
    fn code(&mut self) -> Answer<Option<Code>> {
        let (zip, image) = (self.text("ZipFile")?, self.text("ImageUri")?);
        let (bucket, key, version) = (
            self.text("S3Bucket")?,
            self.text("S3Key")?,
            self.text("S3ObjectVersion")?,
        );
        if let Some(zip) = zip {
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(zip)
                .map_err(|_| self.unreadable.clone())?;
            return Ok(Some(Code::Zip(bytes)));
        }
        if bucket.is_some() || key.is_some() {
            return Ok(Some(Code::S3 {
                bucket: bucket.unwrap_or_default(),
                key: key.unwrap_or_default(),
                version,
            }));
        }
        Ok(image.map(Code::Image))
    }

    /// How the code is kept, of the same members.
    fn keeping(&mut self) -> Answer<Keeping> {
        Ok(Keeping {
            source_kms_key_arn: self.text("SourceKMSKeyArn")?,
            storage_mode: self.text("S3ObjectStorageMode")?,
        })
    }

    /// Takes a member that must be of a type, if it is there.
    fn take<T>(&mut self, name: &str, read: impl FnOnce(Value) -> Option<T>) -> Answer<Option<T>> {
        match self.fields.remove(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| self.unreadable.clone()),
        }
    }

    fn text(&mut self, name: &str) -> Answer<Option<String>> {
        self.take(name, string)
    }

    fn flag(&mut self, name: &str) -> Answer<bool> {
        Ok(self
            .take(name, |value| value.as_bool())?
            .unwrap_or_default())
    }

    fn texts(&mut self, name: &str) -> Answer<Option<Vec<String>>> {
        self.take(name, |value| match value {
            Value::Array(items) => items.into_iter().map(string).collect(),
            _ => None,
        })
    }

    fn map(&mut self, name: &str) -> Answer<Option<Tags>> {
        self.take(name, |value| match value {
            Value::Object(fields) => fields
                .into_iter()
                .map(|(key, value)| Some((key, string(value)?)))
                .collect(),
            _ => None,
        })
    }

    fn nested(&mut self, name: &str) -> Answer<Self> {
        let fields = self.take(name, |value| match value {
            Value::Object(mut fields) => {
                fields.retain(|_, value| !value.is_null());
                Some(fields)
            }
            _ => None,
        })?;
        Ok(Self {
            fields: fields.unwrap_or_default(),
            unreadable: self.unreadable.clone(),
        })
    }
}

fn string(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
