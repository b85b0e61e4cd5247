//! In which form an answer goes out (RFC 9110 §12.5.1).

use axum::http::{HeaderMap, header};

use super::Refusal;
use crate::shape::Wire;

/// The forms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Json,
    Ndjson,
    Csv,
    Arrow,
    Parquet,
}

impl Format {
    /// In the order in which they are preferred where a caller does not care.
    pub(crate) const ALL: [Self; 5] = [Self::Json, Self::Ndjson, Self::Csv, Self::Arrow, Self::Parquet];

    /// What stands after `?format=`, and the ending of a file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }

    /// The media type, as it is asked for.
    pub(crate) fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// The types that its columns may have.
    pub(crate) fn wire(self) -> Wire {
        match self {
            Self::Json | Self::Ndjson | Self::Csv => Wire::Text,
            Self::Arrow => Wire::Arrow,
            Self::Parquet => Wire::Parquet,
        }
    }

    /// The form of this name.
    pub(crate) fn named(name: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or(Refusal::NotAcceptable)
    }

    /// The form that the `Accept` headers want most.
    pub(crate) fn accepted(headers: &HeaderMap) -> Result<Self, Refusal> {
        let texts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<(String, f32)> = texts.flat_map(|text| text.split(',')).filter_map(range).collect();
        if ranges.is_empty() {
            return Ok(Self::Json);
        }
        let mut best: Option<(Self, f32)> = None;
        for format in Self::ALL {
            let quality = quality_of(format.media(), &ranges);
            if quality > best.map_or(0.0, |(_, there)| there) {
                best = Some((format, quality));
            }
        }
        best.map(|(format, _)| format).ok_or(Refusal::NotAcceptable)
    }
}

fn range(text: &str) -> Option<(String, f32)> {
    let mut fields = text.split(';');
    let kind = fields.next()?.trim().to_ascii_lowercase();
    let quality = fields.find_map(|field| field.trim().strip_prefix("q=")?.parse::<f32>().ok());
    (!kind.is_empty()).then_some((kind, quality.unwrap_or(1.0)))
}

/// The quality of the most specific range that covers a type.
fn quality_of(kind: &str, ranges: &[(String, f32)]) -> f32 {
    let whole = kind.split('/').next().unwrap_or_default();
    let rank = |range: &str| match range {
        "*/*" => Some(0),
        _ if range == kind => Some(2),
        _ if range.strip_suffix("/*") == Some(whole) => Some(1),
        _ => None,
    };
    let covering = ranges.iter().filter_map(|(range, quality)| Some((rank(range)?, *quality)));
    covering.max_by_key(|(rank, _)| *rank).map_or(0.0, |(_, quality)| quality)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(accept: &str) -> Option<Format> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        Format::accepted(&headers).ok()
    }

    #[test]
    fn the_form_that_is_wanted_most() {
        assert_eq!(Format::accepted(&HeaderMap::new()).unwrap(), Format::Json);
        assert_eq!(of("*/*"), Some(Format::Json));
        assert_eq!(of("text/html,application/xhtml+xml,*/*;q=0.8"), Some(Format::Json));
        assert_eq!(of("text/csv"), Some(Format::Csv));
        assert_eq!(of("text/*"), Some(Format::Csv));
        assert_eq!(of("application/json;q=0.5, application/x-ndjson"), Some(Format::Ndjson));
        assert_eq!(of("application/vnd.apache.arrow.stream"), Some(Format::Arrow));
        assert_eq!(of("Application/Vnd.Apache.Parquet"), Some(Format::Parquet));
        assert_eq!(of("*/*, application/json;q=0"), Some(Format::Ndjson));
        assert_eq!(of("image/png"), None);
        assert_eq!(of("text/csv;q=NaN"), None);
    }

    #[test]
    fn every_form_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(Format::named(format.name()).unwrap(), format);
            assert_eq!(of(format.media()), Some(format));
        }
        assert!(Format::named("xml").is_err());
    }
}
