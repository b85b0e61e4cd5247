//! `senne backup`

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use senne_backup::{
    BackupError, Keep, Pace, Repository, TakeSettings, Taken, Use, Verified, on_thread, parse_time, prune,
    take, verify,
};
use senne_hub::LastBackup;
use senne_model::{ChangeNo, Problem, Timestamp};
use tokio::runtime::Handle;

use super::progress::{bytes, bytes_per_second, line, show};
use crate::cli::Backup;

pub(super) async fn run(options: Backup) -> anyhow::Result<ExitCode> {
    if options.list {
        return list(&options);
    }
    if options.verify {
        return check(options).await;
    }
    let bar = line(options.pace.quiet);
    let (shown, handle) = (bar.clone(), Handle::current());
    let keep = Keep { newest: options.keep, days: options.keep_days };
    let data = options.data.context("say which data folder is meant: --data DIR")?;
    let work = move || {
        let repository = Repository::open(&options.to, Use::Write)?;
        let settings = TakeSettings {
            program: format!("senne {}", env!("CARGO_PKG_VERSION")),
            pace: Pace::new(bytes_per_second(options.pace.mib_per_second)),
        };
        let taken = take(&data, &repository, &settings, &handle, &|progress| show(&shown, progress))?;
        note(&data, &options.to, &taken);
        // The backup stands by now: what went wrong with old ones is said, and is no failure of it.
        Ok((taken, prune(&repository, keep, Timestamp::now())))
    };
    let done = on_thread(work).await;
    bar.finish_and_clear();
    let (taken, pruned) = done.map_err(Problem::from)?;
    report(&taken);
    match pruned {
        Ok(gone) => {
            if gone.files + gone.snapshots > 0 {
                println!(
                    "removed   {} snapshots, {} files, {}",
                    gone.snapshots,
                    gone.files,
                    bytes(gone.bytes)
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("senne: the backup is taken, but no old one could be removed: {error}");
            Ok(ExitCode::from(1))
        }
    }
}

/// Tells the data folder, for the operator's page.
fn note(data: &Path, to: &Path, taken: &Taken) {
    let snapshot = &taken.snapshot;
    let to = std::path::absolute(to).unwrap_or_else(|_| to.to_owned());
    let last = LastBackup {
        taken: Timestamp::from_micros(snapshot.taken),
        head: ChangeNo(snapshot.head),
        to: to.display().to_string(),
    };
    if let Err(error) = last.note(data) {
        eprintln!("senne: the backup is taken, but could not be noted in {}: {error}", data.display());
    }
}

fn report(taken: &Taken) {
    let snapshot = &taken.snapshot;
    println!("snapshot  {}", taken.path.display());
    println!(
        "holds     changes up to {}, {} entities, {} observations in tables; {} files, {}",
        snapshot.head,
        snapshot.entities,
        snapshot.observations,
        snapshot.files.len(),
        bytes(snapshot.bytes())
    );
    println!("added     {} in {} files", bytes(taken.bytes_added), taken.files_added);
    if taken.tries > 1 {
        println!("begun     {} times, since files were removed meanwhile", taken.tries);
    }
}

fn list(options: &Backup) -> anyhow::Result<ExitCode> {
    let repository = Repository::open(&options.to, Use::Read).map_err(Problem::from)?;
    let mut code = ExitCode::SUCCESS;
    let listed = repository.snapshots().map_err(Problem::from)?;
    for one in &listed {
        let at = Timestamp::from_micros(one.taken);
        match &one.snapshot {
            Ok(snapshot) => println!(
                "{at}  change {}, {} entities, {} files, {}, {}",
                snapshot.head,
                snapshot.entities,
                snapshot.files.len(),
                bytes(snapshot.bytes()),
                snapshot.program
            ),
            Err(error) => {
                println!("{at}  {error}");
                code = ExitCode::from(1);
            }
        }
    }
    println!("{} snapshots", listed.len());
    Ok(code)
}

async fn check(options: Backup) -> anyhow::Result<ExitCode> {
    let bar = line(options.pace.quiet);
    let (shown, handle) = (bar.clone(), Handle::current());
    let work = move || -> Result<Verified, BackupError> {
        let at = options.at.as_deref().map(parse_time).transpose()?;
        let repository = Repository::open(&options.to, Use::Alone)?;
        let pace = Pace::new(bytes_per_second(options.pace.mib_per_second));
        verify(&repository, at, &pace, &handle, &|progress| show(&shown, progress))
    };
    let done = on_thread(work).await;
    bar.finish_and_clear();
    let verified = done.map_err(Problem::from)?;
    println!("read      {} snapshots, {} files", verified.snapshots, verified.files);
    match &verified.restored {
        Some(path) => println!("restored  {} for trial, opened and compared", path.display()),
        None => println!("restored  nothing, because of the damage"),
    }
    for damage in &verified.damage {
        println!("damage    {damage}");
    }
    if verified.damage.is_empty() {
        println!("no damage found");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(1))
}
