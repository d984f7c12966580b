//! What functions find in the two runtimes: modules, bytes, stores, and where they end.

use strict_cloud::Cloud;
use strict_cloud::cloudfront::TestResult;

use crate::support::{ACCOUNT, cloud, me, new_edge, verdict};
use crate::testing::{answer, coded, event, output, test};

/// What a handler of 2.0 whose body ends in `return <text>` makes of it.
fn two(before: &str, text: &str) -> String {
    let code = format!(
        "{before}\nasync function handler(event) {{ event.request.headers['x-out'] = {{value: String({text})}}; return event.request; }}"
    );
    let result = answer("2.0", &code);
    output(&result)
        .pointer("/request/headers/x-out/value")
        .unwrap_or_else(|| panic!("{result:?}"))
        .as_str()
        .unwrap()
        .to_owned()
}

fn one(text: &str) -> String {
    let code = format!(
        "function handler(event) {{ event.request.headers['x-out'] = {{value: String({text})}}; return event.request; }}"
    );
    let result = answer("1.0", &code);
    output(&result)
        .pointer("/request/headers/x-out/value")
        .unwrap_or_else(|| panic!("{result:?}"))
        .as_str()
        .unwrap()
        .to_owned()
}

const STORE: &str = "01234567-89ab-cdef-0123-456789abcdef";

fn with_store(cloud: &mut Cloud, code: &str) -> TestResult {
    let mut request = new_edge("f");
    request.config.key_value_stores = vec![format!(
        "arn:aws:cloudfront::{ACCOUNT}:key-value-store/{STORE}"
    )];
    request.code = code.as_bytes().to_vec();
    let etag = cloud
        .cloudfront_create_function(&me(), &request)
        .expect("a right request")
        .etag;
    test(cloud, &etag, &event())
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
        assert!(
            result
                .error_message
                .as_deref()
                .unwrap()
                .ends_with("exceeded the maximum allowed compute utilization."),
            "{code}: {result:?}"
        );
        assert_eq!(result.compute_utilization.as_deref(), Some("100"), "{code}");
    }
    let memory = answer(
        "2.0",
        "function handler(e) { const all = []; for (;;) all.push('x'.repeat(1000) + all.length); }",
    );
    assert!(
        memory
            .error_message
            .as_deref()
            .unwrap()
            .ends_with("MemoryError"),
        "{memory:?}"
    );
    let deep = answer("2.0", "function handler(e) { return handler(e); }");
    assert!(
        deep.error_message
            .as_deref()
            .unwrap()
            .contains("call stack"),
        "{deep:?}"
    );
    let waits = answer(
        "2.0",
        "async function handler(e) { await new Promise(() => {}); }",
    );
    assert!(
        waits
            .error_message
            .as_deref()
            .unwrap()
            .contains("never settled"),
        "{waits:?}"
    );
}

#[test]
fn modules_are_imported_in_two_and_required_in_both() {
    let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(
        two(
            "import crypto from 'crypto';",
            "crypto.createHash('sha256').update('hello').digest('hex')"
        ),
        hello
    );
    assert_eq!(
        two(
            "import crypto from 'crypto';",
            "crypto.createHash('sha256').update('hel').update('lo').digest('hex')"
        ),
        hello
    );
    assert_eq!(
        two(
            "",
            "require('crypto').createHash('sha256').update('hello').digest('hex')"
        ),
        hello
    );
    assert_eq!(
        one("require('crypto').createHash('sha256').update('hello').digest('hex')"),
        hello
    );
    assert_eq!(
        two(
            "import qs from 'querystring';",
            "qs.stringify(qs.parse('a=1&b=x%20y&a=2'))"
        ),
        "a=1&a=2&b=x%20y"
    );
    assert_eq!(
        one("require('querystring').parse('name=value&abc=xyz&abc=123').abc.join()"),
        "xyz,123"
    );
    assert_eq!(
        two(
            "import buffer from 'buffer';",
            "buffer.Buffer.from('aGk=', 'base64')"
        ),
        "hi"
    );
    assert_eq!(
        two(
            "import cf from 'cloudfront'; cf.updateRequestOrigin({ domainName: 'example.org' });",
            "cf.edgeLocation.name.length"
        ),
        "3"
    );
    for (runtime, code, expected) in [
        ("2.0", "import fs from 'fs'; function handler(e) {}", "fs"),
        (
            "2.0",
            "var fs = require('fs');",
            "Cannot find module \"fs\"",
        ),
        (
            "1.0",
            "require('cloudfront');",
            "Cannot find module \"cloudfront\"",
        ),
    ] {
        assert!(
            answer(runtime, code)
                .error_message
                .unwrap()
                .contains(expected),
            "{code}"
        );
    }
}

#[test]
fn digests_are_those_of_the_standards() {
    // RFC 1321, RFC 3174, FIPS 180-2; RFC 2202 and RFC 4231, test case 2.
    for (text, expected) in [
        ("hash('md5', 'abc')", "900150983cd24fb0d6963f7d28e17f72"),
        (
            "hash('sha1', 'abc')",
            "a9993e364706816aba3e25717850c26c9cd0d89d",
        ),
        (
            "hash('sha256', 'abc')",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            "mac('md5', 'Jefe', 'what do ya want for nothing?')",
            "750c783e6ab0b503eaa86e310a5db738",
        ),
        (
            "mac('sha1', 'Jefe', 'what do ya want for nothing?')",
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        ),
        (
            "mac('sha256', 'Jefe', 'what do ya want for nothing?')",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            "c.createHash('md5').update('é').digest('base64')",
            "Zt3Nl8/eq7L2+4qZm0vHbw==",
        ),
        (
            "c.createHash('md5').update('é').digest('base64url')",
            "Zt3Nl8_eq7L2-4qZm0vHbw",
        ),
        (
            "c.createHash('md5').update('616263', 'hex').digest().toString('hex')",
            "900150983cd24fb0d6963f7d28e17f72",
        ),
        (
            "mac('sha256', 'k'.repeat(100), 'x')",
            "8c1858bff6cf9cb73708b4b54f43bca6e1b8b4c3380760dc009001b265b64c6f",
        ),
    ] {
        let before = "import c from 'crypto'; const hash = (a, d) => c.createHash(a).update(d).digest('hex'); const mac = (a, k, d) => c.createHmac(a, k).update(d).digest('hex');";
        assert_eq!(two(before, text), expected, "{text}");
    }
    assert_eq!(
        one("require('crypto').createHash('md5').update('abc').digest().length"),
        "16",
        "a byte string"
    );
    assert!(
        answer("2.0", "require('crypto').createHash('sha512');")
            .error_message
            .unwrap()
            .contains("not supported algorithm")
    );
}

#[test]
fn bytes_are_buffers_in_two_and_strings_in_one() {
    for (text, expected) in [
        ("Buffer.from('héllo').toString('hex')", "68c3a96c6c6f"),
        (
            "Buffer.concat([Buffer.from('a'), Buffer.from([98, 99])]).toString('base64')",
            "YWJj",
        ),
        ("Buffer.from('616263', 'hex').slice(1).toString()", "bc"),
        (
            "Buffer.alloc(4).writeUInt16BE(258, 1) + ':' + Buffer.from([0, 1, 2, 0]).readUInt16BE(1)",
            "3:258",
        ),
        (
            "Buffer.from('abc').equals(Buffer.from('YWJj', 'base64'))",
            "true",
        ),
        ("atob(btoa('a1')) + btoa('a1')", "a1YTE="),
        (
            "new TextDecoder().decode(new TextEncoder().encode('é'))",
            "é",
        ),
        ("typeof String.bytesFrom", "undefined"),
        ("Buffer.alloc(5).fill('ab')", "ababa"),
        ("Buffer.alloc(3, 'é')", "é\u{fffd}"),
        ("Buffer.from('abcabc').lastIndexOf('b')", "4"),
        ("Buffer.from('abcabc').lastIndexOf('b', -3)", "1"),
        ("Buffer.from([255, 2, 3]).readIntBE(0, 3)", "-65021"),
        ("Buffer.from([1, 2, 3]).readUIntLE(0, 3)", "197121"),
        (
            "Buffer.alloc(4).writeIntBE(-2, 1, 3) + ':' + (() => { const b = Buffer.alloc(3); b.writeIntLE(-2, 0, 3); return b.toString('hex'); })()",
            "4:feffff",
        ),
        (
            "Buffer.from([1, 2, 3, 4]).swap16().toString('hex')",
            "02010403",
        ),
        (
            "Buffer.from([1, 2, 3, 4]).swap32().toString('hex')",
            "04030201",
        ),
        (
            "Buffer.from('abcd').compare(Buffer.from('xbcx'), 1, 3, 1, 3)",
            "0",
        ),
        (
            "(() => { const b = new Uint8Array(4); const r = new TextEncoder().encodeInto('aé€', b); return r.read + ' ' + r.written + ' ' + b.join(); })()",
            "2 3 97,195,169,0",
        ),
        (
            "new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from('efbbbf61', 'hex')).length",
            "2",
        ),
        (
            "new TextDecoder().decode(Buffer.from('efbbbf61', 'hex')).length",
            "1",
        ),
        (
            "(() => { try { new TextDecoder('utf8', { fatal: true }).decode(Buffer.from('ff', 'hex')); } catch (e) { return e.name; } })()",
            "TypeError",
        ),
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
        let result = answer(
            "2.0",
            &format!("function handler(e) {{ {text}; return e.request; }}"),
        );
        assert!(
            result.error_message.as_deref().unwrap().contains("Error: "),
            "{text}: {result:?}"
        );
    }
    assert_eq!(
        one("(function () { return this; })()"),
        "undefined",
        "code is strict"
    );
    assert!(
        answer("1.0", "console.error('a');")
            .error_message
            .unwrap()
            .contains("not a function")
    );
}

#[test]
fn a_function_reads_the_store_that_it_is_associated_with() {
    let read = |text: &str| {
        format!(
            "import cf from 'cloudfront'; const kvs = cf.kvs();\nasync function handler(e) {{ const out = {text}; e.request.headers['x-out'] = {{ value: String(out) }}; return e.request; }}"
        )
    };
    let pairs = [
        ("a".to_owned(), "1".to_owned()),
        ("o".to_owned(), "{\"b\":[2]}".to_owned()),
    ]
    .into();
    for (text, expected) in [
        ("await kvs.get('a')", "1"),
        ("(await kvs.get('o', { format: 'json' })).b[0]", "2"),
        (
            "(await kvs.get('a', { format: 'bytes' })).toString('hex')",
            "31",
        ),
        (
            "[await kvs.exists('a'), await kvs.exists('b')]",
            "true,false",
        ),
        ("await kvs.count()", "2"),
        ("(await kvs.meta()).keyCount", "2"),
    ] {
        let mut cloud = cloud();
        cloud.put_key_value_store(ACCOUNT, STORE, &pairs);
        assert_eq!(
            output(&with_store(&mut cloud, &read(text)))["request"]["headers"]["x-out"]["value"],
            expected,
            "{text}"
        );
    }
    for (sentence, text) in [
        ("a key that is not there", "await kvs.get('b')"),
        (
            "another store",
            "await cf.kvs('fedcba98-89ab-cdef-0123-456789abcdef').get('a')",
        ),
    ] {
        let mut cloud = cloud();
        cloud.put_key_value_store(ACCOUNT, STORE, &pairs);
        let result = with_store(&mut cloud, &read(text));
        assert!(
            result
                .error_message
                .as_deref()
                .unwrap()
                .starts_with("Error: "),
            "{sentence}: {result:?}"
        );
    }
    let mut cloud = cloud();
    assert_eq!(
        output(&with_store(&mut cloud, &read("await kvs.count()")))["request"]["headers"]["x-out"]
            ["value"],
        "0",
        "a store that nobody made is empty"
    );
    let caught = "import cf from 'cloudfront'; async function handler(e) { try { await cf.kvs().get('b'); } catch (x) { e.request.uri = '/caught'; } return e.request; }";
    cloud
        .cloudfront_delete_function(
            &me(),
            "f",
            cloud
                .clone()
                .cloudfront_describe_function(&me(), "f", None)
                .ok()
                .map(|f| f.etag)
                .as_deref(),
        )
        .unwrap();
    assert_eq!(
        output(&with_store(&mut cloud, caught))["request"]["uri"],
        "/caught"
    );
    assert!(
        answer("2.0", &read("1"))
            .error_message
            .unwrap()
            .contains("association"),
        "without an association there is no store"
    );
}

#[test]
fn other_pairs_in_a_store_are_another_test() {
    let mut cloud = cloud();
    let code = "import cf from 'cloudfront'; async function handler(e) { e.request.uri = '/' + await cf.kvs().count(); return e.request; }";
    assert_eq!(
        output(&with_store(&mut cloud, code))["request"]["uri"],
        "/0"
    );
    cloud.put_key_value_store(ACCOUNT, STORE, &[("a".to_owned(), String::new())].into());
    let etag = cloud
        .cloudfront_describe_function(&me(), "f", None)
        .unwrap()
        .etag;
    assert_eq!(
        output(&test(&mut cloud, &etag, &event()))["request"]["uri"],
        "/1"
    );
}

#[test]
fn a_store_must_exist_where_a_setting_says_so() {
    let mut cloud = cloud();
    cloud.settings_mut().key_value_stores_must_exist = true;
    let mut request = new_edge("f");
    request.config.key_value_stores = vec![format!(
        "arn:aws:cloudfront::{ACCOUNT}:key-value-store/{STORE}"
    )];
    assert_eq!(
        verdict(cloud.cloudfront_create_function(&me(), &request)),
        (400, "InvalidArgument")
    );
    cloud.put_key_value_store(ACCOUNT, STORE, &[].into());
    assert_eq!(
        verdict(cloud.cloudfront_create_function(&me(), &request)),
        (0, "")
    );
}

#[test]
fn patterns_are_those_of_pcre() {
    for (text, expected) in [
        ("/(?i)abc/.test('xABC')", "true"),
        ("/^(?>a+)b/.test('aab')", "true"),
        ("/\\Ab/m.test('a\\nb')", "false"),
        ("/a\\z/.test('ba')", "true"),
        ("/^[[:alpha:]_]+$/.test('a_B')", "true"),
        ("new RegExp('(?i)a').test('A')", "true"),
        (
            "'john smith'.replace(/(?<f>\\w+) (?<l>\\w+)/, '$<l>')",
            "smith",
        ),
    ] {
        assert_eq!(two("", text), expected, "{text}");
    }
    assert_eq!(one("/a++b/.test('aab')"), "true");
    assert_eq!(
        answer(
            "2.0",
            "function handler(e) { return new RegExp('a', 'u'); }"
        )
        .error_message
        .as_deref(),
        Some("SyntaxError: Invalid RegExp flags \"u\"")
    );
}

#[test]
fn what_a_runtime_lacks_is_not_there() {
    for name in [
        "Map", "Set", "Proxy", "Reflect", "URL", "BigInt", "crypto", "escape", "Intl",
    ] {
        assert_eq!(two("", &format!("typeof {name}")), "undefined", "{name}");
    }
    for (text, expected) in [
        ("typeof [].flat", "undefined"),
        ("typeof ''.at", "undefined"),
        ("typeof Object.fromEntries", "undefined"),
        ("typeof ''.replaceAll", "function"),
        ("typeof [].toSorted", "function"),
        ("typeof console.error", "undefined"),
        (
            "(() => { try { setTimeout(() => {}); } catch (e) { return e; } })()",
            "InternalError: not supported by host environment",
        ),
    ] {
        assert_eq!(two("", text), expected, "{text}");
    }
    assert_eq!(
        one("typeof ''.replaceAll + typeof Array.from"),
        "undefinedundefined"
    );
}

#[test]
fn where_the_edge_is_is_told_to_requests_alone() {
    let code = "import cf from 'cloudfront';\nfunction handler(e) { const at = cf.edgeLocation.name; if (e.response) { e.response.headers.edge = { value: at }; return e.response; } e.request.headers.edge = { value: at }; return e.request; }";
    assert_eq!(
        output(&answer("2.0", code))["request"]["headers"]["edge"]["value"],
        "FRA"
    );
    let mut cloud = cloud();
    let etag = coded(&mut cloud, "2.0", code);
    let mut event = event();
    event["context"]["eventType"] = "viewer-response".into();
    event["response"] = serde_json::json!({"statusCode": 200, "headers": {}, "cookies": {}});
    assert_eq!(
        output(&test(&mut cloud, &etag, &event))["response"]["headers"]["edge"]["value"],
        ""
    );
}

#[test]
fn closures_keep_the_variables_from_before_the_first_await() {
    for (sentence, body, expected) in [
        (
            "an arrow function that was made before",
            "let z = 1; const g = () => z; await null; z = 3; const out = g();",
            "1",
        ),
        (
            "what it saw when the wait began",
            "let z = 1; const g = () => z; z = 2; await null; z = 3; const out = g();",
            "2",
        ),
        (
            "one that was made after it",
            "let z = 1; await null; z = 3; const g = () => z; await null; z = 4; const out = g();",
            "4",
        ),
        (
            "a declaration",
            "var z = 2; function g() { return z; } await null; z = 3; const out = g();",
            "2",
        ),
        (
            "a variable that had no value yet",
            "const g = () => z; await null; let z = 1; const out = g();",
            "undefined",
        ),
        (
            "one inside one, and a member of the same name",
            "let z = 1; const o = { z: 5 }; const g = function () { return [1].map(x => ({ z }).z + x + o.z)[0]; }; await null; z += 9; const out = g();",
            "7",
        ),
        (
            "a variable of the same name inside",
            "let z = 1; const g = (z) => z; const h = () => z; await null; z = 2; const out = g(8) + h();",
            "9",
        ),
        (
            "what a variable holds is one object",
            "let z = []; const g = () => z.length; await null; z.push(1); const out = g();",
            "1",
        ),
        (
            "an await around a closure",
            "let z = 1; const g = () => z; const p = await (async () => { const q = await null; return z; })(); z = 3; const out = `${p}${g()}`;",
            "11",
        ),
    ] {
        let code = format!(
            "async function handler(event) {{ {body} event.request.headers['x-out'] = {{value: String(out)}}; return event.request; }}"
        );
        let result = answer("2.0", &code);
        let shown = result.output.is_some().then(|| output(&result));
        assert_eq!(
            shown
                .as_ref()
                .and_then(|shown| shown.pointer("/request/headers/x-out/value")),
            Some(&expected.into()),
            "{sentence}: {result:?}"
        );
    }
}
