//! `senne restore`

use std::{path::Path, process::ExitCode};

use senne_backup::{BackupError, Pace, Repository, RestoreSettings, Use, on_thread, parse_time, restore};
use senne_model::{Problem, Timestamp};

use super::progress::{bytes, bytes_per_second, line, show};
use crate::cli::Restore;

pub(super) async fn run(options: Restore) -> anyhow::Result<ExitCode> {
    let bar = line(options.pace.quiet);
    let (shown, data) = (bar.clone(), options.data.clone());
    let work = move || {
        let settings = RestoreSettings {
            at: options.at.as_deref().map(parse_time).transpose()?,
            pace: Pace::new(bytes_per_second(options.pace.mib_per_second)),
            erased_in: options.erased_in,
        };
        let repository = Repository::open(&options.from, Use::Read)?;
        restore(&repository, &options.data, &settings, &|progress| show(&shown, progress), &erase_again)
    };
    let done = on_thread(work).await;
    bar.finish_and_clear();
    let restored = done.map_err(Problem::from)?;
    let snapshot = &restored.snapshot;
    let taken = Timestamp::from_micros(snapshot.taken);
    println!("snapshot  {} of {taken}", restored.path.display());
    println!(
        "restored  {} files, {}, into {}",
        snapshot.files.len(),
        bytes(snapshot.bytes()),
        data.display()
    );
    println!("holds     changes up to {}, {} entities", snapshot.head, snapshot.entities);
    if restored.files_kept > 0 {
        println!("kept      {} files that an earlier try had brought", restored.files_kept);
    }
    if restored.erasures.lines > 0 {
        println!("erasures  {} were recorded after the snapshot", restored.erasures.lines);
    }
    for path in &restored.erasures.unread {
        println!("unread    {}: what was erased according to it may be there again", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Where erasures that the snapshot does not know of are carried out again, in a folder that nobody has seen yet. A program that cannot
/// erase gives no such folder out.
fn erase_again(folder: &Path) -> Result<(), BackupError> {
    Err(BackupError::Refused(format!(
        "erasures were recorded after this backup was taken, and this program cannot carry them out again; {} stays unfinished, use a newer \
         program",
        folder.display()
    )))
}
