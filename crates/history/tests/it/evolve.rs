//! Tables that an older program made get the columns that this one has more.

use deltalake::{
    DeltaTableBuilder,
    kernel::{DataType, PrimitiveType, StructField},
    operations::create::CreateBuilder,
};
use senne_history::History;
use url::Url;

use crate::common::*;

fn texts(names: &[&str]) -> Vec<StructField> {
    let text = DataType::Primitive(PrimitiveType::String);
    names.iter().map(|name| StructField::new(*name, text.clone(), true)).collect()
}

async fn columns(table: &Url) -> Vec<String> {
    let table = DeltaTableBuilder::from_url(table.clone()).unwrap().load().await.unwrap();
    table.snapshot().unwrap().schema().fields().map(|field| field.name().clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_table_gets_new_columns_with_the_next_flush() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("history/default/observation_day");
    std::fs::create_dir_all(&dir).unwrap();
    let url = Url::from_directory_path(&dir).unwrap();
    CreateBuilder::new()
        .with_location(url.to_string())
        .with_columns(texts(&["attribute", "entity", "dataset_id", "attribute_iri", "type", "year"]))
        .with_partition_columns(["type", "year"])
        .await
        .unwrap();
    assert!(!columns(&url).await.contains(&"types".to_owned()));
    let history = History::open(config(folder.path())).await.unwrap();
    let noon = at("2024-03-01T12:00:00Z");
    history.append_all(&[change(1, &id(1), vec![number("NO2", 4.0, noon)])]);
    history.flush().await.unwrap();
    for name in ["types", "sum_squares", "start", "entity"] {
        assert!(columns(&url).await.contains(&name.to_owned()), "{name}");
    }
    drop(history);
    let history = History::open(config(folder.path())).await.unwrap();
    assert_eq!(lines(&history, "SELECT sum(count) FROM daily").await, "[1]");
}
