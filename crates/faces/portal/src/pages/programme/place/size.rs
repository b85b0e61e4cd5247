//! How large a place is: how many points, how long, how much ground.

use senne_model::{Geometry, Json};

/// A degree of latitude in metres, on a sphere of the mean radius of the earth (6,371,008.8 m).
const DEGREE: f64 = 111_195.08;

/// The size of a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Size {
    Points(usize),
    Metres(f64),
    SquareMetres(f64),
}

/// The size of a place; good to a part in a thousand for what fits into a city.
pub(super) fn of(place: &Geometry) -> Size {
    let json = place.to_geojson();
    let lines = json.get("coordinates").map(lines).unwrap_or_default();
    match place.kind() {
        "LineString" | "MultiLineString" => Size::Metres(lines.iter().map(|line| length(line)).sum()),
        // The rings of holes turn the other way round.
        "Polygon" => Size::SquareMetres(ground(&lines)),
        "MultiPolygon" => {
            let parts = json.get("coordinates").and_then(Json::as_array).unwrap_or_default();
            Size::SquareMetres(parts.iter().map(|part| ground(&self::lines(part))).sum())
        }
        _ => Size::Points(lines.iter().map(Vec::len).sum()),
    }
}

/// The lines of positions that coordinates are made of; a single position is a line of one.
fn lines(json: &Json) -> Vec<Vec<(f64, f64)>> {
    if let Some(position) = position(json) {
        return vec![vec![position]];
    }
    let parts = json.as_array().unwrap_or_default();
    let positions: Vec<(f64, f64)> = parts.iter().filter_map(position).collect();
    if positions.is_empty() { parts.iter().flat_map(lines).collect() } else { vec![positions] }
}

fn position(json: &Json) -> Option<(f64, f64)> {
    match json.as_array()? {
        [x, y, ..] => Some((x.as_f64()?, y.as_f64()?)),
        _ => None,
    }
}

fn length(line: &[(f64, f64)]) -> f64 {
    let step = |(a, b): (&(f64, f64), &(f64, f64))| {
        let squeeze = a.1.midpoint(b.1).to_radians().cos();
        ((b.0 - a.0) * squeeze).hypot(b.1 - a.1) * DEGREE
    };
    line.iter().zip(line.iter().skip(1)).map(step).sum()
}

/// The ground of a polygon without its holes.
fn ground(rings: &[Vec<(f64, f64)>]) -> f64 {
    let mut areas = rings.iter().map(|ring| inside(ring));
    let outer = areas.next().unwrap_or_default();
    (outer - areas.sum::<f64>()).max(0.0)
}

/// What a ring holds, flat at its middle latitude.
fn inside(ring: &[(f64, f64)]) -> f64 {
    let Some(first) = ring.first() else { return 0.0 };
    let middle = ring.iter().map(|position| position.1).sum::<f64>() / ring.len() as f64;
    let squeeze = middle.to_radians().cos();
    let flat = |(x, y): &(f64, f64)| ((x - first.0) * squeeze * DEGREE, (y - first.1) * DEGREE);
    let turn = |(a, b): (&(f64, f64), &(f64, f64))| {
        let ((ax, ay), (bx, by)) = (flat(a), flat(b));
        ax * by - bx * ay
    };
    (ring.iter().zip(ring.iter().skip(1)).map(turn).sum::<f64>() / 2.0).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Size {
        of(&Geometry::from_geojson(&serde_json::from_str(text).unwrap()).unwrap())
    }

    #[test]
    fn lengths_and_grounds_are_those_of_the_earth() {
        // A hundredth of a degree of latitude, and of longitude at 50.85° north.
        let Size::Metres(north) = size(r#"{"type":"LineString","coordinates":[[4.35,50.85],[4.35,50.86]]}"#)
        else {
            panic!("a line is long")
        };
        assert!((north - 1111.95).abs() < 0.1, "{north}");
        let ring = "[[4.35,50.85],[4.36,50.85],[4.36,50.86],[4.35,50.86],[4.35,50.85]]";
        let Size::SquareMetres(square) = size(&format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#))
        else {
            panic!("an area is large")
        };
        assert!((square - 702.1 * 1111.95).abs() < 500.0, "{square}");
        let hole = "[[4.352,50.852],[4.353,50.852],[4.353,50.853],[4.352,50.853],[4.352,50.852]]";
        let with = size(&format!(r#"{{"type":"MultiPolygon","coordinates":[[{ring},{hole}]]}}"#));
        let Size::SquareMetres(with) = with else { panic!("an area is large") };
        assert!((square - with - square / 100.0).abs() < 50.0, "{with}");
    }

    #[test]
    fn points_are_counted() {
        assert_eq!(size(r#"{"type":"Point","coordinates":[4.35,50.85]}"#), Size::Points(1));
        assert_eq!(size(r#"{"type":"MultiPoint","coordinates":[[4.35,50.85],[4,50]]}"#), Size::Points(2));
    }
}
