//! Which media type an answer has (clause 6.3.4; RFC 9110 §12.5.1).

use http::HeaderMap;
use senne_http::accept;

use super::Refusal;

/// A media type that this face writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Media {
    Json,
    LinkedData,
    GeoJson,
    /// One document a line; beyond the standard.
    Lines,
}

/// What an operation can answer with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Offer {
    /// JSON and JSON-LD.
    Plain,
    /// GeoJSON too.
    WithGeo,
    /// Many entities: lines of JSON too.
    Entities,
}

impl Media {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::LinkedData => "application/ld+json",
            Self::GeoJson => "application/geo+json",
            Self::Lines => "application/x-ndjson",
        }
    }
}

/// The best media type for the `Accept` headers; of equally wanted ones the first in the standard's order.
pub(crate) fn negotiate(headers: &HeaderMap, offer: Offer) -> Result<Media, Refusal> {
    let offered: &[Media] = match offer {
        Offer::Plain => &[Media::Json, Media::LinkedData],
        Offer::WithGeo => &[Media::Json, Media::LinkedData, Media::GeoJson],
        Offer::Entities => &[Media::Json, Media::LinkedData, Media::GeoJson, Media::Lines],
    };
    accept::best(headers, offered.iter().map(|media| (*media, media.text()))).ok_or(Refusal::NotAcceptable)
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    fn pick(accept: &str, offer: Offer) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        negotiate(&headers, offer).ok()
    }

    #[test]
    fn the_best_offer_is_taken() {
        assert_eq!(negotiate(&HeaderMap::new(), Offer::Plain).ok(), Some(Media::Json));
        assert_eq!(pick("*/*", Offer::WithGeo), Some(Media::Json));
        assert_eq!(
            pick("application/ld+json, application/json;q=0.5", Offer::Plain),
            Some(Media::LinkedData)
        );
        assert_eq!(pick("application/geo+json", Offer::WithGeo), Some(Media::GeoJson));
        assert_eq!(pick("application/geo+json", Offer::Plain), None);
        assert_eq!(pick("text/html", Offer::WithGeo), None);
        assert_eq!(pick("application/x-ndjson", Offer::WithGeo), None);
        assert_eq!(pick("application/x-ndjson", Offer::Entities), Some(Media::Lines));
        assert_eq!(pick("text/html, application/*;q=0.1", Offer::WithGeo), Some(Media::Json));
        assert_eq!(pick("application/json;q=0, */*", Offer::Plain), Some(Media::LinkedData));
    }
}
