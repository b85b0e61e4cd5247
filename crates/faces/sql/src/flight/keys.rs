//! Keys between tables, of which there are none; tools that draw tables ask for them all the same.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};

/// The columns of an answer about primary keys.
pub(super) fn primary() -> SchemaRef {
    let text = |name: &str, may_be_null| Field::new(name, DataType::Utf8, may_be_null);
    Arc::new(Schema::new(vec![
        text("catalog_name", true),
        text("db_schema_name", true),
        text("table_name", false),
        text("column_name", false),
        Field::new("key_sequence", DataType::Int32, false),
        text("key_name", true),
    ]))
}

/// The columns of an answer about keys that lead from one table to another.
pub(super) fn foreign() -> SchemaRef {
    let mut fields = Vec::new();
    for side in ["pk", "fk"] {
        for (name, may_be_null) in
            [("catalog_name", true), ("db_schema_name", true), ("table_name", false), ("column_name", false)]
        {
            fields.push(Field::new(format!("{side}_{name}"), DataType::Utf8, may_be_null));
        }
    }
    fields.push(Field::new("key_sequence", DataType::Int32, false));
    fields.push(Field::new("fk_key_name", DataType::Utf8, true));
    fields.push(Field::new("pk_key_name", DataType::Utf8, true));
    fields.push(Field::new("update_rule", DataType::UInt8, false));
    fields.push(Field::new("delete_rule", DataType::UInt8, false));
    Arc::new(Schema::new(fields))
}
