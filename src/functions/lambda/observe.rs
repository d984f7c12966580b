//! Reads the function: one `GetFunction`. What that does not show, its parts read.

use std::collections::BTreeMap;

use super::parts::known::Known;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::{
    Described, EventInvokeConfig, FoundAlias, Function, FunctionUrl, LambdaApi, Policy,
    Provisioned, RuntimeManagement, Version, VersionState,
};
use crate::cloud::{BudgetMode, Class, CloudError, Tags};
use crate::functions::shared::aws;
use crate::reconcile::{Observed, Place};

/// What the cloud has, and what replies to steps of this pass add to it.
#[derive(Clone, Debug, PartialEq)]
pub struct LambdaObserved {
    /// The function. Its revision id is `None` once a write has used it up.
    pub function: Function,
    /// Its tags, or why they could not be read.
    pub tags: Result<Tags, String>,
    /// The concurrency that is reserved for it. Replies to updates do not tell, and a function that
    /// was just created has none.
    pub reserved_concurrency: Option<i32>,
    /// The source that a step of this pass deployed.
    pub deployed: Option<String>,
    /// What Lambda does with a recursive loop: `Allow` or `Terminate`.
    pub recursive_loop: Known<String>,
    /// Its URL, if it has one.
    pub url: Known<Option<FunctionUrl>>,
    /// Its policy.
    pub policy: Known<Policy>,
    /// When its runtime is updated.
    pub runtime_management: Known<RuntimeManagement>,
    /// ARN of its code signing configuration; no text is none.
    pub code_signing: Known<String>,
    /// What becomes of events of asynchronous calls.
    pub event_invoke: Known<EventInvokeConfig>,
    /// Its aliases, by their names.
    pub aliases: Known<BTreeMap<String, FoundAlias>>,
    /// Its versions.
    pub versions: Known<Vec<Version>>,
    /// Whether the latest version that cloudfn published can take calls; `None` where somebody deleted it.
    pub latest_version: Known<Option<VersionState>>,
    /// Provisioned concurrency, by the versions and aliases that have some.
    pub provisioned: Known<BTreeMap<String, Provisioned>>,
    /// A step of this pass deleted it; whether it is gone must be read.
    pub deleted: bool,
}

impl LambdaObserved {
    /// The function as an answer showed it, with nothing known of its parts but tags.
    #[must_use]
    pub fn new(function: Function, tags: Result<Tags, String>) -> Self {
        Self {
            function,
            tags,
            reserved_concurrency: None,
            deployed: None,
            recursive_loop: Known::Unread,
            url: Known::Unread,
            policy: Known::Unread,
            runtime_management: Known::Unread,
            code_signing: Known::Unread,
            event_invoke: Known::Unread,
            aliases: Known::Unread,
            versions: Known::Unread,
            latest_version: Known::Unread,
            provisioned: Known::Unread,
            deleted: false,
        }
    }

    /// Whether its parts may be read and changed now: it is neither coming, going nor being updated.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let state = self.function.state.as_deref();
        !matches!(state, Some("Pending" | "Failed" | "Deleting"))
            && self.function.last_update_status.as_deref() != Some("InProgress")
    }

    /// Whether the function is the one that the status describes, and was not changed since.
    ///
    /// `LastModified` moves with code and configuration, and a function that is made anew has its
    /// own; tags do not move it. Should they somewhere, a version is published once more, as of a
    /// function that is not known.
    #[must_use]
    pub fn is_unchanged_since(&self, memory: &LambdaFunctionStatus) -> bool {
        memory.last_modified.is_some() && memory.last_modified == self.function.last_modified
    }
}

impl Observed for LambdaObserved {
    fn arn(&self) -> &str {
        &self.function.arn
    }

    fn place(&self) -> Place {
        aws::place(Some(&self.function.arn), None, None)
    }

    fn tags(&self) -> Result<&Tags, CloudError> {
        let denied = |why: &String| CloudError::tags_unreadable("ListTags", why);
        self.tags.as_ref().map_err(denied)
    }
}

/// The function of this name, or `None` where there is none.
pub async fn observe(
    cloud: &dyn LambdaApi,
    name: &str,
    mode: BudgetMode,
) -> Result<Option<LambdaObserved>, CloudError> {
    match cloud.describe(name, mode).await {
        Ok(Described {
            function,
            tags,
            reserved_concurrency,
        }) => Ok(Some(LambdaObserved {
            reserved_concurrency,
            ..LambdaObserved::new(function, tags)
        })),
        Err(error) if error.class == Class::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
