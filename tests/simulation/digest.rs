//! One hash over all that many runs did: the proof that a refactoring changed nothing.
//!
//! It covers every line of every trace (requests, cloud calls, events, times, when the next pass is
//! due) and the body of every request that was to change an object. It does not cover logs and
//! metrics, nor what the judge counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::world::Record;

/// Texts that were changed on purpose since the digests that one compares with: the new one, and the
/// one before. Empty where nothing is being renamed.
const RENAMED: &[(&str, &str)] = &[];

/// The digest of one run.
pub fn of(record: &Record) -> String {
    let mut hash = Sha256::new();
    for line in record.trace.iter().chain(&record.written) {
        let line = RENAMED.iter().fold(line.clone(), |line, (new, before)| {
            line.replace(new, before)
        });
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

/// What came of a comparison with the digests that were kept.
pub struct Comparison {
    /// For a person.
    pub text: String,
    /// Schedules whose digest differs.
    pub differing: usize,
}

/// The digest of all runs, compared with those that were kept of schedules of the same name. Keeps
/// them, where none were kept yet.
pub fn compare(digests: &[(String, String)]) -> Comparison {
    let lines: Vec<String> = digests
        .iter()
        .map(|(name, digest)| format!("{name}\t{digest}"))
        .collect();
    let mut text = format!(
        "digest of {} schedules: {}",
        digests.len(),
        hex(&Sha256::digest(lines.join("\n")))
    );
    let file = file();
    let Ok(kept) = std::fs::read_to_string(&file) else {
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let _ = match folder.and_then(|()| std::fs::write(&file, lines.join("\n"))) {
            Ok(()) => write!(
                text,
                "\nkept in {}; remove it to keep others",
                file.display()
            ),
            Err(error) => write!(text, "\nnot kept in {}: {error}", file.display()),
        };
        return Comparison { text, differing: 0 };
    };
    let kept: BTreeMap<&str, &str> = kept
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let pairs: Vec<(&str, bool)> = digests
        .iter()
        .filter_map(|(name, digest)| Some((name.as_str(), kept.get(name.as_str())? == digest)))
        .collect();
    let differing: Vec<&str> = pairs
        .iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| *name)
        .collect();
    let (compared, place) = (pairs.len(), file.display());
    let _ = match differing.first() {
        None => write!(text, "\nthe same as in {place} for {compared} of them"),
        Some(first) => write!(
            text,
            "\n{} of {compared} differ from {place}; the first: {first}",
            differing.len()
        ),
    };
    Comparison {
        text,
        differing: differing.len(),
    }
}

/// Where digests are kept: one line for each schedule, its name and its digest.
fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/simulation-digests.txt")
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
