//! What a unit does well beside the others, and what badly.

use crate::{CompositeError, Hierarchy, Table, Value, hierarchy::Direction, statistics};

/// Which indicators are named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StrengthOptions {
    /// How many strengths.
    pub strengths: usize,
    /// How many weaknesses.
    pub weaknesses: usize,
    /// Indicators with no greater part of different values are left out: where half of the units share the first place, it is no strength.
    pub least_unique: f64,
    /// Whether indicators on which the unit is last are left out, as COINr does; a last place is then no weakness either.
    pub leave_out_last: bool,
}

impl Default for StrengthOptions {
    fn default() -> Self {
        Self { strengths: 5, weaknesses: 5, least_unique: 0.0, leave_out_last: false }
    }
}

/// A place of the unit on one indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The indicator.
    pub code: String,
    /// The element above it.
    pub parent: Option<String>,
    /// The place from the best, 1 first; equal values share the better place.
    pub rank: usize,
    /// How many units have a value.
    pub of: usize,
    /// The value as it is in the table.
    pub value: f64,
}

/// The best and the worst places of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Strengths {
    /// Best first.
    pub strengths: Vec<Standing>,
    /// Worst last.
    pub weaknesses: Vec<Standing>,
}

/// The indicators on which a unit ranks best and worst. `turned` says whether higher is better in the whole table already, as after
/// normalisation; else the directions of the hierarchy count.
///
/// # Errors
/// When the unit or an indicator is unknown.
pub fn strengths(
    table: &Table,
    hierarchy: &Hierarchy,
    unit: &str,
    turned: bool,
    options: StrengthOptions,
) -> Result<Strengths, CompositeError> {
    let place = table.place_of_unit(unit).ok_or_else(|| CompositeError::unknown("the report", unit))?;
    let mut standings = Vec::new();
    for (code, column) in table.columns() {
        let element = hierarchy.need(code, "the table")?;
        let direction = if turned { Direction::Higher } else { element.direction };
        if let Some((rank, of, value)) = standing(column, place, direction, options) {
            standings.push(Standing {
                code: code.to_owned(),
                parent: element.parent.clone(),
                rank,
                of,
                value,
            });
        }
    }
    standings.sort_by_key(|standing| standing.rank);
    let weaknesses =
        standings.iter().skip(standings.len().saturating_sub(options.weaknesses)).cloned().collect();
    standings.truncate(options.strengths);
    Ok(Strengths { strengths: standings, weaknesses })
}

/// Place, number of places and value; nothing when the indicator is left out.
fn standing(
    column: &[Value],
    unit: usize,
    direction: Direction,
    options: StrengthOptions,
) -> Option<(usize, usize, f64)> {
    let value = column[unit]?;
    let mut present = statistics::present(column);
    let of = present.len();
    present.sort_by(f64::total_cmp);
    present.dedup();
    if present.len() as f64 <= options.least_unique * of as f64 {
        return None;
    }
    let ranks = match direction {
        Direction::Higher => statistics::rank_from_highest(column),
        Direction::Lower => statistics::rank_from_lowest(column),
    };
    let rank = ranks[unit]?;
    let last = ranks.iter().flatten().copied().max()?;
    (!options.leave_out_last || rank < last).then_some((rank, of, value))
}
