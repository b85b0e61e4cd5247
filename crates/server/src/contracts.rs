//! Which contracts are in force: those that Senne brings, and those of a folder.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use senne_contract::Contracts;

/// Deeper folders are not looked into: a link may lead round.
const DEPTH_MAX: usize = 4;

/// The contracts that Senne brings, with those of `folder` in place of or beside them.
pub(crate) fn in_force(folder: Option<&Path>) -> anyhow::Result<Arc<Contracts>> {
    let Some(folder) = folder else { return Ok(Arc::new(Contracts::builtin())) };
    let own = yaml_files(folder)?;
    let base = |name: &str| Path::new(name).file_name().map(ToOwned::to_owned);
    let mut files = Contracts::builtin_files();
    files.retain(|(name, _)| own.iter().all(|(mine, _)| base(mine) != base(name)));
    files.extend(own);
    match Contracts::parse(&files) {
        Ok(contracts) => Ok(Arc::new(contracts)),
        Err(findings) => {
            let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
            bail!("the contracts cannot be used:\n{}", lines.join("\n"))
        }
    }
}

/// The YAML files of a folder and those in it (or the one file), as (name, text), sorted by name.
pub(crate) fn yaml_files(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    collect(path, 0, &mut paths)?;
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        Ok((path.display().to_string(), text))
    };
    paths.iter().map(read).collect()
}

/// The YAML files of a folder and of the folders in it; a file that is named is taken whatever it is called.
fn collect(path: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !path.is_dir() {
        paths.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).with_context(|| path.display().to_string())? {
        let path = entry?.path();
        let is_yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
        if is_yaml || (path.is_dir() && depth < DEPTH_MAX) {
            collect(&path, depth + 1, paths)?;
        }
    }
    Ok(())
}
