//! Projects as bars over time: with their gates and critical paths where that is asked for, and joined to what they wait for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use senne_chart::{
    Head,
    gantt::{Days, Gantt, Task, TaskKind},
    picture,
};
use senne_programme::{
    Gate, MilestoneId, ProjectId, ProjectState,
    portfolio::{Bar, Mark},
    says::Speaker,
};

use crate::{
    pages::programme::shared::{self, View, called},
    words::Words,
};

/// A bar or a diamond, before it is drawn.
struct Drawn {
    name: String,
    link: String,
    kind: TaskKind,
    days: Days,
    /// As it was first agreed.
    agreed: Option<Days>,
    done: f64,
    after: Vec<usize>,
}

/// The bars of projects; in detail each with its gates and what is on its critical path. Empty when none has a day.
pub(crate) fn chart(words: Words, view: &View, speaker: Speaker<'_>, bars: &[Bar], detail: bool) -> String {
    let drawn = drawn(words, view, speaker, bars, detail);
    if drawn.is_empty() {
        return String::new();
    }
    let tasks: Vec<Task<'_>> = drawn.iter().map(task).collect();
    let head = Head { id: "roadmap", title: words.t("portfolio.roadmap_name"), words: &words };
    picture(&Gantt { head, tasks: &tasks, today: Some(view.today) })
}

fn task(one: &Drawn) -> Task<'_> {
    Task {
        name: &one.name,
        link: &one.link,
        kind: one.kind,
        days: one.days,
        planned: one.agreed,
        done: one.done,
        after: &one.after,
    }
}

fn drawn(words: Words, view: &View, speaker: Speaker<'_>, bars: &[Bar], detail: bool) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for bar in bars {
        let Some(days) = days(bar) else { continue };
        places.insert(bar.project.as_str(), drawn.len());
        drawn.push(project(words, view, bar, days));
        for mark in bar.marks.iter().filter(|mark| detail && stands_out(mark)) {
            if let Some(one) = milestone(words, speaker, bar, mark) {
                places.insert(mark.id.as_str(), drawn.len());
                drawn.push(one);
            }
        }
    }
    for bar in bars {
        if detail {
            for mark in &bar.marks {
                let before = mark.depends_on.iter().map(MilestoneId::as_str);
                waits(&mut drawn, &places, mark.id.as_str(), before);
            }
        } else {
            let before = awaited(view, bar);
            waits(&mut drawn, &places, bar.project.as_str(), before.into_iter().map(ProjectId::as_str));
        }
    }
    drawn
}

/// Joins what is drawn to what it waits for, where that is drawn too.
fn waits<'a>(
    drawn: &mut [Drawn],
    places: &BTreeMap<&str, usize>,
    one: &str,
    before: impl Iterator<Item = &'a str>,
) {
    if let Some(own) = places.get(one).and_then(|place| drawn.get_mut(*place)) {
        own.after.extend(before.filter_map(|id| places.get(id)).copied());
    }
}

/// The other projects whose milestones a project waits for.
pub(crate) fn awaited<'a>(view: &'a View, bar: &Bar) -> BTreeSet<&'a ProjectId> {
    let before = bar.marks.iter().flat_map(|mark| &mark.depends_on);
    let found = before.filter_map(|id| view.programme.milestones.get(id)).map(|one| &one.project);
    found.filter(|project| **project != bar.project).collect()
}

/// Whether a milestone is drawn beside its project.
fn stands_out(mark: &Mark) -> bool {
    mark.gate != Gate::None || mark.critical
}

/// From the first to the last day of a project as it stands; nothing when neither is known.
pub(crate) fn days(bar: &Bar) -> Option<Days> {
    let last = end(bar);
    let first = bar.span.from.or_else(|| bar.marks.iter().filter_map(moment).min()).or(last)?;
    let last = last.unwrap_or(first);
    Some(Days { first: first.min(last), last })
}

fn moment(mark: &Mark) -> Option<Date> {
    mark.done_on.or(mark.forecast_on).or(mark.planned_on).or(mark.baseline_on)
}

/// The last day. Of a project that was given up, or never chosen, nothing is forecast.
pub(crate) fn end(bar: &Bar) -> Option<Date> {
    match bar.state {
        ProjectState::Stopped | ProjectState::Rejected => {
            bar.marks.iter().filter_map(|mark| mark.done_on).max().or(bar.span.until)
        }
        _ => bar.forecast_end.or(bar.span.until),
    }
}

fn project(words: Words, view: &View, bar: &Bar, days: Days) -> Drawn {
    let id = bar.project.as_str();
    let name = called(words, Some(&bar.name), id);
    let progress = view.line(&bar.project).and_then(|line| line.progress);
    Drawn {
        // Without that, a bar of which nothing is filled would say that nothing is done.
        name: if progress.is_some() { name } else { words.fill("portfolio.work_unknown", [name]) },
        link: shared::link(words, "project", id),
        kind: TaskKind::Work,
        days,
        agreed: bar.baseline_end.map(|last| Days { first: days.first.min(last), last }),
        done: progress.map_or(0.0, |progress| progress.part),
        after: Vec::new(),
    }
}

fn milestone(words: Words, speaker: Speaker<'_>, bar: &Bar, mark: &Mark) -> Option<Drawn> {
    let at = moment(mark)?;
    let day = |day: Date| Days { first: day, last: day };
    let name = called(words, Some(&mark.name), mark.id.as_str());
    let name = match mark.gate {
        Gate::None => name,
        gate => words.fill("portfolio.mark_gate", [&name, speaker.gate(gate)]),
    };
    let critical = mark.critical && mark.done_on.is_none();
    Some(Drawn {
        name: if critical { words.fill("portfolio.mark_critical", [name]) } else { name },
        link: shared::link(words, "project", bar.project.as_str()),
        kind: TaskKind::Milestone,
        days: day(at),
        agreed: mark.baseline_on.map(day),
        done: if mark.done_on.is_some() { 1.0 } else { 0.0 },
        after: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use senne_model::ChangeNo;
    use senne_programme::{Milestone, Programme, Project, Span, portfolio::roadmap};

    use super::*;
    use crate::{language::Language, pages::programme::shared::speaker};

    fn bar(project: &Project) -> Bar {
        let view = View::default();
        roadmap(&view.programme, [project], date(2026, 11, 30)).remove(0)
    }

    #[test]
    fn a_project_without_a_day_has_no_bar_and_one_with_an_end_alone_a_short_one() {
        assert_eq!(days(&bar(&Project::default())), None);
        let span = Span { from: None, until: Some(date(2027, 1, 31)) };
        let found = days(&bar(&Project { span, ..Project::default() }));
        assert_eq!(found, Some(Days { first: date(2027, 1, 31), last: date(2027, 1, 31) }));
    }

    #[test]
    fn a_bar_whose_work_is_not_known_says_so() {
        let span = Span::new(date(2026, 1, 1), date(2027, 1, 31));
        let project = Project { id: "urn:ngsi-ld:Project:a".into(), span, ..Project::default() };
        let programme =
            Programme { projects: [(project.id.clone(), project.clone())].into(), ..Programme::default() };
        let view = View::of(programme, date(2026, 11, 30), ChangeNo(1));
        let words = Words::new(Language::En);
        let bars = [bar(&project)];
        let said = chart(words, &view, speaker(&view.programme, words), &bars, false);
        assert!(said.contains("a (progress not known)"), "{said}");
        assert_eq!(chart(words, &view, speaker(&view.programme, words), &[], true), "");
    }

    #[test]
    fn a_gate_says_which_and_whether_a_delay_would_push_the_end() {
        let view = View::default();
        let words = Words::new(Language::En);
        let mut bar = bar(&Project::default());
        let mut plan = Milestone::new("urn:ngsi-ld:Milestone:plan", "p");
        plan.baseline_on = Some(date(2027, 3, 1));
        bar.marks = vec![Mark {
            id: plan.id,
            name: plan.name,
            gate: Gate::Procurement,
            baseline_on: plan.baseline_on,
            planned_on: None,
            done_on: None,
            forecast_on: None,
            pushed_by: None,
            drift_days: None,
            overdue: false,
            critical: true,
            depends_on: vec!["urn:ngsi-ld:Milestone:plan".into(), "elsewhere".into()],
            owner: None,
        }];
        let found = drawn(words, &view, speaker(&view.programme, words), &[bar], true);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found.get(1).map(|one| (one.name.as_str(), one.after.as_slice())),
            Some(("plan (procurement) – critical path", &[1][..]))
        );
    }
}
