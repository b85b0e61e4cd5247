//! The version of NGSI-LD that a reader prefers (clauses 4.3.6.8 and 6.3.6; RFC 7240).

use axum::response::Response;
use http::{HeaderMap, HeaderName, StatusCode};
use senne_model::Json;

use super::{Media, put};
use crate::distributed::Version;

/// The preferred version as it was written, e.g. `1.6`: the name in any case, the value as a token or quoted, with
/// parameters of its own after `;`, anywhere among other preferences.
pub(crate) fn preferred_version(headers: &HeaderMap) -> Option<String> {
    let lists = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).find_map(|preference| {
        let own = preference.split(';').next()?;
        let (name, value) = own.split_once('=')?;
        let version = value.trim().trim_matches('"');
        let number =
            |text: &str| !text.is_empty() && text.len() < 4 && text.bytes().all(|b| b.is_ascii_digit());
        let fits = version.split_once('.').is_some_and(|(major, minor)| number(major) && number(minor));
        (name.trim().eq_ignore_ascii_case("ngsi-ld") && fits).then(|| version.to_owned())
    })
}

/// Says in the answer that it conforms to the preferred version.
pub(crate) fn apply_preference(response: &mut Response, headers: &HeaderMap) {
    if let Some(version) = preferred_version(headers) {
        put(response, HeaderName::from_static("preference-applied"), &format!("ngsi-ld={version}"));
    }
}

/// An answer with entities, as the preferred version knows them: 203 when they are others then (clause 4.3.6.8).
pub(crate) fn in_preferred_version(
    headers: &HeaderMap,
    media: Media,
    body: Vec<u8>,
) -> (StatusCode, Vec<u8>) {
    let version = preferred_version(headers).and_then(|version| Version::parse(&version));
    let (Some(version), true) = (version, media != Media::GeoJson) else { return (StatusCode::OK, body) };
    let Ok(native) = Json::parse(&body) else { return (StatusCode::OK, body) };
    let mut amended = native.clone();
    version.amend(&mut amended);
    if amended == native {
        return (StatusCode::OK, body);
    }
    (StatusCode::NON_AUTHORITATIVE_INFORMATION, amended.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preference_is_found_in_every_spelling() {
        for (text, version) in [
            ("ngsi-ld=1.0", Some("1.0")),
            ("NGSI-LD=1.6", Some("1.6")),
            ("ngsi-ld=\"1.3\"", Some("1.3")),
            ("respond-async, ngsi-ld=1.5;q=0.1", Some("1.5")),
            ("respond-async", None),
            ("ngsi-ld=newest", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", text.parse().unwrap());
            assert_eq!(preferred_version(&headers).as_deref(), version, "{text}");
        }
    }
}
