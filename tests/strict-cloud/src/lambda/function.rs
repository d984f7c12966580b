//! A function and how it settles.
//!
//! Source: Lambda Developer Guide, "Lambda function states"; which fields show in which state, and
//! that RevisionId moves when a state settles, are recorded answers: test_function_revisions_basic,
//! test_redundant_updates, test_publish_with_update.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::aliases::Alias;
use super::code::Deployed;
use super::event_invoke::EventInvoke;
use super::provisioned_concurrency::Provisioned;
use super::runtime_management::RuntimeManagement;
use super::url::Url;
use super::{CodeLocation, Configuration, FunctionConfiguration, Status, sha256_hex};
use crate::ids::Ids;
use crate::model::Problem;
use crate::settings::{Between, Settings};
use crate::tags::Tags;
use crate::time::Time;

/// Reason and reason code.
type Reason = (String, &'static str);

/// State.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Pending { until: Time, fails: Option<Reason> },
    Active,
    Failed(Reason),
    Deleting { until: Time },
}

impl Phase {
    /// The word for a state in which not everything can be done.
    pub(crate) fn busy(&self) -> Option<&'static str> {
        match self {
            Self::Active => None,
            Self::Pending { .. } => Some("Pending"),
            Self::Failed(_) => Some("Failed"),
            Self::Deleting { .. } => Some("Deleting"),
        }
    }
}

/// LastUpdateStatus.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Update {
    /// None yet: the function is being created.
    None,
    InProgress {
        until: Time,
        fails: Option<Reason>,
        /// What ran before, where a failed update shows it again.
        before: Option<Box<Content>>,
    },
    Successful,
    Failed(Reason),
}

/// What a version freezes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    pub(crate) configuration: Configuration,
    pub(crate) code: Deployed,
}

impl Content {
    /// Whether the role or the description holds a marker.
    pub(crate) fn holds(&self, marker: &str) -> bool {
        ["Role", "Description"].iter().any(|field| {
            let text = self.configuration.text(field);
            text.is_some_and(|text| text.contains(marker))
        })
    }
}

/// A published version.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) content: Content,
    pub(crate) revision: String,
    pub(crate) phase: Phase,
    pub(crate) modified: Time,
}

/// A function.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) region: String,
    pub(crate) content: Content,
    pub(crate) phase: Phase,
    pub(crate) update: Update,
    pub(crate) revision: String,
    pub(crate) tags: Tags,
    /// RecursiveLoop: `Allow` or `Terminate`.
    pub(crate) recursive_loop: &'static str,
    /// ReservedConcurrentExecutions.
    pub(crate) reserved_concurrency: Option<i64>,
    /// Its own, and those of its aliases.
    pub(crate) urls: BTreeMap<Option<String>, Url>,
    /// Statements of its own policy, and of those of its versions and aliases.
    pub(crate) policies: BTreeMap<Option<String>, Vec<Value>>,
    pub(crate) runtime_management: RuntimeManagement,
    /// CodeSigningConfigArn.
    pub(crate) code_signing: Option<String>,
    /// By qualifier.
    pub(crate) event_invoke: BTreeMap<String, EventInvoke>,
    /// By name.
    pub(crate) aliases: BTreeMap<String, Alias>,
    /// By version or alias.
    pub(crate) provisioned: BTreeMap<String, Provisioned>,
    pub(crate) versions: BTreeMap<u64, Version>,
    pub(crate) next_version: u64,
    /// What $LATEST was when it was published last, and as which version.
    pub(crate) published: Option<(Content, u64)>,
    pub(crate) modified: Time,
    pub(crate) birth: u64,
    pub(crate) moves: u64,
}

impl Function {
    /// A new RevisionId.
    pub(crate) fn revision(&mut self, ids: Ids) -> String {
        self.moves += 1;
        ids.uuid(&format!("lambda/{}", self.birth), self.moves)
    }

    /// Moves $LATEST's RevisionId.
    pub(crate) fn touch(&mut self, ids: Ids) {
        self.revision = self.revision(ids);
    }

    /// How long something takes for this function.
    pub(crate) fn takes(
        &self,
        settings: &Settings,
        ids: Ids,
        otherwise: Between,
    ) -> std::time::Duration {
        let range = if self.content.configuration.in_vpc() {
            settings.vpc_takes
        } else if self.content.configuration.is_image() {
            settings.image_takes
        } else {
            otherwise
        };
        ids.duration(range, &format!("takes/{}", self.birth), self.moves)
    }

    /// Why what was just asked for will fail, if it will.
    pub(crate) fn doomed(&self, settings: &Settings, on_create: bool) -> Option<Reason> {
        let failure = settings.failures.iter().find(|failure| {
            (if on_create {
                failure.on_create
            } else {
                failure.on_update
            }) && self.content.holds(&failure.marker)
        })?;
        Some((failure.reason.clone(), failure.reason_code))
    }

    /// Lets what is due happen; false where the function is gone.
    pub(crate) fn settle(&mut self, ids: Ids, now: Time) -> bool {
        if let Phase::Deleting { until } = self.phase {
            return now < until;
        }
        let due: Vec<u64> = self
            .versions
            .iter()
            .filter(|(_, one)| matches!(&one.phase, Phase::Pending { until, .. } if *until <= now))
            .map(|(n, _)| *n)
            .collect();
        if let Phase::Pending { until, fails } = &self.phase
            && *until <= now
        {
            match fails.clone() {
                None => (self.phase, self.update) = (Phase::Active, Update::Successful),
                // assumed:failed-creation: a function that could not be created has no LastUpdateStatus.
                Some(reason) => self.phase = Phase::Failed(reason),
            }
            self.touch(ids);
        }
        if let Update::InProgress {
            until,
            fails,
            before,
        } = &self.update
            && *until <= now
        {
            let before = before.clone();
            self.update = match fails.clone() {
                None => Update::Successful,
                Some(reason) => {
                    if let Some(before) = before {
                        self.content = *before;
                    }
                    Update::Failed(reason)
                }
            };
            self.touch(ids);
        }
        self.settle_provisioned(ids, now);
        // assumed:version-settles.
        for number in due {
            let revision = self.revision(ids);
            if let Some(version) = self.versions.get_mut(&number) {
                version.phase = match &version.phase {
                    Phase::Pending {
                        fails: Some(reason),
                        ..
                    } => Phase::Failed(reason.clone()),
                    _ => Phase::Active,
                };
                version.revision = revision;
            }
        }
        true
    }

    /// 409 where the function cannot be changed now (recorded answer: test_lambda_concurrent_code_updates;
    /// that PublishVersion is refused too is in AWS's CLI issues; the sentence for other states is assumed:not-active).
    pub(crate) fn changeable(&self) -> Result<(), Problem> {
        if let Some(word) = self.phase.busy() {
            return Err(not_now(word));
        }
        if matches!(self.update, Update::InProgress { .. }) {
            let said = format!(
                "The operation cannot be performed at this time. An update is in progress for resource: {}",
                self.arn
            );
            return Err(Problem::new(409, "ResourceConflictException", said));
        }
        Ok(())
    }

    /// 409 where the function is on its way out (assumed:deleting); otherwise tags and versions can be changed in any state (assumed:any-state).
    pub(crate) fn stays(&self) -> Result<(), Problem> {
        if matches!(self.phase, Phase::Deleting { .. }) {
            self.changeable()
        } else {
            Ok(())
        }
    }

    /// 412 where the guard is not $LATEST's revision.
    pub(crate) fn guard(&self, sent: Option<&str>) -> Result<(), Problem> {
        guard(&self.revision, sent)
    }

    /// $LATEST, with its ARN as it is asked for.
    pub(crate) fn latest(&self, ids: Ids, qualified: bool) -> FunctionConfiguration {
        let arn = if qualified {
            format!("{}:$LATEST", self.arn)
        } else {
            self.arn.clone()
        };
        let update = match &self.update {
            Update::None => None,
            // Recorded answer: test_redundant_updates: an update, too, "is being created".
            Update::InProgress { .. } => Some(Status {
                word: "InProgress",
                reason: Some(creating()),
            }),
            Update::Successful => Some(Status {
                word: "Successful",
                reason: None,
            }),
            Update::Failed(reason) => Some(Status {
                word: "Failed",
                reason: Some(reason.clone()),
            }),
        };
        let mut shown = self.shown(
            ids,
            &self.content,
            ("$LATEST".into(), arn),
            &self.revision,
            self.modified,
            &self.phase,
            update,
        );
        if let Some(pinned) = self.runtime_management.arn() {
            shown.runtime_version_arn = Some(pinned.to_owned());
        }
        shown
    }

    /// A version.
    pub(crate) fn version(&self, ids: Ids, number: u64) -> Option<FunctionConfiguration> {
        let version = self.versions.get(&number)?;
        let update = matches!(version.phase, Phase::Active).then_some(Status {
            word: "Successful",
            reason: None,
        });
        let place = (number.to_string(), format!("{}:{number}", self.arn));
        Some(self.shown(
            ids,
            &version.content,
            place,
            &version.revision,
            version.modified,
            &version.phase,
            update,
        ))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a reply is made of that many parts, and only here"
    )]
    fn shown(
        &self,
        ids: Ids,
        content: &Content,
        (version, function_arn): (String, String),
        revision: &str,
        modified: Time,
        phase: &Phase,
        update: Option<Status>,
    ) -> FunctionConfiguration {
        let state = match phase {
            Phase::Pending { .. } => Status {
                word: "Pending",
                reason: Some(creating()),
            },
            Phase::Active => Status {
                word: "Active",
                reason: None,
            },
            Phase::Failed(reason) => Status {
                word: "Failed",
                reason: Some(reason.clone()),
            },
            // assumed:deleting.
            Phase::Deleting { .. } => Status {
                word: "Deleting",
                reason: None,
            },
        };
        let runtime = content.configuration.text("Runtime");
        FunctionConfiguration {
            function_name: self.name.clone(),
            function_arn,
            version,
            revision_id: revision.to_owned(),
            code_sha256: content.code.sha256.clone(),
            code_size: content.code.size,
            last_modified: modified.iso8601(),
            configuration: content.configuration.clone(),
            state: Some(state),
            last_update_status: update,
            runtime_version_arn: runtime.map(|runtime| {
                format!(
                    "arn:aws:lambda:{}::runtime:{:016x}{:016x}",
                    self.region,
                    ids.number(runtime, 1),
                    ids.number(runtime, 2)
                )
            }),
        }
    }

    /// GetFunction's Code.
    pub(crate) fn location(&self, code: &Deployed) -> CodeLocation {
        if let Some(image) = &code.image {
            return CodeLocation {
                repository_type: "ECR",
                location: None,
                image: Some(image.clone()),
                object: None,
                source_kms_key_arn: None,
            };
        }
        let place = sha256_hex(format!("{}{}", self.arn, code.sha256).as_bytes());
        let location = Some(format!(
            "https://awslambda-{0}-tasks.s3.{0}.amazonaws.com/snapshots/{place}",
            self.region
        ));
        // As users of it show the reply: an object that is read where it lies has no link.
        CodeLocation {
            repository_type: "S3",
            location: location.filter(|_| code.object.is_none()),
            image: None,
            object: code.object.clone(),
            source_kms_key_arn: code.source_kms_key_arn.clone(),
        }
    }

    /// Freezes $LATEST as the next version, and says its number.
    pub(crate) fn freeze(
        &mut self,
        ids: Ids,
        now: Time,
        phase: Phase,
        description: Option<&str>,
    ) -> u64 {
        let number = self.next_version;
        self.next_version += 1;
        self.published = Some((self.content.clone(), number));
        let mut content = self.content.clone();
        if let Some(description) = description {
            content.configuration.set("Description", json!(description));
        }
        // Lambda Developer Guide, "Lambda SnapStart": a published version is optimized; only then does it become Active.
        if content
            .configuration
            .get("SnapStart")
            .and_then(|snap| snap.get("ApplyOn"))
            == Some(&json!("PublishedVersions"))
        {
            content.configuration.set(
                "SnapStart",
                json!({"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}),
            );
        }
        let revision = self.revision(ids);
        self.versions.insert(
            number,
            Version {
                content,
                revision,
                phase,
                modified: now,
            },
        );
        number
    }
}

/// 409 for a function or a version in a state that is not Active (assumed:not-active).
pub(crate) fn not_now(word: &str) -> Problem {
    let said = format!(
        "The operation cannot be performed at this time. The function is currently in the following state: {word}"
    );
    Problem::new(409, "ResourceConflictException", said)
}

/// 412 where the guard is not the current revision, of $LATEST or an alias (recorded answers:
/// test_function_revisions_basic, test_function_revisions_version_and_alias).
pub(crate) fn guard(current: &str, sent: Option<&str>) -> Result<(), Problem> {
    if sent.is_none_or(|sent| sent == current) {
        return Ok(());
    }
    let said = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id";
    Err(Problem::new(412, "PreconditionFailedException", said))
}

/// Recorded answer: test_redundant_updates.
fn creating() -> Reason {
    ("The function is being created.".into(), "Creating")
}
