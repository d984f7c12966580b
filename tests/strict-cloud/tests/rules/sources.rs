//! Each rule has a source, or stands in the list of what is assumed.

use std::collections::BTreeSet;
use std::path::Path;

use strict_cloud::ASSUMED;

fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &sources(&path);
        } else if path.file_name().unwrap() != "assumed.rs" {
            text += &std::fs::read_to_string(&path).unwrap();
        }
    }
    text
}

#[test]
fn what_is_assumed_is_listed_once_and_used() {
    let text = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let used: BTreeSet<&str> = text
        .split("assumed:")
        .skip(1)
        .map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                .next()
                .unwrap()
        })
        .filter(|id| !id.is_empty())
        .collect();
    let listed: BTreeSet<&str> = ASSUMED.iter().map(|(id, _)| *id).collect();
    assert_eq!(listed.len(), ASSUMED.len(), "an id is there once");
    assert_eq!(used, listed);
    for (id, why) in ASSUMED {
        println!("{id}: {why}");
    }
}

#[test]
fn only_the_server_has_a_socket_and_a_clock() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let impure = [
        "tokio",
        "std::net",
        "std::thread",
        "Instant",
        "SystemTime",
        "hyper::",
    ];
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let may = path == src.join("main.rs") || path == src.join("front/server.rs");
            let found: Vec<_> = impure.iter().filter(|word| text.contains(**word)).collect();
            assert!(may || found.is_empty(), "{} has {found:?}", path.display());
        }
    }
}
