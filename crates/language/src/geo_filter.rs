//! Geo-queries (GS CIM 009 clause 4.10).

use geo::{Contains, CoordsIter, Intersects, Relate, relate::IntersectionMatrix};
use geo_types::Geometry as Shape;
use senne_model::{AttributeValue, Entity, ErrorKind, Geometry, Json, Name, Problem};

use crate::{
    distance, effort,
    scan::{TEXT_BYTES_MAX, shorten},
    sound::sound,
};

/// How many pairs of sides are compared one by one.
const SIDES_COMPARED_MAX: usize = 100_000;

/// How a target geometry must stand to the reference geometry (OGC Simple Features).
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum GeoRelation {
    /// At most this far away, in metres.
    NearerThan(f64),
    /// Further away than this, in metres.
    FartherThan(f64),
    /// The target lies within the reference.
    Within,
    /// The target contains the reference.
    Contains,
    /// They share a point at least.
    Intersects,
    /// They are the same set of points.
    Equals,
    /// They share no point.
    Disjoint,
    /// They share some points of the same dimension, but neither has all of the other's.
    Overlaps,
}

/// A condition on a geometry of an entity. An entity without that geometry never matches, and neither does one whose geometry is so
/// tangled, or has so many parts, that it cannot be compared with the reference in bounded time.
#[derive(Clone, PartialEq, Debug)]
pub struct GeoFilter {
    relation: GeoRelation,
    reference: Geometry,
    /// The box that a matching target touches: west, south, east, north in degrees.
    bounds: Option<[f64; 4]>,
    /// The bounds of the reference itself.
    reach: [f64; 4],
    geoproperty: Name,
}

impl GeoFilter {
    /// Reads the parameters: `georel` such as `within` or `near;maxDistance==2000` (metres), `geometry` a GeoJSON type,
    /// `coordinates` its JSON text, and the expanded name of the attribute to look at.
    pub fn parse(
        georel: &str,
        geometry: &str,
        coordinates: &str,
        geoproperty: Name,
    ) -> Result<Self, Problem> {
        let relation = GeoRelation::parse(georel)?;
        if coordinates.len() > 64 * TEXT_BYTES_MAX {
            return Err(Problem::bad("the coordinates are longer than 1 MiB; simplify the geometry")
                .field("coordinates"));
        }
        let coordinates: Json = serde_json::from_str(coordinates).map_err(|_| {
            Problem::bad("the coordinates are no JSON array; write e.g. [4.35,50.85], longitude first")
                .field("coordinates")
        })?;
        let reference =
            Geometry::parse(geometry, &coordinates).map_err(|problem| match problem.field.as_deref() {
                Some("type") => problem.field("geometry"),
                _ => problem,
            })?;
        if effort::is_tangled(reference.shape()) {
            let detail = "the geometry crosses itself too often; write one that does not";
            return Err(Problem::new(ErrorKind::TooComplex, detail).field("coordinates"));
        }
        Ok(Self::new(relation, reference, geoproperty))
    }

    /// From parts that are already typed.
    pub fn new(relation: GeoRelation, reference: Geometry, geoproperty: Name) -> Self {
        let reach = reference.bounds();
        let bounds = match relation {
            GeoRelation::NearerThan(metres) => Some(distance::widen(reach, metres)),
            GeoRelation::FartherThan(_) | GeoRelation::Disjoint => None,
            _ => Some(reach),
        };
        Self { relation, reference, bounds, reach, geoproperty }
    }

    /// The relation.
    pub fn relation(&self) -> GeoRelation {
        self.relation
    }

    /// The reference geometry.
    pub fn reference(&self) -> &Geometry {
        &self.reference
    }

    /// The expanded name of the attribute that is looked at.
    pub fn geoproperty(&self) -> &Name {
        &self.geoproperty
    }

    /// The box (west, south, east, north, in degrees) that the bounds of every matching target touch; `None` when
    /// targets anywhere may match. A store narrows its candidates by it and then asks [`GeoFilter::matches`].
    pub fn bounds(&self) -> Option<[f64; 4]> {
        self.bounds
    }

    /// Whether one instance at least of the attribute stands so to the reference.
    pub fn matches(&self, entity: &Entity) -> bool {
        let Some(attribute) = entity.attribute(&self.geoproperty) else { return false };
        attribute.instances.iter().any(|instance| match &instance.value {
            AttributeValue::Geo(target) => self.matches_geometry(target),
            _ => false,
        })
    }

    /// Whether a geometry stands so to the reference.
    pub fn matches_geometry(&self, target: &Geometry) -> bool {
        let (shape, reference) = (target.shape(), self.reference.shape());
        match self.relation {
            GeoRelation::NearerThan(metres) => {
                self.bounds.is_none_or(|bounds| touch(bounds, target.bounds()))
                    && effort::can_measure(reference, shape)
                    && distance::metres(reference, shape) <= metres
            }
            GeoRelation::FartherThan(metres) => {
                effort::can_measure(reference, shape) && distance::metres(reference, shape) > metres
            }
            GeoRelation::Disjoint => self.meets(target) == Some(false),
            GeoRelation::Intersects => self.meets(target) == Some(true),
            GeoRelation::Within => self.touches(target) && within(shape, reference),
            GeoRelation::Contains => self.touches(target) && within(reference, shape),
            GeoRelation::Equals => {
                let so = IntersectionMatrix::is_equal_topo;
                shape == reference || (self.touches(target) && related(reference, shape, so))
            }
            GeoRelation::Overlaps => {
                self.touches(target) && related(reference, shape, IntersectionMatrix::is_overlaps)
            }
        }
    }

    fn touches(&self, target: &Geometry) -> bool {
        touch(self.reach, target.bounds())
    }

    /// Whether they share a point; none when that cannot be told in bounded time.
    fn meets(&self, target: &Geometry) -> Option<bool> {
        if !self.touches(target) {
            return Some(false);
        }
        let (reference, shape) = (self.reference.shape(), target.shape());
        // The quick way compares every side with every other; the general one has an index of sides.
        if reference.coords_count().saturating_mul(shape.coords_count()) < SIDES_COMPARED_MAX {
            Some(reference.intersects(shape))
        } else {
            relate(reference, shape).map(|matrix| matrix.is_intersects())
        }
    }
}

impl GeoRelation {
    /// Reads `near;maxDistance==2000`, `near;minDistance==2000` (metres, more than 0), `within`, `contains`,
    /// `intersects`, `equals`, `disjoint` or `overlaps`.
    pub fn parse(georel: &str) -> Result<Self, Problem> {
        let refuse = |detail: String| Err(Problem::bad(detail).field("georel"));
        match georel.trim() {
            "within" => return Ok(Self::Within),
            "contains" => return Ok(Self::Contains),
            "intersects" => return Ok(Self::Intersects),
            "equals" => return Ok(Self::Equals),
            "disjoint" => return Ok(Self::Disjoint),
            "overlaps" => return Ok(Self::Overlaps),
            _ => {}
        }
        let Some(modifier) = georel.trim().strip_prefix("near") else {
            return refuse(format!(
                "`{}` is no relation; use near, within, contains, intersects, equals, disjoint or overlaps",
                shorten(georel)
            ));
        };
        let distance = modifier.strip_prefix(';').and_then(|modifier| modifier.split_once("=="));
        let Some((word, number)) = distance else {
            return refuse(
                "near needs a distance in metres: near;maxDistance==2000 or near;minDistance==2000".into(),
            );
        };
        let metres = match number.trim().parse::<f64>() {
            Ok(metres)
                if metres.is_finite()
                    && metres > 0.0
                    && number.trim().starts_with(|c: char| c.is_ascii_digit()) =>
            {
                metres
            }
            _ => {
                return refuse(format!(
                    "`{}` is no distance; write one number of metres greater than 0",
                    shorten(number)
                ));
            }
        };
        match word.trim() {
            "maxDistance" => Ok(Self::NearerThan(metres)),
            "minDistance" => Ok(Self::FartherThan(metres)),
            other => refuse(format!("`{}` is no distance; use maxDistance or minDistance", shorten(other))),
        }
    }

    /// The parameter text again.
    pub fn text(self) -> String {
        match self {
            Self::NearerThan(metres) => format!("near;maxDistance=={metres}"),
            Self::FartherThan(metres) => format!("near;minDistance=={metres}"),
            Self::Within => "within".into(),
            Self::Contains => "contains".into(),
            Self::Intersects => "intersects".into(),
            Self::Equals => "equals".into(),
            Self::Disjoint => "disjoint".into(),
            Self::Overlaps => "overlaps".into(),
        }
    }
}

/// Whether `inner` lies within `outer`. Points in areas, by far the most frequent case, need no full relation.
fn within(inner: &Shape<f64>, outer: &Shape<f64>) -> bool {
    match (inner, outer) {
        (Shape::Point(point), Shape::Polygon(area)) => area.contains(point),
        (Shape::Point(point), Shape::MultiPolygon(areas)) => areas.contains(point),
        _ => related(outer, inner, IntersectionMatrix::is_contains),
    }
}

/// Whether two shapes stand so to one another; not when it cannot be told in bounded time.
fn related(a: &Shape<f64>, b: &Shape<f64>, so: fn(&IntersectionMatrix) -> bool) -> bool {
    relate(a, b).is_some_and(|matrix| so(&matrix))
}

/// How two shapes stand to one another, when that can be told in bounded time.
fn relate(a: &Shape<f64>, b: &Shape<f64>) -> Option<IntersectionMatrix> {
    effort::can_relate(a, b).then(|| sound(a).relate(&*sound(b)))
}

/// Whether two boxes share a point.
fn touch(a: [f64; 4], b: [f64; 4]) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

#[cfg(test)]
#[path = "geo_filter_tests.rs"]
mod tests;
