//! The view that says what the views and their columns are.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    catalog::TableProvider,
    common::DataFusionError,
    datasource::MemTable,
};

use crate::ContractView;

type Line<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a str);

/// `data_dictionary(view, column, unit, description)`; the line without a column is about the view.
pub(super) fn table(contracts: &[ContractView]) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let mut lines: Vec<Line<'_>> =
        FIXED.iter().map(|(view, column, text)| (*view, *column, None, *text)).collect();
    for (views, columns) in [
        (&["observation", "observation_corrected"][..], &OBSERVED[..]),
        (&["hourly", "daily", "series"][..], &SUMS[..]),
    ] {
        for view in views {
            lines.extend(columns.iter().map(|(column, text)| (*view, Some(*column), None, *text)));
        }
    }
    for view in contracts {
        lines.push((&view.name, None, None, &view.title));
        for (column, text) in OF_CONTRACTS {
            lines.push((&view.name, Some(column), None, text));
        }
        lines
            .extend(view.columns.iter().map(|c| (&*view.name, Some(&*c.name), c.unit.as_deref(), &*c.title)));
    }
    let texts = |of: &dyn Fn(&Line<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(lines.iter().map(of).collect::<StringArray>())
    };
    let field = |name: &str| Field::new(name, DataType::Utf8, true);
    let schema = Schema::new(["view", "column", "unit", "description"].map(field).to_vec());
    let columns = vec![
        texts(&|line| Some(line.0.to_owned())),
        texts(&|line| line.1.map(str::to_owned)),
        texts(&|line| line.2.map(str::to_owned)),
        texts(&|line| Some(line.3.to_owned())),
    ];
    let schema = Arc::new(schema);
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

const OF_CONTRACTS: [(&str, &str); 3] = [
    ("entity", "the entity that was observed"),
    ("dataset_id", "the data set; empty for the default one"),
    ("observed_at", "when it was so; flagged numbers are left out"),
];

const SUMS: [(&str, &str); 20] = [
    ("entity", "the entity that was observed"),
    ("type", "its type, as a short term where there is one"),
    ("attribute", "the attribute, as a short term where there is one"),
    ("dataset_id", "the data set; empty for the default one"),
    ("count", "how many numbers"),
    ("usable", "how many of them are good or not evaluated"),
    ("good", "how many are flagged good"),
    ("not_evaluated", "how many were not evaluated"),
    ("suspect", "how many are flagged suspect"),
    ("fail", "how many are flagged fail"),
    ("missing", "how many are flagged missing"),
    ("mean", "mean of the usable numbers"),
    ("sum", "sum of the usable numbers"),
    ("min", "least usable number"),
    ("max", "greatest usable number"),
    ("stddev", "standard deviation of the usable numbers (of the population)"),
    ("first", "first usable number"),
    ("last", "last usable number"),
    ("first_at", "when the first usable number was observed"),
    ("last_at", "when the last usable number was observed"),
];

type Fixed = (&'static str, Option<&'static str>, &'static str);

const OBSERVED: [(&str, &str); 14] = [
    ("entity", "the entity that was observed"),
    ("type", "its type when the value was recorded, as a short term where there is one"),
    ("attribute", "the attribute, as a short term where there is one"),
    ("dataset_id", "the data set; empty for the default one"),
    ("observed_at", "when it was so in the world"),
    ("recorded_at", "when it was recorded here"),
    ("number", "the value, when it is a number"),
    ("text", "the value, when it is a text or a relationship"),
    ("json", "the value as JSON, when it is none of these, as a yes or no is"),
    ("geometry", "the value as GeoJSON, when it is a place"),
    ("unit", "its unit, a UN/CEFACT common code"),
    ("quality", "1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing (QARTOD)"),
    ("quality_tests", "the tests that raised the flag"),
    ("change", "the number of the change that brought it"),
];

const FIXED: [Fixed; 32] = [
    ("entity", None, "what is so now: one row an entity"),
    ("entity", Some("id"), "its identifier"),
    ("entity", Some("type"), "its type, as a short term where there is one"),
    ("entity", Some("attributes"), "its attributes as JSON; read them with json_text and json_number"),
    ("entity", Some("location"), "where it is, as GeoJSON"),
    ("entity", Some("created_at"), "when it was created here"),
    ("entity", Some("modified_at"), "when it was changed last"),
    ("observation", None, "every value ever recorded, corrected ones too"),
    ("observation_corrected", None, "of each series and moment the value that was recorded last"),
    ("hourly", None, "one row a series and hour of UTC"),
    ("hourly", Some("start"), "when the hour begins (UTC)"),
    ("daily", None, "one row a series and day of UTC"),
    ("daily", Some("start"), "when the day begins (UTC)"),
    ("series", None, "one row a series: how many values, from when to when, the last one"),
    ("area", None, "areas: communes, quarters, statistical sectors"),
    ("area", Some("id"), "the entity that describes the area"),
    ("area", Some("name"), "its name"),
    ("area", Some("level"), "what kind of area it is, e.g. commune"),
    ("area", Some("code"), "its official code, e.g. the NIS code of a commune"),
    ("area", Some("parent"), "the area of the next level that it lies in"),
    ("area", Some("geometry"), "its outline, as GeoJSON"),
    (
        "entity_area",
        None,
        "which entity was in which area, and when; join with observations by entity and time",
    ),
    ("entity_area", Some("entity"), "the entity"),
    ("entity_area", Some("level"), "the level of the area; name one, or an entity counts once for each"),
    ("entity_area", Some("area"), "the area that it was in"),
    ("entity_area", Some("valid_from"), "since when (inclusive); empty: always"),
    ("entity_area", Some("valid_to"), "until when (exclusive); empty: still"),
    ("data_dictionary", None, "what the views and their columns are"),
    ("data_dictionary", Some("view"), "the view"),
    ("data_dictionary", Some("column"), "the column; empty where the view itself is meant"),
    ("data_dictionary", Some("unit"), "the unit of its values, a UN/CEFACT common code"),
    ("data_dictionary", Some("description"), "what it is"),
];
