//! Tables for what is pure. How the steps come together is tested with the real driver over the
//! strict cloud, in `tests/simulation/functions/cloudfront`.

mod compiling;
mod folding;
mod gating;
mod guards;
mod observing;
mod planning;
mod replacing;
mod reporting;
mod wanting;

use std::collections::BTreeSet;

use super::*;
use crate::api::cloudfront::{Code, Stage as SpecStage};
use crate::api::{INSTANCE_TAG, OWNER_TAG};
use crate::cloud::cloudfront::FunctionConfig;

const NAME: &str = "headers";
const ARN: &str = "arn:aws:cloudfront::000000000000:function/headers";
const CODE_A: &str = "function handler(event) { return event.response; }";
const CODE_B: &str = "function handler(event) { return event.request; }";

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn claim() -> Tags {
    tags(&[(OWNER_TAG, "here/edge/headers"), (INSTANCE_TAG, "1234")])
}

fn config(comment: &str) -> FunctionConfig {
    FunctionConfig {
        comment: comment.to_owned(),
        runtime: "cloudfront-js-2.0".to_owned(),
        key_value_stores: BTreeSet::new(),
    }
}

fn spec(code: &str) -> Spec {
    Spec {
        common: crate::api::CommonSpec::default(),
        comment: None,
        key_value_store_associations: None,
        runtime: "cloudfront-js-2.0".to_owned(),
        code: Code {
            inline: Some(code.to_owned()),
            config_map_key_ref: None,
        },
        stage: SpecStage::Live,
        tests: Vec::new(),
        tests_from: Vec::new(),
    }
}

/// A spec that names all there is.
fn full(code: &str) -> Spec {
    let mut spec = spec(code);
    spec.comment = Some("Adds headers".to_owned());
    spec.common.tags = Some(tags(&[("team", "edge"), ("tier", "gold")]));
    spec
}

fn desired(spec: &Spec, inputs: &Inputs, claim: &Tags) -> Result<CloudFrontDesired, Unmet> {
    super::desired::desired(spec, inputs, claim, TestSettings::default())
}

fn wanted(spec: &Spec) -> CloudFrontDesired {
    desired(spec, &Inputs::default(), &claim()).unwrap()
}

fn managed(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A function that is as `desired` asks, in both stages.
pub(super) fn settled(desired: &CloudFrontDesired) -> CloudFrontObserved {
    let config = desired.config(&BTreeSet::new(), None);
    let mut tags = desired.tags.clone();
    tags.extend(desired.claim.clone());
    CloudFrontObserved {
        arn: ARN.to_owned(),
        status: Some("UNASSOCIATED".to_owned()),
        created_time: None,
        tags: Ok(tags),
        etag: Some("E1".to_owned()),
        development: Development {
            config: config.clone(),
            code: Some(CodeSeen::of(
                &desired.code.bytes,
                desired.code.sha256.clone(),
            )),
            last_modified_time: None,
        },
        live: Live::Known(LiveSeen {
            config,
            code_sha256: Some(desired.code.sha256.clone()),
            text: Text::default(),
            etag: Some("L1".to_owned()),
            last_modified_time: None,
            published_etag: None,
        }),
        untestable: false,
    }
}
