//! The model's own time. No wall clock is read anywhere in this crate.

use std::fmt;
use std::time::Duration;

/// A moment: the time since the model began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub Duration);

/// What the model's beginning is called in dates: 2026-01-01T00:00:00Z, in days since 1970.
const FIRST_DAY: u64 = 20_454;

impl Time {
    /// The moment `later` after this one.
    #[must_use]
    pub const fn after(self, later: Duration) -> Self {
        Self(self.0.saturating_add(later))
    }

    /// How long it is from `earlier` to here; nothing if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// Milliseconds since 1970, as JavaScript counts.
    #[must_use]
    pub fn unix_millis(self) -> u64 {
        FIRST_DAY * 86_400_000 + u64::try_from(self.0.as_millis()).unwrap_or_default()
    }

    /// As CloudFront writes it: `2026-01-01T00:00:00.000Z` (CloudFront API reference, FunctionMetadata).
    #[must_use]
    pub fn rfc3339(self) -> String {
        format!("{self}Z")
    }

    /// As Lambda writes it: `2026-01-01T00:00:00.000+0000` (Lambda API reference, FunctionConfiguration, LastModified).
    #[must_use]
    pub fn iso8601(self) -> String {
        format!("{self}+0000")
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (year, month, day) = civil(FIRST_DAY + seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}",
            self.0.subsec_millis()
        )
    }
}

/// Year, month and day of a day since 1970 (Howard Hinnant's `civil_from_days`, for days after year 0).
const fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_each_service_writes_them() {
        assert_eq!(Time::default().rfc3339(), "2026-01-01T00:00:00.000Z");
        let later =
            Time::default().after(Duration::from_millis((31 + 28) * 86_400_000 + 3_661_005));
        assert_eq!(later.iso8601(), "2026-03-01T01:01:01.005+0000");
    }
}
