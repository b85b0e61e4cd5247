//! When the index alone says what matches: SQLite counts and skips without reading documents.

use std::sync::Arc;

use rusqlite::Connection;
use senne_model::decode_entity;

use super::{
    super::{Shared, read::document},
    page::BYTES_MAX,
    plan::Rows,
};
use crate::{Place, Selected, Selection, StoreError};

pub(super) fn select(
    connection: &Connection,
    rows: &Rows,
    selection: &Selection<'_>,
    place: Place,
    shared: &Shared,
) -> Result<Selected, StoreError> {
    let _snapshot = connection.unchecked_transaction()?;
    let mut selected = Selected::default();
    if selection.count {
        let mut statement = connection.prepare_cached(&rows.count())?;
        let count: i64 = statement.query_row(rows.parameters(0), |row| row.get(0))?;
        selected.count = Some(count as u64);
    }
    let (sql, from) = match place {
        Place::Start => (rows.documents(), 0),
        Place::After(no) => (rows.documents(), no),
        Place::Before(no) => (rows.documents_before(no), 0),
    };
    let page = format!("{sql} LIMIT {} OFFSET {}", selection.limit.saturating_add(1), selection.offset);
    let mut statement = connection.prepare(&page)?;
    let mut found = statement.query(rows.parameters(from))?;
    let (mut numbers, mut bytes, mut cut) = (Vec::new(), 0, false);
    while let Some(row) = found.next()? {
        if selected.entities.len() == selection.limit || bytes > BYTES_MAX {
            cut = true;
            break;
        }
        let document = document(row)?;
        bytes += document.len();
        numbers.push(row.get(0)?);
        selected.entities.push(Arc::new(decode_entity(document, &shared.names.read())?));
    }
    let backwards = matches!(place, Place::Before(_));
    if backwards {
        selected.entities.reverse();
        numbers.reverse();
    }
    (selected.less, selected.more) = match place {
        Place::Start => (selection.offset > 0, cut),
        Place::After(_) => (true, cut),
        Place::Before(_) => (cut, true),
    };
    selected.span = numbers.first().copied().zip(numbers.last().copied());
    Ok(selected)
}
