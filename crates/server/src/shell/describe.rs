//! What views and columns mean, in a sentence each.

use senne_hub::{Column, ColumnKind, Table};
use senne_model::Json;

use super::{
    command::nearest,
    names::{Names, View},
};

const VIEWS: [(&str, &str); 5] = [
    ("entity", "What is so now: one row an entity, with its attributes as JSON."),
    ("observation", "Every value that was ever recorded, corrections and what they corrected."),
    ("observation_corrected", "Of each series and moment the value that was recorded last."),
    ("hourly", "Each series by the hour: how many values, their quality, mean, extremes."),
    ("daily", "Each series by the day (UTC), as in `hourly`."),
];

/// A column means the same in whatever view it stands.
const COLUMNS: [(&str, &str); 36] = [
    ("id", "the entity's identifier, a URI"),
    ("entity", "the identifier of the entity that was observed"),
    ("type", "the type of the entity, e.g. AirQualityObserved"),
    ("attributes", "all attributes as JSON; see json_text and json_number"),
    ("location", "where it is, as GeoJSON"),
    ("created_at", "when Senne first heard of it"),
    ("modified_at", "when it last changed"),
    ("attribute", "what was observed, e.g. no2"),
    ("dataset_id", "which of several series of one attribute; nothing for the usual one"),
    ("observed_at", "when it was so"),
    ("recorded_at", "when Senne was told"),
    ("number", "the value, when it is a number"),
    ("text", "the value, when it is a text"),
    ("json", "the value, when it is a list or a structure"),
    ("geometry", "the value, when it is a place, as GeoJSON"),
    ("unit", "the unit, as a UN/CEFACT code, e.g. GQ for µg/m³"),
    ("quality", "1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing"),
    ("quality_tests", "the tests that raised, with commas between"),
    ("change", "the number of the change in the log; the higher came later"),
    ("start", "when the hour or day begins, in UTC"),
    ("count", "how many values"),
    ("usable", "how many of them are good or not evaluated; the figures are of these"),
    ("good", "how many passed every test"),
    ("not_evaluated", "how many no test applies to"),
    ("suspect", "how many are questionable"),
    ("fail", "how many failed beyond doubt"),
    ("missing", "how often the sender said that there is no value"),
    ("mean", "the mean of the usable values"),
    ("sum", "their sum"),
    ("min", "the least of them"),
    ("max", "the greatest of them"),
    ("stddev", "how far they spread: the standard deviation"),
    ("first", "the first of them"),
    ("last", "the last of them"),
    ("first_at", "when the first was observed"),
    ("last_at", "when the last was observed"),
];

fn sentence(list: &[(&'static str, &'static str)], name: &str) -> &'static str {
    list.iter().find(|(known, _)| *known == name).map_or("", |(_, sentence)| sentence)
}

fn table(columns: &[&str], rows: Vec<Vec<Json>>) -> Table {
    let column = |name: &&str| Column { name: (*name).to_owned(), kind: ColumnKind::Text };
    Table { columns: columns.iter().map(column).collect(), rows, truncated: false }
}

/// The views.
pub(crate) fn views(names: &Names) -> Table {
    let row = |view: &View| vec![Json::text(&view.name), Json::text(sentence(&VIEWS, &view.name))];
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
        vec![Json::text(column), Json::text(kind), Json::text(sentence(&COLUMNS, column))]
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
        ────────  ───────────  ──────────────────────────────────────────────
        entity    text         the identifier of the entity that was observed
        start     time         when the hour or day begins, in UTC
        count     integer      how many values
        mean      number       the mean of the usable values
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
