//! A table of text with named columns, as CSV has it.

use std::collections::{BTreeSet, HashMap};

use crate::EvaluationError;

/// Columns of equal length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    names: Vec<String>,
    columns: Vec<Vec<String>>,
    /// Whether a comma stands before the part of a number that is less than one.
    decimal_comma: bool,
}

/// Texts that stand for no value.
const NOTHING: [&str; 6] = ["", "NA", "NaN", "nan", "null", "."];

pub(crate) fn is_nothing(text: &str) -> bool {
    NOTHING.contains(&text)
}

impl Table {
    /// Reads CSV with a header line; fields are separated by commas, or by semicolons or tabs when the header has those instead, and then numbers
    /// may be written with a comma: `3,5`.
    ///
    /// # Errors
    /// When a line has more or fewer fields than the header, or is not UTF-8.
    pub fn read(bytes: &[u8]) -> Result<Self, EvaluationError> {
        let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let count = |separator: u8| header.split(|byte| *byte == separator).count();
        let separator = [b';', b'\t'].into_iter().find(|s| count(*s) > count(b',')).unwrap_or(b',');
        let mut reader =
            csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).from_reader(bytes);
        let fault = |error: csv::Error| EvaluationError::Table {
            line: error.position().map_or(1, csv::Position::line),
            why: error.to_string(),
        };
        let names: Vec<String> = reader
            .headers()
            .map_err(fault)?
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect();
        let mut columns = vec![Vec::new(); names.len()];
        for record in reader.records() {
            let record = record.map_err(fault)?;
            columns.iter_mut().zip(&record).for_each(|(column, field)| column.push(field.to_owned()));
        }
        // Where fields are not separated by commas, numbers may have one.
        Ok(Self { names, columns, decimal_comma: separator != b',' })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    /// The texts of a column.
    ///
    /// # Errors
    /// When it is not there; the error names one that is like it. When two columns have its name.
    pub fn texts(&self, name: &str) -> Result<&[String], EvaluationError> {
        if self.names.iter().filter(|known| *known == name).count() > 1 {
            let why = format!("two columns are called `{name}`; give one of them another name");
            return Err(EvaluationError::Table { line: 1, why });
        }
        if let Some(place) = self.names.iter().position(|known| known == name) {
            return Ok(&self.columns[place]);
        }
        let near = self
            .names
            .iter()
            .map(|known| (strsim::damerau_levenshtein(&known.to_lowercase(), &name.to_lowercase()), known));
        let near = near.min().filter(|(distance, _)| *distance <= 3);
        Err(EvaluationError::NoColumn {
            name: name.to_owned(),
            hint: near.map_or_else(String::new, |(_, known)| format!(" (did you mean `{known}`?)")),
            known: self.names.join(", "),
        })
    }

    /// The numbers of a column; NaN where there is nothing.
    ///
    /// # Errors
    /// When the column is not there, or a text is not a number.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, EvaluationError> {
        let number = |(row, text): (usize, &String)| {
            if is_nothing(text) {
                return Ok(f64::NAN);
            }
            let is_comma = self.decimal_comma && !text.contains('.') && text.matches(',').count() == 1;
            let read = if is_comma { text.replace(',', ".").parse::<f64>() } else { text.parse() };
            read.map_err(|_| value(row, name, text, "a number"))
        };
        self.texts(name)?.iter().enumerate().map(number).collect()
    }

    /// The truths of a column: 1, true, yes and 0, false, no.
    ///
    /// # Errors
    /// When the column is not there, or a text is neither.
    pub fn truths(&self, name: &str) -> Result<Vec<bool>, EvaluationError> {
        let truth = |(row, text): (usize, &String)| match text.to_lowercase().as_str() {
            "1" | "1.0" | "true" | "yes" => Ok(true),
            "0" | "0.0" | "false" | "no" => Ok(false),
            _ => Err(value(row, name, text, "0 or 1")),
        };
        self.texts(name)?.iter().enumerate().map(truth).collect()
    }

    /// The distinct texts of a column, numbers by size and others by letter, and the place of each row among them.
    ///
    /// # Errors
    /// When the column is not there.
    pub fn levels(&self, name: &str) -> Result<(Vec<String>, Vec<usize>), EvaluationError> {
        let texts = self.texts(name)?;
        let mut levels: Vec<String> = texts.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let numbers: Option<Vec<f64>> = levels.iter().map(|text| text.parse().ok()).collect();
        if numbers.is_some() {
            let number = |text: &String| text.parse::<f64>().unwrap_or(f64::NAN);
            levels.sort_by(|a, b| number(a).total_cmp(&number(b)));
        }
        let place: HashMap<&str, usize> =
            levels.iter().enumerate().map(|(place, level)| (level.as_str(), place)).collect();
        let places = texts.iter().map(|text| place.get(text.as_str()).copied().unwrap_or_default()).collect();
        Ok((levels, places))
    }
}

pub(crate) fn value(row: usize, column: &str, value: &str, wanted: &'static str) -> EvaluationError {
    EvaluationError::Value { line: row + 2, column: column.to_owned(), value: value.to_owned(), wanted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_not_there_is_named_with_one_that_is() {
        let table = Table::read(b"\xef\xbb\xbfState;Year\nA;1970\n").unwrap();
        assert_eq!(table.texts("State").unwrap(), ["A"]);
        let error = table.texts("stat").unwrap_err().to_string();
        assert!(error.contains("did you mean `State`") && error.contains("State, Year"), "{error}");
    }

    #[test]
    fn numbers_go_by_size() {
        let table = Table::read(b"t,x\n10,1\n9,NA\n10,\n").unwrap();
        assert_eq!(table.levels("t").unwrap(), (vec!["9".to_owned(), "10".to_owned()], vec![1, 0, 1]));
        let numbers = table.numbers("x").unwrap();
        assert!(numbers[0] == 1.0 && numbers[1].is_nan() && numbers[2].is_nan());
        let error = table.truths("t").unwrap_err().to_string();
        assert_eq!(error, "line 2, column `t`: `10` is not 0 or 1");
    }

    #[test]
    fn commas_in_numbers_where_they_do_not_separate() {
        let table = Table::read(b"t;x\n1;-3,5\n2;4.25\n3;1,234,567\n").unwrap();
        let error = table.numbers("x").unwrap_err().to_string();
        assert_eq!(error, "line 4, column `x`: `1,234,567` is not a number");
        let table = Table::read(b"t;x\n1;-3,5\n2;4.25\n").unwrap();
        assert_eq!(table.numbers("x").unwrap(), [-3.5, 4.25]);
        assert!(Table::read(b"t,x\n1,\"3,5\"\n").unwrap().numbers("x").is_err(), "it could be thousands");
    }

    #[test]
    fn two_columns_of_one_name_are_refused_when_they_are_asked_for() {
        let table = Table::read(b"t,x,x\n1,2,3\n").unwrap();
        assert!(table.numbers("x").unwrap_err().to_string().contains("two columns are called `x`"));
        assert!(table.numbers("t").is_ok());
    }

    #[test]
    fn a_line_with_another_number_of_fields_is_named() {
        let error = Table::read(b"a,b\n1,2\n3\n").unwrap_err().to_string();
        assert!(error.starts_with("line 3"), "{error}");
    }
}
