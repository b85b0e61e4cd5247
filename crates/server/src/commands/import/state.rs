//! How far a copy has come, in a file, so that it goes on after a break.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

/// More refusals than this are counted, not kept.
const REFUSED_MAX: usize = 100;

/// What is copied now.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Step {
    #[default]
    Contexts,
    Entities,
    History,
    Registrations,
    Subscriptions,
    Done,
}

/// What the file holds.
#[derive(Serialize, Deserialize, Debug, Default)]
pub(super) struct State {
    #[serde(skip)]
    path: PathBuf,
    from: String,
    into: String,
    pub(super) step: Step,
    /// The types that were copied in this step.
    pub(super) types_done: Vec<String>,
    /// Where the copy of a type goes on: the address of its next page, or how many of its entities are done.
    next: Option<String>,
    /// The type that `next` is of.
    next_of: Option<String>,
    /// What contexts that are kept there are called here.
    pub(super) contexts: BTreeMap<String, String>,
    /// How many of each kind were copied.
    pub(super) copied: BTreeMap<String, u64>,
    /// What was refused, with the reason.
    pub(super) refused: Vec<String>,
    refused_more: u64,
    /// What the other broker does not have.
    pub(super) notes: Vec<String>,
}

impl State {
    /// Reads the file, or begins anew when there is none.
    pub(super) fn open(path: &Path, from: &str, into: &str) -> anyhow::Result<Self> {
        let fresh = || Self {
            path: path.to_owned(),
            from: from.to_owned(),
            into: into.to_owned(),
            ..Self::default()
        };
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(fresh()),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let state: Self = serde_json::from_slice(&text).with_context(|| {
            format!(
                "{} is not the state of a copy; remove it, or name another file with --state",
                path.display()
            )
        })?;
        if (state.from.as_str(), state.into.as_str()) != (from, into) {
            bail!(
                "{} is of a copy from {} into {}; remove it, or name another file with --state",
                path.display(),
                state.from,
                state.into
            );
        }
        Ok(Self { path: path.to_owned(), ..state })
    }

    /// Notes the state on disk, whole or not at all.
    pub(super) fn save(&self) -> anyhow::Result<()> {
        let fresh = self.path.with_extension("new");
        let write = || {
            let file = std::fs::File::create(&fresh)?;
            serde_json::to_writer_pretty(&file, self)?;
            file.sync_all()?;
            std::fs::rename(&fresh, &self.path)
        };
        write().with_context(|| self.path.display().to_string())
    }

    pub(super) fn next_step(&mut self) -> anyhow::Result<()> {
        self.step = match self.step {
            Step::Contexts => Step::Entities,
            Step::Entities => Step::History,
            Step::History => Step::Registrations,
            Step::Registrations => Step::Subscriptions,
            Step::Subscriptions | Step::Done => Step::Done,
        };
        self.types_done.clear();
        (self.next, self.next_of) = (None, None);
        self.save()
    }

    /// Where the copy of a type goes on; none when it begins with its first entity.
    pub(super) fn place_in(&self, kind: &str) -> Option<&str> {
        self.next.as_deref().filter(|_| self.next_of.as_deref() == Some(kind))
    }

    /// Notes where the copy of a type goes on.
    pub(super) fn go_on(&mut self, kind: &str, next: Option<String>) -> anyhow::Result<()> {
        self.next_of = next.is_some().then(|| kind.to_owned());
        self.next = next;
        self.save()
    }

    /// Notes that a type was copied.
    pub(super) fn finish_type(&mut self, kind: String) -> anyhow::Result<()> {
        (self.next, self.next_of) = (None, None);
        self.types_done.push(kind);
        self.save()
    }

    pub(super) fn count(&mut self, kind: &str, more: usize) {
        *self.copied.entry(kind.to_owned()).or_default() += more as u64;
    }

    pub(super) fn refuse(&mut self, what: String) {
        // After a break the same is refused again.
        if self.refused.contains(&what) {
            return;
        }
        if self.refused.len() < REFUSED_MAX {
            self.refused.push(what);
        } else {
            self.refused_more += 1;
        }
    }

    pub(super) fn note(&mut self, what: &str) {
        if !self.notes.iter().any(|note| note == what) {
            self.notes.push(what.to_owned());
        }
    }

    /// One line for people, while it goes on.
    pub(super) fn line(&self) -> String {
        let counts: Vec<String> = self.copied.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        format!("{:?}: {}", self.step, if counts.is_empty() { "…".to_owned() } else { counts.join(", ") })
    }

    /// What became of the whole.
    pub(super) fn report(&self) -> String {
        let mut text = format!("copied from {} into {}\n", self.from, self.into);
        for (kind, count) in &self.copied {
            text.push_str(&format!("  {count} {kind}\n"));
        }
        for note in &self.notes {
            text.push_str(&format!("  note: {note}\n"));
        }
        for refused in &self.refused {
            text.push_str(&format!("  refused: {refused}\n"));
        }
        if self.refused_more > 0 {
            text.push_str(&format!("  and {} more were refused\n", self.refused_more));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_goes_on_where_it_stopped_and_is_not_mixed_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let mut state = State::open(&path, "a", "b").unwrap();
        state.next_step().unwrap();
        state.types_done.push("T".to_owned());
        state.count("entities", 7);
        state.save().unwrap();
        let again = State::open(&path, "a", "b").unwrap();
        assert_eq!((again.step, again.types_done.len()), (Step::Entities, 1));
        assert!(again.report().contains("7 entities"));
        assert!(State::open(&path, "a", "c").is_err());
        std::fs::write(&path, "nonsense").unwrap();
        assert!(State::open(&path, "a", "b").is_err());
    }

    #[test]
    fn the_place_in_one_type_is_none_in_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let mut state = State::open(&path, "a", "b").unwrap();
        state.go_on("Probe", Some("/entities?type=Probe&offset=200".to_owned())).unwrap();
        let mut again = State::open(&path, "a", "b").unwrap();
        assert_eq!(again.place_in("Alone"), None, "a type that came meanwhile stands before it");
        assert_eq!(again.place_in("Probe"), Some("/entities?type=Probe&offset=200"));
        again.finish_type("Probe".to_owned()).unwrap();
        assert_eq!(again.place_in("Probe"), None);
    }

    #[test]
    fn what_is_refused_again_is_told_once() {
        let mut state = State::default();
        state.refuse("a".to_owned());
        state.refuse("a".to_owned());
        assert_eq!(state.refused, ["a"]);
    }
}
