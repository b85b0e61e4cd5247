//! Flight SQL by Arrow's own client.

use arrow_array::{Array, BinaryArray, StringArray};
use arrow_flight::{
    FlightDescriptor, IpcMessage, Ticket,
    sql::{CommandGetDbSchemas, CommandGetTables, CommandGetXdbcTypeInfo, SqlInfo},
};
use arrow_schema::{DataType, Schema};
use serde_json::json;

use crate::bed::{bed, fetch, rows, shown};

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_answered_in_plain_types() {
    let bed = bed().await;
    let mut client = bed.client().await;
    let text = "SELECT entity, attribute, number FROM observation WHERE number >= 3.5 ORDER BY entity";
    let info = client.execute(text.to_owned(), None).await.unwrap();
    let promised = info.clone().try_decode_schema().unwrap();
    let batches = fetch(&mut client, info).await.unwrap();
    assert_eq!(*batches[0].schema(), promised);
    let kinds: Vec<&DataType> = promised.fields().iter().map(|field| field.data_type()).collect();
    assert_eq!(kinds, [&DataType::Utf8, &DataType::Utf8, &DataType::Float64]);
    assert_eq!(
        shown(&batches),
        json!([
            { "entity": "urn:ngsi-ld:Secret:7", "attribute": "level", "number": 3.5 },
            { "entity": "urn:ngsi-ld:Secret:8", "attribute": "level", "number": 4.0 },
        ])
    );
    for text in ["EXPLAIN SELECT 1", "SHOW TABLES", "DESCRIBE entity"] {
        assert!(!rows(&mut client, text).await.as_array().unwrap().is_empty(), "{text}");
    }
    let many = "SELECT count(*) AS n FROM (SELECT * FROM generate_series(1, 300000))";
    assert_eq!(rows(&mut client, many).await, json!([{ "n": 300_000 }]));
    let info = client.execute("SELECT * FROM generate_series(1, 300000)".to_owned(), None).await.unwrap();
    let batches = fetch(&mut client, info).await.unwrap();
    assert_eq!(batches.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>(), 300_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_see_what_is_open() {
    let bed = bed().await;
    let mut stranger = bed.stranger().await;
    let count = "SELECT count(*) AS n FROM observation";
    assert_eq!(rows(&mut stranger, count).await, json!([{ "n": 6 }]));
    // A ticket carries no right: whoever brings it is judged by what they are.
    let mut known = bed.client().await;
    let info = known.execute(count.to_owned(), None).await.unwrap();
    assert_eq!(shown(&fetch(&mut stranger, info).await.unwrap()), json!([{ "n": 6 }]));
    assert_eq!(rows(&mut known, count).await, json!([{ "n": 8 }]));
    let info = stranger.execute("SELECT * FROM generate_series(1, 200000)".to_owned(), None).await.unwrap();
    let cut = fetch(&mut stranger, info).await.unwrap_err().to_string();
    assert!(cut.contains("100000"), "an answer that lacks rows is a failure: {cut}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_key_opens() {
    let bed = bed().await;
    let mut client = bed.stranger().await;
    let refused = client.handshake("admin", "guess").await.unwrap_err().to_string();
    assert!(refused.contains("not known"), "{refused}");
    client.set_token("guess".to_owned());
    assert!(client.execute("SELECT 1".to_owned(), None).await.is_err());
    client.clear_token();
    client.handshake("anybody", crate::bed::KEY).await.unwrap();
    assert_eq!(client.token().map(String::as_str), Some(crate::bed::KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_names_the_tenant() {
    let bed = bed().await;
    for name in ["ngsild-tenant", "database"] {
        let mut client = bed.client().await;
        client.set_header(name, "other");
        assert_eq!(
            rows(&mut client, "SELECT id FROM entity").await,
            json!([{ "id": "urn:ngsi-ld:AirQualityObserved:9" }])
        );
        client.set_header(name, "../default");
        assert!(client.execute("SELECT 1".to_owned(), None).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_find_the_views_and_their_columns() {
    let bed = bed().await;
    let mut client = bed.client().await;
    let all = CommandGetTables { include_schema: true, ..CommandGetTables::default() };
    let info = client.get_tables(all).await.unwrap();
    let tables = fetch(&mut client, info).await.unwrap().remove(0);
    let names: &StringArray = tables.column_by_name("table_name").unwrap().as_any().downcast_ref().unwrap();
    let schemas: &BinaryArray =
        tables.column_by_name("table_schema").unwrap().as_any().downcast_ref().unwrap();
    for wanted in ["entity", "observation", "hourly", "series", "air_quality_observed", "data_dictionary"] {
        assert!(names.iter().any(|name| name == Some(wanted)), "{wanted}");
    }
    for (name, schema) in names.iter().zip(schemas) {
        let schema = Schema::try_from(IpcMessage(schema.unwrap().to_vec().into())).unwrap();
        assert!(!schema.fields().is_empty());
        if name == Some("hourly") {
            let start = schema.field_with_name("start").unwrap();
            assert_eq!(start.metadata()["ARROW:FLIGHT:SQL:REMARKS"], "when the hour begins (UTC)");
            let direct = client.execute("SELECT * FROM hourly".to_owned(), None).await.unwrap();
            let plain = |schema: &Schema| {
                schema.fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect::<Vec<_>>()
            };
            assert_eq!(plain(&direct.try_decode_schema().unwrap()), plain(&schema));
        }
    }
    let some = CommandGetTables {
        db_schema_filter_pattern: Some("public".to_owned()),
        table_name_filter_pattern: Some("observation%".to_owned()),
        ..CommandGetTables::default()
    };
    let info = client.get_tables(some).await.unwrap();
    assert_eq!(shown(&fetch(&mut client, info).await.unwrap()).as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_learn_what_the_server_is() {
    let bed = bed().await;
    let mut client = bed.stranger().await;
    let info = client.get_catalogs().await.unwrap();
    assert_eq!(shown(&fetch(&mut client, info).await.unwrap()), json!([{ "catalog_name": "senne" }]));
    let info = client.get_db_schemas(CommandGetDbSchemas::default()).await.unwrap();
    let schemas = json!([{ "catalog_name": "senne", "db_schema_name": "public" }]);
    assert_eq!(shown(&fetch(&mut client, info).await.unwrap()), schemas);
    let info = client.get_table_types().await.unwrap();
    assert_eq!(shown(&fetch(&mut client, info).await.unwrap()), json!([{ "table_type": "VIEW" }]));
    let info = client
        .get_sql_info(vec![SqlInfo::FlightSqlServerName, SqlInfo::FlightSqlServerReadOnly])
        .await
        .unwrap();
    assert_eq!(fetch(&mut client, info).await.unwrap()[0].num_rows(), 2);
    let info = client.get_xdbc_type_info(CommandGetXdbcTypeInfo { data_type: None }).await.unwrap();
    assert!(fetch(&mut client, info).await.unwrap()[0].num_rows() > 5);
    let info = client.get_primary_keys(arrow_flight::sql::CommandGetPrimaryKeys::default()).await.unwrap();
    assert_eq!(
        fetch(&mut client, info).await.unwrap().iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_in_words() {
    let bed = bed().await;
    let mut client = bed.client().await;
    for text in [
        "SELEC 1",
        "DELETE FROM observation",
        "SELECT * FROM nowhere",
        "",
        "DROP TABLE entity",
        "SELECT 1; SELECT 2",
    ] {
        let refused = client.execute(text.to_owned(), None).await.unwrap_err().to_string();
        assert!(refused.contains("sql"), "{text}: {refused}");
    }
    let refused = client.execute_update("DELETE FROM observation".to_owned(), None).await.unwrap_err();
    assert!(refused.to_string().contains("only reads"), "{refused}");
    for bytes in [b"".as_slice(), b"nonsense", &[0xff; 40], &[0x0a, 0x05, 0x68]] {
        let ticket = Ticket { ticket: bytes.to_vec().into() };
        assert!(client.do_get(ticket).await.is_err(), "{bytes:?}");
        let descriptor = FlightDescriptor::new_cmd(bytes.to_vec());
        assert!(client.inner_mut().get_flight_info(descriptor).await.is_err(), "{bytes:?}");
    }
    let long = "-".repeat(2 << 20);
    assert!(client.execute(long, None).await.is_err());
    assert_eq!(rows(&mut client, "SELECT 1 AS a").await, json!([{ "a": 1 }]));
}
