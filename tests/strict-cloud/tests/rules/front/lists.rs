//! Lists on the wire: pages, markers, and what items leave out.

use serde_json::Value;

use super::{create_edge, create_lambda, edge, json, lambda, text};
use crate::support::{cloud, settle};

fn between<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>"))
        .map(|(found, _)| found)
}

#[test]
fn cloudfront_lists_page_by_page_and_the_last_has_no_marker() {
    let mut cloud = cloud();
    for name in ["a", "b", "c"] {
        let etag = create_edge(&mut cloud, name);
        assert_eq!(
            edge(
                &mut cloud,
                &format!("POST /2020-05-31/function/{name}/publish"),
                Some(&etag),
                ""
            )
            .status(),
            200
        );
    }
    let (mut found, mut marker) = (Vec::new(), String::new());
    loop {
        let from = if marker.is_empty() {
            String::new()
        } else {
            format!("&Marker={}", marker.replace('/', "%2F"))
        };
        let page = edge(
            &mut cloud,
            &format!("GET /2020-05-31/function?MaxItems=4{from}"),
            None,
            "",
        );
        let page = text(&page);
        assert_eq!(between(page, "MaxItems"), Some("4"));
        let items: Vec<String> = page
            .split("<FunctionSummary>")
            .skip(1)
            .map(|item| {
                format!(
                    "{} {}",
                    between(item, "Name").unwrap(),
                    between(item, "Stage").unwrap()
                )
            })
            .collect();
        assert_eq!(
            between(page, "Quantity"),
            Some(items.len().to_string().as_str())
        );
        found.extend(items);
        match between(page, "NextMarker") {
            Some(next) => next.clone_into(&mut marker),
            None => break,
        }
    }
    assert_eq!(
        found,
        [
            "a DEVELOPMENT",
            "a LIVE",
            "b DEVELOPMENT",
            "b LIVE",
            "c DEVELOPMENT",
            "c LIVE"
        ]
    );
    let live = edge(&mut cloud, "GET /2020-05-31/function?Stage=LIVE", None, "");
    assert_eq!(
        (
            text(&live).matches("<Stage>LIVE</Stage>").count(),
            text(&live).contains("DEVELOPMENT")
        ),
        (3, false)
    );
}

#[test]
fn lambda_lists_page_by_page_without_states() {
    let mut cloud = cloud();
    for name in ["a", "b", "c"] {
        create_lambda(&mut cloud, name);
    }
    settle(&mut cloud);
    let (mut found, mut from) = (Vec::new(), String::new());
    loop {
        let page = json(&lambda(
            &mut cloud,
            &format!("GET /2015-03-31/functions?MaxItems=2{from}"),
            "",
        ));
        for item in page["Functions"].as_array().unwrap() {
            let state: Vec<&String> = item
                .as_object()
                .unwrap()
                .keys()
                .filter(|key| {
                    key.starts_with("State")
                        || key.starts_with("LastUpdate")
                        || *key == "RuntimeVersionConfig"
                })
                .collect();
            assert_eq!(state, Vec::<&String>::new());
            found.push(item["FunctionName"].as_str().unwrap().to_owned());
        }
        match page.get("NextMarker") {
            Some(Value::String(marker)) => from = format!("&Marker={marker}"),
            other => {
                assert_eq!(other, None);
                break;
            }
        }
    }
    assert_eq!(found, ["a", "b", "c"]);
    assert_eq!(
        lambda(&mut cloud, "POST /2015-03-31/functions/a/versions", "{}").status(),
        201
    );
    let versions = json(&lambda(
        &mut cloud,
        "GET /2015-03-31/functions/a/versions",
        "",
    ));
    let numbers: Vec<&Value> = versions["Versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["Version"])
        .collect();
    assert_eq!(numbers, ["$LATEST", "1"]);
    let all = json(&lambda(
        &mut cloud,
        "GET /2015-03-31/functions?FunctionVersion=ALL",
        "",
    ));
    assert_eq!(all["Functions"].as_array().unwrap().len(), 4);
}
