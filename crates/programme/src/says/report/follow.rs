//! Benefits and risks.

use super::{Align, ReportTable, Section, UNKNOWN, head};
use crate::{
    effect::benefits,
    portfolio::{is_active, is_on},
    says::{Speaker, euros, number, share},
    types::{Euros, Risk},
};

/// So many risks are listed, the heaviest first.
const RISKS_MOST: usize = 20;

impl Speaker<'_> {
    /// Benefits of projects that were ever chosen, up to the end of a year.
    pub(super) fn benefits_section(&self, until: i16) -> Option<Section> {
        let language = self.language;
        let chosen = |one: &&crate::types::Benefit| {
            self.programme.projects.get(&one.project).is_some_and(|project| is_on(project.state))
        };
        let own: Vec<_> = self.programme.benefits.all().iter().filter(chosen).cloned().collect();
        let found = benefits(&own, until).ok().filter(|found| !found.is_empty())?;
        let columns = [
            (["Bénéfice", "Baat", "Benefit"], Align::Text),
            (["Projet", "Project", "Project"], Align::Text),
            (
                ["Venu, sur le promis", "Gekomen, van wat beloofd is", "Come, of what was promised"],
                Align::Number,
            ),
            (["Promis en euros", "Beloofd in euro", "Promised in euros"], Align::Number),
            (["Venu en euros", "Gekomen in euro", "Come in euros"], Align::Number),
        ];
        let money = |amount: Option<f64>| {
            let amount = amount.and_then(Euros::nearest);
            amount.map_or_else(|| UNKNOWN.to_owned(), |amount| euros(language, amount))
        };
        let row = |(benefit, found): (&crate::types::Benefit, &crate::effect::Benefits)| {
            let name = self.programme.called(Some(&benefit.name), benefit.id.as_str(), language.tag());
            vec![
                name.to_owned(),
                self.project_name(&benefit.project),
                found.part.map_or_else(|| UNKNOWN.to_owned(), |part| share(language, part)),
                money(found.promised_euros),
                money(found.realised_euros),
            ]
        };
        let caption = match language {
            super::Language::Fr => format!("Bénéfices jusqu’à la fin de {until}"),
            super::Language::Nl => format!("Baten tot eind {until}"),
            super::Language::En => format!("Benefits up to the end of {until}"),
        };
        let table = ReportTable {
            caption,
            head: head(language, &columns),
            rows: own.iter().zip(&found).map(row).collect(),
        };
        let heading = language.pick("Les bénéfices", "De baten", "The benefits").to_owned();
        Some(Section { depth: 1, heading, paragraphs: Vec::new(), tables: vec![table] })
    }

    /// Open risks of projects that are chosen or under way.
    pub(super) fn risks_section(&self) -> Option<Section> {
        let language = self.language;
        let active = |risk: &&Risk| {
            risk.is_open()
                && self.programme.projects.get(&risk.project).is_some_and(|project| is_active(project.state))
        };
        let mut risks: Vec<&Risk> = self.programme.risks.all().iter().filter(active).collect();
        if risks.is_empty() {
            return None;
        }
        risks.sort_by(|a, b| b.weight().cmp(&a.weight()).then_with(|| a.id.cmp(&b.id)));
        let all = risks.len();
        let columns = [
            (["Risque", "Risico", "Risk"], Align::Text),
            (["Projet", "Project", "Project"], Align::Text),
            (
                ["Probabilité × gravité", "Waarschijnlijkheid × ernst", "Probability × severity"],
                Align::Number,
            ),
            (["Réponse", "Antwoord", "Response"], Align::Text),
        ];
        let row = |risk: &&Risk| {
            let response = self.programme.responses.get(&risk.id).and_then(|words| words.get(language.tag()));
            vec![
                self.risk_name(&risk.id).to_owned(),
                self.project_name(&risk.project),
                format!("{} × {} = {}", risk.probability, risk.severity, risk.weight()),
                response.unwrap_or(UNKNOWN).to_owned(),
            ]
        };
        let shown = all.min(RISKS_MOST);
        let [shown, all] = [shown, all].map(|count| number(language, count as f64, 0));
        let caption = match language {
            super::Language::Fr => format!("Les risques les plus lourds, {shown} sur {all}"),
            super::Language::Nl => format!("De zwaarste risico’s, {shown} van {all}"),
            super::Language::En => format!("The heaviest risks, {shown} of {all}"),
        };
        let rows = risks.iter().take(RISKS_MOST).map(row).collect();
        let heading = language.pick("Les risques", "De risico’s", "The risks").to_owned();
        let table = ReportTable { caption, head: head(language, &columns), rows };
        Some(Section { depth: 1, heading, paragraphs: Vec::new(), tables: vec![table] })
    }

    fn project_name(&self, id: &crate::types::ProjectId) -> String {
        let found = self.programme.projects.get(id);
        self.programme.called(found.map(|one| &one.name), id.as_str(), self.language.tag()).to_owned()
    }
}
