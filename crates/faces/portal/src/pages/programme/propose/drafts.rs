//! A proposal as drafts: the project, what it should change, and a line for each part of its money.

use jiff::civil::Date;
use senne_model::{Geometry, Json};
use senne_programme::{CallForProjects, Draft, DraftId, DraftState, Sign, Words as Told};

use super::proposal::Proposal;
use crate::{pages::programme::shared::last, words::Words};

/// So many characters of a name stand in an identifier.
const SLUG_MOST: usize = 48;
/// So many letters set apart proposals of one name.
const MARK: usize = 6;

/// What sets apart proposals of one name, from the moment at which the form was opened.
pub(super) fn mark(micros: i64) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut rest = micros.unsigned_abs();
    let mut mark = String::with_capacity(MARK);
    for _ in 0..MARK {
        let letter = LETTERS.get((rest % 32) as usize).copied().unwrap_or(b'a');
        mark.push(char::from(letter));
        rest /= 32;
    }
    mark
}

/// The mark that came with a form, when it is one.
pub(super) fn is_mark(text: &str) -> bool {
    text.len() == MARK && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// The name of a proposal in identifiers: `benches-and-shade-k3f9ab`.
pub(super) fn slug(name: &Told, mark: &str) -> String {
    let name = name.get("en").unwrap_or_default();
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            "" if !slug.ends_with('-') && !slug.is_empty() => slug.push('-'),
            "" => {}
            plain => slug.push_str(plain),
        }
        if slug.len() >= SLUG_MOST {
            break;
        }
    }
    format!("{}-{mark}", if slug.is_empty() { "project" } else { slug.trim_end_matches('-') })
}

/// A letter without its accent; nothing for what is no letter or digit of ASCII.
fn plain(letter: char) -> &'static str {
    const ASCII: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    const FOLDED: [(&str, &str); 8] = [
        ("àâáäã", "a"),
        ("ç", "c"),
        ("éèêë", "e"),
        ("îïíì", "i"),
        ("ôöóòõ", "o"),
        ("ûüùú", "u"),
        ("œ", "oe"),
        ("ñ", "n"),
    ];
    if let Some(at) = ASCII.find(letter) {
        return ASCII.get(at..=at).unwrap_or_default();
    }
    FOLDED.iter().find(|(letters, _)| letters.contains(letter)).map_or("", |(_, plain)| plain)
}

/// The drafts of a proposal, that of the project first, to which the others belong; all wait for somebody to look at them.
pub(super) fn drafts(
    words: Words,
    call: &CallForProjects,
    proposal: &Proposal,
    slug: &str,
    today: Date,
) -> Vec<Draft> {
    let first = DraftId::new(format!("urn:ngsi-ld:Draft:{slug}"));
    let draft = |part: &str, about: String, kind: &str, content: Json| Draft {
        id: DraftId::new(format!("{first}{part}")),
        part_of: (!part.is_empty()).then(|| first.clone()),
        about,
        kind: kind.to_owned(),
        content,
        state: DraftState::Review,
        author: proposal.contact.clone(),
        reviewer: None,
        note: proposal.other.as_ref().map(|other| words.fill("choice.note_other", [other])),
        changed_on: Some(today),
    };
    let project = format!("urn:ngsi-ld:Project:{slug}");
    let mut drafts = vec![draft("", project.clone(), "Project", project_content(call, proposal))];
    if let Some(content) = effect_content(words, proposal, &project) {
        let indicator = proposal.indicator.as_ref().map(|id| last(id.as_str())).unwrap_or_default();
        let about = format!("urn:ngsi-ld:ExpectedEffect:{slug}-{indicator}");
        drafts.push(draft("-effect", about, "ExpectedEffect", content));
    }
    for cost in &proposal.costs {
        let part = format!("-{}-{}", cost.source, cost.year);
        let content = object([
            ("refProject", Json::text(&project)),
            ("source", Json::text(&cost.source)),
            ("year", Json::Int(i64::from(cost.year))),
            ("planned", Json::Int(cost.planned.0)),
        ]);
        drafts.push(draft(&part, format!("urn:ngsi-ld:BudgetLine:{slug}{part}"), "BudgetLine", content));
    }
    drafts
}

fn project_content(call: &CallForProjects, proposal: &Proposal) -> Json {
    object([
        ("name", told(&proposal.name)),
        ("description", told(&proposal.description)),
        ("refPillar", text(proposal.pillar.as_ref().map(ToString::to_string))),
        ("refCall", Json::text(call.id.as_str())),
        ("refOwner", text(proposal.owner.as_ref().map(ToString::to_string))),
        ("projectState", Json::text("proposed")),
        ("startsOn", text(proposal.starts.map(|day| day.to_string()))),
        ("endsOn", text(proposal.ends.map(|day| day.to_string()))),
        ("refAreas", areas(proposal)),
        ("location", proposal.place.as_ref().map_or(Json::Null, Geometry::to_geojson)),
        ("interventionKind", text(proposal.kind.clone())),
    ])
}

/// What it should change; nothing when it is not said of which indicator, which way and by how much.
fn effect_content(words: Words, proposal: &Proposal, project: &str) -> Option<Json> {
    let sign = match proposal.sign? {
        Sign::Increase => "increase",
        Sign::Decrease => "decrease",
    };
    let said = |text: Option<&String>| match text {
        Some(text) => told(&Told::in_language(words.language.code(), text.as_str())),
        None => Json::Null,
    };
    let whole = |number: Option<u64>| {
        number.and_then(|number| i64::try_from(number).ok()).map_or(Json::Null, Json::Int)
    };
    Some(object([
        ("refProject", Json::text(project)),
        ("refIndicator", Json::text(proposal.indicator.as_ref()?.as_str())),
        ("sign", Json::text(sign)),
        ("sizeLow", Json::from(proposal.low?)),
        ("sizeHigh", Json::from(proposal.high?)),
        ("refAreas", areas(proposal)),
        ("startsOn", text(proposal.seen.map(|day| day.to_string()))),
        ("rampMonths", Json::Int(i64::from(proposal.ramp))),
        ("population", whole(proposal.population)),
        ("assumptions", said(proposal.assumptions.as_ref())),
        ("evidence", said(proposal.evidence.as_ref())),
        ("evidenceGrade", whole(proposal.grade.map(u64::from))),
    ]))
}

/// An object without what is not there.
fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    let members = members.into_iter().filter(|(_, value)| *value != Json::Null);
    Json::Object(members.map(|(term, value)| (term.into(), value)).collect())
}

fn text(text: Option<String>) -> Json {
    text.map_or(Json::Null, Json::from)
}

fn areas(proposal: &Proposal) -> Json {
    if proposal.areas.is_empty() {
        return Json::Null;
    }
    Json::Array(proposal.areas.iter().map(|area| Json::text(area.as_str())).collect())
}

fn told(told: &Told) -> Json {
    let member = |text: Option<&str>| text.map_or(Json::Null, Json::text);
    object([
        ("fr", member(told.fr.as_deref())),
        ("nl", member(told.nl.as_deref())),
        ("en", member(told.en.as_deref())),
    ])
}

#[cfg(test)]
mod tests {
    use senne_programme::{Euros, from_simple::from_simple};

    use super::{super::costs::Cost, *};
    use crate::language::Language;

    fn call() -> CallForProjects {
        CallForProjects {
            id: "urn:ngsi-ld:CallForProjects:c".into(),
            name: Told::default(),
            opens_on: jiff::civil::date(2026, 1, 1),
            closes_on: jiff::civil::date(2026, 2, 1),
            budget: Euros(500),
            pillars: Vec::new(),
            criteria: Vec::new(),
        }
    }

    #[test]
    fn names_become_identifiers() {
        let slug = |name: &str| slug(&Told::in_language("fr", name), "k3f9ab");
        assert_eq!(slug("Des bancs, et de l’ombre à Jette !"), "des-bancs-et-de-l-ombre-a-jette-k3f9ab");
        assert_eq!((slug("Œuvre №1").as_str(), slug("…").as_str()), ("oeuvre-1-k3f9ab", "project-k3f9ab"));
        assert!(slug(&"é".repeat(500)).len() < 60);
        assert!(is_mark(&mark(1_795_000_000_123_456)) && is_mark(&mark(i64::MIN)) && !is_mark("../a"));
        assert_ne!(mark(1), mark(2));
    }

    #[test]
    fn every_draft_can_be_written() {
        let proposal = Proposal {
            name: Told::in_language("nl", "Straat"),
            description: Told::in_language("nl", "Een straat."),
            pillar: Some("urn:ngsi-ld:Pillar:people".into()),
            other: Some("Wijkraad".to_owned()),
            indicator: Some("urn:ngsi-ld:Indicator:no2".into()),
            sign: Some(Sign::Decrease),
            low: Some(0.5),
            high: Some(2.0),
            areas: vec!["urn:ngsi-ld:AdministrativeArea:BE:21010".into()],
            place: Geometry::point(4.35, 50.85),
            starts: Some(jiff::civil::date(2027, 1, 1)),
            grade: Some(2),
            costs: vec![Cost { source: "region".to_owned(), year: 2027, planned: Euros(10) }],
            ..Proposal::default()
        };
        let (words, today) = (Words::new(Language::Nl), jiff::civil::date(2026, 11, 30));
        let drafts = drafts(words, &call(), &proposal, "straat-k3f9ab", today);
        let kinds: Vec<&str> = drafts.iter().map(|draft| draft.kind.as_str()).collect();
        assert_eq!(kinds, ["Project", "ExpectedEffect", "BudgetLine"]);
        for draft in &drafts {
            assert!(from_simple(&draft.entity(), |_, _| None).is_ok(), "{draft:?}");
            assert_eq!((draft.state, draft.note.is_some()), (DraftState::Review, true));
        }
        assert_eq!(drafts[0].part_of, None);
        assert!(drafts[1..].iter().all(|part| part.part_of.as_ref() == Some(&drafts[0].id)), "{drafts:?}");
        let place = drafts[0].content.get("location").map(ToString::to_string);
        assert_eq!(place.as_deref(), Some(r#"{"type":"Point","coordinates":[4.35,50.85]}"#));
        assert_eq!(drafts[1].about, "urn:ngsi-ld:ExpectedEffect:straat-k3f9ab-no2");
        assert_eq!(drafts[2].id.as_str(), "urn:ngsi-ld:Draft:straat-k3f9ab-region-2027");
    }
}
