//! What does not compile and what will not work, and what looks like it and is right.

use crate::javascript::{Severity, cloudfront, uncompilable};

/// The message about each of these handlers' bodies, in 2.0.
fn told(before: &str, body: &str) -> Vec<String> {
    let code =
        format!("{before}\nfunction handler(event) {{\n  {body}\n  return event.request;\n}}");
    cloudfront(&code, "cloudfront-js-2.0")
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn what_does_not_compile_is_an_error_with_its_place_and_a_cure() {
    let rows = [
        (
            "async function handler(event) {\n  return JSON.parse(await 1);\n}",
            "line 2, column 21: cloudfront-js-2.0 cannot compile `await` in the arguments of a call; put the value into a variable first: `const value = await …`",
        ),
        (
            "function handler(event) {}\nexport { handler };",
            "line 2, column 1: cloudfront-js-2.0 cannot compile `export`; take it away: CloudFront calls the global function `handler`",
        ),
        (
            "function handler(event) { try {} catch {} }",
            "line 1, column 40: cloudfront-js-2.0 cannot compile `catch` without a name; write `catch (error)`",
        ),
        (
            "function handler({ request }) { return request; }",
            "line 1, column 18: cloudfront-js-2.0 cannot compile destructuring; read each member by itself: `var a = value.a`",
        ),
        (
            "function handler(event) { return /a/u.test('ü'); }",
            "line 1, column 34: cloudfront-js-2.0 cannot compile the flag u of a regular expression; do without it",
        ),
        (
            "\u{feff}function handler(event) {}",
            "line 1, column 1: cloudfront-js-2.0 cannot compile a byte order mark; save the file as UTF-8 without it",
        ),
        (
            "function handler(event) { return",
            "line 1, column 33: it does not parse: Expected `}` but found `EOF`",
        ),
    ];
    for (code, expected) in rows {
        let lint = uncompilable(code, "cloudfront-js-2.0").expect(code);
        assert_eq!(lint.to_string(), expected);
        assert_eq!(lint.severity, Severity::Error);
    }
}

#[test]
fn what_is_in_strings_and_comments_is_no_code() {
    let code = "function handler(event) {\n  // class, await f(await x), a?.b; é\n  var text = 'for (x of y) export let';\n  return { statusCode: 200, body: `<!-- ${text} ... class -->` };\n}";
    for runtime in ["cloudfront-js-1.0", "cloudfront-js-2.0"] {
        assert_eq!(cloudfront(code, runtime), [], "{runtime}");
    }
}

#[test]
fn an_unknown_runtime_is_not_judged() {
    let code = "class A {}\nfunction handler(event) { return new Map(event); }";
    assert_eq!(cloudfront(code, "cloudfront-js-3.0"), []);
}

#[test]
fn what_is_not_there_is_told_with_what_to_write() {
    let rows = [
        (
            "Object.defineProperty(exports, 'a', {});",
            "",
            "line 1, column 23: there is no exports in cloudfront-js-2.0; take it away, or have the bundler write a plain script: CloudFront calls the global function handler",
        ),
        (
            "",
            "new URL('https://a/');",
            "line 3, column 7: there is no URL in cloudfront-js-2.0; take the address apart with `split`",
        ),
        (
            "",
            "count = 1;",
            "line 3, column 3: count is set and declared nowhere, which fails at run time; declare it with `var`",
        ),
        (
            "",
            "event.request.uri.matchAll(/a/g);",
            "line 3, column 21: cloudfront-js-2.0 has no matchAll of String objects; call `exec` in a loop, on a regular expression with the flag `g`",
        ),
        (
            "",
            "Object.fromEntries([]);",
            "line 3, column 10: cloudfront-js-2.0 has no fromEntries of Object; set each member in a loop",
        ),
        (
            "import fs from 'fs';",
            "fs.readFileSync();",
            "line 1, column 16: cloudfront-js-2.0 has no module fs; it has crypto, querystring, buffer, cloudfront, cbor, cwt",
        ),
        (
            "",
            "eval('1');",
            "line 3, column 3: CloudFront runs no code that is made from text, so eval fails; write the code out",
        ),
        (
            "",
            "event.request.queryString = {};",
            "line 3, column 17: queryString is no member of an event; it is called querystring",
        ),
        (
            "",
            "var all = event.request.headers.cookie.multivalue;",
            "line 3, column 42: multivalue is no member of an event; it is called multiValue",
        ),
        (
            "",
            "return { statuscode: 200 };",
            "line 3, column 12: statuscode is no member of an event; it is called statusCode",
        ),
    ];
    for (before, body, expected) in rows {
        assert_eq!(told(before, body), [expected]);
    }
}

#[test]
fn what_the_code_brings_or_asks_for_itself_is_no_doubt() {
    let rows = [
        ("", "if (typeof URL === 'function') { new URL('a'); }"),
        ("var Map = function () {};", "new Map();"),
        (
            "var list = { at: function (i) { return i; } };",
            "list.at(-1);",
        ),
        (
            "function List() {} List.prototype.flat = function () {};",
            "new List().flat();",
        ),
        ("", "var s = 'a'; s.matchAll ? s.matchAll(/a/g) : null;"),
        ("", "(function () { return arguments.length; })();"),
        ("", "globalThis.count = 1; count += 1;"),
        (
            "",
            "for (var i in event) { label: for (;;) { break label; } }",
        ),
        ("", "var options = { queryString: 1 }; options.queryString;"),
    ];
    for (before, body) in rows {
        assert_eq!(told(before, body), Vec::<String>::new(), "{before} {body}");
    }
}
