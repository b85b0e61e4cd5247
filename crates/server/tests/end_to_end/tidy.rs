//! What a test can check is not left to memory: the length of files, their first line, unfinished work, links.

use std::path::{Path, PathBuf};

use crate::support::root;

/// One idea a file: beyond this many lines there are two in it.
const LINES_MAX: usize = 450;

/// Words that say that work is not done. Split, so that this file does not hold them.
const UNFINISHED: [(&str, &str); 4] =
    [("todo", "!("), ("unimplemented", "!("), ("#[ig", "nore"), ("dbg", "!(")];

fn files(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            let skipped = [".git", "target", "node_modules", "dist"].iter().any(|s| name == *s);
            if !skipped {
                files(&path, ending, into);
            }
        } else if path.extension().is_some_and(|e| e == ending) {
            into.push(path);
        }
    }
}

fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = root();
    let mut paths = Vec::new();
    files(&root.join(folder), ending, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        (name, std::fs::read_to_string(path).unwrap_or_default())
    };
    paths.into_iter().map(read).collect()
}

fn no(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn files_hold_one_idea() {
    let long = |(name, text): (String, String)| {
        let lines = text.lines().count();
        let advice = "split it where the second idea begins";
        (lines > LINES_MAX).then(|| format!("{name} has {lines} lines, more than {LINES_MAX}: {advice}"))
    };
    no(texts("crates", "rs").into_iter().filter_map(long).collect());
}

#[test]
fn files_begin_by_saying_what_they_are() {
    let silent = |(name, text): (String, String)| {
        (!text.starts_with("//!"))
            .then(|| format!("{name} does not begin with `//!` and one sentence on what is in it"))
    };
    no(texts("crates", "rs").into_iter().filter_map(silent).collect());
}

#[test]
fn nothing_is_left_undone() {
    let mut faults = Vec::new();
    for (name, text) in texts("crates", "rs") {
        for (number, line) in text.lines().enumerate() {
            for (first, rest) in UNFINISHED {
                if line.contains(&format!("{first}{rest}")) {
                    faults.push(format!(
                        "{name}:{}: `{first}{rest}` may not be committed: finish it",
                        number + 1
                    ));
                }
            }
        }
    }
    no(faults);
}

/// The targets of the links `[text](target)` of a Markdown text, outside code.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        let parts = line.split("](").skip(1).filter(|_| !in_code);
        links.extend(parts.filter_map(|part| part.split(')').next()).map(str::to_owned));
    }
    links
}

#[test]
fn links_between_pages_lead_somewhere() {
    let root = root();
    let mut pages = texts("docs", "md");
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        if let Ok(text) = std::fs::read_to_string(root.join(name)) {
            pages.push((name.to_owned(), text));
        }
    }
    let mut faults = Vec::new();
    for (name, text) in pages {
        let folder = root.join(&name).parent().unwrap().to_owned();
        for link in links(&text) {
            let target = link.split(['#', ' ']).next().unwrap_or_default();
            let outside = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !outside && !folder.join(target).exists() {
                faults.push(format!("{name}: the link to `{target}` leads nowhere"));
            }
        }
    }
    no(faults);
}

#[test]
fn decisions_that_code_names_are_written_down() {
    let root = root();
    let mut faults = Vec::new();
    for (name, text) in texts("crates", "rs") {
        for part in text.split("docs/").skip(1) {
            let end = part.find(|c: char| !(c.is_alphanumeric() || "-_./".contains(c))).unwrap_or(part.len());
            let page = part[..end].trim_end_matches('.');
            if std::path::Path::new(page).extension().is_some_and(|e| e == "md")
                && !root.join("docs").join(page).exists()
            {
                faults.push(format!("{name} names docs/{page}, which is not there"));
            }
        }
    }
    no(faults);
}

#[test]
fn links_are_found() {
    assert_eq!(links("a [b](c.md) d [e](f.md#g)\n```\n[x](y)\n```\n"), ["c.md", "f.md#g"]);
}
