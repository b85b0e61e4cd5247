//! The form of a choice: nothing that was typed is lost.

use senne_programme::{CallCriterion, Pillar, Project, scoring::Method};

use super::{
    asked::{PAIRS, PEOPLE, floor_names, pair_names, way_name, weight_name},
    offer::Offer,
};
use crate::{
    pages::programme::{
        call::{
            form::{Choice, Fault, Field, Sent},
            told::{criterion, method, method_word, money, part, source},
        },
        shared::{called, last},
    },
    words::Words,
};

/// All fields of the form.
pub(super) struct Entry {
    /// What people are called.
    pub(super) people: Vec<String>,
    /// How each person says it.
    pub(super) ways: Vec<Field>,
    pub(super) criteria: Vec<Line>,
    pub(super) rules: Vec<Field>,
    pub(super) pillars: Vec<Line>,
    pub(super) exclusions: Vec<Pair>,
    pub(super) needs: Vec<Pair>,
}

/// A row of fields in a table.
pub(super) struct Line {
    pub(super) label: String,
    /// What the call announced; empty where there is nothing.
    pub(super) announced: String,
    pub(super) fields: Vec<Field>,
}

/// Two projects.
pub(super) struct Pair {
    pub(super) fields: Vec<Field>,
}

/// The form as it was sent.
pub(super) fn entry(words: Words, offer: &Offer<'_>, sent: &Sent, faults: &[Fault]) -> Entry {
    let projects = projects(words, offer);
    let pairs = |kind: &str, labels: [&str; 2]| -> Vec<Pair> {
        (1..=PAIRS).map(|pair| one_pair(words, sent, faults, &projects, (kind, pair), labels)).collect()
    };
    Entry {
        people: (1..=PEOPLE).map(|person| words.fill("choice.person", [person])).collect(),
        ways: (1..=PEOPLE).map(|person| way(words, sent, faults, person)).collect(),
        criteria: criteria(words, offer, sent, faults),
        rules: rules(words, offer, sent, faults),
        pillars: offer.pillars.iter().map(|pillar| floors(words, sent, faults, pillar)).collect(),
        exclusions: pairs("not", [words.t("choice.not_one"), words.t("choice.not_other")]),
        needs: pairs("need", [words.t("choice.need_one"), words.t("choice.need_other")]),
    }
}

fn way(words: Words, sent: &Sent, faults: &[Fault], person: usize) -> Field {
    let label = words.fill("choice.way", [person]);
    let ways = [("points", words.t("choice.way_points")), ("swing", words.t("choice.way_swing"))];
    let ways = ways.map(|(value, label)| (value.to_owned(), label.to_owned()));
    Field::of(sent, faults, &way_name(person), label).among(ways)
}

fn criteria(words: Words, offer: &Offer<'_>, sent: &Sent, faults: &[Fault]) -> Vec<Line> {
    let sum: f64 = offer.call.criteria.iter().map(|one| one.weight).sum();
    let line = |one: &CallCriterion| {
        let label = criterion(words, Some(offer.call), &one.id);
        let field = |person: usize| {
            let own = words.fill("choice.weight_of", [label.clone(), person.to_string()]);
            Field::of(sent, faults, &weight_name(person, &one.id), own).decimal()
        };
        Line {
            announced: if sum > 0.0 { part(words, one.weight / sum) } else { String::new() },
            fields: (1..=PEOPLE).map(field).collect(),
            label,
        }
    };
    offer.call.criteria.iter().map(line).collect()
}

/// Method, budget, source, risk.
fn rules(words: Words, offer: &Offer<'_>, sent: &Sent, faults: &[Fault]) -> Vec<Field> {
    let methods = Method::ALL.map(|one| (method_word(one).to_owned(), method(words, one).to_owned()));
    let everything = (String::new(), words.t("choice.source_all").to_owned());
    let sources = offer.sources.iter().map(|one| (one.clone(), source(words, one)));
    let sources: Vec<(String, String)> = std::iter::once(everything).chain(sources).collect();
    let mut from = Field::of(sent, faults, "source", words.t("choice.budget_source"));
    if !sent.has("source") {
        offer.own_source().clone_into(&mut from.value);
    }
    vec![
        Field::of(sent, faults, "method", words.t("choice.method"))
            .hinted(words.t("choice.method_hint"))
            .among(methods),
        Field::of(sent, faults, "budget", words.t("choice.budget_field"))
            .hinted(words.fill("choice.budget_hint", [money(words, offer.call.budget)]))
            .decimal(),
        from.among(sources),
        Field::of(sent, faults, "risk", words.t("choice.risk_field"))
            .hinted(words.t("choice.risk_hint"))
            .numeric(),
    ]
}

fn floors(words: Words, sent: &Sent, faults: &[Fault], pillar: &Pillar) -> Line {
    let label = called(words, Some(&pillar.name), pillar.id.as_str());
    let [share, count] = floor_names(pillar.id.as_str());
    let fields = vec![
        Field::of(sent, faults, &share, words.fill("choice.floor_share_of", [&label])).decimal(),
        Field::of(sent, faults, &count, words.fill("choice.floor_count_of", [&label])).numeric(),
    ];
    Line { label, announced: String::new(), fields }
}

/// The projects by the last part of their identifiers, by name.
fn projects(words: Words, offer: &Offer<'_>) -> Vec<(String, String)> {
    let named = |project: &&Project| {
        let id = project.id.as_str();
        (last(id).to_owned(), called(words, Some(&project.name), id))
    };
    let mut projects: Vec<(String, String)> = offer.scored.iter().map(named).collect();
    projects.sort_by_cached_key(|(_, name)| name.to_lowercase());
    projects.insert(0, (String::new(), words.t("choice.no_project").to_owned()));
    projects
}

fn one_pair(
    words: Words,
    sent: &Sent,
    faults: &[Fault],
    projects: &[(String, String)],
    (kind, pair): (&str, usize),
    labels: [&str; 2],
) -> Pair {
    let field = |(name, label): (&String, &str)| {
        let label = words.fill("choice.pair_label", [label, &pair.to_string()]);
        Field::of(sent, faults, name, label).among(projects.iter().cloned())
    };
    Pair { fields: pair_names(kind, pair).iter().zip(labels).map(field).collect() }
}

/// Whether anything of a field is chosen that differs from its first choice.
pub(super) fn is_set(choices: &[Choice]) -> bool {
    choices.iter().skip(1).any(|choice| choice.chosen)
}

impl Entry {
    /// All fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = &Field> + Clone {
        let lines = self.criteria.iter().chain(&self.pillars).flat_map(|line| &line.fields);
        let pairs = self.exclusions.iter().chain(&self.needs).flat_map(|pair| &pair.fields);
        self.ways.iter().chain(&self.rules).chain(lines).chain(pairs)
    }

    /// Whether a rule beyond the budget is asked for, so that its part of the form is shown open.
    pub(super) fn has_rules(&self) -> bool {
        let filled = |field: &Field| !field.value.is_empty();
        let pairs = self.exclusions.iter().chain(&self.needs).flat_map(|pair| &pair.fields);
        self.pillars.iter().flat_map(|line| &line.fields).any(filled)
            || pairs.into_iter().any(|field| is_set(&field.choices))
    }
}
