//! The row of parameters that a client sends.

use std::time::Duration;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_flight::{
    decode::FlightRecordBatchStream, error::FlightError, sql::server::PeekableFlightDataStream,
};
use arrow_select::take::take_record_batch;
use futures::TryStreamExt as _;
use senne_model::{ErrorKind, Problem};
use tonic::Status;

use super::status::status;

/// The most parameters.
const COLUMNS_MAX: usize = 1_000;
/// How long they may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads the one row; `None` when there is none.
pub(super) async fn read(stream: PeekableFlightDataStream) -> Result<Option<RecordBatch>, Status> {
    let late = |_| status(Problem::new(ErrorKind::Timeout, "the parameters did not arrive in time"));
    tokio::time::timeout(PATIENCE, rows(stream)).await.map_err(late)?
}

async fn rows(stream: PeekableFlightDataStream) -> Result<Option<RecordBatch>, Status> {
    let mut batches = FlightRecordBatchStream::new_from_flight_data(stream.map_err(FlightError::from));
    let mut row = None;
    while let Some(batch) = batches.try_next().await.map_err(unreadable)? {
        if batch.num_columns() > COLUMNS_MAX {
            return Err(wrong(format!("a statement has at most {COLUMNS_MAX} parameters")));
        }
        match batch.num_rows() {
            0 => {}
            1 if row.is_none() => row = Some(alone(&batch)?),
            _ => return Err(wrong("bind one row of parameters at a time")),
        }
    }
    Ok(row)
}

/// The row without the message that it came in.
fn alone(batch: &RecordBatch) -> Result<RecordBatch, Status> {
    take_record_batch(batch, &UInt32Array::from(vec![0])).map_err(|error| wrong(error.to_string()))
}

fn unreadable(error: FlightError) -> Status {
    match error {
        FlightError::Tonic(status) => *status,
        error => wrong(format!("the parameters cannot be read: {error}")),
    }
}

fn wrong(detail: impl Into<String>) -> Status {
    status(Problem::bad(detail).field("parameters"))
}
