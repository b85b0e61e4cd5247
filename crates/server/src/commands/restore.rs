//! `senne restore`

use std::{path::Path, process::ExitCode};

use senne_backup::{BackupError, Pace, Repository, RestoreSettings, Use, on_thread, parse_time, restore};
use senne_model::{ErrorKind, Problem, Timestamp};

use super::progress::{bytes, bytes_per_second, line, show};
use crate::{
    access::{Access, administrator},
    cli::{Restore, Target},
    erasure::{Order, carry_out, is_clean},
};

pub(super) async fn run(options: Restore) -> anyhow::Result<ExitCode> {
    let bar = line(options.pace.quiet);
    let (shown, data) = (bar.clone(), options.data.clone());
    let handle = tokio::runtime::Handle::current();
    let work = move || {
        let settings = RestoreSettings {
            at: options.at.as_deref().map(parse_time).transpose()?,
            pace: Pace::new(bytes_per_second(options.pace.mib_per_second)),
            erased_in: options.erased_in,
        };
        let repository = Repository::open(&options.from, Use::Read)?;
        let apply = |folder: &Path| handle.block_on(erase_again(folder));
        restore(&repository, &options.data, &settings, &|progress| show(&shown, progress), &apply)
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

/// Carries out again the erasures that the snapshot does not know of, in a folder that nobody has seen yet.
async fn erase_again(folder: &Path) -> Result<(), BackupError> {
    let target = Target { data: Some(folder.to_owned()), url: None, key_file: None };
    let access = Access::open(&target).await.map_err(|e| unfinished(folder, e))?;
    let done = match (&access, administrator("default")) {
        (Access::Embedded { hub, .. }, Ok(context)) => carry_out(hub, &context, &Order::reapply()).await,
        (Access::Remote(_), _) => Err(Problem::new(ErrorKind::Conflict, "a server runs on the folder")),
        (_, Err(problem)) => Err(problem),
    };
    access.close().await;
    let proofs = done.map_err(|problem| unfinished(folder, problem))?;
    let left = proofs.as_array().unwrap_or_default().iter().filter(|proof| !is_clean(proof)).count();
    if left > 0 {
        return Err(unfinished(folder, format!("{left} of them left something behind")));
    }
    Ok(())
}

fn unfinished(folder: &Path, cause: impl std::fmt::Display) -> BackupError {
    BackupError::Refused(format!(
        "erasures were recorded after this backup was taken, and could not be carried out again: {cause}; {} stays unfinished",
        folder.display()
    ))
}
