//! When writes are recorded: as the clock says, but never before what is recorded already.
//!
//! `asOf` gives again what was known at a moment. If a clock that was set back were believed, what comes after would seem to have been
//! known before, and a figure that was published could not be had again.

use senne_history::History;
use senne_model::{Problem, Timestamp};
use senne_store::Store;

/// A clock that is behind by more than this is worth a word, in microseconds.
const BEHIND: i64 = 60_000_000;

/// Gives moments that never go back.
pub(crate) struct RecordingClock {
    newest: Timestamp,
    told: bool,
}

impl RecordingClock {
    /// Goes on from what log and tables have.
    pub(crate) fn after(store: &dyn Store, history: &History) -> Result<Self, Problem> {
        let head = store.head();
        let last = store.changes(senne_model::ChangeNo(head.0.saturating_sub(1)), 1)?;
        let logged = last.last().map(|change| change.recorded_at);
        Ok(Self::from(logged.max(history.newest_recorded()).unwrap_or(Timestamp::from_micros(i64::MIN))))
    }

    pub(crate) fn from(newest: Timestamp) -> Self {
        Self { newest, told: false }
    }

    /// The moment at which what is written now is recorded.
    pub(crate) fn at(&mut self, now: Timestamp) -> Timestamp {
        let behind = self.newest.micros().saturating_sub(now.micros());
        if behind > BEHIND && !self.told {
            let seconds = behind / 1_000_000;
            tracing::warn!(
                seconds,
                "the clock is {seconds} s behind what is recorded already; until it has caught up, writes are recorded at {}",
                self.newest
            );
        }
        self.told = behind > BEHIND;
        self.newest = self.newest.max(now);
        self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_does_not_take_recordings_back() {
        let hour = 3_600_000_000;
        let at = Timestamp::from_micros;
        let mut clock = RecordingClock::from(at(hour));
        assert_eq!(clock.at(at(2 * hour)), at(2 * hour));
        assert_eq!(clock.at(at(hour)), at(2 * hour));
        assert_eq!(clock.at(at(2 * hour - 1)), at(2 * hour));
        assert_eq!(clock.at(at(2 * hour + 1)), at(2 * hour + 1));
        assert_eq!(RecordingClock::from(at(i64::MIN)).at(at(0)), at(0));
    }
}
