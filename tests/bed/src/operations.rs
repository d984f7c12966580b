//! Which AWS operation a request is: by method, path and query, as the service
//! models have them.
//!
//! Invariant: pure; a request that the table does not know is named
//! `Unknown`, never guessed.

/// A named request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// `cloudfront`, `lambda`, `sts` or `unknown`.
    pub service: &'static str,
    /// `CreateFunction`, ...
    pub name: String,
    /// The function it is about, where the request says so.
    pub function: Option<String>,
}

const UNKNOWN: &str = "Unknown";

/// Names a request. `path` begins with a slash and is still percent-encoded.
#[must_use]
pub fn name(method: &str, path: &str, query: &str, body: &[u8]) -> Operation {
    let segments: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(decode)
        .collect();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["2020-05-31", rest @ ..] => cloudfront(method, rest, query, body),
        [date, rest @ ..] if is_date(date) => lambda(method, rest, query, body),
        [] if method == "POST" => form(body),
        _ => Operation {
            service: "unknown",
            name: UNKNOWN.to_owned(),
            function: None,
        },
    }
}

fn cloudfront(method: &str, parts: &[&str], query: &str, body: &[u8]) -> Operation {
    let (name, function) = match (method, parts) {
        ("POST", ["function"]) => ("CreateFunction", between(body, "<Name>", "</Name>")),
        ("GET", ["function"]) => ("ListFunctions", None),
        ("GET", ["function", name, "describe"]) => ("DescribeFunction", Some((*name).to_owned())),
        ("POST", ["function", name, "publish"]) => ("PublishFunction", Some((*name).to_owned())),
        ("POST", ["function", name, "test"]) => ("TestFunction", Some((*name).to_owned())),
        ("GET", ["function", name]) => ("GetFunction", Some((*name).to_owned())),
        ("PUT", ["function", name]) => ("UpdateFunction", Some((*name).to_owned())),
        ("DELETE", ["function", name]) => ("DeleteFunction", Some((*name).to_owned())),
        (_, ["tagging"]) => {
            let name = match (method, parameter(query, "Operation").as_deref()) {
                ("GET", _) => "ListTagsForResource",
                ("POST", Some("Tag")) => "TagResource",
                ("POST", Some("Untag")) => "UntagResource",
                _ => UNKNOWN,
            };
            let arn = parameter(query, "Resource").unwrap_or_default();
            (
                name,
                arn.split_once(":function/")
                    .map(|(_, name)| name.to_owned()),
            )
        }
        _ => (UNKNOWN, None),
    };
    Operation {
        service: "cloudfront",
        name: name.to_owned(),
        function,
    }
}

fn lambda(method: &str, parts: &[&str], query: &str, body: &[u8]) -> Operation {
    let (name, function) = match (method, parts) {
        ("POST", ["functions"]) => ("CreateFunction", json_text(body, "FunctionName")),
        ("GET", ["functions"]) => ("ListFunctions", None),
        ("GET", ["account-settings"]) => ("GetAccountSettings", None),
        (_, ["tags", arn]) => {
            let name = match method {
                "GET" => "ListTags",
                "POST" => "TagResource",
                "DELETE" => "UntagResource",
                _ => UNKNOWN,
            };
            (name, Some(bare_name(arn)))
        }
        (_, ["functions", name, rest @ ..]) => {
            (of_function(method, rest, query), Some(bare_name(name)))
        }
        (_, ["event-source-mappings", rest @ ..]) => (of_mapping(method, rest), None),
        (_, ["layers", ..]) => (of_layer(method, parts, query), None),
        _ => (UNKNOWN, None),
    };
    Operation {
        service: "lambda",
        name: name.to_owned(),
        function,
    }
}

/// The operations below `/<date>/functions/<name>`.
fn of_function(method: &str, rest: &[&str], query: &str) -> &'static str {
    match (method, rest) {
        ("GET", []) => "GetFunction",
        ("DELETE", []) => "DeleteFunction",
        ("GET", ["configuration"]) => "GetFunctionConfiguration",
        ("PUT", ["configuration"]) => "UpdateFunctionConfiguration",
        ("PUT", ["code"]) => "UpdateFunctionCode",
        ("POST", ["versions"]) => "PublishVersion",
        ("GET", ["versions"]) => "ListVersionsByFunction",
        ("POST", ["aliases"]) => "CreateAlias",
        ("GET", ["aliases"]) => "ListAliases",
        ("GET", ["aliases", _]) => "GetAlias",
        ("PUT", ["aliases", _]) => "UpdateAlias",
        ("DELETE", ["aliases", _]) => "DeleteAlias",
        ("POST", ["policy"]) => "AddPermission",
        ("GET", ["policy"]) => "GetPolicy",
        ("DELETE", ["policy", _]) => "RemovePermission",
        ("POST", ["url"]) => "CreateFunctionUrlConfig",
        ("GET", ["url"]) => "GetFunctionUrlConfig",
        ("PUT", ["url"]) => "UpdateFunctionUrlConfig",
        ("DELETE", ["url"]) => "DeleteFunctionUrlConfig",
        ("GET", ["urls"]) => "ListFunctionUrlConfigs",
        ("GET", ["concurrency"]) => "GetFunctionConcurrency",
        ("PUT", ["concurrency"]) => "PutFunctionConcurrency",
        ("DELETE", ["concurrency"]) => "DeleteFunctionConcurrency",
        ("GET", ["provisioned-concurrency"]) if parameter(query, "List").is_some() => {
            "ListProvisionedConcurrencyConfigs"
        }
        ("GET", ["provisioned-concurrency"]) => "GetProvisionedConcurrencyConfig",
        ("PUT", ["provisioned-concurrency"]) => "PutProvisionedConcurrencyConfig",
        ("DELETE", ["provisioned-concurrency"]) => "DeleteProvisionedConcurrencyConfig",
        ("GET", ["event-invoke-config"]) => "GetFunctionEventInvokeConfig",
        ("PUT", ["event-invoke-config"]) => "PutFunctionEventInvokeConfig",
        ("POST", ["event-invoke-config"]) => "UpdateFunctionEventInvokeConfig",
        ("DELETE", ["event-invoke-config"]) => "DeleteFunctionEventInvokeConfig",
        ("GET", ["event-invoke-config", "list"]) => "ListFunctionEventInvokeConfigs",
        ("GET", ["code-signing-config"]) => "GetFunctionCodeSigningConfig",
        ("PUT", ["code-signing-config"]) => "PutFunctionCodeSigningConfig",
        ("DELETE", ["code-signing-config"]) => "DeleteFunctionCodeSigningConfig",
        ("GET", ["recursion-config"]) => "GetFunctionRecursionConfig",
        ("PUT", ["recursion-config"]) => "PutFunctionRecursionConfig",
        ("GET", ["runtime-management-config"]) => "GetRuntimeManagementConfig",
        ("PUT", ["runtime-management-config"]) => "PutRuntimeManagementConfig",
        ("GET", ["function-scaling-config"]) => "GetFunctionScalingConfig",
        ("PUT", ["function-scaling-config"]) => "PutFunctionScalingConfig",
        ("POST", ["invocations"]) => "Invoke",
        _ => UNKNOWN,
    }
}

fn of_mapping(method: &str, rest: &[&str]) -> &'static str {
    match (method, rest) {
        ("POST", []) => "CreateEventSourceMapping",
        ("GET", []) => "ListEventSourceMappings",
        ("GET", [_]) => "GetEventSourceMapping",
        ("PUT", [_]) => "UpdateEventSourceMapping",
        ("DELETE", [_]) => "DeleteEventSourceMapping",
        _ => UNKNOWN,
    }
}

fn of_layer(method: &str, parts: &[&str], query: &str) -> &'static str {
    match (method, parts) {
        ("GET", ["layers"]) if parameter(query, "find").is_some() => "GetLayerVersionByArn",
        ("GET", ["layers"]) => "ListLayers",
        ("POST", ["layers", _, "versions"]) => "PublishLayerVersion",
        ("GET", ["layers", _, "versions"]) => "ListLayerVersions",
        ("GET", ["layers", _, "versions", _]) => "GetLayerVersion",
        ("DELETE", ["layers", _, "versions", _]) => "DeleteLayerVersion",
        _ => UNKNOWN,
    }
}

/// STS speaks forms: `Action=GetCallerIdentity&Version=2011-06-15`.
fn form(body: &[u8]) -> Operation {
    let text = String::from_utf8_lossy(body);
    let service = if parameter(&text, "Version").as_deref() == Some("2011-06-15") {
        "sts"
    } else {
        "unknown"
    };
    let name = parameter(&text, "Action").unwrap_or_else(|| UNKNOWN.to_owned());
    Operation {
        service,
        name,
        function: None,
    }
}

/// The name in a function's ARN, or what was given where it is none.
fn bare_name(text: &str) -> String {
    let name = text.split_once(":function:").map_or(text, |(_, rest)| rest);
    name.split(':').next().unwrap_or(name).to_owned()
}

fn is_date(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    shape == "0000-00-00"
}

fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| decode(value))
    })
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn json_text(body: &[u8], field: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    value.get(field)?.as_str().map(bare_name)
}

fn between(body: &[u8], before: &str, after: &str) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    #[allow(clippy::type_complexity, reason = "a table")]
    fn every_request_that_the_operator_sends_has_its_name() {
        let rows: &[(&str, &str, &str, &str, &str, Option<&str>)] = &[
            (
                "POST /2020-05-31/function",
                "",
                "<C><Name>f</Name></C>",
                "cloudfront",
                "CreateFunction",
                Some("f"),
            ),
            (
                "GET /2020-05-31/function",
                "MaxItems=10",
                "",
                "cloudfront",
                "ListFunctions",
                None,
            ),
            (
                "GET /2020-05-31/function/f",
                "Stage=LIVE",
                "",
                "cloudfront",
                "GetFunction",
                Some("f"),
            ),
            (
                "GET /2020-05-31/function/f/describe",
                "",
                "",
                "cloudfront",
                "DescribeFunction",
                Some("f"),
            ),
            (
                "PUT /2020-05-31/function/f",
                "",
                "",
                "cloudfront",
                "UpdateFunction",
                Some("f"),
            ),
            (
                "POST /2020-05-31/function/f/publish",
                "",
                "",
                "cloudfront",
                "PublishFunction",
                Some("f"),
            ),
            (
                "POST /2020-05-31/function/f/test",
                "",
                "",
                "cloudfront",
                "TestFunction",
                Some("f"),
            ),
            (
                "DELETE /2020-05-31/function/f",
                "",
                "",
                "cloudfront",
                "DeleteFunction",
                Some("f"),
            ),
            (
                "POST /2020-05-31/tagging",
                "Operation=Tag&Resource=arn%3Aaws%3Acloudfront%3A%3A1%3Afunction%2Ff",
                "",
                "cloudfront",
                "TagResource",
                Some("f"),
            ),
            (
                "POST /2020-05-31/tagging",
                "Operation=Untag&Resource=x",
                "",
                "cloudfront",
                "UntagResource",
                None,
            ),
            (
                "GET /2020-05-31/tagging",
                "Resource=arn:aws:cloudfront::1:function/f",
                "",
                "cloudfront",
                "ListTagsForResource",
                Some("f"),
            ),
            (
                "POST /2015-03-31/functions",
                "",
                r#"{"FunctionName":"g"}"#,
                "lambda",
                "CreateFunction",
                Some("g"),
            ),
            (
                "GET /2015-03-31/functions",
                "Marker=x",
                "",
                "lambda",
                "ListFunctions",
                None,
            ),
            (
                "GET /2015-03-31/functions/g",
                "Qualifier=1",
                "",
                "lambda",
                "GetFunction",
                Some("g"),
            ),
            (
                "DELETE /2015-03-31/functions/g",
                "",
                "",
                "lambda",
                "DeleteFunction",
                Some("g"),
            ),
            (
                "GET /2015-03-31/functions/g/configuration",
                "",
                "",
                "lambda",
                "GetFunctionConfiguration",
                Some("g"),
            ),
            (
                "PUT /2015-03-31/functions/g/configuration",
                "",
                "",
                "lambda",
                "UpdateFunctionConfiguration",
                Some("g"),
            ),
            (
                "PUT /2015-03-31/functions/g/code",
                "",
                "",
                "lambda",
                "UpdateFunctionCode",
                Some("g"),
            ),
            (
                "POST /2015-03-31/functions/g/versions",
                "",
                "",
                "lambda",
                "PublishVersion",
                Some("g"),
            ),
            (
                "PUT /2015-03-31/functions/g/aliases/live",
                "",
                "",
                "lambda",
                "UpdateAlias",
                Some("g"),
            ),
            (
                "DELETE /2015-03-31/functions/g/policy/sid",
                "",
                "",
                "lambda",
                "RemovePermission",
                Some("g"),
            ),
            (
                "POST /2021-10-31/functions/g/url",
                "",
                "",
                "lambda",
                "CreateFunctionUrlConfig",
                Some("g"),
            ),
            (
                "PUT /2017-10-31/functions/g/concurrency",
                "",
                "",
                "lambda",
                "PutFunctionConcurrency",
                Some("g"),
            ),
            (
                "GET /2019-09-30/functions/g/concurrency",
                "",
                "",
                "lambda",
                "GetFunctionConcurrency",
                Some("g"),
            ),
            (
                "GET /2019-09-30/functions/g/provisioned-concurrency",
                "List=ALL",
                "",
                "lambda",
                "ListProvisionedConcurrencyConfigs",
                Some("g"),
            ),
            (
                "GET /2019-09-30/functions/g/provisioned-concurrency",
                "Qualifier=a",
                "",
                "lambda",
                "GetProvisionedConcurrencyConfig",
                Some("g"),
            ),
            (
                "PUT /2019-09-25/functions/g/event-invoke-config",
                "",
                "",
                "lambda",
                "PutFunctionEventInvokeConfig",
                Some("g"),
            ),
            (
                "GET /2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Ag",
                "",
                "",
                "lambda",
                "ListTags",
                Some("g"),
            ),
            (
                "DELETE /2017-03-31/tags/arn:aws:lambda:eu-west-1:1:function:g",
                "tagKeys=a",
                "",
                "lambda",
                "UntagResource",
                Some("g"),
            ),
            (
                "GET /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Ag%3A3",
                "",
                "",
                "lambda",
                "GetFunction",
                Some("g"),
            ),
            (
                "PATCH /2015-03-31/functions/g",
                "",
                "",
                "lambda",
                "Unknown",
                Some("g"),
            ),
            (
                "POST /",
                "",
                "Action=GetCallerIdentity&Version=2011-06-15",
                "sts",
                "GetCallerIdentity",
                None,
            ),
            ("GET /_ministack/health", "", "", "unknown", "Unknown", None),
        ];
        for (request, query, body, service, operation, function) in rows {
            let (method, path) = request.split_once(' ').expect("a method and a path");
            let found = name(method, path, query, body.as_bytes());
            assert_eq!(
                (
                    found.service,
                    found.name.as_str(),
                    found.function.as_deref()
                ),
                (*service, *operation, *function),
                "{request}?{query}"
            );
        }
    }
}
