//! `RECORDED.md`: every recorded sequence, and what became of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::fixtures::{Sequence, Step};

const HEAD: &str = "# Recorded answers of AWS

What the model says of Lambda is compared with what AWS itself answered: sequences of requests, recorded on AWS by the LocalStack project for its test suite (`tests/aws/services/lambda_/test_lambda_api.py`, Apache-2.0, as of March 2026) and named as they are there. Facts are taken over; the fixtures in `tests/recorded/` are our own. `cargo test -p strict-cloud --test recorded` replays them, in process and over HTTP.

Compared are the HTTP status and the error code, the sentence of a refusal word by word, the fields of a reply (all of AWS's and no other), their values, and what moves a RevisionId. Not compared are the values of ids, hashes, dates, sizes and links, and what only the wire shows (headers, `Type` and the spelling of `message` in the body of a refusal). Rows of `test_function_name_and_qualifier_validation` were recorded without their status, and with the breaches of a refusal in any order.

This page is generated; a test proves it current. What no recording settles stands in `src/assumed.rs`.
";

/// The page.
pub fn render(
    names: &[(String, String)],
    replayed: &[Sequence],
    outside: &BTreeMap<String, String>,
) -> String {
    let by_name: BTreeMap<&str, &Sequence> = replayed
        .iter()
        .map(|sequence| (sequence.name.as_str(), sequence))
        .collect();
    let partly = replayed
        .iter()
        .filter(|sequence| sequence.left_out.is_some())
        .count();
    let (whole, out) = (replayed.len() - partly, outside.len());
    let mut page = format!(
        "{HEAD}\n| | Sequences |\n|---|---|\n| Replayed | {whole} |\n| Replayed in part | {partly} |\n| Outside of the model | {out} |\n| All | {} |\n",
        names.len()
    );
    page += "\n| Sequence | Recorded | Answers compared | What is left out, and why |\n|---|---|---|---|\n";
    for (day, name) in names {
        let (answers, why) = match by_name.get(name.as_str()) {
            Some(sequence) => {
                let answers = sequence
                    .steps
                    .iter()
                    .filter(|step| matches!(step, Step::Ask(asked) if asked.expected.is_some()))
                    .count();
                let said: Vec<&str> = [&sequence.left_out, &sequence.note]
                    .into_iter()
                    .flatten()
                    .map(String::as_str)
                    .collect();
                (answers.to_string(), said.join("; "))
            }
            None => (
                "none".to_owned(),
                outside
                    .get(name)
                    .map_or_else(|| "nobody knows".to_owned(), |why| format!("all: {why}")),
            ),
        };
        writeln!(
            page,
            "| {} | {day} | {answers} | {why} |",
            name.replace('|', "\\|")
        )
        .unwrap();
    }
    page
}
