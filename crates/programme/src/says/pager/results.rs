//! The indicators and the effect in one sentence each.

use std::collections::BTreeSet;

use crate::{
    portfolio::{Line, Standing, Totals, objective_line},
    says::{
        Language, Speaker,
        grammar::{counted, list, plural, semicolon},
    },
    types::{Answer, Objective},
};

/// So many measured projects are named; more are counted.
const NAMED_MOST: usize = 4;

impl Speaker<'_> {
    pub(super) fn indicators(&self, objectives: &[&Objective]) -> String {
        let language = self.language;
        let all = objectives.len();
        if all == 0 {
            let said = language.pick(
                "Aucun objectif n’est fixé.",
                "Er is geen doelstelling bepaald.",
                "No objective is set.",
            );
            return said.to_owned();
        }
        let standings: Vec<Standing> =
            objectives.iter().map(|one| objective_line(self.programme, one).standing).collect();
        let count = |fits: &dyn Fn(&Standing) -> bool| standings.iter().filter(|one| fits(one)).count();
        let within = count(&|one| matches!(one, Standing::Within));
        let nearer = count(&|one| matches!(one, Standing::Towards { .. }));
        let unknown = count(&|one| matches!(one, Standing::Unknown));
        if unknown == all {
            return self.no_values(all);
        }
        let other = all - within - nearer - unknown;
        let say = |count: usize, fr: [&str; 2], nl: [&str; 2], en: [&str; 2]| {
            let [one, more] = language.pick(fr, nl, en);
            (count > 0).then(|| counted(language, count, one, more))
        };
        let unknown = (unknown > 0).then(|| match language {
            Language::Fr => {
                let verb = plural(language, unknown as f64, "n’a pas", "n’ont pas");
                format!("{unknown} {verb} de valeur connue")
            }
            Language::Nl => format!("van {unknown} is de waarde niet bekend"),
            Language::En => format!("for {unknown} the present value is not known"),
        });
        let clauses: Vec<String> = [
            say(
                within,
                ["a atteint sa cible", "ont atteint leur cible"],
                ["heeft zijn doel bereikt", "hebben hun doel bereikt"],
                ["has reached its target", "have reached their target"],
            ),
            say(
                nearer,
                ["avance vers sa cible", "avancent vers leur cible"],
                ["nadert zijn doel", "naderen hun doel"],
                ["is nearer to its target than at the start", "are nearer to their target than at the start"],
            ),
            say(
                other,
                ["n’avance pas vers sa cible", "n’avancent pas vers leur cible"],
                ["nadert zijn doel niet", "naderen hun doel niet"],
                ["is not nearer to its target", "are not nearer to their target"],
            ),
            unknown,
        ]
        .into_iter()
        .flatten()
        .collect();
        let clauses = list(language, &clauses);
        match language {
            Language::Fr => {
                let of = if all == 1 { "Sur 1 objectif".to_owned() } else { format!("Sur {all} objectifs") };
                format!(
                    "{of}, {clauses}\u{a0}; cela dit où en sont les indicateurs, non ce que les projets ont changé."
                )
            }
            Language::Nl => {
                let of = plural(language, all as f64, "doelstelling", "doelstellingen");
                format!(
                    "Van {all} {of}: {clauses}; dat zegt waar de indicatoren staan, niet wat de projecten veranderden."
                )
            }
            Language::En => {
                let of = plural(language, all as f64, "objective", "objectives");
                format!(
                    "Of {all} {of}, {clauses}; that tells where indicators stand, not what projects changed."
                )
            }
        }
    }

    /// That it is not known where any indicator stands.
    fn no_values(&self, all: usize) -> String {
        match (self.language, all) {
            (Language::Fr, 1) => "La valeur actuelle du seul objectif n’est pas connue.".to_owned(),
            (Language::Fr, n) => format!("La valeur actuelle n’est connue pour aucun des {n} objectifs."),
            (Language::Nl, 1) => "Van de enige doelstelling is de huidige waarde niet bekend.".to_owned(),
            (Language::Nl, n) => format!("Van geen van de {n} doelstellingen is de huidige waarde bekend."),
            (Language::En, 1) => "The present value of the only objective is not known.".to_owned(),
            (Language::En, n) => format!("The present value is not known for any of the {n} objectives."),
        }
    }

    pub(super) fn all_effects(&self, lines: &[&Line], totals: &Totals) -> String {
        let language = self.language;
        let mut measured: Vec<&Line> =
            lines.iter().copied().filter(|line| !line.attributed.is_empty()).collect();
        measured.sort_by(|a, b| {
            let grade = |line: &Line| line.attributed.first().map(|one| one.grade);
            grade(b).cmp(&grade(a)).then_with(|| a.id.cmp(&b.id))
        });
        let count = measured.len();
        if count == 0 {
            let said = language.pick(
                "L’effet d’aucun projet n’a encore été mesuré.",
                "Van geen enkel project is het effect al gemeten.",
                "The effect of no project has been measured yet.",
            );
            return said.to_owned();
        }
        let found = if count <= NAMED_MOST {
            let named: Vec<String> = measured.iter().filter_map(|line| self.one_effect(line)).collect();
            named.join(&format!("{} ", semicolon(language)))
        } else {
            let counts: Vec<String> = Answer::WORDS
                .iter()
                .map(|(_, answer)| (totals.answered(*answer), *answer))
                .filter(|(count, _)| *count > 0)
                .map(|(count, answer)| format!("{count}\u{a0}× {}", self.answer_word(answer)))
                .collect();
            counts.join(&format!("{} ", semicolon(language)))
        };
        match language {
            Language::Fr => {
                let of = if count == 1 { "L’effet de 1 projet" } else { "L’effet" };
                let rest = if count == 1 { String::new() } else { format!(" de {count} projets") };
                format!("{of}{rest} a été mesuré\u{a0}: {found}.")
            }
            Language::Nl => {
                format!("Van {} is het effect gemeten: {found}.", self.projects(count))
            }
            Language::En => {
                format!("The effect of {} has been measured: {found}.", self.projects(count))
            }
        }
    }

    /// `“Calm street”, −2.5 µg/m³ for “Mean NO₂” (95%: −4 to −1), better`. An evaluation of an attribute is mostly called after its project;
    /// then its name alone is said: `“Calm street: cars an hour”, −96 (95%: −127 to −65), better`.
    fn one_effect(&self, line: &Line) -> Option<String> {
        let programme = self.programme;
        let evaluation = programme.evaluations.get(&line.attributed.first()?.evaluation)?;
        let measured = evaluation.measured.as_ref()?;
        let project = programme.projects.get(&line.id)?;
        let (name, outcome) = (self.project(project), self.outcome(evaluation));
        let word = self.answer_word(measured.answer);
        // A size beside it would be read as one that was found.
        let chance = measured.answer == Answer::NotDetectable;
        let both = if evaluation.own_indicator().is_some() { None } else { in_one(name, outcome) };
        Some(match both {
            Some(both) if chance => {
                format!("{}{}, {word}", self.quoted(both), self.margin(evaluation, measured))
            }
            Some(both) => format!("{}, {}, {word}", self.quoted(both), self.estimate(evaluation, measured)),
            None if chance => {
                format!("{}, {}, {word}", self.quoted(name), self.margin_named(evaluation, measured))
            }
            None => format!("{}, {}, {word}", self.quoted(name), self.estimate_named(evaluation, measured)),
        })
    }
}

/// The name that tells both a project and its evaluation: the one that holds the other, or that of the evaluation where long words stand in
/// both. Nothing when they are called after different things.
fn in_one<'a>(project: &'a str, evaluation: &'a str) -> Option<&'a str> {
    /// Words have so many letters, and those in both names together so many: a street says little, its name much.
    const LETTERS_LEAST: (usize, usize) = (4, 10);
    if project.contains(evaluation) {
        return Some(project);
    }
    let letters = |word: &str| word.chars().count();
    let words = |name: &str| {
        let words = name.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase);
        words.filter(|word| letters(word) >= LETTERS_LEAST.0).collect::<BTreeSet<String>>()
    };
    let shared: usize = words(project).intersection(&words(evaluation)).map(|word| letters(word)).sum();
    (evaluation.contains(project) || shared >= LETTERS_LEAST.1).then_some(evaluation)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::{
        Programme,
        portfolio::{LineLimits, lines},
        says::{
            Speaker,
            test_city::{each, evaluation, programme, words},
        },
        types::{Answer, Evaluation, Outcome, Project, Words},
    };

    /// The last of the five sentences.
    fn said(mut programme: Programme, found: Evaluation) -> [String; 3] {
        let project = Project {
            id: "urn:ngsi-ld:Project:p".into(),
            name: words("Rue calme", "Rustige straat", "Calm street"),
            ..Project::default()
        };
        programme.links.evaluations_by_project.insert(project.id.clone(), vec![found.id.clone()]);
        programme.evaluations.insert(found.id.clone(), found);
        programme.projects.insert(project.id.clone(), project);
        let lines = lines(&programme, LineLimits::default(), date(2026, 11, 30));
        each(|language| Speaker::new(&programme, language).one_pager(&lines, None)[4].clone())
    }

    /// An evaluation of an attribute.
    fn of_attribute(name: Words, answer: Answer) -> Evaluation {
        let outcome = Some(Outcome {
            kind: "TrafficFlowObserved".into(),
            attribute: "intensity".into(),
            ..Outcome::default()
        });
        Evaluation { name, indicator: None, outcome, ..evaluation(-96.0, (-127.0, -65.0), answer) }
    }

    #[test]
    fn an_indicator_is_named_with_its_unit() {
        assert_eq!(
            said(programme(), evaluation(-2.5, (-4.0, -1.0), Answer::Better)),
            [
                "L’effet de 1 projet a été mesuré : « Rue calme », −2,5 µg/m³ pour « NO₂ moyen » (95 % : de −4 à −1), c’est mieux.",
                "Van 1 project is het effect gemeten: ‘Rustige straat’, −2,5 µg/m³ voor ‘Gemiddelde NO₂’ (95%: van −4 tot −1), dat is beter.",
                "The effect of 1 project has been measured: “Calm street”, −2.5 µg/m³ for “Mean NO₂” (95%: −4 to −1), better.",
            ]
        );
        let mut programme = programme();
        for indicator in programme.indicators.values_mut() {
            indicator.unit = words("%", "%", "%");
        }
        assert_eq!(
            said(programme, evaluation(0.4, (-1.0, 1.8), Answer::NotDetectable))[2],
            "The effect of 1 project has been measured: “Calm street”, for “Mean NO₂” (95%: −1 to 1.8 percentage points), no effect can be told from chance, which does not say that there is none."
        );
    }

    #[test]
    fn names_of_the_same_are_told_from_names_of_different_things() {
        use super::in_one;
        for (project, evaluation) in [
            ("Signs and planters in Rue d’Aumale", "Signs in Aumale street (simulated project)"),
            ("Betere lichtenregeling op het Vanderkindereplein", "Lichten op het Vanderkindereplein"),
            ("Rue du Bailli apaisée", "Rue du Bailli apaisée (projet simulé)"),
        ] {
            assert_eq!(in_one(project, evaluation), Some(evaluation));
        }
        let project = "Signs and planters in Rue d’Aumale";
        assert_eq!(in_one(project, "Signs"), Some(project));
        assert_eq!(in_one(project, "Signs of life in Rue Haute"), None);
    }

    #[test]
    fn an_evaluation_that_is_called_after_its_project_is_named_once() {
        let name = || words("Rue calme : trafic", "Rustige straat: verkeer", "Calm street: motor traffic");
        assert_eq!(
            said(programme(), of_attribute(name(), Answer::Better)),
            [
                "L’effet de 1 projet a été mesuré : « Rue calme : trafic », −96 (95 % : de −127 à −65), c’est mieux.",
                "Van 1 project is het effect gemeten: ‘Rustige straat: verkeer’, −96 (95%: van −127 tot −65), dat is beter.",
                "The effect of 1 project has been measured: “Calm street: motor traffic”, −96 (95%: −127 to −65), better.",
            ]
        );
        assert_eq!(
            said(programme(), of_attribute(name(), Answer::NotDetectable))[2],
            "The effect of 1 project has been measured: “Calm street: motor traffic” (95%: −127 to −65), no effect can be told from chance, which does not say that there is none."
        );
        let same = words("Rue calme", "Rustige straat", "Calm street");
        assert_eq!(
            said(programme(), of_attribute(same, Answer::Worse))[2],
            "The effect of 1 project has been measured: “Calm street”, −96 (95%: −127 to −65), worse."
        );
        let other = words("Voitures par heure", "Auto’s per uur", "Cars an hour");
        assert_eq!(
            said(programme(), of_attribute(other, Answer::Better))[2],
            "The effect of 1 project has been measured: “Calm street”, −96 for “Cars an hour” (95%: −127 to −65), better."
        );
    }
}
