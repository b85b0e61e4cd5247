//! In which form an answer goes out (RFC 9110 §12.5.1).

use axum::http::HeaderMap;
use senne_http::accept;

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
        let offers = Self::ALL.map(|format| (format, format.media()));
        accept::best(headers, offers).ok_or(Refusal::NotAcceptable)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

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
