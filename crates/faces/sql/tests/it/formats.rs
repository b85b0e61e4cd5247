//! `POST /sql` in every form.

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::bed::{Bed, bed, shown};

const FORMATS: [&str; 5] = ["json", "ndjson", "csv", "arrow", "parquet"];

/// The rows of an answer as objects, whatever form it has. What CSV cannot tell is told by the others.
fn decoded(format: &str, body: Vec<u8>) -> Value {
    match format {
        "json" => {
            let answer: Value = serde_json::from_slice(&body).unwrap();
            let names: Vec<String> = serde_json::from_value(answer["columns"].clone()).unwrap();
            let object = |row: &Value| -> Value {
                let cells = row.as_array().unwrap().iter().cloned();
                Value::Object(names.iter().cloned().zip(cells).filter(|(_, cell)| !cell.is_null()).collect())
            };
            answer["rows"].as_array().unwrap().iter().map(object).collect()
        }
        "ndjson" => {
            let lines = std::str::from_utf8(&body).unwrap().lines();
            let row = |line: &str| {
                let mut row: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
                row.retain(|_, cell| !cell.is_null());
                Value::Object(row)
            };
            lines.map(row).collect()
        }
        "csv" => {
            let mut reader = csv::Reader::from_reader(body.as_slice());
            let names = reader.headers().unwrap().clone();
            let cell = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
            let row = |record: csv::StringRecord| -> Value {
                let cells = names.iter().zip(&record).filter(|(_, text)| !text.is_empty());
                Value::Object(cells.map(|(name, text)| (name.to_owned(), cell(text))).collect())
            };
            reader.records().map(|record| row(record.unwrap())).collect()
        }
        "arrow" => {
            let reader = StreamReader::try_new(body.as_slice(), None).unwrap();
            shown(&reader.map(Result::unwrap).collect::<Vec<RecordBatch>>())
        }
        _ => {
            let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(body)).unwrap();
            shown(&reader.build().unwrap().map(Result::unwrap).collect::<Vec<RecordBatch>>())
        }
    }
}

async fn asked(bed: &Bed, format: &str, text: &str) -> Value {
    let got = bed.ask(&format!("format={format}"), text).await;
    assert_eq!(got.status, 200, "{format}: {}", String::from_utf8_lossy(&got.body));
    decoded(format, got.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_forms_have_the_same_rows() {
    let bed = bed().await;
    let text = "SELECT entity, type, observed_at, number, quality, text, number > 2 AS high, [1, 2] AS list \
                FROM observation ORDER BY entity";
    let wanted = asked(&bed, "json", text).await;
    assert_eq!(wanted.as_array().unwrap().len(), 8);
    assert_eq!(wanted[1]["observed_at"], "2024-01-31T11:20:03Z");
    for format in FORMATS {
        assert_eq!(asked(&bed, format, text).await, wanted, "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn larger_answers_flow_and_lose_nothing() {
    let bed = bed().await;
    let text = "SELECT value AS n, repeat('x', 40) AS t FROM generate_series(1, 30000)";
    let sum = |rows: &Value| -> (usize, i64) {
        let rows = rows.as_array().unwrap();
        (rows.len(), rows.iter().filter_map(|row| row["n"].as_i64()).sum())
    };
    for format in FORMATS {
        let got = bed.ask(&format!("format={format}&rows=100000"), text).await;
        assert_eq!(got.headers.get("trailer").is_some(), format != "parquet", "{format}");
        assert_eq!(sum(&decoded(format, got.body)), (30_000, 450_015_000), "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_see_what_is_open_in_every_form() {
    let bed = bed().await;
    for format in FORMATS {
        for view in ["observation", "observation_corrected", "hourly", "daily", "series"] {
            let text = format!("SELECT DISTINCT entity, attribute FROM {view}");
            let got = bed.post(&format!("format={format}"), &[], &text).await;
            let seen = decoded(format, got.body);
            assert_eq!(seen.as_array().unwrap().len(), 6, "{format} {view}: {seen}");
            assert!(!seen.to_string().contains("Secret"), "{format} {view}");
        }
        let got = bed.post(&format!("format={format}"), &[], "SELECT id FROM entity").await;
        assert!(!decoded(format, got.body).to_string().contains("Secret"), "{format}");
        let all = asked(&bed, format, "SELECT id FROM entity").await;
        assert_eq!(all.as_array().unwrap().len(), 8, "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_values_and_never_text() {
    let bed = bed().await;
    let headers = [("authorization", "Bearer the key"), ("content-type", "application/json")];
    let ask = async |text: &str, parameters: Value| {
        let body = json!({ "query": text, "parameters": parameters }).to_string();
        bed.post("", &headers, &body).await.json()["rows"].clone()
    };
    let by_number = "SELECT count(*) FROM observation WHERE type = $1 AND number > $2";
    assert_eq!(ask(by_number, json!(["AirQualityObserved", 1])).await, json!([[4]]));
    let by_sign = "SELECT count(*) FROM observation WHERE type = ? AND number > ?";
    assert_eq!(ask(by_sign, json!(["AirQualityObserved", 1.5])).await, json!([[3]]));
    let by_name = "SELECT count(*) FROM observation WHERE type = $type AND observed_at < $before";
    let named = json!({ "type": "AirQualityObserved", "before": "2024-01-31T11:20:04Z" });
    assert_eq!(ask(by_name, named).await, json!([[2]]));
    for evil in ["x' OR 1 = 1 --", "'; DROP TABLE observation; --", "\" OR \"\" = \"", "$1", "?", "\u{0}"] {
        assert_eq!(
            ask("SELECT count(*) FROM observation WHERE type = $1", json!([evil])).await,
            json!([[0]])
        );
        assert_eq!(ask("SELECT $a AS a", json!({ "a": evil })).await, json!([[evil]]));
    }
    assert_eq!(ask("SELECT count(*) FROM observation", Value::Null).await, json!([[8]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_answer_says_so_or_is_none() {
    let bed = bed().await;
    let text = "SELECT value AS n FROM generate_series(1, 200000)";
    let json = bed.ask("", text).await;
    let header = |name: &str| json.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(json.json()["truncated"], true);
    assert_eq!(json.json()["rows"].as_array().unwrap().len(), 10_000);
    assert_eq!(
        (header("senne-rows-max").as_deref(), header("senne-truncated").as_deref()),
        (Some("10000"), Some("true"))
    );
    let csv = bed.ask("format=csv&rows=10", text).await;
    assert_eq!(csv.headers["senne-truncated"], "true");
    let whole = bed.ask("format=csv&rows=10", "SELECT 1").await;
    assert_eq!(whole.headers["senne-truncated"], "false");
    // Nobody has agreed to miss rows here, and a stranger may have no more than 100,000.
    let lines = bed.post("format=ndjson", &[], text).await;
    let lines = String::from_utf8(lines.body).unwrap();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!((lines.lines().count(), &last["error"]["status"]), (100_001, &json!(403)));
    let agreed = bed.post("format=ndjson&rows=5000000", &[], text).await;
    assert_eq!(String::from_utf8(agreed.body).unwrap().lines().count(), 100_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_select_is_answered_too() {
    let bed = bed().await;
    for text in
        ["EXPLAIN SELECT * FROM hourly", "DESCRIBE observation", "SHOW TABLES", "SELECT 1 WHERE false"]
    {
        for format in FORMATS {
            asked(&bed, format, text).await;
        }
    }
    let odd = "SELECT NULL AS n, INTERVAL '1 day' AS i, now() AS t, current_date AS d, {a: [1]} AS s, \
               arrow_cast('v', 'Utf8View') AS v, arrow_cast(1, 'Decimal128(10, 2)') AS m, \
               arrow_cast('k', 'Dictionary(Int32, Utf8)') AS k, arrow_cast(5, 'Duration(Second)') AS u";
    for format in FORMATS {
        assert_eq!(asked(&bed, format, odd).await[0]["k"], "k", "{format}");
        let twice = asked(&bed, format, "SELECT a.v, b.v FROM (SELECT 1 AS v) a, (SELECT 2 AS v) b").await;
        assert_eq!((&twice[0]["v"], &twice[0]["v_2"]), (&json!(1), &json!(2)), "{format}");
    }
}
