//! The calls of Flight SQL, each in a few lines.

use arrow_flight::{
    Action, FlightDescriptor, FlightInfo, HandshakeRequest, Ticket,
    sql::{
        ActionClosePreparedStatementRequest, ActionCreatePreparedStatementRequest,
        ActionCreatePreparedStatementResult, CommandGetCatalogs, CommandGetCrossReference,
        CommandGetDbSchemas, CommandGetExportedKeys, CommandGetImportedKeys, CommandGetPrimaryKeys,
        CommandGetSqlInfo, CommandGetTableTypes, CommandGetTables, CommandGetXdbcTypeInfo,
        CommandPreparedStatementQuery, CommandPreparedStatementUpdate, CommandStatementIngest,
        CommandStatementQuery, CommandStatementUpdate, DoPutPreparedStatementResult, SqlInfo,
        TicketStatementQuery,
        server::{FlightSqlService, PeekableFlightDataStream},
    },
};
use senne_hub::Parameters;
use senne_model::Problem;
use tonic::{Request, Response, Status, Streaming};

use super::{
    Flight, about, handshake, keys,
    rows::{Messages, promise, read_only, send_none, send_now},
    status::{fault, status},
    tables,
};

type Info = Result<Response<FlightInfo>, Status>;
type Rows = Result<Response<Messages>, Status>;
type Asked = Request<FlightDescriptor>;
type Taken = Request<Ticket>;
type Sent = Request<PeekableFlightDataStream>;

#[tonic::async_trait]
impl FlightSqlService for Flight {
    type FlightService = Self;

    async fn do_handshake(
        &self,
        request: Request<Streaming<HandshakeRequest>>,
    ) -> Result<Response<handshake::Answers>, Status> {
        handshake::shake(&request)
    }

    async fn get_flight_info_statement(&self, query: CommandStatementQuery, request: Asked) -> Info {
        let context = self.context(&request)?;
        let (columns, _) = self.describe(&context, &query.query).await?;
        let ticket = TicketStatementQuery { statement_handle: query.query.into() };
        promise(request.into_inner(), Some(&columns), &ticket)
    }

    async fn do_get_statement(&self, ticket: TicketStatementQuery, request: Taken) -> Rows {
        let context = self.context(&request)?;
        let odd = |_| status(Problem::bad("the ticket is not a statement"));
        let text = String::from_utf8(ticket.statement_handle.into()).map_err(odd)?;
        self.send(&context, text, Parameters::None).await
    }

    async fn do_action_create_prepared_statement(
        &self,
        query: ActionCreatePreparedStatementRequest,
        request: Request<Action>,
    ) -> Result<ActionCreatePreparedStatementResult, Status> {
        let context = self.context(&request)?;
        self.prepare(&context, &query.query).await
    }

    async fn do_put_prepared_statement_query(
        &self,
        query: CommandPreparedStatementQuery,
        request: Sent,
    ) -> Result<DoPutPreparedStatementResult, Status> {
        let context = self.context(&request)?;
        self.bind(&context, query, request.into_inner()).await
    }

    async fn get_flight_info_prepared_statement(
        &self,
        query: CommandPreparedStatementQuery,
        request: Asked,
    ) -> Info {
        let context = self.context(&request)?;
        let columns = self.promised(&context, &query.prepared_statement_handle)?;
        promise(request.into_inner(), columns.as_deref(), &query)
    }

    async fn do_get_prepared_statement(&self, query: CommandPreparedStatementQuery, request: Taken) -> Rows {
        let context = self.context(&request)?;
        self.send_prepared(&context, &query.prepared_statement_handle).await
    }

    async fn do_action_close_prepared_statement(
        &self,
        query: ActionClosePreparedStatementRequest,
        request: Request<Action>,
    ) -> Result<(), Status> {
        let context = self.context(&request)?;
        self.prepared.close(&context, &query.prepared_statement_handle);
        Ok(())
    }

    async fn get_flight_info_catalogs(&self, query: CommandGetCatalogs, request: Asked) -> Info {
        self.context(&request)?;
        let schema = query.into_builder().schema();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_catalogs(&self, query: CommandGetCatalogs, request: Taken) -> Rows {
        self.context(&request)?;
        send_now(tables::catalogs(query))
    }

    async fn get_flight_info_schemas(&self, query: CommandGetDbSchemas, request: Asked) -> Info {
        self.context(&request)?;
        let schema = query.clone().into_builder().schema();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_schemas(&self, query: CommandGetDbSchemas, request: Taken) -> Rows {
        self.context(&request)?;
        send_now(tables::schemas(query))
    }

    async fn get_flight_info_tables(&self, query: CommandGetTables, request: Asked) -> Info {
        self.context(&request)?;
        let schema = query.clone().into_builder().schema();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_tables(&self, query: CommandGetTables, request: Taken) -> Rows {
        let context = self.context(&request)?;
        send_now(Ok::<_, Status>(self.tables(&context, query).await?))
    }

    async fn get_flight_info_table_types(&self, query: CommandGetTableTypes, request: Asked) -> Info {
        self.context(&request)?;
        let schema = query.into_builder().schema();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_table_types(&self, query: CommandGetTableTypes, request: Taken) -> Rows {
        self.context(&request)?;
        send_now(tables::kinds(query))
    }

    async fn get_flight_info_sql_info(&self, query: CommandGetSqlInfo, request: Asked) -> Info {
        self.context(&request)?;
        let schema = about::sql_info().map_err(fault)?.schema();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_sql_info(&self, query: CommandGetSqlInfo, request: Taken) -> Rows {
        self.context(&request)?;
        let info = about::sql_info().map_err(fault)?;
        send_now(query.into_builder(&info).build())
    }

    async fn get_flight_info_xdbc_type_info(&self, query: CommandGetXdbcTypeInfo, request: Asked) -> Info {
        self.context(&request)?;
        let schema = about::types().map_err(fault)?.schema();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_xdbc_type_info(&self, query: CommandGetXdbcTypeInfo, request: Taken) -> Rows {
        self.context(&request)?;
        let types = about::types().map_err(fault)?;
        send_now(query.into_builder(&types).build())
    }

    async fn get_flight_info_primary_keys(&self, query: CommandGetPrimaryKeys, request: Asked) -> Info {
        self.context(&request)?;
        let schema = keys::primary();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_primary_keys(&self, _query: CommandGetPrimaryKeys, request: Taken) -> Rows {
        self.context(&request)?;
        send_none(keys::primary())
    }

    async fn get_flight_info_exported_keys(&self, query: CommandGetExportedKeys, request: Asked) -> Info {
        self.context(&request)?;
        let schema = keys::foreign();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_exported_keys(&self, _query: CommandGetExportedKeys, request: Taken) -> Rows {
        self.context(&request)?;
        send_none(keys::foreign())
    }

    async fn get_flight_info_imported_keys(&self, query: CommandGetImportedKeys, request: Asked) -> Info {
        self.context(&request)?;
        let schema = keys::foreign();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_imported_keys(&self, _query: CommandGetImportedKeys, request: Taken) -> Rows {
        self.context(&request)?;
        send_none(keys::foreign())
    }

    async fn get_flight_info_cross_reference(&self, query: CommandGetCrossReference, request: Asked) -> Info {
        self.context(&request)?;
        let schema = keys::foreign();
        promise(request.into_inner(), Some(&schema), &query)
    }

    async fn do_get_cross_reference(&self, _query: CommandGetCrossReference, request: Taken) -> Rows {
        self.context(&request)?;
        send_none(keys::foreign())
    }

    async fn do_put_statement_update(
        &self,
        _query: CommandStatementUpdate,
        _request: Sent,
    ) -> Result<i64, Status> {
        Err(read_only())
    }

    async fn do_put_statement_ingest(
        &self,
        _query: CommandStatementIngest,
        _request: Sent,
    ) -> Result<i64, Status> {
        Err(read_only())
    }

    async fn do_put_prepared_statement_update(
        &self,
        _query: CommandPreparedStatementUpdate,
        _request: Sent,
    ) -> Result<i64, Status> {
        Err(read_only())
    }

    async fn register_sql_info(&self, _id: i32, _result: &SqlInfo) {}
}
