//! What was measured, project by project, and what that comes to for an indicator without counting twice.

use super::{Align, ReportTable, Section, UNKNOWN, head};
use crate::{
    effect::{Contributions, contributions, measured_effects},
    says::{Speaker, figures, grammar},
    types::{Evaluation, Measurement},
};

impl<'a> Speaker<'a> {
    /// Nothing when nothing was measured.
    pub(super) fn effects_section(&self) -> Option<Section> {
        let language = self.language;
        let measured = |one: &'a Evaluation| Some((one, one.measured.as_ref()?));
        let all: Vec<(&Evaluation, &Measurement)> =
            self.programme.evaluations.values().filter_map(measured).collect();
        if all.is_empty() {
            return None;
        }
        let columns = [
            (["Projet", "Project", "Project"], Align::Text),
            (["Mesuré", "Gemeten", "Measured"], Align::Text),
            (["Effet", "Effect", "Effect"], Align::Text),
            (["Verdict", "Oordeel", "Verdict"], Align::Text),
            (["Niveau de preuve", "Bewijskracht", "Evidence grade"], Align::Number),
        ];
        let row = |(evaluation, measured): (&'a Evaluation, &Measurement)| {
            let project = evaluation.project.as_ref();
            vec![
                project.map_or(UNKNOWN, |id| self.project_by_id(id)).to_owned(),
                self.outcome(evaluation).to_owned(),
                self.estimate(evaluation, measured),
                self.answer_word(measured.answer).to_owned(),
                measured.grade.to_string(),
            ]
        };
        let single = ReportTable {
            caption: language
                .pick("Effets mesurés", "Gemeten effecten", "Effects that were measured")
                .to_owned(),
            head: head(language, &columns),
            rows: all.into_iter().map(row).collect(),
        };
        let counted = contributions(&measured_effects(self.programme), &[]).ok();
        let together =
            counted.filter(|found| !found.indicators.is_empty()).map(|found| self.together(&found));
        let heading = language.pick("Ce qui a changé", "Wat er veranderd is", "What it changed").to_owned();
        let paragraphs = vec![
            language
                .pick(
                    "Un effet est ce qui a été mesuré par comparaison avec ce qui aurait été sans le projet\u{a0}; il ne dit rien de l’avancement.",
                    "Een effect is wat gemeten is tegenover wat er zonder het project zou zijn; het zegt niets over de voortgang.",
                    "An effect is what was measured against what would have been without the project; it says nothing of progress.",
                )
                .to_owned(),
        ];
        Some(Section {
            depth: 1,
            heading,
            paragraphs,
            tables: std::iter::once(single).chain(together).collect(),
        })
    }

    fn together(&self, found: &Contributions) -> ReportTable {
        let language = self.language;
        let columns = [
            (["Indicateur", "Indicator", "Indicator"], Align::Text),
            (["Compté une fois", "Eén keer geteld", "Counted once"], Align::Number),
            (["Somme des mesures", "Som van de metingen", "Sum of measures"], Align::Number),
            (["Projets qui se recouvrent", "Projecten die overlappen", "Projects that overlap"], Align::Text),
        ];
        let row = |total: &crate::effect::IndicatorTotal| {
            let unit = self.unit(&total.indicator);
            let groups = found.groups.iter().filter(|group| group.indicator == total.indicator);
            let overlaps: Vec<String> = groups
                .flat_map(|group| &group.overlaps)
                .map(|one| format!("{} + {}", self.named(&one.one), self.named(&one.other)))
                .collect();
            vec![
                self.named_indicator(&total.indicator),
                figures::signed(language, total.effect, unit),
                figures::signed(language, total.sum_of_single, unit),
                if overlaps.is_empty() { UNKNOWN.to_owned() } else { grammar::list(language, &overlaps) },
            ]
        };
        ReportTable {
            caption: language
                .pick(
                    "Par indicateur, sans compter deux fois",
                    "Per indicator, zonder dubbel te tellen",
                    "By indicator, without counting twice",
                )
                .to_owned(),
            head: head(language, &columns),
            rows: found.indicators.iter().map(row).collect(),
        }
    }

    fn named(&self, id: &crate::types::ProjectId) -> String {
        let found = self.programme.projects.get(id);
        self.programme.called(found.map(|one| &one.name), id.as_str(), self.language.tag()).to_owned()
    }

    fn named_indicator(&self, id: &crate::types::IndicatorId) -> String {
        let found = self.programme.indicators.get(id);
        self.programme.called(found.map(|one| &one.name), id.as_str(), self.language.tag()).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        says::{
            Language, Speaker,
            test_city::{evaluation, plain, programme, words},
        },
        types::{Answer, Project},
    };

    #[test]
    fn effects_on_shares_are_in_percentage_points() {
        let mut programme = programme();
        for indicator in programme.indicators.values_mut() {
            indicator.unit = words("%", "%", "%");
        }
        let project = Project { id: "urn:ngsi-ld:Project:p".into(), ..Project::default() };
        let found = evaluation(-2.5, (-4.0, -1.0), Answer::Better);
        programme.links.evaluations_by_project.insert(project.id.clone(), vec![found.id.clone()]);
        programme.evaluations.insert(found.id.clone(), found);
        programme.projects.insert(project.id.clone(), project);
        let cells = |language| {
            let tables = Speaker::new(&programme, language).effects_section().unwrap().tables;
            [plain(&tables[0].rows[0][2]), plain(&tables[1].rows[0][1]), plain(&tables[1].rows[0][2])]
        };
        assert_eq!(
            cells(Language::Fr),
            [
                "−2,5 points de pourcentage (95 % : de −4 à −1)",
                "−2,5 points de pourcentage",
                "−2,5 points de pourcentage"
            ]
        );
        assert_eq!(cells(Language::Nl)[1], "−2,5 procentpunten");
        assert_eq!(cells(Language::En)[1], "−2.5 percentage points");
    }
}
