//! Which of the forms that are offered the `Accept` headers want most (RFC 9110 §12.5.1).

use axum::http::{HeaderMap, header};

/// The form that is wanted most, given with their media types in the order in which they are preferred where a caller does not
/// care; `None` when none is wanted.
pub fn best<T>(headers: &HeaderMap, offers: impl IntoIterator<Item = (T, &'static str)>) -> Option<T> {
    let texts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(String, f32)> = texts.flat_map(|text| text.split(',')).filter_map(range).collect();
    let mut offers = offers.into_iter();
    if ranges.is_empty() {
        return offers.next().map(|(offer, _)| offer);
    }
    let mut best: Option<(T, f32)> = None;
    for (offer, media) in offers {
        let quality = quality_of(media, &ranges);
        if quality > best.as_ref().map_or(0.0, |(_, there)| *there) {
            best = Some((offer, quality));
        }
    }
    best.map(|(offer, _)| offer)
}

fn range(text: &str) -> Option<(String, f32)> {
    let mut fields = text.split(';');
    let kind = fields.next()?.trim().to_ascii_lowercase();
    let quality = fields.find_map(|field| {
        // Names of parameters are the same in large and small letters (RFC 9110 §5.6.6).
        let (name, value) = field.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f32>().ok()).flatten()
    });
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

    #[test]
    fn the_most_specific_range_decides_and_the_first_offer_wins_a_tie() {
        let offers = [("json", "application/json"), ("csv", "text/csv")];
        let of = |accept: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            best(&headers, offers)
        };
        assert_eq!(of(None), Some("json"));
        assert_eq!(of(Some("*/*")), Some("json"));
        assert_eq!(of(Some("text/*, application/*;q=0.9")), Some("csv"));
        assert_eq!(of(Some("*/*, application/json;q=0")), Some("csv"));
        assert_eq!(of(Some("*/*, application/json; Q=0")), Some("csv"));
        assert_eq!(of(Some("TEXT/CSV")), Some("csv"));
        assert_eq!(of(Some("image/png")), None);
        assert_eq!(of(Some("text/csv;q=NaN")), None);
    }
}
