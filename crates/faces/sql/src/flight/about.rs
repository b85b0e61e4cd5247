//! What tools want to know of the server before they ask.

use arrow_flight::{
    error::Result,
    sql::{
        Nullable, Searchable, SqlInfo, SqlNullOrdering, SqlSupportedCaseSensitivity, SqlSupportedTransaction,
        SupportedSqlGrammar, XdbcDataType,
        metadata::{
            SqlInfoData, SqlInfoDataBuilder, XdbcTypeInfo, XdbcTypeInfoData, XdbcTypeInfoDataBuilder,
        },
    },
};

/// The version of the Arrow format.
const ARROW_FORMAT: &str = "1.5";

/// The server, and the SQL that it speaks.
pub(super) fn sql_info() -> Result<SqlInfoData> {
    let mut info = SqlInfoDataBuilder::new();
    info.append(SqlInfo::FlightSqlServerName, "Senne");
    info.append(SqlInfo::FlightSqlServerVersion, env!("CARGO_PKG_VERSION"));
    info.append(SqlInfo::FlightSqlServerArrowVersion, ARROW_FORMAT);
    info.append(SqlInfo::FlightSqlServerReadOnly, true);
    info.append(SqlInfo::FlightSqlServerSql, true);
    info.append(SqlInfo::FlightSqlServerSubstrait, false);
    info.append(SqlInfo::FlightSqlServerTransaction, SqlSupportedTransaction::None as i32);
    info.append(SqlInfo::FlightSqlServerCancel, false);
    info.append(SqlInfo::FlightSqlServerBulkIngestion, false);
    info.append(SqlInfo::SqlDdlCatalog, false);
    info.append(SqlInfo::SqlDdlSchema, false);
    info.append(SqlInfo::SqlDdlTable, false);
    info.append(SqlInfo::SqlIdentifierCase, SqlSupportedCaseSensitivity::SqlCaseSensitivityLowercase as i32);
    info.append(SqlInfo::SqlIdentifierQuoteChar, "\"");
    info.append(
        SqlInfo::SqlQuotedIdentifierCase,
        SqlSupportedCaseSensitivity::SqlCaseSensitivityCaseInsensitive as i32,
    );
    info.append(SqlInfo::SqlAllTablesAreSelectable, true);
    info.append(SqlInfo::SqlNullOrdering, SqlNullOrdering::SqlNullsSortedHigh as i32);
    info.append(SqlInfo::SqlSupportsColumnAliasing, true);
    info.append(SqlInfo::SqlNullPlusNullIsNull, true);
    info.append(SqlInfo::SqlSupportsTableCorrelationNames, true);
    info.append(SqlInfo::SqlSupportsExpressionsInOrderBy, true);
    info.append(SqlInfo::SqlSupportsOrderByUnrelated, true);
    info.append(SqlInfo::SqlSupportsLikeEscapeClause, true);
    info.append(SqlInfo::SqlSupportedGrammar, 1_i32 << SupportedSqlGrammar::SqlExtendedGrammar as i32);
    info.append(SqlInfo::SqlSchemaTerm, "schema");
    info.append(SqlInfo::SqlCatalogTerm, "catalog");
    info.append(SqlInfo::SqlCatalogAtStart, true);
    info.append(SqlInfo::SqlCorrelatedSubqueriesSupported, true);
    info.build()
}

/// The types of columns.
pub(super) fn types() -> Result<XdbcTypeInfoData> {
    let mut types = XdbcTypeInfoDataBuilder::new();
    for (name, kind, size, quote) in [
        ("boolean", XdbcDataType::XdbcBit, 1, None),
        ("integer", XdbcDataType::XdbcInteger, 32, None),
        ("bigint", XdbcDataType::XdbcBigint, 64, None),
        ("double", XdbcDataType::XdbcDouble, 53, None),
        ("varchar", XdbcDataType::XdbcVarchar, i32::MAX, Some("'")),
        ("date", XdbcDataType::XdbcDate, 10, Some("'")),
        ("timestamp", XdbcDataType::XdbcTimestamp, 32, Some("'")),
    ] {
        types.append(type_info(name, kind, size, quote));
    }
    types.build()
}

fn type_info(name: &str, kind: XdbcDataType, size: i32, quote: Option<&str>) -> XdbcTypeInfo {
    XdbcTypeInfo {
        type_name: name.to_owned(),
        data_type: kind,
        column_size: Some(size),
        literal_prefix: quote.map(str::to_owned),
        literal_suffix: quote.map(str::to_owned),
        create_params: None,
        nullable: Nullable::NullabilityNullable,
        case_sensitive: quote.is_some(),
        searchable: Searchable::Full,
        unsigned_attribute: Some(false),
        fixed_prec_scale: false,
        auto_increment: Some(false),
        local_type_name: Some(name.to_owned()),
        minimum_scale: None,
        maximum_scale: None,
        sql_data_type: kind,
        datetime_subcode: None,
        num_prec_radix: quote.is_none().then_some(2),
        interval_precision: None,
    }
}
