//! The files of a data folder beside state and tables: the key, what was let go of, records. What is not known goes along.

use std::{
    fs,
    path::{Path, PathBuf},
};

use senne_store::sqlite::StateImage;

use crate::BackupError;

/// What only means something to the process that has the folder open, and the note of the last backup.
const PASSING: [&str; 3] = ["lock", "address", "last-backup.json"];
/// Endings of files that are not finished.
const UNFINISHED: [&str; 3] = [".unfinished", ".new", ".part"];
/// Lists of checksums are made anew when a folder is opened; a copy would speak of what is not in the backup.
const SUMS: &str = ".sums";
/// What a repair put aside on this machine.
const ASIDE: &str = "repaired-";
/// So deep lie the files that are looked for.
const DEPTH_MAX: usize = 8;

/// The files that are neither of the state nor of a table, relative to the data folder. What history says is durable is noted with
/// its tables: read here it would speak of later ones, also when it was not there yet.
pub(crate) fn others(data: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = Vec::new();
    walk(data, Path::new(""), DEPTH_MAX, &mut found)?;
    let durable = Path::new("history").join(senne_history::versions::RECORD);
    found.retain(|path| *path != durable);
    found.sort_unstable();
    Ok(found)
}

fn walk(data: &Path, below: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), BackupError> {
    let folder = data.join(below);
    if depth == 0 {
        return Err(BackupError::Refused(format!(
            "{} lies deeper than a data folder has files",
            folder.display()
        )));
    }
    for entry in fs::read_dir(&folder).map_err(BackupError::disk("listing", &folder))? {
        let entry = entry.map_err(BackupError::disk("listing", &folder))?;
        let name = entry.file_name();
        let Some(text) = name.to_str() else {
            return Err(BackupError::Refused(format!(
                "{} has a name that is no text; rename it or take it out of the data folder",
                entry.path().display()
            )));
        };
        let path = below.join(text);
        if is_left_out(below, text) {
            continue;
        }
        let about = match fs::metadata(entry.path()) {
            Ok(about) => about,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(BackupError::disk("looking at", &entry.path())(e)),
        };
        if about.is_dir() {
            if !is_table(below, &entry.path()) {
                walk(data, &path, depth - 1, found)?;
            }
        } else if about.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

fn is_left_out(below: &Path, name: &str) -> bool {
    let top = below.as_os_str().is_empty();
    let spill = below == Path::new("history") && name == ".spill";
    let of_process = PASSING.contains(&name) || name.starts_with(StateImage::FILE) || name.starts_with(ASIDE);
    let passing = UNFINISHED.iter().chain([&SUMS]).any(|ending| name.ends_with(ending));
    passing || spill || (top && of_process)
}

/// Tables stand in `history/TENANT/`; one whose first commit never came counts too.
fn is_table(below: &Path, folder: &Path) -> bool {
    let mut parts = below.components();
    let in_tenant = parts.next().is_some_and(|part| part.as_os_str() == "history") && parts.count() == 1;
    let named = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    in_tenant && (folder.join("_delta_log").is_dir() || named.starts_with("observation"))
}
