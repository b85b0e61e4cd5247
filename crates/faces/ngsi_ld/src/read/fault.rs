//! What is wrong with bytes that are not JSON, and where: the path of member names down to the place.

use senne_model::{ErrorKind, Problem};

/// Turns an error of the JSON reader into a problem that names the field.
pub(super) fn explain(body: &[u8], error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    let place = format!("line {}, column {}", error.line(), error.column());
    let detail = match error.classify() {
        serde_json::error::Category::Data => format!("{reason} ({place})"),
        _ if body.iter().all(u8::is_ascii_whitespace) => "the body is empty; JSON is needed".to_owned(),
        _ => format!("the body is not JSON: {reason} ({place})"),
    };
    let problem = Problem::new(ErrorKind::InvalidRequest, detail);
    match path_at(body, offset(body, error)) {
        Some(path) => problem.field(path),
        None => problem,
    }
}

fn offset(body: &[u8], error: &serde_json::Error) -> usize {
    let lines = body.split_inclusive(|b| *b == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let end = (before + error.column()).min(body.len());
    // A bracket that does not fit has not been taken in: the place is inside of what it would have closed.
    if end > 0 && matches!(body[end - 1], b'}' | b']') { end - 1 } else { end }
}

/// Where the reader stood: a level of an object with its last name, or of an array with its place.
enum Level {
    Object(Option<String>),
    Array(usize),
}

/// The path to a byte, e.g. `[3].NO2.value`. It needs no valid JSON, only strings and brackets.
fn path_at(body: &[u8], end: usize) -> Option<String> {
    let mut levels: Vec<Level> = Vec::new();
    let mut at = 0;
    let mut named = false;
    while at < end {
        match body[at] {
            b'"' => {
                let close = string_end(body, at + 1).filter(|close| *close < end);
                let Some(close) = close else { break };
                if let (Some(Level::Object(name)), false) = (levels.last_mut(), named) {
                    *name = Some(String::from_utf8_lossy(&body[at + 1..close]).chars().take(80).collect());
                }
                at = close;
            }
            b':' => named = true,
            b'{' => {
                levels.push(Level::Object(None));
                named = false;
            }
            b'[' => levels.push(Level::Array(0)),
            b'}' | b']' => {
                levels.pop();
                named = true;
            }
            b',' => match levels.last_mut() {
                Some(Level::Array(place)) => *place += 1,
                _ => named = false,
            },
            _ => {}
        }
        if levels.len() > 256 {
            return None;
        }
        at += 1;
    }
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Object(Some(name)) if path.is_empty() => path.push_str(&name),
            Level::Object(Some(name)) => path.extend([".", &name]),
            Level::Object(None) => {}
            Level::Array(place) => path.push_str(&format!("[{place}]")),
        }
    }
    (!path.is_empty()).then_some(path)
}

fn string_end(body: &[u8], mut at: usize) -> Option<usize> {
    while at < body.len() {
        match body[at] {
            b'\\' => at += 2,
            b'"' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str) -> Option<String> {
        let error = serde_json::from_str::<senne_model::Json>(text).unwrap_err();
        explain(text.as_bytes(), &error).field
    }

    #[test]
    fn the_path_leads_to_the_fault() {
        assert_eq!(
            field(r#"{"id":"a","NO2":{"type":"Property","value":NaN}}"#).as_deref(),
            Some("NO2.value")
        );
        assert_eq!(field("[{\"a\":1},\n{\"b\":{\"c\":[1,2,}}]").as_deref(), Some("[1].b.c[2]"));
        assert_eq!(field(r#"{"a":{"x":1,"x":2}}"#).as_deref(), Some("a.x"));
        assert_eq!(field("nonsense"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_explained(bytes: Vec<u8>, end in 0_usize..64) {
            let end = end.min(bytes.len());
            path_at(&bytes, end);
        }
    }
}
