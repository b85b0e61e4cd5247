//! Prepared statements by Arrow's own client.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::DataType;
use serde_json::{Value, json};

use crate::bed::{Client, bed, fetch, rows, shown};

fn row(columns: Vec<ArrayRef>) -> RecordBatch {
    let names = (1..=columns.len()).map(|n| format!("${n}"));
    RecordBatch::try_from_iter(names.zip(columns)).unwrap()
}

fn text(text: &str) -> ArrayRef {
    Arc::new(StringArray::from(vec![text]))
}

async fn asked(client: &mut Client, statement: &str, parameters: RecordBatch) -> Value {
    let mut prepared = client.prepare(statement.to_owned(), None).await.unwrap();
    prepared.set_parameters(parameters).unwrap();
    let info = prepared.execute().await.unwrap();
    let rows = shown(&fetch(client, info).await.unwrap());
    prepared.close().await.ok();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_values_and_never_text() {
    let bed = bed().await;
    let mut client = bed.client().await;
    let count = "SELECT count(*) AS n FROM observation WHERE type = ? AND number > ?";
    let over = |number: ArrayRef| row(vec![text("AirQualityObserved"), number]);
    let one = Arc::new(Float64Array::from(vec![1.0]));
    assert_eq!(asked(&mut client, count, over(one)).await, json!([{ "n": 4 }]));
    let one = Arc::new(Int64Array::from(vec![1]));
    assert_eq!(asked(&mut client, count, over(one)).await, json!([{ "n": 4 }]));
    let before = "SELECT count(*) AS n FROM observation WHERE observed_at < $1";
    let instant = TimestampMillisecondArray::from(vec![1_706_700_004_000]).with_timezone("UTC");
    assert_eq!(asked(&mut client, before, row(vec![Arc::new(instant)])).await, json!([{ "n": 2 }]));
    for evil in ["x' OR 1 = 1 --", "'; DROP TABLE observation; --", "?", "$1"] {
        let found =
            asked(&mut client, "SELECT entity FROM observation WHERE type = $1", row(vec![text(evil)])).await;
        assert_eq!(found, json!([]));
        assert_eq!(asked(&mut client, "SELECT ? AS a", row(vec![text(evil)])).await, json!([{ "a": evil }]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_says_what_it_wants_and_gives() {
    let bed = bed().await;
    let mut client = bed.client().await;
    let statement = "SELECT entity, number FROM observation WHERE attribute = ? AND observed_at > ?";
    let prepared = client.prepare(statement.to_owned(), None).await.unwrap();
    let kinds = |schema: &arrow_schema::Schema| {
        schema.fields().iter().map(|field| field.data_type().clone()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(prepared.dataset_schema().unwrap()), [DataType::Utf8, DataType::Float64]);
    let wanted = kinds(prepared.parameter_schema().unwrap());
    assert_eq!((wanted.len(), &wanted[0]), (2, &DataType::Utf8));
    let refused = client.prepare("DELETE FROM observation".to_owned(), None).await.unwrap_err();
    assert!(refused.to_string().contains("not supported"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_is_of_its_maker_in_its_tenant() {
    let bed = bed().await;
    let mut client = bed.client().await;
    let mut prepared =
        client.prepare("SELECT count(*) AS n FROM observation".to_owned(), None).await.unwrap();
    let info = prepared.execute().await.unwrap();
    let mut other = client.clone();
    other.set_header("ngsild-tenant", "other");
    for mut stranger in [bed.stranger().await, other] {
        assert!(fetch(&mut stranger, info.clone()).await.is_err());
    }
    assert_eq!(shown(&fetch(&mut client, info.clone()).await.unwrap()), json!([{ "n": 8 }]));
    prepared.close().await.unwrap();
    let gone = fetch(&mut client, info).await.unwrap_err().to_string();
    assert!(gone.contains("prepare it again"), "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_rows_of_parameters_are_refused() {
    let bed = bed().await;
    let mut client = bed.client().await;
    let mut prepared = client.prepare("SELECT $1 AS a".to_owned(), None).await.unwrap();
    prepared.set_parameters(row(vec![Arc::new(StringArray::from(vec!["a", "b"]))])).unwrap();
    assert!(prepared.execute().await.unwrap_err().to_string().contains("one row"));
    let mut unbound =
        client.prepare("SELECT count(*) AS n FROM entity WHERE id = $1".to_owned(), None).await.unwrap();
    let info = unbound.execute().await.unwrap();
    assert!(fetch(&mut client, info).await.unwrap_err().to_string().contains("no value"));
    let mut wrong =
        client.prepare("SELECT count(*) FROM observation WHERE number > $1".to_owned(), None).await.unwrap();
    wrong.set_parameters(row(vec![text("many")])).unwrap();
    let info = wrong.execute().await.unwrap();
    assert!(fetch(&mut client, info).await.is_err());
    assert_eq!(rows(&mut client, "SELECT 1 AS a").await, json!([{ "a": 1 }]));
}
