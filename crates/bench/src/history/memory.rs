//! How much memory this process has.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// How often [`watch`] looks.
const EVERY: Duration = Duration::from_millis(50);

/// The most memory of its own so far, in kB.
static MOST_OWN: AtomicU64 = AtomicU64::new(0);

/// A line of `/proc/self/status`, in MB.
fn megabytes(name: &str) -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0 / 1e6)
}

/// Resident now, in MB.
pub(crate) fn now() -> f64 {
    megabytes("VmRSS").unwrap_or(0.0)
}

/// Resident at most, in MB.
pub(crate) fn most() -> f64 {
    megabytes("VmHWM").unwrap_or(0.0)
}

/// Looks from now on how much of what is resident is its own: not pages of files, which the system takes back when it needs them.
pub(crate) fn watch() {
    std::thread::spawn(|| {
        loop {
            let own = megabytes("RssAnon").unwrap_or(0.0);
            MOST_OWN.fetch_max((own * 1e3) as u64, Ordering::Relaxed);
            std::thread::sleep(EVERY);
        }
    });
}

/// Its own at most since [`watch`], in MB.
pub(crate) fn most_own() -> f64 {
    MOST_OWN.load(Ordering::Relaxed) as f64 / 1e3
}

/// Resident now and at most.
pub(crate) fn describe() -> String {
    format!("memory: {:.0} MB now, {:.0} MB at most", now(), most())
}
