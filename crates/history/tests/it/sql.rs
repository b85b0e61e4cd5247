//! SQL reads the views and nothing else.

use std::{sync::Arc, time::Duration};

use senne_history::{ColumnKind, EntitySource, History, Question, SqlLimits, Surroundings, Table};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, Effect, Entity, ErrorKind, Flag, Geometry, Instance, Json, Name,
    Problem, Quality, Test,
};

use crate::common::*;

struct City;

impl EntitySource for City {
    fn scan(&self, each: &mut dyn FnMut(Arc<Entity>)) -> Result<(), Problem> {
        for n in 0..3000 {
            let mut entity = Entity::new(id(n), name("Station"));
            entity.created_at = recorded(1);
            let place = AttributeValue::Geo(Geometry::point(4.35, 50.84).unwrap());
            entity.attributes = vec![
                Attribute::new(name("NO2"), Instance::new(AttributeValue::Property(Json::Int(i64::from(n))))),
                Attribute::new(Name::new("https://uri.etsi.org/ngsi-ld/location"), Instance::new(place)),
            ];
            each(Arc::new(entity));
        }
        Ok(())
    }
}

fn city() -> Surroundings {
    Surroundings { entities: Arc::new(City), ..around() }
}

async fn ask(history: &History, text: &str) -> Result<Table, Problem> {
    history.sql(&tenant(), Question::new(text), city()).await
}

async fn rows(history: &History, text: &str) -> String {
    let table = ask(history, text).await.unwrap();
    let rows: Vec<String> = table.rows.iter().map(|row| Json::Array(row.clone()).to_string()).collect();
    rows.join("\n")
}

async fn filled(dir: &std::path::Path) -> Arc<History> {
    let history = open(dir).await;
    let fail = Quality::GOOD.with(Test::Range, Flag::Fail).with(Test::Spike, Flag::Suspect);
    let flagged =
        value("NO2", AttributeValue::Property(Json::Float(900.0)), Some(at("2024-01-31T13:00:00Z")), fail);
    let mut gone = number("NO2", 1.0, at("2024-01-31T13:00:00Z"));
    gone.effect = Effect::Deleted;
    history.append_all(&[
        change(
            1,
            &id(1),
            vec![
                number("NO2", 40.5, at("2024-01-31T12:00:00Z")),
                number("PM10", 7.0, at("2024-01-31T12:00:00Z")),
            ],
        ),
        change(2, &id(1), vec![number("NO2", 41.5, at("2024-01-31T12:00:00Z"))]),
        change(3, &id(2), vec![flagged]),
        change(4, &id(2), vec![gone]),
    ]);
    history
}

#[tokio::test]
async fn views_over_memory_and_tables() {
    let dir = tempfile::tempdir().unwrap();
    let history = filled(dir.path()).await;
    for _ in 0..2 {
        let all = "SELECT entity, type, attribute, observed_at, recorded_at, number, unit, quality, quality_tests, change \
             FROM observation ORDER BY change, attribute";
        assert_eq!(
            rows(&history, all).await,
            r#"["urn:ngsi-ld:Station:1","Station","NO2","2024-01-31T12:00:00Z","2024-06-01T00:00:01Z",40.5,"GQ",1,null,1]
["urn:ngsi-ld:Station:1","Station","PM10","2024-01-31T12:00:00Z","2024-06-01T00:00:01Z",7.0,"GQ",1,null,1]
["urn:ngsi-ld:Station:1","Station","NO2","2024-01-31T12:00:00Z","2024-06-01T00:00:02Z",41.5,"GQ",1,null,2]
["urn:ngsi-ld:Station:2","Station","NO2","2024-01-31T13:00:00Z","2024-06-01T00:00:03Z",900.0,"GQ",4,"range,spike",3]"#
        );
        let mean = "SELECT avg(number) AS mean, count(*) AS n FROM observation_corrected \
             WHERE attribute = 'NO2' AND entity LIKE 'urn:%' AND observed_at >= '2024-01-31' AND quality <= 2 AND type IN ('Station')";
        assert_eq!(rows(&history, mean).await, "[41.5,1]");
        let hourly = "SELECT entity, start, count, usable, mean, first, fail FROM hourly WHERE attribute = 'NO2' ORDER BY entity";
        assert_eq!(
            rows(&history, hourly).await,
            r#"["urn:ngsi-ld:Station:1","2024-01-31T12:00:00Z",1,1,41.5,41.5,0]
["urn:ngsi-ld:Station:2","2024-01-31T13:00:00Z",1,null,null,null,1]"#
        );
        let joined = "SELECT e.id, json_number(e.attributes, 'NO2.value') AS now, count(o.number) AS n FROM entity e \
             JOIN observation o ON o.entity = e.id GROUP BY 1, 2 ORDER BY 1";
        assert_eq!(
            rows(&history, joined).await,
            "[\"urn:ngsi-ld:Station:1\",1.0,3]\n[\"urn:ngsi-ld:Station:2\",2.0,1]"
        );
        history.flush().await.unwrap();
    }
    let days = "SELECT date_trunc('day', observed_at) AS day, attribute, round(avg(number), 1) FROM observation \
         GROUP BY day, attribute ORDER BY attribute DESC LIMIT 1";
    assert_eq!(rows(&history, days).await, r#"["2024-01-31T00:00:00Z","PM10",7.0]"#);
    assert_eq!(rows(&history, "SELECT count(*) FROM daily").await, "[3]");
    let series = "SELECT entity, attribute, count, usable, last, first_at, last_at FROM series ORDER BY 1, 2";
    assert_eq!(
        rows(&history, series).await,
        r#"["urn:ngsi-ld:Station:1","NO2",1,1,41.5,"2024-01-31T12:00:00Z","2024-01-31T12:00:00Z"]
["urn:ngsi-ld:Station:1","PM10",1,1,7.0,"2024-01-31T12:00:00Z","2024-01-31T12:00:00Z"]
["urn:ngsi-ld:Station:2","NO2",1,null,null,null,null]"#
    );
}

#[tokio::test]
async fn entities_are_a_view() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let table = ask(&history, "SELECT * FROM entity ORDER BY id LIMIT 1").await.unwrap();
    assert_eq!(
        Json::Array(table.rows[0].clone()).to_string(),
        r#"["urn:ngsi-ld:Station:0","Station","{\"NO2\":{\"value\":0,\"quality\":2},\"location\":{\"value\":{\"type\":\"Point\",\"coordinates\":[4.35,50.84]},\"quality\":2}}","{\"type\":\"Point\",\"coordinates\":[4.35,50.84]}","2024-06-01T00:00:01Z","1970-01-01T00:00:00Z"]"#
    );
    assert_eq!(table.columns[4].kind, ColumnKind::Time);
    assert_eq!(rows(&history, "SELECT count(*) AS n, max(type) FROM entity").await, r#"[3000,"Station"]"#);
    let few = SqlLimits { rows_max: 7, ..SqlLimits::default() };
    let question = Question { limits: few, ..Question::new("SELECT id FROM entity") };
    let cut = history.sql(&tenant(), question, city()).await.unwrap();
    assert!(cut.truncated && cut.rows.len() == 7);
}

#[tokio::test]
async fn nothing_but_reading_is_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let history = filled(dir.path()).await;
    history.flush().await.unwrap();
    for bad in [
        "CREATE TABLE x AS SELECT 1",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE VIEW x AS SELECT 1",
        "DROP VIEW observation",
        "INSERT INTO observation SELECT * FROM observation",
        "DELETE FROM observation",
        "UPDATE observation SET number = 1",
        "COPY (SELECT 1) TO '/tmp/senne-should-not-be.csv'",
        "COPY observation TO '/tmp/senne-should-not-be.parquet'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/senne-should-not-be.csv'",
        "SET datafusion.execution.batch_size = 1",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"/etc/passwd\"",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM raw",
        "PREPARE p AS SELECT 1",
        "BEGIN",
        "SELECT 1; DROP VIEW observation",
        "",
        "SELEC 1",
    ] {
        let problem = ask(&history, bad).await.unwrap_err();
        assert_eq!(problem.kind, ErrorKind::BadRequest, "{bad}: {problem}");
    }
    assert!(!std::path::Path::new("/tmp/senne-should-not-be.csv").exists());
    assert!(rows(&history, "SHOW TABLES").await.contains("observation_corrected"));
    let plan = rows(&history, "EXPLAIN SELECT * FROM observation WHERE attribute = 'NO2'").await;
    assert!(
        plan.contains("DataSourceExec")
            && !plan.contains(dir.path().to_str().unwrap().trim_start_matches('/')),
        "{plan}"
    );
    let unknown = ask(&history, "SELECT nonsense FROM observation").await.unwrap_err();
    assert_eq!((unknown.kind, unknown.field.as_deref()), (ErrorKind::BadRequest, Some("sql")));
}

#[tokio::test]
async fn long_queries_end() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let limits = SqlLimits { time_max: Duration::from_millis(300), ..SqlLimits::default() };
    let text = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a.value % 7 = b.value % 11";
    let began = std::time::Instant::now();
    let question = Question { limits, ..Question::new(text) };
    let problem = history.sql(&tenant(), question, city()).await.unwrap_err();
    assert!(matches!(problem.kind, ErrorKind::Timeout | ErrorKind::TooComplex), "{problem}");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn what_was_known_at_a_change() {
    let dir = tempfile::tempdir().unwrap();
    let history = filled(dir.path()).await;
    let late = number("NO2", 10.0, at("2024-01-31T12:30:00Z"));
    let as_of = |no: u64, text: &str| {
        let question = Question { as_of: Some(ChangeNo(no)), ..Question::new(text) };
        let history = Arc::clone(&history);
        async move {
            let table = history.sql(&tenant(), question, city()).await.unwrap();
            let rows: Vec<String> =
                table.rows.iter().map(|row| Json::Array(row.clone()).to_string()).collect();
            rows.join("\n")
        }
    };
    for flushed in [false, true] {
        if flushed {
            history.flush().await.unwrap();
            history.append_all(&[change(5, &id(1), vec![late.clone()])]);
            history.flush().await.unwrap();
        }
        for view in ["hourly", "daily"] {
            let sums = format!(
                "SELECT count, usable, good, fail, mean, sum, min, max, stddev, first, last, first_at, last_at FROM {view} \
                 WHERE attribute = 'NO2' ORDER BY entity"
            );
            let first = as_of(1, &sums).await;
            assert!(first.starts_with("[1,1,1,0,40.5,40.5,40.5,40.5,0.0,40.5,40.5,"), "{first}");
            assert_eq!(as_of(3, &sums).await.lines().count(), 2);
            let newest = if flushed { 5 } else { 4 };
            assert_eq!(as_of(newest, &sums).await, rows(&history, &sums).await, "{view}");
        }
        let all = "SELECT number FROM observation_corrected WHERE attribute = 'NO2' ORDER BY number";
        assert_eq!(as_of(1, all).await, "[40.5]");
        assert_eq!(as_of(2, all).await, "[41.5]");
        assert_eq!(as_of(3, all).await, "[41.5]\n[900.0]");
    }
}
