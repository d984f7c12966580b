//! What only the cloud would say otherwise, or nobody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::api::digest::sha256_hex;

/// The findings about a Lambda function with this region and role.
fn placed(region: &str, role: &str) -> Vec<String> {
    findings(&format!(
        "apiVersion: cloudfn.dev/v1alpha1\nkind: LambdaFunction\nmetadata: {{name: w}}\nspec: {{runtime: python3.13, handler: a.b, code: {{inline: {{files: {{a.py: x}}}}}}, region: {region}, role: '{role}'}}\n"
    ))
}

/// The findings about a CloudFront function with these members of its metadata.
fn with_metadata(members: &str) -> Vec<String> {
    findings(&format!(
        "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {{name: edge, {members}}}\nspec: {{code: {{inline: '{CODE}'}}}}\n"
    ))
}

const CODE: &str = "function handler() {}";

#[test]
fn a_comment_that_cloudfront_refuses_is_an_error() {
    let said = |comment: &str| edge(&format!("  comment: {comment}\n"));
    for comment in [
        "x".repeat(128),
        "é".repeat(128),
        "\"a\\tb\\nc\"".to_owned(),
        "''".to_owned(),
    ] {
        assert_eq!(said(&comment), Vec::<String>::new(), "{comment}");
    }
    assert_eq!(
        said(&"x".repeat(129)),
        [
            "f.yaml: error: CloudFrontFunction edge: spec.comment: it must have at most 128 characters"
        ]
    );
    for control in [
        "\\a", "\\e", "\\x7f", "\\u0085", "\\uFFFE", "\\uFFFF", "\\0",
    ] {
        assert_eq!(
            said(&format!("\"bell {control} end\"")),
            [
                "f.yaml: error: CloudFrontFunction edge: spec.comment: it has control characters, which CloudFront refuses; take them out"
            ],
            "{control}"
        );
    }
}

#[test]
fn tags_have_the_characters_that_aws_takes_on_both_kinds() {
    let words = "has characters that AWS refuses; use letters, digits, spaces and _ . : / = + - @";
    let both = |tags: &str| {
        let lambda =
            "  runtime: python3.13\n  handler: a.b\n  code: {inline: {files: {a.py: x}}}\n";
        [edge(tags), worker(&format!("{lambda}{tags}"))].concat()
    };
    assert_eq!(
        both("  tags: {Übung 1: 'a b_.:/=+-@', empty: ''}\n"),
        Vec::<String>::new()
    );
    for (tags, said) in [
        (
            "  tags: {owner: 'A & B'}\n",
            format!("spec.tags.owner: \"A & B\" {words}"),
        ),
        (
            "  tags: {owner: 🚀}\n",
            format!("spec.tags.owner: \"🚀\" {words}"),
        ),
        (
            "  tags: {'a,b': x}\n",
            format!("spec.tags: the tag key \"a,b\" {words}"),
        ),
    ] {
        let found = both(tags);
        assert!(
            found.len() == 2 && found.iter().all(|line| line.ends_with(&said)),
            "{tags}: {found:?}"
        );
    }
}

#[test]
fn a_text_of_another_form_is_told_in_words_with_the_value_found() {
    let role = "arn:aws:iam::111122223333:role/lambda";
    assert_eq!(placed("eu-west-1", role), Vec::<String>::new());
    assert_eq!(
        placed("Ireland", role),
        [
            "f.yaml: error: LambdaFunction w: spec.region: \"Ireland\" is no region of AWS; name one such as eu-west-1"
        ]
    );
    assert_eq!(
        placed("eu-west-1", "lambda"),
        [
            "f.yaml: error: LambdaFunction w: spec.role: \"lambda\" is no ARN of a role; name one such as arn:aws:iam::111122223333:role/lambda"
        ]
    );
    let long = format!("{role}{}", "x".repeat(3000));
    assert!(placed("eu-west-1", &long)[0].ends_with("it must have at most 2048 characters"));
}

#[test]
fn base64_is_taken_in_every_folding_and_source_code_is_told_where_it_belongs() {
    let zip_file = |text: &str| {
        worker(&format!(
            "  runtime: python3.13\n  handler: a.b\n  code:\n    zipFile: {text}\n"
        ))
    };
    let mut archive = vec![0; 46];
    archive.extend(*b"PK\x05\x06");
    archive.extend([0, 0, 0, 0, 1, 0, 1, 0, 46, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let whole = STANDARD.encode(&archive);
    let (one, two) = whole.split_at(40);
    for text in [
        whole.clone(),
        format!("\"{one}\\r\\n{two}\\r\\n\""),
        format!(">-\n      {one}\n      {two}"),
        format!("|\n      {one}\n      {two}\n"),
        format!("\" {one}\\t{two} \""),
    ] {
        assert_eq!(zip_file(&text), Vec::<String>::new(), "{text}");
    }
    for code in [
        "|\n      def handler(event, context):\n          return 1",
        "'exports.handler = 1;'",
    ] {
        assert_eq!(
            zip_file(code),
            [
                "f.yaml: error: LambdaFunction shop/worker: spec.code.zipFile: zipFile is no base64; encode the archive with `base64 < function.zip`, or put source code into inline.files"
            ],
            "{code}"
        );
    }
    // No character gives these away.
    for code in ["hello", "return"] {
        let found = zip_file(code);
        assert!(
            found.len() == 1 && found[0].contains("inline.files"),
            "{found:?}"
        );
    }
}

#[test]
fn an_object_that_client_side_apply_cannot_take_is_noted() {
    let archive = |bytes: usize| {
        let mut archive = vec![0; bytes];
        archive.extend(*b"PK\x05\x06");
        archive.extend([0, 0, 0, 0, 1, 0, 1, 0, 46, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        worker(&format!(
            "  runtime: python3.13\n  handler: a.b\n  code: {{zipFile: {}}}\n",
            STANDARD.encode(archive)
        ))
    };
    assert_eq!(archive(180_000), Vec::<String>::new());
    let found = archive(200_000);
    assert!(
        found.len() == 1
            && found[0].starts_with(
                "f.yaml: note: LambdaFunction shop/worker: client-side `kubectl apply`"
            )
            && found[0].ends_with("use `kubectl apply --server-side`"),
        "{found:?}"
    );
    // kubectl spells some characters with six.
    let files = |character: &str| {
        worker(&format!(
            "  runtime: python3.13\n  handler: a.b\n  code: {{inline: {{files: {{a.py: '{}'}}}}}}\n",
            character.repeat(50_000)
        ))
    };
    assert_eq!((files("a").len(), files("<").len()), (0, 1));
}

#[test]
fn a_path_that_no_answer_has_is_refused_in_the_spec_and_in_a_config_map() {
    let both = |path: &str| {
        let from = format!(
            "  testsFrom: [{{configMapKeyRef: {{name: code, key: t}}}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: code}}\ndata:\n  t: |\n    - name: a\n      expectAbsent: ['{path}']\n"
        );
        [
            edge(&format!(
                "  tests: [{{name: a, expectAbsent: ['{path}']}}]\n"
            )),
            edge(&from),
        ]
    };
    for path in [
        "request",
        "response",
        "request.uri",
        "request.method",
        "request.querystring",
        "request.querystring.a.b",
        "request.headers.via",
        "request.headers.via.multiValue",
        "request.cookies.c.value",
        "response.statusCode",
        "response.statusDescription",
        "response.headers.server",
        "response.cookies",
        "response.body",
        "response.body.data",
        "response.body.encoding",
    ] {
        assert_eq!(both(path), [Vec::<String>::new(), Vec::new()], "{path}");
    }
    for path in [
        "respons.headers",
        "headers.server",
        "request.url",
        "request.uri.x",
        "request.body",
        "request.statusCode",
        "request.headers.",
        "response.uri",
        "response.header.server",
        "response.querystring",
        "response.body.text",
        "response.statusCode.x",
        "responses",
        "request.",
        "response..headers",
        "context.requestId",
        " request",
    ] {
        for found in both(path) {
            assert!(
                found.len() == 1
                    && found[0].contains(": error: ")
                    && found[0].contains(path)
                    && found[0].contains("no answer can have")
                        | found[0].contains("is no path that an answer can have"),
                "{path}: {found:?}"
            );
        }
    }
}

#[test]
fn annotations_that_nobody_reads_are_warned_of() {
    let sha256 = sha256_hex(CODE.as_bytes());
    for members in [
        "annotations: {cloudfn.dev/paused: 'true', cloudfn.dev/reconcile-requested-at: '1'}"
            .to_owned(),
        format!("annotations: {{cloudfn.dev/skip-tests: {sha256}}}"),
        format!(
            "annotations: {{cloudfn.dev/skip-tests: ' {} '}}",
            sha256.to_uppercase()
        ),
        "annotations: {example.com/pause: 'true', pause: 'true'}, labels: {team: a}".to_owned(),
    ] {
        assert_eq!(with_metadata(&members), Vec::<String>::new(), "{members}");
    }
    for (members, said) in [
        ("annotations: {cloudfn.dev/pause: 'true'}", "metadata.annotations[cloudfn.dev/pause]: nobody reads this annotation; a CloudFrontFunction has cloudfn.dev/paused, ".to_owned()),
        ("labels: {cloudfn.dev/paused: 'true'}", "metadata.labels[cloudfn.dev/paused]: nobody reads this label; write it as an annotation".to_owned()),
        ("annotations: {cloudfn.dev/skip-tests: 'true'}", format!("metadata.annotations[cloudfn.dev/skip-tests]: the annotation cloudfn.dev/skip-tests skips nothing: it does not name this code ({sha256})")),
    ] {
        let found = with_metadata(members);
        assert!(
            found.len() == 1 && found[0].starts_with("f.yaml: warning: ") && found[0].contains(&said),
            "{members}: {found:?}"
        );
    }
    let lambda = findings(
        "apiVersion: cloudfn.dev/v1alpha1\nkind: LambdaFunction\nmetadata: {name: w, annotations: {cloudfn.dev/skip-tests: x}}\nspec: {runtime: python3.13, handler: a.b, role: 'arn:aws:iam::111122223333:role/r', code: {inline: {files: {a.py: x}}}}\n",
    );
    assert!(
        lambda.len() == 1
            && lambda[0].contains("nobody reads this annotation; a LambdaFunction has"),
        "{lambda:?}"
    );
}
