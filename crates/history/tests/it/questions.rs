//! Parameters, streams, budgets, and what a caller may see.

use std::{sync::Arc, time::Duration};

use senne_history::{
    ColumnKind, ContractColumn, ContractView, History, Parameters, Question, Sight, SqlLimits, Surroundings,
};
use senne_model::{AttributeValue, EntityId, ErrorKind, Flag, Json, Name, Quality, Test};

use crate::common::*;

/// Sees stations, without their PM10, and nothing that is of another type too.
#[derive(Debug)]
struct Stations;

impl Sight for Stations {
    fn types(&self) -> Option<Vec<Name>> {
        Some(vec![name("Station")])
    }

    fn sees(&self, types: &[Name], attribute: &Name) -> bool {
        types.iter().all(|one| *one == name("Station")) && *attribute != name("PM10")
    }
}

#[derive(Debug)]
struct Blind;

impl Sight for Blind {
    fn types(&self) -> Option<Vec<Name>> {
        Some(Vec::new())
    }

    fn sees(&self, _types: &[Name], _attribute: &Name) -> bool {
        false
    }
}

async fn mixed(dir: &std::path::Path) -> Arc<History> {
    let history = open(dir).await;
    let values = |x: f64| {
        vec![number("NO2", x, at("2024-01-31T12:00:00Z")), number("PM10", x, at("2024-01-31T12:00:00Z"))]
    };
    let of_types = |no: u64, types: &[&str]| {
        let mut change = (*change(no, &id(no as u32), values(no as f64))).clone();
        change.types = types.iter().map(|term| name(term)).collect();
        Arc::new(change)
    };
    history.append_all(&[
        of_types(1, &["Station"]),
        of_types(2, &["Secret"]),
        of_types(3, &["Station", "Secret"]),
    ]);
    history
}

#[tokio::test]
async fn rows_that_may_not_be_seen_are_in_no_view() {
    let dir = tempfile::tempdir().unwrap();
    let history = mixed(dir.path()).await;
    let with = |sight: Arc<dyn Sight>| Surroundings { sight, ..around() };
    for flushed in [false, true] {
        for (view, all) in
            [("observation", 6), ("observation_corrected", 6), ("hourly", 6), ("daily", 6), ("series", 6)]
        {
            let text = format!("SELECT count(*), max(entity), max(attribute) FROM {view}");
            let ask = async |around| {
                let table = history.sql(&tenant(), Question::new(&*text), around).await.unwrap();
                Json::Array(table.rows[0].clone()).to_string()
            };
            let whole = format!(r#"[{all},"urn:ngsi-ld:Station:3","PM10"]"#);
            assert_eq!(ask(around()).await, whole, "{view} {flushed}");
            assert_eq!(
                ask(with(Arc::new(Stations))).await,
                r#"[1,"urn:ngsi-ld:Station:1","NO2"]"#,
                "{view} {flushed}"
            );
            assert_eq!(ask(with(Arc::new(Blind))).await, "[0,null,null]", "{view} {flushed}");
        }
        history.flush().await.unwrap();
    }
    // Files of types that may not be seen are not opened.
    let plan = Question::new("EXPLAIN SELECT * FROM observation");
    let plan = history.sql(&tenant(), plan, with(Arc::new(Stations))).await.unwrap();
    let plan = format!("{:?}", plan.rows);
    assert!(plan.contains("type=Station") && !plan.contains("type=Secret"), "{plan}");
    assert!(!plan.contains(dir.path().to_str().unwrap()));
}

/// A condition that fails on a row tells of it: so none is asked of rows that may not be seen.
#[tokio::test]
async fn rows_that_may_not_be_seen_do_not_make_a_question_fail() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let nobody = EntityId::parse("urn:ngsi-ld:Station:nobody").unwrap();
    let moment = |minute: u32| at(&format!("2024-01-31T12:{minute:02}:00Z"));
    let words = AttributeValue::Property(Json::text("for nobody's eyes"));
    let words = value("PM10", words, Some(moment(1)), Quality::GOOD);
    let mut secret = (*change(5, &nobody, vec![number("NO2", 0.0, moment(1)), words.clone()])).clone();
    secret.types = [name("Secret")].into_iter().collect();
    history.append_all(&[
        change(1, &id(1), vec![number("NO2", 1.0, moment(1)), number("NO2", 2.0, moment(2))]),
        change(2, &id(1), vec![number("NO2", 4.0, moment(3)), number("NO2", 4.0, moment(4))]),
        change(3, &id(1), vec![number("NO2", 4.0, moment(5))]),
        change(4, &id(1), vec![words]),
        Arc::new(secret),
    ]);
    let seen = Surroundings { sight: Arc::new(Stations), ..around() };
    let numbered = "CAST(substr(CAST(entity AS VARCHAR), 21) AS BIGINT) = 1";
    for flushed in [false, true] {
        for (question, answer) in [
            ("FROM observation WHERE CAST(text AS BIGINT) > 0".to_owned(), 0),
            ("FROM observation WHERE 100 / CAST(number AS BIGINT) > 30".to_owned(), 2),
            (format!("FROM observation WHERE {numbered}"), 5),
            (format!("FROM observation_corrected WHERE {numbered}"), 5),
            (format!("FROM hourly WHERE {numbered}"), 1),
            (format!("FROM series WHERE {numbered}"), 1),
            ("FROM observation WHERE number > 1 AND entity LIKE 'urn:%'".to_owned(), 4),
        ] {
            let text = format!("SELECT count(*) {question}");
            let table = history.sql(&tenant(), Question::new(&*text), seen.clone()).await;
            let rows = table.unwrap_or_else(|problem| panic!("{text} {flushed}: {problem}")).rows;
            assert_eq!(format!("{rows:?}"), format!("[[Int({answer})]]"), "{text} {flushed}");
        }
        history.flush().await.unwrap();
    }
}

/// How many rows a plan meets on its way is said of all rows.
#[tokio::test]
async fn only_who_sees_everything_is_told_what_a_question_met() {
    let dir = tempfile::tempdir().unwrap();
    let history = mixed(dir.path()).await;
    let seen = Surroundings { sight: Arc::new(Stations), ..around() };
    for how in ["EXPLAIN ANALYZE", "EXPLAIN VERBOSE", "EXPLAIN ANALYZE VERBOSE"] {
        let question = || Question::new(format!("{how} SELECT count(*) FROM observation"));
        let problem = history.sql(&tenant(), question(), seen.clone()).await.unwrap_err();
        assert_eq!(problem.kind, ErrorKind::Forbidden, "{how}");
        assert!(!history.sql(&tenant(), question(), around()).await.unwrap().rows.is_empty(), "{how}");
    }
    let plain = Question::new("EXPLAIN SELECT count(*) FROM observation");
    assert!(!history.sql(&tenant(), plain, seen).await.unwrap().rows.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_no_file_answers_has_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let history = mixed(folder.path()).await;
    history.flush().await.unwrap();
    for view in ["observation", "hourly", "daily", "series"] {
        for end in ["", " LIMIT 3", " ORDER BY entity LIMIT 3", " ORDER BY entity"] {
            let text = format!("SELECT entity FROM {view} WHERE attribute = 'nobody measures this'{end}");
            assert_eq!(lines(&history, &text).await, "", "{text}");
        }
    }
}

#[tokio::test]
async fn parameters_take_the_type_of_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let history = mixed(dir.path()).await;
    let ask = async |text: &str, parameters| {
        let question = Question { parameters, ..Question::new(text) };
        history.sql(&tenant(), question, around()).await.map(|table| format!("{:?}", table.rows))
    };
    let text = "SELECT count(*) FROM observation WHERE attribute = $1 AND number > $2 AND observed_at >= $3";
    let given = vec![Json::text("NO2"), Json::Int(1), Json::text("2024-01-31T12:00:00Z")];
    assert_eq!(ask(text, Parameters::Values(given)).await.unwrap(), "[[Int(2)]]");
    let named = "SELECT count(*) FROM observation WHERE attribute = $what";
    let given = vec![("what".to_owned(), Json::text("x' OR 'a' = 'a"))];
    assert_eq!(ask(named, Parameters::Named(given)).await.unwrap(), "[[Int(0)]]");
    for bad in [Parameters::None, Parameters::Values(Vec::new()), Parameters::Values(vec![Json::text("NO2")])]
    {
        let problem = ask(text, bad).await.unwrap_err();
        assert_eq!((problem.kind, problem.field.as_deref()), (ErrorKind::BadRequest, Some("parameters")));
    }
    let odd = vec![Json::text("NO2"), Json::text("many"), Json::text("2024")];
    let problem = ask(text, Parameters::Values(odd)).await.unwrap_err();
    assert!(problem.detail.contains("many"), "{problem}");
    let described = history.describe(&tenant(), text, around()).await.unwrap();
    let wanted: Vec<&str> = described.parameters.fields().iter().map(|f| f.name().as_str()).collect();
    assert_eq!((wanted, described.schema.fields().len()), (vec!["$1", "$2", "$3"], 1));
}

#[tokio::test]
async fn rows_come_as_a_stream_and_end_with_their_reader() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let limits = SqlLimits { rows_max: usize::MAX, ..SqlLimits::default() };
    let endless = Question { limits, ..Question::new("SELECT * FROM generate_series(1, 100000000000)") };
    let mut rows = history.query(&tenant(), endless, around()).await.unwrap();
    let first = rows.next().await.unwrap().unwrap();
    assert!(first.num_rows() > 0);
    drop(rows);
    let few = SqlLimits { rows_max: 10_000, ..SqlLimits::default() };
    let cut = Question { limits: few, ..Question::new("SELECT * FROM generate_series(1, 100000000000)") };
    let cut = history.sql(&tenant(), cut, around()).await.unwrap();
    assert!(cut.truncated && cut.rows.len() == 10_000);
    let short =
        SqlLimits { time_max: Duration::from_millis(200), rows_max: usize::MAX, ..SqlLimits::default() };
    let long = Question { limits: short, ..Question::new("SELECT * FROM generate_series(1, 100000000000)") };
    assert_eq!(history.sql(&tenant(), long, around()).await.unwrap_err().kind, ErrorKind::Timeout);
}

#[tokio::test]
async fn a_query_stays_within_its_budget() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let limits = SqlLimits { memory_bytes_max: 4 << 20, ..SqlLimits::default() };
    let text = "SELECT array_agg(value) FROM generate_series(1, 5000000)";
    let problem =
        history.sql(&tenant(), Question { limits, ..Question::new(text) }, around()).await.unwrap_err();
    assert_eq!(problem.kind, ErrorKind::TooComplex, "{problem}");
    // What can go to disk does.
    let text = "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY value % 100, value DESC) AS n FROM generate_series(1, 3000000))";
    let patient = SqlLimits { memory_bytes_max: 40 << 20, time_max: Duration::from_secs(600), ..limits };
    let question = Question { limits: patient, ..Question::new(text) };
    let table = history.sql(&tenant(), question, around()).await.unwrap();
    assert_eq!(format!("{:?}", table.rows), "[[Int(3000000)]]");
}

/// The engine reads the left side of such a join a second time when it does not fit, and steps that hand out rows once would panic.
#[tokio::test]
async fn a_join_without_equality_that_does_not_fit_goes_to_disk() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let text = "SELECT count(*), sum(a.n) FROM \
        (SELECT value, count(*) AS n FROM generate_series(1, 400000) GROUP BY value) AS a \
        JOIN (SELECT DISTINCT value FROM generate_series(1, 3)) AS b ON a.value > b.value * 100000";
    let limits = SqlLimits { time_max: Duration::from_secs(600), ..SqlLimits::default() };
    for megabytes in [12, 16, 24, 400] {
        let limits = SqlLimits { memory_bytes_max: megabytes << 20, ..limits };
        match history.sql(&tenant(), Question { limits, ..Question::new(text) }, around()).await {
            Ok(table) => assert_eq!(format!("{:?}", table.rows), "[[Int(600000), Int(600000)]]"),
            Err(problem) => {
                assert_eq!((problem.kind, megabytes < 20), (ErrorKind::TooComplex, true), "{problem}");
            }
        }
    }
}

#[tokio::test]
async fn a_contract_is_a_view_with_a_column_for_each_attribute() {
    let dir = tempfile::tempdir().unwrap();
    let history = mixed(dir.path()).await;
    let fail = Quality::GOOD.with(Test::Range, Flag::Fail);
    let bad =
        value("NO2", AttributeValue::Property(Json::Float(900.0)), Some(at("2024-01-31T13:00:00Z")), fail);
    let text = value(
        "name",
        AttributeValue::Property(Json::text("Ixelles")),
        Some(at("2024-01-31T13:00:00Z")),
        Quality::GOOD,
    );
    history.append_all(&[change(4, &id(1), vec![bad, text])]);
    let column = |column: &str, attribute: &str, kind| ContractColumn {
        name: column.to_owned(),
        attributes: vec![name(attribute)],
        kind,
        unit: Some("GQ".to_owned()),
        title: "nitrogen dioxide".to_owned(),
    };
    let view = ContractView {
        name: "station".to_owned(),
        title: "Stations".to_owned(),
        type_name: name("Station"),
        columns: vec![column("no2", "NO2", ColumnKind::Number), column("name", "name", ColumnKind::Text)],
    };
    let with = Surroundings { contracts: Arc::new([view]), ..around() };
    let text = "SELECT * FROM station ORDER BY entity, observed_at";
    let table = history.sql(&tenant(), Question::new(text), with.clone()).await.unwrap();
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["entity", "dataset_id", "observed_at", "no2", "name"]);
    let rows: Vec<String> = table.rows.iter().map(|row| Json::Array(row.clone()).to_string()).collect();
    assert_eq!(
        rows.join("\n"),
        r#"["urn:ngsi-ld:Station:1",null,"2024-01-31T12:00:00Z",1.0,null]
["urn:ngsi-ld:Station:1",null,"2024-01-31T13:00:00Z",null,"Ixelles"]
["urn:ngsi-ld:Station:3",null,"2024-01-31T12:00:00Z",3.0,null]"#
    );
    let text = "SELECT unit, description FROM data_dictionary WHERE view = 'station' AND column = 'no2'";
    let table = history.sql(&tenant(), Question::new(text), with).await.unwrap();
    assert_eq!(Json::Array(table.rows[0].clone()).to_string(), r#"["GQ","nitrogen dioxide"]"#);
}

#[tokio::test]
async fn days_are_those_of_the_place_also_when_clocks_change() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let bucket = "SELECT time_bucket('P1D', arrow_cast(t, 'Timestamp(Microsecond, Some(\"UTC\"))'), 'Europe/Brussels') FROM (VALUES \
         ('2024-03-30T23:30:00Z'), ('2024-03-31T21:59:00Z'), ('2024-03-31T22:00:00Z'), (NULL)) v(t)";
    assert_eq!(
        lines(&history, bucket).await,
        "[\"2024-03-30T23:00:00Z\"]\n[\"2024-03-30T23:00:00Z\"]\n[\"2024-03-31T22:00:00Z\"]\n[null]"
    );
    // The day on which clocks are put back has 25 hours.
    let hours = "SELECT count(*), min(start), max(\"end\") FROM time_buckets('PT1H', '2024-10-26T22:00:00Z', '2024-10-27T23:00:00Z', 'Europe/Brussels')";
    assert_eq!(lines(&history, hours).await, r#"[25,"2024-10-26T22:00:00Z","2024-10-27T23:00:00Z"]"#);
    let days = "SELECT start FROM time_buckets('P1D', '2024-10-27', '2024-10-29', 'Europe/Brussels') ORDER BY start LIMIT 3";
    assert_eq!(lines(&history, days).await, "[\"2024-10-26T22:00:00Z\"]\n[\"2024-10-27T23:00:00Z\"]");
    for bad in [
        "SELECT time_bucket('P1X', now())",
        "SELECT time_bucket('P1D', now(), 'Europe/Atlantis')",
        "SELECT * FROM time_buckets('PT1S', '1900-01-01', '2100-01-01')",
        "SELECT * FROM time_buckets('P1D')",
    ] {
        let problem = history.sql(&tenant(), Question::new(bad), around()).await.unwrap_err();
        assert_eq!(problem.kind, ErrorKind::BadRequest, "{bad}: {problem}");
    }
}

#[tokio::test]
async fn places_are_geojson() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let square =
        r#"{"type":"Polygon","coordinates":[[[4.3,50.8],[4.4,50.8],[4.4,50.9],[4.3,50.9],[4.3,50.8]]]}"#;
    let ask = format!(
        "SELECT st_x(p), st_y(p), st_within(p, '{square}'), st_within(st_point(5.0, 50.8), '{square}'), \
         round(st_distance(p, st_point(4.4517, 50.8466)) / 100), round(st_area('{square}') / 1000000), st_x('no place'), \
         st_intersects(p, NULL) FROM (SELECT st_point(4.3517, 50.8466) AS p)"
    );
    // Distance by the haversine, area on the ellipsoid.
    assert_eq!(lines(&history, &ask).await, "[4.3517,50.8466,true,false,70.0,78.0,null,null]");
}

#[tokio::test]
async fn a_question_beside_others_has_the_same_answer() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let text =
        "SELECT h.entity, e.id FROM hourly AS h FULL JOIN entity AS e ON e.id = h.entity ORDER BY 1, 2";
    let alone = Question::new(text);
    let beside = Question { beside_others: true, ..alone.clone() };
    let alone = history.sql(&tenant(), alone, around()).await.unwrap();
    let beside = history.sql(&tenant(), beside, around()).await.unwrap();
    assert_eq!((beside.columns, beside.rows), (alone.columns, alone.rows));
}

/// A ring whose sides all cross one another: relating two of them would take all memory.
#[tokio::test]
async fn what_is_too_tangled_is_compared_with_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let count = 2_000;
    let place = |n: usize| {
        format!("[{},{:.2}]", n % 2, 0.02 * if n.is_multiple_of(2) { n } else { count - n } as f64)
    };
    let ring: Vec<String> = (0..count).chain([0]).map(place).collect();
    let tangle = format!(r#"{{"type":"Polygon","coordinates":[[{}]]}}"#, ring.join(","));
    let ask = format!("SELECT st_within(g, g), st_x(g) FROM (SELECT '{tangle}' AS g)");
    assert!(ask.len() < 100_000);
    assert_eq!(lines(&history, &ask).await, "[null,0.5]");
}
