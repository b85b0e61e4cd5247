//! Values first: the examples of the clause, then the edges, then what must hold of any text.

use std::sync::Arc;

use proptest::prelude::*;
use senne_model::{
    Attribute, AttributeValue, Entity, EntityId, ErrorKind, Instance, Iri, Json, Name, Problem, Timestamp,
};

use super::*;

fn expand(term: &str) -> Name {
    if term.contains("://") { Name::new(term) } else { Name::new(&format!("https://x.org/{term}")) }
}

fn parse(q: &str) -> Result<Filter, Problem> {
    Filter::parse(q, &expand)
}

fn matches(entity: &Entity, q: &str) -> bool {
    parse(q).unwrap_or_else(|problem| panic!("{q}: {problem}")).matches(entity)
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

fn property(text: &str) -> Instance {
    Instance::new(AttributeValue::Property(json(text)))
}

fn iris(list: &[&str]) -> Vec<Iri> {
    list.iter().map(|iri| Iri::new(iri)).collect()
}

/// An entity with one attribute of every kind.
fn car() -> Entity {
    let mut car = Entity::new(EntityId::trusted("urn:ngsi-ld:Car:1"), expand("Car"));
    car.created_at = Timestamp::parse("2024-01-31T12:00:00Z").unwrap();
    car.modified_at = car.created_at;
    let mut add =
        |name: &str, instance: Instance| car.attributes.push(Attribute::new(expand(name), instance));
    add("brandName", property("\"Mercedes\""));
    add("colors", property("[\"blue\",\"red\",\"green\"]"));
    add("address", property("{\"city\":\"Berlin\",\"lines\":[{\"no\":7}],\"geo.x\":1}"));
    add("electric", property("true"));
    add("built", property("\"2020-05-01\""));
    add("checked", property("{\"@type\":\"DateTime\",\"@value\":\"2024-01-31T13:00:00+01:00\"}"));
    add("big", property("9007199254740993"));
    add(
        "owner",
        Instance::new(AttributeValue::Relationship {
            objects: iris(&["urn:x:p1", "urn:x:p2"]),
            object_type: Some(expand("Person")),
        }),
    );
    add("category", Instance::new(AttributeValue::Vocab(iris(&["https://x.org/commercial"]))));
    add(
        "name",
        Instance::new(AttributeValue::Language(vec![
            ("fr".into(), json("[\"chat\",\"rouge\"]")),
            ("en".into(), json("\"red\"")),
        ])),
    );
    add("tickets", Instance::new(AttributeValue::JsonProperty(json("{\"value\":\"Overstay\"}"))));
    add("steps", Instance::new(AttributeValue::List(vec![json("1"), json("2.5")])));
    let mut speed = property("55").at(Timestamp::parse("2024-01-31T12:00:00Z").unwrap());
    speed.unit_code = Some(Name::new("KMH"));
    let mut accuracy = property("0.5");
    accuracy.sub_attributes.push(Attribute::new(expand("method"), property("\"radar\"")));
    speed.sub_attributes.push(Attribute::new(expand("accuracy"), accuracy));
    let mut second = property("20");
    second.dataset_id = Some(Iri::new("urn:x:gps"));
    let mut speed = Attribute::new(expand("speed"), speed);
    speed.instances.push(second);
    car.attributes.push(speed);
    car
}

#[test]
fn comparisons_by_kind() {
    let car = car();
    for yes in [
        "speed",
        "speed==55",
        "speed==20",
        "speed>50",
        "speed>=55.0",
        "speed<21",
        "speed<=20",
        "speed==50..60",
        "speed!=50..60",
        "speed==1,2,20",
        "speed!=55",
        "brandName==\"Mercedes\"",
        "brandName!=\"Tesla\"",
        "brandName!=\"Tesla\",\"Fiat\"",
        "brandName>\"Ma\"",
        "brandName==\"A\"..\"N\"",
        "colors==\"red\"",
        "colors==\"black\",\"green\"",
        "colors!=\"black\"",
        "electric==true",
        "electric!=false",
        "address[city]==\"Berlin\"",
        "address[city]",
        "address[lines.0.no]==7",
        "built==2020-05-01",
        "built<2021-01-01",
        "checked==2024-01-31T12:00:00Z",
        "checked>=2024-01-01T00:00:00Z",
        "owner==urn:x:p2",
        "owner==\"urn:x:p1\"",
        "owner!=urn:x:p3",
        "name==\"red\"",
        "name[en]==\"red\"",
        "name[fr]==\"rouge\"",
        "name[*]==\"chat\"",
        "name[en]!=\"rouge\"",
        "tickets[value]==\"Overstay\"",
        "steps==2.5",
        "steps>2",
        "big==9007199254740993",
        "category==\"https://x.org/commercial\"",
        "category==https://x.org/commercial",
        "!heading;speed>25",
        "https://x.org/speed>50",
    ] {
        assert!(matches(&car, yes), "{yes}");
    }
    for no in [
        "heading",
        "heading!=5",
        "speed==54",
        "speed>55",
        "speed==\"55\"",
        "brandName==Tesla",
        "brandName!=\"Mercedes\"",
        "colors!=\"red\"",
        "brandName>5",
        "electric==\"true\"",
        "address[street]",
        "address[city.x]",
        "address[postcode]!=\"1000\"",
        "built==2020-05-02",
        "owner>\"urn:a\"",
        "owner!=urn:x:p1",
        "owner~=\"urn\"",
        "name[en]==\"rouge\"",
        "name[de]",
        "name[*]!=\"red\"",
        "big==9007199254740992",
        "category==commercial",
        "!speed",
        "built>12:00:00",
    ] {
        assert!(!matches(&car, no), "{no}");
    }
}

#[test]
fn sub_attributes_and_system_members() {
    let car = car();
    for yes in [
        "speed.observedAt>=2024-01-31T12:00:00Z",
        "speed.observedAt==\"2024-01-31T12:00:00Z\"",
        "speed.unitCode==\"KMH\"",
        "speed.accuracy<1",
        "speed.accuracy.method==\"radar\"",
        "speed.datasetId==urn:x:gps",
        "owner.objectType==\"https://x.org/Person\"",
        "modifiedAt>\"2020-01-01T00:00:00Z\"",
        "createdAt<2025-01-01T00:00:00Z",
        "createdAt>2024-01-31",
        "speed.quality==\"notEvaluated\"",
    ] {
        assert!(matches(&car, yes), "{yes}");
    }
    for no in [
        "speed.observedAt>2024-01-31T12:00:00Z",
        "speed.depth",
        "brandName.observedAt",
        "speed.observedAt.x",
        "createdAt.x",
    ] {
        assert!(!matches(&car, no), "{no}");
    }
}

#[test]
fn and_binds_tighter_than_or() {
    let car = car();
    assert!(matches(&car, "speed==1;electric==false|electric==true"));
    assert!(!matches(&car, "speed==1;(electric==false|electric==true)"));
    assert!(matches(&car, "((speed>50|rpm>3000);brandName==\"Mercedes\")"));
    assert_eq!(parse("a;(b;c)").unwrap(), parse("((a));b;c").unwrap());
}

#[test]
fn patterns_are_found_anywhere_and_need_no_quotes() {
    let car = car();
    for yes in [
        "brandName~=^Mer",
        "brandName~=(a|c)e;speed",
        "brandName!~=\"^Tes\"",
        "brandName~=\"\\w+s$\"",
        "(brandName~=[;)]|speed)",
        "colors~=gr.en",
    ] {
        assert!(matches(&car, yes), "{yes}");
    }
    assert!(!matches(&car, "speed~=\"5\""));
    assert!(!matches(&car, "speed!~=\"x\""));
    assert_eq!(parse("a~=\"x\\\"y\"").unwrap(), parse("a~=x\"y").unwrap());
}

#[test]
fn a_vocabulary_is_compared_by_expanded_names_when_asked() {
    let filter = Filter::parse_expanding("category==commercial", &expand, &[expand("category")]).unwrap();
    assert!(filter.matches(&car()));
    assert_eq!(filter.indexable()[0].texts().unwrap(), ["commercial", "https://x.org/commercial"]);
}

#[test]
fn paths_lead_through_relationships() {
    let mut person = Entity::new(EntityId::trusted("urn:x:p1"), expand("Person"));
    person.attributes.push(Attribute::new(expand("age"), property("40")));
    person.attributes.push(Attribute::new(
        expand("car"),
        Instance::new(AttributeValue::Relationship {
            objects: iris(&["urn:ngsi-ld:Car:1"]),
            object_type: None,
        }),
    ));
    let (person, car) = (Arc::new(person), Arc::new(car()));
    let find = |id: &str| match id {
        "urn:x:p1" => Some(Arc::clone(&person)),
        "urn:ngsi-ld:Car:1" => Some(Arc::clone(&car)),
        _ => None,
    };
    for (q, expected) in [
        ("owner{age}==40", true),
        ("owner{Person:age}==40", true),
        ("owner{Dog,Person:age}>39", true),
        ("owner{Dog:age}==40", false),
        ("owner{car{speed}}==55", true),
        ("owner{height}", false),
        ("brandName{age}", false),
        ("owner{age.observedAt}", false),
    ] {
        let filter = parse(q).unwrap();
        assert_eq!(filter.matches_with(&car, &find), expected, "{q}");
        assert!(filter.follows_links() && !filter.matches(&car), "{q}");
        assert_eq!(filter.to_string(), q);
    }
}

#[test]
fn circles_of_relationships_are_walked_once() {
    let ids: Vec<String> = (0..30).map(|n| format!("urn:x:{n}")).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut node = Entity::new(EntityId::trusted("urn:x:0"), expand("Node"));
    let next = Instance::new(AttributeValue::ListRelationship(iris(&all)));
    node.attributes.push(Attribute::new(expand("next"), next));
    let node = Arc::new(node);
    let asked = std::cell::Cell::new(0);
    let find = |_: &str| {
        asked.set(asked.get() + 1);
        assert!(asked.get() < 1_000, "each is asked for once on each step");
        Some(Arc::clone(&node))
    };
    let q = format!("{}missing{}", "next{".repeat(crate::LINKS_MAX), "}".repeat(crate::LINKS_MAX));
    assert!(!parse(&q).unwrap().matches_with(&node, &find));
    assert_eq!(asked.get(), 30 * crate::LINKS_MAX);
}

#[test]
fn what_an_index_can_use() {
    let names = |q: &str| {
        parse(q).unwrap().indexable().iter().map(|c| c.attribute().local().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("NO2>40;name==\"x\";a!=1;b~=x;c.d>1;e[f]==1;r{g}>1;(h|i);k"), ["NO2", "name", "k"]);
    assert!(names("a>1|b>1").is_empty());
    assert!(names("createdAt>2020-01-01;!x").is_empty());
    let bounds = |q: &str| parse(q).unwrap().indexable()[0].number_bounds();
    assert_eq!(bounds("a>1"), Some((1.0, f64::INFINITY)));
    assert_eq!(bounds("a==1..2"), Some((1.0, 2.0)));
    assert_eq!(bounds("a==5,2"), Some((2.0, 5.0)));
    assert_eq!(bounds("a==\"x\""), None);
    assert_eq!(parse("a>1;b<2|a==1;modifiedAt").unwrap().attributes().len(), 3);
}

#[test]
fn errors_say_where_and_what_to_do() {
    for (bad, place, remedy) in [
        ("", "character 1 (the end)", "name of an attribute"),
        ("speed>", "character 7 (the end)", "expected a number"),
        ("speed=5", "character 6 (`=`)", "`==`"),
        ("speed==5;", "character 10", "name of an attribute"),
        ("(speed==5", "character 10", "`)`"),
        ("speed==5)", "character 9", "`;` (and)"),
        ("é==20 km", "character 7", "in quotes"),
        ("a==\"x", "character 4", "closing quote"),
        ("a==20km", "character 4", "`20km` is none of them"),
        ("a[b", "character 4", "`]`"),
        ("a{b", "character 4", "`}`"),
        ("a{b,c}", "character 6", "`:`"),
        ("a>true", "character 7", "needs a number"),
        ("a>4..5", "character 4", "expected `;`"),
        ("a==true..false", "character 15", "range"),
        ("a==\"\\d\"", "character 4", "JSON string"),
        ("a~=", "character 4", "pattern"),
        ("1a", "character 1", "name of an attribute"),
    ] {
        let problem = parse(bad).unwrap_err();
        assert_eq!((problem.kind, problem.field.as_deref()), (ErrorKind::BadRequest, Some("q")), "{bad}");
        assert!(problem.detail.contains(place) && problem.detail.contains(remedy), "{bad}: {problem}");
    }
    assert_eq!(parse("a~=(").unwrap_err().field.as_deref(), Some("q"));
}

#[test]
fn what_costs_too_much_is_refused() {
    for long in [
        "(".repeat(40),
        format!("a{}", ";a".repeat(600)),
        "a~=x;".repeat(20),
        "a".repeat(17_000),
        "r{".repeat(crate::LINKS_MAX + 2) + "a",
    ] {
        assert_eq!(parse(&long).unwrap_err().kind, ErrorKind::TooComplex, "{}", &long[..10]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn reading_never_panics(text in "\\PC{0,60}|[a-c(){};|!=<>~.,\\[\\]\":0-9\\\\ ]{0,60}") {
        if let Ok(filter) = parse(&text) {
            filter.matches(&car());
        }
    }

    #[test]
    fn what_is_printed_is_read_back(text in filter_text()) {
        let filter = parse(&text).map_err(|problem| TestCaseError::fail(format!("{text}: {problem}")))?;
        let printed = filter.to_string();
        prop_assert_eq!(parse(&printed).map_err(|problem| TestCaseError::fail(format!("{printed}: {problem}")))?, filter);
    }
}

/// Any filter that the grammar allows, more or less.
fn filter_text() -> impl Strategy<Value = String> {
    let path = "[a-z]{1,3}(:[a-z])?(\\.(observedAt|[a-z]{1,2})){0,2}(\\[[a-z*]{1,2}(\\.[a-z0-9 ])?\\])?|r\\{([A-Z](,[A-Z])?:)?[a-z]\\}|https://x\\.org/a\\.b";
    let literal = prop_oneof![
        any::<i64>().prop_map(|i| i.to_string()),
        any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(|x| format!("{x:?}")),
        any::<String>().prop_map(|text| Json::text(&text).to_string()),
        "2024-0[1-9]-1[0-9](T1[0-9]:00:00(\\.[0-9]{1,6})?Z)?",
        "1[0-9]:00:00Z?",
    ];
    let other = prop_oneof![
        Just("true".to_owned()),
        Just("urn:x:a..b".to_owned()),
        "[A-Z][a-z_]{0,4}".prop_map(|word| word)
    ];
    let either = prop_oneof![literal.clone().boxed(), other.boxed()];
    let comparison = prop_oneof![
        path.prop_map(|path| path),
        path.prop_map(|path| format!("!{path}")),
        (path, "(==|!=)", proptest::collection::vec(either, 1..4))
            .prop_map(|(path, op, values)| format!("{path}{op}{}", values.join(","))),
        (path, "(==|!=)", literal.clone(), literal.clone())
            .prop_map(|(path, op, a, b)| format!("{path}{op}{a}..{b}")),
        (path, "[<>]=?", literal).prop_map(|(path, op, value)| format!("{path}{op}{value}")),
        (path, "!?~=", "(\"[a-z.^]{1,5}(\\\\\\\\)?(\\\\\")?\")|[a-z.^][a-z.^\"]{0,3}(\\([a-z|;]{1,3}\\))?")
            .prop_map(|(path, op, pattern)| format!("{path}{op}{pattern}")),
    ];
    comparison.prop_recursive(4, 24, 4, |inner| {
        (proptest::collection::vec(inner, 1..4), "[;|]").prop_map(|(parts, by)| {
            let wrapped: Vec<String> = parts.into_iter().map(|part| format!("({part})")).collect();
            wrapped.join(&by)
        })
    })
}
