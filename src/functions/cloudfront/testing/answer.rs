//! What a function answered, held against what a test expects: the first difference counts. Pure.

use serde_json::{Map, Value};

use super::rule::Rule;
use super::test::Test;
use super::words::{self, cut, shown, with_log};
use crate::cloud::cloudfront::{Execution, TestRun};

/// What came of running one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestVerdict {
    /// The function did what the test expects.
    Passed(Option<i32>),
    /// It did something else; the sentence says what.
    Failed(Option<i32>, String),
    /// Nobody knows: the cloud could not run it.
    Broken(String),
    /// This cloud never runs tests.
    Unsupported(String),
}

/// What came of a test under this rule.
pub(in super::super) fn verdict(test: &Test, rule: Rule, run: TestRun) -> TestVerdict {
    match run {
        TestRun::Failed(message) => TestVerdict::Broken(message),
        TestRun::Unsupported(message) => TestVerdict::Unsupported(message),
        TestRun::Ran(execution) => match rule {
            Rule::AllPass { .. } => compared(test, execution),
            Rule::Compiles => ran(execution),
        },
    }
}

/// Whether it ran to its end, whatever it answered.
fn ran(execution: Execution) -> TestVerdict {
    let used = execution.compute_utilization;
    match execution.error {
        None => TestVerdict::Passed(used),
        Some(error) => TestVerdict::Failed(used, words::error(&error)),
    }
}

/// Whether it answered what the test expects.
fn compared(test: &Test, execution: Execution) -> TestVerdict {
    let Execution {
        compute_utilization,
        logs,
        error,
        output,
    } = execution;
    let failed =
        |what: String| TestVerdict::Failed(compute_utilization, with_log(what, &logs, test));
    if let Some(error) = error {
        return failed(format!(
            "the function ended with an error: {}",
            words::error(&error)
        ));
    }
    let Some(output) = output else {
        return TestVerdict::Broken(
            "TestFunction answered neither an output nor an error".to_owned(),
        );
    };
    let Ok(output @ Value::Object(_)) = serde_json::from_str::<Value>(&output) else {
        return failed(format!(
            "the function answered no JSON object: {}",
            cut(&output)
        ));
    };
    if let Some(difference) = unexpected(test, &output) {
        return failed(difference);
    }
    match (test.max_compute_utilization, compute_utilization) {
        (Some(most), Some(used)) if used > most => failed(format!(
            "compute utilization: wanted at most {most}, got {used}"
        )),
        (Some(_), None) => TestVerdict::Broken(
            "TestFunction did not say how much compute time the function used".to_owned(),
        ),
        _ => TestVerdict::Passed(compute_utilization),
    }
}

/// The first thing in an output that the test does not expect.
fn unexpected(test: &Test, output: &Value) -> Option<String> {
    let present = || {
        let path = test
            .expect_absent
            .iter()
            .find(|path| lookup(output, path).is_some())?;
        Some(format!(
            "{path}: wanted nothing, got {}",
            lookup(output, path).map_or_else(String::new, shown)
        ))
    };
    other_kind(&test.expect, output)
        .or_else(|| difference("", &Value::Object(test.expect.clone()), output))
        .or_else(present)
}

/// Whether it answered a response where a request is wanted, or the other way round: then no member
/// of it is worth a word.
fn other_kind(wanted: &Map<String, Value>, output: &Value) -> Option<String> {
    let is_other = |wanted_kind: &str, kind: &str| {
        wanted.contains_key(wanted_kind)
            && output.get(wanted_kind).is_none_or(Value::is_null)
            && output.get(kind).is_some()
    };
    let (wanted_kind, kind, told) = if is_other("request", "response") {
        ("request", "response", "statusCode")
    } else if is_other("response", "request") {
        ("response", "request", "uri")
    } else {
        return None;
    };
    let told = match output.get(kind).and_then(|message| message.get(told)) {
        Some(Value::String(text)) => format!(" ({})", cut(text)),
        Some(value) => format!(" ({})", shown(value)),
        None => String::new(),
    };
    Some(format!("wanted a {wanted_kind}, got a {kind}{told}"))
}

/// The first place where a value lacks what is wanted: path, wanted, got.
fn difference(path: &str, wanted: &Value, found: &Value) -> Option<String> {
    let said = || {
        Some(format!(
            "{}: wanted {}, got {}",
            cut(path),
            shown(wanted),
            shown(found)
        ))
    };
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().find_map(|(name, wanted)| {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                match found.get(name) {
                    Some(found) => difference(&path, wanted, found),
                    None => Some(format!(
                        "{}: wanted {}, got nothing",
                        cut(&path),
                        shown(wanted)
                    )),
                }
            })
        }
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => wanted
            .iter()
            .zip(found)
            .enumerate()
            .find_map(|(number, (wanted, found))| {
                difference(&format!("{path}[{number}]"), wanted, found)
            }),
        // 301 and 301.0 are one number.
        (Value::Number(wanted), Value::Number(found)) if wanted.as_f64() == found.as_f64() => None,
        (wanted, found) if wanted == found => None,
        _ => said(),
    }
}

/// The value at a dotted path; a name may hold dots itself, and an item of a list is named by its number.
fn lookup<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if let Value::Array(items) = value {
        let (number, rest) = path
            .split_once('.')
            .map_or((path, None), |(number, rest)| (number, Some(rest)));
        let item = items.get(number.parse::<usize>().ok()?)?;
        return rest.map_or(Some(item), |rest| lookup(item, rest));
    }
    let object = value.as_object()?;
    if let Some(found) = object.get(path) {
        return Some(found);
    }
    path.match_indices('.').find_map(|(at, _)| {
        let (name, rest) = path.split_at(at);
        lookup(object.get(name)?, rest.trim_start_matches('.'))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::super::expectation::check;
    use super::*;

    /// What came of a test of a spec.
    fn verdict(test: &Test, run: TestRun) -> TestVerdict {
        let rule = Rule::AllPass {
            count: 1,
            skip_unsupported: false,
        };
        super::verdict(test, rule, run)
    }

    fn members(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else {
            panic!("an object")
        };
        members
    }

    fn test(expect: Value, absent: &[&str], max: Option<i32>) -> Test {
        Test {
            name: "t".into(),
            event: Vec::new(),
            expect: members(expect),
            expect_absent: absent.iter().map(|path| (*path).to_owned()).collect(),
            max_compute_utilization: max,
        }
    }

    fn ran(output: &Value) -> Execution {
        Execution {
            compute_utilization: Some(20),
            output: Some(output.to_string()),
            ..Execution::default()
        }
    }

    #[test]
    fn the_members_named_must_match_and_the_first_difference_is_told() {
        /// What it shows, what is expected, what must be absent, the most time, and the verdict.
        type Row<'a> = (&'a str, Value, &'a [&'a str], Option<i32>, TestVerdict);
        let output = json!({"response": {"statusCode": 301, "headers": {"location": {"value": "/b"}, "a.b": {"value": "c"}}, "list": [1, {"x": 2}]}});
        let passed = || TestVerdict::Passed(Some(20));
        let failed = |what: &str| TestVerdict::Failed(Some(20), what.to_owned());
        let rows: Vec<Row<'_>> = vec![
            ("nothing expected: it ran", json!({}), &[], None, passed()),
            (
                "a member that is named matches",
                json!({"response": {"statusCode": 301}}),
                &[],
                None,
                passed(),
            ),
            (
                "a number is a number",
                json!({"response": {"statusCode": 301.0}}),
                &[],
                None,
                passed(),
            ),
            (
                "another number",
                json!({"response": {"statusCode": 302}}),
                &[],
                None,
                failed("response.statusCode: wanted 302, got 301"),
            ),
            (
                "a text is no number",
                json!({"response": {"statusCode": "301"}}),
                &[],
                None,
                failed("response.statusCode: wanted \"301\", got 301"),
            ),
            (
                "a member is missing",
                json!({"response": {"body": "b"}}),
                &[],
                None,
                failed("response.body: wanted \"b\", got nothing"),
            ),
            (
                "the other kind of message",
                json!({"request": {}}),
                &[],
                None,
                failed("wanted a request, got a response (301)"),
            ),
            (
                "a list as a whole",
                json!({"response": {"list": [1, {}]}}),
                &[],
                None,
                passed(),
            ),
            (
                "a list of another length",
                json!({"response": {"list": [1]}}),
                &[],
                None,
                failed("response.list: wanted [1], got [1,{\"x\":2}]"),
            ),
            (
                "inside a list",
                json!({"response": {"list": [1, {"x": 3}]}}),
                &[],
                None,
                failed("response.list[1].x: wanted 3, got 2"),
            ),
            (
                "what must not be there is not",
                json!({}),
                &["response.headers.server", "request"],
                None,
                passed(),
            ),
            (
                "what must not be there is",
                json!({}),
                &["response.headers.location.value"],
                None,
                failed("response.headers.location.value: wanted nothing, got \"/b\""),
            ),
            (
                "an item of a list that must not be there",
                json!({}),
                &["response.list.1.x"],
                None,
                failed("response.list.1.x: wanted nothing, got 2"),
            ),
            (
                "an item that a list has not",
                json!({}),
                &["response.list.2", "response.list.x"],
                None,
                passed(),
            ),
            (
                "a name with a dot",
                json!({}),
                &["response.headers.a.b"],
                None,
                failed("response.headers.a.b: wanted nothing, got {\"value\":\"c\"}"),
            ),
            ("enough compute time", json!({}), &[], Some(20), passed()),
            (
                "too much compute time",
                json!({}),
                &[],
                Some(19),
                failed("compute utilization: wanted at most 19, got 20"),
            ),
        ];
        for (sentence, expect, absent, max, expected) in rows {
            assert_eq!(
                verdict(&test(expect, absent, max), TestRun::Ran(ran(&output))),
                expected,
                "{sentence}"
            );
        }
    }

    #[test]
    fn errors_and_logs_are_shown_and_what_nobody_knows_is_no_failure() {
        let any = test(json!({}), &[], None);
        let named = Test {
            event: json!({"context": {"requestId": "id-1"}})
                .to_string()
                .into_bytes(),
            ..any.clone()
        };
        let logs: Vec<String> = ["id-1 one", "id-1 two", "id-1 three", "four"]
            .map(str::to_owned)
            .to_vec();
        let error = Execution {
            error: Some("TypeError: x".into()),
            logs,
            ..Execution::default()
        };
        let expected =
            "the function ended with an error: TypeError: x; log: two | three | four".to_owned();
        assert_eq!(
            verdict(&named, TestRun::Ran(error)),
            TestVerdict::Failed(None, expected)
        );
        assert!(matches!(
            verdict(&any, TestRun::Ran(Execution::default())),
            TestVerdict::Broken(_)
        ));
        assert!(matches!(
            verdict(&any, TestRun::Failed("no".into())),
            TestVerdict::Broken(_)
        ));
        assert!(matches!(
            verdict(&any, TestRun::Unsupported("no".into())),
            TestVerdict::Unsupported(_)
        ));
        let silent = Execution {
            compute_utilization: None,
            ..ran(&json!({"request": {}}))
        };
        assert!(matches!(
            verdict(
                &test(json!({}), &[], Some(50)),
                TestRun::Ran(silent.clone())
            ),
            TestVerdict::Broken(_)
        ));
        assert_eq!(
            verdict(&any, TestRun::Ran(silent)),
            TestVerdict::Passed(None)
        );
    }

    #[test]
    fn expectations_that_could_never_hold_are_refused() {
        let check = |expect: Value, absent: &[&str]| {
            check(
                &members(expect),
                &absent
                    .iter()
                    .map(|path| (*path).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert!(
            check(
                json!({"response": {"headers": {"location": {}}}}),
                &["request.headers.a"]
            )
            .is_ok()
        );
        assert!(
            check(json!({"response": {"headers": {"Location": {}}}}), &[])
                .unwrap_err()
                .contains("the header Location")
        );
        assert!(
            check(json!({}), &["headers.server"])
                .unwrap_err()
                .contains("headers.server")
        );
    }
}
