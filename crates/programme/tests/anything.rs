//! Whatever entities say, a programme is read, shown, said and published.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use jiff::civil::date;
use proptest::prelude::*;
use senne_model::{Attribute, AttributeValue, Entity, EntityId, Geometry, Instance, Iri, Json, Name};
use senne_programme::{
    Programme,
    feeds::{calendar_events, open_data},
    portfolio::{LineLimits, Query, bubbles, lines, matrix, page, roadmap},
    says::{Language, Speaker, report},
};

const TYPES: &[&str] = &[
    "Memorandum",
    "Pillar",
    "Objective",
    "Organisation",
    "Catalyst",
    "CallForProjects",
    "Project",
    "ExpectedEffect",
    "Milestone",
    "BudgetLine",
    "Risk",
    "Benefit",
    "Intervention",
    "Decision",
    "Document",
    "Evaluation",
    "Indicator",
    "KeyPerformanceIndicator",
];

const TERMS: &[&str] = &[
    "name",
    "description",
    "refPillar",
    "refIndicator",
    "refArea",
    "baseline",
    "baselineOn",
    "targetLow",
    "targetHigh",
    "targetOn",
    "refOwner",
    "helixRole",
    "refParent",
    "catalystKind",
    "opensOn",
    "closesOn",
    "budget",
    "refPillars",
    "criteria",
    "refObjectives",
    "refCall",
    "refPartners",
    "projectState",
    "startsOn",
    "endsOn",
    "refAreas",
    "refNeeds",
    "interventionKind",
    "confidence",
    "confidenceAt",
    "scores",
    "lastConfirmedAt",
    "refEvaluations",
    "refProject",
    "outcomeType",
    "outcomeAttribute",
    "outcomeName",
    "outcomeUnit",
    "refEntities",
    "treated",
    "sign",
    "sizeLow",
    "sizeHigh",
    "rampMonths",
    "population",
    "evidenceGrade",
    "gate",
    "plannedOn",
    "doneOn",
    "durationDays",
    "refDependsOn",
    "weight",
    "source",
    "year",
    "planned",
    "spent",
    "forecast",
    "probability",
    "severity",
    "promised",
    "unitValue",
    "effect",
    "kpiValue",
    "area",
];

fn text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "2026-11-30",
        "2026-02-30",
        "9999-12-31",
        "-009999-01-01",
        "running",
        "green",
        "increase",
        "dpia",
        "down",
        "publicService",
        "data",
        "better",
        "urn:ngsi-ld:Project:0",
        "urn:ngsi-ld:Milestone:1",
        "",
        "é",
    ]);
    prop_oneof![3 => known.prop_map(ToOwned::to_owned), 1 => "\\PC{0,12}"]
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::Int),
        (0_i64..6).prop_map(Json::Int),
        (2020_i64..2030).prop_map(Json::Int),
        prop::num::f64::NORMAL.prop_map(Json::Float),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        let key =
            prop_oneof![text(), Just("2026".to_owned()), Just("@value".to_owned()), Just("id".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::vec((key.prop_map(String::into_boxed_str), inner), 0..4).prop_map(Json::Object),
        ]
    })
}

fn target() -> impl Strategy<Value = Iri> {
    (prop::sample::select(TYPES.to_vec()), 0..3)
        .prop_map(|(kind, place)| Iri::new(&format!("urn:ngsi-ld:{kind}:{place}")))
}

fn value() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        4 => json().prop_map(AttributeValue::Property),
        3 => prop::collection::vec(target(), 0..3)
            .prop_map(|objects| AttributeValue::Relationship { objects, object_type: None }),
        1 => prop::collection::vec((text().prop_map(String::into_boxed_str), json()), 0..3)
            .prop_map(AttributeValue::Language),
        1 => json().prop_map(AttributeValue::JsonProperty),
        1 => prop::collection::vec(json(), 0..3).prop_map(AttributeValue::List),
        1 => prop::collection::vec(target(), 0..3).prop_map(AttributeValue::Vocab),
        1 => Just(Geometry::point(4.35, 50.85)).prop_map(|point| AttributeValue::Geo(point.unwrap())),
    ]
}

/// An attribute, with what evaluations and figures have beneath theirs.
fn attribute() -> impl Strategy<Value = Attribute> {
    let below =
        prop::sample::select(vec!["answer", "grade", "lowerBound", "upperBound", "standardError", "period"]);
    let below = prop::collection::vec((below, value()), 0..4);
    (prop::sample::select(TERMS.to_vec()), value(), below).prop_map(|(term, value, below)| {
        let mut instance = Instance::new(value);
        let named =
            |(term, value): (&str, AttributeValue)| Attribute::new(Name::new(term), Instance::new(value));
        instance.sub_attributes = below.into_iter().map(named).collect();
        Attribute::new(Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}")), instance)
    })
}

fn entity() -> impl Strategy<Value = Entity> {
    let attributes = prop::collection::vec(attribute(), 0..14);
    let kind = prop::sample::select(TYPES.to_vec());
    (kind, 0..3, attributes).prop_map(|(kind, place, attributes)| {
        let id = EntityId::trusted(&format!("urn:ngsi-ld:{kind}:{place}"));
        let mut entity = Entity::new(id, Name::new(kind));
        entity.attributes = attributes;
        // Things of projects and pillars come to nothing without them.
        let home = |term: &str, to: &str| {
            let objects = vec![Iri::new(to)];
            let value = AttributeValue::Relationship { objects, object_type: None };
            Attribute::new(Name::new(term), Instance::new(value))
        };
        entity.attributes.push(home("refProject", "urn:ngsi-ld:Project:0"));
        entity.attributes.push(home("refPillar", "urn:ngsi-ld:Pillar:0"));
        entity.attributes.push(home("refIndicator", "urn:ngsi-ld:Indicator:0"));
        entity
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(entities in prop::collection::vec(entity(), 0..40)) {
        let programme = Programme::read(&entities);
        let today = date(2026, 11, 30);
        let lines = lines(&programme, LineLimits::default(), today);
        prop_assert_eq!(lines.len(), programme.projects.len());
        let found = page(&lines, &Query::default());
        prop_assert_eq!(found.found, lines.len());
        let drawn = bubbles(&lines);
        prop_assert_eq!(drawn.bubbles.len() + drawn.without_cost.len() + drawn.without_price.len(), lines.len());
        let wide = matrix(&lines);
        prop_assert!(wide.rows.iter().all(|row| row.cells.len() == wide.columns.len()));
        prop_assert_eq!(roadmap(&programme, programme.projects.values(), today).len(), lines.len());
        for language in Language::ALL {
            let speaker = Speaker::new(&programme, language);
            for line in &lines {
                speaker.promise(&programme.projects[&line.id], line, today);
            }
            for objective in programme.objectives.values() {
                speaker.objective(objective);
            }
            let report = report(&programme, &lines, language, today);
            for table in report.sections.iter().flat_map(|section| &section.tables) {
                prop_assert!(table.rows.iter().all(|row| row.len() == table.head.len()));
            }
            calendar_events(&programme, language, |_| None);
        }
        for table in open_data(&programme) {
            prop_assert!(table.csv().starts_with(&table.columns[0]));
        }
    }

    /// A milestone that is read can always be scheduled, unless milestones wait for each other in a circle.
    #[test]
    fn dependencies_that_dangle_are_dropped(entities in prop::collection::vec(entity(), 0..40)) {
        let programme = Programme::read(&entities);
        for milestone in programme.milestones.all() {
            for other in &milestone.depends_on {
                prop_assert!(programme.milestones.get(other).is_some() && *other != milestone.id);
            }
        }
    }
}
