//! Blocks of several members that a request carries as a whole.
//!
//! Invariant: a block says all of itself; what a spec or an answer leaves out of it has its default here.

use std::collections::BTreeSet;

/// A member of a block: its name in the spec, and its value as a text.
pub type Member = (&'static str, String);

/// A block.
pub trait Block: Clone + PartialEq + 'static {
    /// The members that have a value. A block that is one value has one member without a name.
    fn members(&self) -> Vec<Member>;
}

/// The VPC that a function reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VpcConfig {
    /// Ids of subnets; their order means nothing.
    pub subnet_ids: BTreeSet<String>,
    /// Ids of security groups; their order means nothing.
    pub security_group_ids: BTreeSet<String>,
    /// Outgoing IPv6.
    pub ipv6_allowed_for_dual_stack: bool,
}

impl Block for VpcConfig {
    fn members(&self) -> Vec<Member> {
        let list = |name, ids: &BTreeSet<String>| {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            (!ids.is_empty()).then(|| (name, ids.join(",")))
        };
        let dual = self.ipv6_allowed_for_dual_stack;
        [
            list("subnetIds", &self.subnet_ids),
            list("securityGroupIds", &self.security_group_ids),
            dual.then(|| ("ipv6AllowedForDualStack", dual.to_string())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Where a function logs to, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggingConfig {
    /// `Text` or `JSON`.
    pub log_format: String,
    /// Least level of the function's own lines; `None` with `Text`.
    pub application_log_level: Option<String>,
    /// Least level of Lambda's lines; `None` with `Text`.
    pub system_log_level: Option<String>,
    /// Log group; `None` is that of the function's own name.
    pub log_group: Option<String>,
}

impl LoggingConfig {
    /// The same, with a log group in any case: of a function that names none, it is `/aws/lambda/` and its
    /// name (Lambda Developer Guide, "Configuring CloudWatch log groups").
    #[must_use]
    pub fn of_function(mut self, name: &str) -> Self {
        self.log_group
            .get_or_insert_with(|| format!("/aws/lambda/{name}"));
        self
    }
}

impl Default for LoggingConfig {
    fn default() -> Self {
        Self {
            log_format: "Text".to_owned(),
            application_log_level: None,
            system_log_level: None,
            log_group: None,
        }
    }
}

impl Block for LoggingConfig {
    fn members(&self) -> Vec<Member> {
        let member = |name, value: &Option<String>| Some((name, value.clone()?));
        let format = ("logFormat", self.log_format.clone());
        let others = [
            member("applicationLogLevel", &self.application_log_level),
            member("systemLogLevel", &self.system_log_level),
            member("logGroup", &self.log_group),
        ];
        std::iter::once(format)
            .chain(others.into_iter().flatten())
            .collect()
    }
}

/// What an image starts, in place of what it says itself; what is empty is the image's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// Program and first arguments.
    pub entry_point: Vec<String>,
    /// Further arguments.
    pub command: Vec<String>,
    /// Folder in which it starts.
    pub working_directory: String,
}

impl Block for ImageConfig {
    fn members(&self) -> Vec<Member> {
        // Each word in quotes: a word may have a comma.
        let list =
            |name, words: &[String]| (!words.is_empty()).then(|| (name, format!("{words:?}")));
        let folder = &self.working_directory;
        [
            list("entryPoint", &self.entry_point),
            list("command", &self.command),
            (!folder.is_empty()).then(|| ("workingDirectory", folder.clone())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The file systems that a function sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSystems(pub Vec<FileSystem>);

/// A file system that a function sees as a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// ARN of the access point.
    pub arn: String,
    /// The folder, below `/mnt/`.
    pub local_mount_path: String,
}

impl Block for FileSystems {
    fn members(&self) -> Vec<Member> {
        let shown = |of: &FileSystem| format!("{} at {}", of.arn, of.local_mount_path);
        let all: Vec<String> = self.0.iter().map(shown).collect();
        if all.is_empty() {
            Vec::new()
        } else {
            vec![("", all.join(","))]
        }
    }
}

/// How long durable executions may take, and are remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurableConfig {
    /// Seconds.
    pub execution_timeout: i32,
    /// Days.
    pub retention_period_in_days: i32,
    /// ARN of the key that encrypts them; no text is AWS's own.
    pub kms_key_arn: String,
}

impl DurableConfig {
    /// Days for which executions are remembered where nobody says so (AWS SAM Developer Guide, `DurableConfig`).
    pub const RETENTION: i32 = 14;
}

impl Block for DurableConfig {
    fn members(&self) -> Vec<Member> {
        let days = self.retention_period_in_days.to_string();
        let mut members = vec![
            ("executionTimeout", self.execution_timeout.to_string()),
            ("retentionPeriodInDays", days),
        ];
        if !self.kms_key_arn.is_empty() {
            members.push(("kmsKeyArn", self.kms_key_arn.clone()));
        }
        members
    }
}
