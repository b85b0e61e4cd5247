//! One cell of a row, and what counts as "no value".

use senne_model::Json;

/// What stands in one cell.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    /// Nothing, or a sentinel for it.
    Missing,
    /// Text, trimmed.
    Text(&'a str),
    /// A JSON value that is not `null`.
    Json(&'a Json),
    /// Bytes that are not text in the declared encoding.
    Broken,
}

/// How a feed says that there is no value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Missing {
    words: Vec<Box<str>>,
    numbers: Vec<(Comparison, f64)>,
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Missing {
    /// From words (`NA`), numbers (`-999`) and comparisons (`<= -99.9`).
    pub(crate) fn parse(rules: &[String]) -> Result<Self, (usize, String)> {
        let mut missing = Self::default();
        for (i, rule) in rules.iter().enumerate() {
            let comparisons = [
                ("<=", Comparison::LessOrEqual),
                (">=", Comparison::GreaterOrEqual),
                ("<", Comparison::Less),
                (">", Comparison::Greater),
            ];
            let found = comparisons.iter().find_map(|(sign, c)| Some((*c, rule.strip_prefix(sign)?)));
            if let Some((comparison, number)) = found {
                let number = number
                    .trim()
                    .parse()
                    .map_err(|_| (i, format!("`{rule}`: a number must follow the sign")))?;
                missing.numbers.push((comparison, number));
                continue;
            }
            if let Ok(number) = rule.parse() {
                missing.numbers.push((Comparison::Equal, number));
            }
            if !rule.is_empty() {
                missing.words.push(rule.as_str().into());
            }
        }
        Ok(missing)
    }

    /// Whether a text says that there is no value; an empty one always does.
    pub(crate) fn is_word(&self, text: &str) -> bool {
        text.is_empty() || self.words.iter().any(|word| **word == *text)
    }

    /// Whether a number is a sentinel.
    pub(crate) fn is_number(&self, x: f64) -> bool {
        self.numbers.iter().any(|(comparison, limit)| match comparison {
            Comparison::Equal => x == *limit,
            Comparison::Less => x < *limit,
            Comparison::LessOrEqual => x <= *limit,
            Comparison::Greater => x > *limit,
            Comparison::GreaterOrEqual => x >= *limit,
        })
    }
}

/// Reads a number as the source writes it. Whole numbers stay whole, so that 20 does not become 20.0.
pub(crate) fn number(text: &str, decimal_comma: bool) -> Option<Json> {
    let bytes = text.as_bytes();
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    if (1..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
        let whole = digits.iter().fold(0_i64, |sum, d| sum * 10 + i64::from(d - b'0'));
        return Some(Json::Int(if digits.len() < bytes.len() { -whole } else { whole }));
    }
    // `parse` also takes "inf", "nan" and "infinity", which are no measurements.
    if !digits.first().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'+')) {
        return None;
    }
    let x: f64 = if decimal_comma && text.contains(',') {
        if text.contains('.') {
            return None;
        }
        text.replace(',', ".").parse().ok()?
    } else {
        text.parse().ok()?
    };
    Json::number(x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_the_source_writes_them() {
        for (text, comma, want) in [
            ("20", false, Some(Json::Int(20))),
            ("-3", false, Some(Json::Int(-3))),
            ("4.5", false, Some(Json::Float(4.5))),
            ("4,5", true, Some(Json::Float(4.5))),
            ("4,5", false, None),
            ("1.234,5", true, None),
            (".5", false, Some(Json::Float(0.5))),
            ("-0.5e1", false, Some(Json::Float(-5.0))),
            ("NaN", false, None),
            ("-inf", false, None),
            ("", false, None),
            ("-", false, None),
            ("12a", false, None),
            ("1e999", false, None),
        ] {
            assert_eq!(number(text, comma), want, "{text}");
        }
    }

    #[test]
    fn sentinels_are_words_numbers_and_comparisons() {
        let rules = ["NA", "-999", "<= -99.9"].map(String::from);
        let missing = Missing::parse(&rules).unwrap();
        assert!(missing.is_word("NA") && missing.is_word("") && missing.is_word("-999"));
        assert!(missing.is_number(-999.0) && missing.is_number(-99.9) && missing.is_number(-9999.0));
        assert!(!missing.is_number(-99.8) && !missing.is_word("0"));
        assert!(Missing::parse(&["< x".to_owned()]).is_err());
    }

    proptest! {
        #[test]
        fn every_number_comes_back(x in -1e12_f64..1e12) {
            prop_assert_eq!(number(&x.to_string(), false).and_then(|j| j.as_f64()), Some(x));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,20}", comma: bool) {
            let _ = number(&text, comma);
        }
    }
}
