//! Function URLs: between the port, the strict cloud and specs.

use std::collections::BTreeSet;

use cloudfn::cloud::lambda::{Cors, FunctionUrl, UrlConfig};
use serde_json::{Map, Value, json};
use strict_cloud::lambda as model;

/// The lists of Cors, as specs spell them.
const LISTS: [&str; 4] = [
    "allowHeaders",
    "allowMethods",
    "allowOrigins",
    "exposeHeaders",
];

/// A request for this; what is empty is not sent, as the adapter does not.
pub fn asked(config: &UrlConfig) -> model::UrlConfig {
    let of = &config.cors;
    let mut cors = Map::new();
    for (name, list) in [
        ("AllowHeaders", &of.allow_headers),
        ("AllowMethods", &of.allow_methods),
        ("AllowOrigins", &of.allow_origins),
        ("ExposeHeaders", &of.expose_headers),
    ] {
        if !list.is_empty() {
            cors.insert(name.to_owned(), json!(list));
        }
    }
    if of.allow_credentials {
        cors.insert("AllowCredentials".to_owned(), json!(true));
    }
    if of.max_age != 0 {
        cors.insert("MaxAge".to_owned(), json!(of.max_age));
    }
    model::UrlConfig::of(json!({
        "AuthType": config.auth_type, "InvokeMode": config.invoke_mode, "Cors": cors,
    }))
}

/// The URL in a reply.
pub fn url(reply: &Value) -> String {
    reply["FunctionUrl"].as_str().unwrap().to_owned()
}

/// What a read shows.
pub fn found(reply: &Value) -> FunctionUrl {
    let form = seen(reply);
    let text = |name: &str| form[name].as_str().unwrap().to_owned();
    let list = |name: &str| texts(&form[name]);
    FunctionUrl {
        url: url(reply),
        config: UrlConfig {
            auth_type: text("authType"),
            invoke_mode: text("invokeMode"),
            cors: Cors {
                allow_credentials: form["allowCredentials"] == true,
                allow_headers: list("allowHeaders"),
                allow_methods: list("allowMethods"),
                allow_origins: list("allowOrigins"),
                expose_headers: list("exposeHeaders"),
                max_age: i32::try_from(form["maxAge"].as_i64().unwrap()).unwrap(),
            },
        },
    }
}

/// `functionUrlConfig` of a spec, with every member; null where it is not named.
pub fn named(spec: &Value) -> Value {
    form(&spec["functionUrlConfig"], str::to_owned)
}

/// The same of what the cloud has.
pub fn seen(config: &Value) -> Value {
    form(config, |name| name[..1].to_uppercase() + &name[1..])
}

fn form(config: &Value, spelt: fn(&str) -> String) -> Value {
    if config.is_null() {
        return Value::Null;
    }
    let member = |of: &Value, name: &str| of[spelt(name).as_str()].clone();
    let cors = member(config, "cors");
    let mode = member(config, "invokeMode");
    let mut form = json!({
        "authType": member(config, "authType"),
        "invokeMode": mode.as_str().unwrap_or("BUFFERED"),
        "allowCredentials": member(&cors, "allowCredentials") == true,
        "maxAge": member(&cors, "maxAge").as_i64().unwrap_or_default(),
    });
    for name in LISTS {
        let mut all = texts(&member(&cors, name));
        // The case of a header's name means nothing.
        if name.ends_with("Headers") {
            all = all.iter().map(|name| name.to_lowercase()).collect();
        }
        form[name] = json!(all);
    }
    form
}

fn texts(list: &Value) -> BTreeSet<String> {
    let texts = list.as_array().into_iter().flatten();
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}
