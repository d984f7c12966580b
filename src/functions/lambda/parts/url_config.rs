//! What a function URL shall be like, and in what it differs. Pure.

use std::collections::BTreeSet;

use crate::api::lambda::{self as api, Word};
use crate::cloud::lambda::{Cors, UrlConfig};
use crate::functions::shared::difference::difference;
use crate::reconcile::Difference;

/// What the spec asks for: one block, of which what is omitted has the cloud's default.
#[must_use]
pub fn wanted(spec: &api::FunctionUrlConfig) -> UrlConfig {
    UrlConfig {
        auth_type: spec.auth_type.as_str().to_owned(),
        invoke_mode: spec.invoke_mode.as_str().to_owned(),
        cors: spec.cors.as_ref().map(cors).unwrap_or_default(),
    }
}

fn cors(spec: &api::Cors) -> Cors {
    let set = |list: &Option<Vec<String>>| list.iter().flatten().cloned().collect();
    // AWS keeps names of headers in lower case (observed by users of drift tools), and their case means nothing.
    let headers = |list: &Option<Vec<String>>| {
        let names = list.iter().flatten();
        names.map(|name| name.to_ascii_lowercase()).collect()
    };
    let methods = spec.allow_methods.iter().flatten();
    Cors {
        allow_credentials: spec.allow_credentials.unwrap_or_default(),
        allow_headers: headers(&spec.allow_headers),
        allow_methods: methods.map(|word| word.as_str().to_owned()).collect(),
        allow_origins: set(&spec.allow_origins),
        expose_headers: headers(&spec.expose_headers),
        max_age: spec.max_age.unwrap_or_default(),
    }
}

/// Every difference, by its place below `spec`. `from` is `None` where there is no URL.
#[must_use]
pub fn differences(from: Option<&UrlConfig>, to: &UrlConfig) -> Vec<Difference> {
    let before = from.map(|from| members(from).map(|(_, shown)| shown));
    before
        .unwrap_or_default()
        .into_iter()
        .zip(members(to))
        .filter(|(from, (_, to))| from != to)
        .map(|(from, (name, to))| difference(&format!("functionUrlConfig.{name}"), from, to))
        .collect()
}

/// Each member, as people read it; none where it is empty.
fn members(config: &UrlConfig) -> [(&'static str, Option<String>); 8] {
    // As YAML has lists, so that no two look alike.
    let list =
        |set: &BTreeSet<String>| (!set.is_empty()).then(|| serde_json::json!(set).to_string());
    let cors = &config.cors;
    let max_age = (cors.max_age != 0).then(|| cors.max_age.to_string());
    [
        ("authType", Some(config.auth_type.clone())),
        ("invokeMode", Some(config.invoke_mode.clone())),
        (
            "cors.allowCredentials",
            cors.allow_credentials.then(|| true.to_string()),
        ),
        ("cors.allowHeaders", list(&cors.allow_headers)),
        ("cors.allowMethods", list(&cors.allow_methods)),
        ("cors.allowOrigins", list(&cors.allow_origins)),
        ("cors.exposeHeaders", list(&cors.expose_headers)),
        ("cors.maxAge", max_age),
    ]
}
