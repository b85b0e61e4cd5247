//! Files with one value a line.

use super::{AreaCodes, EnteredError, EnteredValue, Given, hidden, number, period, status, whole};
use crate::{Declaration, Measure, Parts, Status, TOTAL, Uncertainty, Value, rounded};

/// The chance with which intervals hold the value.
const CHANCE: f64 = 0.95;
/// A value that stands beside its parts was rounded by who wrote it: at most by this part of itself.
const ROUNDED_BY: f64 = 0.01;

/// What the columns are called; the first name that is there counts.
pub(super) struct Names {
    area: &'static [&'static str],
    period: &'static [&'static str],
    value: &'static [&'static str],
    status: &'static [&'static str],
    /// What is to be done with a line.
    action: &'static [&'static str],
}

pub(super) const PLAIN: Names = Names {
    area: &["area", "commune", "geo", "nis"],
    period: &["period", "time", "year", "date"],
    value: &["value"],
    status: &["status"],
    action: &[],
};

pub(super) const SDMX: Names = Names {
    area: &["REF_AREA", "GEO", "geo"],
    period: &["TIME_PERIOD"],
    value: &["OBS_VALUE"],
    status: &["OBS_STATUS", "OBS_FLAG"],
    action: &["ACTION"],
};

/// Of the values of a series that is given in several ways those are meant that are as they were measured, unless it is said otherwise.
const PLAIN_CODES: [(&str, &str); 2] = [("SEASONAL_ADJUST", "N"), ("WEATHER_ADJUST", "N")];

/// The columns of a header, found by their names.
struct Found {
    area: usize,
    period: usize,
    value: Option<usize>,
    status: Option<usize>,
    action: Option<usize>,
    /// Nothing where columns are missing from which a value would follow.
    parts: Option<[Option<usize>; 5]>,
    bounds: Option<(usize, usize)>,
    filters: Vec<(usize, String)>,
}

pub(super) fn read(
    text: &str,
    declaration: &Declaration,
    areas: AreaCodes<'_>,
    filters: &[(String, String)],
    names: &Names,
) -> Result<Vec<(usize, EnteredValue)>, EnteredError> {
    let header = text.lines().next().unwrap_or_default();
    let separator = if header.matches(';').count() > header.matches(',').count() { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).from_reader(text.as_bytes());
    let fault = |error: csv::Error| EnteredError {
        line: error.position().map_or(1, |position| position.line() as usize),
        message: error.to_string(),
    };
    let headers = reader.headers().map_err(fault)?.clone();
    let filters = plain_of(&headers, declaration, filters);
    let found = Found::of(&headers, declaration, &filters, names)
        .map_err(|message| EnteredError { line: 1, message })?;
    let mut values = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        let line = record.position().map_or(0, |position| position.line() as usize);
        let at = |message: String| EnteredError { line, message };
        if let Some(value) = found.value_of(&record, declaration, areas).map_err(at)? {
            values.push((line, value));
        }
    }
    Ok(values)
}

/// The filters, with those that mean the values as they were measured and of all, where nothing else is said.
fn plain_of(
    headers: &csv::StringRecord,
    declaration: &Declaration,
    filters: &[(String, String)],
) -> Vec<(String, String)> {
    let there = |name: &str| headers.iter().any(|header| header.eq_ignore_ascii_case(name));
    let chosen = |name: &str| filters.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let adjusted = PLAIN_CODES.iter().map(|(name, code)| ((*name).to_owned(), *code));
    let dimensions = declaration.disaggregations.iter().flat_map(|one| [one.id.clone(), one.sdmx()]);
    let all = adjusted.chain(dimensions.map(|name| (name, TOTAL)));
    let plain = all.filter(|(name, _)| there(name) && !chosen(name));
    filters.iter().cloned().chain(plain.map(|(name, code)| (name, code.to_owned()))).collect()
}

/// The places of the parts from which a value follows: count, sum, sum of squares, numerator, denominator.
fn needed(measure: Measure) -> &'static [usize] {
    match measure {
        Measure::Mean => &[0, 1],
        Measure::Sum | Measure::Value | Measure::Quantile { .. } => &[1],
        Measure::Count { .. } => &[0],
        Measure::Ratio { .. } | Measure::Excess { .. } => &[3, 4],
    }
}

impl Found {
    fn of(
        headers: &csv::StringRecord,
        declaration: &Declaration,
        filters: &[(String, String)],
        names: &Names,
    ) -> Result<Self, String> {
        let place = |name: &str| {
            headers.iter().position(|header| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
        };
        let any = |names: &[&str]| names.iter().find_map(|name| place(name));
        let need = |names: &[&str]| any(names).ok_or_else(|| format!("there is no column `{}`", names[0]));
        let parts = ["count", "sum", "sum_of_squares", "numerator", "denominator"].map(place);
        let value = any(names.value);
        let follows = needed(declaration.measure).iter().all(|at| parts[*at].is_some());
        if value.is_none() && !follows {
            return Err(format!("there is no column `{}`, and no parts", names.value[0]));
        }
        let filter = |(name, wanted): &(String, String)| {
            let column = place(name).ok_or_else(|| format!("there is no column `{name}` to choose by"))?;
            Ok((column, wanted.clone()))
        };
        Ok(Self {
            area: need(names.area)?,
            period: need(names.period)?,
            value,
            status: any(names.status),
            action: any(names.action),
            parts: follows.then_some(parts),
            bounds: place("low").zip(place("high")),
            filters: filters.iter().map(filter).collect::<Result<_, String>>()?,
        })
    }

    fn value_of(
        &self,
        record: &csv::StringRecord,
        declaration: &Declaration,
        areas: AreaCodes<'_>,
    ) -> Result<Option<EnteredValue>, String> {
        let cell = |column: usize| record.get(column).unwrap_or_default();
        if self.filters.iter().any(|(column, wanted)| cell(*column) != wanted) {
            return Ok(None);
        }
        let code = cell(self.area);
        let area = areas(code).ok_or_else(|| format!("`{code}` is not an area of this city"))?;
        let period = period(declaration, cell(self.period))?;
        if self.action.map_or("", cell).eq_ignore_ascii_case("D") {
            return Err("the line deletes a value (ACTION D); what is published is not taken back".to_owned());
        }
        let flags = self.status.map_or("", cell);
        let given = Given { number: self.value.map_or("", cell), flags };
        let value = match self.parts(record, declaration)? {
            Some(parts) => of_parts(declaration, parts, &given)?,
            None => whole(declaration, &given)?,
        };
        let Some(mut value) = value else { return Ok(None) };
        if let Some((low, high)) = self.bounds.filter(|_| value.status != Status::Suppressed) {
            let given = number(cell(low))?.zip(number(cell(high))?);
            value.interval = given.or(value.interval);
            if let Some((low, high)) = value.interval
                && low > high
            {
                return Err(format!("the lower end {low} lies above the upper end {high}"));
            }
        }
        Ok(Some(EnteredValue { area, period, value }))
    }

    /// The parts of a line, where the value follows from them.
    fn parts(&self, record: &csv::StringRecord, declaration: &Declaration) -> Result<Option<Parts>, String> {
        let Some(columns) = &self.parts else { return Ok(None) };
        let mut given = [0.0; 5];
        for (part, column) in given.iter_mut().zip(columns) {
            let text = column.and_then(|column| record.get(column)).unwrap_or_default();
            *part = number(text)?.unwrap_or_default();
        }
        let [count, sum, sum_of_squares, numerator, denominator] = given;
        let parts = Parts { count, sum, sum_of_squares, numerator, denominator };
        Ok(Some(parts).filter(|_| needed(declaration.measure).iter().any(|at| given[*at] != 0.0)))
    }
}

/// The value that follows from parts; nothing where none does, and a fault where another stands beside them.
fn of_parts(declaration: &Declaration, parts: Parts, given: &Given<'_>) -> Result<Option<Value>, String> {
    let status = status(given.flags);
    // A value that stands for itself is given out again with a count of one, which says nothing of persons.
    let alone = declaration.measure == Measure::Value && parts.count <= 1.0;
    if status == Status::Suppressed || (declaration.hides(&parts) && !alone) {
        return Ok(Some(hidden()));
    }
    let beside = number(given.number)?;
    let Some(estimate) = parts.estimate(declaration.measure, declaration.uncertainty, CHANCE) else {
        return match beside {
            Some(value) => Err(format!("the value {value} stands beside parts from which none follows")),
            None => Ok(None),
        };
    };
    let digit = 0.51 * 10.0_f64.powi(-i32::from(declaration.decimals));
    let room = digit.max(ROUNDED_BY * estimate.value.abs());
    if let Some(value) = beside.filter(|value| (value - estimate.value).abs() > room) {
        return Err(format!("the value {value} is not what its parts give, {}", estimate.value));
    }
    let interval = estimate.interval.filter(|_| declaration.uncertainty != Uncertainty::None);
    Ok(Some(Value {
        number: Some(rounded(estimate.value)),
        interval: interval.map(|interval| (rounded(interval.low), rounded(interval.high))),
        coverage: 1.0,
        status,
        parts,
        simulated: false,
    }))
}
