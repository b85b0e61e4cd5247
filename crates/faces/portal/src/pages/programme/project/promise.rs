//! The promise in sentences: what was said, by whom, when, how far, what it changed.

use senne_programme::ProjectState;

use super::Subject;
use crate::words::key;

/// Each part with its name; one of which nothing is known says why.
pub(super) fn of(subject: Subject<'_>) -> Vec<(&'static str, String)> {
    let Subject { ground, project, line } = subject;
    let words = ground.words;
    let none = words.t(match project.state {
        ProjectState::Proposed | ProjectState::Chosen => key!("project.not_begun"),
        ProjectState::Rejected => key!("project.not_chosen"),
        _ => key!("project.nothing_known"),
    });
    let promise = ground.speaker.promise(project, line, ground.view.today);
    let parts = [
        (key!("project.said"), promise.said),
        (key!("project.by"), promise.by),
        (key!("project.when"), promise.when),
        (key!("project.far"), promise.far),
        (key!("project.changed"), promise.changed),
    ];
    let told = |(name, text): (&'static str, String)| {
        (words.t(name), if text.is_empty() { none.to_owned() } else { text })
    };
    parts.into_iter().map(told).collect()
}
