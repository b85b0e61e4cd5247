//! What the pages of calls and decisions say in common: names, money, states, where a call stands.

use jiff::civil::Date;
use senne_programme::{
    CallForProjects, CallId, CriterionId, Euros, IndicatorId, Pillar, PillarId, Programme, ProjectId,
    ProjectState,
    says::{Language as Spoken, euros, share},
    scoring::Method,
};

use crate::{
    pages::programme::shared::{called, date, last, link},
    words::{Words, key},
};

/// A name that leads somewhere; nowhere when the address is empty.
pub(crate) struct Link {
    pub(crate) name: String,
    pub(crate) link: String,
}

/// Where a call stands, in the order in which calls are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Projects are taken today.
    Open,
    /// Its first day is still to come.
    Coming,
    /// Its last day is over, and nothing was decided.
    Waiting,
    /// Its last day is over, and something was decided.
    Decided,
}

/// Where a call stands on a day.
pub(crate) fn stage(programme: &Programme, call: &CallForProjects, today: Date) -> Stage {
    let decided = programme.links.decisions_by_call.get(&call.id).is_some_and(|all| !all.is_empty());
    match today {
        today if today < call.opens_on => Stage::Coming,
        today if today <= call.closes_on => Stage::Open,
        _ if decided => Stage::Decided,
        _ => Stage::Waiting,
    }
}

/// When a call is open, or was, in one sentence.
pub(crate) fn when(words: Words, programme: &Programme, call: &CallForProjects, stage: Stage) -> String {
    let [opens, closes] = [call.opens_on, call.closes_on].map(|day| date(words, day));
    match stage {
        Stage::Open => words.fill("choice.open_until", [closes]),
        Stage::Coming => words.fill("choice.opens_from", [opens, closes]),
        Stage::Waiting => words.fill("choice.closed_waiting", [closes]),
        Stage::Decided => match first_decision(programme, &call.id) {
            Some(day) => words.fill("choice.closed_decided", [closes, date(words, day)]),
            None => words.fill("choice.closed_decided_once", [closes]),
        },
    }
}

fn first_decision(programme: &Programme, call: &CallId) -> Option<Date> {
    let ids = programme.links.decisions_by_call.get(call)?;
    ids.iter().filter_map(|id| programme.decisions.get(id)?.decided_on).min()
}

/// How many days are left, today not counted; nothing for a call that is not open.
pub(crate) fn days_left(words: Words, call: &CallForProjects, stage: Stage, today: Date) -> String {
    let days = today.duration_until(call.closes_on).as_hours() / 24;
    match (stage, u64::try_from(days)) {
        (Stage::Open, Ok(0)) => words.t("choice.last_day").to_owned(),
        (Stage::Open, Ok(days)) => words.count("choice.days_left", days),
        _ => String::new(),
    }
}

/// An amount as a reader writes it.
pub(crate) fn money(words: Words, amount: Euros) -> String {
    euros(Spoken::of(words.language.code()), amount)
}

/// A part, 0 to 1, as a percentage.
pub(crate) fn part(words: Words, part: f64) -> String {
    share(Spoken::of(words.language.code()), part)
}

/// How far a project has come, in a word.
pub(crate) fn state(words: Words, state: ProjectState) -> &'static str {
    words.t(match state {
        ProjectState::Proposed => key!("choice.state_proposed"),
        ProjectState::Chosen => key!("choice.state_chosen"),
        ProjectState::Running => key!("choice.state_running"),
        ProjectState::Finished => key!("choice.state_finished"),
        ProjectState::Stopped => key!("choice.state_stopped"),
        ProjectState::Rejected => key!("choice.state_rejected"),
    })
}

/// Where money comes from; as it is written when it is none of the usual sources.
pub(crate) fn source(words: Words, source: &str) -> String {
    let known = match source {
        "region" => key!("choice.source_region"),
        "commune" => key!("choice.source_commune"),
        "europe" => key!("choice.source_europe"),
        "federal" => key!("choice.source_federal"),
        "partner" => key!("choice.source_partner"),
        other => return other.to_owned(),
    };
    words.t(known).to_owned()
}

/// What a method is called.
pub(crate) fn method(words: Words, method: Method) -> &'static str {
    words.t(match method {
        Method::WeightedSum => key!("choice.method_sum"),
        Method::Topsis => key!("choice.method_topsis"),
        Method::Vikor => key!("choice.method_vikor"),
        Method::PrometheeTwo => key!("choice.method_promethee"),
        Method::Spotis => key!("choice.method_spotis"),
        Method::Smaa => key!("choice.method_smaa"),
    })
}

/// A method by its word in addresses and records.
pub(crate) fn method_of(word: &str) -> Option<Method> {
    Method::ALL.into_iter().find(|method| method_word(*method) == word)
}

/// The word of a method in addresses and records.
pub(crate) fn method_word(method: Method) -> &'static str {
    match method {
        Method::WeightedSum => "weightedSum",
        Method::Topsis => "topsis",
        Method::Vikor => "vikor",
        Method::PrometheeTwo => "prometheeTwo",
        Method::Spotis => "spotis",
        Method::Smaa => "smaa",
    }
}

/// What a criterion is called.
pub(crate) fn criterion(words: Words, call: Option<&CallForProjects>, id: &CriterionId) -> String {
    let found = call.and_then(|call| call.criteria.iter().find(|criterion| criterion.id == *id));
    called(words, found.map(|criterion| &criterion.name), id.as_str())
}

/// What a project is called.
pub(crate) fn project(words: Words, programme: &Programme, id: &ProjectId) -> String {
    called(words, programme.projects.get(id).map(|project| &project.name), id.as_str())
}

/// What a pillar is called.
pub(crate) fn pillar(words: Words, programme: &Programme, id: &PillarId) -> String {
    called(words, programme.pillars.get(id).map(|pillar| &pillar.name), id.as_str())
}

/// What an indicator is called.
pub(crate) fn indicator(words: Words, programme: &Programme, id: &IndicatorId) -> String {
    called(words, programme.indicators.get(id).map(|indicator| &indicator.name), id.as_str())
}

/// What a kind of intervention is called.
pub(crate) fn kind(words: Words, programme: &Programme, code: &str) -> String {
    called(words, programme.interventions.get(code).map(|kind| &kind.name), last(code))
}

/// The pillars of a call, with their pages; all of the programme when it names none.
pub(crate) fn pillars(words: Words, programme: &Programme, call: &CallForProjects) -> Vec<Link> {
    let link = |pillar: &Pillar| Link {
        name: called(words, Some(&pillar.name), pillar.id.as_str()),
        link: link(words, "pillar", pillar.id.as_str()),
    };
    pillars_of(programme, call).into_iter().map(link).collect()
}

/// The pillars of a call as people count them; all of the programme when it names none.
pub(crate) fn pillars_of<'a>(programme: &'a Programme, call: &CallForProjects) -> Vec<&'a Pillar> {
    let mut pillars = programme.pillars_in_order();
    pillars.retain(|pillar| call.pillars.is_empty() || call.pillars.contains(&pillar.id));
    pillars
}

/// The description of anything, in the language of the visit; empty when there is none.
pub(crate) fn described(words: Words, programme: &Programme, id: &str) -> String {
    let text = programme.descriptions.get(id).and_then(|text| text.get(words.language.code()));
    text.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;
    use senne_programme::Words as Told;

    use super::*;

    #[test]
    fn a_call_stands_where_its_days_say() {
        let call = CallForProjects {
            id: "c".into(),
            name: Told::default(),
            opens_on: day(2026, 10, 5),
            closes_on: day(2027, 1, 29),
            budget: Euros(1),
            pillars: Vec::new(),
            criteria: Vec::new(),
        };
        let mut programme = Programme::default();
        let at = |programme: &Programme, today| stage(programme, &call, today);
        assert_eq!(at(&programme, day(2026, 10, 4)), Stage::Coming);
        assert_eq!(at(&programme, day(2026, 10, 5)), Stage::Open);
        assert_eq!(at(&programme, day(2027, 1, 29)), Stage::Open);
        assert_eq!(at(&programme, day(2027, 1, 30)), Stage::Waiting);
        programme.links.decisions_by_call.insert("c".into(), vec!["d".into()]);
        assert_eq!(at(&programme, day(2027, 1, 30)), Stage::Decided);
    }

    #[test]
    fn methods_are_read_back() {
        for method in Method::ALL {
            assert_eq!(method_of(method_word(method)), Some(method));
            let recorded = serde_json::to_value(method).unwrap();
            assert_eq!(recorded.as_str(), Some(method_word(method)));
        }
    }
}
