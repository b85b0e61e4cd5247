//! Shapes that collapse (an area without extent, a line of one place) as what they really are.
//!
//! The library that relates shapes asserts that they are what their types say, and a stranger's polygon may not be.

use std::borrow::Cow;

use geo_types::{Geometry as Shape, LineString, MultiLineString, MultiPolygon, Point, Polygon};

/// The shape without collapsed parts; when all of it has collapsed, the line or point that is left.
pub(crate) fn sound(shape: &Shape<f64>) -> Cow<'_, Shape<f64>> {
    match shape {
        Shape::LineString(line) if flat_line(line) => Cow::Owned(first_place(line)),
        Shape::MultiLineString(lines) if lines.0.iter().any(flat_line) => Cow::Owned(sound_lines(&lines.0)),
        Shape::Polygon(area) if !sound_area(area) => Cow::Owned(repaired(area).unwrap_or_else(|rest| rest)),
        Shape::MultiPolygon(areas) if !areas.0.iter().all(sound_area) => Cow::Owned(sound_areas(&areas.0)),
        _ => Cow::Borrowed(shape),
    }
}

/// Whether a line never leaves its first place.
fn flat_line(line: &LineString<f64>) -> bool {
    line.0.iter().all(|place| Some(place) == line.0.first())
}

/// Whether all places of a ring lie on one straight line. (Its area says less: that of a bow tie is zero too.)
fn flat_ring(ring: &LineString<f64>) -> bool {
    let Some(first) = ring.0.first() else { return true };
    let Some(other) = ring.0.iter().find(|place| *place != first) else { return true };
    ring.0
        .iter()
        .all(|place| (other.x - first.x) * (place.y - first.y) == (other.y - first.y) * (place.x - first.x))
}

fn sound_area(area: &Polygon<f64>) -> bool {
    !flat_ring(area.exterior()) && !area.interiors().iter().any(flat_ring)
}

/// The area without collapsed holes, or (as the error) what is left of an area that has collapsed itself.
fn repaired(area: &Polygon<f64>) -> Result<Shape<f64>, Shape<f64>> {
    if flat_ring(area.exterior()) {
        let outline = area.exterior();
        return Err(if flat_line(outline) {
            first_place(outline)
        } else {
            Shape::LineString(outline.clone())
        });
    }
    let holes = area.interiors().iter().filter(|hole| !flat_ring(hole)).cloned().collect();
    Ok(Shape::Polygon(Polygon::new(area.exterior().clone(), holes)))
}

fn sound_areas(areas: &[Polygon<f64>]) -> Shape<f64> {
    let mut kept = Vec::new();
    let mut left = None;
    for area in areas {
        match repaired(area) {
            Ok(Shape::Polygon(area)) => kept.push(area),
            Ok(other) | Err(other) => left = Some(other),
        }
    }
    match left {
        Some(rest) if kept.is_empty() => rest,
        _ => Shape::MultiPolygon(MultiPolygon(kept)),
    }
}

fn sound_lines(lines: &[LineString<f64>]) -> Shape<f64> {
    let kept: Vec<_> = lines.iter().filter(|line| !flat_line(line)).cloned().collect();
    match lines.first() {
        Some(line) if kept.is_empty() => first_place(line),
        _ => Shape::MultiLineString(MultiLineString(kept)),
    }
}

fn first_place(line: &LineString<f64>) -> Shape<f64> {
    line.points()
        .next()
        .map_or_else(|| Shape::LineString(line.clone()), |point: Point<f64>| Shape::Point(point))
}

#[cfg(test)]
mod tests {
    use geo_types::{line_string, point, polygon};

    use super::*;

    #[test]
    fn what_collapsed_becomes_what_is_left() {
        let flat: Shape<f64> =
            polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 1.0), (x: 2.0, y: 2.0), (x: 0.0, y: 0.0)].into();
        assert!(matches!(&*sound(&flat), Shape::LineString(_)));
        let dot: Shape<f64> = line_string![(x: 1.0, y: 1.0), (x: 1.0, y: 1.0)].into();
        assert_eq!(*sound(&dot), point!(x: 1.0, y: 1.0).into());
        let good: Shape<f64> =
            polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0), (x: 0.0, y: 0.0)].into();
        assert!(matches!(sound(&good), Cow::Borrowed(_)));
    }
}
