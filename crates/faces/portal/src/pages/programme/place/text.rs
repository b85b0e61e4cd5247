//! A place from text: a GeoJSON geometry, or a pair of latitude and longitude a line. One pair is a point, several are a line, and a line that
//! ends where it begins is an area.

use senne_model::{Geometry, Json};

use crate::{format, words::Words};

/// So many characters are read.
pub(crate) const TEXT_MOST: usize = 40_000;
/// So many points a place may have.
const POINTS_MOST: usize = 500;
/// A ring has three corners and its first one again.
const RING_LEAST: usize = 4;

/// The place that a text tells; nothing when it is empty.
///
/// # Errors
/// What is wrong, in the words of the reader.
pub(crate) fn read(words: Words, text: &str) -> Result<Option<Geometry>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > TEXT_MOST {
        return Err(too_many(words));
    }
    let json = if text.starts_with(['{', '[']) { notation(words, text)? } else { pairs(words, text)? };
    if let Some(coordinates) = json.get("coordinates") {
        check(words, coordinates, &mut 0)?;
        if matches!(json.get("type").and_then(Json::as_str), Some("Polygon" | "MultiPolygon")) {
            closed(words, coordinates)?;
        }
    }
    Geometry::from_geojson(&json).map(Some).map_err(|_| words.t("place.fault_shape").to_owned())
}

fn too_many(words: Words) -> String {
    words.fill("place.fault_many", [POINTS_MOST])
}

/// A geometry as GeoJSON writes it, also as a feature.
fn notation(words: Words, text: &str) -> Result<Json, String> {
    let json: Json = serde_json::from_str(text).map_err(|_| words.t("place.fault_json").to_owned())?;
    Ok(json.get("geometry").cloned().unwrap_or(json))
}

/// A pair a line, latitude first as people write it.
fn pairs(words: Words, text: &str) -> Result<Json, String> {
    let mut positions = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if positions.len() >= POINTS_MOST {
            return Err(too_many(words));
        }
        let told = || words.fill("place.fault_pair", [(at + 1).to_string(), short(line)]);
        let (latitude, longitude) = pair(line).ok_or_else(told)?;
        positions.push(Json::Array(vec![Json::Float(longitude), Json::Float(latitude)]));
    }
    let ring = positions.len() >= RING_LEAST && positions.first() == positions.last();
    let (kind, coordinates) = match positions.len() {
        1 => ("Point", positions.pop().unwrap_or(Json::Null)),
        _ if ring => ("Polygon", Json::Array(vec![Json::Array(positions)])),
        _ => ("LineString", Json::Array(positions)),
    };
    Ok(Json::Object(vec![("type".into(), Json::text(kind)), ("coordinates".into(), coordinates)]))
}

/// Two numbers: `50.85, 4.35`, `50,85; 4,35`, `50,85 4,35`.
fn pair(line: &str) -> Option<(f64, f64)> {
    let line = line.trim().trim_matches(['(', ')', '[', ']']);
    let commas = line.matches(',').count();
    let spaced: Vec<&str> = line.split_whitespace().collect();
    let parts: Vec<&str> = match (line.contains(';'), commas) {
        (true, _) => line.split(';').collect(),
        (false, 1)
            if !line.contains('.')
                && spaced.len() == 2
                && spaced.first().is_some_and(|first| !first.ends_with(',')) =>
        {
            spaced
        }
        (false, 1) => line.split(',').collect(),
        (false, 3) => {
            let (second, _) = line.match_indices(',').nth(1)?;
            let (first, rest) = line.split_at(second);
            vec![first, rest.get(1..)?]
        }
        _ => spaced,
    };
    let [latitude, longitude] = parts.as_slice() else { return None };
    Some((degrees(latitude)?, degrees(longitude)?))
}

fn degrees(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('°').replace('\u{2212}', "-").replace(',', ".");
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
    text.parse().ok().filter(|_| plain)
}

/// Counts the positions and looks whether each is on the earth.
fn check(words: Words, json: &Json, count: &mut usize) -> Result<(), String> {
    let Some(parts) = json.as_array() else { return Ok(()) };
    let numbers: Vec<f64> = parts.iter().filter_map(Json::as_f64).collect();
    if numbers.is_empty() {
        return parts.iter().try_for_each(|part| check(words, part, count));
    }
    *count += 1;
    if *count > POINTS_MOST {
        return Err(too_many(words));
    }
    match numbers.as_slice() {
        [x, y, ..] if !((-180.0..=180.0).contains(x) && (-90.0..=90.0).contains(y)) => {
            let shown = [y, x].map(|degrees| format::number(words.language, *degrees, 4));
            Err(words.fill("place.fault_range", shown))
        }
        _ => Ok(()),
    }
}

/// Looks whether each ring of an area ends where it begins.
fn closed(words: Words, json: &Json) -> Result<(), String> {
    let parts = json.as_array().unwrap_or_default();
    let is_ring = parts
        .iter()
        .any(|part| matches!(part.as_array(), Some([Json::Int(_) | Json::BigInt(_) | Json::Float(_), ..])));
    if !is_ring {
        return parts.iter().try_for_each(|part| closed(words, part));
    }
    if parts.len() >= RING_LEAST && parts.first() == parts.last() {
        return Ok(());
    }
    Err(words.t("place.fault_ring").to_owned())
}

/// What was written in a line, cut when it is long.
fn short(line: &str) -> String {
    const MOST: usize = 40;
    let line = line.trim();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn told(text: &str) -> String {
        let place = read(Words::new(Language::En), text).unwrap().unwrap();
        place.to_geojson().to_string()
    }

    fn wrong(text: &str) -> String {
        read(Words::new(Language::En), text).unwrap_err()
    }

    #[test]
    fn pairs_are_a_point_a_line_or_an_area() {
        let point = r#"{"type":"Point","coordinates":[4.3517,50.8466]}"#;
        for text in [
            "50.8466, 4.3517",
            "50.8466,4.3517",
            " 50.8466 4.3517\n",
            "50,8466; 4,3517",
            "50,8466, 4,3517",
            "50,8466 4,3517",
            "(50.8466°, 4.3517°)",
        ] {
            assert_eq!(told(text), point, "{text}");
        }
        assert_eq!(told("50, 4\n\n51, 5"), r#"{"type":"LineString","coordinates":[[4.0,50.0],[5.0,51.0]]}"#);
        let area = told("50, 4\n51, 5\n50, 5\n50, 4");
        assert!(area.starts_with(r#"{"type":"Polygon","coordinates":[[[4.0,50.0],"#), "{area}");
        assert_eq!(read(Words::new(Language::Fr), " \n"), Ok(None));
    }

    #[test]
    fn geojson_is_read_also_as_a_feature() {
        let line = r#"{"type":"LineString","coordinates":[[4.35,50.85],[4.36,50.86]]}"#;
        assert_eq!(told(line), line);
        assert_eq!(told(&format!(r#"{{"type":"Feature","properties":{{}},"geometry":{line}}}"#)), line);
    }

    #[test]
    fn what_is_wrong_is_told() {
        let words = Words::new(Language::En);
        assert!(wrong("50.85, 4.35\nGrand-Place").contains('2'));
        assert!(wrong("50.85, 4.35\nGrand-Place").contains("Grand-Place"));
        for text in ["50.85", "50.85, 4.35, 12", "a, b", "1e1, 2", "nan, 1", "50.8.5, 4"] {
            assert!(wrong(text).contains(text), "{text}: {}", wrong(text));
        }
        assert!(wrong("91, 4").contains("91"), "{}", wrong("91, 4"));
        assert!(wrong("50, 181").contains("181"));
        assert_eq!(wrong("{\"type\":"), words.t("place.fault_json"));
        for text in [
            r#"{"type":"Circle","coordinates":[4,50]}"#,
            r#"{"type":"Point"}"#,
            r#"{"type":"LineString","coordinates":[[4,50]]}"#,
            r#"{"type":"Point","coordinates":["4","50"]}"#,
            "[1, 2]",
            "{}",
        ] {
            assert_eq!(wrong(text), words.t("place.fault_shape"), "{text}");
        }
        let open = r#"{"type":"Polygon","coordinates":[[[4,50],[5,50],[5,51],[4,51]]]}"#;
        assert_eq!(wrong(open), words.t("place.fault_ring"));
        let short = r#"{"type":"Polygon","coordinates":[[[4,50],[5,50],[4,50]]]}"#;
        assert_eq!(wrong(short), words.t("place.fault_ring"));
    }

    #[test]
    fn so_many_points_and_no_more() {
        let pairs = |count: usize| vec!["50.85, 4.35"; count].join("\n");
        assert!(read(Words::new(Language::Nl), &pairs(POINTS_MOST)).is_ok());
        assert!(wrong(&pairs(POINTS_MOST + 1)).contains("500"));
        let positions = vec!["[4.35,50.85]"; POINTS_MOST + 1].join(",");
        assert!(wrong(&format!(r#"{{"type":"LineString","coordinates":[{positions}]}}"#)).contains("500"));
        assert!(wrong(&"9".repeat(TEXT_MOST + 1)).contains("500"));
        // Deep nests are refused by the reader of JSON.
        assert_eq!(wrong(&"[".repeat(10_000)), Words::new(Language::En).t("place.fault_json"));
    }
}
