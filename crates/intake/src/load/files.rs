//! The files of a feed under a folder.

use std::path::Path;

use crate::{
    Feed, LoadError, Refusal,
    rows::{Input, inputs},
};

/// All inputs in the order of their names, and the files that cannot be opened.
pub(crate) fn find(feed: &Feed, from: &Path) -> Result<(Vec<Input>, Vec<Refusal>), LoadError> {
    let mut found = Vec::new();
    let mut unreadable = Vec::new();
    for pattern in &feed.files {
        let mut names = Vec::new();
        let folder = glob::Pattern::escape(&from.to_string_lossy());
        let paths = glob::glob(&format!("{folder}/{pattern}"));
        for path in paths.map_err(|e| LoadError::Defect(e.to_string()))? {
            let path = path.map_err(|e| LoadError::Folder(e.to_string()))?;
            if path.is_file() {
                let relative = path.strip_prefix(from).unwrap_or(&path);
                names.push((relative.to_string_lossy().replace('\\', "/"), path));
            }
        }
        // Months and stations in their order: quality tests look at the value before.
        names.sort();
        for (name, path) in names {
            if found.iter().any(|input: &Input| input.path == path) {
                continue;
            }
            match inputs(&path, &name, feed.member.as_ref()) {
                Ok(more) => found.extend(more),
                Err(e) => {
                    unreadable.push(Refusal { file: name, line: 1, column: None, reason: e.to_string() });
                }
            }
        }
    }
    if found.is_empty() && unreadable.is_empty() {
        return Err(LoadError::NoFiles {
            feed: feed.id.clone(),
            folder: from.display().to_string(),
            patterns: feed.files.join(", "),
        });
    }
    Ok((found, unreadable))
}
