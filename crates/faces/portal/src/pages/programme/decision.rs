//! A decision on a call: what was decided and said, how it came about, and the same computed again.

mod budgets;
pub(super) mod outcome;
mod replayed;
pub(super) mod rule;

use std::sync::Arc;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_model::{ErrorKind, Problem};
use senne_programme::{
    CallCriterion, CallForProjects, DecisionId, DecisionRecord,
    decision::{Decision, DecisionInputs, numbered},
    scoring::PersonWeights,
};

use self::{
    outcome::{Of, Told, told},
    replayed::{Replayed, again},
};
use super::{
    call::told::{Link, method, method_of},
    edit::page::link as edit_link,
    shared::{called, date, last, link, missing, own_view, whole},
};
use crate::{address, format, frame::Frame, visit::Visit, words::Words};

/// So many versions of what was read are shown.
const VERSIONS_SHOWN: usize = 100;
/// Weights nearer than this are the same.
const SAME: f64 = 1e-9;

#[derive(Template)]
#[template(path = "programme/decision.html")]
struct DecisionPage {
    frame: Frame,
    title: String,
    lead: String,
    call: Option<Link>,
    /// Who decided, for those who may see it.
    by: String,
    method: String,
    minutes: Vec<String>,
    outcome: Option<Told>,
    rules: Vec<String>,
    replayed: Option<Replayed>,
    digest: String,
    /// Whether the decision and what is told of it name different digests.
    torn: bool,
    file_hash: String,
    versions: Vec<(String, String)>,
    more_versions: String,
    /// Where its name and minutes are changed; empty for who may not.
    edit: String,
    api: String,
}

/// `GET /{language}/programme/decision/{id}?page=2`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = page(&visit, &id).await;
    visit.answer(page)
}

async fn page(visit: &Visit, id: &str) -> Result<DecisionPage, Problem> {
    let words = visit.w;
    let view = own_view(visit).await?;
    let programme = &view.programme;
    let record = programme
        .decisions
        .get(&DecisionId::from(whole("Decision", id)))
        .ok_or_else(|| missing("decision", id))?;
    let call = record.call.as_ref().and_then(|call| programme.calls.get(call));
    let decision = recorded(visit, record).await?;
    let replayed = match &decision {
        Some(decision) => Some(again(visit, decision).await?),
        None => None,
    };
    let here = visit.frame().here();
    let outcome = decision.as_deref().map(|decision| {
        let people = people(words, call, record, decision, visit.administers());
        told(Of { words, programme, call, decision, people: &people, here: &here })
    });
    let inputs = decision.as_deref().map(|decision| &decision.inputs);
    let (versions, more_versions) = inputs.map(|inputs| versions(words, inputs)).unwrap_or_default();
    let title = called(words, Some(&record.name), record.id.as_str());
    let lead = lead(words, record, outcome.as_ref());
    let digest = decision.as_deref().map(|decision| decision.digest.clone());
    Ok(DecisionPage {
        frame: visit
            .frame()
            .titled(title.clone(), lead.clone())
            .under(words.t("frame.programme"), "/programme")
            .under(words.t("choice.calls"), "/programme/calls")
            .ending(title.clone()),
        call: record.call.as_ref().map(|id| Link {
            name: called(words, call.map(|call| &call.name), id.as_str()),
            link: link(words, "call", id.as_str()),
        }),
        by: rule::listed(words, &record.decided_by),
        method: method_told(words, record, decision.as_deref()),
        minutes: minutes(words, record),
        rules: decision
            .as_deref()
            .map(|decision| rule::all(words, programme, &decision.settings.rules))
            .unwrap_or_default(),
        torn: digest.as_ref().zip(record.digest.as_ref()).is_some_and(|(one, other)| one != other),
        digest: digest.or_else(|| record.digest.clone()).unwrap_or_default(),
        file_hash: record.file_hash.clone().unwrap_or_default(),
        edit: if visit.administers() { edit_link(words, record.id.as_str()) } else { String::new() },
        api: format!("/ngsi-ld/v1/entities/{}", address::segment(record.id.as_str())),
        title,
        lead,
        outcome,
        replayed,
        versions,
        more_versions,
    })
}

/// All that it was computed of; nothing when only its minutes are known.
async fn recorded(visit: &Visit, record: &DecisionRecord) -> Result<Option<Arc<Decision>>, Problem> {
    let programmes = &visit.portal.options.programmes;
    match programmes.decision(&visit.own_context(), &record.id).await {
        Err(problem) if problem.kind == ErrorKind::NotFound => Ok(None),
        found => found,
    }
}

/// What people are called: by role, and by name as well for those inside. Decisions of before may tell persons by name alone: others
/// see those by number. A single opinion that is the announced one is that of the call.
fn people(
    words: Words,
    call: Option<&CallForProjects>,
    record: &DecisionRecord,
    decision: &Decision,
    inside: bool,
) -> Vec<String> {
    let people = &decision.outcome.weights.people;
    if let ([only], Some(call)) = (people.as_slice(), call)
        && is_announced(call, &only.weights)
    {
        return vec![words.t("choice.announced").to_owned()];
    }
    let one = |(at, one): (usize, &PersonWeights)| {
        let told = decision.inputs.by_role || inside;
        let name = record.evaluators.get(&one.person).filter(|_| inside);
        voice(words, at, Some(one.person.as_str()).filter(|_| told), name.map(String::as_str))
    };
    people.iter().enumerate().map(one).collect()
}

/// Somebody by role where it may be told, else by number; the name behind it.
fn voice(words: Words, at: usize, role: Option<&str>, name: Option<&str>) -> String {
    let number = || words.fill("choice.person", [format::amount(words.language, at as u64 + 1)]);
    let role = role.filter(|role| *role != numbered(at)).map_or_else(number, str::to_owned);
    match name {
        Some(name) => format!("{role} ({name})"),
        None => role,
    }
}

fn is_announced(call: &CallForProjects, weights: &[f64]) -> bool {
    let sum: f64 = call.criteria.iter().map(|criterion| criterion.weight).sum();
    let near = |(criterion, weight): (&CallCriterion, &f64)| (criterion.weight / sum - weight).abs() < SAME;
    sum > 0.0 && weights.len() == call.criteria.len() && call.criteria.iter().zip(weights).all(near)
}

fn lead(words: Words, record: &DecisionRecord, outcome: Option<&Told>) -> String {
    let when = match record.decided_on {
        Some(day) => words.fill("choice.decided_on", [date(words, day)]),
        None => words.t("choice.decided_once").to_owned(),
    };
    match outcome {
        Some(outcome) => format!("{when} {}", outcome.finding),
        None => when,
    }
}

fn method_told(words: Words, record: &DecisionRecord, decision: Option<&Decision>) -> String {
    if let Some(decision) = decision {
        return method(words, decision.settings.way.method).to_owned();
    }
    let word = record.method.as_deref().unwrap_or_default();
    method_of(word).map_or_else(|| word.to_owned(), |known| method(words, known).to_owned())
}

fn minutes(words: Words, record: &DecisionRecord) -> Vec<String> {
    let text = record.minutes.get(words.language.code()).unwrap_or_default();
    text.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

fn versions(words: Words, inputs: &DecisionInputs) -> (Vec<(String, String)>, String) {
    let number = |number: u64| format::amount(words.language, number);
    let shown = inputs.versions.iter().take(VERSIONS_SHOWN);
    let shown = shown.map(|(id, version)| (last(id).to_owned(), number(*version))).collect();
    let more = inputs.versions.len().saturating_sub(VERSIONS_SHOWN);
    let more = if more == 0 { String::new() } else { words.count("choice.more_versions", more as u64) };
    (shown, more)
}

#[cfg(test)]
mod tests {
    use senne_programme::{Direction, Euros, Words as Told};

    use super::*;

    #[test]
    fn people_are_told_by_role_or_number() {
        let words = Words::new(crate::language::Language::Nl);
        assert_eq!(voice(words, 0, Some("bewoners"), None), "bewoners");
        assert_eq!(voice(words, 0, Some("bewoners"), Some("Ada")), "bewoners (Ada)");
        assert_eq!(voice(words, 1, Some("evaluator 2"), None), "Persoon 2");
        assert_eq!(voice(words, 1, None, None), "Persoon 2");
    }

    #[test]
    fn the_announced_weights_are_known_again() {
        let criterion = |id: &str, weight| CallCriterion {
            id: id.into(),
            name: Told::default(),
            direction: Direction::Higher,
            weight,
        };
        let call = CallForProjects {
            id: "c".into(),
            name: Told::default(),
            opens_on: jiff::civil::date(2026, 1, 1),
            closes_on: jiff::civil::date(2026, 2, 1),
            budget: Euros(1),
            pillars: Vec::new(),
            criteria: vec![criterion("a", 3.0), criterion("b", 1.0)],
        };
        assert!(is_announced(&call, &[0.75, 0.25]));
        assert!(!is_announced(&call, &[0.5, 0.5]) && !is_announced(&call, &[1.0]));
    }
}
