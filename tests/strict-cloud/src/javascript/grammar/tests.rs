//! What is read, and what is refused with which sentence.

use super::*;

fn said(code: &str, runtime: Runtime) -> String {
    compiled(code, runtime)
        .err()
        .unwrap_or_else(|| "nothing".to_owned())
}

#[test]
fn what_both_runtimes_have_is_read() {
    for code in [
        "#!/usr/bin/njs\nvar a = 1, b\nvar c = a\n? b : c;;",
        "if (a) /re/.test(b); else b = c / d / 2; e = f++ / 2; g = (h) / 2; i = j[0] / 2;",
        "a: for (;;) { if (b) continue a; else break a\n} do c(); while (d) e()",
        "for (var i = 0, j = ('k' in l) ? 1 : 2; i < j; i++) ; for (m in n) {} for (var o in p) q();",
        "var a = { get: 1, set: 2, if: 3, 'b-c': 4, 5: 6, [d]: 7, get e() { return 1 }, set e(f) {}, g() {}, h, get, };",
        "new A; new a.b.C(1).d; new (f())(); !function () {}(); (function f() { return f })();",
        "x = a => b => ({ c: d }); y = () => {}, z = (a, ...b) => a ? () => 1 : () => 2;",
        "a = `b${ `c${ { d: 1 }.d }` }e`; f`g${h}`; i = /[/\\]]+\\//g; j = '\\\n'; k = \"'\";",
        "delete a.b; delete a['b']; void 0; typeof a === 'b'; -a; (-1) ** 2; 2 ** -1;",
        "switch (a) { case b ? c : d: { e() } default: f(); case g: }",
        "try { a() } catch (b) { throw b } finally { c() } try { } finally { }",
        "a ?? b; a ?? (b || c); a && b || c; a, b; a <<= 1; a **= 2; 0x1F + 0o17 + 0b11 + .5e-3 + 5..toString() + 1_000;",
        "async = 1; of = async(1); var get = { async: 1, of: 2, await: 3 }.await; let_ = get.class.default;",
        "function a(b, c,) { return\nb } /* ( */ // (\nf(1, 2,)",
    ] {
        for runtime in [Runtime::One, Runtime::Two] {
            assert_eq!(said(code, runtime), "nothing", "{code}");
        }
    }
}

#[test]
fn what_the_second_runtime_has_is_read() {
    for code in [
        "import cf from 'cloudfront'\nimport b from \"buffer\";",
        "const a = async () => { const b = await c(); return [await d, { e: await f }, `${await g}`] };",
        "async function a() { if (!await b) { for (let i = 0; i < 1; i++) i += await c; } return (await d).e || (await f); }",
        "let a = { async b() { await c; }, async: 1 }; d = async function e() {}; f = async g => g; h(async () => { await i });",
        "f(function () { return async () => await a });\u{2028}",
    ] {
        assert_eq!(said(code, Runtime::Two), "nothing", "{code}");
    }
}

/// As njs says them (0.7.9, as it is published), with the line.
#[test]
fn what_is_refused_is_refused_with_the_engines_sentence() {
    for (code, expected) in [
        (
            "var { } = x",
            "SyntaxError: Token \"}\" not supported in this version in 1",
        ),
        (
            "var {'a': b} = x",
            "SyntaxError: Token \"a\" not supported in this version in 1",
        ),
        (
            "for (var [k, v] in o) {}",
            "SyntaxError: Token \"[\" not supported in this version in 1",
        ),
        (
            "\nfunction f({a}) {}",
            "SyntaxError: Token \"{\" not supported in this version in 2",
        ),
        (
            "function f(a = 1) {}",
            "SyntaxError: Unexpected token \"=\" in 1",
        ),
        (
            "(a, b = 2) => a",
            "SyntaxError: Unexpected token \"=>\" in 1",
        ),
        (
            "try {} catch ({message}) {}",
            "SyntaxError: Token \"{\" not supported in this version in 1",
        ),
        (
            "({a} = x)",
            "ReferenceError: Invalid left-hand side in assignment in 1",
        ),
        ("a?.b;", "SyntaxError: Unexpected token \";\" in 1"),
        ("a?.[0];", "SyntaxError: Unexpected token \"[\" in 1"),
        ("a?.b.c", "SyntaxError: Unexpected token \".\" in 1"),
        ("a ?? b || c", "SyntaxError: Unexpected token \"||\" in 1"),
        (
            "f = function*() {}",
            "SyntaxError: Token \"*\" not supported in this version in 1",
        ),
        ("({ *f() {} })", "SyntaxError: Unexpected token \"*\" in 1"),
        (
            "import * as a from 'crypto'",
            "SyntaxError: Non-default import is not supported in 1",
        ),
        (
            "import 'crypto'",
            "SyntaxError: Non-default import is not supported in 1",
        ),
        (
            "import a, {b} from 'crypto'",
            "SyntaxError: Unexpected token \",\" in 1",
        ),
        (
            "with (a) {}",
            "SyntaxError: Token \"(\" not supported in this version in 1",
        ),
        ("var let = 1", "SyntaxError: Unexpected token \"let\" in 1"),
        ("var x = 0777", "SyntaxError: Unexpected token \"07\" in 1"),
        (
            "-a ** 2",
            "SyntaxError: Either left-hand side or entire exponentiation must be parenthesized in 1",
        ),
        (
            "function f(a, a) {}",
            "SyntaxError: Duplicate parameter names in 1",
        ),
        ("return", "SyntaxError: Illegal return statement in 1"),
        (
            "async function f() { new G(await x) }",
            "SyntaxError: await in arguments not supported in 1",
        ),
        (
            "async function f() { g(function () {}, [await x]) }",
            "SyntaxError: await in arguments not supported in 1",
        ),
        (
            "function f() { await x }",
            "SyntaxError: await is only valid in async functions in 1",
        ),
        ("-->", "SyntaxError: Unexpected token \">\" in 1"),
        (
            "function f() {",
            "SyntaxError: Unexpected end of input in 1",
        ),
    ] {
        assert_eq!(said(code, Runtime::Two), expected, "{code}");
    }
}

#[test]
fn what_nests_too_deep_is_left_to_the_engine() {
    let code = format!("{}1{}", "(".repeat(2000), ")".repeat(2000));
    assert_eq!(
        compiled(&code, Runtime::Two).map(|compiled| compiled.source),
        Ok(code)
    );
}
