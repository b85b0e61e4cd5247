//! Bytes that no good client sends: always a refusal, never a panic.

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_flight::{
    Action, FlightData, FlightDescriptor,
    encode::FlightDataEncoderBuilder,
    sql::{ActionCreatePreparedStatementResult, Any, CommandPreparedStatementQuery, ProstMessageExt},
};
use futures::{TryStreamExt, stream};
use prost::Message;
use serde_json::json;
use std::sync::Arc;

use crate::bed::{Client, bed, rows};

/// A handle, and the messages that would bind 1 to it.
async fn messages(client: &mut Client) -> Vec<FlightData> {
    let request = arrow_flight::sql::ActionCreatePreparedStatementRequest {
        query: "SELECT $1".to_owned(),
        transaction_id: None,
    };
    let body = request.as_any().encode_to_vec();
    let action = Action { r#type: "CreatePreparedStatement".to_owned(), body: body.into() };
    let answer = client.do_action(action).await.unwrap().message().await.unwrap().unwrap();
    let made: ActionCreatePreparedStatementResult =
        Any::decode(&*answer.body).unwrap().unpack().unwrap().unwrap();
    let command = CommandPreparedStatementQuery { prepared_statement_handle: made.prepared_statement_handle };
    let row = RecordBatch::try_from_iter([("$1", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]).unwrap();
    FlightDataEncoderBuilder::new()
        .with_flight_descriptor(Some(FlightDescriptor::new_cmd(command.as_any().encode_to_vec())))
        .build(stream::iter([Ok(row)]))
        .try_collect()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_parameters_are_refused() {
    let bed = bed().await;
    let mut client = bed.client().await;
    let good = messages(&mut client).await;
    let put = async |mut client: Client, sent: Vec<FlightData>| match client.do_put(stream::iter(sent)).await
    {
        Ok(mut answer) => answer.message().await.is_ok(),
        Err(_) => false,
    };
    assert!(put(client.clone(), good.clone()).await);
    assert!(!put(client.clone(), Vec::new()).await);
    let mut refused = 0;
    for message in 0..good.len() {
        for at in 0..good[message].data_header.len() {
            for bit in [0x01, 0x80] {
                let mut bad = good.clone();
                let mut header = bad[message].data_header.to_vec();
                header[at] ^= bit;
                bad[message].data_header = header.into();
                refused += usize::from(!put(client.clone(), bad).await);
            }
        }
        let mut short = good.clone();
        short[message].data_header = short[message].data_header.slice(..short[message].data_header.len() / 2);
        short[message].data_body = bytes::Bytes::new();
        assert!(!put(client.clone(), short).await);
    }
    assert!(refused > 50, "{refused}");
    assert_eq!(rows(&mut client, "SELECT 1 AS a").await, json!([{ "a": 1 }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_actions_are_refused() {
    let bed = bed().await;
    let mut client = bed.client().await;
    let names = [
        "CreatePreparedStatement",
        "ClosePreparedStatement",
        "BeginTransaction",
        "CancelQuery",
        "Nothing",
        "",
    ];
    for name in names {
        for body in [b"".as_slice(), b"nonsense", &[0xff; 30]] {
            let action = Action { r#type: name.to_owned(), body: body.to_vec().into() };
            assert!(client.do_action(action).await.is_err(), "{name} {body:?}");
        }
    }
}
