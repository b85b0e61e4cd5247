//! From the rows of an answer to what is known of areas and periods.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use senne_indicator::{
    Declaration, Drawn, Frequency, Measure, Parts, Period, Piece, Pieces, Value, quantile, quantile_interval,
};
use senne_model::EntityId;

use crate::{
    cell::{CHANCE, Cell},
    question::Row,
    slices::complementary,
    slot::Slot,
};

/// What is known of an area in a period while its rows are read.
#[derive(Default)]
struct Gathered {
    cell: Cell,
    /// How much is there, and how much should be, where rows say so.
    observed: Option<(f64, f64)>,
}

impl Gathered {
    fn add(&mut self, row: &Row, piece: Option<Piece>) {
        self.cell.parts = self.cell.parts + row.parts;
        if let Some(piece) = piece {
            self.cell.pieces.add(piece, row.parts);
        }
        self.cell.given = row.given;
        self.cell.simulated |= row.simulated;
        if let Some((there, expected)) = row.observed {
            let (sum, all) = self.observed.unwrap_or_default();
            self.observed = Some((sum + there, all + expected));
        }
    }

    fn cell(self) -> Cell {
        let covered = self.observed.map_or(1.0, |(there, expected)| (there / expected).clamp(0.0, 1.0));
        Cell { covered, ..self.cell }
    }
}

/// What each area and slice has in each base period: several rows of one, for its clusters and slices, are one cell.
pub(crate) fn cells(
    declaration: &Declaration,
    rows: Vec<Row>,
    zone: &TimeZone,
) -> impl Iterator<Item = (Slot, Period, Cell)> + use<> {
    let base = declaration.base();
    let drawn = declaration.drawn();
    let mut gathered: BTreeMap<(Slot, Period), Gathered> = BTreeMap::new();
    for row in rows {
        let period = Period::at(row.at, base, zone);
        let piece = piece(drawn, &row, zone);
        for slot in slots(&row) {
            gathered.entry((slot, period)).or_default().add(&row, piece.clone());
        }
    }
    gathered.into_iter().map(|((slot, period), gathered)| (slot, period, gathered.cell()))
}

/// What a row counts for: all of its area, and each slice that it is of.
fn slots(row: &Row) -> impl Iterator<Item = Slot> {
    let slot = move |slice| Slot { area: row.area.clone(), slice };
    std::iter::once(slot(None)).chain(row.slices.iter().cloned().map(move |slice| slot(Some(slice))))
}

/// What a row is drawn with: its cluster, or its day, for what is near in time is alike.
fn piece(drawn: Option<Drawn>, row: &Row, zone: &TimeZone) -> Option<Piece> {
    match drawn? {
        Drawn::Clusters => row.cluster.clone().map(Piece::Cluster),
        Drawn::Blocks => Some(Piece::Period(Period::at(row.at, Frequency::Day, zone))),
    }
}

/// The values of a measure that does not add up: one row for each area (and one for each of its slices), or, for a quantile, one for each of the
/// values it is of.
pub(crate) fn whole_values(
    declaration: &Declaration,
    rows: Vec<Row>,
    period: Period,
    zone: &TimeZone,
    ended: bool,
) -> Vec<(Slot, Option<Value>)> {
    let Measure::Quantile { part } = declaration.measure else {
        let value = |row: Row| {
            let mut gathered = Gathered::default();
            gathered.add(&row, None);
            let value = gathered.cell().value(declaration, (&row.area, period), 1.0, ended);
            (Slot { slice: row.slices.first().cloned(), area: row.area }, value)
        };
        return complementary(rows.into_iter().map(value).collect());
    };
    let mut by_slot: BTreeMap<Slot, Vec<Row>> = BTreeMap::new();
    for row in rows {
        for slot in slots(&row) {
            by_slot.entry(slot).or_default().push(row.clone());
        }
    }
    let value = |(slot, rows): (Slot, Vec<Row>)| {
        let cell = quantile_cell(declaration, part, (&slot.area, period), &rows, zone)?;
        let value = cell.value(declaration, (&slot.area, period), 1.0, ended);
        Some((slot, value))
    };
    complementary(by_slot.into_iter().filter_map(value).collect())
}

fn quantile_cell(
    declaration: &Declaration,
    part: f64,
    at: (&EntityId, Period),
    rows: &[Row],
    zone: &TimeZone,
) -> Option<Cell> {
    let values: Vec<f64> = rows.iter().map(|row| row.parts.sum).collect();
    let mut gathered = Gathered::default();
    rows.iter().for_each(|row| gathered.add(row, None));
    let mut cell = gathered.cell();
    cell.parts = Parts { count: values.len() as f64, sum: quantile(&values, part)?, ..Parts::default() };
    cell.pieces = Pieces::default();
    cell.given = declaration.drawn().and_then(|drawn| {
        let mut pieces: BTreeMap<Piece, Vec<f64>> = BTreeMap::new();
        for row in rows {
            pieces.entry(piece(Some(drawn), row, zone)?).or_default().push(row.parts.sum);
        }
        let pieces: Vec<Vec<f64>> = pieces.into_values().collect();
        let found = quantile_interval(&pieces, part, drawn, declaration.seed(at.0, at.1), CHANCE)?;
        Some((found.low, found.high))
    });
    Some(cell)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use senne_indicator::read;

    use super::*;

    const DECLARED: &str = "id: no2
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: environment
unit: GQ
direction: down
measure: mean
uncertainty: sample
clustered_by: station
levels: [region]
frequencies: [month, day]
computed:
  reads: [{ type: AirQualityObserved, attributes: [no2] }]
  sql: SELECT area, at, cluster, count, sum FROM x WHERE $from < $to AND level = $level
data_quality: measured
owner: Somebody
";

    fn row(day: i64, cluster: Option<&str>, parts: Parts) -> Row {
        Row {
            area: EntityId::trusted("urn:a"),
            at: day * 86_400_000_000,
            cluster: cluster.map(Arc::from),
            slices: Vec::new(),
            parts,
            observed: Some((if day % 2 == 0 { 24.0 } else { 12.0 }, 24.0)),
            given: None,
            simulated: false,
        }
    }

    fn month() -> (EntityId, Period) {
        (EntityId::trusted("urn:a"), "1970-01".parse().unwrap())
    }

    #[test]
    fn the_days_of_a_station_are_not_so_many_stations() {
        let clustered = read("a", DECLARED).unwrap();
        let alone = read("a", &DECLARED.replace("clustered_by: station\n", "")).unwrap();
        let levels = [("s1", 10.0), ("s2", 20.0), ("s3", 30.0)];
        let rows = || {
            let each = |day: i64| {
                levels.map(|(station, level)| {
                    row(day, Some(station), Parts::of_value(level + (day % 3) as f64))
                })
            };
            (0..31).flat_map(each).collect::<Vec<Row>>()
        };
        let [clustered, alone] = [clustered, alone].map(|declaration| {
            let cells: Vec<_> = cells(&declaration, rows(), &TimeZone::UTC).collect();
            assert_eq!(cells.len(), 31, "the rows of a day are one cell");
            assert_eq!((cells[0].2.covered, cells[1].2.covered), (1.0, 0.5));
            let mut whole = Cell::default();
            cells.iter().for_each(|(_, _, cell)| whole.add(cell));
            let (area, period) = month();
            whole.value(&declaration, (&area, period), 31.0, true).unwrap()
        });
        assert_eq!((clustered.number, clustered.parts.count), (alone.number, 93.0));
        let width = |value: &Value| value.interval.map(|(low, high)| high - low).unwrap();
        // Between stations 10, 20 and 30: 2 × 4.303 × 10 ÷ √3.
        assert!((width(&clustered) - 49.68).abs() < 0.01, "{clustered:?}");
        assert!(width(&alone) < 4.0, "{alone:?}");
    }

    #[test]
    fn a_median_is_of_all_its_values() {
        let text = DECLARED
            .replace("measure: mean", "measure: { quantile: { part: 0.5 } }")
            .replace("uncertainty: sample\nclustered_by: station", "uncertainty: bootstrap")
            .replace("count, sum", "value");
        let declaration = read("a", &text).unwrap();
        let rows = || -> Vec<Row> {
            (0..31)
                .map(|day| {
                    row(day, None, Parts { sum: (day * 7 % 31) as f64, count: 1.0, ..Parts::default() })
                })
                .collect()
        };
        let of = |rows: Vec<Row>| {
            let mut found = whole_values(&declaration, rows, month().1, &TimeZone::UTC, true);
            found.pop().unwrap().1.unwrap()
        };
        let value = of(rows());
        let (low, high) = value.interval.unwrap();
        assert_eq!((value.number, value.parts.count), (Some(15.0), 31.0));
        assert!(low > 4.0 && low < 13.0 && high > 17.0 && high < 26.0, "{low} {high}");
        let reversed: Vec<Row> = rows().into_iter().rev().collect();
        assert_eq!(of(reversed), value, "the same digits, in whatever order rows come");
        assert_eq!(of(rows().split_off(25)).interval, None, "six days are too few");
    }
}
