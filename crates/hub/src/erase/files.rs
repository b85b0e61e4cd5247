//! The file of proofs, and the last look at everything that is no table.

use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use senne_history::Look;
use senne_model::{ErrorKind, Json, Needles, Problem, TenantName};

use super::Proof;

/// One proof a line, in the data folder; nothing is ever taken out of it.
const FILE: &str = "erasures.ndjson";

/// How much is read at once.
const PART_BYTES: usize = 1 << 20;

/// How many places a proof names.
const PLACES_MAX: usize = 10;

fn failed(doing: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Problem {
    let place = path.display().to_string();
    let doing = doing.to_owned();
    move |error| {
        let kind = match error.kind() {
            std::io::ErrorKind::StorageFull => ErrorKind::StorageFull,
            _ => ErrorKind::Internal,
        };
        Problem::new(kind, format!("{doing} {place}: {error}"))
    }
}

/// Adds proofs, durably, but for those of which this very line is there.
pub(super) fn append(folder: &Path, proofs: &[Proof]) -> Result<(), Problem> {
    let path = folder.join(FILE);
    let known = read_text(&path)?;
    let there: std::collections::HashSet<&str> = known.lines().collect();
    let lines = proofs.iter().map(|proof| proof.to_json().to_string());
    let fresh: Vec<String> = lines.filter(|line| !there.contains(line.as_str())).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    // A line that a crash cut short ends here, so that it does not spoil the next.
    let end = if known.is_empty() || known.ends_with('\n') { "" } else { "\n" };
    let write = || {
        let mut file = File::options().create(true).append(true).open(&path)?;
        file.write_all(format!("{end}{}\n", fresh.join("\n")).as_bytes())?;
        file.sync_all()?;
        File::open(folder)?.sync_all()
    };
    write().map_err(failed("writing", &path))
}

/// The proofs of a folder, oldest first. A line that was cut short is passed over.
pub(super) fn proofs(folder: &Path) -> Result<Vec<Proof>, Problem> {
    let text = read_text(&folder.join(FILE))?;
    let read = |line: &str| {
        let proof = serde_json::from_str::<Json>(line).ok().and_then(|json| Proof::from_json(&json).ok());
        if proof.is_none() {
            tracing::warn!("a line of {FILE} cannot be read and is passed over");
        }
        proof
    };
    Ok(text.lines().filter(|line| !line.is_empty()).filter_map(read).collect())
}

fn read_text(path: &Path) -> Result<String, Problem> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(failed("reading", path)(error)),
    }
}

/// What was found in bytes.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    pub(super) look: Look,
    /// Files with a find, relative to the folder.
    pub(super) places: Vec<PathBuf>,
}

/// Reads every byte of every file but those of the tables, whose values are compressed and are read as such. The tables of other
/// tenants are passed by.
pub(super) fn look(folder: &Path, tenant: &TenantName, needles: &Needles) -> Result<Bytes, Problem> {
    let mut all = Bytes::default();
    let (history, mut folders) = (folder.join("history"), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).map_err(failed("listing", &next))? {
            let path = entry.map_err(failed("listing", &next))?.path();
            if is_of_another(tenant, &history, &path) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|extension| extension != "parquet") {
                in_file(folder, &path, needles, &mut all)?;
            }
        }
    }
    Ok(all)
}

/// Whether this is the folder of another tenant, for whom the same identifier names something else.
fn is_of_another(tenant: &TenantName, history: &Path, path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    path.parent() == Some(history) && TenantName::parse_kept(name).is_ok_and(|other| other != *tenant)
}

fn in_file(folder: &Path, path: &Path, needles: &Needles, all: &mut Bytes) -> Result<(), Problem> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        // Another part of the program has just removed it.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed("reading", path)(error)),
    };
    let (mut buffer, mut kept, mut found) = (vec![0; PART_BYTES + needles.overlap_bytes() + 1], 0, 0);
    loop {
        let count = file.read(&mut buffer[kept..]).map_err(failed("reading", path))?;
        all.look.bytes += count as u64;
        let end = kept + count;
        // What ends with the last byte is seen with what follows it.
        let seen = if count == 0 { end } else { end.saturating_sub(1) };
        found += needles.count_within(&buffer[..end], kept.saturating_sub(1)..seen);
        if count == 0 {
            break;
        }
        let overlap = end.min(needles.overlap_bytes() + 1);
        buffer.copy_within(end - overlap..end, 0);
        kept = overlap;
    }
    all.look.files += 1;
    if found > 0 {
        all.look.left += found as u64;
        all.places.push(path.strip_prefix(folder).unwrap_or(path).to_owned());
    }
    Ok(())
}

/// As a proof names them.
pub(super) fn shown(places: &[PathBuf]) -> Vec<String> {
    places.iter().take(PLACES_MAX).map(|place| place.display().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use senne_model::EntityId;

    use super::*;

    #[test]
    fn what_lies_across_two_parts_is_found_once() {
        let (folder, id) = (tempfile::tempdir().unwrap(), EntityId::trusted("urn:ngsi-ld:Person:1"));
        let needles = Needles::new([&id]);
        for before in [0, 1, PART_BYTES - 10, PART_BYTES, PART_BYTES + 1, PART_BYTES + 21, 2 * PART_BYTES + 5]
        {
            for (after, expected) in [("", 1), ("\"", 1), ("2", 0)] {
                let text = format!("{}{id}{after}", "x".repeat(before));
                std::fs::write(folder.path().join("a"), text).unwrap();
                let found = look(folder.path(), &TenantName::default(), &needles).unwrap();
                assert_eq!(found.look.left, expected, "{before} {after}");
                assert_eq!(found.places.len() as u64, expected);
            }
        }
    }

    #[test]
    fn what_another_tenant_knows_under_the_same_name_is_not_looked_at() {
        let (folder, id) = (tempfile::tempdir().unwrap(), EntityId::trusted("urn:ngsi-ld:Person:1"));
        for place in ["history/default/observation", "history/ixelles/observation", "history/.spill", "other"]
        {
            std::fs::create_dir_all(folder.path().join(place)).unwrap();
            std::fs::write(folder.path().join(place).join("0.json"), id.as_bytes()).unwrap();
        }
        let needles = Needles::new([&id]);
        let places = |tenant: &str| {
            let found = look(folder.path(), &TenantName::parse(tenant).unwrap(), &needles).unwrap();
            let mut places = shown(&found.places);
            places.sort();
            places
        };
        let own = "history/default/observation/0.json";
        assert_eq!(places("default"), ["history/.spill/0.json", own, "other/0.json"]);
        assert_eq!(places("nobody"), ["history/.spill/0.json", "other/0.json"]);
    }
}
