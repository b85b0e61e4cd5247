//! The demo's programme, from its files to the sentences that are made of it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod files;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use senne_contract::ValueKind;
use senne_model::{Attribute, AttributeValue, Entity, EntityId, Instance, Json, Name, Timestamp, Write};
use senne_programme::{
    Answer, AreaId, CallId, Colour, Direction, Indicator, Level, ObjectiveId, PillarId, Programme, ProjectId,
    ProjectState, Words,
    feeds::{calendar, calendar_events, open_data},
    from_simple::from_simple,
    portfolio::{
        Agreement, Cell, Filter, LineLimits, Query, SortBy, bubbles, lines, matrix, page, roadmap, totals,
    },
    says::{Language, Speaker, report},
};

/// The demo's today.
fn today() -> Date {
    date(2026, 11, 30)
}

/// The kinds of attributes, from the contracts.
fn kinds() -> BTreeMap<(String, String), ValueKind> {
    let mut kinds = BTreeMap::new();
    for contract in files::yaml_in("contracts") {
        let kind = contract.get("type").and_then(Json::as_str).unwrap().to_owned();
        for (term, attribute) in contract.get("attributes").and_then(Json::as_object).unwrap() {
            let word = attribute.get("kind").and_then(Json::as_str).unwrap();
            kinds.insert((kind.clone(), term.to_string()), ValueKind::parse(word).unwrap());
        }
    }
    kinds
}

fn writes(by_contract: bool) -> Vec<Write> {
    let kinds = kinds();
    let kind = |kind: &str, term: &str| {
        let known = kinds.get(&(kind.to_owned(), term.to_owned())).copied();
        assert!(known.is_some(), "{kind} has no {term}");
        known.filter(|_| by_contract)
    };
    let files = files::yaml_in("programme/demo");
    let entities = files.iter().flat_map(|file| file.as_array().unwrap());
    entities.map(|entity| from_simple(entity, kind).unwrap_or_else(|error| panic!("{error}"))).collect()
}

fn entity(write: Write) -> Entity {
    let mut entity = Entity::new(write.entity, write.types[0].clone());
    entity.attributes = write.attributes;
    entity
}

/// An evaluation of vehicles counted at a loop, as it would be published.
fn evaluation(id: &str, project: &str, estimate: f64, half: f64, answer: &str) -> Entity {
    let term = |term: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"));
    let property =
        |name: &str, json| Attribute::new(term(name), Instance::new(AttributeValue::Property(json)));
    let mut entity =
        Entity::new(EntityId::trusted(&format!("urn:ngsi-ld:Evaluation:{id}")), term("Evaluation"));
    let mut effect = Instance::new(AttributeValue::Property(Json::Float(estimate)))
        .at(Timestamp::parse("2026-11-28T04:00:00Z").unwrap());
    effect.sub_attributes = vec![
        property("lowerBound", Json::Float(estimate - half)),
        property("upperBound", Json::Float(estimate + half)),
        property("standardError", Json::Float(half / 1.96)),
        property("detectable", Json::Float(3.1)),
        property("grade", Json::Int(3)),
        property("answer", Json::text(answer)),
    ];
    let said = |name: &str, texts: [&str; 3]| {
        let map = ["fr", "nl", "en"].into_iter().zip(texts);
        let map = map.map(|(tag, text)| (tag.into(), Json::text(text))).collect();
        Attribute::new(term(name), Instance::new(AttributeValue::Language(map)))
    };
    entity.attributes = vec![
        said("name", ["Voitures", "Auto’s", "Cars"]),
        said("outcomeName", ["Trafic dans la rue", "Verkeer in de straat", "Traffic in the street"]),
        said("outcomeUnit", ["véhicules en 5 minutes", "voertuigen in 5 minuten", "vehicles in 5 minutes"]),
        property("outcomeType", Json::text("TrafficFlowObserved")),
        property("outcomeAttribute", Json::text("intensity")),
        property("refIndicator", Json::text("urn:ngsi-ld:Indicator:motor-traffic-counts")),
        Attribute::new(term("effect"), effect),
        property("refProject", Json::text(&format!("urn:ngsi-ld:Project:{project}"))),
        property("better", Json::text("down")),
    ];
    entity
}

fn indicators() -> Vec<Indicator> {
    let words = |json: Option<&Json>| {
        let text = |tag| json.and_then(|json| json.get(tag)?.as_str()).map(ToOwned::to_owned);
        Words { fr: text("fr"), nl: text("nl"), en: text("en") }
    };
    let folders = ["economy", "environment", "governance", "living", "mobility", "people"];
    let declared = folders.iter().flat_map(|folder| files::yaml_in(&format!("indicators/{folder}")));
    let indicator = |json: Json| {
        let text = |key| json.get(key).and_then(Json::as_str);
        let unit = match text("unit") {
            Some("P1") => Words::in_language("en", "%"),
            Some("GQ") => Words::in_language("en", "µg/m³"),
            _ => words(json.get("shown")),
        };
        Indicator {
            id: format!("urn:ngsi-ld:Indicator:{}", text("id").unwrap()).into(),
            name: words(json.get("title")),
            unit,
            better: match text("direction") {
                Some("up") => Some(Direction::Higher),
                Some("down") => Some(Direction::Lower),
                _ => None,
            },
        }
    };
    declared.map(indicator).collect()
}

fn programme() -> Programme {
    let mut entities: Vec<Entity> = writes(true).into_iter().map(entity).collect();
    entities.extend([
        evaluation("bailli-traffic", "calm-street-bailli", -16.8, 2.1, "better"),
        evaluation("aumale-traffic", "calm-signs-aumale", -0.4, 2.9, "not detectable"),
        evaluation("vanderkindere-traffic", "signal-timing-vanderkindere", 13.7, 2.1, "worse"),
    ]);
    let mut programme = Programme::read(&entities).with_indicators(indicators());
    for (code, name) in
        [("21001", "Anderlecht"), ("21003", "Berchem"), ("21012", "Molenbeek"), ("21016", "Uccle")]
    {
        let id = format!("urn:ngsi-ld:AdministrativeArea:BE:{code}");
        programme.areas.insert(id.into(), Words::in_language("en", name));
    }
    programme
}

/// The programme with some values of its indicators.
fn with_levels() -> Programme {
    let mut programme = programme();
    let region = AreaId::from("urn:ngsi-ld:AdministrativeArea:BE:04000");
    for (indicator, value, period) in [
        ("road-casualties", 12.9, "2025"),
        ("sensors-online", 96.2, "2026-10"),
        ("online-services", 53.0, "2025"),
    ] {
        let key = (format!("urn:ngsi-ld:Indicator:{indicator}").into(), region.clone());
        programme.levels.insert(key, Level { value, interval: None, period: period.into() });
    }
    programme
}

#[test]
fn every_entity_is_read_without_findings() {
    let programme = programme();
    assert!(programme.findings.is_empty(), "{:#?}", programme.findings);
    assert_eq!((programme.projects.len(), programme.pillars.len(), programme.objectives.len()), (40, 6, 12));
    assert_eq!((programme.milestones.len(), programme.money.len(), programme.risks.len()), (208, 234, 65));
    assert_eq!((programme.effects.len(), programme.benefits.len(), programme.bases.len()), (65, 41, 65));
    assert_eq!((programme.calls.len(), programme.decisions.len(), programme.documents.len()), (2, 1, 6));
    assert_eq!((programme.catalysts.len(), programme.interventions.len()), (20, 17));
    assert_eq!((programme.organisations.len(), programme.memoranda.len()), (23, 1));
    assert_eq!(programme.links.projects_by_area.len(), 19);
    assert_eq!(programme.drafts.len(), 5);
    let sets: Vec<usize> = programme.draft_sets().iter().map(|set| set.parts.len()).collect();
    assert_eq!(sets, [0, 3], "a change alone, and a proposal with its effect and its money");
    for draft in programme.drafts.values() {
        assert!(from_simple(&draft.entity(), |_, _| None).is_ok());
    }
    let call = &programme.calls[&CallId::from("urn:ngsi-ld:CallForProjects:calm-and-green-2025")];
    assert_eq!((call.criteria.len(), call.criteria[5].direction), (6, Direction::Lower));
    let project = &programme.projects[&ProjectId::from("urn:ngsi-ld:Project:calm-street-bailli")];
    assert_eq!(project.judgement.as_ref().map(|one| one.colour), Some(Colour::Green));
    let evaluation = programme.evaluations_of(&project.id).next().unwrap();
    assert_eq!(evaluation.measured.as_ref().unwrap().answer, Answer::Better);
    assert_eq!(programme.evaluations_of(&project.id).count(), 1);
}

/// Shapes say nearly the same as contracts; what they cannot tell apart a reader takes either way.
#[test]
fn shapes_alone_give_the_same_programme() {
    let read = |by_contract| {
        let entities: Vec<Entity> = writes(by_contract).into_iter().map(entity).collect();
        Programme::read(&entities)
    };
    assert_eq!(read(true), read(false));
}

#[test]
fn the_portfolio_shows_what_the_files_say() {
    let programme = programme();
    let lines = lines(&programme, LineLimits::default(), today());
    let all = totals(&lines);
    assert_eq!(all.projects, 40);
    let count = |state| programme.projects.values().filter(|project| project.state == state).count();
    for state in [ProjectState::Proposed, ProjectState::Running, ProjectState::Rejected] {
        assert_eq!(all.count(state), count(state));
    }
    assert!(lines.iter().all(|line| line.fault.is_none() && line.progress.is_some()));
    let measured: Vec<usize> = all.measured.iter().map(|(_, count)| *count).collect();
    assert_eq!(measured, [1, 1, 1, 0]);

    let query = Query {
        filter: Filter { text: "FOREST ecole".into(), ..Filter::default() },
        language: "fr".into(),
        ..Query::default()
    };
    let found = page(&lines, &query);
    assert!(found.found >= 1 && found.lines.len() == found.found, "{}", found.found);
    let dear = Query { sort: SortBy::Planned, descending: true, size: 3, ..Query::default() };
    let found = page(&lines, &dear);
    assert_eq!((found.found, found.lines.len()), (40, 3));
    assert!(found.lines.is_sorted_by(|a, b| a.money.planned >= b.money.planned));

    let drawn = bubbles(&lines);
    assert_eq!(drawn.bubbles.len() + drawn.without_cost.len() + drawn.without_price.len(), 40);
    let mobility = lines.iter().filter(|line| line.pillar.as_str() == "urn:ngsi-ld:Pillar:mobility");
    let found = matrix(mobility);
    assert!(!found.columns.is_empty() && found.rows.iter().all(|row| row.cells.len() == found.columns.len()));
    // Where something was measured it fills the outline of what was promised.
    let both = |cell: &Cell| Some((cell.expected.as_ref()?.high, cell.agreement?));
    let met: Vec<(f64, Agreement)> =
        found.rows.iter().flat_map(|row| row.cells.iter().flatten()).filter_map(both).collect();
    assert_eq!(met, [(8.0, Agreement::Open), (24.0, Agreement::Reached), (4.0, Agreement::Against)]);
    assert!(found.rows.iter().flat_map(|row| row.cells.iter().flatten()).all(|cell| cell.apart.is_none()));
    let bars = roadmap(&programme, programme.projects.values(), today());
    assert_eq!(bars.len(), 40);
    assert!(bars.iter().all(|bar| bar.fault.is_none() && bar.marks.iter().any(|mark| mark.critical)));
}

#[test]
fn the_one_pager_in_three_languages() {
    let programme = with_levels();
    let lines = lines(&programme, LineLimits::default(), today());
    let say = |language| {
        let speaker = Speaker::new(&programme, language);
        let mobility = &programme.pillars[&PillarId::from("urn:ngsi-ld:Pillar:mobility")];
        let mut said: Vec<String> = speaker.one_pager(&lines, None).into();
        said.push(String::new());
        said.extend(speaker.one_pager(&lines, Some(mobility)));
        said.join("\n")
    };
    let said = Language::ALL.map(say).join("\n\n");
    insta::assert_snapshot!("one_pager", said);
}

#[test]
fn promises_in_three_languages() {
    let programme = with_levels();
    let lines = lines(&programme, LineLimits::default(), today());
    let mut said = String::new();
    for language in Language::ALL {
        let speaker = Speaker::new(&programme, language);
        for id in [
            "cycle-track-chaussee-de-gand",
            "calm-street-bailli",
            "signal-timing-vanderkindere",
            "calm-signs-aumale",
        ] {
            let line = lines.iter().find(|line| line.id.as_str().ends_with(id)).unwrap();
            let promise = speaker.promise(&programme.projects[&line.id], line, today());
            for part in [promise.said, promise.by, promise.when, promise.far, promise.changed] {
                said.push_str(&part);
                said.push('\n');
            }
            for reason in line.confidence.iter().flat_map(|confidence| &confidence.reasons) {
                said.push_str(&format!("- {}\n", speaker.reason(reason)));
            }
            said.push('\n');
        }
        let objective = &programme.objectives[&ObjectiveId::from("urn:ngsi-ld:Objective:safe-streets")];
        let promise = speaker.objective(objective);
        for part in [promise.said, promise.by, promise.when, promise.far, promise.changed] {
            said.push_str(&part);
            said.push('\n');
        }
        said.push('\n');
    }
    insta::assert_snapshot!("promises", said);
}

#[test]
fn the_report_has_a_section_for_everything() {
    let programme = programme();
    let lines = lines(&programme, LineLimits::default(), today());
    for language in Language::ALL {
        let report = report(&programme, &lines, language, today());
        assert!(report.sections.len() >= 1 + 1 + 1 + 6 + 12 + 5, "{}", report.sections.len());
        for table in report.sections.iter().flat_map(|section| &section.tables) {
            assert!(!table.rows.is_empty(), "{}", table.caption);
            assert!(table.rows.iter().all(|row| row.len() == table.head.len()), "{}", table.caption);
        }
        let empty = |section: &senne_programme::says::Section| {
            section.paragraphs.is_empty() && section.tables.is_empty()
        };
        assert!(!report.sections.iter().any(empty));
    }
}

#[test]
fn feeds_and_open_data_hold_everything_and_nobody() {
    let programme = programme();
    let events = calendar_events(&programme, Language::Nl, |_| None);
    let text = calendar("Programma", &events, Timestamp::parse("2026-11-30T12:00:00Z").unwrap());
    assert_eq!(text.matches("BEGIN:VEVENT").count(), events.len());
    assert!(events.len() > 100);
    for table in open_data(&programme) {
        let csv = table.csv();
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{}", table.name);
        assert_eq!(table.json().len(), table.rows.len());
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(reader.records().map(Result::unwrap).count(), table.rows.len(), "{}", table.name);
        // Who signed, confirmed or decided is in the files and not in open data.
        for person in ["Anouk Terlinckx", "Joris Dewandelaere", "Marit Vanhellemont", "Greet Hoorelbeke"] {
            assert!(!csv.contains(person), "{} in {}", person, table.name);
        }
    }
}
