//! Which media type an answer has (clause 6.3.4; RFC 9110 §12.5.1).

use http::{HeaderMap, header};

use super::Refusal;

/// A media type that this face writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Media {
    Json,
    LinkedData,
    GeoJson,
}

/// What an operation can answer with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Offer {
    /// JSON and JSON-LD.
    Plain,
    /// GeoJSON too.
    WithGeo,
}

impl Media {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::LinkedData => "application/ld+json",
            Self::GeoJson => "application/geo+json",
        }
    }
}

/// The best media type for the `Accept` headers; of equally wanted ones the first in the standard's order.
pub(crate) fn negotiate(headers: &HeaderMap, offer: Offer) -> Result<Media, Refusal> {
    let ranges: Vec<(String, f32)> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(range)
        .collect();
    if ranges.is_empty() {
        return Ok(Media::Json);
    }
    let offered: &[Media] = match offer {
        Offer::Plain => &[Media::Json, Media::LinkedData],
        Offer::WithGeo => &[Media::Json, Media::LinkedData, Media::GeoJson],
    };
    let mut best: Option<(Media, f32)> = None;
    for media in offered {
        let quality = quality_of(media.text(), &ranges);
        if quality > best.map_or(0.0, |(_, there)| there) {
            best = Some((*media, quality));
        }
    }
    best.map(|(media, _)| media).ok_or(Refusal::NotAcceptable)
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
        assert_eq!(pick("text/html, application/*;q=0.1", Offer::WithGeo), Some(Media::Json));
        assert_eq!(pick("application/json;q=0, */*", Offer::Plain), Some(Media::LinkedData));
    }
}
