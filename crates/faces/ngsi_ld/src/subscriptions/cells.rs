//! A grid over the earth: squares of degrees in levels, each level with squares twice as wide as the one before.

/// How wide a square of the finest level is, in degrees: about a kilometre.
const FINEST: f64 = 0.01;

/// The coarsest level has one square for the whole earth.
pub(super) const LEVELS: u8 = 16;

/// At most this many squares stand for one box.
const CELLS_MAX: i64 = 16;

/// A square of the grid.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Cell {
    pub(super) level: u8,
    column: i32,
    row: i32,
}

/// The columns and rows that a box (west, south, east, north, in degrees) touches on a level.
fn span([west, south, east, north]: [f64; 4], level: u8) -> Option<[i64; 4]> {
    // A box that ends before it begins, or nowhere, touches nothing.
    let has_sense = west <= east && south <= north;
    if !has_sense {
        return None;
    }
    let width = FINEST * f64::from(1_u32 << level);
    let place = |degrees: f64| degrees.is_finite().then(|| (degrees / width).floor() as i64);
    Some([place(west)?, place(south)?, place(east)?, place(north)?])
}

/// The squares that a box touches, on the finest level on which they are few; none when the box has no sense.
pub(super) fn cells_of(bounds: [f64; 4]) -> Option<Vec<Cell>> {
    (0..LEVELS).find_map(|level| cells_on(bounds, level))
}

/// The squares that a box touches on one level, when they are few.
pub(super) fn cells_on(bounds: [f64; 4], level: u8) -> Option<Vec<Cell>> {
    let [west, south, east, north] = span(bounds, level)?;
    let count = (east - west + 1).checked_mul(north - south + 1)?;
    if count > CELLS_MAX {
        return None;
    }
    let cell = |column: i64, row: i64| {
        Some(Cell { level, column: i32::try_from(column).ok()?, row: i32::try_from(row).ok()? })
    };
    (west..=east).flat_map(|column| (south..=north).map(move |row| cell(column, row))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever touches a box is found in one of its squares.
        #[test]
        fn what_touches_a_box_shares_a_square(
            west in -180.0..179.0_f64, south in -90.0..89.0_f64, width in 0.0..40.0_f64, height in 0.0..40.0_f64,
            along in 0.0..=1.0_f64, up in 0.0..=1.0_f64,
        ) {
            let bounds = [west, south, west + width, south + height];
            let cells = cells_of(bounds).unwrap();
            prop_assert!(cells.len() <= CELLS_MAX as usize);
            let (x, y) = (west + along * width, south + up * height);
            let point = cells_on([x, y, x, y], cells[0].level).unwrap();
            prop_assert!(cells.contains(&point[0]));
        }
    }

    #[test]
    fn a_box_without_sense_has_no_squares() {
        assert_eq!(cells_of([f64::NAN, 0.0, 1.0, 1.0]), None);
        assert_eq!(cells_of([2.0, 0.0, 1.0, 1.0]), None);
        assert!(cells_of([-180.0, -90.0, 180.0, 90.0]).is_some());
    }
}
