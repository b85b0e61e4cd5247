//! The values of a window as a file (RFC 4180), for spreadsheets and scripts.

use std::fmt::Write as _;

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use senne_hub::{
    EntityPast, PastQuery,
    language::{TimeFilter, TimeProperty},
};
use senne_model::{AttributeValue, Iri, Json, Name, Problem, Timestamp};

use super::{entity, window::Window};
use crate::{address, visit::Visit};

/// How many values one file holds at most; the last line says when there were more.
const VALUES_MAX: usize = 500_000;

/// `GET /{language}/entity/{id}/data.csv?attribute=…&range=7d&end=…`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    match read(&visit, &id).await {
        Ok(text) => {
            let name = format!("attachment; filename=\"{}.csv\"", file_name(&id));
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
                (header::CONTENT_DISPOSITION, name),
                (header::CACHE_CONTROL, "private, max-age=10".to_owned()),
            ];
            (headers, text).into_response()
        }
        Err(problem) => visit.refuse(&problem),
    }
}

async fn read(visit: &Visit, id: &str) -> Result<String, Problem> {
    let entity = entity::find(visit, id).await?;
    let window = Window::asked(visit, &entity);
    let time = TimeFilter {
        property: TimeProperty::ObservedAt,
        from: Some(Timestamp::from_micros(window.from)),
        to: Some(Timestamp::from_micros(window.to)),
    };
    let mut query = PastQuery::of(vec![entity.id.clone()], time);
    query.attributes =
        address::parameter(&visit.parameters, "attribute").map(Name::new).into_iter().collect();
    query.limit = VALUES_MAX;
    let past = visit.hub().past(&visit.context(), &query).await?;
    Ok(past.first().map_or_else(|| head(false), write))
}

/// The names of the columns. Where there are data sets, a column says which one a value is of.
fn head(sets: bool) -> String {
    let set = if sets { "dataset_id," } else { "" };
    format!("entity,attribute,{set}observed_at,recorded_at,value,unit_code,quality,tests\r\n")
}

fn write(past: &EntityPast) -> String {
    let sets = past.series.iter().any(|series| series.dataset_id.is_some());
    let mut text = head(sets);
    for series in &past.series {
        let mut attribute = cell(series.attribute.local());
        if sets {
            let set = series.dataset_id.as_ref().map_or_else(String::new, |set| cell(set.as_str()));
            let _ = write!(attribute, ",{set}");
        }
        for point in series.points.iter().filter(|p| !p.deleted) {
            let tests: Vec<&str> = point.quality.tests().map(senne_model::Test::word).collect();
            let _ = write!(
                text,
                "{},{attribute},{},{},{},{},{},{}\r\n",
                cell(&past.entity),
                point.observed_at.map_or_else(String::new, |at| at.to_string()),
                point.recorded_at,
                value(&point.value),
                cell(point.unit_code.as_deref().unwrap_or_default()),
                point.quality.flag().word(),
                tests.join(" "),
            );
        }
    }
    if past.truncated {
        let _ = write!(text, "# cut after {VALUES_MAX} values: ask for a shorter range\r\n");
    }
    text
}

/// A value in its cell: numbers and texts as they are, links by their addresses, the rest as JSON.
fn value(value: &AttributeValue) -> String {
    let plain = |json: &Json| match (json.as_f64(), json.as_str()) {
        (Some(x), _) => x.to_string(),
        (None, Some(text)) => cell(text),
        (None, None) => cell(&json.to_string()),
    };
    let links = |links: &[Iri]| cell(&links.iter().map(Iri::as_str).collect::<Vec<_>>().join(" "));
    match value {
        AttributeValue::Property(json) | AttributeValue::JsonProperty(json) => plain(json),
        AttributeValue::Relationship { objects, .. }
        | AttributeValue::Vocab(objects)
        | AttributeValue::ListRelationship(objects) => links(objects),
        AttributeValue::Geo(geometry) => cell(&geometry.to_geojson().to_string()),
        AttributeValue::Language(texts) => cell(&Json::Object(texts.clone()).to_string()),
        AttributeValue::List(items) => cell(&Json::Array(items.clone()).to_string()),
    }
}

/// A cell, quoted where it must be. A text that a spreadsheet would take for a formula is kept from running.
pub(crate) fn cell(text: &str) -> String {
    let guarded =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

fn file_name(id: &str) -> String {
    let safe = id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' });
    safe.take(80).collect()
}

#[cfg(test)]
mod tests {
    use senne_hub::{InstanceKey, Point, SeriesPast};
    use senne_model::{ChangeNo, EntityId, Quality};

    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_do_not_run() {
        assert_eq!(cell("Rue \"Neuve\", 1"), "\"Rue \"\"Neuve\"\", 1\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("Ixelles"), "Ixelles");
        assert_eq!(file_name("urn:ngsi-ld:Device:S3"), "urn_ngsi-ld_Device_S3");
    }

    #[test]
    fn a_unit_is_a_cell_like_any_other() {
        let moment = Timestamp::parse("2024-01-31T12:00:00Z").unwrap();
        let point = Point {
            observed_at: Some(moment),
            recorded_at: moment,
            created_at: moment,
            modified_at: moment,
            value: AttributeValue::Property(Json::Int(7)),
            unit_code: Some(Name::new("=1,\n2")),
            quality: Quality::GOOD,
            sub_attributes: Vec::new(),
            change: ChangeNo(1),
            key: InstanceKey { change: ChangeNo(1), position: 0, moment },
            deleted: false,
        };
        let attribute = Name::new("https://example.org/no2");
        let past = EntityPast {
            entity: EntityId::trusted("urn:a:1"),
            types: Vec::new(),
            series: vec![SeriesPast { attribute, dataset_id: None, points: vec![point] }],
            truncated: false,
        };
        let line = "urn:a:1,no2,2024-01-31T12:00:00Z,2024-01-31T12:00:00Z,7,\"'=1,\n2\",good,\r\n";
        assert_eq!(write(&past), format!("{}{line}", head(false)));
        // Values of another data set stand beside it, and are told apart.
        let mut both = past.clone();
        both.series.push(SeriesPast { dataset_id: Some(Iri::new("urn:d:1")), ..past.series[0].clone() });
        let told = line.replace("no2,", "no2,,") + &line.replace("no2,", "no2,urn:d:1,");
        assert_eq!(write(&both), format!("{}{told}", head(true)));
        assert!(head(true).starts_with("entity,attribute,dataset_id,observed_at,"));
    }

    #[test]
    fn what_is_no_number_and_no_text_is_not_left_out() {
        let of = |json| value(&AttributeValue::Property(json));
        assert_eq!((of(Json::Bool(false)), of(Json::Float(-1.5))), ("false".to_owned(), "-1.5".to_owned()));
        assert_eq!(of(Json::Array(vec![Json::Int(1), Json::Int(2)])), "\"[1,2]\"");
        let links = AttributeValue::Vocab(vec![Iri::new("urn:a"), Iri::new("urn:b")]);
        assert_eq!(value(&links), "urn:a urn:b");
        let texts = vec![("fr".into(), Json::text("libre"))];
        assert_eq!(value(&AttributeValue::Language(texts)), "\"{\"\"fr\"\":\"\"libre\"\"}\"");
    }
}
