//! What a function URL shall be like. Pure.

use crate::api::lambda::{self as api, Word};
use crate::cloud::lambda::{Cors, UrlConfig};

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
