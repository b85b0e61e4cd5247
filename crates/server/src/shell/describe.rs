//! What views and columns mean, in a sentence each.

use senne_hub::{Column, ColumnKind, Table};
use senne_model::Json;

use super::{
    command::nearest,
    names::{Names, View},
};

fn table(columns: &[&str], rows: Vec<Vec<Json>>) -> Table {
    let column = |name: &&str| Column { name: (*name).to_owned(), kind: ColumnKind::Text };
    Table { columns: columns.iter().map(column).collect(), rows, truncated: false }
}

/// The views.
pub(crate) fn views(names: &Names) -> Table {
    let row = |view: &View| vec![Json::text(&view.name), Json::text(names.meaning(&view.name, None))];
    table(&["view", "what it holds"], names.views.iter().map(row).collect())
}

/// The columns of one view; the error names the view that was perhaps meant.
pub(crate) fn columns(names: &Names, name: &str) -> Result<Table, String> {
    let view = names.view(name).ok_or_else(|| {
        let near = nearest(name, names.views.iter().map(|view| view.name.as_str()));
        let near = near.map_or_else(String::new, |near| format!("; the nearest is `{near}`"));
        format!("there is no view `{name}`{near} (`\\d` lists them all)")
    })?;
    let row = |(column, kind): &(String, String)| {
        vec![Json::text(column), Json::text(kind), Json::text(names.meaning(&view.name, Some(column)))]
    };
    Ok(table(&["column", "type", "what it is"], view.columns.iter().map(row).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        output::{Look, grid},
        shell::names::tests::sample,
    };

    #[test]
    fn columns_come_with_types_and_meaning() {
        insta::assert_snapshot!(grid(&columns(&sample(), "HOURLY").unwrap(), Look::default()), @r"
        column    type         what it is
        ────────  ───────────  ───────────────────────────────
        entity    text         the entity that was observed
        start     time         when the hour begins (UTC)
        count     integer
        mean      number       mean of the usable numbers (GQ)
        Odd Name  Duration(s)
        ");
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest() {
        let error = columns(&sample(), "houly").unwrap_err();
        assert!(error.contains("`hourly`"), "{error}");
        assert!(columns(&Names::default(), "houly").unwrap_err().contains("no view"));
    }
}
