//! Checksums of the pages of `state.sqlite`, noted when it is closed: they also cover bytes that no row uses.

use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use senne_model::{Finding, Grade};
use twox_hash::XxHash3_128;

use super::schema::PAGE_BYTES;
use crate::StoreError;

/// The file beside `state.sqlite`: one checksum a page, then one of all lines before.
const FILE: &str = "state.sums";

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.display().to_string();
    move |error| StoreError::File { path, error }
}

fn places(folder: &Path) -> (PathBuf, PathBuf, PathBuf) {
    (folder.join("state.sqlite"), folder.join("state.sqlite-wal"), folder.join(FILE))
}

/// The lines for the pages of a file.
fn sums(state: &Path) -> std::io::Result<String> {
    let (mut file, mut text) = (File::open(state)?, String::new());
    let mut page = Vec::with_capacity(PAGE_BYTES as usize);
    loop {
        page.clear();
        if Read::by_ref(&mut file).take(PAGE_BYTES).read_to_end(&mut page)? == 0 {
            return Ok(text);
        }
        text.push_str(&format!("{:016x}\n", XxHash3_128::oneshot(&page) as u64));
    }
}

fn end(lines: &str) -> String {
    format!("end {:032x}\n", XxHash3_128::oneshot(lines.as_bytes()))
}

/// Drops what was noted, durably, before the file is written to.
pub(super) fn forget(folder: &Path) -> Result<(), StoreError> {
    let (_, _, path) = places(folder);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(&path)(error)),
        Ok(()) => File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder)),
    }
}

/// Notes the checksums of a file that nobody writes to any more. With a write-ahead log beside it, it is not whole, and nothing is noted.
pub(super) fn note(folder: &Path) -> Result<(), StoreError> {
    let (state, log, path) = places(folder);
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Ok(());
    }
    let lines = sums(&state).map_err(failed(&state))?;
    let fresh = path.with_extension("new");
    let write = || {
        let mut file = File::create(&fresh)?;
        file.write_all(lines.as_bytes())?;
        file.write_all(end(&lines).as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(failed(&path))
}

/// Holds the pages against what was noted.
pub(super) fn check(folder: &Path, findings: &mut Vec<Finding>) {
    let (state, _, path) = places(folder);
    let name = path.display().to_string();
    let noted = match std::fs::read(&path) {
        Ok(noted) => noted,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let what = "the city was not stopped cleanly, so that there are no checksums of pages";
            findings.push(
                Finding::new(Grade::LeftOut, "C1", state.display().to_string(), what)
                    .so("rows are checked, bytes that no row uses are not", "start and stop Senne once"),
            );
            return;
        }
        Err(error) => {
            findings.push(Finding::new(Grade::Damage, "C1", name, format!("cannot be read ({error})")));
            return;
        }
    };
    let text = String::from_utf8_lossy(&noted);
    let lines = text.rfind("end ").map(|at| &text[..at]);
    let Some(lines) = lines.filter(|lines| *text == format!("{lines}{}", end(lines))) else {
        findings.push(
            Finding::new(Grade::Damage, "C1", name, "its lines are not those that were written").so(
                "pages cannot be held against it; the state itself is checked row by row",
                "`--repair` writes it anew when the rows are sound",
            ),
        );
        return;
    };
    match sums(&state) {
        Ok(now) => compare(&state, lines, &now, findings),
        Err(error) => {
            let what = format!("cannot be read ({error})");
            findings.push(Finding::new(Grade::Damage, "C1", state.display().to_string(), what));
        }
    }
}

fn compare(state: &Path, noted: &str, now: &str, findings: &mut Vec<Finding>) {
    let state = state.display().to_string();
    let (pages, were) = (now.lines().count(), noted.lines().count());
    if pages != were {
        let what = format!("has {pages} pages, at the last stop it had {were}");
        findings.push(Finding::new(Grade::Damage, "C1", &state, what));
    }
    let other = (1..).zip(noted.lines().zip(now.lines())).filter(|(_, (a, b))| a != b);
    for (page, _) in other {
        let what = "its bytes are not those of the last stop (checksum)";
        findings.push(Finding::new(Grade::Damage, "C1", &state, what).at(format!("page {page}")).so(
            "a row, an index or unused bytes are damaged; the other findings say which",
            "`--repair` when no row is damaged, else restore it from a backup",
        ));
    }
}
