//! The rules of a choice in words, and what stands against a project that was not chosen.

use senne_programme::{
    BasisPoints, Euros, PillarId, Programme, ProjectId,
    says::{Language as Spoken, list},
    selection::{
        AreaFloor, AreaMinimum, Budget, Exclusion, Needs, PillarFloor, PillarMinimum, Rule, Rules, Violation,
    },
};

use crate::{
    format,
    pages::programme::call::told::{money, part, pillar, project, source},
    words::Words,
};

/// All rules in words.
pub(crate) fn all(words: Words, programme: &Programme, rules: &Rules) -> Vec<String> {
    let budgets = rules.budgets.iter().cloned().map(Rule::Budget);
    let pillars = rules.pillars.iter().cloned().map(Rule::Pillar);
    let areas = rules.areas.iter().cloned().map(Rule::Area);
    let needs = rules.needs.iter().cloned().map(Rule::Needs);
    let exclusions = rules.exclusions.iter().cloned().map(Rule::Exclusion);
    let forced_in = rules.forced_in.iter().cloned().map(Rule::ForcedIn);
    let forced_out = rules.forced_out.iter().cloned().map(Rule::ForcedOut);
    let risk = rules.risk_most.into_iter().map(Rule::Risk);
    let every = budgets.chain(pillars).chain(areas).chain(needs).chain(exclusions);
    every.chain(forced_in).chain(forced_out).chain(risk).map(|rule| told(words, programme, &rule)).collect()
}

/// A rule in words, to stand in a list.
pub(crate) fn told(words: Words, programme: &Programme, rule: &Rule) -> String {
    let name = |id: &ProjectId| project(words, programme, id);
    match rule {
        Rule::Budget(budget) => ceiling(words, budget),
        Rule::Needs(Needs { project, needed }) => {
            words.fill("choice.rule_needs", [name(project), name(needed)])
        }
        Rule::Exclusion(Exclusion { projects, at_most }) => {
            let names: Vec<String> = projects.iter().map(name).collect();
            words.fill("choice.rule_exclusion", [count(words, u64::from(*at_most)), listed(words, &names)])
        }
        Rule::ForcedIn(id) => words.fill("choice.rule_in", [name(id)]),
        Rule::ForcedOut(id) => words.fill("choice.rule_out", [name(id)]),
        Rule::Pillar(PillarFloor { pillar, minimum }) => floor(words, programme, pillar, *minimum),
        Rule::Area(AreaFloor { group, minimum, .. }) => match minimum {
            AreaMinimum::ValueShare(share) => {
                words.fill("choice.rule_area_share", [group.clone(), percent(words, *share)])
            }
            AreaMinimum::Count(projects) => {
                words.fill("choice.rule_area_count", [group.clone(), count(words, u64::from(*projects))])
            }
        },
        Rule::Risk(most) => words.fill("choice.rule_risk", [count(words, *most)]),
    }
}

fn floor(words: Words, programme: &Programme, id: &PillarId, minimum: PillarMinimum) -> String {
    let name = pillar(words, programme, id);
    match minimum {
        PillarMinimum::MoneyShare(share) => {
            words.fill("choice.rule_pillar_share", [name, percent(words, share)])
        }
        PillarMinimum::Count(projects) => {
            words.fill("choice.rule_pillar_count", [name, count(words, u64::from(projects))])
        }
    }
}

/// A ceiling of money with its source and year.
pub(crate) fn ceiling(words: Words, budget: &Budget) -> String {
    let amount = money(words, budget.ceiling);
    match (&budget.source, budget.year) {
        (None, None) => words.fill("choice.rule_budget", [amount]),
        (Some(from), None) => words.fill("choice.rule_budget_from", [amount, source(words, from)]),
        (None, Some(year)) => words.fill("choice.rule_budget_in", [amount, year.to_string()]),
        (Some(from), Some(year)) => {
            words.fill("choice.rule_budget_from_in", [amount, source(words, from), year.to_string()])
        }
    }
}

/// What stands against a project: a rule that would be broken if it were chosen too.
pub(crate) fn against(words: Words, programme: &Programme, id: &ProjectId, broken: &Violation) -> String {
    match &broken.rule {
        Rule::Budget(budget) => {
            words.fill("choice.why_budget", [money(words, Euros(broken.by)), ceiling(words, budget)])
        }
        Rule::Needs(Needs { project: own, needed }) if own == id => {
            words.fill("choice.why_needs", [project(words, programme, needed)])
        }
        Rule::ForcedOut(_) => words.t("choice.why_out").to_owned(),
        rule => words.fill("choice.why_rule", [told(words, programme, rule)]),
    }
}

fn percent(words: Words, points: BasisPoints) -> String {
    part(words, f64::from(points.0) / f64::from(BasisPoints::WHOLE))
}

fn count(words: Words, number: u64) -> String {
    format::amount(words.language, number)
}

/// `a, b and c` in the language of the visit.
pub(crate) fn listed(words: Words, names: &[String]) -> String {
    list(Spoken::of(words.language.code()), names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn every_rule_has_its_words() {
        let programme = Programme::default();
        let rules = Rules {
            budgets: vec![
                Budget { source: None, year: None, ceiling: Euros(1_000_000) },
                Budget { source: Some("region".into()), year: Some(2027), ceiling: Euros(5) },
            ],
            needs: vec![Needs { project: "urn:x:a".into(), needed: "urn:x:b".into() }],
            exclusions: vec![Exclusion { projects: ["urn:x:a".into(), "urn:x:c".into()].into(), at_most: 1 }],
            forced_in: ["urn:x:a".into()].into(),
            forced_out: ["urn:x:d".into()].into(),
            pillars: vec![PillarFloor {
                pillar: "urn:x:mobility".into(),
                minimum: PillarMinimum::MoneyShare(BasisPoints(2_500)),
            }],
            areas: vec![AreaFloor {
                group: "canal".into(),
                areas: ["north".into()].into(),
                minimum: AreaMinimum::Count(2),
            }],
            risk_most: Some(30),
        };
        for language in Language::ALL {
            let told = all(Words::new(language), &programme, &rules);
            assert_eq!(told.len(), 9);
            assert!(
                told.iter().all(|rule| !rule.contains(['{', '}']) && !rule.starts_with("choice.")),
                "{told:?}"
            );
        }
        let words = Words::new(Language::En);
        let by = Violation { rule: Rule::Needs(rules.needs[0].clone()), by: 1 };
        assert!(against(words, &programme, &"urn:x:a".into(), &by).contains('b'));
    }
}
