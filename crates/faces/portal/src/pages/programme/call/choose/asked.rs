//! What somebody asks of a choice: weights, method, and the rules that it must keep to.

use std::collections::BTreeMap;

use senne_programme::{
    BasisPoints, CallCriterion, CriterionId, Euros, Project, ProjectId,
    decision::{DecisionSettings, WayOfChoice},
    scoring::{Elicitation, Method, Opinion, WeightSamples},
    selection::{Budget, Exclusion, Needs, PillarFloor, PillarMinimum, Rules},
};

use super::offer::Offer;
use crate::{
    pages::programme::{
        call::{
            form::{Fault, Sent, number, whole},
            told::method_of,
        },
        shared::last,
    },
    words::Words,
};

/// So many people say what they hold to be important.
pub(super) const PEOPLE: usize = 3;
/// So many pairs of projects may shut each other out, and so many may need each other.
pub(super) const PAIRS: usize = 3;
/// Draws of weights times projects: so much is waited for.
const DRAWS_TIMES_PROJECTS: usize = 10_000;
/// The greatest swing, which the others stand beside.
const SWING: f64 = 100.0;

/// What is asked, as far as it could be read.
pub(super) struct Asked {
    /// The number of each person who said something, and what.
    pub(super) said: Vec<(usize, Elicitation)>,
    /// What the call announced.
    pub(super) announced: Elicitation,
    pub(super) settings: DecisionSettings,
    /// The budget that the rules hold.
    pub(super) budget: Budget,
    pub(super) faults: Vec<Fault>,
}

/// The name of the weight that a person gives to a criterion.
pub(super) fn weight_name(person: usize, criterion: &CriterionId) -> String {
    format!("w{person}-{criterion}")
}

/// The name of how a person says it.
pub(super) fn way_name(person: usize) -> String {
    format!("way{person}")
}

/// The names of both sides of a pair of projects: `not` for those that shut each other out, `need` for those that need each other.
pub(super) fn pair_names(kind: &str, pair: usize) -> [String; 2] {
    [format!("{kind}{pair}-one"), format!("{kind}{pair}-other")]
}

/// The names of what a pillar gets at least: a part of the money, a number of projects.
pub(super) fn floor_names(pillar: &str) -> [String; 2] {
    [format!("share-{}", last(pillar)), format!("count-{}", last(pillar))]
}

/// Reads what is asked; what is wrong is named and left out.
pub(super) fn read(words: Words, offer: &Offer<'_>, sent: &Sent) -> Asked {
    let mut faults = Vec::new();
    let people = (1..=PEOPLE)
        .filter_map(|person| said(words, offer, sent, person, &mut faults).map(|said| (person, said)));
    let people: Vec<(usize, Elicitation)> = people.collect();
    let budget = budget(words, offer, sent, &mut faults);
    let rules = Rules {
        budgets: vec![budget.clone()],
        needs: pairs(words, offer, sent, "need", &mut faults)
            .into_iter()
            .map(|(project, needed)| Needs { project, needed })
            .collect(),
        exclusions: pairs(words, offer, sent, "not", &mut faults)
            .into_iter()
            .map(|(one, other)| Exclusion { projects: [one, other].into(), at_most: 1 })
            .collect(),
        pillars: floors(words, offer, sent, &mut faults),
        risk_most: optional(
            sent.get("risk"),
            |text| whole(words.language, text),
            || {
                faults.push(Fault::new("risk", words.t("choice.fault_whole")));
            },
        ),
        ..Rules::default()
    };
    // The mixtures of a single opinion are that opinion: then all weights are tried.
    let samples_of = if people.len() > 1 { WeightSamples::Mixtures } else { WeightSamples::Any };
    let method = method_of(sent.get("method")).unwrap_or(Method::WeightedSum);
    let way =
        WayOfChoice { method, samples_of, samples: samples(offer.scored.len()), ..WayOfChoice::default() };
    let weight = |criterion: &CallCriterion| (criterion.id.clone(), criterion.weight);
    Asked {
        said: people,
        announced: Elicitation::Points(offer.call.criteria.iter().map(weight).collect()),
        settings: DecisionSettings { rules, way },
        budget,
        faults,
    }
}

/// Fewer draws where each takes longer.
fn samples(projects: usize) -> u32 {
    let draws = DRAWS_TIMES_PROJECTS / projects.max(1);
    u32::try_from(draws).unwrap_or(u32::MAX).clamp(50, WayOfChoice::default().samples)
}

impl Asked {
    /// The opinions by the names of people, `name` of each number; none when the announced weights count.
    pub(super) fn opinions(&self, name: impl Fn(usize) -> String) -> Vec<Opinion> {
        let opinion =
            |(person, said): &(usize, Elicitation)| Opinion { person: name(*person), said: said.clone() };
        self.said.iter().map(opinion).collect()
    }
}

/// What is read of an entry; nothing when it is empty, and `wrong` is told when it cannot be read.
fn optional<T>(text: &str, read: impl Fn(&str) -> Option<T>, wrong: impl FnOnce()) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    let found = read(text);
    if found.is_none() {
        wrong();
    }
    found
}

/// What a person holds to be important; nothing when every field is empty. An empty field beside full ones counts nothing.
fn said(
    words: Words,
    offer: &Offer<'_>,
    sent: &Sent,
    person: usize,
    faults: &mut Vec<Fault>,
) -> Option<Elicitation> {
    let mut weights: BTreeMap<CriterionId, f64> = BTreeMap::new();
    let mut some = false;
    for criterion in &offer.call.criteria {
        let name = weight_name(person, &criterion.id);
        let text = sent.get(&name);
        some |= !text.is_empty();
        let weight = if text.is_empty() { Some(0.0) } else { number(words.language, text) };
        match weight.filter(|weight| *weight >= 0.0) {
            Some(weight) => {
                weights.insert(criterion.id.clone(), weight);
            }
            None => faults.push(Fault::new(name, words.t("choice.fault_weight"))),
        }
    }
    if !some {
        return None;
    }
    let first = || {
        offer.call.criteria.first().map(|criterion| weight_name(person, &criterion.id)).unwrap_or_default()
    };
    let most = weights.values().copied().fold(0.0, f64::max);
    if weights.len() < offer.call.criteria.len() {
        return None;
    }
    if most <= 0.0 {
        faults.push(Fault::new(first(), words.t("choice.fault_all_zero")));
        return None;
    }
    if sent.get(&way_name(person)) != "swing" {
        return Some(Elicitation::Points(weights));
    }
    if (most - SWING).abs() > 1e-9 {
        faults.push(Fault::new(first(), words.t("choice.fault_swing")));
        return None;
    }
    Some(Elicitation::Swings(weights))
}

/// The budget of the call where nobody says another.
fn budget(words: Words, offer: &Offer<'_>, sent: &Sent, faults: &mut Vec<Fault>) -> Budget {
    let read = |text: &str| number(words.language, text).filter(|x| *x >= 0.0).and_then(Euros::nearest);
    let ceiling = optional(sent.get("budget"), read, || {
        faults.push(Fault::new("budget", words.t("choice.fault_money")));
    });
    let source = if sent.has("source") { sent.get("source") } else { offer.own_source() };
    let source = offer.sources.iter().find(|known| *known == source).cloned();
    Budget { source, year: None, ceiling: ceiling.unwrap_or(offer.call.budget) }
}

fn floors(words: Words, offer: &Offer<'_>, sent: &Sent, faults: &mut Vec<Fault>) -> Vec<PillarFloor> {
    let share = |text: &str| {
        let percent = number(words.language, text).filter(|part| (0.0..=100.0).contains(part))?;
        Some(BasisPoints((percent * 100.0).round() as u16))
    };
    let count = |text: &str| whole(words.language, text).and_then(|count| u32::try_from(count).ok());
    let mut floors = Vec::new();
    for pillar in &offer.pillars {
        let [share_name, count_name] = floor_names(pillar.id.as_str());
        let money = optional(sent.get(&share_name), share, || {
            faults.push(Fault::new(share_name.clone(), words.t("choice.fault_percent")));
        });
        let projects = optional(sent.get(&count_name), count, || {
            faults.push(Fault::new(count_name.clone(), words.t("choice.fault_whole")));
        });
        let money = money.filter(|part| part.0 > 0).map(PillarMinimum::MoneyShare);
        let projects = projects.filter(|count| *count > 0).map(PillarMinimum::Count);
        let floor = |minimum| PillarFloor { pillar: pillar.id.clone(), minimum };
        floors.extend([money, projects].into_iter().flatten().map(floor));
    }
    floors
}

/// Pairs of two different projects of the offer.
fn pairs(
    words: Words,
    offer: &Offer<'_>,
    sent: &Sent,
    kind: &str,
    faults: &mut Vec<Fault>,
) -> Vec<(ProjectId, ProjectId)> {
    let mut pairs = Vec::new();
    for pair in 1..=PAIRS {
        let names = pair_names(kind, pair);
        let [one, other] = [&names[0], &names[1]].map(|name| sent.get(name));
        if one.is_empty() && other.is_empty() {
            continue;
        }
        let found: [Option<&Project>; 2] = [one, other].map(|short| offer.project(short));
        match found {
            [Some(one), Some(other)] if one.id != other.id => pairs.push((one.id.clone(), other.id.clone())),
            _ => faults.push(Fault::new(names[0].clone(), words.t("choice.fault_pair"))),
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use senne_programme::{CallForProjects, Direction, Pillar, Programme, Words as Told};

    use super::*;
    use crate::language::Language;

    fn call() -> CallForProjects {
        let criterion = |id: &str, weight| CallCriterion {
            id: id.into(),
            name: Told::default(),
            direction: Direction::Higher,
            weight,
        };
        CallForProjects {
            id: "urn:ngsi-ld:CallForProjects:c".into(),
            name: Told::default(),
            opens_on: jiff::civil::date(2026, 1, 1),
            closes_on: jiff::civil::date(2026, 2, 1),
            budget: Euros(500),
            pillars: Vec::new(),
            criteria: vec![criterion("effect", 0.7), criterion("risk", 0.3)],
        }
    }

    fn programme(call: &CallForProjects) -> Programme {
        let mut programme = Programme::default();
        for (id, scores) in [("a", 2), ("b", 2), ("c", 1)] {
            let id = ProjectId::new(format!("urn:ngsi-ld:Project:{id}"));
            let scores = call.criteria.iter().take(scores).map(|one| (one.id.clone(), 5.0)).collect();
            let project =
                Project { id: id.clone(), call: Some(call.id.clone()), scores, ..Project::default() };
            programme.projects.insert(id.clone(), project);
            programme.links.projects_by_call.entry(call.id.clone()).or_default().push(id);
        }
        let pillar = Pillar { id: "urn:ngsi-ld:Pillar:people".into(), name: Told::default(), order: 1 };
        programme.pillars.insert(pillar.id.clone(), pillar);
        programme
    }

    fn asked(query: &str) -> Asked {
        let call = call();
        let programme = programme(&call);
        let offer = Offer::of(&programme, &call);
        assert_eq!((offer.scored.len(), offer.unscored), (2, 1));
        read(Words::new(Language::Fr), &offer, &Sent::read(query))
    }

    #[test]
    fn nothing_asked_is_what_the_call_announced() {
        let asked = asked("");
        assert!(
            asked.faults.is_empty() && asked.said.is_empty() && asked.opinions(|_| String::new()).is_empty()
        );
        assert_eq!(asked.budget, Budget { source: None, year: None, ceiling: Euros(500) });
        assert_eq!(asked.settings.way.samples_of, WeightSamples::Any);
    }

    #[test]
    fn what_is_asked_is_read() {
        let asked = asked(
            "w1-effect=2,5&w1-risk=&way2=swing&w2-effect=100&w2-risk=40&budget=1.000&method=vikor&share-people=12,5&count-people=1\
             &not1-one=a&not1-other=b&risk=30",
        );
        assert!(asked.faults.is_empty(), "{:?}", asked.faults);
        assert_eq!(asked.said.len(), 2);
        let effect = CriterionId::from("effect");
        assert!(matches!(&asked.said[0].1, Elicitation::Points(points) if points.get(&effect) == Some(&2.5)));
        assert!(matches!(asked.said[1], (2, Elicitation::Swings(_))));
        let rules = &asked.settings.rules;
        assert_eq!((asked.budget.ceiling, rules.risk_most), (Euros(1000), Some(30)));
        assert_eq!((rules.pillars.len(), rules.exclusions.len(), rules.needs.len()), (2, 1, 0));
        assert_eq!(asked.settings.way.method, Method::Vikor);
    }

    #[test]
    fn many_projects_have_fewer_draws() {
        assert_eq!([0, 10, 50, 100, 200, 5_000].map(samples), [200, 200, 200, 100, 50, 50]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let asked = asked(
            "w1-effect=much&way2=swing&w2-effect=60&w3-effect=0&budget=-1&share-people=120&count-people=1,5&need1-one=a&need2-one=a\
             &need2-other=a&risk=x&method=dice&not1-one=c&not1-other=a",
        );
        let fields: Vec<&str> = asked.faults.iter().map(|fault| fault.field.as_str()).collect();
        let wanted = [
            "w1-effect",
            "w2-effect",
            "w3-effect",
            "budget",
            "need1-one",
            "need2-one",
            "not1-one",
            "share-people",
            "count-people",
            "risk",
        ];
        assert_eq!(fields, wanted);
        assert_eq!(asked.settings.way.method, Method::WeightedSum);
        assert!(asked.said.is_empty());
    }
}
