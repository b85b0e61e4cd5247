//! How an answer shall look, from the parameters (clauses 4.21, 6.3.7, 6.3.11).

use senne_language::Projection;
use senne_model::{ErrorKind, Iri, Problem, is_iri};

use super::{Call, Media, NAMES_MAX, check_count};
use crate::{
    contexts::Terms,
    write::{Format, LanguageChoice, Shape},
};

/// Reads `format`, `options`, `attrs`, `pick`, `omit`, `lang`, `datasetId`, `geometryProperty`.
pub(crate) fn read_shape(call: &Call, terms: &Terms, media: Media) -> Result<Shape, Problem> {
    let parameters = &call.parameters;
    let expand = |term: &str| terms.expand(term);
    let mut members = Projection::parse(parameters.get("pick"), parameters.get("omit"), &expand)?;
    if let Some(attrs) = parameters.list("attrs") {
        if parameters.get("pick").is_some() || parameters.get("omit").is_some() {
            return Err(Problem::bad("use pick and omit, or attrs, not both").field("attrs"));
        }
        check_count("attrs", attrs.len(), NAMES_MAX)?;
        members = Projection::attributes(attrs.into_iter().map(expand));
    }
    let placed = parameters.get("geometryProperty").is_some();
    if placed && media != Media::GeoJson && !call.path_only.contains("/temporal/") {
        let detail = "geometryProperty chooses the geometry of application/geo+json; ask for that in Accept";
        return Err(Problem::bad(detail).field("geometryProperty"));
    }
    let body_json = call.headers.get_all("prefer").iter().any(|value| value.as_bytes() == b"body=json");
    let context_in_body = match media {
        Media::Json | Media::Lines => None,
        Media::GeoJson if body_json => None,
        Media::LinkedData | Media::GeoJson => Some(terms.to_json().to_string()),
    };
    Ok(Shape {
        format: read_format(call)?,
        sys_attrs: parameters.option("sysAttrs"),
        part_of_instance: false,
        within: None,
        language: parameters.get("lang").map(LanguageChoice::parse),
        datasets: parameters.list("datasetId").map(|list| read_datasets(&list)).transpose()?,
        members,
        context_in_body,
        geometry_property: parameters.get("geometryProperty").map(expand),
    })
}

/// The format, by `format` or by the older `options`.
fn read_format(call: &Call) -> Result<Format, Problem> {
    if let Some(word) = call.parameters.get("format") {
        // The forms of the past are read where the past is asked for.
        if call.path_only.contains("/temporal/") && matches!(word, "temporalValues" | "aggregatedValues") {
            return Ok(Format::Normalized);
        }
        return Format::parse(word).ok_or_else(|| {
            let detail = "the formats are normalized, concise, simplified and keyValues";
            Problem::new(ErrorKind::InvalidRequest, detail).field("format")
        });
    }
    let options = call.parameters.list("options").unwrap_or_default();
    Ok(options.into_iter().find_map(Format::parse).unwrap_or_default())
}

fn read_datasets(list: &[&str]) -> Result<Vec<Option<Iri>>, Problem> {
    check_count("datasetId", list.len(), NAMES_MAX)?;
    let one = |text: &&str| match *text {
        "@none" => Ok(None),
        iri if is_iri(iri) => Ok(Some(Iri::new(iri))),
        _ => Err(Problem::bad("a data set is named by an IRI, or is @none").field("datasetId")),
    };
    list.iter().map(one).collect()
}

impl Format {
    /// The format that a word names.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "normalized" => Some(Self::Normalized),
            "concise" => Some(Self::Concise),
            "simplified" | "keyValues" => Some(Self::Simplified),
            _ => None,
        }
    }
}
