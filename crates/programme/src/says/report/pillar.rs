//! A pillar: its sentences, its objectives and its projects.

use super::{Align, ReportTable, Section, UNKNOWN, head};
use crate::{
    portfolio::{Line, is_active, objective_line},
    says::{Speaker, day, euros, number, share},
    types::{Objective, Pillar},
};

impl<'a> Speaker<'a> {
    /// Two sections: the pillar, and each promise of its objectives.
    pub(super) fn pillar_sections(&self, pillar: &'a Pillar, lines: &[Line]) -> Vec<Section> {
        let language = self.language;
        let name = self.programme.called(Some(&pillar.name), pillar.id.as_str(), language.tag());
        let description = self.programme.descriptions.get(pillar.id.as_str());
        let mut paragraphs: Vec<String> = description
            .and_then(|words| words.get(language.tag()))
            .map(ToOwned::to_owned)
            .into_iter()
            .collect();
        paragraphs.extend(self.one_pager(lines, Some(pillar)));
        let ids = self.programme.links.objectives_by_pillar.get(&pillar.id);
        let objectives: Vec<&Objective> =
            ids.into_iter().flatten().filter_map(|id| self.programme.objectives.get(id)).collect();
        let own: Vec<&Line> = lines.iter().filter(|line| line.pillar == pillar.id).collect();
        let mut tables = Vec::new();
        if !objectives.is_empty() {
            tables.push(self.objectives_table(&objectives));
        }
        if !own.is_empty() {
            tables.push(self.projects_table(&own));
        }
        let mut sections = vec![Section { depth: 1, heading: name.to_owned(), paragraphs, tables }];
        for objective in objectives {
            let name = self.programme.called(Some(&objective.name), objective.id.as_str(), language.tag());
            let promise = self.objective(objective);
            let parts = [promise.said, promise.far, promise.changed, promise.by];
            sections.push(Section {
                depth: 2,
                heading: name.to_owned(),
                paragraphs: parts.into_iter().filter(|part| !part.is_empty()).collect(),
                tables: Vec::new(),
            });
        }
        sections
    }

    fn objectives_table(&self, objectives: &[&'a Objective]) -> ReportTable {
        let language = self.language;
        let columns = [
            (["Objectif", "Doelstelling", "Objective"], Align::Text),
            (["Cible", "Doel", "Target"], Align::Text),
            (
                ["Où en est l’indicateur", "Waar de indicator staat", "Where the indicator stands"],
                Align::Text,
            ),
        ];
        let row = |objective: &&'a Objective| {
            let id = objective.id.as_str();
            vec![
                self.programme.called(Some(&objective.name), id, language.tag()).to_owned(),
                self.target(objective),
                self.standing(objective, &objective_line(self.programme, objective)),
            ]
        };
        ReportTable {
            caption: language.pick("Objectifs", "Doelstellingen", "Objectives").to_owned(),
            head: head(language, &columns),
            rows: objectives.iter().map(row).collect(),
        }
    }

    fn projects_table(&self, lines: &[&Line]) -> ReportTable {
        let language = self.language;
        let columns = [
            (["Projet", "Project", "Project"], Align::Text),
            (["État", "Toestand", "State"], Align::Text),
            (["Avancement", "Voortgang", "Progress"], Align::Number),
            (["Fin attendue", "Verwacht einde", "Expected end"], Align::Text),
            (["Retard en jours", "Achterstand in dagen", "Days late"], Align::Number),
            (["Prévu", "Gepland", "Planned"], Align::Number),
            (["Dépensé", "Uitgegeven", "Spent"], Align::Number),
            (["Confiance calculée", "Berekend vertrouwen", "Computed confidence"], Align::Text),
            (["Jugement signé", "Ondertekend oordeel", "Signed judgement"], Align::Text),
        ];
        let unknown = || UNKNOWN.to_owned();
        let row = |line: &&Line| {
            let name = self.programme.called(Some(&line.name), line.id.as_str(), language.tag());
            let confidence = line.confidence.as_ref();
            // Of what is not chosen, or done, nobody asks whether it will keep its promise.
            let computed = confidence.filter(|_| is_active(line.state));
            let signed = confidence.and_then(|one| one.signed.as_ref());
            vec![
                name.to_owned(),
                self.state(line.state).to_owned(),
                line.progress.map_or_else(unknown, |progress| share(language, progress.part)),
                line.ends_on.map_or_else(unknown, |date| day(language, date)),
                line.drift_days.map_or_else(unknown, |days| number(language, days as f64, 0)),
                euros(language, line.money.planned),
                euros(language, line.money.spent),
                computed.map_or_else(unknown, |one| self.colour(one.computed).to_owned()),
                signed.map_or_else(unknown, |judgement| self.colour(judgement.colour).to_owned()),
            ]
        };
        ReportTable {
            caption: language.pick("Projets", "Projecten", "Projects").to_owned(),
            head: head(language, &columns),
            rows: lines.iter().map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::{
        portfolio::{LineLimits, line},
        says::{Language, Speaker, test_city::programme},
        types::{Colour, Judgement, Project, ProjectState, Words},
    };

    #[test]
    fn only_what_goes_on_has_a_computed_colour() {
        let programme = programme();
        let today = date(2026, 11, 30);
        let cells = |state| {
            let judgement =
                Judgement { colour: Colour::Green, by: String::new(), on: today, reason: Words::default() };
            let project = Project {
                id: "urn:ngsi-ld:Project:p".into(),
                state,
                judgement: Some(judgement),
                confirmed_on: Some(today),
                ..Project::default()
            };
            let line = line(&programme, &project, LineLimits::default(), today);
            let table = Speaker::new(&programme, Language::En).projects_table(&[&line]);
            table.rows.into_iter().next().unwrap().split_off(7)
        };
        for state in [ProjectState::Chosen, ProjectState::Running] {
            assert_eq!(cells(state), ["green", "green"]);
        }
        for state in
            [ProjectState::Proposed, ProjectState::Finished, ProjectState::Stopped, ProjectState::Rejected]
        {
            assert_eq!(cells(state), ["–", "green"], "{state:?}");
        }
    }
}
