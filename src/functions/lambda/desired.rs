//! What the spec and its references ask for.
//!
//! Invariant: everything that can be wrong is found here, so planning cannot fail. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::code::Code;
use super::configuration::fingerprint::Origin;
use super::configuration::{compare, environment, wanted};
use super::parts::wanted as parts;
use crate::api::SOURCE_TAG;
use crate::api::aws::partition_of;
use crate::api::lambda::{LambdaFunctionSpec, RecursiveLoop};
use crate::cloud::Tags;
use crate::cloud::lambda::{
    Configuration, EventInvokeConfig, Permission, RuntimeManagement, UrlConfig,
};
use crate::functions::shared::fault::Fault;
use crate::functions::shared::tags;
use crate::reconcile::{Desired, Inputs, Unmet};

/// The name of recursive loop detection below `spec`, in `status.managed` and in differences.
pub const RECURSIVE_LOOP: &str = "recursiveLoop";

/// The name of reserved concurrency, likewise.
pub const RESERVED_CONCURRENCY: &str = "reservedConcurrentExecutions";

/// The name of the function URL, likewise.
pub const FUNCTION_URL: &str = "functionUrlConfig";

/// The name of the configuration of asynchronous calls, likewise.
pub const EVENT_INVOKE: &str = "eventInvokeConfig";

/// The name of the code signing configuration, likewise.
pub const CODE_SIGNING: &str = "codeSigningConfigArn";

/// The name of runtime management, likewise.
pub const RUNTIME_MANAGEMENT: &str = "runtimeManagementConfig";

/// The name of how many versions stay, in differences.
pub const KEEP_VERSIONS: &str = "keepVersions";

/// What is wanted. A member that is `None` is not managed.
#[derive(Clone)]
pub struct LambdaDesired {
    /// Runtime, handler and role are always named.
    pub configuration: Configuration,
    /// Where its environment comes from.
    pub origin: Origin,
    /// The code.
    pub code: Code,
    /// Publish a version of what is settled.
    pub publish: bool,
    /// What Lambda shall do with a recursive loop.
    pub recursive_loop: Option<RecursiveLoop>,
    /// The concurrency to reserve for the function.
    pub reserved_concurrency: Option<i32>,
    /// The function URL.
    pub url: Option<UrlConfig>,
    /// Statements of the policy, by their ids.
    pub permissions: BTreeMap<String, Permission>,
    /// When its runtime is updated.
    pub runtime_management: Option<RuntimeManagement>,
    /// ARN of the code signing configuration; no text is none.
    pub code_signing: Option<String>,
    /// What becomes of events of asynchronous calls.
    pub event_invoke: Option<EventInvokeConfig>,
    /// How many of the versions that cloudfn published stay; all where it is `None`.
    pub keep_versions: Option<i32>,
    /// Aliases, by their names.
    pub aliases: BTreeMap<String, parts::WantedAlias>,
    /// The spec's tags.
    pub tags: Tags,
    /// Owner tags that the function shall carry; empty where they do not count.
    pub claim: Tags,
    /// Our own tags are written alone, since no other difference is removed unasked.
    pub explain_all: bool,
    /// Code and hidden values count as different, without a look at them.
    pub outline: bool,
}

impl LambdaDesired {
    /// All tags of a function that is created now.
    #[must_use]
    pub fn all_tags(&self) -> Tags {
        let mut tags = self.tags.clone();
        tags.extend(self.claim.clone());
        if let Some(source) = self.source_tag() {
            tags.insert(SOURCE_TAG.to_owned(), source.to_owned());
        }
        tags
    }

    /// The source tag that the function shall carry once its code is deployed.
    #[must_use]
    pub fn source_tag(&self) -> Option<&str> {
        // Without a claim nothing is written, and our own tags do not count.
        self.code.source().filter(|_| !self.claim.is_empty())
    }
}

impl Desired for LambdaDesired {
    /// Code is always named, so it is never taken away; and `publish` leaves nothing that dropping
    /// it would take away: versions stay.
    fn managed(&self) -> BTreeSet<String> {
        let mut names = compare::managed(&self.configuration);
        names.extend(self.recursive_loop.map(|_| RECURSIVE_LOOP.to_owned()));
        let reserved = self.reserved_concurrency;
        names.extend(reserved.map(|_| RESERVED_CONCURRENCY.to_owned()));
        names.extend(self.url.as_ref().map(|_| FUNCTION_URL.to_owned()));
        let statements = self.permissions.keys();
        names.extend(statements.map(|id| parts::statement_name(id)));
        names.extend(self.code_signing.as_ref().map(|_| CODE_SIGNING.to_owned()));
        let runtime = self.runtime_management.as_ref();
        names.extend(runtime.map(|_| RUNTIME_MANAGEMENT.to_owned()));
        names.extend(self.event_invoke.as_ref().map(|_| EVENT_INVOKE.to_owned()));
        let aliases = self.aliases.keys();
        names.extend(aliases.map(|alias| parts::alias_name(alias)));
        let provisioned = self.aliases.iter();
        let provisioned = provisioned.filter(|(_, wanted)| wanted.provisioned().is_some());
        names.extend(provisioned.map(|(alias, _)| parts::provisioned_name(alias)));
        names.extend(self.tags.keys().map(|key| tags::managed_name(key)));
        names
    }

    fn outline(&mut self) {
        self.outline = true;
    }

    fn explain_all(&mut self) {
        self.explain_all = true;
    }
}

/// What is wanted.
///
/// # Errors
/// Where the spec cannot be carried out as it is.
pub fn desired(
    spec: &LambdaFunctionSpec,
    inputs: &Inputs,
    claim: &Tags,
) -> Result<LambdaDesired, Unmet> {
    region(spec)?;
    package(spec)?;
    following(spec)?;
    provided(spec)?;
    Ok(LambdaDesired {
        configuration: wanted::configuration(spec, inputs)?,
        origin: environment::origin(spec.environment.as_ref(), inputs),
        code: Code::wanted(&spec.code, inputs)?,
        publish: spec.publish,
        recursive_loop: spec.recursive_loop,
        reserved_concurrency: spec.reserved_concurrent_executions,
        url: spec.function_url_config.as_ref().map(parts::url),
        permissions: parts::statements(spec),
        runtime_management: spec.runtime_management_config.as_ref().map(parts::runtime),
        code_signing: spec.code_signing_config_arn.clone(),
        event_invoke: spec.event_invoke_config.as_ref().map(parts::events),
        keep_versions: spec.keep_versions,
        aliases: parts::aliases(spec),
        tags: tags::wanted(spec.common.tags.as_ref())?,
        claim: claim.clone(),
        explain_all: claim.is_empty(),
        outline: false,
    })
}

/// All that is wrong with a spec; [`desired`] tells the first.
#[must_use]
pub fn faults(spec: &LambdaFunctionSpec, inputs: &Inputs) -> Vec<Fault> {
    let all = [
        Fault::of("region", region(spec)),
        Fault::of("runtime", package(spec)),
        Fault::of("aliases", following(spec)),
        Fault::of("reservedConcurrentExecutions", provided(spec)),
        Fault::of("environment", wanted::configuration(spec, inputs)),
        Fault::of("code", Code::wanted(&spec.code, inputs)),
        Fault::of("tags", tags::wanted(spec.common.tags.as_ref())),
    ];
    all.into_iter().flatten().collect()
}

/// What an archive needs, and an image has itself.
fn package(spec: &LambdaFunctionSpec) -> Result<(), Unmet> {
    let is_image = spec.code.image_uri.is_some();
    let has_program = spec.runtime.is_some() && spec.handler.is_some();
    if is_image || has_program {
        Ok(())
    } else {
        Err(Unmet::Invalid(
            "runtime and handler are needed, except with code.imageUri; name both".to_owned(),
        ))
    }
}

/// What is followed has to be published.
fn following(spec: &LambdaFunctionSpec) -> Result<(), Unmet> {
    let aliases = parts::aliases(spec);
    let follows = |(_, alias): &(&String, &parts::WantedAlias)| alias.follows();
    match aliases.iter().find(follows) {
        Some((name, _)) if !spec.publish => Err(Unmet::Invalid(format!(
            "the alias {name} follows the versions that cloudfn publishes; set publish: true, or name a version by its number"
        ))),
        _ => Ok(()),
    }
}

/// What is provided is taken from what is reserved (Lambda Developer Guide, "Configuring provisioned concurrency").
fn provided(spec: &LambdaFunctionSpec) -> Result<(), Unmet> {
    let aliases = spec.aliases.iter();
    let provided = aliases.filter_map(|alias| alias.provisioned_concurrent_executions);
    let provided: i64 = provided.map(i64::from).sum();
    match spec.reserved_concurrent_executions {
        Some(reserved) if provided > i64::from(reserved) => Err(Unmet::Invalid(format!(
            "the aliases have {provided} provisionedConcurrentExecutions together, and the function reserves {reserved}; raise reservedConcurrentExecutions, or lower those of the aliases"
        ))),
        _ => Ok(()),
    }
}

fn region(spec: &LambdaFunctionSpec) -> Result<(), Unmet> {
    match &spec.region {
        Some(region) if partition_of(region).is_none() => Err(Unmet::Invalid(format!(
            "AWS has no region {region:?}; create the object with a region like eu-west-1"
        ))),
        _ => Ok(()),
    }
}
