//! The report of one pillar: its money, effects, benefits, risks and decisions, and its own sections as they stand in the whole report.

use std::collections::BTreeMap;

use senne_programme::{
    CallId, Links, Pillar, Programme,
    portfolio::Line,
    says::{Language, Report, Section, report},
};

use super::super::shared::View;

/// The report of a pillar, from that of the whole programme. The sections of the pillar are taken from there: projects of other pillars serve
/// its objectives too, and are told of with them.
pub(super) fn of(whole: Report, view: &View, language: Language, pillar: &Pillar) -> Report {
    let lines: Vec<Line> = view.lines.iter().filter(|line| line.pillar == pillar.id).cloned().collect();
    let part = part(&view.programme, pillar);
    let made = report(&part, &lines, language, view.today);
    let name = view.programme.called(Some(&pillar.name), pillar.id.as_str(), language.tag());
    let own = run(whole.sections, name);
    // The first section speaks of the programme; that of the pillar has its own five sentences.
    let rest = without(made.sections.into_iter().skip(1).collect(), name);
    let sections = own.into_iter().chain(rest).collect();
    Report { sections, ..made }
}

/// What belongs to a pillar, as far as the report asks for it. The milestones are in the lines already.
fn part(programme: &Programme, pillar: &Pillar) -> Programme {
    let projects: BTreeMap<_, _> = programme
        .projects
        .iter()
        .filter(|(_, project)| project.pillar == pillar.id)
        .map(|(id, project)| (id.clone(), project.clone()))
        .collect();
    let evaluations_by_project: BTreeMap<_, _> = programme
        .links
        .evaluations_by_project
        .iter()
        .filter(|(id, _)| projects.contains_key(*id))
        .map(|(id, evaluations)| (id.clone(), evaluations.clone()))
        .collect();
    let evaluations = evaluations_by_project.values().flatten();
    let evaluations = evaluations.filter_map(|id| Some((id.clone(), programme.evaluations.get(id)?.clone())));
    let ours =
        |call: &CallId| programme.calls.get(call).is_some_and(|call| call.pillars.contains(&pillar.id));
    let decisions =
        programme.decisions.iter().filter(|(_, decision)| decision.call.as_ref().is_some_and(&ours));
    Programme {
        memoranda: programme.memoranda.clone(),
        pillars: [(pillar.id.clone(), pillar.clone())].into(),
        organisations: programme.organisations.clone(),
        money: programme.money.clone(),
        risks: programme.risks.clone(),
        responses: programme.responses.clone(),
        benefits: programme.benefits.clone(),
        decisions: decisions.map(|(id, decision)| (id.clone(), decision.clone())).collect(),
        evaluations: evaluations.collect(),
        indicators: programme.indicators.clone(),
        links: Links { evaluations_by_project, ..Links::default() },
        projects,
        ..Programme::default()
    }
}

/// The section with a heading, and those below it.
fn run(sections: Vec<Section>, heading: &str) -> Vec<Section> {
    let mut rest = sections.into_iter().skip_while(|section| section.depth > 1 || section.heading != heading);
    let Some(first) = rest.next() else { return Vec::new() };
    std::iter::once(first).chain(rest.take_while(|section| section.depth > 1)).collect()
}

/// All sections but those of [`run`].
fn without(sections: Vec<Section>, heading: &str) -> Vec<Section> {
    let mut within = false;
    let mut left = Vec::with_capacity(sections.len());
    for section in sections {
        within = if section.depth > 1 { within } else { section.heading == heading };
        if !within {
            left.push(section);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use senne_programme::{Project, ProjectState, Words};

    use super::*;

    fn section(depth: u8, heading: &str) -> Section {
        Section { depth, heading: heading.into(), ..Section::default() }
    }

    fn headings(sections: &[Section]) -> String {
        sections.iter().map(|section| section.heading.as_str()).collect()
    }

    #[test]
    fn a_run_ends_where_the_next_begins() {
        let all =
            || vec![section(1, "a"), section(1, "b"), section(2, "c"), section(2, "d"), section(1, "e")];
        assert_eq!(headings(&run(all(), "b")), "bcd");
        assert_eq!(headings(&without(all(), "b")), "ae");
        assert!(run(all(), "c").is_empty());
    }

    #[test]
    fn a_pillar_tells_of_its_own_projects() {
        let mut programme = Programme::default();
        for name in ["one", "two"] {
            let pillar = Pillar { id: name.into(), name: Words::in_language("en", name), order: 1 };
            let project = Project {
                id: format!("project-{name}").into(),
                pillar: name.into(),
                state: ProjectState::Running,
                ..Project::default()
            };
            programme.pillars.insert(pillar.id.clone(), pillar);
            programme.projects.insert(project.id.clone(), project);
        }
        let view = View::of(programme, date(2026, 11, 30), senne_model::ChangeNo(1));
        let pillar = view.programme.pillars.values().next().unwrap();
        let whole = report(&view.programme, &view.lines, Language::En, view.today);
        let found = of(whole, &view, Language::En, pillar);
        let first = found.sections.first().unwrap();
        assert_eq!((first.heading.as_str(), first.tables[0].rows.len()), ("one", 1));
        assert!(!found.sections.iter().any(|section| section.heading == "two"));
    }
}
