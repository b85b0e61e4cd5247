//! Files with one value a line.

use super::{AreaCodes, EnteredError, EnteredValue, Given, number, period, status, whole};
use crate::{Declaration, Parts, TOTAL, Uncertainty, Value, rounded};

/// The chance with which intervals hold the value.
const CHANCE: f64 = 0.95;

/// What the columns are called; the first name that is there counts.
pub(super) struct Names {
    area: &'static [&'static str],
    period: &'static [&'static str],
    value: &'static [&'static str],
    status: &'static [&'static str],
}

pub(super) const PLAIN: Names = Names {
    area: &["area", "commune", "geo", "nis"],
    period: &["period", "time", "year", "date"],
    value: &["value"],
    status: &["status"],
};

pub(super) const SDMX: Names = Names {
    area: &["REF_AREA", "GEO", "geo"],
    period: &["TIME_PERIOD"],
    value: &["OBS_VALUE"],
    status: &["OBS_STATUS", "OBS_FLAG"],
};

/// Of the values of a series that is given in several ways those are meant that are as they were measured, unless it is said otherwise.
const PLAIN_CODES: [(&str, &str); 2] = [("SEASONAL_ADJUST", "N"), ("WEATHER_ADJUST", "N")];

/// The columns of a header, found by their names.
struct Found {
    area: usize,
    period: usize,
    value: Option<usize>,
    status: Option<usize>,
    parts: [Option<usize>; 5],
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
    let found = Found::of(&headers, &plain_of(&headers, declaration, filters), names)
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

impl Found {
    fn of(headers: &csv::StringRecord, filters: &[(String, String)], names: &Names) -> Result<Self, String> {
        let place = |name: &str| {
            headers.iter().position(|header| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
        };
        let any = |names: &[&str]| names.iter().find_map(|name| place(name));
        let need = |names: &[&str]| any(names).ok_or_else(|| format!("there is no column `{}`", names[0]));
        let parts = ["count", "sum", "sum_of_squares", "numerator", "denominator"].map(place);
        let value = any(names.value);
        if value.is_none() && parts.iter().all(Option::is_none) {
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
            parts,
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
        let flags = self.status.map_or("", cell);
        let mut value = match self.parts(record)? {
            Some(parts) => Some(of_parts(declaration, parts, flags)),
            None => whole(declaration, &Given { number: self.value.map_or("", cell), flags })?,
        };
        if let (Some(value), Some((low, high))) = (&mut value, self.bounds) {
            let given = number(cell(low))?.zip(number(cell(high))?);
            value.interval = given.or(value.interval);
            if let Some((low, high)) = value.interval
                && low > high
            {
                return Err(format!("the lower end {low} lies above the upper end {high}"));
            }
        }
        Ok(value.map(|value| EnteredValue { area, period, value }))
    }

    fn parts(&self, record: &csv::StringRecord) -> Result<Option<Parts>, String> {
        if self.parts.iter().all(Option::is_none) {
            return Ok(None);
        }
        let part = |place: usize| match self.parts[place] {
            Some(column) => Ok(number(record.get(column).unwrap_or_default())?.unwrap_or_default()),
            None => Ok::<f64, String>(0.0),
        };
        let parts = Parts {
            count: part(0)?,
            sum: part(1)?,
            sum_of_squares: part(2)?,
            numerator: part(3)?,
            denominator: part(4)?,
        };
        Ok(Some(parts).filter(|parts| *parts != Parts::default()))
    }
}

fn of_parts(declaration: &Declaration, parts: Parts, flags: &str) -> Value {
    let estimate = parts.estimate(declaration.measure, declaration.uncertainty, CHANCE);
    let interval = estimate.and_then(|estimate| estimate.interval);
    let interval = interval.filter(|_| declaration.uncertainty != Uncertainty::None);
    Value {
        number: estimate.map(|estimate| rounded(estimate.value)),
        interval: interval.map(|interval| (rounded(interval.low), rounded(interval.high))),
        coverage: 1.0,
        status: status(flags),
        parts,
        simulated: false,
    }
}
