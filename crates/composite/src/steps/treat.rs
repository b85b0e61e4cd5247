//! Outliers: values so far out that they would set the scale for all others.

use crate::{CompositeError, Table, Value, statistics};

/// When an indicator is treated, and how. The defaults are those of `Treat` of COINr, and of the Global Innovation Index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Treatment {
    /// The most points that are winsorised; nothing sets no limit, 0 goes straight to the logarithm.
    pub most_points: Option<usize>,
    /// Treated when the skewness (G1) is at least this, either way, and …
    pub skewness: f64,
    /// … the excess kurtosis (G2) is at least this.
    pub kurtosis: f64,
    /// What is done with the values as they were when winsorising is not enough; nothing leaves them winsorised.
    pub logarithm: Option<Logarithm>,
}

impl Default for Treatment {
    fn default() -> Self {
        Self { most_points: Some(5), skewness: 2.0, kurtosis: 3.5, logarithm: Some(Logarithm::FromLowest) }
    }
}

/// A logarithm that draws a long tail in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logarithm {
    /// `ln(x − least + 0.01 · range)`, the default of COINr (`log_CT`). It draws in high outliers alone.
    FromLowest,
    /// The same for a positive skewness, `−ln(most − x + 0.01 · range)` for a negative one (`log_CT_plus` of COINr).
    BySide,
}

/// On which side a value lay too far out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It was the highest.
    High,
    /// It was the lowest.
    Low,
}

/// Skewness and kurtosis; nothing where too few values are there, or all are equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Skewness G1.
    pub skewness: Value,
    /// Excess kurtosis G2.
    pub kurtosis: Value,
}

impl Shape {
    /// Of the values that are there.
    pub fn of(values: &[Value]) -> Self {
        let values = statistics::present(values);
        Self { skewness: statistics::skewness(&values), kurtosis: statistics::kurtosis(&values) }
    }
}

/// A value that was drawn in.
#[derive(Clone, Debug, PartialEq)]
pub struct Winsorised {
    /// The unit.
    pub unit: String,
    /// On which side it lay.
    pub side: Side,
}

/// What was done with one indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct TreatedIndicator {
    /// The indicator.
    pub code: String,
    /// Before treatment.
    pub before: Shape,
    /// The points that were winsorised, in the order of units.
    pub winsorised: Vec<Winsorised>,
    /// After winsorising; nothing when that was not needed.
    pub after_winsorising: Option<Shape>,
    /// The logarithm that was taken instead of winsorising; nothing when that was enough.
    pub logarithm: Option<Logarithm>,
    /// After the logarithm; nothing when none was taken.
    pub after_logarithm: Option<Shape>,
    /// Whether the limits are kept in the end.
    pub within_limits: bool,
}

/// A table with outliers drawn in.
#[derive(Clone, Debug, PartialEq)]
pub struct Treated {
    /// Units by indicators.
    pub table: Table,
    /// What was done, by columns.
    pub record: Vec<TreatedIndicator>,
}

/// Draws in outliers: point by point to the next value while the limits are broken, at most so many points; when that is not enough, the
/// logarithm of the values as they were. Points that are equal are drawn in together, and so the last round may pass the limit.
///
/// # Errors
/// When a limit is not a number.
pub fn treat(table: &Table, rule: Treatment) -> Result<Treated, CompositeError> {
    for (what, limit) in [("the limit of skewness", rule.skewness), ("the limit of kurtosis", rule.kurtosis)]
    {
        if limit.is_nan() {
            return Err(CompositeError::setting(what, limit, "a number"));
        }
    }
    let mut record = Vec::new();
    let treated = table.try_map(|code, column| {
        let (values, what) = treat_column(code, column, table.units(), rule);
        record.push(what);
        Ok(values)
    })?;
    Ok(Treated { table: treated, record })
}

/// Within the limits, or not to be judged.
fn passes(shape: Shape, rule: Treatment) -> bool {
    shape.skewness.is_none_or(|skewness| skewness.abs() < rule.skewness)
        || shape.kurtosis.is_none_or(|kurtosis| kurtosis < rule.kurtosis)
}

fn treat_column(
    code: &str,
    column: &[Value],
    units: &[String],
    rule: Treatment,
) -> (Vec<Value>, TreatedIndicator) {
    let before = Shape::of(column);
    let mut what = TreatedIndicator {
        code: code.to_owned(),
        before,
        winsorised: Vec::new(),
        after_winsorising: None,
        logarithm: None,
        after_logarithm: None,
        within_limits: passes(before, rule),
    };
    if what.within_limits {
        return (column.to_vec(), what);
    }
    let (drawn, sides) = winsorise(column, rule);
    let after = Shape::of(&drawn);
    what.after_winsorising = Some(after);
    what.within_limits = passes(after, rule);
    let at_unit =
        |(unit, side): (&String, Option<Side>)| side.map(|side| Winsorised { unit: unit.clone(), side });
    what.winsorised = units.iter().zip(sides).filter_map(at_unit).collect();
    match rule.logarithm {
        Some(logarithm) if !what.within_limits => {
            let values = take_logarithm(column, logarithm, before);
            let after = Shape::of(&values);
            what.logarithm = Some(logarithm);
            what.after_logarithm = Some(after);
            what.within_limits = passes(after, rule);
            (values, what)
        }
        _ => (drawn, what),
    }
}

/// The values with outliers drawn in, and for each on which side it lay.
fn winsorise(column: &[Value], rule: Treatment) -> (Vec<Value>, Vec<Option<Side>>) {
    let mut values = column.to_vec();
    let mut sides = vec![None; column.len()];
    loop {
        let shape = Shape::of(&values);
        let points = sides.iter().flatten().count();
        if passes(shape, rule) || rule.most_points.is_some_and(|most| points >= most) {
            break;
        }
        let side = if shape.skewness.is_some_and(|s| s >= 0.0) { Side::High } else { Side::Low };
        let Some((outermost, next)) = outermost(&values, side) else { break };
        for (value, own) in values.iter_mut().zip(&mut sides) {
            if *value == Some(outermost) {
                *value = Some(next);
                *own = Some(side);
            }
        }
    }
    (values, sides)
}

/// The value that lies outermost, and the one next to it; nothing when all are equal.
fn outermost(values: &[Value], side: Side) -> Option<(f64, f64)> {
    let beyond = |a: f64, b: f64| match side {
        Side::High => a.max(b),
        Side::Low => a.min(b),
    };
    let most = values.iter().flatten().copied().reduce(beyond)?;
    let next = values.iter().flatten().copied().filter(|value| *value != most).reduce(beyond)?;
    Some((most, next))
}

fn take_logarithm(column: &[Value], logarithm: Logarithm, shape: Shape) -> Vec<Value> {
    let (least, most) = statistics::extremes(&statistics::present(column)).unwrap_or_default();
    let margin = 0.01 * (most - least);
    let to_the_left = logarithm == Logarithm::BySide && shape.skewness.is_some_and(|s| s < 0.0);
    let change = |value: f64| {
        if to_the_left { -(most - value + margin).ln() } else { (value - least + margin).ln() }
    };
    column.iter().map(|value| value.map(change)).collect()
}
