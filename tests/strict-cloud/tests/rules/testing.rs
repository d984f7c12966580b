//! TestFunction: what a function's code does to an event.

use serde_json::{Value, json};
use strict_cloud::cloudfront::{FunctionConfig, Stage, TestFunction, TestResult, UpdateFunction};
use strict_cloud::operation::cloudfront as op;
use strict_cloud::{Cloud, Fault, FaultKind};

use crate::support::{cloud, me, new_edge, refused, verdict};

/// A function with this code, and its ETag.
pub fn coded(cloud: &mut Cloud, runtime: &str, code: &str) -> String {
    let mut request = new_edge("f");
    request.config.runtime = format!("cloudfront-js-{runtime}");
    request.code = code.as_bytes().to_vec();
    cloud
        .cloudfront_create_function(&me(), &request)
        .expect("a right request")
        .etag
}

/// A viewer request for `/a`.
pub fn event() -> Value {
    json!({
        "version": "1.0",
        "context": {"eventType": "viewer-request"},
        "viewer": {"ip": "198.51.100.11"},
        "request": {
            "method": "GET",
            "uri": "/a",
            "querystring": {"q": {"value": "1"}},
            "headers": {"host": {"value": "example.org"}},
            "cookies": {}
        }
    })
}

pub fn test(cloud: &mut Cloud, etag: &str, event: &Value) -> TestResult {
    let request = TestFunction {
        name: "f".into(),
        if_match: Some(etag.into()),
        stage: None,
        event: event.to_string().into_bytes(),
    };
    cloud
        .cloudfront_test_function(&me(), &request)
        .expect("a test that is done")
}

/// What this code answers to [`event`].
pub fn answer(runtime: &str, code: &str) -> TestResult {
    let mut cloud = cloud();
    let etag = coded(&mut cloud, runtime, code);
    test(&mut cloud, &etag, &event())
}

/// FunctionOutput.
pub fn output(result: &TestResult) -> Value {
    serde_json::from_str(
        result
            .output
            .as_deref()
            .unwrap_or_else(|| panic!("{result:?}")),
    )
    .unwrap()
}

#[test]
fn a_test_runs_the_code_of_either_runtime_on_the_event() {
    for (runtime, code) in [
        (
            "1.0",
            "function handler(event) { var r = event.request; r.uri += '/index.html'; r.headers['x-mark'] = {value: r.querystring.q.value}; return r; }",
        ),
        (
            "2.0",
            "const mark = (r) => ({ value: r.querystring.q.value });\nasync function handler(event) { const r = event.request; r.uri = `${r.uri}/index.html`; r.headers['x-mark'] = mark(r); return r; }",
        ),
    ] {
        let result = answer(runtime, code);
        let expected = json!({"request": {
            "method": "GET",
            "uri": "/a/index.html",
            "querystring": {"q": {"value": "1"}},
            "headers": {"host": {"value": "example.org"}, "x-mark": {"value": "1"}},
            "cookies": {}
        }});
        assert_eq!(output(&result), expected, "{runtime}");
        assert_eq!(
            (result.error_message.as_deref(), result.logs.len()),
            (Some(""), 0),
            "{runtime}: no error is an empty message, as in the guide"
        );
        assert!(result.compute_utilization.unwrap().parse::<u32>().unwrap() <= 100);
        assert_eq!(
            (result.summary.stage, result.summary.status),
            (Stage::Development, "UNPUBLISHED")
        );
    }
}

#[test]
fn a_function_may_answer_itself() {
    let code = "function handler(event) { return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: 'https://example.org/' } } }; }";
    let expected = json!({"response": {"statusCode": 302, "statusDescription": "Found", "headers": {"location": {"value": "https://example.org/"}}, "cookies": {}}});
    assert_eq!(output(&answer("1.0", code)), expected);
    let body = "function handler(event) { return { statusCode: 200, body: 'hello' }; }";
    assert_eq!(
        output(&answer("2.0", body))["response"]["body"],
        json!({"encoding": "text", "data": "hello"})
    );
    let mut response = event();
    response["context"]["eventType"] = json!("viewer-response");
    response["response"] = json!({"statusCode": 200, "headers": {}, "cookies": {}});
    let mut cloud = cloud();
    let etag = coded(
        &mut cloud,
        "2.0",
        "function handler(event) { event.response.headers['x-a'] = { value: 'b' }; return event.response; }",
    );
    assert_eq!(
        output(&test(&mut cloud, &etag, &response))["response"]["headers"],
        json!({"x-a": {"value": "b"}})
    );
}

#[test]
fn what_a_function_must_not_return_is_an_error_that_says_so() {
    let invalid = "The CloudFront function returned an invalid value: ";
    for (sentence, body, expected) in [
        (
            "header names are lower-case",
            "e.request.headers['X-Mark'] = {value: 'a'}; return e.request;",
            "request.headers must have header names in lower case.",
        ),
        (
            "so are a response's",
            "return {statusCode: 200, headers: {Location: {value: '/'}}};",
            "response.headers must have header names in lower case.",
        ),
        (
            "nothing is no answer",
            "",
            "the handler must return a request or a response object.",
        ),
        (
            "nor is a string",
            "return 'a';",
            "the handler must return a request or a response object.",
        ),
        (
            "nor is a list",
            "return [];",
            "the handler must return a request or a response object.",
        ),
        (
            "a status is a number",
            "return {statusCode: '200'};",
            "response.statusCode must be an integer from 100 to 599.",
        ),
        (
            "a uri is absolute",
            "e.request.uri = 'a'; return e.request;",
            "request.uri must begin with a forward slash.",
        ),
        (
            "a header has a value",
            "e.request.headers.a = 'b'; return e.request;",
            "request.headers['a'] must have a value that is a string.",
        ),
        (
            "a value is text",
            "e.request.headers.a = {value: 1}; return e.request;",
            "request.headers['a'] must have a value that is a string.",
        ),
        (
            "a body has an encoding",
            "return {statusCode: 200, body: {data: 'a'}};",
            "response.body must be a string, or have an encoding, text or base64, and data.",
        ),
        (
            "base64 is base64",
            "return {statusCode: 200, body: {encoding: 'base64', data: '!'}};",
            "response.body.data is no base64.",
        ),
    ] {
        for runtime in ["1.0", "2.0"] {
            let result = answer(runtime, &format!("function handler(e) {{ {body} }}"));
            assert_eq!(
                result.error_message.as_deref(),
                Some(format!("{invalid}{expected}").as_str()),
                "{sentence}"
            );
            assert_eq!(
                (result.output, result.compute_utilization.is_some()),
                (None, true),
                "{sentence}"
            );
        }
    }
    let kept = answer(
        "2.0",
        "function handler(e) { e.request.headers.a = {value: 'b', more: 1}; e.request.cookies.c = {multiValue: [{value: 'd', more: 1}]}; e.request.querystring = 'q=1'; return e.request; }",
    );
    assert_eq!(
        [
            &output(&kept)["request"]["headers"]["a"],
            &output(&kept)["request"]["cookies"],
            &output(&kept)["request"]["querystring"]
        ],
        [
            &json!({"value": "b"}),
            &json!({"c": {"multiValue": [{"value": "d"}]}}),
            &json!("q=1")
        ],
        "no other members, and a query may be text"
    );
    let half = answer(
        "2.0",
        "function handler(e) { e.request.headers.a = {value: 'x\\ud83d'}; e.request.headers.b = {value: '\\\\ud83d'}; return e.request; }",
    );
    assert_eq!(
        output(&half)["request"]["headers"],
        json!({"host": {"value": "example.org"}, "a": {"value": "x\u{fffd}"}, "b": {"value": "\\ud83d"}}),
        "half a pair is no character"
    );
    let method = answer(
        "2.0",
        "function handler(e) { e.request.method = 'POST'; return e.request; }",
    );
    assert_eq!(
        output(&method)["request"]["method"],
        "GET",
        "the method is read-only"
    );
}

#[test]
fn a_function_that_fails_is_an_answer_with_its_logs() {
    for (sentence, runtime, code, expected) in [
        (
            "what is thrown",
            "1.0",
            "function handler(e) { console.log('before'); throw new Error('no'); }",
            "Error: no",
        ),
        (
            "what a promise ends in",
            "2.0",
            "async function handler(e) { console.log('before'); await Promise.reject(new TypeError('no')); }",
            "TypeError: no",
        ),
        (
            "what does not exist",
            "2.0",
            "console.log('before'); function handler(e) { return missing; }",
            "ReferenceError: \"missing\" is not defined",
        ),
        (
            "no handler",
            "2.0",
            "console.log('before'); function handle(e) { return e.request; }",
            "ReferenceError: \"handler\" is not defined",
        ),
        (
            "what runs at the top",
            "1.0",
            "console.log('before'); null.x; function handler(e) { return e.request; }",
            "TypeError: cannot get property \"x\" of null",
        ),
    ] {
        let result = answer(runtime, code);
        assert_eq!(
            result.error_message,
            Some(expected.to_owned()),
            "{sentence}"
        );
        assert_eq!(
            (
                result.logs.len(),
                result.output,
                result.compute_utilization.is_some()
            ),
            (1, None, true),
            "{sentence}"
        );
        assert_eq!(result.logs, ["before"], "{sentence}");
    }
}

#[test]
fn log_lines_are_what_console_log_was_given() {
    let mut cloud = cloud();
    let etag = coded(
        &mut cloud,
        "2.0",
        "function handler(e) { console.log('a', 1, {b: [2]}); console.log('c'); return e.request; }",
    );
    let mut event = event();
    event["context"]["requestId"] = json!("EXAMPLE==");
    assert_eq!(
        test(&mut cloud, &etag, &event).logs,
        ["a 1 {\"b\":[2]}", "c"]
    );
    let long = answer(
        "2.0",
        "function handler(e) { for (let i = 0; i < 100; i += 1) console.log('x'.repeat(1000)); return e.request; }",
    );
    let written: usize = long.logs.iter().map(String::len).sum();
    assert_eq!(written, 10_240, "what is more than 10 KB is cut off");
}

#[test]
fn a_syntax_error_shows_when_the_function_runs_and_where_a_setting_asks_at_once() {
    let unsupported = |token: &str, line: u32| {
        format!("SyntaxError: Token \"{token}\" not supported in this version in {line}")
    };
    for (runtime, code, expected) in [
        (
            "1.0",
            "function handler(e) {\n  const r = e.request; return r; }",
            unsupported("const", 2),
        ),
        (
            "1.0",
            "function handler(e) { let r = e.request; return r; }",
            unsupported("let", 1),
        ),
        (
            "1.0",
            "async function handler(e) { return e.request; }",
            unsupported("async", 1),
        ),
        (
            "2.0",
            "function handler(e) { for (const a of []) {} }",
            unsupported("of", 1),
        ),
        (
            "2.0",
            "function handler(e) { try {} catch { } }",
            unsupported("{", 1),
        ),
        ("2.0", "class A {}", unsupported("class", 1)),
    ] {
        assert_eq!(
            answer(runtime, code).error_message,
            Some(expected),
            "{code}"
        );
    }
    for code in [
        "function handler(e) {",
        "function (e) {}",
        "return 1 +",
        "import { from 'crypto';",
    ] {
        assert!(
            answer("2.0", code)
                .error_message
                .unwrap()
                .starts_with("SyntaxError: "),
            "{code}"
        );
        let mut strict = cloud();
        strict.settings_mut().refuse_syntax_errors = true;
        let mut request = new_edge("f");
        request.code = code.as_bytes().to_vec();
        assert_eq!(
            verdict(strict.cloudfront_create_function(&me(), &request)),
            (400, "InvalidArgument"),
            "{code}"
        );
        let etag = coded(
            &mut strict,
            "2.0",
            "import cf from 'cloudfront'; async function handler(e) { return e.request; }",
        );
        let update = UpdateFunction {
            name: "f".into(),
            if_match: Some(etag),
            config: request.config,
            code: code.as_bytes().to_vec(),
        };
        assert_eq!(
            verdict(strict.cloudfront_update_function(&me(), &update)),
            (400, "InvalidArgument"),
            "{code}"
        );
    }
}

#[test]
fn the_same_test_has_the_same_result_and_time_is_the_models() {
    let code = "async function handler(e) { console.log(Math.random(), Date.now(), new Date().toISOString(), new Date(2026, 5, 1).getHours(), String(new Date(0))); return e.request; }";
    let first = answer("2.0", code);
    assert_eq!(first, answer("2.0", code));
    let line = &first.logs[0];
    assert!(
        line.ends_with(
            "1767225600000 2026-01-01T00:00:00.000Z 0 Thu Jan 01 1970 00:00:00 GMT+0000"
        ),
        "{line}"
    );
    let mut cloud = cloud();
    let etag = coded(&mut cloud, "2.0", code);
    cloud.advance(std::time::Duration::from_millis(1500));
    let later = test(&mut cloud, &etag, &event());
    assert!(
        later.logs[0].contains("1767225601500 2026-01-01T00:00:01.500Z"),
        "{:?}",
        later.logs
    );
    assert_eq!(later.logs, test(&mut cloud, &etag, &event()).logs);
}

#[test]
fn a_cloud_can_be_cloned_printed_and_sent_elsewhere() {
    const fn carried<T: Clone + std::fmt::Debug + Send + 'static>() {}
    carried::<Cloud>();
}

#[test]
fn a_test_needs_the_current_etag_of_its_stage() {
    let mut cloud = cloud();
    let first = coded(
        &mut cloud,
        "1.0",
        "function handler(e) { e.request.uri = '/old'; return e.request; }",
    );
    cloud
        .cloudfront_publish_function(&me(), "f", Some(&first))
        .unwrap();
    let live = cloud
        .cloudfront_describe_function(&me(), "f", Some(Stage::Live))
        .unwrap()
        .etag;
    let code = b"function handler(e) { e.request.uri = '/new'; return e.request; }".to_vec();
    let update = UpdateFunction {
        name: "f".into(),
        if_match: Some(first.clone()),
        config: FunctionConfig {
            runtime: "cloudfront-js-2.0".into(),
            ..Default::default()
        },
        code,
    };
    let current = cloud
        .cloudfront_update_function(&me(), &update)
        .unwrap()
        .etag;
    let mut ask = |name: &str, if_match: Option<&str>, stage| {
        let request = TestFunction {
            name: name.into(),
            if_match: if_match.map(str::to_owned),
            stage,
            event: event().to_string().into_bytes(),
        };
        cloud.cloudfront_test_function(&me(), &request)
    };
    for (sentence, name, if_match, stage, expected) in [
        ("none", "f", None, None, (400, "InvalidIfMatchVersion")),
        (
            "an old one",
            "f",
            Some(first.as_str()),
            None,
            (412, "PreconditionFailed"),
        ),
        (
            "LIVE's",
            "f",
            Some(live.as_str()),
            Some(Stage::Development),
            (412, "PreconditionFailed"),
        ),
        (
            "DEVELOPMENT's for LIVE",
            "f",
            Some(current.as_str()),
            Some(Stage::Live),
            (412, "PreconditionFailed"),
        ),
        (
            "another function",
            "g",
            Some(current.as_str()),
            None,
            (404, "NoSuchFunctionExists"),
        ),
    ] {
        assert_eq!(verdict(ask(name, if_match, stage)), expected, "{sentence}");
    }
    assert_eq!(
        output(&ask("f", Some(&current), None).unwrap())["request"]["uri"],
        "/new"
    );
    let old = ask("f", Some(&live), Some(Stage::Live)).unwrap();
    assert_eq!(
        (&output(&old)["request"]["uri"], old.summary.stage),
        (&json!("/old"), Stage::Live)
    );
}

#[test]
fn the_log_says_what_was_tested_with_what_and_how_it_ended() {
    let mut cloud = cloud();
    let etag = coded(
        &mut cloud,
        "2.0",
        "function handler(e) { return e.request; }",
    );
    test(&mut cloud, &etag, &event());
    test(&mut cloud, &etag, &json!({}));
    let (created, good, bad) = (
        &cloud.log()[0].arguments,
        &cloud.log()[1],
        &cloud.log()[2].arguments,
    );
    for field in ["code", "runtime", "comment", "stores"] {
        assert_eq!(
            good.arguments[field], created[field],
            "{field} is what was created"
        );
    }
    let event = strict_cloud::lambda::sha256(event().to_string().as_bytes());
    assert_eq!(
        (&good.arguments["event"], &good.arguments["ifMatch"]),
        (&json!(event), &json!(etag))
    );
    assert_eq!(
        (&good.arguments["failed"], &bad["failed"], good.effect),
        (&json!(false), &json!(true), false)
    );
}

#[test]
fn an_event_is_an_object_of_40_kilobytes_at_most() {
    let mut cloud = cloud();
    let etag = coded(
        &mut cloud,
        "1.0",
        "function handler(e) { return e.request; }",
    );
    let mut ask = |event: Vec<u8>| {
        verdict(cloud.cloudfront_test_function(
            &me(),
            &TestFunction {
                name: "f".into(),
                if_match: Some(etag.clone()),
                stage: None,
                event,
            },
        ))
    };
    let padded = |size: usize| {
        let mut event = event().to_string().into_bytes();
        event.resize(size, b' ');
        event
    };
    assert_eq!(ask(padded(40_960)), (0, ""));
    for (sentence, event) in [
        ("more", padded(40_961)),
        ("nothing", vec![]),
        ("text", b"{".to_vec()),
        ("a list", b"[]".to_vec()),
        ("no text at all", vec![0xff]),
    ] {
        assert_eq!(ask(event), (400, "InvalidArgument"), "{sentence}");
    }
}

#[test]
fn a_test_may_fail_itself_or_not_be_there() {
    let mut cloud = cloud();
    let etag = coded(
        &mut cloud,
        "1.0",
        "function handler(e) { return e.request; }",
    );
    let request = TestFunction {
        name: "f".into(),
        if_match: Some(etag.clone()),
        stage: None,
        event: event().to_string().into_bytes(),
    };
    cloud.inject(Fault::next(
        op::TEST_FUNCTION,
        FaultKind::TestFunctionFailed,
    ));
    let refusal = refused(cloud.cloudfront_test_function(&me(), &request));
    assert_eq!((refusal.status, refusal.code), (500, "TestFunctionFailed"));
    cloud.settings_mut().compute_utilization = false;
    assert_eq!(test(&mut cloud, &etag, &event()).compute_utilization, None);
    cloud.settings_mut().test_function = false;
    assert_eq!(
        verdict(cloud.cloudfront_test_function(&me(), &request)),
        (400, "UnsupportedOperation")
    );
}
