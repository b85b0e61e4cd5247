//! Prepared statements: made, given parameters, asked, closed.

use arrow_flight::{
    IpcMessage, SchemaAsIpc,
    sql::{
        ActionCreatePreparedStatementResult, CommandPreparedStatementQuery, DoPutPreparedStatementResult,
        server::PeekableFlightDataStream,
    },
};
use arrow_ipc::writer::IpcWriteOptions;
use arrow_schema::{ArrowError, DataType, Schema};
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
            parameter_schema: ipc(&parameters)?,
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

    /// The columns of a prepared statement. Where one depends on a parameter, nothing is promised.
    pub(super) fn promised(&self, context: &Context, handle: &[u8]) -> Result<Schema, Status> {
        let statement = self.prepared.get(context, handle).map_err(status)?;
        let known = statement.columns.fields().iter().all(|field| *field.data_type() != DataType::Null);
        Ok(if known { statement.columns.as_ref().clone() } else { Schema::empty() })
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

fn ipc(schema: &Schema) -> Result<Bytes, Status> {
    let options = IpcWriteOptions::default();
    let message: Result<IpcMessage, ArrowError> = SchemaAsIpc::new(schema, &options).try_into();
    Ok(message.map_err(fault)?.0)
}
