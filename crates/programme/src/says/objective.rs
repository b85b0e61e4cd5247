//! The promise of an objective: where an indicator should be, by when, and where it is.

use super::{
    Language, Promise, Speaker,
    figures::{day, quantity, share},
    grammar::{counted, sentences},
    period::period,
};
use crate::{
    portfolio::{ObjectiveLine, Standing, objective_line},
    types::{Answer, Evaluation, Measurement, Memorandum, Objective},
};

impl<'a> Speaker<'a> {
    /// The promise of an objective.
    pub fn objective(&self, objective: &'a Objective) -> Promise {
        let line = objective_line(self.programme, objective);
        Promise {
            said: self.target(objective),
            by: self.objective_owner(objective),
            when: self.signed(),
            far: self.standing(objective, &line),
            changed: self.moved(objective, &line),
        }
    }

    /// Where the indicator should be, and where it began.
    pub fn target(&self, objective: &'a Objective) -> String {
        let language = self.language;
        let unit = self.unit(&objective.indicator);
        let name = self.quoted(self.indicator(&objective.indicator));
        let area = objective.area.as_ref().map(|area| format!(" ({})", self.area(area))).unwrap_or_default();
        let by = day(language, objective.target_on);
        let value = |x: f64| quantity(language, x, unit);
        let band = match (objective.target_low, objective.target_high, language) {
            (None, None, _) => None,
            (Some(low), Some(high), _) if low == high => Some(value(high)),
            (Some(low), Some(high), Language::Fr) => {
                Some(format!("entre {} et {}", bare(language, low), value(high)))
            }
            (Some(low), Some(high), Language::Nl) => {
                Some(format!("tussen {} en {}", bare(language, low), value(high)))
            }
            (Some(low), Some(high), Language::En) => {
                Some(format!("between {} and {}", bare(language, low), value(high)))
            }
            (Some(low), None, _) => {
                Some(format!("{} {}", language.pick("au moins", "minstens", "at least"), value(low)))
            }
            (None, Some(high), _) => {
                Some(format!("{} {}", language.pick("au plus", "hoogstens", "at most"), value(high)))
            }
        };
        let Some(band) = band else {
            return match language {
                Language::Fr => format!("Aucune cible n’est fixée pour {name}{area}."),
                Language::Nl => format!("Voor {name}{area} is geen doel bepaald."),
                Language::En => format!("No target is set for {name}{area}."),
            };
        };
        let target = match language {
            Language::Fr => format!("{name}{area}\u{a0}: {band} le {by} au plus tard."),
            Language::Nl => format!("{name}{area}: {band} tegen {by}."),
            Language::En => format!("{name}{area}: {band} by {by}."),
        };
        let Some((began, on)) = objective.baseline else { return target };
        let (began, on) = (value(began), day(language, on));
        let start = match language {
            Language::Fr => format!("Point de départ\u{a0}: {began} le {on}."),
            Language::Nl => format!("Vertrekpunt: {began} op {on}."),
            Language::En => format!("Starting point: {began} on {on}."),
        };
        sentences([target, start])
    }

    /// Where the indicator stands to its target band, in one sentence.
    pub fn standing(&self, objective: &'a Objective, line: &ObjectiveLine) -> String {
        let language = self.language;
        let Some(level) = &line.level else {
            let said = language.pick(
                "La valeur actuelle n’est pas connue.",
                "De huidige waarde is niet bekend.",
                "The present value is not known.",
            );
            return said.to_owned();
        };
        let value = quantity(language, level.value, self.unit(&objective.indicator));
        let place = match (line.standing, language) {
            (Standing::Unknown, _) => String::new(),
            (Standing::Within, _) => language
                .pick(", dans la fourchette visée", ", binnen de beoogde marge", ", within the target band")
                .into(),
            (Standing::Beyond, _) => language
                .pick(
                    ", au-delà de la fourchette visée",
                    ", voorbij de beoogde marge",
                    ", beyond the target band",
                )
                .into(),
            (Standing::Unmoved, _) => language
                .pick(
                    ", aussi loin qu’au départ",
                    ", even ver als bij het begin",
                    ", as far off as at the start",
                )
                .into(),
            (Standing::Away, _) => language
                .pick(
                    ", plus loin qu’au départ",
                    ", verder dan bij het begin",
                    ", farther off than at the start",
                )
                .into(),
            (Standing::Outside, _) => language
                .pick(
                    ", hors de la fourchette visée",
                    ", buiten de beoogde marge",
                    ", outside the target band",
                )
                .into(),
            (Standing::Towards { part }, Language::Fr) => {
                format!(", {} du chemin vers la fourchette visée", share(language, part))
            }
            (Standing::Towards { part }, Language::Nl) => {
                format!(", {} van de weg naar de beoogde marge", share(language, part))
            }
            (Standing::Towards { part }, Language::En) => {
                format!(", {} of the way to the target band", share(language, part))
            }
        };
        let period = match level.period.as_str() {
            "" => String::new(),
            text => format!(" ({})", period(language, text)),
        };
        match language {
            Language::Fr => format!("Valeur actuelle\u{a0}: {value}{period}{place}."),
            Language::Nl => format!("Huidige waarde: {value}{period}{place}."),
            Language::En => format!("Present value: {value}{period}{place}."),
        }
    }

    fn objective_owner(&self, objective: &'a Objective) -> String {
        let Some(owner) = &objective.owner else { return String::new() };
        let owner = self.organisation(owner);
        match self.language {
            Language::Fr => format!("Responsable\u{a0}: {owner}."),
            Language::Nl => format!("Verantwoordelijk: {owner}."),
            Language::En => format!("Responsible: {owner}."),
        }
    }

    /// The newest memorandum that was signed.
    pub(super) fn signed(&self) -> String {
        let signed = |one: &&Memorandum| one.signed_on.is_some();
        let newest = self.programme.memoranda.values().filter(signed).max_by_key(|one| one.signed_on);
        let Some((memorandum, on)) = newest.and_then(|one| Some((one, one.signed_on?))) else {
            return String::new();
        };
        let language = self.language;
        let id = memorandum.id.as_str();
        let name = self.quoted(self.programme.called(Some(&memorandum.name), id, language.tag()));
        let on = day(language, on);
        let signatories = memorandum.signatories.len();
        match language {
            Language::Fr => {
                let by = counted(language, signatories, "organisation", "organisations");
                format!("{name} a été signé le {on} par {by}.")
            }
            Language::Nl => {
                let by = counted(language, signatories, "organisatie", "organisaties");
                format!("{name} werd op {on} ondertekend door {by}.")
            }
            Language::En => {
                let by = counted(language, signatories, "organisation", "organisations");
                format!("{name} was signed on {on} by {by}.")
            }
        }
    }

    /// How many projects are to move it, and what was measured of them.
    fn moved(&self, objective: &'a Objective, line: &ObjectiveLine) -> String {
        let language = self.language;
        let projects = self.projects(line.projects);
        if line.projects == 0 {
            let said = language.pick(
                "Aucun projet ne sert cet objectif.",
                "Geen enkel project dient deze doelstelling.",
                "No project serves this objective.",
            );
            return said.to_owned();
        }
        let serve = match language {
            Language::Fr => {
                format!("{projects} {} cet objectif.", self.are(line.projects, "sert", "servent"))
            }
            Language::Nl => {
                format!("{projects} {} deze doelstelling.", self.are(line.projects, "dient", "dienen"))
            }
            Language::En => {
                format!("{projects} {} this objective.", self.are(line.projects, "serves", "serve"))
            }
        };
        let ids = self.programme.links.projects_by_objective.get(&objective.id);
        let mut said = vec![serve];
        for project in self.programme.projects_of(ids) {
            for evaluation in self.programme.evaluations_of(&project.id) {
                // What stands for the indicator is told by its own name.
                let ours = evaluation.indicator.as_ref() == Some(&objective.indicator);
                if let Some(measured) = evaluation.measured.as_ref().filter(|_| ours) {
                    let name = self.quoted(self.project(project));
                    let found = match measured.answer {
                        Answer::NotDetectable => self.answer_word(measured.answer).to_owned(),
                        _ => format!(
                            "{}, {}",
                            self.found(evaluation, measured),
                            self.answer_word(measured.answer)
                        ),
                    };
                    let colon = super::grammar::colon(language);
                    said.push(format!("{name}{colon} {found}."));
                }
            }
        }
        if line.measured == 0 {
            said.push(self.none_measured());
        }
        sentences(said)
    }

    /// The estimate, with the name of what was measured where that is not the indicator itself.
    fn found(&self, evaluation: &'a Evaluation, measured: &Measurement) -> String {
        match evaluation.own_indicator() {
            Some(_) => self.estimate(evaluation, measured),
            None => self.estimate_named(evaluation, measured),
        }
    }

    /// That no effect on this indicator has been measured.
    fn none_measured(&self) -> String {
        let said = self.language.pick(
            "Aucun effet sur cet indicateur n’a encore été mesuré.",
            "Er is nog geen effect op deze indicator gemeten.",
            "No effect on this indicator has been measured yet.",
        );
        said.to_owned()
    }

    /// What an evaluation says, in few words.
    pub(super) fn answer_word(&self, answer: Answer) -> &'static str {
        match answer {
            Answer::Better => self.language.pick("c’est mieux", "dat is beter", "better"),
            Answer::Worse => self.language.pick("c’est pire", "dat is slechter", "worse"),
            Answer::NotDetectable => self.language.pick(
                "aucun effet ne se distingue du hasard, ce qui ne veut pas dire qu’il n’y en a pas",
                "geen effect is van toeval te onderscheiden, wat niet zegt dat er geen is",
                "no effect can be told from chance, which does not say that there is none",
            ),
            Answer::TooSmallToMatter => self.language.pick(
                "trop petit pour compter",
                "te klein om van belang te zijn",
                "too small to matter",
            ),
        }
    }
}

/// A number without its unit.
fn bare(language: Language, x: f64) -> String {
    super::figure(language, x)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        Programme,
        says::test_city::{each, evaluation, programme, words},
        types::{Level, Project},
    };

    fn objective(low: Option<f64>, high: Option<f64>) -> Objective {
        Objective {
            id: "urn:ngsi-ld:Objective:air".into(),
            name: words("De l’air", "Lucht", "Air"),
            pillar: "urn:ngsi-ld:Pillar:environment".into(),
            indicator: "urn:ngsi-ld:Indicator:no2".into(),
            area: Some("urn:a:ixelles".into()),
            baseline: Some((24.0, date(2023, 12, 31))),
            target_low: low,
            target_high: high,
            target_on: date(2028, 12, 31),
            owner: None,
        }
    }

    fn said(programme: &Programme, objective: &Objective, part: impl Fn(Promise) -> String) -> [String; 3] {
        each(|language| part(Speaker::new(programme, language).objective(objective)))
    }

    #[test]
    fn targets_have_one_end_or_two() {
        let programme = programme();
        assert_eq!(
            said(&programme, &objective(Some(10.0), Some(16.5)), |one| one.said),
            [
                "« NO₂ moyen » (Ixelles) : entre 10 et 16,5 µg/m³ le 31 décembre 2028 au plus tard. Point de départ : 24 µg/m³ le 31 décembre 2023.",
                "‘Gemiddelde NO₂’ (Elsene): tussen 10 en 16,5 µg/m³ tegen 31 december 2028. Vertrekpunt: 24 µg/m³ op 31 december 2023.",
                "“Mean NO₂” (Ixelles): between 10 and 16.5 µg/m³ by 31 December 2028. Starting point: 24 µg/m³ on 31 December 2023.",
            ]
        );
        let found = said(&programme, &objective(None, Some(16.5)), |one| one.said);
        assert!(
            found[1].starts_with("‘Gemiddelde NO₂’ (Elsene): hoogstens 16,5 µg/m³ tegen"),
            "{}",
            found[1]
        );
        let found = said(&programme, &objective(None, None), |one| one.said);
        assert_eq!(found[2], "No target is set for “Mean NO₂” (Ixelles).");
    }

    #[test]
    fn the_level_is_said_apart_from_what_projects_changed() {
        let mut programme = programme();
        let objective = objective(Some(10.0), Some(16.0));
        assert_eq!(
            said(&programme, &objective, |one| one.far),
            [
                "La valeur actuelle n’est pas connue.",
                "De huidige waarde is niet bekend.",
                "The present value is not known."
            ]
        );
        let level = Level { value: 18.0, interval: None, period: "2025".into() };
        programme.levels.insert((objective.indicator.clone(), "urn:a:ixelles".into()), level);
        assert_eq!(
            said(&programme, &objective, |one| one.far),
            [
                "Valeur actuelle : 18 µg/m³ (2025), 75 % du chemin vers la fourchette visée.",
                "Huidige waarde: 18 µg/m³ (2025), 75% van de weg naar de beoogde marge.",
                "Present value: 18 µg/m³ (2025), 75% of the way to the target band.",
            ]
        );
        for level in programme.levels.values_mut() {
            level.period = "2025-12".into();
        }
        assert!(said(&programme, &objective, |one| one.far)[0].contains("18 µg/m³ (décembre 2025), 75 %"));
        assert_eq!(said(&programme, &objective, |one| one.changed)[0], "Aucun projet ne sert cet objectif.");
        let project = Project {
            id: "urn:ngsi-ld:Project:p".into(),
            name: words("Rue calme", "Rustige straat", "Calm street"),
            ..Project::default()
        };
        let links = &mut programme.links;
        links.projects_by_objective.insert(objective.id.clone(), vec![project.id.clone()]);
        programme.projects.insert(project.id.clone(), project.clone());
        assert_eq!(
            said(&programme, &objective, |one| one.changed),
            [
                "1 projet sert cet objectif. Aucun effet sur cet indicateur n’a encore été mesuré.",
                "1 project dient deze doelstelling. Er is nog geen effect op deze indicator gemeten.",
                "1 project serves this objective. No effect on this indicator has been measured yet.",
            ]
        );
        let found = evaluation(-2.5, (-4.0, -1.0), Answer::Better);
        programme.links.evaluations_by_project.insert(project.id, vec![found.id.clone()]);
        programme.evaluations.insert(found.id.clone(), found);
        assert_eq!(
            said(&programme, &objective, |one| one.changed),
            [
                "1 projet sert cet objectif. « Rue calme » : −2,5 µg/m³ (95 % : de −4 à −1), c’est mieux.",
                "1 project dient deze doelstelling. ‘Rustige straat’: −2,5 µg/m³ (95%: van −4 tot −1), dat is beter.",
                "1 project serves this objective. “Calm street”: −2.5 µg/m³ (95%: −4 to −1), better.",
            ]
        );
    }
}
