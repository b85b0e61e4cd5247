//! Moments as an operator writes them.

use jiff::{Zoned, civil::DateTime, tz::TimeZone};
use senne_model::Timestamp;

use crate::BackupError;

/// Reads RFC 3339 (`2026-03-01T02:00:00Z`), or a civil time with its zone (`2026-03-01 03:00 Europe/Brussels`, or
/// `2026-03-01T03:00[Europe/Brussels]`). Of a civil time that comes twice, the first is meant.
pub fn parse_time(text: &str) -> Result<Timestamp, BackupError> {
    let text = text.trim();
    let micros = if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        instant.as_microsecond()
    } else if let Ok(zoned) = text.parse::<Zoned>() {
        zoned.timestamp().as_microsecond()
    } else if let Some((civil, zone)) = text.rsplit_once(' ')
        && let (Ok(civil), Ok(zone)) = (civil.trim().parse::<DateTime>(), TimeZone::get(zone))
        && let Ok(zoned) = civil.to_zoned(zone)
    {
        zoned.timestamp().as_microsecond()
    } else {
        return Err(BackupError::Refused(format!(
            "`{text}` is no moment; write it as 2026-03-01T02:00:00Z or as `2026-03-01 03:00 Europe/Brussels`"
        )));
    };
    Ok(Timestamp::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_with_and_without_a_zone() {
        let at = |text: &str| parse_time(text).map(|at| at.to_string()).map_err(|e| e.to_string());
        let wanted = Ok(Timestamp::parse("2026-03-01T02:00:00Z").unwrap().to_string());
        for text in [
            "2026-03-01T02:00:00Z",
            "2026-03-01T03:00:00+01:00",
            " 2026-03-01 03:00 Europe/Brussels ",
            "2026-03-01T03:00 Europe/Brussels",
            "2026-03-01T03:00[Europe/Brussels]",
        ] {
            assert_eq!(at(text), wanted, "{text}");
        }
        // The hour that comes twice when the clocks go back: the first one.
        assert_eq!(at("2025-10-26 02:30 Europe/Brussels"), at("2025-10-26T00:30:00Z"));
        for text in
            ["", "yesterday", "2026-03-01T03:00", "2026-03-01 03:00 Europe/Nowhere", "2026-13-01T00:00:00Z"]
        {
            assert!(at(text).unwrap_err().contains("is no moment"), "{text}");
        }
    }
}
