//! The same findings for people, for programs, and for code hosts.

use serde_json::json;

use super::*;

/// A report with one finding of each sort of place.
fn sample() -> Report {
    let finding = Finding {
        source: "a b/é,x:1.yaml".to_owned(),
        position: Some(Position { line: 3, column: 5 }),
        level: Level::Warning,
        object: "CloudFrontFunction edge".to_owned(),
        path: FieldPath::dotted("spec.code").member("index.mjs"),
        message: "50 % of\nit".to_owned(),
    };
    Report {
        objects: 1,
        unread: 1,
        findings: vec![
            finding,
            Finding::about("gone.yaml", Level::Error, "it cannot be read"),
            Finding::about("", Level::Note, "nothing was checked"),
        ],
    }
}

fn rendered(format: Format) -> String {
    format.render(&sample()).expect("a text")
}

#[test]
fn text_has_a_line_for_each() {
    assert_eq!(
        rendered(Format::Text),
        "a b/é,x:1.yaml:3:5: warning: CloudFrontFunction edge: spec.code[index.mjs]: 50 % of it\n\
         gone.yaml: error: it cannot be read\n\
         note: nothing was checked\n"
    );
}

#[test]
fn json_has_each_part_by_itself() {
    let json: Value = serde_json::from_str(&rendered(Format::Json)).expect("JSON");
    assert_eq!((&json["objects"], &json["unread"]), (&json!(1), &json!(1)));
    assert_eq!(
        json["findings"][0],
        json!({
            "source": "a b/é,x:1.yaml", "line": 3, "column": 5, "level": "warning",
            "object": "CloudFrontFunction edge", "path": "spec.code[index.mjs]", "message": "50 % of\nit",
        })
    );
    assert_eq!(
        json["findings"][1].get("line"),
        None,
        "it is about a whole file"
    );
}

#[test]
fn sarif_has_a_result_for_each_with_a_uri_and_a_place() {
    let log: Value = serde_json::from_str(&rendered(Format::Sarif)).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "cloudfn validate");
    let results = run["results"].as_array().expect("results");
    let levels: Vec<&Value> = results.iter().map(|result| &result["level"]).collect();
    assert_eq!(levels, ["warning", "error", "note"]);
    assert_eq!(
        results[0]["locations"],
        json!([{"physicalLocation": {
            "artifactLocation": {"uri": "a%20b/%C3%A9%2Cx%3A1.yaml"},
            "region": {"startLine": 3, "startColumn": 5},
        }}])
    );
    assert_eq!(
        results[1]["locations"][0]["physicalLocation"]["region"]["startLine"],
        1
    );
    assert_eq!(results[2]["locations"], json!([]));
    let rules = &run["tool"]["driver"]["rules"];
    assert!(
        results
            .iter()
            .all(|result| result["ruleId"] == rules[0]["id"])
    );
}

#[test]
fn github_gets_a_command_for_each_and_no_text_of_others_ends_one() {
    assert_eq!(
        rendered(Format::Github),
        "::warning file=a b/é%2Cx%3A1.yaml,line=3,col=5::CloudFrontFunction edge: spec.code[index.mjs]: 50 %25 of it\n\
         ::error file=gone.yaml::it cannot be read\n\
         ::notice::nothing was checked\n"
    );
}

#[test]
fn strict_makes_errors_of_warnings_and_of_nothing_else() {
    let strict = sample().strict();
    let levels = [Level::Error, Level::Warning, Level::Note].map(|level| strict.count(level));
    assert_eq!(levels, [2, 0, 1]);
}

#[test]
fn that_nothing_was_checked_is_told() {
    let told = |sources: &[Source]| {
        let report = validate(sources).expect("definitions");
        report
            .findings
            .into_iter()
            .map(|found| found.message)
            .collect::<Vec<_>>()
    };
    let other = Source::decode("a.yaml", b"apiVersion: v1\nkind: Service\n".to_vec());
    let [found] = &told(&[other])[..] else {
        panic!("one finding")
    };
    assert!(
        found.starts_with("no object of the group cloudfn.dev is in what was read"),
        "{found}"
    );
    let [found] = &told(&[])[..] else {
        panic!("one finding")
    };
    assert!(
        found.starts_with("there is no file with the extension yaml, yml or json"),
        "{found}"
    );
    assert!(report(&format!("---\n{}", "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {name: a}\nspec: {code: {inline: 'function handler() {}'}}\n")).findings.is_empty());
}

#[test]
fn text_in_utf_16_is_read_where_it_has_a_byte_order_mark() {
    let text = "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {name: é}\nspec: {}\n";
    let units = || text.encode_utf16();
    let with = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    let readable = [
        text.as_bytes().to_vec(),
        with(&[0xef, 0xbb, 0xbf], text.as_bytes().to_vec()),
        with(&[0xff, 0xfe], units().flat_map(u16::to_le_bytes).collect()),
        with(&[0xfe, 0xff], units().flat_map(u16::to_be_bytes).collect()),
    ];
    for bytes in readable {
        assert_eq!(Source::decode("a", bytes).text.as_deref(), Ok(text));
    }
    let unreadable = [
        units().flat_map(u16::to_le_bytes).collect(),
        with(&[0xff, 0xfe], vec![0x61]),
        with(&[0xff, 0xfe], vec![0x00, 0xd8]),
        vec![0x80],
    ];
    for bytes in unreadable {
        let read = Source::decode("a", bytes.clone()).text;
        // UTF-16 of ASCII without a mark is UTF-8 as well, with a NUL after each character.
        let is_refused = read.as_ref().map_or(true, |text| text.contains('\0'));
        assert!(is_refused, "{bytes:?}: {read:?}");
    }
}
