//! What is wanted: the spec and the ConfigMaps it names, checked and joined.
//!
//! Invariant: all that can be wrong with a spec is found here; planning cannot fail.
//! Pure: no client, no SDK, no clock, no async, no logging.

use std::collections::BTreeSet;

use super::testing::{Gate, TestSettings, listed};
use crate::api::SKIP_TESTS;
use crate::api::cloudfront::{
    CloudFrontFunctionSpec, Code, ConfigMapKeyRef, FunctionTest, Stage, TestsSource,
};
use crate::api::digest::sha256_hex;
use crate::api::text::spelt_out;
use crate::cloud::Tags;
use crate::cloud::cloudfront::FunctionConfig;
use crate::functions::shared::fault::Fault;
use crate::functions::shared::tags;
use crate::javascript;
use crate::reconcile::{Desired, Inputs, Unmet};

/// CloudFront's documented limit, in bytes; it is not adjustable (the API model's 40960 is not what counts).
pub const MAX_CODE_BYTES: usize = 10_240;

/// Characters of a comment (assumed; the API reference names no limit).
const MAX_COMMENT: usize = 128;

/// Name of the code in differences.
pub(super) const CODE: &str = "code";

/// Name of the comment among the managed names.
pub(super) const COMMENT: &str = "comment";

/// Name of the key value store associations among the managed names, and in differences.
pub(super) const STORES: &str = "keyValueStoreAssociations";

/// Code and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The JavaScript text, UTF-8.
    pub bytes: Vec<u8>,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
}

impl Source {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self {
            sha256: sha256_hex(&bytes),
            bytes,
        }
    }
}

/// What a spec and its references ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudFrontDesired {
    /// Runtime, as the API spells it.
    pub runtime: String,
    /// Comment; `None`: not managed.
    pub comment: Option<String>,
    /// ARNs of the associated key value stores; `None`: not managed.
    pub key_value_stores: Option<BTreeSet<String>>,
    /// Code.
    pub code: Source,
    /// Whether LIVE shall have this content too.
    pub publish: bool,
    /// Tags that the user asks for.
    pub tags: Tags,
    /// Owner tags; empty where they do not count, and then nothing is ever written.
    pub claim: Tags,
    /// What must pass before anything is published.
    pub gate: Gate,
    /// Plans list every difference, for people to read.
    pub explain_all: bool,
    /// Code counts as different, without a look at it.
    pub outline: bool,
}

impl CloudFrontDesired {
    /// What `UpdateFunction` shall be sent beside the code. It replaces everything, so what the spec
    /// does not manage is sent back as `observed` in DEVELOPMENT; `managed` is what cloudfn once put
    /// there, to be taken away where the spec dropped it.
    pub(super) fn config(
        &self,
        managed: &BTreeSet<String>,
        observed: Option<&FunctionConfig>,
    ) -> FunctionConfig {
        let kept = |name: &str| observed.filter(|_| !managed.contains(name));
        FunctionConfig {
            comment: self
                .comment
                .as_ref()
                .or(kept(COMMENT).map(|config| &config.comment))
                .cloned()
                .unwrap_or_default(),
            runtime: self.runtime.clone(),
            key_value_stores: self
                .key_value_stores
                .as_ref()
                .or(kept(STORES).map(|config| &config.key_value_stores))
                .cloned()
                .unwrap_or_default(),
        }
    }
}

impl CloudFrontDesired {
    /// What keeps the code out of LIVE: the runtime cannot compile it, by what is known of its language.
    pub(super) fn uncompilable(&self) -> Option<String> {
        let code = std::str::from_utf8(&self.code.bytes).ok();
        let code = code.filter(|_| self.gate.must_compile)?;
        let found = javascript::uncompilable(code, &self.runtime)?;
        Some(format!(
            "the code does not compile, so it is not written and LIVE is unchanged: {found}; should CloudFront run it nevertheless, set the annotation {SKIP_TESTS} to {}",
            self.code.sha256
        ))
    }
}

impl Desired for CloudFrontDesired {
    fn managed(&self) -> BTreeSet<String> {
        let comment = self.comment.is_some().then(|| COMMENT.to_owned());
        let stores = self.key_value_stores.is_some().then(|| STORES.to_owned());
        self.tags
            .keys()
            .map(|key| tags::managed_name(key))
            .chain(comment)
            .chain(stores)
            .collect()
    }

    fn outline(&mut self) {
        self.outline = true;
    }

    fn explain_all(&mut self) {
        self.explain_all = true;
    }
}

/// What is wanted, with tests before LIVE as the operator's flags have them.
///
/// # Errors
/// Where the spec cannot be carried out as it is.
pub fn desired(
    spec: &CloudFrontFunctionSpec,
    inputs: &Inputs,
    claim: &Tags,
    settings: TestSettings,
) -> Result<CloudFrontDesired, Unmet> {
    let wanted_tags = tags::wanted(spec.common.tags.as_ref())?;
    let comment = comment(spec)?;
    let code = code(&spec.code, inputs)?;
    let gate = gate(spec, inputs, &code, settings)?;
    Ok(CloudFrontDesired {
        runtime: spec.runtime.clone(),
        comment,
        key_value_stores: stores(spec)?,
        code,
        publish: spec.stage == Stage::Live,
        tags: wanted_tags,
        claim: claim.clone(),
        // Without a claim nothing is published, so there is nothing to gate.
        gate: if claim.is_empty() { Gate::open() } else { gate },
        explain_all: claim.is_empty(),
        outline: false,
    })
}

/// All that is wrong with a spec; [`desired`] tells the first.
#[must_use]
pub fn faults(spec: &CloudFrontFunctionSpec, inputs: &Inputs) -> Vec<Fault> {
    let code = code(&spec.code, inputs);
    let settings = TestSettings::default();
    let own = Gate::new(spec.tests.clone(), false, settings);
    // With tests that are wrong by themselves, all together would only say the same.
    let together = match &own {
        Ok(_) => tests(spec, inputs).and_then(|tests| Gate::new(tests, false, settings)),
        Err(_) => Ok(Gate::open()),
    };
    let all = [
        Fault::of("tags", tags::wanted(spec.common.tags.as_ref())),
        Fault::of("comment", comment(spec)),
        Fault::of("keyValueStoreAssociations", stores(spec)),
        Fault::of("code", code),
        Fault::of("tests", own),
        Fault::of("testsFrom", together),
    ];
    all.into_iter().flatten().collect()
}

/// The comment. The schema asks the same of it, but an object may be older than its rule.
fn comment(spec: &CloudFrontFunctionSpec) -> Result<Option<String>, Unmet> {
    let length = spec
        .comment
        .iter()
        .flat_map(|comment| comment.chars())
        .count();
    if length > MAX_COMMENT {
        return Err(Unmet::Invalid(format!(
            "the comment has {length} characters, and CloudFront takes at most {MAX_COMMENT}; shorten it"
        )));
    }
    if let Some(control) = spec
        .comment
        .iter()
        .flat_map(|comment| comment.chars())
        .find(|c| is_refused(*c))
    {
        return Err(Unmet::Invalid(format!(
            "the comment has the control character {}, which CloudFront refuses; take it out",
            spelt_out(&control.to_string(), &[])
        )));
    }
    Ok(spec.comment.clone())
}

/// Whether XML has no such character, or has it for control only (Extensible Markup Language 1.0,
/// "Characters").
fn is_refused(character: char) -> bool {
    let is_space = matches!(character, '\t' | '\n' | '\r');
    (character.is_control() && !is_space) || matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// What must pass before the code is published.
fn gate(
    spec: &CloudFrontFunctionSpec,
    inputs: &Inputs,
    code: &Source,
    settings: TestSettings,
) -> Result<Gate, Unmet> {
    let hint = unheeded_skip(inputs, &code.sha256);
    let bypass = hint.is_none() && inputs.annotations.contains_key(SKIP_TESTS);
    let gate = Gate::new(tests(spec, inputs)?, bypass, settings)?;
    Ok(Gate { hint, ..gate })
}

/// What is said of an annotation that shall skip the tests and does not name the code of this hash.
#[must_use]
pub fn unheeded_skip(inputs: &Inputs, code_sha256: &str) -> Option<String> {
    let named = inputs.annotations.get(SKIP_TESTS)?;
    let names_it = named.trim().eq_ignore_ascii_case(code_sha256);
    (!names_it).then(|| {
        format!(
            "the annotation {SKIP_TESTS} skips nothing: it does not name this code ({code_sha256})"
        )
    })
}

/// The associated stores. CloudFront Developer Guide, "Quotas on key value stores": one for a
/// function.
fn stores(spec: &CloudFrontFunctionSpec) -> Result<Option<BTreeSet<String>>, Unmet> {
    let stores = spec.key_value_store_associations.as_ref().map(|stores| {
        stores
            .iter()
            .map(|store| store.key_value_store_arn.clone())
            .collect::<BTreeSet<String>>()
    });
    match stores.as_ref().map_or(0, BTreeSet::len) {
        0 | 1 => Ok(stores),
        count => Err(Unmet::Invalid(format!(
            "keyValueStoreAssociations names {count} stores and CloudFront takes one for a function; keep one, and put the pairs of all into it"
        ))),
    }
}

/// All tests: those of the spec, then those that it names.
fn tests(spec: &CloudFrontFunctionSpec, inputs: &Inputs) -> Result<Vec<FunctionTest>, Unmet> {
    let mut tests = spec.tests.clone();
    for TestsSource {
        config_map_key_ref: key,
    } in &spec.tests_from
    {
        let bytes = referenced(key, inputs)?;
        tests.extend(listed(bytes).map_err(|what| {
            Unmet::Invalid(format!(
                "the key {} of the ConfigMap {} is no list of tests: {what}",
                key.key, key.name
            ))
        })?);
    }
    Ok(tests)
}

fn code(code: &Code, inputs: &Inputs) -> Result<Source, Unmet> {
    let (bytes, from) = match (&code.inline, &code.config_map_key_ref) {
        (Some(text), None) => (text.as_bytes(), "code.inline".to_owned()),
        (None, Some(key)) => (
            referenced(key, inputs)?,
            format!("key {} of the ConfigMap {}", key.key, key.name),
        ),
        _ => {
            return Err(Unmet::Invalid(
                "the code needs exactly one of code.inline and code.configMapKeyRef".to_owned(),
            ));
        }
    };
    if bytes.is_empty() {
        return Err(Unmet::Invalid(format!(
            "the code in {from} is empty; write a function named handler"
        )));
    }
    if bytes.len() > MAX_CODE_BYTES {
        return Err(Unmet::Invalid(format!(
            "the code in {from} has {} bytes and CloudFront takes at most {MAX_CODE_BYTES}; shorten it",
            bytes.len()
        )));
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(Unmet::Invalid(format!(
            "the code in {from} ({} bytes) is not UTF-8 text; store it as text",
            bytes.len()
        )));
    }
    Ok(Source::new(bytes.to_vec()))
}

fn referenced<'a>(key: &ConfigMapKeyRef, inputs: &'a Inputs) -> Result<&'a [u8], Unmet> {
    let ConfigMapKeyRef { name, key } = key;
    let Some(map) = inputs.config_maps.get(name) else {
        return Err(Unmet::Missing(format!(
            "the ConfigMap {name} does not exist; create it with the key {key}"
        )));
    };
    let Some(bytes) = map.get(key) else {
        return Err(Unmet::Missing(format!(
            "the ConfigMap {name} has no key {key}; add it"
        )));
    };
    Ok(bytes)
}
