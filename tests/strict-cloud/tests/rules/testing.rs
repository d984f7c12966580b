//! TestFunction: what a function's code does to an event.

use serde_json::{Value, json};
use strict_cloud::cloudfront::{FunctionConfig, Stage, TestFunction, TestResult, UpdateFunction};
use strict_cloud::operation::cloudfront as op;
use strict_cloud::{Cloud, Fault, FaultKind};

use crate::support::{ACCOUNT, cloud, me, new_edge, refused, verdict};

/// A function with this code, and its ETag.
pub fn coded(cloud: &mut Cloud, runtime: &str, code: &str) -> String {
    let mut request = new_edge("f");
    request.config.runtime = format!("cloudfront-js-{runtime}");
    request.code = code.as_bytes().to_vec();
    cloud.cloudfront_create_function(&me(), &request).expect("a right request").etag
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
    let request = TestFunction { name: "f".into(), if_match: Some(etag.into()), stage: None, event: event.to_string().into_bytes() };
    cloud.cloudfront_test_function(&me(), &request).expect("a test that is done")
}

/// What this code answers to [`event`].
pub fn answer(runtime: &str, code: &str) -> TestResult {
    let mut cloud = cloud();
    let etag = coded(&mut cloud, runtime, code);
    test(&mut cloud, &etag, &event())
}

fn output(result: &TestResult) -> Value {
    serde_json::from_str(result.output.as_deref().unwrap_or_else(|| panic!("{result:?}"))).unwrap()
}

/// What a handler of 2.0 whose body ends in `return <text>` makes of it.
fn two(before: &str, text: &str) -> String {
    let code = format!("{before}\nasync function handler(event) {{ event.request.headers['x-out'] = {{value: String({text})}}; return event.request; }}");
    let result = answer("2.0", &code);
    output(&result).pointer("/request/headers/x-out/value").unwrap_or_else(|| panic!("{result:?}")).as_str().unwrap().to_owned()
}

fn one(text: &str) -> String {
    let code = format!("function handler(event) {{ event.request.headers['x-out'] = {{value: String({text})}}; return event.request; }}");
    let result = answer("1.0", &code);
    output(&result).pointer("/request/headers/x-out/value").unwrap_or_else(|| panic!("{result:?}")).as_str().unwrap().to_owned()
}

#[test]
fn a_test_runs_the_code_of_either_runtime_on_the_event() {
    for (runtime, code) in [
        ("1.0", "function handler(event) { var r = event.request; r.uri += '/index.html'; r.headers['x-mark'] = {value: r.querystring.q.value}; return r; }"),
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
        assert_eq!((result.error_message.as_deref(), result.logs.len()), (Some(""), 0), "{runtime}: no error is an empty message, as in the guide");
        assert!(result.compute_utilization.unwrap().parse::<u32>().unwrap() <= 100);
        assert_eq!((result.summary.stage, result.summary.status), (Stage::Development, "UNPUBLISHED"));
    }
}

#[test]
fn a_function_may_answer_itself() {
    let code = "function handler(event) { return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: 'https://example.org/' } } }; }";
    let expected =
        json!({"response": {"statusCode": 302, "statusDescription": "Found", "headers": {"location": {"value": "https://example.org/"}}, "cookies": {}}});
    assert_eq!(output(&answer("1.0", code)), expected);
    let body = "function handler(event) { return { statusCode: 200, body: 'hello' }; }";
    assert_eq!(output(&answer("2.0", body))["response"]["body"], json!({"encoding": "text", "data": "hello"}));
    let mut response = event();
    response["context"]["eventType"] = json!("viewer-response");
    response["response"] = json!({"statusCode": 200, "headers": {}, "cookies": {}});
    let mut cloud = cloud();
    let etag = coded(&mut cloud, "2.0", "function handler(event) { event.response.headers['x-a'] = { value: 'b' }; return event.response; }");
    assert_eq!(output(&test(&mut cloud, &etag, &response))["response"]["headers"], json!({"x-a": {"value": "b"}}));
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
        ("so are a response's", "return {statusCode: 200, headers: {Location: {value: '/'}}};", "response.headers must have header names in lower case."),
        ("nothing is no answer", "", "the handler must return a request or a response object."),
        ("nor is a string", "return 'a';", "the handler must return a request or a response object."),
        ("nor is a list", "return [];", "the handler must return a request or a response object."),
        ("a status is a number", "return {statusCode: '200'};", "response.statusCode must be an integer from 100 to 599."),
        ("a uri is absolute", "e.request.uri = 'a'; return e.request;", "request.uri must begin with a forward slash."),
        ("a header has a value", "e.request.headers.a = 'b'; return e.request;", "request.headers['a'] must have a value that is a string."),
        ("a value is text", "e.request.headers.a = {value: 1}; return e.request;", "request.headers['a'] must have a value that is a string."),
        (
            "a body has an encoding",
            "return {statusCode: 200, body: {data: 'a'}};",
            "response.body must be a string, or have an encoding, text or base64, and data.",
        ),
        ("base64 is base64", "return {statusCode: 200, body: {encoding: 'base64', data: '!'}};", "response.body.data is no base64."),
    ] {
        for runtime in ["1.0", "2.0"] {
            let result = answer(runtime, &format!("function handler(e) {{ {body} }}"));
            assert_eq!(result.error_message.as_deref(), Some(format!("{invalid}{expected}").as_str()), "{sentence}");
            assert_eq!((result.output, result.compute_utilization.is_some()), (None, true), "{sentence}");
        }
    }
    let method = answer("2.0", "function handler(e) { e.request.method = 'POST'; return e.request; }");
    assert_eq!(output(&method)["request"]["method"], "GET", "the method is read-only");
}

#[test]
fn a_function_that_fails_is_an_answer_with_its_logs() {
    let could_not = "The CloudFront function associated with the CloudFront distribution is invalid or could not run. ";
    for (sentence, runtime, code, expected) in [
        ("what is thrown", "1.0", "function handler(e) { console.log('before'); throw new Error('no'); }", "Error: no"),
        ("what a promise ends in", "2.0", "async function handler(e) { console.log('before'); await Promise.reject(new TypeError('no')); }", "TypeError: no"),
        ("what does not exist", "2.0", "console.log('before'); function handler(e) { return missing; }", "ReferenceError: missing is not defined"),
        ("no handler", "2.0", "console.log('before'); function handle(e) { return e.request; }", "ReferenceError: \"handler\" is not defined"),
        (
            "what runs at the top",
            "1.0",
            "console.log('before'); null.x; function handler(e) { return e.request; }",
            "TypeError: cannot read property 'x' of null",
        ),
    ] {
        let result = answer(runtime, code);
        assert_eq!(result.error_message, Some(format!("{could_not}{expected}")), "{sentence}");
        assert_eq!((result.logs.len(), result.output, result.compute_utilization.is_some()), (1, None, true), "{sentence}");
        assert!(result.logs[0].ends_with("== before"), "{:?}", result.logs);
    }
}

#[test]
fn log_lines_begin_with_the_request_id() {
    let mut cloud = cloud();
    let etag = coded(&mut cloud, "2.0", "function handler(e) { console.log('a', 1, {b: [2]}); console.error('c'); return e.request; }");
    let mut event = event();
    event["context"]["requestId"] = json!("EXAMPLE==");
    assert_eq!(test(&mut cloud, &etag, &event).logs, ["EXAMPLE== a 1 {\"b\":[2]}", "EXAMPLE== c"]);
    let long = answer("2.0", "function handler(e) { for (let i = 0; i < 100; i += 1) console.log('x'.repeat(1000)); return e.request; }");
    let written: usize = long.logs.iter().map(|line| line.split_once(' ').unwrap().1.len()).sum();
    assert_eq!(written, 10_240, "what is more than 10 KB is cut off");
}

#[test]
fn a_syntax_error_shows_when_the_function_runs_and_where_a_setting_asks_at_once() {
    let unsupported = |token: &str, line: u32| {
        format!(
            "The CloudFront function associated with the CloudFront distribution is invalid or could not run. SyntaxError: Token \"{token}\" not supported in this version in {line}"
        )
    };
    for (runtime, code, expected) in [
        ("1.0", "function handler(e) {\n  const r = e.request; return r; }", unsupported("const", 2)),
        ("1.0", "function handler(e) { let r = e.request; return r; }", unsupported("let", 1)),
        ("1.0", "async function handler(e) { return e.request; }", unsupported("async", 1)),
        ("1.0", "import cf from 'cloudfront';", unsupported("import", 1)),
        ("2.0", "function handler(e) { for (const a of []) {} }", unsupported("of", 1)),
        ("2.0", "function handler(e) { try {} catch { } }", unsupported("{", 1)),
        ("2.0", "class A {}", unsupported("class", 1)),
    ] {
        assert_eq!(answer(runtime, code).error_message, Some(expected), "{code}");
    }
    for code in ["function handler(e) {", "function (e) {}", "return 1 +", "import { from 'crypto';"] {
        assert!(answer("2.0", code).error_message.unwrap().contains(". SyntaxError: "), "{code}");
        let mut strict = cloud();
        strict.settings_mut().refuse_syntax_errors = true;
        let mut request = new_edge("f");
        request.code = code.as_bytes().to_vec();
        assert_eq!(verdict(strict.cloudfront_create_function(&me(), &request)), (400, "InvalidArgument"), "{code}");
        let etag = coded(&mut strict, "2.0", "import cf from 'cloudfront'; async function handler(e) { return e.request; }");
        let update = UpdateFunction { name: "f".into(), if_match: Some(etag), config: request.config, code: code.as_bytes().to_vec() };
        assert_eq!(verdict(strict.cloudfront_update_function(&me(), &update)), (400, "InvalidArgument"), "{code}");
    }
}

#[test]
fn what_never_ends_is_stopped() {
    for code in [
        "function handler(e) { for (;;) {} }",
        "for (;;) {} function handler(e) { return e.request; }",
        "function handler(e) { while (true) { try { for (;;) {} } catch (x) { } } }",
        "async function handler(e) { for (;;) await null; }",
        "function handler(e) { return /(a+)+$/.test('a'.repeat(40) + 'b'); }",
    ] {
        let result = answer("2.0", code);
        assert!(result.error_message.as_deref().unwrap().ends_with("exceeded the maximum allowed compute utilization."), "{code}: {result:?}");
        assert_eq!(result.compute_utilization.as_deref(), Some("100"), "{code}");
    }
    let memory = answer("2.0", "function handler(e) { const all = []; for (;;) all.push('x'.repeat(1000) + all.length); }");
    assert!(memory.error_message.as_deref().unwrap().ends_with("could not run. MemoryError"), "{memory:?}");
    let deep = answer("2.0", "function handler(e) { return handler(e); }");
    assert!(deep.error_message.as_deref().unwrap().contains("call stack"), "{deep:?}");
    let waits = answer("2.0", "async function handler(e) { await new Promise(() => {}); }");
    assert!(waits.error_message.as_deref().unwrap().contains("never settled"), "{waits:?}");
}

#[test]
fn modules_are_imported_in_two_and_required_in_both() {
    let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(two("import crypto from 'crypto';", "crypto.createHash('sha256').update('hello').digest('hex')"), hello);
    assert_eq!(two("import { createHash } from 'crypto';", "createHash('sha256').update('hel').update('lo').digest('hex')"), hello);
    assert_eq!(two("", "require('crypto').createHash('sha256').update('hello').digest('hex')"), hello);
    assert_eq!(one("require('crypto').createHash('sha256').update('hello').digest('hex')"), hello);
    assert_eq!(two("import qs from 'querystring';", "qs.stringify(qs.parse('a=1&b=x%20y&a=2'))"), "a=1&a=2&b=x%20y");
    assert_eq!(one("require('querystring').parse('name=value&abc=xyz&abc=123').abc.join()"), "xyz,123");
    assert_eq!(two("import { Buffer } from 'buffer';", "Buffer.from('aGk=', 'base64')"), "hi");
    assert_eq!(two("import cf from 'cloudfront'; cf.updateRequestOrigin({ domainName: 'example.org' });", "cf.edgeLocation.name.length"), "3");
    for (runtime, code) in [("2.0", "import fs from 'fs'; function handler(e) {}"), ("2.0", "var fs = require('fs');"), ("1.0", "require('buffer');")] {
        assert!(answer(runtime, code).error_message.unwrap().contains("could not run. "), "{code}");
    }
}

#[test]
fn digests_are_those_of_the_standards() {
    // RFC 1321, RFC 3174, FIPS 180-2; RFC 2202 and RFC 4231, test case 2.
    for (text, expected) in [
        ("hash('md5', 'abc')", "900150983cd24fb0d6963f7d28e17f72"),
        ("hash('sha1', 'abc')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("hash('sha256', 'abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("mac('md5', 'Jefe', 'what do ya want for nothing?')", "750c783e6ab0b503eaa86e310a5db738"),
        ("mac('sha1', 'Jefe', 'what do ya want for nothing?')", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("mac('sha256', 'Jefe', 'what do ya want for nothing?')", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ("c.createHash('md5').update('é').digest('base64')", "Zt3Nl8/eq7L2+4qZm0vHbw=="),
        ("c.createHash('md5').update('é').digest('base64url')", "Zt3Nl8_eq7L2-4qZm0vHbw"),
        ("c.createHash('md5').update('616263', 'hex').digest().toString('hex')", "900150983cd24fb0d6963f7d28e17f72"),
        ("mac('sha256', 'k'.repeat(100), 'x')", "8c1858bff6cf9cb73708b4b54f43bca6e1b8b4c3380760dc009001b265b64c6f"),
    ] {
        let before = "import c from 'crypto'; const hash = (a, d) => c.createHash(a).update(d).digest('hex'); const mac = (a, k, d) => c.createHmac(a, k).update(d).digest('hex');";
        assert_eq!(two(before, text), expected, "{text}");
    }
    assert_eq!(one("require('crypto').createHash('md5').update('abc').digest().length"), "16", "a byte string");
    assert!(answer("2.0", "require('crypto').createHash('sha512');").error_message.unwrap().contains("not supported algorithm"));
}

#[test]
fn bytes_are_buffers_in_two_and_strings_in_one() {
    for (text, expected) in [
        ("Buffer.from('héllo').toString('hex')", "68c3a96c6c6f"),
        ("Buffer.concat([Buffer.from('a'), Buffer.from([98, 99])]).toString('base64')", "YWJj"),
        ("Buffer.from('616263', 'hex').slice(1).toString()", "bc"),
        ("Buffer.alloc(4).writeUInt16BE(258, 1) + ':' + Buffer.from([0, 1, 2, 0]).readUInt16BE(1)", "3:258"),
        ("Buffer.from('abc').equals(Buffer.from('YWJj', 'base64'))", "true"),
        ("atob(btoa('a1')) + btoa('a1')", "a1YTE="),
        ("new TextDecoder().decode(new TextEncoder().encode('é'))", "é"),
        ("typeof String.bytesFrom", "undefined"),
    ] {
        assert_eq!(two("", text), expected, "{text}");
    }
    for (text, expected) in [
        ("String.bytesFrom([97, 98])", "ab"),
        ("String.bytesFrom('YWI', 'base64url')", "ab"),
        ("'é'.toUTF8().length + 'é'.toUTF8().fromUTF8()", "2é"),
        ("'€'.toBytes()", "null"),
        ("typeof Buffer + typeof atob", "undefinedundefined"),
    ] {
        assert_eq!(one(text), expected, "{text}");
    }
}

#[test]
fn what_is_restricted_fails() {
    for text in [
        "eval('1')",
        "new Function('return 1')()",
        "(function () {}).constructor('return 1')()",
        "(async () => {}).constructor('return 1')()",
        "setTimeout(() => {})",
        "fetch('/')",
        "new XMLHttpRequest()",
    ] {
        let result = answer("2.0", &format!("function handler(e) {{ {text}; return e.request; }}"));
        assert!(result.error_message.as_deref().unwrap().contains("could not run. "), "{text}: {result:?}");
    }
    assert_eq!(one("(function () { return this; })()"), "undefined", "code is strict");
    assert!(answer("1.0", "console.error('a');").error_message.unwrap().contains("not a function"));
}

#[test]
fn the_same_test_has_the_same_result_and_time_is_the_models() {
    let code = "async function handler(e) { console.log(Math.random(), Date.now(), new Date().toISOString(), new Date(2026, 5, 1).getHours(), String(new Date(0))); return e.request; }";
    let first = answer("2.0", code);
    assert_eq!(first, answer("2.0", code));
    let line = first.logs[0].split_once(' ').unwrap().1;
    assert!(line.ends_with("1767225600000 2026-01-01T00:00:00.000Z 0 Thu Jan 01 1970 00:00:00 GMT+0000 (UTC)"), "{line}");
    let mut cloud = cloud();
    let etag = coded(&mut cloud, "2.0", code);
    cloud.advance(std::time::Duration::from_millis(1500));
    let later = test(&mut cloud, &etag, &event());
    assert!(later.logs[0].contains("1767225601500 2026-01-01T00:00:01.500Z"), "{:?}", later.logs);
    assert_eq!(later.logs, test(&mut cloud, &etag, &event()).logs);
}

#[test]
fn a_test_needs_the_current_etag_of_its_stage() {
    let mut cloud = cloud();
    let first = coded(&mut cloud, "1.0", "function handler(e) { e.request.uri = '/old'; return e.request; }");
    cloud.cloudfront_publish_function(&me(), "f", Some(&first)).unwrap();
    let live = cloud.cloudfront_describe_function(&me(), "f", Some(Stage::Live)).unwrap().etag;
    let code = b"function handler(e) { e.request.uri = '/new'; return e.request; }".to_vec();
    let update = UpdateFunction {
        name: "f".into(),
        if_match: Some(first.clone()),
        config: FunctionConfig { runtime: "cloudfront-js-2.0".into(), ..Default::default() },
        code,
    };
    let current = cloud.cloudfront_update_function(&me(), &update).unwrap().etag;
    let mut ask = |name: &str, if_match: Option<&str>, stage| {
        let request = TestFunction { name: name.into(), if_match: if_match.map(str::to_owned), stage, event: event().to_string().into_bytes() };
        cloud.cloudfront_test_function(&me(), &request)
    };
    for (sentence, name, if_match, stage, expected) in [
        ("none", "f", None, None, (400, "InvalidIfMatchVersion")),
        ("an old one", "f", Some(first.as_str()), None, (412, "PreconditionFailed")),
        ("LIVE's", "f", Some(live.as_str()), Some(Stage::Development), (412, "PreconditionFailed")),
        ("DEVELOPMENT's for LIVE", "f", Some(current.as_str()), Some(Stage::Live), (412, "PreconditionFailed")),
        ("another function", "g", Some(current.as_str()), None, (404, "NoSuchFunctionExists")),
    ] {
        assert_eq!(verdict(ask(name, if_match, stage)), expected, "{sentence}");
    }
    assert_eq!(output(&ask("f", Some(&current), None).unwrap())["request"]["uri"], "/new");
    let old = ask("f", Some(&live), Some(Stage::Live)).unwrap();
    assert_eq!((&output(&old)["request"]["uri"], old.summary.stage), (&json!("/old"), Stage::Live));
}

#[test]
fn the_log_says_what_was_tested_with_what_and_how_it_ended() {
    let mut cloud = cloud();
    let etag = coded(&mut cloud, "2.0", "function handler(e) { return e.request; }");
    test(&mut cloud, &etag, &event());
    test(&mut cloud, &etag, &json!({}));
    let (created, good, bad) = (&cloud.log()[0].arguments, &cloud.log()[1], &cloud.log()[2].arguments);
    for field in ["code", "runtime", "comment", "stores"] {
        assert_eq!(good.arguments[field], created[field], "{field} is what was created");
    }
    let event = strict_cloud::lambda::sha256(event().to_string().as_bytes());
    assert_eq!((&good.arguments["event"], &good.arguments["ifMatch"]), (&json!(event), &json!(etag)));
    assert_eq!((&good.arguments["failed"], &bad["failed"], good.effect), (&json!(false), &json!(true), false));
}

#[test]
fn an_event_is_an_object_of_40_kilobytes_at_most() {
    let mut cloud = cloud();
    let etag = coded(&mut cloud, "1.0", "function handler(e) { return e.request; }");
    let mut ask =
        |event: Vec<u8>| verdict(cloud.cloudfront_test_function(&me(), &TestFunction { name: "f".into(), if_match: Some(etag.clone()), stage: None, event }));
    let padded = |size: usize| {
        let mut event = event().to_string().into_bytes();
        event.resize(size, b' ');
        event
    };
    assert_eq!(ask(padded(40_960)), (0, ""));
    for (sentence, event) in
        [("more", padded(40_961)), ("nothing", vec![]), ("text", b"{".to_vec()), ("a list", b"[]".to_vec()), ("no text at all", vec![0xff])]
    {
        assert_eq!(ask(event), (400, "InvalidArgument"), "{sentence}");
    }
}

#[test]
fn a_test_may_fail_itself_or_not_be_there() {
    let mut cloud = cloud();
    let etag = coded(&mut cloud, "1.0", "function handler(e) { return e.request; }");
    let request = TestFunction { name: "f".into(), if_match: Some(etag.clone()), stage: None, event: event().to_string().into_bytes() };
    cloud.inject(Fault::next(op::TEST_FUNCTION, FaultKind::TestFunctionFailed));
    let refusal = refused(cloud.cloudfront_test_function(&me(), &request));
    assert_eq!((refusal.status, refusal.code), (500, "TestFunctionFailed"));
    cloud.settings_mut().compute_utilization = false;
    assert_eq!(test(&mut cloud, &etag, &event()).compute_utilization, None);
    cloud.settings_mut().test_function = false;
    assert_eq!(verdict(cloud.cloudfront_test_function(&me(), &request)), (400, "UnsupportedOperation"));
}

const STORE: &str = "01234567-89ab-cdef-0123-456789abcdef";

fn with_store(cloud: &mut Cloud, code: &str) -> TestResult {
    let mut request = new_edge("f");
    request.config.key_value_stores = vec![format!("arn:aws:cloudfront::{ACCOUNT}:key-value-store/{STORE}")];
    request.code = code.as_bytes().to_vec();
    let etag = cloud.cloudfront_create_function(&me(), &request).expect("a right request").etag;
    test(cloud, &etag, &event())
}

#[test]
fn a_function_reads_the_store_that_it_is_associated_with() {
    let read = |text: &str| {
        format!(
            "import cf from 'cloudfront'; const kvs = cf.kvs();\nasync function handler(e) {{ e.request.headers['x-out'] = {{ value: String({text}) }}; return e.request; }}"
        )
    };
    let pairs = [("a".to_owned(), "1".to_owned()), ("o".to_owned(), "{\"b\":[2]}".to_owned())].into();
    for (text, expected) in [
        ("await kvs.get('a')", "1"),
        ("(await kvs.get('o', { format: 'json' })).b[0]", "2"),
        ("(await kvs.get('a', { format: 'bytes' })).toString('hex')", "31"),
        ("[await kvs.exists('a'), await kvs.exists('b')]", "true,false"),
        ("await kvs.count()", "2"),
        ("(await kvs.meta()).keyCount", "2"),
    ] {
        let mut cloud = cloud();
        cloud.put_key_value_store(ACCOUNT, STORE, &pairs);
        assert_eq!(output(&with_store(&mut cloud, &read(text)))["request"]["headers"]["x-out"]["value"], expected, "{text}");
    }
    for (sentence, text) in
        [("a key that is not there", "await kvs.get('b')"), ("another store", "await cf.kvs('fedcba98-89ab-cdef-0123-456789abcdef').get('a')")]
    {
        let mut cloud = cloud();
        cloud.put_key_value_store(ACCOUNT, STORE, &pairs);
        let result = with_store(&mut cloud, &read(text));
        assert!(result.error_message.as_deref().unwrap().contains("could not run. Error: "), "{sentence}: {result:?}");
    }
    let mut cloud = cloud();
    assert_eq!(output(&with_store(&mut cloud, &read("await kvs.count()")))["request"]["headers"]["x-out"]["value"], "0", "a store that nobody made is empty");
    let caught = "import cf from 'cloudfront'; async function handler(e) { try { await cf.kvs().get('b'); } catch (x) { e.request.uri = '/caught'; } return e.request; }";
    cloud.cloudfront_delete_function(&me(), "f", cloud.clone().cloudfront_describe_function(&me(), "f", None).ok().map(|f| f.etag).as_deref()).unwrap();
    assert_eq!(output(&with_store(&mut cloud, caught))["request"]["uri"], "/caught");
    assert!(answer("2.0", &read("1")).error_message.unwrap().contains("association"), "without an association there is no store");
}

#[test]
fn other_pairs_in_a_store_are_another_test() {
    let mut cloud = cloud();
    let code = "import cf from 'cloudfront'; async function handler(e) { e.request.uri = '/' + await cf.kvs().count(); return e.request; }";
    assert_eq!(output(&with_store(&mut cloud, code))["request"]["uri"], "/0");
    cloud.put_key_value_store(ACCOUNT, STORE, &[("a".to_owned(), String::new())].into());
    let etag = cloud.cloudfront_describe_function(&me(), "f", None).unwrap().etag;
    assert_eq!(output(&test(&mut cloud, &etag, &event()))["request"]["uri"], "/1");
}

#[test]
fn a_store_must_exist_where_a_setting_says_so() {
    let mut cloud = cloud();
    cloud.settings_mut().key_value_stores_must_exist = true;
    let mut request = new_edge("f");
    request.config.key_value_stores = vec![format!("arn:aws:cloudfront::{ACCOUNT}:key-value-store/{STORE}")];
    assert_eq!(verdict(cloud.cloudfront_create_function(&me(), &request)), (400, "InvalidArgument"));
    cloud.put_key_value_store(ACCOUNT, STORE, &[].into());
    assert_eq!(verdict(cloud.cloudfront_create_function(&me(), &request)), (0, ""));
}
