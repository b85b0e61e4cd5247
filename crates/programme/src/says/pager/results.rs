//! The indicators and the effect in one sentence each.

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

    /// `“Calm street”, −2.5 µg/m³ for “Mean NO₂” (95%: −4 to −1), better`.
    fn one_effect(&self, line: &Line) -> Option<String> {
        let programme = self.programme;
        let evaluation = programme.evaluations.get(&line.attributed.first()?.evaluation)?;
        let measured = evaluation.measured.as_ref()?;
        let project = programme.projects.get(&line.id)?;
        let name = self.quoted(self.project(project));
        let word = self.answer_word(measured.answer);
        Some(match measured.answer {
            Answer::NotDetectable => format!("{name}, {word}"),
            _ => format!("{name}, {}, {word}", self.estimate_named(evaluation, measured)),
        })
    }
}
