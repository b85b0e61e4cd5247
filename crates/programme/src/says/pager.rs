//! A programme or a pillar in five sentences: what there is, the money, the work, the indicators, the effect.

mod results;
mod work;

use super::{
    Language, Speaker,
    grammar::{counted, list},
};
use crate::{
    portfolio::{Line, Totals, totals},
    types::{Objective, Pillar, ProjectState},
};

impl<'a> Speaker<'a> {
    /// The programme, or a pillar of it, in five sentences. `lines` are those of the whole portfolio.
    pub fn one_pager(&self, lines: &[Line], pillar: Option<&'a Pillar>) -> [String; 5] {
        let ours = |line: &&Line| pillar.is_none_or(|pillar| line.pillar == pillar.id);
        let lines: Vec<&Line> = lines.iter().filter(ours).collect();
        let totals = totals(lines.iter().copied());
        let ours = |one: &&Objective| pillar.is_none_or(|pillar| one.pillar == pillar.id);
        let objectives: Vec<&Objective> = self.programme.objectives.values().filter(ours).collect();
        [
            self.what(&totals, objectives.len(), pillar),
            self.all_money(&totals),
            self.all_work(&totals),
            self.indicators(&objectives),
            self.all_effects(&lines, &totals),
        ]
    }

    fn what(&self, totals: &Totals, objectives: usize, pillar: Option<&'a Pillar>) -> String {
        let language = self.language;
        let projects = self.projects(totals.projects);
        let objectives = match language {
            Language::Fr => counted(language, objectives, "objectif", "objectifs"),
            Language::Nl => counted(language, objectives, "doelstelling", "doelstellingen"),
            Language::En => counted(language, objectives, "objective", "objectives"),
        };
        let mut parts = vec![projects];
        if pillar.is_none() {
            let pillars = self.programme.pillars.len();
            parts.push(match language {
                Language::Fr => counted(language, pillars, "pilier", "piliers"),
                Language::Nl => counted(language, pillars, "pijler", "pijlers"),
                Language::En => counted(language, pillars, "pillar", "pillars"),
            });
        }
        parts.push(objectives);
        let subject = match pillar {
            None => {
                language.pick("Le programme compte", "Het programma telt", "The programme has").to_owned()
            }
            Some(pillar) => {
                let name = self.programme.called(Some(&pillar.name), pillar.id.as_str(), language.tag());
                let name = self.quoted(name);
                match language {
                    Language::Fr => format!("Le pilier {name} compte"),
                    Language::Nl => format!("De pijler {name} telt"),
                    Language::En => format!("The pillar {name} has"),
                }
            }
        };
        let states: Vec<String> = totals
            .states
            .iter()
            .filter(|count| count.projects > 0)
            .map(|count| counted_state(language, count.projects, count.state))
            .collect();
        let states = list(language, &states);
        let colon = if states.is_empty() { "" } else { super::grammar::colon(language) };
        let gap = if states.is_empty() { "" } else { " " };
        format!("{subject} {}{colon}{gap}{states}.", list(language, &parts))
    }

    /// The word for how far a project has come.
    pub fn state(&self, state: ProjectState) -> &'static str {
        state_words(self.language, state)[0]
    }
}

/// The word for a state, for one and for more.
fn state_words(language: Language, state: ProjectState) -> [&'static str; 2] {
    match state {
        ProjectState::Proposed => language.pick(["proposé", "proposés"], ["voorgesteld"; 2], ["proposed"; 2]),
        ProjectState::Chosen => language.pick(["choisi", "choisis"], ["gekozen"; 2], ["chosen"; 2]),
        ProjectState::Running => language.pick(["en cours"; 2], ["lopend"; 2], ["under way"; 2]),
        ProjectState::Finished => language.pick(["terminé", "terminés"], ["afgerond"; 2], ["finished"; 2]),
        ProjectState::Stopped => language.pick(["arrêté", "arrêtés"], ["stopgezet"; 2], ["stopped"; 2]),
        ProjectState::Rejected => {
            language.pick(["non retenu", "non retenus"], ["niet gekozen"; 2], ["not chosen"; 2])
        }
    }
}

fn counted_state(language: Language, count: usize, state: ProjectState) -> String {
    let [one, more] = state_words(language, state);
    counted(language, count, one, more)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        Programme,
        portfolio::{LineLimits, lines},
        says::test_city::{evaluation, plain, programme, words},
        types::{Answer, BudgetLine, Euros, Project},
    };

    fn pager(programme: &Programme, language: Language) -> [String; 5] {
        let lines = lines(programme, LineLimits::default(), date(2026, 11, 30));
        Speaker::new(programme, language).one_pager(&lines, None).map(|sentence| plain(&sentence))
    }

    #[test]
    fn a_programme_without_anything_says_so() {
        let programme = Programme::default();
        assert_eq!(
            pager(&programme, Language::Fr),
            [
                "Le programme compte 0 projet, 0 pilier et 0 objectif.",
                "Aucun montant n’est enregistré.",
                "Aucun projet n’est choisi ni en cours.",
                "Aucun objectif n’est fixé.",
                "L’effet d’aucun projet n’a encore été mesuré.",
            ]
        );
        assert_eq!(
            pager(&programme, Language::En)[0],
            "The programme has 0 projects, 0 pillars and 0 objectives."
        );
        assert_eq!(pager(&programme, Language::Nl)[4], "Van geen enkel project is het effect al gemeten.");
    }

    #[test]
    fn one_project_is_said_in_the_singular() {
        let mut programme = programme();
        let project = Project {
            id: "urn:ngsi-ld:Project:p".into(),
            name: words("Rue calme", "Rustige straat", "Calm street"),
            state: ProjectState::Running,
            confirmed_on: Some(date(2026, 11, 20)),
            ..Project::default()
        };
        let money = BudgetLine {
            project: project.id.clone(),
            source: "region".into(),
            year: 2026,
            planned: Euros(1_000_000),
            committed: Euros(800_000),
            spent: Euros(500_000),
            forecast: Euros(1_000_000),
        };
        let found = evaluation(0.4, (-1.0, 1.8), Answer::NotDetectable);
        programme.links.evaluations_by_project.insert(project.id.clone(), vec![found.id.clone()]);
        programme.evaluations.insert(found.id.clone(), found);
        programme.projects.insert(project.id.clone(), project);
        programme.money = crate::Grouped::new(vec![("b".into(), money)], |one| &one.project);
        assert_eq!(
            pager(&programme, Language::Fr),
            [
                "Le programme compte 1 projet, 0 pilier et 0 objectif : 1 en cours.",
                "Argent prévu : 1 million d’euros ; engagé : 800 000 euros ; dépensé : 500 000 euros ; total attendu : 1 million d’euros, comme prévu.",
                "De l’argent du seul projet choisi ou en cours, 100 % sont au vert, 0 % à l’orange et 0 % au rouge ; aucun ne finira plus tard que convenu.",
                "Aucun objectif n’est fixé.",
                "L’effet de 1 projet a été mesuré : « Rue calme », pour « NO₂ moyen » (95 % : de −1 à 1,8 µg/m³), aucun effet ne se distingue du hasard, ce qui ne veut pas dire qu’il n’y en a pas.",
            ]
        );
        assert_eq!(
            pager(&programme, Language::Nl),
            [
                "Het programma telt 1 project, 0 pijlers en 0 doelstellingen: 1 lopend.",
                "Geld gepland: 1 miljoen euro; vastgelegd: 800.000 euro; uitgegeven: 500.000 euro; verwacht totaal: 1 miljoen euro, zoals gepland.",
                "Van het geld in het enige gekozen of lopende project staat 100% op groen, 0% op oranje en 0% op rood; geen enkel eindigt later dan afgesproken.",
                "Er is geen doelstelling bepaald.",
                "Van 1 project is het effect gemeten: ‘Rustige straat’, voor ‘Gemiddelde NO₂’ (95%: van −1 tot 1,8 µg/m³), geen effect is van toeval te onderscheiden, wat niet zegt dat er geen is.",
            ]
        );
        assert_eq!(
            pager(&programme, Language::En),
            [
                "The programme has 1 project, 0 pillars and 0 objectives: 1 under way.",
                "Money planned: 1 million euros; committed: 800,000 euros; spent: 500,000 euros; expected in all: 1 million euros, as planned.",
                "Of the money in the only project that is chosen or under way, 100% is green, 0% amber and 0% red; none will end later than agreed.",
                "No objective is set.",
                "The effect of 1 project has been measured: “Calm street”, for “Mean NO₂” (95%: −1 to 1.8 µg/m³), no effect can be told from chance, which does not say that there is none.",
            ]
        );
    }
}
