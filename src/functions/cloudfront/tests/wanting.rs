//! `desired`: what a spec and its ConfigMap come to.

use super::*;
use crate::api::cloudfront::{ConfigMapKeyRef, FunctionTest};
use crate::api::{CommonSpec, ManagedSpec as _, ReferenceName};
use crate::reconcile::Desired as _;

fn from_config_map(value: Option<&[u8]>) -> (Spec, Inputs) {
    let mut spec = spec("");
    spec.code = Code {
        inline: None,
        config_map_key_ref: Some(ConfigMapKeyRef {
            name: "code".to_owned(),
            key: "index.js".to_owned(),
        }),
    };
    let mut inputs = Inputs::default();
    if let Some(value) = value {
        inputs.config_maps.insert(
            "code".to_owned(),
            [("index.js".to_owned(), value.to_vec())].into(),
        );
    }
    (spec, inputs)
}

/// What it shows, what is given, what it comes to.
type Row<'a> = (&'static str, (Spec, Inputs), Result<&'a [u8], Unmet>);

#[test]
fn code_comes_from_exactly_one_place() {
    let both = {
        let (mut spec, inputs) = from_config_map(Some(b"x"));
        spec.code.inline = Some("y".to_owned());
        (spec, inputs)
    };
    let neither = (
        Spec {
            code: Code::default(),
            ..spec("")
        },
        Inputs::default(),
    );
    let other_key = {
        let (spec, mut inputs) = from_config_map(None);
        inputs.config_maps.insert(
            "code".to_owned(),
            [("main.js".to_owned(), b"x".to_vec())].into(),
        );
        (spec, inputs)
    };
    let inline = |code: &str| (spec(code), Inputs::default());
    let limit = "x".repeat(10_240);
    let over = "x".repeat(10_241);
    let cases: [Row<'_>; 10] = [
        ("inline code is taken as it stands", inline(CODE_A), Ok(CODE_A.as_bytes())),
        ("a ConfigMap's key is taken as it stands", from_config_map(Some(b"abc")), Ok(b"abc")),
        ("10240 bytes are allowed", inline(&limit), Ok(limit.as_bytes())),
        (
            "10241 bytes are refused, with their number",
            inline(&over),
            Err(Unmet::Invalid("the code in code.inline has 10241 bytes and CloudFront takes at most 10240; shorten it".into())),
        ),
        (
            "empty code in a ConfigMap is refused",
            from_config_map(Some(b"")),
            Err(Unmet::Invalid("the code in key index.js of the ConfigMap code is empty; write a function named handler".into())),
        ),
        (
            "bytes that are no text are refused",
            from_config_map(Some(&[0x66, 0xff, 0xfe])),
            Err(Unmet::Invalid("the code in key index.js of the ConfigMap code (3 bytes) is not UTF-8 text; store it as text".into())),
        ),
        ("a missing ConfigMap is named", from_config_map(None), Err(Unmet::Missing("the ConfigMap code does not exist; create it with the key index.js".into()))),
        ("a missing key is named", other_key, Err(Unmet::Missing("the ConfigMap code has no key index.js; add it".into()))),
        ("two sources are refused", both, Err(Unmet::Invalid("the code needs exactly one of code.inline and code.configMapKeyRef".into()))),
        ("no source is refused", neither, Err(Unmet::Invalid("the code needs exactly one of code.inline and code.configMapKeyRef".into()))),
    ];
    for (sentence, (spec, inputs), expected) in cases {
        let found = desired(&spec, &inputs, &claim()).map(|desired| desired.code.bytes);
        assert_eq!(found, expected.map(<[u8]>::to_vec), "{sentence}");
    }
}

#[test]
fn reserved_tags_are_refused_even_where_the_schema_let_them_in() {
    let mut spec = spec(CODE_A);
    for key in [OWNER_TAG, "aws:created"] {
        spec.common.tags = Some(tags(&[(key, "mine")]));
        let found = desired(&spec, &Inputs::default(), &claim());
        assert!(
            matches!(found, Err(Unmet::Invalid(why)) if why.contains(key)),
            "the tag key {key} is refused and named"
        );
    }
}

#[test]
fn only_what_is_named_is_managed() {
    let mut no_comment = full(CODE_A);
    no_comment.comment = None;
    let mut empty_comment = spec(CODE_A);
    empty_comment.comment = Some(String::new());
    let cases: [(&str, Spec, &[&str]); 4] = [
        (
            "a comment and each tag are managed",
            full(CODE_A),
            &["comment", "tags/team", "tags/tier"],
        ),
        (
            "an omitted comment is not managed",
            no_comment,
            &["tags/team", "tags/tier"],
        ),
        (
            "an empty comment is not an omitted one",
            empty_comment,
            &["comment"],
        ),
        (
            "code and runtime are always there, so they need no memory",
            spec(CODE_A),
            &[],
        ),
    ];
    for (sentence, spec, expected) in cases {
        assert_eq!(wanted(&spec).managed(), managed(expected), "{sentence}");
    }
}

#[test]
fn a_hash_is_that_of_the_bytes() {
    // printf abc | sha256sum
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        Source::new(b"abc".to_vec()).sha256,
        expected,
        "SHA-256 in lower-case hexadecimal"
    );
}

#[test]
fn the_config_map_is_a_reference() {
    let (spec, _) = from_config_map(None);
    assert_eq!(
        spec.references(),
        [ReferenceName::config_map("code")].into(),
        "the ConfigMap is watched"
    );
    assert!(
        full(CODE_A).references().is_empty(),
        "inline code refers to nothing"
    );
}

#[test]
fn what_cloudfront_would_refuse_is_found_before_any_call() {
    let with = |comment: &str, tag: &str| Spec {
        comment: Some(comment.to_owned()),
        common: CommonSpec {
            tags: Some(tags(&[("owner", tag)])),
            ..CommonSpec::default()
        },
        ..spec(CODE_A)
    };
    let told = |spec: &Spec| match desired(spec, &Inputs::default(), &claim()) {
        Err(Unmet::Invalid(message)) => message,
        Err(Unmet::Missing(message)) => panic!("{message}"),
        Ok(_) => String::new(),
    };
    assert_eq!(told(&with(&"é".repeat(128), "a b")), "");
    assert_eq!(
        told(&with(&"é".repeat(129), "")),
        "the comment has 129 characters, and CloudFront takes at most 128; shorten it"
    );
    assert_eq!(
        told(&with("bell \u{7}", "")),
        "the comment has the control character \\u0007, which CloudFront refuses; take it out"
    );
    assert_eq!(
        told(&with("", "A & B")),
        "the tag \"owner\" has characters that AWS refuses; use letters, digits, spaces and _ . : / = + - @"
    );
}

#[test]
fn all_faults_of_a_spec_are_told_and_the_first_of_them_by_desired() {
    let wrong = Spec {
        comment: Some("x".repeat(129)),
        common: CommonSpec {
            tags: Some(tags(&[("aws:x", "y")])),
            ..CommonSpec::default()
        },
        tests: vec![FunctionTest::default()],
        ..spec("")
    };
    let found = faults(&wrong, &Inputs::default());
    let fields: Vec<&str> = found.iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["tags", "comment", "code", "tests"]);
    assert_eq!(
        desired(&wrong, &Inputs::default(), &claim()),
        Err(found[0].unmet.clone())
    );
    assert_eq!(faults(&spec(CODE_A), &Inputs::default()), []);
}
