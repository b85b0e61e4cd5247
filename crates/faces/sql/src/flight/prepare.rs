//! Prepared statements: made, given parameters, asked, closed.

use arrow_flight::{
    IpcMessage, SchemaAsIpc,
    sql::{
        ActionCreatePreparedStatementResult, CommandPreparedStatementQuery, DoPutPreparedStatementResult,
        server::PeekableFlightDataStream,
    },
};
use arrow_ipc::writer::IpcWriteOptions;
use arrow_schema::{ArrowError, DataType, FieldRef, Schema, SchemaRef, TimeUnit};
use bytes::Bytes;
use senne_hub::{Context, Parameters};
use tonic::{Response, Status};

use super::{
    Flight, bind,
    prepared::Statement,
    rows::Messages,
    status::{fault, status},
};
use crate::places::numbered;

impl Flight {
    /// Keeps a statement, and says which columns and parameters it has.
    pub(super) async fn prepare(
        &self,
        context: &Context,
        text: &str,
    ) -> Result<ActionCreatePreparedStatementResult, Status> {
        let text = numbered(text);
        let (columns, parameters) = self.describe(context, &text).await?;
        let dataset_schema = ipc(&columns)?;
        let statement = Statement { text, columns, row: None };
        let handle = self.prepared.keep(context, statement).map_err(status)?;
        Ok(ActionCreatePreparedStatementResult {
            prepared_statement_handle: Bytes::copy_from_slice(&handle),
            dataset_schema,
            parameter_schema: ipc(&in_milliseconds(&parameters))?,
        })
    }

    /// Gives a statement its parameters.
    pub(super) async fn bind(
        &self,
        context: &Context,
        command: CommandPreparedStatementQuery,
        stream: PeekableFlightDataStream,
    ) -> Result<DoPutPreparedStatementResult, Status> {
        let handle = command.prepared_statement_handle;
        self.prepared.get(context, &handle).map_err(status)?;
        if let Some(row) = bind::read(stream).await? {
            self.prepared.bind(context, &handle, row).map_err(status)?;
        }
        Ok(DoPutPreparedStatementResult { prepared_statement_handle: Some(handle) })
    }

    /// The columns of a prepared statement; `None` where one depends on a parameter.
    pub(super) fn promised(&self, context: &Context, handle: &[u8]) -> Result<Option<SchemaRef>, Status> {
        let statement = self.prepared.get(context, handle).map_err(status)?;
        let open = |field: &FieldRef| *field.data_type() == DataType::Null;
        let known = statement.row.is_none() || !statement.columns.fields().iter().any(open);
        Ok(known.then_some(statement.columns))
    }

    /// Asks a prepared statement.
    pub(super) async fn send_prepared(
        &self,
        context: &Context,
        handle: &[u8],
    ) -> Result<Response<Messages>, Status> {
        let statement = self.prepared.get(context, handle).map_err(status)?;
        let parameters = statement.row.map_or(Parameters::None, Parameters::Row);
        self.send(context, statement.text, parameters).await
    }
}

/// The parameters with instants in milliseconds: JDBC counts in these and does not convert.
fn in_milliseconds(parameters: &Schema) -> Schema {
    let field = |field: &FieldRef| match field.data_type() {
        DataType::Timestamp(_, zone) => {
            let kind = DataType::Timestamp(TimeUnit::Millisecond, zone.clone());
            field.as_ref().clone().with_data_type(kind)
        }
        _ => field.as_ref().clone(),
    };
    Schema::new(parameters.fields().iter().map(field).collect::<Vec<_>>())
}

fn ipc(schema: &Schema) -> Result<Bytes, Status> {
    let options = IpcWriteOptions::default();
    let message: Result<IpcMessage, ArrowError> = SchemaAsIpc::new(schema, &options).try_into();
    Ok(message.map_err(fault)?.0)
}
