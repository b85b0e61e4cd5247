//! Bounds on how fast a backup reads and writes, so that the server beside it keeps its disk.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// At most so many bytes a second. Time in which nothing was done is not made up for.
#[derive(Debug)]
pub struct Pace {
    bytes_per_second: Option<u64>,
    due: Mutex<Instant>,
}

impl Pace {
    /// A bound in bytes a second; `None` is none.
    pub fn new(bytes_per_second: Option<u64>) -> Self {
        Self { bytes_per_second: bytes_per_second.filter(|rate| *rate > 0), due: Mutex::new(Instant::now()) }
    }

    /// So many bytes were read or written; returns when the next may be.
    pub(crate) fn took(&self, bytes: u64) {
        let Some(rate) = self.bytes_per_second else { return };
        let now = Instant::now();
        let mut due = self.due.lock();
        *due = (*due).max(now) + Duration::from_secs_f64(bytes as f64 / rate as f64);
        let wait = due.saturating_duration_since(now);
        drop(due);
        std::thread::sleep(wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_kept() {
        let (pace, started) = (Pace::new(Some(1 << 20)), Instant::now());
        (0..4).for_each(|_| pace.took(64 << 10));
        assert!(started.elapsed() >= Duration::from_millis(240));
        let (free, started) = (Pace::new(None), Instant::now());
        free.took(u64::MAX);
        assert!(started.elapsed() < Duration::from_millis(240));
    }
}
