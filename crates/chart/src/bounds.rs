//! The box around a geometry.

use geo_types::{Coord, Geometry};

/// A box as west, south, east and north, in the units of the geometry.
pub(crate) type Bounds = [f64; 4];

/// The box that holds nothing.
const NOTHING: Bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];

/// The box around all positions; infinite the wrong way round when there are none.
pub(crate) fn of(geometry: &Geometry<f64>) -> Bounds {
    let corners = |corners: &[Coord<f64>]| {
        corners.iter().fold(NOTHING, |bounds, c| union(bounds, [c.x, c.y, c.x, c.y]))
    };
    match geometry {
        Geometry::Point(point) => corners(&[point.0]),
        Geometry::Line(line) => corners(&[line.start, line.end]),
        Geometry::LineString(line) => corners(&line.0),
        Geometry::Polygon(polygon) => corners(&polygon.exterior().0),
        Geometry::MultiPoint(points) => points.0.iter().map(|p| corners(&[p.0])).fold(NOTHING, union),
        Geometry::MultiLineString(lines) => lines.0.iter().map(|l| corners(&l.0)).fold(NOTHING, union),
        Geometry::MultiPolygon(parts) => {
            parts.0.iter().map(|p| corners(&p.exterior().0)).fold(NOTHING, union)
        }
        Geometry::GeometryCollection(parts) => parts.0.iter().map(of).fold(NOTHING, union),
        Geometry::Rect(rect) => corners(&[rect.min(), rect.max()]),
        Geometry::Triangle(triangle) => corners(&triangle.to_array()),
    }
}

/// The box around two boxes.
pub(crate) fn union(a: Bounds, b: Bounds) -> Bounds {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

#[cfg(test)]
mod tests {
    use geo_types::{GeometryCollection, Point, polygon};

    use super::*;

    #[test]
    fn a_box_holds_all_parts() {
        let area = polygon![(x: 0.0, y: 1.0), (x: 4.0, y: 1.0), (x: 2.0, y: 9.0)];
        let parts = GeometryCollection(vec![Geometry::Polygon(area), Geometry::Point(Point::new(7.0, -2.0))]);
        assert_eq!(of(&Geometry::GeometryCollection(parts)), [0.0, -2.0, 7.0, 9.0]);
    }
}
