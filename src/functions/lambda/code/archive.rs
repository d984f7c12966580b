//! The deterministic zip archive.
//!
//! Invariant: the same files make the same bytes, in every release. The hash of these bytes
//! decides whether code is deployed, so entries are stored, not deflated: another version of a
//! compression library would redeploy every function. Pure.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::reconcile::Unmet;

/// Bytes of an archive that can be sent with a call (AWS: 50 MB for direct upload).
pub const LIMIT: usize = 50 * 1024 * 1024;

const VERSION_NEEDED: u16 = 10; // 1.0: a stored file
const MADE_BY_UNIX: u16 = 0x0314; // Unix, 2.0
const UTF8_NAME: u16 = 0x0800;
const MIDNIGHT: u16 = 0;
const FIRST_OF_JANUARY_1980: u16 = 0x0021;
const REGULAR_FILE: u32 = 0o100_000;
const EXECUTABLE: u32 = 0o755;
const PLAIN: u32 = 0o644;
const LOCAL_HEADER_SIZE: usize = 30;
const CENTRAL_HEADER_SIZE: usize = 46;
const END_SIZE: usize = 22;
const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";

/// Base64 of the SHA-256, as `CodeSha256` has it.
pub fn sha256(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

/// The permissions of a file, from its path and its content.
type Mode = fn(&str, &[u8]) -> u32;

/// An archive of these files, path to content.
///
/// Errors: [`Unmet::Invalid`] for no files, for a path that is unsafe or cannot be unpacked, and
/// for more than [`LIMIT`] bytes.
pub fn zip(files: &BTreeMap<&str, &[u8]>) -> Result<Vec<u8>, Unmet> {
    archive(files, mode)
}

/// The hash of the archive that earlier releases made of these files, where it was another one: they
/// made nothing executable but a `bootstrap` at the top. What runs such an archive is left.
///
/// Errors: as [`zip`].
pub fn earlier_sha256(files: &BTreeMap<&str, &[u8]>) -> Result<Option<String>, Unmet> {
    let moved =
        |(path, content): (&&str, &&[u8])| mode(path, content) != earlier_mode(path, content);
    if files.iter().any(moved) {
        Ok(Some(sha256(&archive(files, earlier_mode)?)))
    } else {
        Ok(None)
    }
}

fn archive(files: &BTreeMap<&str, &[u8]>, mode: Mode) -> Result<Vec<u8>, Unmet> {
    if files.is_empty() {
        return Err(Unmet::Invalid(
            "the code has no files; add at least the one that holds the handler".to_owned(),
        ));
    }
    for path in files.keys() {
        check_path(path, files)?;
    }
    let size = files
        .iter()
        .map(|(path, content)| {
            LOCAL_HEADER_SIZE + CENTRAL_HEADER_SIZE + 2 * path.len() + content.len()
        })
        .sum::<usize>()
        + END_SIZE;
    if size > LIMIT {
        return Err(too_large(size));
    }
    let mut archive = Vec::with_capacity(size);
    let mut directory = Vec::new();
    for (path, content) in files {
        let offset = narrow(archive.len())?;
        let entry = entry(path, content)?;
        archive.extend_from_slice(b"PK\x03\x04");
        archive.extend_from_slice(&entry);
        archive.extend_from_slice(path.as_bytes());
        archive.extend_from_slice(content);

        directory.extend_from_slice(b"PK\x01\x02");
        put16(&mut directory, MADE_BY_UNIX);
        directory.extend_from_slice(&entry);
        put16(&mut directory, 0); // comment
        put16(&mut directory, 0); // disk
        put16(&mut directory, 0); // internal attributes
        put32(&mut directory, (REGULAR_FILE | mode(path, content)) << 16);
        put32(&mut directory, offset);
        directory.extend_from_slice(path.as_bytes());
    }
    let offset = narrow(archive.len())?;
    let count = narrow(files.len())?;
    archive.extend_from_slice(&directory);
    archive.extend_from_slice(&END_SIGNATURE);
    put32(&mut archive, 0); // this disk, the directory's disk
    put16(&mut archive, count);
    put16(&mut archive, count);
    put32(&mut archive, narrow(directory.len())?);
    put32(&mut archive, offset);
    put16(&mut archive, 0); // comment
    Ok(archive)
}

/// What the local header and the directory's entry have in common, from the version needed to
/// the length of the extra field.
fn entry(path: &str, content: &[u8]) -> Result<Vec<u8>, Unmet> {
    let mut entry = Vec::with_capacity(26);
    let size = narrow(content.len())?;
    put16(&mut entry, VERSION_NEEDED);
    put16(&mut entry, if path.is_ascii() { 0 } else { UTF8_NAME });
    put16(&mut entry, 0); // stored
    put16(&mut entry, MIDNIGHT);
    put16(&mut entry, FIRST_OF_JANUARY_1980);
    put32(&mut entry, crc32fast::hash(content));
    put32(&mut entry, size);
    put32(&mut entry, size);
    put16(&mut entry, narrow(path.len())?);
    put16(&mut entry, 0); // extra field
    Ok(entry)
}

/// What is a program must be executable, or Lambda cannot start it: the entry point of an OS-only
/// runtime, a wrapper, and all in `extensions/`, where Lambda looks for extensions.
fn mode(path: &str, content: &[u8]) -> u32 {
    let is_program = content.starts_with(b"#!") || content.starts_with(b"\x7fELF");
    if is_program || path.starts_with("extensions/") {
        EXECUTABLE
    } else {
        PLAIN
    }
}

fn earlier_mode(path: &str, _: &[u8]) -> u32 {
    if path == "bootstrap" {
        EXECUTABLE
    } else {
        PLAIN
    }
}

fn check_path(path: &str, files: &BTreeMap<&str, &[u8]>) -> Result<(), Unmet> {
    let component_is_unsafe = |component: &str| matches!(component, "" | "." | "..");
    if path.len() > 1024
        || path.split('/').any(component_is_unsafe)
        || path.chars().any(|c| c == '\\' || c.is_control())
    {
        let shown: String = path.chars().take(64).filter(|c| !c.is_control()).collect();
        return Err(Unmet::Invalid(format!(
            "the file path {shown:?} is not usable in an archive; use a relative path of at most 1024 bytes with / between folders, without '.', '..', backslashes and control characters"
        )));
    }
    let folders = path.match_indices('/').map(|(end, _)| path.split_at(end).0);
    if let Some(folder) = folders
        .into_iter()
        .find(|folder| files.contains_key(folder))
    {
        return Err(Unmet::Invalid(format!(
            "{folder:?} is a file and, for {path:?}, also a folder; rename one of them"
        )));
    }
    Ok(())
}

/// The bytes of an archive that was given as base64; white space does not count.
///
/// Errors: [`Unmet::Invalid`] for what is no base64, no zip archive, empty, or too large.
pub fn decode(base64: &str) -> Result<Vec<u8>, Unmet> {
    let packed: String = base64
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    let bytes = STANDARD.decode(packed).map_err(|_| {
        Unmet::Invalid(
            "code.zipFile is not base64; encode the archive with `base64 < function.zip`, or put source code into code.inline.files"
                .to_owned(),
        )
    })?;
    if bytes.len() > LIMIT {
        return Err(too_large(bytes.len()));
    }
    match entries(&bytes) {
        None => Err(Unmet::Invalid(
            "code.zipFile is base64, but not of a whole zip archive; encode the .zip file itself, or put source code into code.inline.files"
                .to_owned(),
        )),
        Some(0) => Err(Unmet::Invalid(
            "code.zipFile is an archive without files; add at least the one that holds the handler"
                .to_owned(),
        )),
        Some(_) => Ok(bytes),
    }
}

/// Number of entries that the archive's end record gives; `None` where there is no such record.
fn entries(bytes: &[u8]) -> Option<u16> {
    // The record is last, but for a comment of at most 65,535 bytes.
    let first = bytes.len().saturating_sub(END_SIZE + usize::from(u16::MAX));
    let tail = bytes.get(first..)?;
    let at = tail
        .windows(END_SIZE)
        .rposition(|window| window.starts_with(&END_SIGNATURE))?;
    let record = tail.get(at..)?;
    let comment = usize::from(get16(record, 20)?);
    let directory_size = usize::try_from(get32(record, 12)?).ok()?;
    let whole = record.len() == END_SIZE + comment && directory_size <= first + at;
    whole.then(|| get16(record, 10)).flatten()
}

fn too_large(size: usize) -> Unmet {
    Unmet::Invalid(format!(
        "the code's archive has {size} bytes, and at most {LIMIT} can be sent with a call; put it into S3 and name s3Bucket and s3Key"
    ))
}

fn narrow<T: TryFrom<usize>>(number: usize) -> Result<T, Unmet> {
    T::try_from(number).map_err(|_| too_large(number))
}

fn put16(out: &mut Vec<u8>, number: u16) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn get16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn get32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
