//! One hash over all that many runs did: the proof that a refactoring changed nothing.
//!
//! It covers every line of every trace (requests, cloud calls, events, times, what a pass chose next)
//! and the body of every request that was to change an object.

use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::world::Told;

/// Texts that were changed on purpose since the digest that one compares with: the new one, and the one before.
/// Empty where nothing is being renamed.
const RENAMED: &[(&str, &str)] = &[];

/// The digest of one run.
pub fn of(told: &Told) -> String {
    let mut hash = Sha256::new();
    for line in told.trace.iter().chain(&told.written) {
        let line = RENAMED.iter().fold(line.clone(), |line, (new, before)| {
            line.replace(new, before)
        });
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

/// The digest of all runs, and the first that differs from the last time that digests were made here.
/// Keeps them for the next time, where nothing was kept yet.
pub fn compared(digests: &[(String, String)]) -> String {
    let lines: Vec<String> = digests
        .iter()
        .map(|(name, digest)| format!("{name}\t{digest}"))
        .collect();
    let mut text = format!(
        "digest of {} schedules: {}",
        digests.len(),
        hex(&Sha256::digest(lines.join("\n")))
    );
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/simulation-digests.txt");
    match std::fs::read_to_string(&place) {
        Ok(kept) => {
            let kept: Vec<&str> = kept.lines().collect();
            let differing: Vec<&String> = lines
                .iter()
                .zip(&kept)
                .filter(|(now, before)| now != before)
                .map(|(now, _)| now)
                .collect();
            let compared = lines.len().min(kept.len());
            let _ = match differing.first() {
                None => write!(
                    text,
                    "\nthe same as in {} for {compared} of them",
                    place.display()
                ),
                Some(first) => write!(
                    text,
                    "\n{} of {compared} differ from {}; the first: {first}",
                    differing.len(),
                    place.display()
                ),
            };
        }
        Err(_) => match std::fs::write(&place, lines.join("\n")) {
            Ok(()) => drop(write!(
                text,
                "\nkept in {}; remove it to keep others",
                place.display()
            )),
            Err(error) => drop(write!(text, "\nnot kept: {error}")),
        },
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
