//! Mending the history of a stopped city: what can be made anew is, what is replaced is kept aside.

use std::{
    fs,
    path::{Path, PathBuf},
};

use senne_model::{Finding, Grade};

use crate::{
    History, HistoryConfig, HistoryError,
    check::{damaged_files, examine},
    disk,
    history::{DURABLE_FILE, durable_text, tenant_folders},
    log_sums::{self, LogSums},
    log_table::{Commit, LogTable},
    retention::Retired,
    schema::Kind,
};

/// What may be done.
#[derive(Clone, Debug)]
pub struct Repair {
    /// Where things that are replaced go.
    pub aside: PathBuf,
    /// Whether observations whose file is damaged may be given up.
    pub accept_loss: bool,
}

impl Repair {
    /// Moves a file or a folder of the history aside.
    fn put_aside(&self, root: &Path, path: &Path) -> Result<(), HistoryError> {
        let to = self.aside.join("history").join(path.strip_prefix(root).unwrap_or(path));
        if let Some(folder) = to.parent() {
            disk::make_folder(folder)?;
        }
        fs::rename(path, &to).map_err(disk::error("moving aside", path))?;
        path.parent().map_or(Ok(()), disk::sync)
    }

    fn copy_aside(&self, root: &Path, path: &Path) -> Result<(), HistoryError> {
        let to = self.aside.join("history").join(path.strip_prefix(root).unwrap_or(path));
        if let Some(folder) = to.parent() {
            disk::make_folder(folder)?;
        }
        fs::copy(path, &to).map(drop).map_err(disk::error("copying aside", path))
    }
}

/// Mends what `found` names and can be made anew; gives a line for each thing done.
pub async fn repair(
    config: HistoryConfig,
    found: &[Finding],
    repair: &Repair,
) -> Result<Vec<String>, HistoryError> {
    let mut done = Vec::new();
    let root = config.dir.clone();
    let damaged = |check: &str, path: &Path| {
        found
            .iter()
            .any(|f| f.grade == Grade::Damage && f.check == check && Path::new(&f.file).starts_with(path))
    };
    let durable = root.join(DURABLE_FILE);
    if damaged("C8", &durable) {
        repair.copy_aside(&root, &durable)?;
        disk::replace(&durable, &durable_text(0))?;
        done.push(format!("{}: written anew; the tables say which changes they have", durable.display()));
    }
    for (_, tenant) in tenant_folders(&config)? {
        for kind in Kind::ALL {
            let table = tenant.join(kind.folder());
            mend_list(&root, &table, repair, &mut done)?;
        }
        let lost = give_up(&root, &tenant, repair, &mut done).await?;
        let retired = !Retired::read(&tenant)?.is_empty();
        for kind in Kind::ROLLUPS {
            let table = tenant.join(kind.folder());
            let bad = lost || ["C9", "C10", "C11", "C13"].iter().any(|check| damaged(check, &table));
            if !bad || !table.is_dir() {
                continue;
            }
            if retired && !repair.accept_loss {
                done.push(format!(
                    "{}: left as it is, for it has days whose observations were let go of; `--accept-loss` gives these up",
                    table.display()
                ));
                continue;
            }
            repair.put_aside(&root, &table)?;
            if table.with_extension("sums").exists() {
                repair.put_aside(&root, &table.with_extension("sums"))?;
            }
            done.push(format!("{}: made anew from the observations", table.display()));
        }
    }
    sweep(&config, repair, &mut done).await?;
    // Opening computes the roll-ups that are not there, and adds what the lists of checksums lack.
    drop(History::open(config).await?);
    Ok(done)
}

/// Writes a damaged list anew, and removes a damaged pointer to the newest checkpoint.
fn mend_list(root: &Path, table: &Path, repair: &Repair, done: &mut Vec<String>) -> Result<(), HistoryError> {
    if let Some(pointer) = log_sums::damaged_pointer(table)? {
        repair.put_aside(root, &pointer)?;
        done.push(format!("{}: removed, it only says where to look first", pointer.display()));
    }
    let path = table.with_extension("sums");
    let mut list = LogSums::read(table)?;
    if list.is_damaged() {
        repair.copy_aside(root, &path)?;
        list.renew(table)?;
        list.take_up(table)?;
        done.push(format!("{}: written anew", path.display()));
    }
    Ok(())
}

/// Takes damaged files of observations out of the table, when that is allowed; says what is lost.
async fn give_up(
    root: &Path,
    tenant: &Path,
    repair: &Repair,
    done: &mut Vec<String>,
) -> Result<bool, HistoryError> {
    let Ok(mut table) = LogTable::open(Kind::Observation, tenant).await else { return Ok(false) };
    let removed = damaged_files(&table);
    if removed.is_empty() || !repair.accept_loss {
        return Ok(false);
    }
    for file in &removed {
        let of = |bounds: &Option<(String, String)>| {
            bounds.as_ref().map_or("?".to_owned(), |(first, last)| format!("{first} … {last}"))
        };
        let time = |micros: i64| senne_model::Timestamp::from_micros(micros).to_string();
        let span = file
            .bounds
            .time
            .map_or("?".to_owned(), |(first, last)| format!("{} … {}", time(first), time(last)));
        done.push(format!(
            "{}: {} values of type {} are lost: attributes {}, entities {}, observed {span}",
            table.dir().join(&file.path).display(),
            file.rows,
            file.type_name,
            of(&file.bounds.attribute),
            of(&file.bounds.entity),
        ));
    }
    table.commit(Commit { removed: removed.clone(), news: true, ..Commit::default() }).await?;
    for path in removed.iter().map(|file| table.dir().join(&file.path)).filter(|path| path.exists()) {
        repair.put_aside(root, &path)?;
    }
    Ok(true)
}

/// Moves aside what no version names.
async fn sweep(config: &HistoryConfig, repair: &Repair, done: &mut Vec<String>) -> Result<(), HistoryError> {
    let found = examine(config, &crate::Examination::default()).await?;
    for finding in found.findings.iter().filter(|finding| finding.check == "C12") {
        let path = Path::new(&finding.file);
        if path.is_file() {
            repair.put_aside(&config.dir, path)?;
            done.push(format!("{}: moved aside, no version names it", path.display()));
        }
    }
    Ok(())
}
