//! Rows as messages, and the promises that lead to them.

use std::{pin::Pin, sync::Arc, time::Duration};

use arrow_array::RecordBatch;
use arrow_flight::{
    FlightData, FlightDescriptor, FlightEndpoint, FlightInfo, Ticket, encode::FlightDataEncoderBuilder,
    error::FlightError, sql::ProstMessageExt,
};
use arrow_schema::{Schema, SchemaRef};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use prost::Message as _;
use senne_hub::{Context, Description, Parameters, Question, SqlLimits};
use senne_model::{ErrorKind, Problem};
use tonic::{Response, Status};

use super::{
    Flight,
    status::{fault, status},
};
use crate::{
    feed::{Event, Feed},
    shape::{Shape, Wire},
};

/// Rows are cut into messages of about so many bytes.
const MESSAGE_BYTES: usize = 1 << 20;

/// Longer than any caller may ask; the hub cuts it.
const TIME_MAX: Duration = Duration::from_secs(24 * 3600);

/// Rows on their way.
pub(super) type Messages = Pin<Box<dyn Stream<Item = Result<FlightData, Status>> + Send>>;

impl Flight {
    /// The columns that a statement would answer with, and its parameters.
    pub(super) async fn describe(
        &self,
        context: &Context,
        text: &str,
    ) -> Result<(SchemaRef, SchemaRef), Status> {
        let described = self.described(context, text).await?;
        let plain = |schema: &Schema| Arc::clone(Shape::new(schema, Wire::Arrow).schema());
        Ok((plain(&described.schema), plain(&described.parameters)))
    }

    /// The same in the types of the engine.
    pub(super) async fn described(&self, context: &Context, text: &str) -> Result<Description, Status> {
        let _turn = self.turns.take(&context.principal).await.map_err(status)?;
        self.face.hub.describe(context, text).await.map_err(status)
    }

    /// Asks, and sends the rows as they come.
    pub(super) async fn send(
        &self,
        context: &Context,
        text: String,
        parameters: Parameters,
    ) -> Result<Response<Messages>, Status> {
        let limits = SqlLimits { rows_max: usize::MAX, time_max: TIME_MAX, ..SqlLimits::default() };
        let question = Question { parameters, limits, ..Question::new(text) };
        let feed = Feed::open(&self.face, context, question, Wire::Arrow).await.map_err(status)?;
        let schema = Arc::clone(feed.schema());
        Ok(Response::new(messages(schema, stream::try_unfold(feed, next))))
    }
}

/// The next rows. There is no place to say that rows are missing, so that is a failure.
async fn next(mut feed: Feed) -> Result<Option<(RecordBatch, Feed)>, FlightError> {
    let failed = |problem| FlightError::from(status(problem));
    match feed.next().await.map_err(failed)? {
        Event::Rows(batch) => Ok(Some((batch, feed))),
        Event::End { truncated: false } => Ok(None),
        Event::End { truncated: true } => Err(failed(feed.cut())),
    }
}

fn messages<S>(schema: SchemaRef, batches: S) -> Messages
where
    S: Stream<Item = Result<RecordBatch, FlightError>> + Send + 'static,
{
    let builder = FlightDataEncoderBuilder::new().with_schema(schema);
    let encoded = builder.with_max_flight_data_size(MESSAGE_BYTES).build(batches);
    encoded.map_err(Status::from).boxed()
}

/// Rows that are there already.
pub(super) fn send_now(
    batch: Result<RecordBatch, impl std::fmt::Display>,
) -> Result<Response<Messages>, Status> {
    let batch = batch.map_err(fault)?;
    Ok(Response::new(messages(batch.schema(), stream::iter([Ok(batch)]))))
}

/// No rows of these columns.
pub(super) fn send_none(schema: SchemaRef) -> Result<Response<Messages>, Status> {
    send_now(Ok::<_, FlightError>(RecordBatch::new_empty(schema)))
}

/// The promise of rows to whoever brings the ticket; with these columns, where they are known.
pub(super) fn promise(
    descriptor: FlightDescriptor,
    columns: Option<&Schema>,
    ticket: &impl ProstMessageExt,
) -> Result<Response<FlightInfo>, Status> {
    let ticket = Ticket { ticket: ticket.as_any().encode_to_vec().into() };
    let info = FlightInfo::new()
        .with_descriptor(descriptor)
        .with_endpoint(FlightEndpoint::new().with_ticket(ticket));
    let info = match columns {
        Some(columns) => info.try_with_schema(columns).map_err(fault)?,
        None => info,
    };
    Ok(Response::new(info))
}

/// What is answered to everything that would write.
pub(super) fn read_only() -> Status {
    status(Problem::new(ErrorKind::NotSupported, "SQL only reads here; write through NGSI-LD or load a feed"))
}
