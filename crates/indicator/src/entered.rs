//! Values that are entered: read from CSV, SDMX-CSV, and the tab-separated files of Eurostat.

mod columns;
mod eurostat;

use senne_model::EntityId;

use crate::{Declaration, Measure, Parts, Period, Status, Value};

/// A value with where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct EnteredValue {
    /// The area.
    pub area: EntityId,
    /// The period.
    pub period: Period,
    /// The value with its parts, where they are given.
    pub value: Value,
}

/// What is wrong with a file of values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct EnteredError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

/// How areas are named in a file: the code in the file to the entity.
pub type AreaCodes<'a> = &'a dyn Fn(&str) -> Option<EntityId>;

/// The form of a file of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnteredForm {
    /// Columns `area`, `period` and `value`, or the parts of the measure; also `low`, `high`, `status`.
    Csv,
    /// SDMX-CSV 1.0 and 2.0: `REF_AREA` (or `GEO`), `TIME_PERIOD`, `OBS_VALUE`, `OBS_STATUS`.
    SdmxCsv,
    /// Eurostat's files: the dimensions joined by commas in the first column, one column for each period.
    Eurostat,
}

impl EnteredForm {
    /// The form of a file by its header line.
    pub fn of(text: &str) -> Self {
        let header = text.lines().next().unwrap_or_default();
        if header.contains("TIME_PERIOD") && header.contains("OBS_VALUE") {
            Self::SdmxCsv
        } else if header.contains("\\TIME_PERIOD") || (header.contains('\\') && header.contains('\t')) {
            Self::Eurostat
        } else {
            Self::Csv
        }
    }
}

/// Reads a file of values of one indicator. `filters` are dimensions and the values that they must have, for files with more than one
/// series: `unit=PC`, `sex=T`.
///
/// # Errors
/// The first line that cannot be read, or has an area, a period or a number that is none.
pub fn read_entered(
    text: &str,
    form: EnteredForm,
    declaration: &Declaration,
    areas: AreaCodes<'_>,
    filters: &[(String, String)],
) -> Result<Vec<EnteredValue>, EnteredError> {
    // Some programs begin a file with a mark of its encoding.
    let text = text.trim_start_matches('\u{feff}');
    let values = match form {
        EnteredForm::Csv => columns::read(text, declaration, areas, filters, &columns::PLAIN),
        EnteredForm::SdmxCsv => columns::read(text, declaration, areas, filters, &columns::SDMX),
        EnteredForm::Eurostat => eurostat::read(text, declaration, areas, filters),
    }?;
    let mut seen = std::collections::HashMap::new();
    for (line, value) in &values {
        if let Some(first) = seen.insert((&value.area, value.period), line) {
            let message = format!(
                "`{}` has a value for {} already, in line {first}; name the series that is meant with --where",
                value.area, value.period
            );
            return Err(EnteredError { line: *line, message });
        }
    }
    Ok(values.into_iter().map(|(_, value)| value).collect())
}

/// What a cell of a file says: a number with the flags that stand beside it.
pub(crate) struct Given<'a> {
    pub(crate) number: &'a str,
    pub(crate) flags: &'a str,
}

/// A number as files write it; nothing for `:` and other signs of nothing.
pub(crate) fn number(text: &str) -> Result<Option<f64>, String> {
    match text.trim() {
        "" | ":" | "NaN" | "NA" | "n/a" | "." | ".." | "-" => Ok(None),
        text => text
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(Some)
            .ok_or_else(|| format!("`{text}` is not a number (decimals follow a point)")),
    }
}

/// So many letters may stand together as flags of one value; what is longer is a word.
const FLAGS_MAX: usize = 3;

/// The status of flags as SDMX and Eurostat write them, also of several at once (`bep`): `c` confidential, `p` provisional, `r` revised, `u` of
/// low reliability, in this order; everything else is final.
pub(crate) fn status(flags: &str) -> Status {
    let flags = flags.trim().to_ascii_lowercase();
    if let Some(status) = Status::parse(&flags) {
        return status;
    }
    let letters = [
        ('c', Status::Suppressed),
        ('q', Status::Suppressed),
        ('p', Status::Provisional),
        ('r', Status::Revised),
        ('u', Status::Incomplete),
    ];
    let has = |letter: &char| flags.len() <= FLAGS_MAX && flags.contains(*letter);
    letters.into_iter().find(|(letter, _)| has(letter)).map_or(Status::Final, |(_, status)| status)
}

/// A value of which only that there is one may be said.
pub(crate) fn hidden() -> Value {
    Value { status: Status::Suppressed, coverage: 1.0, ..Value::default() }
}

/// A value without parts of its own: it stands for itself.
pub(crate) fn whole(declaration: &Declaration, given: &Given<'_>) -> Result<Option<Value>, String> {
    let status = status(given.flags);
    let number = number(given.number)?;
    if status == Status::Suppressed {
        return Ok(Some(hidden()));
    }
    let Some(number) = number else { return Ok(None) };
    let parts = match declaration.measure {
        Measure::Value | Measure::Quantile { .. } | Measure::Sum => {
            Parts { sum: number, count: 1.0, ..Parts::default() }
        }
        _ => Parts::default(),
    };
    Ok(Some(Value { number: Some(number), status, parts, coverage: 1.0, ..Value::default() }))
}

/// The period of a text, of a frequency that the indicator has.
pub(crate) fn period(declaration: &Declaration, text: &str) -> Result<Period, String> {
    let period: Period = text.trim().parse().map_err(|error: crate::PeriodError| error.to_string())?;
    if declaration.frequencies.contains(&period.frequency()) {
        return Ok(period);
    }
    let known: Vec<&str> = declaration.frequencies.iter().map(|frequency| frequency.word()).collect();
    Err(format!("{period} is not one of the periods of `{}`: {}", declaration.id, known.join(", ")))
}

#[cfg(test)]
mod tests;
