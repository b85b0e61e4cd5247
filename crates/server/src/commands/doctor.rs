//! `senne doctor`: looks for damage, and mends what can be made anew. The checks are those of `docs/lifecycle-check.md`.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use indicatif::{ProgressBar, ProgressStyle};
use senne_history::{Examination, Findings, HistoryConfig, Repair};
use senne_model::{ChangeNo, Finding, Grade, Timestamp};
use senne_store::sqlite::{self, Examined};
use serde::Serialize;

use crate::{
    cli::{Doctor, ReportFormat},
    key::{FolderLock, key_is_whole},
};

/// Less room than this is worth a word, in bytes.
const ROOM_MIN: u64 = 256 << 20;

const DAMAGED: u8 = 1;
const NOT_CHECKED: u8 = 2;

/// What a look at a folder gave.
#[derive(Serialize)]
struct Report {
    sound: bool,
    entities: u64,
    head: u64,
    durable: u64,
    files: usize,
    bytes: u64,
    buckets: usize,
    findings: Vec<Finding>,
    repaired: Vec<String>,
}

pub(super) async fn run(options: Doctor) -> anyhow::Result<ExitCode> {
    match examine_and_mend(&options).await {
        Ok(report) => {
            match options.format {
                ReportFormat::Json => println!("{}", serde_json::to_string_pretty(&report)?),
                ReportFormat::Text => print_report(&report),
            }
            Ok(if report.sound { ExitCode::SUCCESS } else { ExitCode::from(DAMAGED) })
        }
        Err(error) => {
            eprintln!("senne: {error:#}");
            Ok(ExitCode::from(NOT_CHECKED))
        }
    }
}

async fn examine_and_mend(options: &Doctor) -> anyhow::Result<Report> {
    let data = &options.data;
    if !data.join("state.sqlite").exists() {
        anyhow::bail!("{} holds no city: there is no state.sqlite in it", data.display());
    }
    let lock = FolderLock::take(data)?;
    let running = lock.is_none();
    let mut report = examine(options, running).await?;
    if !options.repair {
        return Ok(report);
    }
    if running {
        anyhow::bail!("{} is in use; stop the server before its data are mended", data.display());
    }
    let mendable = report.findings.iter().any(|found| found.grade != Grade::LeftOut);
    if !mendable || !(options.yes || confirmed(&report)?) {
        return Ok(report);
    }
    let done = mend(options, &report).await?;
    report = examine(options, false).await?;
    report.repaired = done;
    Ok(report)
}

fn confirmed(report: &Report) -> anyhow::Result<bool> {
    for found in &report.findings {
        eprintln!("{found}");
    }
    if !std::io::stdin().is_terminal() {
        anyhow::bail!("nobody can be asked here; say `--yes` to mend without asking");
    }
    eprint!("mend what can be made anew? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

async fn examine(options: &Doctor, running: bool) -> anyhow::Result<Report> {
    let data = options.data.clone();
    let progress = progress();
    progress.set_message("state: rows, indexes, log, cursors");
    let folder = data.clone();
    let state = tokio::task::spawn_blocking(move || sqlite::examine(&folder, running)).await?;
    progress.set_message("history: logs, files, roll-ups");
    let how = Examination { thorough: options.thorough, running };
    let history = senne_history::examine(&HistoryConfig::new(data.join("history")), &how).await?;
    progress.finish_and_clear();
    let mut findings = together(&data, &state, &history);
    findings.extend(small_files(&data));
    findings.extend(room(&data));
    if running {
        let what = "a server runs on it: checksums of pages and files that no version names were left out";
        findings.push(Finding::new(Grade::LeftOut, "C16", data.display().to_string(), what));
    }
    let durable = history.durable;
    let mut all = state.findings;
    all.extend(history.findings);
    all.extend(findings);
    let sound = all.iter().all(|found| found.grade != Grade::Damage);
    let (head, entities) = (state.head.0, state.entities);
    let (files, bytes, buckets) = (history.files, history.bytes, history.buckets);
    Ok(Report { sound, entities, head, durable, files, bytes, buckets, findings: all, repaired: Vec::new() })
}

/// What state and history say of each other.
fn together(data: &Path, state: &Examined, history: &Findings) -> Vec<Finding> {
    let file = data.join("history").display().to_string();
    let damage = |what: String, means| {
        let found = Finding::new(Grade::Damage, "C14", file.clone(), what);
        found.so(means, "restore state and history from one backup")
    };
    let mut found = Vec::new();
    let known = history.newest.max(history.durable);
    // Without a readable log there is nothing to hold it against.
    let readable = state.head > ChangeNo(0) || state.findings.is_empty();
    if readable && known > state.head.0 {
        let what = format!("knows change {known}, the newest of the state is {}", state.head);
        found.push(damage(what, "new changes would take numbers that the history has already (S3)"));
    }
    let cursor = state.cursors.iter().find(|(name, _)| name == "history").map_or(0, |(_, no)| no.0);
    let taken = history.durable.max(cursor);
    if readable && taken < state.pruned.0 {
        let what = format!("has changes up to {taken}, the log begins after {}", state.pruned);
        found.push(damage(what, "changes between the two are lost to the history (S5)"));
    }
    found
}

fn small_files(data: &Path) -> Option<Finding> {
    let path = data.join("admin-key");
    let text = std::fs::read(&path).ok()?;
    let whole = std::str::from_utf8(&text).is_ok_and(key_is_whole);
    (!whole).then(|| {
        let what = "is not what was written (checksum)";
        Finding::new(Grade::Damage, "C15", path.display().to_string(), what).so(
            "the administrator's key is refused",
            "`--repair` moves it aside; the next start makes a new one",
        )
    })
}

fn room(data: &Path) -> Option<Finding> {
    let disk = rustix::fs::statvfs(data).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    (free < ROOM_MIN).then(|| {
        let what = format!("the disk has {} MiB left", free >> 20);
        Finding::new(Grade::Leftover, "C17", data.display().to_string(), what)
            .so("writes are refused when it is full", "make room")
    })
}

async fn mend(options: &Doctor, report: &Report) -> anyhow::Result<Vec<String>> {
    let data = &options.data;
    let aside: PathBuf = data.join(format!("repaired-{}", Timestamp::now().micros() / 1_000_000));
    std::fs::create_dir_all(&aside)?;
    let mut done = Vec::new();
    let damaged = |checks: &[&str]| {
        report.findings.iter().any(|f| f.grade == Grade::Damage && checks.contains(&f.check))
    };
    if damaged(&["C15"]) {
        std::fs::rename(data.join("admin-key"), aside.join("admin-key"))?;
        done.push("admin-key: moved aside; the next start makes a new one".to_owned());
    }
    if damaged(&["C1", "C2", "C5"]) && !damaged(&["C3", "C4", "C6"]) {
        for name in ["state.sqlite", "state.sqlite-wal", "state.sums"] {
            if data.join(name).exists() {
                std::fs::copy(data.join(name), aside.join(name))?;
            }
        }
        match sqlite::repair(data) {
            Ok(lines) => done.extend(lines),
            Err(error) => {
                done.push(format!("state.sqlite: could not be mended ({error}); restore it from a backup"));
            }
        }
    }
    let how = Repair { aside, accept_loss: options.accept_loss };
    let config = HistoryConfig::new(data.join("history"));
    match senne_history::repair(config, &report.findings, &how).await {
        Ok(lines) => done.extend(lines),
        Err(error) => done.push(format!("history: could not be mended whole ({error})")),
    }
    std::fs::remove_dir(&how.aside).ok();
    Ok(done)
}

fn print_report(report: &Report) {
    println!("state     {} entities, head of the log {}", report.entities, report.head);
    println!(
        "history   {} files, {} bytes read; {} buckets computed anew; durable up to {}",
        report.files, report.bytes, report.buckets, report.durable
    );
    for done in &report.repaired {
        println!("repaired  {done}");
    }
    for (grade, word) in
        [(Grade::LeftOut, "left out"), (Grade::Leftover, "leftover"), (Grade::Damage, "damage  ")]
    {
        for found in report.findings.iter().filter(|found| found.grade == grade) {
            println!("{word}  {} {found}", found.check);
        }
    }
    let damage = report.findings.iter().filter(|found| found.grade == Grade::Damage).count();
    println!(
        "{}",
        if damage == 0 { "no damage found".to_owned() } else { format!("{damage} findings of damage") }
    );
}

/// A line on the terminal that says what is being looked at.
fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}
