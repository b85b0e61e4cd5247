//! What a programme itself tells of what happened: milestones reached, decisions made, effects measured, calls opened.

use jiff::{civil::Date, tz::TimeZone};
use senne_model::Timestamp;

use super::AtomEntry;
use crate::{
    Programme,
    portfolio::Expected,
    says::{Language, Speaker},
    types::Words,
};

/// What happened up to `today`, newest first, at most `most` entries. `page` makes the address of a page from the identifier of a project,
/// call or decision. Days count from midnight UTC.
pub fn news(
    programme: &Programme,
    language: Language,
    today: Date,
    most: usize,
    page: impl Fn(&str) -> Option<String>,
) -> Vec<AtomEntry> {
    let speaker = Speaker::new(programme, language);
    let mut found: Vec<(Date, AtomEntry)> = Vec::new();
    let mut tell = |on: Option<Date>, id: String, about: &str, title: String, summary: String, kind: &str| {
        let Some((on, at)) = on.filter(|on| *on <= today).and_then(|on| Some((on, midnight(on)?))) else {
            return;
        };
        let link = page(about);
        let categories = vec![kind.to_owned()];
        let entry =
            AtomEntry { id, title, published: at, updated: at, summary, link, author: None, categories };
        found.push((on, entry));
    };
    let text = |words: Option<&Words>| {
        words.and_then(|words| words.get(language.tag())).unwrap_or_default().to_owned()
    };
    for milestone in programme.milestones.all() {
        let Some(project) = programme.projects.get(&milestone.project) else { continue };
        let name = programme.called(Some(&milestone.name), milestone.id.as_str(), language.tag());
        let title = format!("{}: {name}", speaker.project(project));
        let id = format!("{}#reached", milestone.id);
        tell(milestone.done_on, id, project.id.as_str(), title, String::new(), "milestone");
    }
    for decision in programme.decisions.values() {
        let id = decision.id.as_str();
        let title = programme.called(Some(&decision.name), id, language.tag()).to_owned();
        tell(decision.decided_on, format!("{id}#made"), id, title, text(Some(&decision.minutes)), "decision");
    }
    for call in programme.calls.values() {
        let id = call.id.as_str();
        let name = programme.called(Some(&call.name), id, language.tag()).to_owned();
        let summary = text(programme.descriptions.get(id));
        tell(Some(call.opens_on), format!("{id}#opens"), id, name, summary, "call");
    }
    for (id, evaluations) in &programme.links.evaluations_by_project {
        let Some(project) = programme.projects.get(id) else { continue };
        let promises: Vec<Expected> = programme.effects.of(id).iter().map(Expected::of).collect();
        for evaluation in evaluations.iter().filter_map(|id| programme.evaluations.get(id)) {
            let Some(measured) = &evaluation.measured else { continue };
            let summary = speaker.measured(evaluation, &promises);
            let title = speaker.project(project).to_owned();
            // A new measure is news; the same one told again is not.
            let day = measured.on.map(|on| on.to_string()).unwrap_or_default();
            tell(measured.on, format!("{}#{day}", evaluation.id), id.as_str(), title, summary, "effect");
        }
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    found.into_iter().take(most).map(|(_, entry)| entry).collect()
}

fn midnight(day: Date) -> Option<Timestamp> {
    let at = day.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_micros(at.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::types::{Milestone, Project};

    #[test]
    fn what_lies_ahead_is_no_news() {
        let mut programme = Programme::default();
        let project = Project { id: "urn:p".into(), ..Project::default() };
        programme.projects.insert(project.id.clone(), project);
        let milestone = |id: &str, day: i8| {
            let mut one = Milestone::new(id, "urn:p");
            one.done_on = Some(date(2026, 11, day));
            (one.id.clone(), one)
        };
        let milestones = vec![milestone("urn:a", 1), milestone("urn:b", 3), milestone("urn:c", 20)];
        programme.milestones = crate::Grouped::new(milestones, |one| &one.project);
        let found = news(&programme, Language::En, date(2026, 11, 10), 10, |id| Some(format!("/{id}")));
        let ids: Vec<&str> = found.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["urn:b#reached", "urn:a#reached"]);
        assert_eq!(found[0].updated.to_string(), "2026-11-03T00:00:00Z");
        assert_eq!(found[0].link.as_deref(), Some("/urn:p"));
        assert_eq!(news(&programme, Language::En, date(2026, 11, 30), 1, |_| None).len(), 1);
    }
}
