//! What is there: reads only what the goal and the status leave open.
//!
//! Invariant: an observation is made of answers, and of hashes remembered under the very `ETag` that
//! an answer of this observation carries. Only `DescribeFunction` is believed when it says that a function is gone.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::desired::CloudFrontDesired;
use crate::api::cloudfront::CloudFrontFunctionStatus;
use crate::api::digest::sha256_hex;
use crate::cloud::cloudfront::{CloudFrontApi, Described, FunctionConfig, Stage};
use crate::cloud::{BudgetMode, Class, CloudError, Tags};
use crate::functions::shared::aws;
use crate::reconcile::ownership::is_claimed;
use crate::reconcile::{Goal, Observed, Place};

/// A function as the cloud has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudFrontObserved {
    /// Its ARN.
    pub arn: String,
    /// The cloud's word for its state: `UNPUBLISHED`, `DEPLOYED`, ....
    pub status: Option<String>,
    /// When it was created, RFC 3339.
    pub created_time: Option<String>,
    /// Its tags, or why they may not be read.
    pub tags: Result<Tags, String>,
    /// `ETag` of DEVELOPMENT; `None` where the reply to our last write lacked it.
    pub etag: Option<String>,
    /// The DEVELOPMENT stage.
    pub development: Development,
    /// The LIVE stage.
    pub live: Live,
    /// Since this observation the cloud could not run a test.
    pub untestable: bool,
}

impl Observed for CloudFrontObserved {
    fn arn(&self) -> &str {
        &self.arn
    }

    fn place(&self) -> Place {
        aws::place(Some(&self.arn), None, None)
    }

    fn tags(&self) -> Result<&Tags, CloudError> {
        let denied = |why: &String| CloudError::tags_unreadable("ListTagsForResource", why);
        self.tags.as_ref().map_err(denied)
    }
}

/// The DEVELOPMENT stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Development {
    /// All of its content but the code.
    pub config: FunctionConfig,
    /// Its code; `None` where a deletion has no use for it.
    pub code: Option<CodeSeen>,
    /// When it was last changed, RFC 3339.
    pub last_modified_time: Option<String>,
}

/// Code, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSeen {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: Option<i64>,
    /// The code itself, where this observation read it.
    pub text: Text,
}

impl CodeSeen {
    /// Code that was sent: nobody needs to see it again.
    pub(super) fn of(bytes: &[u8], sha256: String) -> Self {
        Self {
            sha256,
            size: i64::try_from(bytes.len()).ok(),
            text: Text::default(),
        }
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            text: Text(Some(Arc::from(bytes))),
            ..Self::of(bytes, sha256_hex(bytes))
        }
    }
}

/// Code as it was read, for people; what is compared is its hash.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text(pub Option<Arc<[u8]>>);

/// Its length alone: 10 KB of code have no place in a log.
impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Text")
            .field(&self.0.as_ref().map(|text| text.len()))
            .finish()
    }
}

/// The LIVE stage, as far as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Live {
    /// Not read: a deletion does not need it, and what is about to be published replaces it.
    Unread,
    /// Nothing was published.
    Never,
    /// Something is published.
    Known(LiveSeen),
}

/// A published content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSeen {
    /// All of its content but the code.
    pub config: FunctionConfig,
    /// SHA-256 of its code, hexadecimal; `None` only after a publish of code that was not read.
    pub code_sha256: Option<String>,
    /// The code itself, where this observation read it.
    pub text: Text,
    /// LIVE's own `ETag`; `None` after our own publish, whose reply has none.
    pub etag: Option<String>,
    /// When it was last changed, RFC 3339.
    pub last_modified_time: Option<String>,
    /// The DEVELOPMENT `ETag` of our own publish, until LIVE's own is read.
    pub published_etag: Option<String>,
}

pub(super) async fn observe(
    api: &dyn CloudFrontApi,
    name: &str,
    memory: &CloudFrontFunctionStatus,
    goal: Goal<'_, CloudFrontDesired>,
    mode: BudgetMode,
) -> Result<Option<CloudFrontObserved>, CloudError> {
    let reader = Reader {
        api,
        name,
        memory,
        mode,
        began: AtomicBool::new(false),
    };
    match goal {
        Goal::Present(desired) => reader.everything(desired).await,
        Goal::Absent => reader.for_deletion().await,
    }
}

/// Reads one function, once.
struct Reader<'a> {
    api: &'a dyn CloudFrontApi,
    name: &'a str,
    memory: &'a CloudFrontFunctionStatus,
    mode: BudgetMode,
    began: AtomicBool,
}

impl Reader<'_> {
    /// Only the first call may give up for want of budget: the others would throw away what was paid for.
    fn budget(&self) -> BudgetMode {
        if self.began.swap(true, Ordering::Relaxed) {
            BudgetMode::Wait
        } else {
            self.mode
        }
    }

    async fn everything(
        &self,
        desired: &CloudFrontDesired,
    ) -> Result<Option<CloudFrontObserved>, CloudError> {
        // Read before DEVELOPMENT, not after: see `known_by_publish`.
        let early = if self.publish_unread(desired) {
            self.describe(Stage::Live).await?
        } else {
            None
        };

        let Some(described) = self.describe(Stage::Development).await? else {
            return Ok(None);
        };
        let known = self
            .known_development(&described)
            .filter(|code| is_enough(desired, code));
        let Some((described, code)) = self.with_code(Stage::Development, described, known).await?
        else {
            return Ok(None);
        };
        let Some(tags) = self.tags(&described.summary.arn).await? else {
            return Ok(None);
        };

        let wanted = desired.config(&self.memory.common.managed, Some(&described.summary.config));
        let differs = code.sha256 != desired.code.sha256 || described.summary.config != wanted;
        // What differs is updated and then published, whatever LIVE has. Where nothing is written
        // unasked, people want to know what LIVE has.
        let unread = differs && desired.publish && !desired.explain_all;
        let live = if unread {
            Live::Unread
        } else {
            self.live(early, &described.etag, &code, desired).await?
        };
        Ok(Some(observed(described, Some(code), tags, live)))
    }

    /// A deletion needs the guard and the owner; the code only where it alone says whose the function is.
    async fn for_deletion(&self) -> Result<Option<CloudFrontObserved>, CloudError> {
        let Some(described) = self.describe(Stage::Development).await? else {
            return Ok(None);
        };
        let Some(tags) = self.tags(&described.summary.arn).await? else {
            return Ok(None);
        };
        let known = self.known_development(&described);
        let intended = self
            .memory
            .intent
            .as_ref()
            .is_some_and(|intent| intent.content_sha256.is_some());
        if known.is_none() && intended && tags.as_ref().is_ok_and(|tags| !is_claimed(tags)) {
            let read = self.with_code(Stage::Development, described, None).await?;
            return Ok(
                read.map(|(described, code)| observed(described, Some(code), tags, Live::Unread))
            );
        }
        Ok(Some(observed(described, known, tags, Live::Unread)))
    }

    /// LIVE; `early` is its description where that was read already.
    async fn live(
        &self,
        early: Option<Described>,
        development_etag: &str,
        development: &CodeSeen,
        desired: &CloudFrontDesired,
    ) -> Result<Live, CloudError> {
        let read_first = early.is_some();
        let described = match early {
            Some(described) => Some(described),
            None => self.describe(Stage::Live).await?,
        };
        let Some(described) = described else {
            return Ok(Live::Never);
        };
        let by_publish =
            read_first && self.is_remembered(&described) && self.known_by_publish(development_etag);
        let known = if by_publish {
            Some(development.clone())
        } else {
            self.known_live(&described)
                .filter(|code| is_enough(desired, code))
        };
        let Some((Described { summary, etag }, code)) =
            self.with_code(Stage::Live, described, known).await?
        else {
            return Ok(Live::Never);
        };
        Ok(Live::Known(LiveSeen {
            config: summary.config,
            code_sha256: Some(code.sha256),
            text: code.text,
            etag: Some(etag),
            last_modified_time: summary.last_modified_time,
            published_etag: None,
        }))
    }

    /// Whether LIVE was not read since our own publish and DEVELOPMENT, for all we remember, will not
    /// be updated now. A wrong guess costs one read.
    fn publish_unread(&self, desired: &CloudFrontDesired) -> bool {
        let same_code = self
            .memory
            .development
            .as_ref()
            .is_some_and(|development| development.code_sha256 == desired.code.sha256);
        same_code
            && self
                .memory
                .etag
                .as_deref()
                .is_some_and(|etag| self.known_by_publish(etag))
    }

    /// Whether LIVE has the code of DEVELOPMENT because we published DEVELOPMENT at this `ETag`.
    ///
    /// The fact that makes it safe: `PublishFunction` copies DEVELOPMENT, whose `ETag` moves with
    /// every update. As long as it is what it was when we published, any later publish can
    /// only have copied the same content. LIVE must have been read before this `ETag` was: otherwise an
    /// update and a publish could have come between, and a foreign code would be remembered as ours.
    fn known_by_publish(&self, development_etag: &str) -> bool {
        let live = self.memory.live.as_ref();
        live.is_some_and(|live| {
            live.etag.is_none() && live.published_etag.as_deref() == Some(development_etag)
        })
    }

    /// Whether this is the function that is remembered. Its `ETag` alone does not say so: one that was
    /// deleted and made again under the same name may come to the same `ETag` once more (assumed: AWS
    /// says nothing of how it makes them).
    fn is_remembered(&self, described: &Described) -> bool {
        self.memory.created_time == described.summary.created_time
    }

    fn known_development(&self, described: &Described) -> Option<CodeSeen> {
        let known = self
            .memory
            .development
            .as_ref()
            .filter(|known| !known.code_sha256.is_empty())?;
        if self.memory.etag.as_ref() != Some(&described.etag) || !self.is_remembered(described) {
            return None;
        }
        Some(CodeSeen {
            sha256: known.code_sha256.clone(),
            size: known.code_size,
            text: Text::default(),
        })
    }

    fn known_live(&self, described: &Described) -> Option<CodeSeen> {
        let known = self.memory.live.as_ref().filter(|known| {
            known.etag.as_ref() == Some(&described.etag) && self.is_remembered(described)
        })?;
        Some(CodeSeen {
            sha256: known.code_sha256.clone()?,
            size: None,
            text: Text::default(),
        })
    }

    /// A stage's description; `None`: there is no such function, or it was never published.
    async fn describe(&self, stage: Stage) -> Result<Option<Described>, CloudError> {
        found(self.api.describe(self.name, stage, self.budget()).await)
    }

    /// A description and the code that belongs to it, read unless it is known.
    async fn with_code(
        &self,
        stage: Stage,
        described: Described,
        known: Option<CodeSeen>,
    ) -> Result<Option<(Described, CodeSeen)>, CloudError> {
        if let Some(code) = known {
            return Ok(Some((described, code)));
        }
        let read = found(self.api.code(self.name, stage, self.budget()).await)?;
        let read = match read {
            Some(code) if code.etag.as_ref() == Some(&described.etag) => {
                return Ok(Some((described, CodeSeen::read(&code.bytes))));
            }
            read => read,
        };
        // Somebody changed the stage between the two reads, or the answer has no ETag.
        let Some(again) = self.describe(stage).await? else {
            return Ok(None);
        };
        let belongs = |etag: &Option<String>| {
            etag.as_ref()
                .map_or(again.etag == described.etag, |etag| *etag == again.etag)
        };
        match read.filter(|code| belongs(&code.etag)) {
            Some(code) => Ok(Some((again, CodeSeen::read(&code.bytes)))),
            None => Err(changed_meanwhile(
                "GetFunction",
                Class::Conflict,
                "the function changed between two reads",
            )),
        }
    }

    /// The tags, or why they may not be read; `None`: the function is gone.
    async fn tags(&self, arn: &str) -> Result<Option<Result<Tags, String>>, CloudError> {
        match self.api.tags(arn, self.budget()).await {
            Ok(tags) => Ok(Some(Ok(tags))),
            Err(error) if error.class == Class::Denied => Ok(Some(Err(error.to_string()))),
            // Gone since it was described, or too new for the tagging side: a function that exists
            // must not pass for one that is gone, or its deletion would leave it behind.
            Err(error) if error.class == Class::NotFound => {
                match self.describe(Stage::Development).await? {
                    None => Ok(None),
                    Some(_) => Err(changed_meanwhile(
                        "ListTagsForResource",
                        Class::Busy,
                        "the function is there and its tags are not to be found yet",
                    )),
                }
            }
            Err(error) => Err(error),
        }
    }
}

fn observed(
    described: Described,
    code: Option<CodeSeen>,
    tags: Result<Tags, String>,
    live: Live,
) -> CloudFrontObserved {
    let Described { summary, etag } = described;
    CloudFrontObserved {
        arn: summary.arn,
        status: summary.status,
        created_time: summary.created_time,
        tags,
        etag: Some(etag),
        development: Development {
            config: summary.config,
            code,
            last_modified_time: summary.last_modified_time,
        },
        live,
        untestable: false,
    }
}

/// Whether its hash is all that is needed of a code: people read how other code differs.
fn is_enough(desired: &CloudFrontDesired, code: &CodeSeen) -> bool {
    !desired.explain_all || code.sha256 == desired.code.sha256
}

fn found<T>(answer: Result<T, CloudError>) -> Result<Option<T>, CloudError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.class == Class::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn changed_meanwhile(operation: &'static str, class: Class, message: &str) -> CloudError {
    CloudError {
        class,
        operation,
        code: "ChangedMeanwhile".to_owned(),
        message: message.to_owned(),
        request_id: None,
    }
}
