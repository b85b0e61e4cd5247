//! Integers beyond 64 bits, kept as their digits.
//!
//! The JSON parser gives such a number as the nearest double. [`spell_out`] writes it as a text that begins with a mark of this
//! process, which nobody outside can know; where values are read, [`Json::from_text`] takes that text for what it was.

use std::{
    borrow::Cow,
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    sync::LazyLock,
};

use crate::Json;

/// Numbers with fewer digits fit 64 bits.
const DIGITS_MIN: usize = 19;

/// What stands before the digits: different in each process, so that no document can hold it.
static MARK: LazyLock<String> = LazyLock::new(|| {
    let random = || RandomState::new().build_hasher().finish();
    format!("\u{e000}{:016x}{:016x}:", random(), random())
});

/// JSON in which integers beyond 64 bits are spelled out as marked texts; the same bytes when there are none.
pub fn spell_out(json: &[u8]) -> Cow<'_, [u8]> {
    if !has_long_run(json) {
        return Cow::Borrowed(json);
    }
    let mut out: Vec<u8> = Vec::with_capacity(json.len() + 64);
    let (mut at, mut copied) = (0, 0);
    while at < json.len() {
        match json[at] {
            b'"' => at = end_of_text(json, at),
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(json, at);
                if is_beyond(&json[at..end]) && !names_a_member(json, end) {
                    out.extend_from_slice(&json[copied..at]);
                    out.push(b'"');
                    out.extend_from_slice(MARK.as_bytes());
                    out.extend_from_slice(&json[at..end]);
                    out.push(b'"');
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.extend_from_slice(&json[copied..]);
    Cow::Owned(out)
}

impl Json {
    /// A text as the parser gave it: a string, or the integer that [`spell_out`] made a text of.
    pub fn from_text(text: &str) -> Self {
        // Hardly any text begins with the first letter of the mark.
        if text.starts_with('\u{e000}')
            && let Some(digits) = text.strip_prefix(MARK.as_str())
            && is_beyond(digits.as_bytes())
        {
            return Self::BigInt(digits.into());
        }
        Self::text(text)
    }

    /// Reads JSON with integers of any length.
    pub fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(&spell_out(json))
    }
}

fn has_long_run(json: &[u8]) -> bool {
    let mut run = 0;
    json.iter().any(|byte| {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        run >= DIGITS_MIN
    })
}

/// The place after the text that begins at `start`.
fn end_of_text(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < json.len() {
        match json[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

fn end_of_number(json: &[u8], start: usize) -> usize {
    let belongs = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    start + json[start..].iter().take_while(|byte| belongs(byte)).count().max(1)
}

/// Whether a number is an integer, written as JSON wants it, that 64 bits with a sign do not hold.
fn is_beyond(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    let well_formed =
        digits.iter().all(u8::is_ascii_digit) && digits.first().is_some_and(|first| *first != b'0');
    let text = std::str::from_utf8(number).unwrap_or_default();
    well_formed && digits.len() >= DIGITS_MIN && text.parse::<i64>().is_err()
}

/// Whether a colon follows: a number is no name, and the parser is to say so.
fn names_a_member(json: &[u8], end: usize) -> bool {
    json[end..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_come_back_as_they_were() {
        let text = r#"{"a":18446744073709551616,"b":[-9223372036854775809,9223372036854775807],"c":{"d":123456789012345678901234567890},"t":"12345678901234567890"}"#;
        let value = Json::parse(text.as_bytes()).unwrap();
        assert_eq!(value.to_string(), text);
        assert_eq!(value.get("a"), Some(&Json::BigInt("18446744073709551616".into())));
        assert_eq!(value.get("a").and_then(Json::as_f64), Some(18_446_744_073_709_551_616.0));
        assert!(matches!(value.get("t"), Some(Json::Text(_))));
    }

    #[test]
    fn numbers_with_many_digits_are_read_to_the_last_bit() {
        let read = Json::parse(b"123456789012345678901.34567890").unwrap();
        assert_eq!(read, Json::Float(1.234_567_890_123_456_8e20));
    }

    #[test]
    fn what_is_no_integer_stays_what_it_was() {
        for text in ["12345678901234567890.5", "12345678901234567890e3", "1e30"] {
            assert!(matches!(Json::parse(text.as_bytes()), Ok(Json::Float(_))), "{text}");
        }
        for bad in [
            "012345678901234567890",
            "{12345678901234567890:1}",
            "12345678901234567890x",
            "--12345678901234567890",
        ] {
            assert!(Json::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        // Not even who knew the mark could make a number of something else.
        for text in ["\u{e000}0:1".to_owned(), format!("{}x", *MARK), format!("{}12", *MARK), MARK.clone()] {
            assert_eq!(Json::from_text(&text), Json::text(&text));
            let written = Json::from_text(&text).to_string();
            assert_eq!(Json::parse(written.as_bytes()).unwrap(), Json::text(&text));
        }
    }

    proptest! {
        #[test]
        fn nothing_else_changes(text in r"[ -~\u{e000}]{0,60}", digits in "-?[1-9][0-9]{0,40}") {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(Json::parse(json.as_bytes()).unwrap(), Json::text(&text));
            prop_assert_eq!(Json::parse(digits.as_bytes()).unwrap().to_string(), digits);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Json::parse(&bytes);
        }
    }
}
