//! Whether two shapes can be compared in bounded time and memory.
//!
//! The library that relates shapes keeps every place where sides of one shape cross one another, and looks at every part of one shape
//! for each part of the other. Strangers can draw shapes of some ten thousand places for which that takes all memory, or hours.

use geo::CoordsIter;
use geo_types::{Coord, Geometry as Shape, LineString, Polygon};

/// Shapes of so few places together are compared whatever they look like.
const FEW: usize = 1_000;
/// The most places where sides meet that are not neighbours.
const CROSSINGS_MAX: usize = 600_000;
/// The most looks at boxes while these are counted.
const LOOKS_MAX: usize = 200_000_000;
/// The most looks at sides of one shape for parts of the other.
const WORK_MAX: usize = 200_000_000;
/// The most pairs of sides that are compared to find the nearest.
const PAIRS_MAX: usize = 100_000_000;
/// The most sides that are put in order to find the nearest, for each part of the other shape anew.
const ORDERED_MAX: usize = 20_000_000;
/// How many boxes stand in one.
const NODE: usize = 16;

/// West, south, east, north.
type Bounds = [f64; 4];

/// Whether two shapes can be related ([`geo::Relate`]) in bounded time and memory.
pub fn can_relate(a: &Shape<f64>, b: &Shape<f64>) -> bool {
    let (places_a, places_b) = (a.coords_count(), b.coords_count());
    if places_a.saturating_add(places_b) <= FEW {
        return true;
    }
    let (parts_a, parts_b) = (parts(a), parts(b));
    if !is_little(parts_a, places_b, parts_b, places_a) {
        return false;
    }
    let (tree_a, tree_b) = (Tree::of(a), Tree::of(b));
    let mut count = Count::default();
    let Some(own_a) = count.within(&tree_a) else { return false };
    let Some(own_b) = count.within(&tree_b) else { return false };
    let Some(mutual) = count.between(&tree_a, &tree_b) else { return false };
    // Where a shape crosses itself it has parts that were not drawn as such.
    let (parts_a, parts_b) = (parts_a + own_a, parts_b + own_b);
    is_little(parts_a, places_b, parts_b, places_a) && mutual.saturating_mul(parts_a + parts_b) <= WORK_MAX
}

/// Whether looking at every place of one shape for each part of the other is done soon.
fn is_little(parts_a: usize, places_b: usize, parts_b: usize, places_a: usize) -> bool {
    parts_a.saturating_mul(places_b).saturating_add(parts_b.saturating_mul(places_a)) <= WORK_MAX
}

/// Whether a shape crosses itself so often that it can be related to nothing.
pub(crate) fn is_tangled(shape: &Shape<f64>) -> bool {
    shape.coords_count() > FEW && Count::default().within(&Tree::of(shape)).is_none()
}

/// Whether the distance between two shapes, or whether they meet, is found soon.
pub fn can_measure(a: &Shape<f64>, b: &Shape<f64>) -> bool {
    let (places_a, places_b) = (a.coords_count(), b.coords_count());
    let ordered = |parts: usize, places: usize| if parts > 1 { parts.saturating_mul(places) } else { 0 };
    places_a.saturating_mul(places_b) <= PAIRS_MAX
        && ordered(lines(a), places_b).saturating_add(ordered(lines(b), places_a)) <= ORDERED_MAX
}

/// How many parts a shape has: points, lines and rings.
fn parts(shape: &Shape<f64>) -> usize {
    match shape {
        Shape::MultiPoint(points) => points.0.len(),
        Shape::Point(_) => 1,
        other => lines(other),
    }
}

fn lines(shape: &Shape<f64>) -> usize {
    let mut count = 0;
    each_line(shape, &mut |_| count += 1);
    count
}

fn each_line<'s>(shape: &'s Shape<f64>, see: &mut dyn FnMut(&'s LineString<f64>)) {
    fn rings<'s>(area: &'s Polygon<f64>, see: &mut dyn FnMut(&'s LineString<f64>)) {
        see(area.exterior());
        area.interiors().iter().for_each(see);
    }
    match shape {
        Shape::LineString(line) => see(line),
        Shape::MultiLineString(lines) => lines.0.iter().for_each(see),
        Shape::Polygon(area) => rings(area, see),
        Shape::MultiPolygon(areas) => areas.0.iter().for_each(|area| rings(area, see)),
        _ => {}
    }
}

/// One side of a shape.
#[derive(Clone, Copy)]
struct Side {
    from: Coord<f64>,
    to: Coord<f64>,
    bounds: Bounds,
    part: usize,
    place: usize,
    /// The last of its part: of a ring it is the neighbour of the first.
    last: bool,
}

impl Side {
    fn comes_before(&self, other: &Self) -> bool {
        (self.part, self.place) < (other.part, other.place)
    }

    /// Whether two sides of one shape share an end because they follow one another. The first one comes before the second.
    fn leads_to(&self, other: &Self) -> bool {
        let next = other.place == self.place + 1;
        self.part == other.part && (next || self.place == 0 && other.last)
    }

    /// Whether two sides whose boxes touch share a place.
    fn meets(&self, other: &Self) -> bool {
        let turn = |a: Coord<f64>, b: Coord<f64>, c: Coord<f64>| {
            (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
        };
        let apart = |one: &Self, two: &Self| {
            let (from, to) = (turn(one.from, one.to, two.from), turn(one.from, one.to, two.to));
            from > 0.0 && to > 0.0 || from < 0.0 && to < 0.0
        };
        !apart(self, other) && !apart(other, self)
    }
}

/// The sides of a shape under boxes, those near to one another together.
struct Tree {
    sides: Vec<Side>,
    /// The boxes of each level, those around sides first.
    levels: Vec<Vec<Bounds>>,
}

impl Tree {
    fn of(shape: &Shape<f64>) -> Self {
        let mut sides = Vec::with_capacity(shape.coords_count());
        let mut part = 0;
        each_line(shape, &mut |line| {
            let count = line.0.len().saturating_sub(1);
            sides.extend(line.0.windows(2).enumerate().map(|(place, ends)| Side {
                from: ends[0],
                to: ends[1],
                bounds: [
                    ends[0].x.min(ends[1].x),
                    ends[0].y.min(ends[1].y),
                    ends[0].x.max(ends[1].x),
                    ends[0].y.max(ends[1].y),
                ],
                part,
                place,
                last: place + 1 == count,
            }));
            part += 1;
        });
        Self::over(sides)
    }

    /// Strips from west to east, each from south to north.
    fn over(mut sides: Vec<Side>) -> Self {
        let strips = (sides.len() as f64 / NODE as f64).sqrt().ceil().max(1.0) as usize;
        let strip = sides.len().div_ceil(strips).max(1);
        let middle = |side: &Side, axis: usize| side.bounds[axis] + side.bounds[axis + 2];
        sides.sort_by(|a, b| middle(a, 0).total_cmp(&middle(b, 0)));
        sides.chunks_mut(strip).for_each(|strip| strip.sort_by(|a, b| middle(a, 1).total_cmp(&middle(b, 1))));
        let mut boxes: Vec<Bounds> = sides.iter().map(|side| side.bounds).collect();
        let mut levels = Vec::new();
        loop {
            boxes = boxes.chunks(NODE).map(around).collect();
            levels.push(boxes.clone());
            if boxes.len() <= 1 {
                return Self { sides, levels };
            }
        }
    }
}

fn around(boxes: &[Bounds]) -> Bounds {
    let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    boxes.iter().fold(nothing, |all, one| {
        [all[0].min(one[0]), all[1].min(one[1]), all[2].max(one[2]), all[3].max(one[3])]
    })
}

/// Counts where sides meet, as long as there are neither too many nor too many looks.
struct Count {
    looks_left: usize,
    crossings_left: usize,
    /// Boxes yet to be looked into: level and place.
    open: Vec<(usize, usize)>,
}

impl Default for Count {
    fn default() -> Self {
        Self { looks_left: LOOKS_MAX, crossings_left: CROSSINGS_MAX, open: Vec::new() }
    }
}

impl Count {
    /// Where a shape meets itself.
    fn within(&mut self, tree: &Tree) -> Option<usize> {
        self.all(tree, tree, &|one, other| one.comes_before(other) && !one.leads_to(other))
    }

    /// Where two shapes meet.
    fn between(&mut self, a: &Tree, b: &Tree) -> Option<usize> {
        self.all(a, b, &|_, _| true)
    }

    fn all(&mut self, a: &Tree, b: &Tree, counts: &dyn Fn(&Side, &Side) -> bool) -> Option<usize> {
        let before = self.crossings_left;
        for side in &a.sides {
            self.of(side, b, counts)?;
        }
        Some(before - self.crossings_left)
    }

    fn of(&mut self, side: &Side, tree: &Tree, counts: &dyn Fn(&Side, &Side) -> bool) -> Option<()> {
        let top = tree.levels.len() - 1;
        self.open.clear();
        self.open.extend((0..tree.levels[top].len()).map(|place| (top, place)));
        while let Some((level, place)) = self.open.pop() {
            self.looks_left = self.looks_left.checked_sub(NODE)?;
            let first = place * NODE;
            if level > 0 {
                let below = &tree.levels[level - 1];
                let last = below.len().min(first + NODE);
                let touching = (first..last).filter(|inner| touch(below[*inner], side.bounds));
                self.open.extend(touching.map(|inner| (level - 1, inner)));
                continue;
            }
            let sides = &tree.sides[first..tree.sides.len().min(first + NODE)];
            let met = sides
                .iter()
                .filter(|other| touch(other.bounds, side.bounds) && counts(side, other) && side.meets(other));
            self.crossings_left = self.crossings_left.checked_sub(met.count())?;
        }
        Some(())
    }
}

fn touch(a: Bounds, b: Bounds) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

#[cfg(test)]
#[path = "effort_tests.rs"]
mod tests;
