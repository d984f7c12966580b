//! Lambda: requests and replies, in the API's words.
//!
//! Source of shapes and limits: the Lambda API reference, version 2015-03-31, and the recorded
//! answers of AWS that LocalStack's test suite keeps, named here by their sequences.

mod aliases;
mod code;
mod code_signing;
mod concurrency;
mod configuration;
mod create;
mod delete;
mod event_invoke;
mod function;
mod name;
mod patterns;
mod permissions;
mod provisioned_concurrency;
mod qualifiers;
mod read;
mod recursion;
mod runtime_management;
mod schema;
mod tagging;
mod update;
mod url;
mod validate;
mod versions;

pub use aliases::AliasConfig;
pub use code::S3Object;
pub(crate) use code::zipped_size;
pub use configuration::Configuration;
pub use event_invoke::EventInvokeConfig;
pub(crate) use function::Function;
pub use permissions::Permission;
pub use runtime_management::RuntimeManagement;
pub use url::UrlConfig;

use base64::Engine as _;
use sha2::{Digest, Sha256};

use serde_json::{Map, Value, json};

use crate::tags::Tags;

/// Where code comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum Code {
    /// ZipFile: the bytes of an archive.
    Zip(Vec<u8>),
    /// S3Bucket, S3Key, S3ObjectVersion.
    S3 {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// The version; the current one, if none.
        version: Option<String>,
    },
    /// ImageUri.
    Image(String),
}

/// How the package of an archive is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keeping {
    /// SourceKMSKeyArn; Lambda's own key, if none.
    pub source_kms_key_arn: Option<String>,
    /// S3ObjectStorageMode; COPY, if none.
    pub storage_mode: Option<String>,
}

/// CreateFunction.
#[derive(Clone, Default, PartialEq)]
pub struct CreateFunction {
    /// A name, or an ARN that ends in one.
    pub function_name: String,
    /// Required.
    pub code: Option<Code>,
    /// The other members of Code.
    pub keeping: Keeping,
    /// Everything that is neither code, tags nor architecture, PackageType included.
    pub configuration: Configuration,
    /// Architectures; x86_64, if none.
    pub architectures: Option<Vec<String>>,
    /// Tags.
    pub tags: Tags,
    /// Publish version 1 at once.
    pub publish: bool,
}

/// UpdateFunctionConfiguration: what the configuration omits stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateFunctionConfiguration {
    /// A name or ARN.
    pub function_name: String,
    /// The guard.
    pub revision_id: Option<String>,
    /// The changes.
    pub configuration: Configuration,
}

/// UpdateFunctionCode.
#[derive(Clone, Default, PartialEq)]
pub struct UpdateFunctionCode {
    /// A name or ARN.
    pub function_name: String,
    /// The guard.
    pub revision_id: Option<String>,
    /// Required.
    pub code: Option<Code>,
    /// As with CreateFunction: what it omits is not as it was.
    pub keeping: Keeping,
    /// Architectures; as they are, if none.
    pub architectures: Option<Vec<String>>,
    /// Publish a version of it.
    pub publish: bool,
    /// Check, change nothing.
    pub dry_run: bool,
}

/// PublishVersion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishVersion {
    /// A name or ARN.
    pub function_name: String,
    /// Guard: what the code must be.
    pub code_sha256: Option<String>,
    /// Guard: what the revision must be.
    pub revision_id: Option<String>,
    /// The version's own description; the function's, if none.
    pub description: Option<String>,
}

/// Marker and MaxItems of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// NextMarker of the page before.
    pub marker: Option<String>,
    /// MaxItems, 1 to 10,000; a page has 50 at most all the same.
    pub max_items: Option<i64>,
}

/// FunctionVersion of ListFunctions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FunctionVersion {
    /// Not sent: functions as they are.
    #[default]
    Latest,
    /// `ALL`: their versions, too.
    All,
    /// Any other word, which is refused.
    Other(String),
}

impl FunctionVersion {
    /// Of what is sent.
    #[must_use]
    pub fn of(word: Option<&str>) -> Self {
        match word {
            None => Self::Latest,
            Some("ALL") => Self::All,
            Some(other) => Self::Other(other.to_owned()),
        }
    }

    /// As it is sent.
    #[must_use]
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Latest => None,
            Self::All => Some("ALL"),
            Self::Other(word) => Some(word),
        }
    }
}

impl From<bool> for FunctionVersion {
    fn from(all: bool) -> Self {
        if all { Self::All } else { Self::Latest }
    }
}

/// State or LastUpdateStatus, with reason and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The state's word.
    pub word: &'static str,
    /// Reason and reason code.
    pub reason: Option<(String, &'static str)>,
}

/// FunctionConfiguration.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionConfiguration {
    /// FunctionName.
    pub function_name: String,
    /// FunctionArn: qualified where a qualifier was asked for or a version is meant.
    pub function_arn: String,
    /// Version: `$LATEST` or a number.
    pub version: String,
    /// RevisionId.
    pub revision_id: String,
    /// CodeSha256: base64 for archives, hexadecimal for images.
    pub code_sha256: String,
    /// CodeSize.
    pub code_size: u64,
    /// LastModified.
    pub last_modified: String,
    /// Every configuration field, in the form of replies (VpcConfig with VpcId, layers as objects).
    pub configuration: Configuration,
    /// State; absent in lists.
    pub state: Option<Status>,
    /// LastUpdateStatus; absent in lists, and while a function is being created.
    pub last_update_status: Option<Status>,
    /// RuntimeVersionConfig; absent in lists and for images.
    pub runtime_version_arn: Option<String>,
}

impl FunctionConfiguration {
    /// As the API's JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut fields: Map<String, Value> = self.configuration.0.clone();
        let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        set("FunctionName", json!(self.function_name));
        set("FunctionArn", json!(self.function_arn));
        set("Version", json!(self.version));
        set("RevisionId", json!(self.revision_id));
        set("CodeSha256", json!(self.code_sha256));
        set("CodeSize", json!(self.code_size));
        set("LastModified", json!(self.last_modified));
        for (name, status) in [
            ("State", &self.state),
            ("LastUpdateStatus", &self.last_update_status),
        ] {
            if let Some(status) = status {
                set(name, json!(status.word));
                // Names as the API has them: StateReason, StateReasonCode, LastUpdateStatusReason, ...
                if let Some((reason, code)) = &status.reason {
                    set(&format!("{name}Reason"), json!(reason));
                    set(&format!("{name}ReasonCode"), json!(code));
                }
            }
        }
        if let Some(arn) = &self.runtime_version_arn {
            set("RuntimeVersionConfig", json!({"RuntimeVersionArn": arn}));
        }
        Value::Object(fields)
    }
}

/// GetFunction's Code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLocation {
    /// `S3` or `ECR`.
    pub repository_type: &'static str,
    /// A link to the archive; none for images, and for what is read where it lies.
    pub location: Option<String>,
    /// ImageUri and ResolvedImageUri.
    pub image: Option<(String, String)>,
    /// ResolvedS3Object: what is read where it lies.
    pub object: Option<S3Object>,
    /// SourceKMSKeyArn.
    pub source_kms_key_arn: Option<String>,
}

impl CodeLocation {
    /// As the API's JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut fields =
            Map::from_iter([("RepositoryType".to_owned(), json!(self.repository_type))]);
        fields.extend(
            self.location
                .iter()
                .map(|link| ("Location".to_owned(), json!(link))),
        );
        if let Some((uri, resolved)) = &self.image {
            fields.extend([
                ("ImageUri".to_owned(), json!(uri)),
                ("ResolvedImageUri".to_owned(), json!(resolved)),
            ]);
        }
        let object = self.object.as_ref().map(S3Object::to_json);
        fields.extend(object.map(|object| ("ResolvedS3Object".to_owned(), object)));
        let key = self.source_kms_key_arn.iter();
        fields.extend(key.map(|arn| ("SourceKMSKeyArn".to_owned(), json!(arn))));
        Value::Object(fields)
    }
}

/// GetFunction's reply.
#[derive(Clone, Debug, PartialEq)]
pub struct GotFunction {
    /// Configuration.
    pub configuration: FunctionConfiguration,
    /// Code.
    pub code: CodeLocation,
    /// Tags; absent where there are none, and for versions. The error is TagsError: code and message.
    pub tags: Result<Tags, (String, String)>,
    /// Concurrency's ReservedConcurrentExecutions; absent where none are reserved, and with a Qualifier.
    pub reserved_concurrency: Option<i64>,
}

impl GotFunction {
    /// As the API's JSON; without tags there is no `Tags` (recorded answer: TestLambdaTags::test_tag_lifecycle).
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut fields = Map::from_iter([
            ("Code".to_owned(), self.code.to_json()),
            ("Configuration".to_owned(), self.configuration.to_json()),
        ]);
        match &self.tags {
            Ok(tags) if tags.is_empty() => {}
            Ok(tags) => fields.extend([("Tags".to_owned(), json!(tags))]),
            Err((code, message)) => fields.extend([(
                "TagsError".to_owned(),
                json!({"ErrorCode": code, "Message": message}),
            )]),
        }
        fields.extend(self.reserved_concurrency.map(|reserved| {
            let concurrency = json!({"ReservedConcurrentExecutions": reserved});
            ("Concurrency".to_owned(), concurrency)
        }));
        Value::Object(fields)
    }
}

/// A page of functions or versions.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// NextMarker.
    pub next_marker: Option<String>,
    /// The items, without the seven state fields.
    pub items: Vec<FunctionConfiguration>,
}

impl Listed {
    /// As the API's JSON: `Functions` or `Versions`, and NextMarker where more follow.
    #[must_use]
    pub fn to_json(&self, items: &str) -> Value {
        let mut fields = Map::from_iter([(
            items.to_owned(),
            self.items
                .iter()
                .map(FunctionConfiguration::to_json)
                .collect(),
        )]);
        fields.extend(
            self.next_marker
                .iter()
                .map(|marker| ("NextMarker".to_owned(), json!(marker))),
        );
        Value::Object(fields)
    }
}

/// Base64 of the SHA-256, as CodeSha256 has it (Lambda API reference, FunctionConfiguration).
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(bytes))
}

/// The SHA-256 in hexadecimal digits.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
