//! What came out of a choice, in words: who is chosen and why, what each method says, and what depends on the weights.

use std::collections::{BTreeMap, BTreeSet};

use senne_programme::{
    CallForProjects, CriterionId, Euros, Programme, ProjectId,
    decision::{Applicant, Decision, ScoredProject},
    scoring::{GroupWeights, PersonWeights, Ranking, Spread, WeightSamples},
    selection::{Candidate, Membership, Outcome, Place, Proof, Question, Selection, Stability},
};

use super::{
    budgets::{BudgetRow, budgets},
    rule,
};
use crate::{
    format,
    pages::programme::{
        call::{
            paging::{Pages, paged},
            told::{criterion, method, money, part, project},
        },
        shared::link,
    },
    words::{Words, key},
};

/// So many projects are shown at once, in two tables.
const SHOWN: usize = 50;

/// What is told, and to whom.
#[derive(Clone, Copy)]
pub(crate) struct Of<'a> {
    pub(crate) words: Words,
    pub(crate) programme: &'a Programme,
    pub(crate) call: Option<&'a CallForProjects>,
    pub(crate) decision: &'a Decision,
    /// What people are called, in the order of their opinions.
    pub(crate) people: &'a [String],
    /// The address of the page, with its query.
    pub(crate) here: &'a str,
}

/// A choice in words.
pub(crate) struct Told {
    pub(crate) finding: String,
    pub(crate) proof: String,
    pub(crate) conflict: Vec<Contradiction>,
    pub(crate) methods: Vec<Head>,
    pub(crate) agreement: String,
    pub(crate) stability: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) pages: Option<Pages>,
    pub(crate) people: Vec<String>,
    pub(crate) weights: Vec<WeightRow>,
    /// Whose judgements in pairs contradict each other.
    pub(crate) loose: String,
    pub(crate) budgets: Vec<BudgetRow>,
}

/// Rules that stand in each other's way.
pub(crate) struct Contradiction {
    pub(crate) said: &'static str,
    pub(crate) rules: Vec<String>,
}

/// A method at the head of its column.
pub(crate) struct Head {
    pub(crate) label: &'static str,
    /// Whether its scores were summed.
    pub(crate) here: bool,
}

/// A project.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) chosen: bool,
    pub(crate) reasons: Vec<String>,
    pub(crate) score: String,
    pub(crate) cost: String,
    /// Core, borderline or out, and in how large a part of the weights it is chosen; empty without samples.
    pub(crate) place: &'static str,
    pub(crate) part: String,
    /// Its place by each method.
    pub(crate) places: Vec<String>,
    /// From its best to its worst place.
    pub(crate) between: String,
}

/// The weights of a criterion.
pub(crate) struct WeightRow {
    pub(crate) criterion: String,
    pub(crate) mean: String,
    pub(crate) people: Vec<String>,
    pub(crate) spread: String,
}

/// The question that a decision answered.
pub(crate) fn question(decision: &Decision) -> Question {
    let candidate = |(applicant, scored): (&Applicant, &ScoredProject)| Candidate {
        id: applicant.id.clone(),
        score: scored.score,
        costs: applicant.costs.clone(),
        pillar: applicant.pillar.clone(),
        areas: applicant.areas.clone(),
        risk: applicant.risk,
    };
    let candidates = decision.inputs.applicants.iter().zip(&decision.outcome.scores).map(candidate);
    Question { candidates: candidates.collect(), rules: decision.settings.rules.clone() }
}

/// A choice in words.
pub(crate) fn told(of: Of<'_>) -> Told {
    let Of { words, decision, .. } = of;
    let outcome = &decision.outcome;
    let selection = outcome.selection.selection();
    let (finding, proof) = finding(of, selection);
    let comparison = outcome.comparison.as_ref();
    let head = |ranking: &Ranking| Head {
        label: method(words, ranking.method),
        here: ranking.method == decision.settings.way.method,
    };
    let (rows, pages) = rows(of, selection);
    Told {
        finding,
        proof,
        conflict: conflict(of, &outcome.selection),
        methods: comparison.map(|found| found.rankings.iter().map(head).collect()).unwrap_or_default(),
        agreement: comparison
            .and_then(|found| found.agreement)
            .map_or_else(String::new, |found| agreement(words, found.w)),
        stability: outcome.stability.as_ref().map_or_else(String::new, |found| stability(of, found)),
        rows,
        pages,
        people: outcome.weights.people.iter().enumerate().map(|(at, _)| person(of, at)).collect(),
        weights: weights(of, &outcome.weights),
        loose: loose(of, &outcome.weights),
        budgets: selection.map(|found| budgets(words, &found.budgets)).unwrap_or_default(),
    }
}

/// What a person is called; by number when nobody says it.
fn person(of: Of<'_>, at: usize) -> String {
    let number = format::amount(of.words.language, at as u64 + 1);
    of.people.get(at).cloned().unwrap_or_else(|| of.words.fill("choice.person", [number]))
}

fn finding(of: Of<'_>, selection: Option<&Selection>) -> (String, String) {
    let words = of.words;
    let Some(selection) = selection else {
        return (words.t("choice.nothing_fits").to_owned(), String::new());
    };
    let all = words.count("choice.projects", of.decision.inputs.applicants.len() as u64);
    let chosen = format::amount(words.language, selection.chosen.len() as u64);
    let finding = words.fill("choice.chosen_of", [chosen, all, money(words, selection.cost)]);
    let proof = match selection.proof {
        Proof::Best => words.t("choice.proof_best").to_owned(),
        Proof::Within { gap, .. } => words.fill("choice.proof_within", [part(words, gap)]),
    };
    (finding, proof)
}

fn conflict(of: Of<'_>, outcome: &Outcome) -> Vec<Contradiction> {
    let conflict = match outcome {
        Outcome::Chosen(_) => return Vec::new(),
        Outcome::Open { .. } => {
            return vec![Contradiction { said: of.words.t("choice.search_ended"), rules: Vec::new() }];
        }
        Outcome::Infeasible(conflict) => conflict,
    };
    let parts = [
        (key!("choice.conflict_any"), &conflict.any_of),
        (key!("choice.conflict_together"), &conflict.together),
        (key!("choice.conflict_undecided"), &conflict.undecided),
    ];
    let parts = parts.into_iter().filter(|(_, rules)| !rules.is_empty());
    let contradiction = |(said, rules): (&'static str, &Vec<_>)| Contradiction {
        said: of.words.t(said),
        rules: rules.iter().map(|rule| rule::told(of.words, of.programme, rule)).collect(),
    };
    parts.map(contradiction).collect()
}

/// How far the methods agree, by Kendall's W. Where «nearly» ends is a convention.
fn agreement(words: Words, w: f64) -> String {
    let shown = format::number(words.language, w, 2);
    match w {
        w if w >= 0.9 => words.fill("choice.agree_nearly", [shown]),
        w if w >= 0.7 => words.fill("choice.agree_largely", [shown]),
        _ => words.fill("choice.agree_little", [shown]),
    }
}

fn stability(of: Of<'_>, found: &Stability) -> String {
    let words = of.words;
    let at = |place: Place| {
        let count = found.projects.iter().filter(|project| project.place == place).count();
        format::amount(words.language, count as u64)
    };
    let drawn = format::amount(words.language, u64::from(found.samples));
    let values = [drawn, at(Place::Core), at(Place::Borderline), at(Place::Out)];
    match of.decision.settings.way.samples_of {
        // A single opinion mixed with itself says nothing of other weights.
        WeightSamples::Mixtures if of.decision.inputs.opinions.len() < 2 => {
            words.fill("choice.stability_single", values)
        }
        WeightSamples::Any => words.fill("choice.stability_any", values),
        WeightSamples::Mixtures => words.fill("choice.stability_mixtures", values),
    }
}

/// The projects, those that are chosen first, the best score first.
fn rows(of: Of<'_>, selection: Option<&Selection>) -> (Vec<Row>, Option<Pages>) {
    let empty = BTreeSet::new();
    let chosen = selection.map_or(&empty, |selection| &selection.chosen);
    let scores = &of.decision.outcome.scores;
    let mut order: Vec<(usize, &ScoredProject)> = scores.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| {
        let taken = chosen.contains(&b.project).cmp(&chosen.contains(&a.project));
        taken.then_with(|| b.score.total_cmp(&a.score)).then_with(|| a.project.cmp(&b.project))
    });
    let (range, pages) = paged(of.words, of.here, order.len(), SHOWN);
    let stability = of.decision.outcome.stability.as_ref();
    let members: BTreeMap<&ProjectId, &Membership> =
        stability.into_iter().flat_map(|found| &found.projects).map(|one| (&one.project, one)).collect();
    let question = question(of.decision);
    let shown = order.get(range).unwrap_or_default();
    let row = |(at, scored): &(usize, &ScoredProject)| {
        let member = members.get(&scored.project).copied();
        let reasons =
            selection.map(|found| reasons(of, &question, found, &scored.project)).unwrap_or_default();
        Row { chosen: chosen.contains(&scored.project), reasons, ..row(of, *at, scored, member) }
    };
    (shown.iter().map(row).collect(), pages)
}

fn row(of: Of<'_>, at: usize, scored: &ScoredProject, member: Option<&Membership>) -> Row {
    let words = of.words;
    let place = |place: usize| format::amount(words.language, place as u64);
    let comparison = of.decision.outcome.comparison.as_ref();
    let rankings = comparison.into_iter().flat_map(|found| &found.rankings);
    let standing = comparison.and_then(|found| found.projects.get(at));
    let costs = of.decision.inputs.applicants.get(at).map(|applicant| &applicant.costs);
    let cost: Euros = costs.into_iter().flatten().map(|cost| cost.amount).sum();
    Row {
        name: project(words, of.programme, &scored.project),
        link: link(words, "project", scored.project.as_str()),
        chosen: false,
        reasons: Vec::new(),
        score: format::number(words.language, scored.score, 3),
        cost: money(words, cost),
        place: member.map_or("", |member| {
            words.t(match member.place {
                Place::Core => key!("choice.core"),
                Place::Borderline => key!("choice.borderline"),
                Place::Out => key!("choice.out"),
            })
        }),
        part: member.map_or_else(String::new, |member| part(words, member.part)),
        places: rankings
            .map(|ranking| ranking.places.get(at).copied().map_or_else(String::new, place))
            .collect(),
        between: standing.map_or_else(String::new, |found| match (found.best, found.worst) {
            (best, worst) if best == worst => place(best),
            (best, worst) => words.fill("indicator.interval", [place(best), place(worst)]),
        }),
    }
}

/// Why a project is not chosen: the rules that would be broken if it were chosen beside those that are.
fn reasons(of: Of<'_>, question: &Question, selection: &Selection, id: &ProjectId) -> Vec<String> {
    if selection.chosen.contains(id) {
        return Vec::new();
    }
    let words = of.words;
    let candidate = question.candidates.iter().find(|candidate| candidate.id == *id);
    let beyond = candidate.and_then(|candidate| {
        question.rules.budgets.iter().find(|budget| candidate.cost_within(budget) > budget.ceiling)
    });
    if let Some(budget) = beyond {
        return vec![words.fill("choice.why_alone", [rule::ceiling(words, budget)])];
    }
    let mut with = selection.chosen.clone();
    with.insert(id.clone());
    let broken = question.violations(&with).unwrap_or_default();
    if broken.is_empty() {
        let said = match selection.proof {
            Proof::Best => words.t("choice.why_no_points"),
            Proof::Within { .. } => words.t("choice.why_open"),
        };
        return vec![said.to_owned()];
    }
    broken.iter().map(|broken| rule::against(words, of.programme, id, broken)).collect()
}

fn weights(of: Of<'_>, group: &GroupWeights) -> Vec<WeightRow> {
    let words = of.words;
    let spread = |spread: &Spread| {
        words.fill("indicator.interval", [part(words, spread.lowest), part(words, spread.highest)])
    };
    let own = |person: &PersonWeights, at: usize| {
        person.weights.get(at).map_or_else(String::new, |weight| part(words, *weight))
    };
    let row = |(at, id): (usize, &CriterionId)| WeightRow {
        criterion: criterion(words, of.call, id),
        mean: group.mean.get(at).map_or_else(String::new, |weight| part(words, *weight)),
        people: group.people.iter().map(|person| own(person, at)).collect(),
        spread: group.spread.get(at).map_or_else(String::new, spread),
    };
    group.criteria.iter().enumerate().map(row).collect()
}

fn loose(of: Of<'_>, group: &GroupWeights) -> String {
    let people = group.people.iter().enumerate().filter(|(_, person)| !person.consistent);
    let names: Vec<String> = people.map(|(at, _)| person(of, at)).collect();
    if names.is_empty() {
        return String::new();
    }
    of.words.fill("choice.loose", [rule::listed(of.words, &names)])
}
