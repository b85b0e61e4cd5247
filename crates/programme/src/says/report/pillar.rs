//! A pillar: its sentences, its objectives and its projects.

use super::{Align, ReportTable, Section, UNKNOWN, head};
use crate::{
    portfolio::{Line, objective_line},
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
            let signed = confidence.and_then(|one| one.signed.as_ref());
            vec![
                name.to_owned(),
                self.state(line.state).to_owned(),
                line.progress.map_or_else(unknown, |progress| share(language, progress.part)),
                line.ends_on.map_or_else(unknown, |date| day(language, date)),
                line.drift_days.map_or_else(unknown, |days| number(language, days as f64, 0)),
                euros(language, line.money.planned),
                euros(language, line.money.spent),
                confidence.map_or_else(unknown, |one| self.colour(one.computed).to_owned()),
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
