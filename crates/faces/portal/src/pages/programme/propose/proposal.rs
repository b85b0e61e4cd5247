//! A proposal as it was sent: what is promised, where, when, for how much and on what evidence.

use jiff::civil::Date;
use senne_model::{Geometry, Json};
use senne_programme::{
    AreaId, CallForProjects, Euros, IndicatorId, OrganisationId, PillarId, Programme, Sign, Words as Told,
    rules::{self, Thing, Why, YEARS},
};

use super::costs::{Cost, costs};
use crate::{
    language::Language,
    pages::programme::{
        call::{
            form::{Fault, LINE_MOST, Sent, TEXT_MOST, day, number, whole},
            told::pillars_of,
        },
        place,
    },
    words::{Words, key},
};

/// An effect is not waited for longer.
const RAMP_MOST: u16 = 240;
const PEOPLE_MOST: u64 = 20_000_000;

/// What somebody proposes, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Proposal {
    pub(super) name: Told,
    pub(super) description: Told,
    pub(super) pillar: Option<PillarId>,
    pub(super) owner: Option<OrganisationId>,
    /// An organisation that the programme does not know.
    pub(super) other: Option<String>,
    /// Who may be asked, for those inside.
    pub(super) contact: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) indicator: Option<IndicatorId>,
    pub(super) sign: Option<Sign>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) areas: Vec<AreaId>,
    /// Where exactly, as it was drawn.
    pub(super) place: Option<Geometry>,
    pub(super) starts: Option<Date>,
    pub(super) ends: Option<Date>,
    /// The day from which the effect should be seen.
    pub(super) seen: Option<Date>,
    pub(super) ramp: u16,
    pub(super) population: Option<u64>,
    pub(super) assumptions: Option<String>,
    pub(super) evidence: Option<String>,
    pub(super) grade: Option<u8>,
    pub(super) costs: Vec<Cost>,
}

/// What is read, with what is wrong with it; `missing` is told apart, as a question may be asked of half a proposal.
pub(super) struct Read {
    pub(super) proposal: Proposal,
    pub(super) wrong: Vec<Fault>,
    pub(super) missing: Vec<Fault>,
}

/// Reads a proposal to a call.
pub(super) fn read(words: Words, programme: &Programme, call: &CallForProjects, sent: &Sent) -> Read {
    let mut reader = Reader { words, sent, wrong: Vec::new(), missing: Vec::new() };
    let proposal = Proposal {
        name: reader.spoken("name", LINE_MOST),
        description: reader.spoken("description", TEXT_MOST),
        pillar: reader.known("pillar", |id| {
            pillars_of(programme, call)
                .into_iter()
                .find(|pillar| pillar.id.as_str() == id)
                .map(|one| one.id.clone())
        }),
        owner: known(sent.get("owner"), |id| {
            programme.organisations.get(&OrganisationId::from(id)).map(|organisation| organisation.id.clone())
        }),
        other: reader.line("other", LINE_MOST),
        contact: reader.line("contact", LINE_MOST),
        kind: known(sent.get("kind"), |code| programme.interventions.get(code).map(|kind| kind.code.clone())),
        indicator: reader.known("indicator", |id| {
            programme.indicators.get(&IndicatorId::from(id)).map(|indicator| indicator.id.clone())
        }),
        sign: reader.known("sign", |word| match word {
            "increase" => Some(Sign::Increase),
            "decrease" => Some(Sign::Decrease),
            _ => None,
        }),
        low: reader.size("low"),
        high: reader.size("high"),
        areas: areas(programme, sent),
        place: reader.place("place"),
        starts: reader.day("starts"),
        ends: reader.day("ends"),
        seen: reader.day("seen"),
        ramp: reader
            .whole("ramp", u64::from(RAMP_MOST))
            .and_then(|months| u16::try_from(months).ok())
            .unwrap_or(0),
        population: reader.whole("population", PEOPLE_MOST),
        assumptions: reader.line("assumptions", TEXT_MOST),
        evidence: reader.line("evidence", TEXT_MOST),
        grade: reader.known("grade", |word| word.parse().ok().filter(|grade| (1..=5).contains(grade))),
        costs: costs(words, sent, &mut reader.wrong),
    };
    reader.together(&proposal);
    Read { proposal, wrong: reader.wrong, missing: reader.missing }
}

/// The areas of the programme that were ticked, each once.
fn areas(programme: &Programme, sent: &Sent) -> Vec<AreaId> {
    let mut areas: Vec<AreaId> = sent.all("area").map(AreaId::from).collect();
    areas.retain(|area| programme.areas.contains_key(area));
    areas.sort();
    areas.dedup();
    areas
}

fn known<T>(text: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    if text.is_empty() { None } else { find(text) }
}

struct Reader<'a> {
    words: Words,
    sent: &'a Sent,
    wrong: Vec<Fault>,
    missing: Vec<Fault>,
}

impl Reader<'_> {
    fn lacks(&mut self, field: impl Into<String>, message: &'static str) {
        self.missing.push(Fault::new(field, message));
    }

    /// A text in the languages in which it was written; one is enough.
    fn spoken(&mut self, name: &str, most: usize) -> Told {
        let [fr, nl, en] = Language::ALL.map(|language| self.line(&format!("{name}-{language}"), most));
        let told = Told { fr, nl, en };
        if told == Told::default() {
            let field = format!("{name}-{}", self.words.language);
            self.lacks(field, self.words.t("choice.fault_one_language"));
        }
        told
    }

    /// A text that may be left out.
    fn line(&mut self, name: &str, most: usize) -> Option<String> {
        let text = self.sent.get(name);
        if text.chars().count() > most {
            self.wrong.push(Fault::new(name, self.words.fill("choice.fault_long", [most])));
        }
        Some(text.to_owned()).filter(|text| !text.is_empty())
    }

    /// One of what may be chosen.
    fn known<T>(&mut self, name: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        let found = known(self.sent.get(name), find);
        if found.is_none() {
            self.lacks(name, self.words.t("choice.fault_choose"));
        }
        found
    }

    /// A size above 0.
    fn size(&mut self, name: &str) -> Option<f64> {
        let text = self.sent.get(name);
        let size = number(self.words.language, text).filter(|size| *size > 0.0);
        if text.is_empty() {
            self.lacks(name, self.words.t("choice.fault_size"));
        } else if size.is_none() {
            self.wrong.push(Fault::new(name, self.words.t("choice.fault_size")));
        }
        size
    }

    /// A place on the map, which may be left out.
    fn place(&mut self, name: &str) -> Option<Geometry> {
        let found = place::read(self.words, self.sent.get(name));
        found.unwrap_or_else(|wrong| {
            self.wrong.push(Fault::new(name, wrong));
            None
        })
    }

    fn day(&mut self, name: &str) -> Option<Date> {
        let text = self.sent.get(name);
        let found = day(text);
        if text.is_empty() {
            self.lacks(name, self.words.t("choice.fault_day"));
        } else if found.is_none() {
            self.wrong.push(Fault::new(name, self.words.t("choice.fault_day")));
        }
        found
    }

    /// A whole number that may be left out.
    fn whole(&mut self, name: &str, most: u64) -> Option<u64> {
        let text = self.sent.get(name);
        let found = whole(self.words.language, text).filter(|count| *count <= most);
        if !text.is_empty() && found.is_none() {
            self.wrong.push(Fault::new(name, self.words.fill("choice.fault_whole_most", [most])));
        }
        found
    }

    /// What must fit together.
    fn together(&mut self, proposal: &Proposal) {
        if proposal.owner.is_none() && proposal.other.is_none() {
            self.lacks("owner", self.words.t("choice.fault_owner"));
        }
        if proposal.costs.is_empty() {
            self.lacks("amount1", self.words.t("choice.fault_costs"));
        }
        for (kind, fault) in proposal.contradictions() {
            let (field, message) = match (kind, fault.term) {
                ("Project", "startsOn") => ("starts", key!("choice.fault_day")),
                ("Project", _) => ("ends", key!("choice.fault_ends")),
                (_, "startsOn") => ("seen", key!("choice.fault_seen")),
                _ => ("high", key!("choice.fault_high")),
            };
            let message = match fault.why {
                Why::FarDay => self.words.fill("editing.wrong_far_day", [YEARS.start(), YEARS.end()]),
                _ => self.words.t(message).to_owned(),
            };
            self.wrong.push(Fault::new(field, message));
        }
    }
}

impl Proposal {
    /// What contradicts itself by the rules of programmes, each with the type of the thing.
    fn contradictions(&self) -> Vec<(&'static str, rules::Fault)> {
        let day = |day: Option<Date>| Some(Json::from(day?.to_string()));
        let project = |term: &str| match term {
            "startsOn" => day(self.starts),
            "endsOn" => day(self.ends),
            _ => None,
        };
        let effect = |term: &str| match term {
            "sizeLow" => self.low.map(Json::from),
            "sizeHigh" => self.high.map(Json::from),
            "startsOn" => day(self.seen),
            "refProject" => Some(Json::text("")),
            _ => None,
        };
        let look = |kind: &'static str, says: &dyn Fn(&str) -> Option<Json>| {
            let thing = Thing { kind, says, touched: &|_| true, begins_on: &|_| self.starts };
            thing.contradictions().into_iter().map(move |fault| (kind, fault))
        };
        look("Project", &project).chain(look("ExpectedEffect", &effect)).collect()
    }

    /// What it would cost in all.
    pub(super) fn cost(&self) -> Euros {
        self.costs.iter().map(|cost| cost.planned).sum()
    }
}

#[cfg(test)]
mod tests {
    use senne_programme::{Indicator, Pillar};

    use super::*;

    fn programme() -> (Programme, CallForProjects) {
        let mut programme = Programme::default();
        let pillar = Pillar { id: "urn:p:people".into(), name: Told::default(), order: 1 };
        programme.pillars.insert(pillar.id.clone(), pillar);
        let indicator = Indicator { id: "urn:i:no2".into(), ..Indicator::default() };
        programme.indicators.insert(indicator.id.clone(), indicator);
        programme.areas.insert("urn:a:1".into(), Told::default());
        let call = CallForProjects {
            id: "urn:c:1".into(),
            name: Told::default(),
            opens_on: jiff::civil::date(2026, 1, 1),
            closes_on: jiff::civil::date(2026, 2, 1),
            budget: Euros(500),
            pillars: Vec::new(),
            criteria: Vec::new(),
        };
        (programme, call)
    }

    fn fields(faults: &[Fault]) -> Vec<&str> {
        faults.iter().map(|fault| fault.field.as_str()).collect()
    }

    #[test]
    fn an_empty_form_misses_what_is_needed_and_nothing_is_wrong() {
        let (programme, call) = programme();
        let read = read(Words::new(Language::Nl), &programme, &call, &Sent::default());
        assert!(read.wrong.is_empty());
        let wanted = [
            "name-nl",
            "description-nl",
            "pillar",
            "indicator",
            "sign",
            "low",
            "high",
            "starts",
            "ends",
            "seen",
            "grade",
            "owner",
            "amount1",
        ];
        assert_eq!(fields(&read.missing), wanted);
    }

    #[test]
    fn a_whole_form_is_read() {
        let (programme, call) = programme();
        let sent = Sent::read(
            "name-fr=Rue&description-en=Street&pillar=urn:p:people&other=Wijkraad&indicator=urn:i:no2&sign=decrease&low=0,5\
             &high=2&area=urn:a:1&area=urn:a:1&area=urn:a:9&starts=2027-01-01&ends=2027-12-31&seen=2027-06-01&ramp=6\
             &population=12.000&place=50,85;+4,35&grade=2&year1=2027&source1=region&amount1=10.000",
        );
        let read = read(Words::new(Language::Fr), &programme, &call, &sent);
        assert!(read.wrong.is_empty() && read.missing.is_empty(), "{:?} {:?}", read.wrong, read.missing);
        let proposal = read.proposal;
        assert_eq!(proposal.place.as_ref().and_then(Geometry::as_point), Some((4.35, 50.85)));
        assert_eq!((proposal.low, proposal.high, proposal.ramp), (Some(0.5), Some(2.0), 6));
        assert_eq!(
            (proposal.areas.len(), proposal.population, proposal.cost()),
            (1, Some(12_000), Euros(10_000))
        );
    }

    #[test]
    fn what_does_not_fit_together_is_wrong() {
        let (programme, call) = programme();
        let sent = Sent::read(
            "low=3&high=2&starts=2027-06-01&ends=2027-01-01&seen=2027-01-01&ramp=999&population=x&place=here",
        );
        let read = read(Words::new(Language::En), &programme, &call, &sent);
        assert_eq!(fields(&read.wrong), ["place", "ramp", "population", "ends", "high", "seen"]);
    }
}
