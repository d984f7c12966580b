//! Zip archives: as much of them as Lambda looks at, and a small way to make one.

/// What can be read of an archive without unpacking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Entries in the central directory.
    pub entries: usize,
    /// Their uncompressed sizes together.
    pub unzipped: u64,
}

fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(width)?).map(|field| {
        field
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    })
}

/// Reads the end record and the central directory (PKWARE APPNOTE, 4.3.12 and 4.3.16); none if this is no archive.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Archive> {
    let end = (0..=bytes.len().checked_sub(22)?)
        .rev()
        .take(65_558)
        .find(|at| bytes.get(*at..*at + 4) == Some(b"PK\x05\x06"))?;
    let entries = usize::try_from(number(bytes, end + 10, 2)?).ok()?;
    let mut at = usize::try_from(number(bytes, end + 16, 4)?).ok()?;
    let mut unzipped = 0;
    for _ in 0..entries {
        if bytes.get(at..at.checked_add(4)?) != Some(b"PK\x01\x02") {
            return None;
        }
        unzipped += number(bytes, at + 24, 4)?;
        let tail =
            number(bytes, at + 28, 2)? + number(bytes, at + 30, 2)? + number(bytes, at + 32, 2)?;
        at = at.checked_add(46 + usize::try_from(tail).ok()?)?;
    }
    Some(Archive { entries, unzipped })
}

/// An archive of stored (uncompressed) files: the same files, the same bytes.
#[must_use]
pub fn store(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut local, mut central) = (Vec::new(), Vec::new());
    let low = |number: usize, width: usize| {
        number
            .to_le_bytes()
            .into_iter()
            .take(width)
            .collect::<Vec<u8>>()
    };
    for (name, bytes) in files {
        let offset = local.len();
        // Version 2.0, no flags, stored, 1980-01-01, checksum, sizes, length of the name, no extra.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc32(bytes).to_le_bytes());
        common.extend(
            [
                low(bytes.len(), 4),
                low(bytes.len(), 4),
                low(name.len(), 2),
                vec![0, 0],
            ]
            .concat(),
        );
        local.extend([b"PK\x03\x04".as_slice(), &common, name.as_bytes(), bytes].concat());
        central.extend(
            [
                b"PK\x01\x02\x14\x00".as_slice(),
                &common,
                &[0; 10],
                &low(offset, 4),
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let (count, size, start) = (
        low(files.len(), 2),
        low(central.len(), 4),
        low(local.len(), 4),
    );
    local.extend(central);
    local.extend(
        [
            b"PK\x05\x06\x00\x00\x00\x00".as_slice(),
            &count,
            &count,
            &size,
            &start,
            &[0, 0],
        ]
        .concat(),
    );
    local
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_and_anything_else_is_not() {
        let zip = store(&[("index.py", b"x = 1"), ("a/b.txt", b"")]);
        assert_eq!(
            read(&zip),
            Some(Archive {
                entries: 2,
                unzipped: 5
            })
        );
        assert_eq!(
            read(&store(&[])),
            Some(Archive {
                entries: 0,
                unzipped: 0
            })
        );
        assert_eq!(
            read(b"not a zip, but long enough to hold an end record"),
            None
        );
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
