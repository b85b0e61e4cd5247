//! From a table to panels: which unit, at which time, with what, treated or not.

use std::collections::{BTreeMap, HashMap};

use senne_impact::{BlockPanel, Design, PanelRows, StaggeredPanel};

use crate::{
    EvaluationError, Request, Table,
    clock::{self, Clock},
    neighbours::Near,
    table::value,
};

/// Squares of larger outcomes, and their sums, are no numbers any more.
const LARGEST: f64 = 1e100;

/// The rows of a table, with names apart.
pub(crate) struct Rows {
    pub(crate) units: Vec<String>,
    pub(crate) times: Vec<String>,
    /// The times as whole numbers: as they are written when they are, else counted from 0.
    pub(crate) clock: Vec<i64>,
    /// What counts them.
    pub(crate) counted: Clock,
    /// For each row: which of the table it is, its unit, its time, its outcome.
    pub(crate) of_table: Vec<usize>,
    pub(crate) unit: Vec<usize>,
    pub(crate) time: Vec<usize>,
    pub(crate) outcome: Vec<f64>,
    /// For each unit: the place of its first treated time.
    pub(crate) first: Vec<Option<usize>>,
    /// For each unit: when it was first treated, as a whole number; that may lie between two times of the table.
    pub(crate) begun: Vec<Option<i64>>,
    pub(crate) covariates: Vec<Vec<f64>>,
    /// The place of each row on earth, where it is asked for.
    pub(crate) places: Option<[Vec<f64>; 2]>,
    /// The running value of each row, where a threshold decides.
    pub(crate) running: Option<Vec<f64>>,
    /// Units that lie in a ring around treated ones, taken out of the rows; and the rows with them.
    pub(crate) near: Option<Box<Near>>,
}

/// A block, and which units stand in it.
pub(crate) struct Block {
    pub(crate) panel: BlockPanel,
    pub(crate) names: Vec<String>,
    pub(crate) left_out: usize,
}

/// Units by time without a project, as they stand in a table.
pub(crate) struct Grid {
    pub(crate) names: Vec<String>,
    pub(crate) outcome: Vec<Vec<f64>>,
    pub(crate) left_out: usize,
}

impl Grid {
    /// Units that lack a value are left out.
    pub(crate) fn of(
        table: &Table,
        unit: Option<&String>,
        time_column: &str,
        outcome: &str,
    ) -> Result<Self, EvaluationError> {
        let (times, time) = table.levels(time_column)?;
        let (units, unit) = match unit {
            Some(column) => table.levels(column)?,
            None => (vec![outcome.to_owned()], vec![0; time.len()]),
        };
        clock::check(&times, &time, time_column)?;
        each_once(&unit, &time, |row| row)?;
        let mut grid = vec![vec![f64::NAN; times.len()]; units.len()];
        for (row, value) in table.numbers(outcome)?.into_iter().enumerate() {
            grid[unit[row]][time[row]] = value;
        }
        let all = units.len();
        let whole = |(_, row): &(String, Vec<f64>)| row.iter().all(|value| value.is_finite());
        let (names, outcome): (Vec<_>, Vec<_>) = units.into_iter().zip(grid).filter(whole).unzip();
        let left_out = all - names.len();
        Ok(Self { names, outcome, left_out })
    }
}

impl Rows {
    pub(crate) fn of(table: &Table, request: &Request) -> Result<Self, EvaluationError> {
        let (times, time) = table.levels(&request.time)?;
        clock::check(&times, &time, &request.time)?;
        let (units, unit) = match &request.unit {
            Some(column) => table.levels(column)?,
            None => (vec![request.outcome.clone()], vec![0; time.len()]),
        };
        if let (Some(column), Some(nameless)) = (&request.unit, units.iter().position(String::is_empty)) {
            let row = unit.iter().position(|unit| *unit == nameless).unwrap_or_default();
            return Err(value(row, column, "", "a unit; leave the row out, or fill it in"));
        }
        let counted = Clock::of(&times);
        let clock = counted.numbers(&times);
        let outcome = table.numbers(&request.outcome)?;
        if let Some(row) = outcome.iter().position(|value| value.is_finite() && value.abs() > LARGEST) {
            let text = &table.texts(&request.outcome)?[row];
            return Err(value(
                row,
                &request.outcome,
                text,
                "between −1e100 and 1e100: squares would have no end",
            ));
        }
        let covariates =
            request.covariates.iter().map(|name| table.numbers(name)).collect::<Result<Vec<_>, _>>()?;
        let places = match (&request.latitude, &request.longitude) {
            (Some(latitude), Some(longitude)) => Some([table.numbers(latitude)?, table.numbers(longitude)?]),
            _ => None,
        };
        let running = request.running.as_ref().map(|column| table.numbers(column)).transpose()?;
        let mut rows = Self {
            of_table: (0..outcome.len()).collect(),
            first: vec![None; units.len()],
            begun: vec![None; units.len()],
            units,
            times,
            clock,
            counted,
            unit,
            time,
            outcome,
            covariates,
            places,
            running,
            near: None,
        };
        rows.first = rows.first_treated(table, request)?;
        rows.begun = rows.begun(table, request)?;
        if request.rings_m.is_empty() { Ok(rows) } else { rows.without_neighbours(request) }
    }

    fn first_treated(&self, table: &Table, request: &Request) -> Result<Vec<Option<usize>>, EvaluationError> {
        if let Some(column) = &request.treated {
            return self.by_treated(&table.truths(column)?, column);
        }
        if let Some(column) = &request.first_treated {
            return self.by_first(table.texts(column)?, column);
        }
        if let (Some(running), Some(cutoff)) = (&self.running, request.cutoff) {
            return Ok(self.by_threshold(running, cutoff, request));
        }
        if let Some(start) = &request.start {
            let place = self.place_of(start);
            if self.units.len() == 1 && place.is_some() {
                return Ok(vec![place]);
            }
        }
        let what =
            "to know who is treated and when: --treated COLUMN (0 or 1), --first-treated COLUMN (a time), \
                    or for a single series --start TIME within its times"
                .to_owned();
        Err(EvaluationError::Lacks { method: request.method.name(), what })
    }

    /// When each unit was first treated: as a column of first times says, or at the first of the table's times that is treated.
    fn begun(&self, table: &Table, request: &Request) -> Result<Vec<Option<i64>>, EvaluationError> {
        let mut begun: Vec<Option<i64>> =
            self.first.iter().map(|place| place.map(|place| self.clock[place])).collect();
        if let (None, Some(column)) = (&request.treated, &request.first_treated) {
            for (unit, text) in self.unit.iter().zip(table.texts(column)?) {
                if begun[*unit].is_some() {
                    begun[*unit] = self.counted.number(text).or(begun[*unit]);
                }
            }
        }
        Ok(begun)
    }

    /// Says so when a unit has a time twice.
    pub(crate) fn each_once(&self) -> Result<(), EvaluationError> {
        each_once(&self.unit, &self.time, |row| self.of_table[row])
    }

    /// A unit is treated from the beginning on when its first known running value is not below the threshold.
    fn by_threshold(&self, running: &[f64], cutoff: f64, request: &Request) -> Vec<Option<usize>> {
        let begin = request.start.as_ref().and_then(|start| self.place_of(start)).unwrap_or(0);
        let value = self.of_units(running);
        value.into_iter().map(|value| (value >= cutoff).then_some(begin)).collect()
    }

    /// For each unit the first known value of a column; NaN where there is none.
    pub(crate) fn of_units(&self, column: &[f64]) -> Vec<f64> {
        let grid = self.grid(column);
        let first = |row: &Vec<f64>| row.iter().copied().find(|value| value.is_finite()).unwrap_or(f64::NAN);
        grid.iter().map(first).collect()
    }

    /// The place of the first time that is not before a given one.
    pub(crate) fn place_of(&self, text: &str) -> Option<usize> {
        let place = match (text.parse::<f64>(), self.times.iter().map(|time| time.parse::<f64>()).collect()) {
            (Ok(wanted), Ok::<Vec<f64>, _>(times)) => times.partition_point(|time| *time < wanted),
            _ => self.times.partition_point(|time| time.as_str() < text),
        };
        (place < self.times.len()).then_some(place)
    }

    fn by_treated(&self, treated: &[bool], column: &str) -> Result<Vec<Option<usize>>, EvaluationError> {
        let mut first: Vec<Option<usize>> = vec![None; self.units.len()];
        for (row, treated) in treated.iter().enumerate() {
            let place = &mut first[self.unit[row]];
            if *treated && place.is_none_or(|place| self.time[row] < place) {
                *place = Some(self.time[row]);
            }
        }
        let ended = |row: &usize| {
            !treated[*row] && first[self.unit[*row]].is_some_and(|first| self.time[*row] > first)
        };
        match (0..treated.len()).find(ended) {
            Some(row) => Err(value(
                row,
                column,
                "0",
                "1: the unit was treated before, and these methods need treatment to last",
            )),
            None => Ok(first),
        }
    }

    fn by_first(&self, texts: &[String], column: &str) -> Result<Vec<Option<usize>>, EvaluationError> {
        let mut known: BTreeMap<usize, &String> = BTreeMap::new();
        for (row, text) in texts.iter().enumerate() {
            let before = known.entry(self.unit[row]).or_insert(text);
            if *before != text {
                return Err(value(row, column, text, "the same as in the unit's other rows"));
            }
        }
        let never = |text: &str| matches!(text, "" | "0" | "0.0" | "NA" | "Inf" | "inf" | "never");
        let place =
            |unit: usize| known.get(&unit).filter(|text| !never(text)).and_then(|text| self.place_of(text));
        Ok((0..self.units.len()).map(place).collect())
    }

    /// What a column of the table says of these rows.
    pub(crate) fn own<T: Copy>(&self, column: &[T]) -> Vec<T> {
        self.of_table.iter().map(|row| column[*row]).collect()
    }

    /// The names of treated units.
    pub(crate) fn treated(&self) -> Vec<String> {
        self.units
            .iter()
            .zip(&self.first)
            .filter(|(_, first)| first.is_some())
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The places of the first treatments, rising.
    pub(crate) fn starts(&self) -> Vec<usize> {
        let mut starts: Vec<usize> = self.first.iter().flatten().copied().collect();
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    /// The value of each unit at each time, NaN where there is none.
    pub(crate) fn grid(&self, column: &[f64]) -> Vec<Vec<f64>> {
        let mut grid = vec![vec![f64::NAN; self.times.len()]; self.units.len()];
        for (row, value) in column.iter().enumerate() {
            grid[self.unit[row]][self.time[row]] = *value;
        }
        grid
    }

    /// The rows of some units.
    pub(crate) fn only(self, kept: &[bool]) -> Self {
        let rows: Vec<usize> = (0..self.unit.len()).filter(|row| kept[self.unit[*row]]).collect();
        let numbers: Vec<usize> = kept
            .iter()
            .scan(0, |next, kept| {
                *next += usize::from(*kept);
                Some(*next - usize::from(*kept))
            })
            .collect();
        let take = |column: &Vec<f64>| rows.iter().map(|row| column[*row]).collect::<Vec<f64>>();
        let of = |unit: &usize| kept[*unit];
        let units: Vec<usize> = (0..self.units.len()).filter(of).collect();
        Self {
            of_table: rows.iter().map(|row| self.of_table[*row]).collect(),
            unit: rows.iter().map(|row| numbers[self.unit[*row]]).collect(),
            time: rows.iter().map(|row| self.time[*row]).collect(),
            outcome: take(&self.outcome),
            covariates: self.covariates.iter().map(take).collect(),
            places: self.places.as_ref().map(|places| places.each_ref().map(take)),
            running: self.running.as_ref().map(take),
            first: units.iter().map(|unit| self.first[*unit]).collect(),
            begun: units.iter().map(|unit| self.begun[*unit]).collect(),
            units: units.iter().map(|unit| self.units[*unit].clone()).collect(),
            times: self.times,
            clock: self.clock,
            counted: self.counted,
            near: self.near,
        }
    }

    /// A block; units that lack a value are left out.
    pub(crate) fn block(&self, method: &'static str) -> Result<Block, EvaluationError> {
        let starts = self.starts();
        let [start] = starts[..] else {
            let what = format!(
                "one beginning; here are {}: ask callaway-santanna, sun-abraham or sdid",
                starts.len()
            );
            return Err(EvaluationError::Lacks { method, what });
        };
        let grid = self.grid(&self.outcome);
        let whole = |unit: &usize| grid[*unit].iter().all(|value| value.is_finite());
        let order =
            |treated: bool| (0..self.units.len()).filter(move |unit| self.first[*unit].is_some() == treated);
        let chosen: Vec<usize> = order(false).chain(order(true)).filter(whole).collect();
        let donors = chosen.iter().filter(|unit| self.first[**unit].is_none()).count();
        let panel = BlockPanel::new(chosen.iter().map(|unit| grid[*unit].clone()).collect(), donors, start)?;
        let names = chosen.iter().map(|unit| self.units[*unit].clone()).collect();
        Ok(Block { panel, names, left_out: self.units.len() - chosen.len() })
    }

    /// A panel with different beginnings.
    pub(crate) fn staggered(&self) -> Result<StaggeredPanel, EvaluationError> {
        let time: Vec<i64> = self.time.iter().map(|place| self.clock[*place]).collect();
        let first = self.first_of_rows();
        Ok(StaggeredPanel::from_rows(&self.unit, &time, &self.outcome, &first, &self.covariates)?)
    }

    fn first_of_rows(&self) -> Vec<Option<i64>> {
        self.unit.iter().map(|unit| self.begun[*unit]).collect()
    }

    /// Rows with a finite value in every column.
    pub(crate) fn finite(&self) -> Vec<usize> {
        let finite = |row: &usize| {
            self.outcome[*row].is_finite() && self.covariates.iter().all(|column| column[*row].is_finite())
        };
        (0..self.outcome.len()).filter(finite).collect()
    }

    /// Rows for a regression.
    pub(crate) fn panel_rows(&self, request: &Request) -> PanelRows {
        let rows = self.finite();
        let first = self.first_of_rows();
        let mut covariates = Design::new();
        for (name, column) in request.covariates.iter().zip(&self.covariates) {
            covariates.push(name.clone(), rows.iter().map(|row| column[*row]).collect());
        }
        PanelRows {
            unit: rows.iter().map(|row| self.unit[*row]).collect(),
            time: rows.iter().map(|row| self.clock[self.time[*row]]).collect(),
            outcome: rows.iter().map(|row| self.outcome[*row]).collect(),
            first_treated: rows.iter().map(|row| first[*row]).collect(),
            covariates,
        }
    }

    /// What a time is called.
    pub(crate) fn name_of(&self, clock: i64) -> String {
        self.clock
            .iter()
            .position(|time| *time == clock)
            .map_or_else(|| self.counted.name(clock), |place| self.times[place].clone())
    }
}

/// Says so when two rows are of one unit and time; `of_table` gives the row of the table.
fn each_once(
    unit: &[usize],
    time: &[usize],
    of_table: impl Fn(usize) -> usize,
) -> Result<(), EvaluationError> {
    let mut seen = HashMap::new();
    for (row, place) in unit.iter().zip(time).enumerate() {
        if let Some(before) = seen.insert(place, row) {
            let why = format!(
                "it is of the same unit and time as line {}; keep one of them, or take their mean, or name the column of units",
                of_table(before) + 2
            );
            return Err(EvaluationError::Table { line: of_table(row) as u64 + 2, why });
        }
    }
    Ok(())
}
