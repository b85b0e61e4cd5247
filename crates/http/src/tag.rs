//! Answers with a tag of their text, and none for who has that text already (RFC 9110 §8.8.3 and §13.1.2).

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// The headers that «not modified» repeats.
const REPEATED: [HeaderName; 2] = [header::CACHE_CONTROL, header::VARY];

/// The tags that the asker has, as they were sent; nothing when it names none.
pub fn known(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let all = lines.collect::<Vec<_>>().join(",");
    (!all.is_empty()).then_some(all)
}

/// The text, or the bytes, with their tag; 304 without them for who has them already.
pub fn answer(known: Option<&str>, headers: &[(HeaderName, &str)], text: impl Into<Bytes>) -> Response {
    let text: Bytes = text.into();
    let tag = tag(&text);
    let same = known.is_some_and(|known| matches(known, &tag));
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { text.into_response() };
    let own = response.headers_mut();
    for (name, value) in headers.iter().filter(|(name, _)| !same || REPEATED.contains(name)) {
        if let Ok(value) = HeaderValue::from_str(value) {
            own.insert(name.clone(), value);
        }
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        own.insert(header::ETAG, tag);
    }
    response
}

/// The tag changes with the text; it is not a promise of security.
fn tag(text: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:x}-{:x}\"", text.len(), hasher.finish())
}

/// Whether one of the tags is this one. A weak tag counts as well, as a proxy that packs the text makes it weak.
fn matches(known: &str, tag: &str) -> bool {
    known.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_text_gets_none() {
        let headers = [(header::CONTENT_TYPE, "text/csv"), (header::CACHE_CONTROL, "private, no-cache")];
        let first = answer(None, &headers, "a,b\n".to_owned());
        assert_eq!(
            (first.status(), &first.headers()["content-type"]),
            (StatusCode::OK, &"text/csv".parse().unwrap())
        );
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let again = answer(Some(&known), &headers, "a,b\n".to_owned());
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(again.headers()["etag"], tag.as_str());
            assert_eq!(again.headers()["cache-control"], "private, no-cache");
            assert!(!again.headers().contains_key("content-type"));
        }
        for other in ["\"x\"", "", tag.trim_matches('"')] {
            assert_eq!(answer(Some(other), &headers, "a,b\n".to_owned()).status(), StatusCode::OK, "{other}");
        }
        assert_eq!(answer(Some(&tag), &headers, "a,c\n".to_owned()).status(), StatusCode::OK);
    }

    #[test]
    fn several_lines_of_tags_are_one_list() {
        let mut headers = HeaderMap::new();
        assert_eq!(known(&headers), None);
        headers.append(header::IF_NONE_MATCH, "\"a\"".parse().unwrap());
        headers.append(header::IF_NONE_MATCH, "\"b\"".parse().unwrap());
        assert_eq!(known(&headers).as_deref(), Some("\"a\",\"b\""));
    }
}
