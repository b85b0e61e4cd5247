//! A progress line for commands that take long; it shows on terminals only.

use indicatif::{ProgressBar, ProgressStyle};
use senne_backup::Progress;

/// A line that shows what is done, and how much of it.
pub(super) fn line(quiet: bool) -> ProgressBar {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) =
        ProgressStyle::with_template("{prefix}  {wide_bar:.cyan/blue}  {bytes}/{total_bytes}, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}

/// Shows how far a backup, a restore or a check has come.
pub(super) fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_prefix(progress.what);
    bar.set_length(progress.bytes_total);
    bar.set_position(progress.bytes);
}

/// A rate of the command line as bytes a second; zero is none.
pub(super) fn bytes_per_second(mib: u64) -> Option<u64> {
    (mib > 0).then(|| mib.saturating_mul(1 << 20))
}

/// A count of bytes for people.
pub(super) fn bytes(count: u64) -> String {
    indicatif::BinaryBytes(count).to_string()
}
