//! One view for each contract: a row for each entity and moment, a column for each attribute.

use std::fmt::Write;

use crate::{ColumnKind, ContractView, names::shown};

/// A text as SQL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as SQL.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The text of the view. Of a moment the value that was recorded last counts; numbers that are flagged are left out.
pub(super) fn select(view: &ContractView) -> String {
    let mut columns = String::new();
    for column in &view.columns {
        let terms: Vec<String> = column.attributes.iter().map(|name| quoted(shown(name).term)).collect();
        let value = match column.kind {
            ColumnKind::Number | ColumnKind::Integer => "CASE WHEN quality <= 2 THEN number END",
            ColumnKind::Text | ColumnKind::Boolean | ColumnKind::Time => "coalesce(text, json)",
            ColumnKind::Other => "coalesce(geometry, json, text)",
        };
        let (terms, name) = (terms.join(", "), identifier(&column.name));
        let _ = write!(columns, ", max({value}) FILTER (WHERE attribute IN ({terms})) AS {name}");
    }
    let of_type = quoted(shown(&view.type_name).term);
    format!(
        "SELECT entity, dataset_id, observed_at{columns} FROM observation_corrected \
         WHERE type = {of_type} AND observed_at IS NOT NULL GROUP BY entity, dataset_id, observed_at"
    )
}
