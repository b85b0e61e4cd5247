//! The present places of entities.

use senne_model::{Entity, Geometry};

use super::CHUNK;

/// West, south, east, north; rounded outwards, NaN when there is none.
type Bounds = [f32; 4];

const NOWHERE: Bounds = [f32::NAN; 4];

/// The bounds of all geometries of each entity together, so that a query on any of them finds it.
#[derive(Default)]
pub(super) struct Places {
    chunks: Vec<Option<Box<Chunk>>>,
}

struct Chunk {
    each: [Bounds; CHUNK],
    /// Wide enough for all.
    all: Bounds,
}

const EMPTY: Chunk = Chunk {
    each: [NOWHERE; CHUNK],
    all: [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY],
};

impl Places {
    pub(super) fn set(&mut self, no: i64, entity: &Entity) {
        self.put(no, bounds(entity).unwrap_or(NOWHERE));
    }

    pub(super) fn clear(&mut self, no: i64) {
        self.put(no, NOWHERE);
    }

    fn put(&mut self, no: i64, bounds: Bounds) {
        let Ok(no) = usize::try_from(no) else { return };
        let (place, none) = (no / CHUNK, bounds[0].is_nan());
        if self.chunks.len() <= place {
            if none {
                return;
            }
            self.chunks.resize_with(place + 1, || None);
        }
        let chunk = match &mut self.chunks[place] {
            Some(chunk) => chunk,
            None if none => return,
            empty => empty.insert(Box::new(EMPTY)),
        };
        chunk.each[no % CHUNK] = bounds;
        // NaN leaves all as they are.
        chunk.all = [
            chunk.all[0].min(bounds[0]),
            chunk.all[1].min(bounds[1]),
            chunk.all[2].max(bounds[2]),
            chunk.all[3].max(bounds[3]),
        ];
    }

    /// Whether the entity has a place whose bounds touch the box.
    pub(super) fn touches(&self, no: i64, bounds: [f64; 4]) -> bool {
        let Ok(no) = usize::try_from(no) else { return false };
        let chunk = self.chunks.get(no / CHUNK).and_then(Option::as_ref);
        chunk.is_some_and(|chunk| touch(&chunk.each[no % CHUNK], &outwards(bounds)))
    }

    /// The numbers of the entities after `from` whose bounds touch the box, in order, until `each` says false.
    pub(super) fn each_within(&self, bounds: [f64; 4], from: i64, mut each: impl FnMut(i64) -> bool) {
        let bounds = outwards(bounds);
        let first = usize::try_from(from + 1).unwrap_or(0);
        for (place, chunk) in self.chunks.iter().enumerate().skip(first / CHUNK) {
            let Some(chunk) = chunk.as_ref().filter(|chunk| touch(&chunk.all, &bounds)) else { continue };
            let start = first.saturating_sub(place * CHUNK);
            for (offset, there) in chunk.each.iter().enumerate().skip(start) {
                if touch(there, &bounds) && !each((place * CHUNK + offset) as i64) {
                    return;
                }
            }
        }
    }
}

fn touch(a: &Bounds, b: &Bounds) -> bool {
    a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1]
}

fn bounds(entity: &Entity) -> Option<Bounds> {
    let geometries =
        entity.attributes.iter().flat_map(|a| &a.instances).filter_map(|i| i.value.as_geometry());
    geometries
        .map(Geometry::bounds)
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
        .map(outwards)
}

fn outwards([west, south, east, north]: [f64; 4]) -> Bounds {
    [(west as f32).next_down(), (south as f32).next_down(), (east as f32).next_up(), (north as f32).next_up()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use senne_model::{Attribute, AttributeValue, EntityId, Instance, Name};

    use super::*;

    fn at(longitude: f64, latitude: f64) -> Entity {
        let mut entity = Entity::new(EntityId::trusted("urn:x:1"), Name::new("T"));
        let point = AttributeValue::Geo(Geometry::point(longitude, latitude).unwrap());
        entity.attributes.push(Attribute::new(Name::new("location"), Instance::new(point)));
        entity
    }

    proptest! {
        /// No place is missed by rounding, and those clearly outside are passed by.
        #[test]
        fn a_box_finds_its_places(
            places in prop::collection::vec((-180.0..180.0_f64, -90.0..90.0_f64), 1..60),
            west in -180.0..170.0_f64, south in -90.0..80.0_f64, width in 0.0..90.0_f64,
        ) {
            let mut column = Places::default();
            for (n, (longitude, latitude)) in places.iter().enumerate() {
                column.set(n as i64 * 700 + 1, &at(*longitude, *latitude));
            }
            let (east, north) = (west + width, south + width);
            let mut found = Vec::new();
            column.each_within([west, south, east, north], 0, |no| {
                found.push((no as usize - 1) / 700);
                true
            });
            for (n, (x, y)) in places.iter().enumerate() {
                let inside = |slack: f64| {
                    *x >= west - slack && *x <= east + slack && *y >= south - slack && *y <= north + slack
                };
                prop_assert!(!inside(0.0) || found.contains(&n));
                prop_assert!(inside(1e-4) || !found.contains(&n));
                prop_assert_eq!(
                    column.touches(n as i64 * 700 + 1, [west, south, east, north]), found.contains(&n)
                );
            }
        }
    }

    #[test]
    fn who_is_gone_is_not_found() {
        let mut column = Places::default();
        column.set(5, &at(4.35, 50.85));
        column.set(6, &at(4.35, 50.85));
        column.clear(5);
        let mut found = Vec::new();
        column.each_within([4.0, 50.0, 5.0, 51.0], 0, |no| {
            found.push(no);
            true
        });
        assert_eq!(found, [6]);
    }
}
