use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::functions::lambda::code::archive::{LIMIT, decode, earlier_sha256, sha256, zip};
use crate::reconcile::Unmet;

fn files<'a>(pairs: &[(&'a str, &'a [u8])]) -> BTreeMap<&'a str, &'a [u8]> {
    pairs.iter().copied().collect()
}

fn message(result: Result<Vec<u8>, Unmet>) -> String {
    match result {
        Err(Unmet::Invalid(message)) => message,
        other => panic!(
            "expected a refusal, got {:?}",
            other.map(|bytes| bytes.len())
        ),
    }
}

#[test]
fn the_same_files_make_the_same_archive_for_ever() {
    let archive = zip(&files(&[
        ("lib/größe.py", b"x = 1\n"),
        ("index.py", b"def handler(e, c): return 1\n"),
        ("bootstrap", b"#!/bin/sh\n"),
        ("empty", b""),
    ]))
    .unwrap();
    assert_eq!(
        sha256(&archive),
        "FzeWuSN9aAJ2xUqOaBERJl1ErhqMRAr8mC4kA1fV6ic=",
        "a release that changes this redeploys every function"
    );
}

#[test]
fn another_reader_finds_what_was_put_in() {
    let contents = files(&[
        ("b/deep/er.txt", b"deep"),
        ("a.py", b"pass"),
        ("bootstrap", b"#!/bin/sh\n"),
        ("zoë", b"\xff\x00"),
        ("wrapper.sh", b"#!/bin/bash\nexec \"$@\"\n"),
        ("lib/tool", b"\x7fELF\x02\x01\xff"),
        ("extensions/logs", b"no header"),
        ("lib/extensions/plain", b"no header"),
        ("extensions.txt", b" #!/bin/sh\n"),
    ]);
    let mut archive = zip::ZipArchive::new(Cursor::new(zip(&contents).unwrap())).unwrap();
    let mut seen = BTreeMap::new();
    let mut order = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let executable = ["bootstrap", "extensions/logs", "lib/tool", "wrapper.sh"];
        let executable = executable.contains(&name.as_str());
        assert_eq!(
            file.unix_mode(),
            Some(if executable { 0o100_755 } else { 0o100_644 }),
            "{name}"
        );
        assert_eq!(file.compression(), zip::CompressionMethod::Stored);
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        order.push(name.clone());
        seen.insert(name, content);
    }
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(seen.len(), contents.len());
    for (path, content) in contents {
        assert_eq!(seen[path], content, "{path}");
    }
}

#[test]
fn the_archive_of_an_earlier_release_is_known_where_it_was_another() {
    let same = files(&[("bootstrap", b"#!/bin/sh\n"), ("index.py", b"pass")]);
    assert_eq!(earlier_sha256(&same), Ok(None));
    let wrapped = files(&[("index.py", b"pass"), ("wrapper.sh", b"#!/bin/bash\n")]);
    let earlier = earlier_sha256(&wrapped).unwrap();
    assert_ne!(earlier, Some(sha256(&zip(&wrapped).unwrap())));
    assert_eq!(
        earlier.as_deref(),
        Some("A8HIunapW0t7tV2OD1NzjI0eNmXxhB9z5PxG3riwarw="),
        "what the release before made of it"
    );
}

#[test]
fn paths_that_could_leave_or_clash_are_refused() {
    for path in [
        "",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a/./b",
        "a//b",
        "folder/",
        "a\\b",
        "nul\0",
        "line\nbreak",
    ] {
        let message = message(zip(&files(&[(path, b"x")])));
        assert!(message.contains("not usable"), "{path:?}: {message}");
    }
    let message = message(zip(&files(&[("a/b", b"x"), ("a", b"y"), ("a.txt", b"z")])));
    assert!(message.contains("also a folder"), "{message}");
}

#[test]
fn no_files_and_too_many_bytes_are_refused() {
    assert!(message(zip(&BTreeMap::new())).contains("no files"));
    let large = vec![0; LIMIT];
    assert!(message(zip(&files(&[("large", &large)]))).contains("s3Bucket"));
}

#[test]
fn a_given_archive_is_taken_as_it_is() {
    let archive = zip(&files(&[("index.py", b"pass")])).unwrap();
    let mut base64 = STANDARD.encode(&archive);
    base64.insert(20, '\n');
    assert_eq!(decode(&base64).unwrap(), archive);
    let mut commented = archive.clone();
    let end = commented.len();
    commented[end - 2..].copy_from_slice(&5_u16.to_le_bytes());
    commented.extend_from_slice(b"hello");
    assert_eq!(decode(&STANDARD.encode(&commented)).unwrap(), commented);
}

#[test]
fn what_is_no_archive_is_refused_with_what_to_do() {
    let archive = zip(&files(&[("index.py", b"pass")])).unwrap();
    let cases = [
        ("no base64", "***".to_owned(), "not base64"),
        (
            "some text",
            STANDARD.encode("def handler(): pass"),
            "not of a whole zip archive",
        ),
        (
            "a cut archive",
            STANDARD.encode(&archive[..archive.len() - 3]),
            "not of a whole zip archive",
        ),
        (
            "an archive's end alone",
            STANDARD.encode(&archive[archive.len() - 22..]),
            "not of a whole zip archive",
        ),
        (
            "an empty archive",
            STANDARD.encode(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            "without files",
        ),
        (
            "too large an archive",
            STANDARD.encode(vec![0; LIMIT + 1]),
            "at most 52428800",
        ),
    ];
    for (case, base64, part) in cases {
        let message = message(decode(&base64));
        assert!(message.contains(part), "{case}: {message}");
    }
}
