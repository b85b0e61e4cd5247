//! JSON in one form only, so that the same content always has the same digest.
//!
//! Keys are sorted by their UTF-16 code units, there is no white space, and numbers are written as ECMAScript writes them: the fewest digits
//! that read back as the same number (the JSON canonicalisation scheme, RFC 8785). Whole numbers beyond 2⁵³ keep all their digits, where the
//! scheme would round them.

use std::fmt::Write;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

use crate::ProgrammeError;

/// The one form of a value.
///
/// # Errors
/// When the value cannot be written as JSON: a map whose keys are no text, or a number that is not finite, which JSON writes as `null`.
pub fn canonical<T: Serialize>(what: &str, value: &T) -> Result<String, ProgrammeError> {
    let value = serde_json::to_value(value)
        .map_err(|error| ProgrammeError::Json { what: what.to_owned(), why: error.to_string() })?;
    let mut out = String::new();
    write_value(&value, &mut out);
    Ok(out)
}

/// The SHA-256 of the one form, in 64 hexadecimal digits.
///
/// # Errors
/// As [`canonical`].
pub fn digest<T: Serialize>(what: &str, value: &T) -> Result<String, ProgrammeError> {
    let text = canonical(what, value)?;
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    Ok(out)
}

/// The same with every number held to 15 significant digits and 22 decimals, which every reader of JSON gives back as they are; beyond that,
/// some readers miss the last digit (`serde_json` without `float_roundtrip` does).
///
/// # Errors
/// As [`canonical`].
pub fn steady<T: Serialize + DeserializeOwned>(what: &str, value: &T) -> Result<T, ProgrammeError> {
    let fault =
        |error: serde_json::Error| ProgrammeError::Json { what: what.to_owned(), why: error.to_string() };
    let mut json = serde_json::to_value(value).map_err(fault)?;
    hold(&mut json);
    serde_json::from_value(json).map_err(fault)
}

fn hold(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let held = number.as_f64().and_then(held);
            if let Some(held) = held.and_then(Number::from_f64) {
                *number = held;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(hold),
        Value::Object(members) => members.values_mut().for_each(hold),
        _ => {}
    }
}

/// A whole number below 2⁵³ by a power of ten up to 10²²: both are exact, and so is their quotient to the last bit (Clinger 1990).
fn held(number: f64) -> Option<f64> {
    if number == 0.0 {
        return Some(0.0);
    }
    let digits = (22.0 + number.abs().log10().floor()).clamp(-1.0, 14.0);
    if digits < 0.0 { Some(0.0) } else { format!("{number:.*e}", digits as usize).parse().ok() }
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(text) => write_text(text, out),
        Value::Array(values) => {
            out.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_value(value, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push('{');
            for (place, (key, value)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write_value(value, out);
            }
            out.push('}');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if u32::from(control) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

fn number_text(number: &Number) -> String {
    if let Some(whole) = number.as_i64() {
        return whole.to_string();
    }
    if let Some(whole) = number.as_u64() {
        return whole.to_string();
    }
    number.as_f64().map_or_else(|| "null".to_owned(), float_text)
}

/// As `Number.prototype.toString` of ECMAScript.
fn float_text(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    // The shortest digits, as `d.ddde±x`.
    let text = format!("{:e}", value.abs());
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let power: i32 = power.parse().unwrap_or(0);
    let count = digits.len() as i32;
    // Where the point stands behind the first digit.
    let point = power + 1;
    let sign = if value < 0.0 { "-" } else { "" };
    let zeros = |count: i32| "0".repeat(count.max(0) as usize);
    if count <= point && point <= 21 {
        return format!("{sign}{digits}{}", zeros(point - count));
    }
    if 0 < point && point <= 21 {
        let (whole, part) = digits.split_at_checked(point as usize).unwrap_or((&digits, ""));
        return format!("{sign}{whole}.{part}");
    }
    if -6 < point && point <= 0 {
        return format!("{sign}0.{}{digits}", zeros(-point));
    }
    let mark = if point > 0 { "+" } else { "-" };
    let size = (point - 1).abs();
    match digits.split_at_checked(1) {
        Some((first, rest)) if !rest.is_empty() => format!("{sign}{first}.{rest}e{mark}{size}"),
        _ => format!("{sign}{digits}e{mark}{size}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_numbers_are_short() {
        let value =
            json!({ "b": [1.0, 0.1, 1e30, -2.5e-7, 1e21, 123_456.0], "a": { "é": null, "d": "\u{1}\"" } });
        let text = canonical("a test", &value).unwrap();
        assert_eq!(text, r#"{"a":{"d":"\u0001\"","é":null},"b":[1,0.1,1e+30,-2.5e-7,1e+21,123456]}"#);
    }

    #[test]
    fn the_numbers_of_the_scheme() {
        // RFC 8785, appendix B.
        let wanted = [
            (0x0000_0000_0000_0001, "5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        ];
        for (bits, text) in wanted {
            assert_eq!(float_text(f64::from_bits(bits)), text);
        }
        assert_eq!(float_text(-0.0), "0");
    }

    #[test]
    fn numbers_held_are_given_back() {
        for value in [0.1 + 0.2, 1.0 / 3.0, 2.0_f64.sqrt() * 1e20, -1e-9 / 7.0, 12_345.678_901_234_567] {
            let held: f64 = steady("a number", &value).unwrap();
            assert!((held - value).abs() < 1e-14 * value.abs() + 1e-22);
            let read: f64 = serde_json::from_str(&canonical("a number", &held).unwrap()).unwrap();
            assert_eq!(read, held);
        }
    }

    #[test]
    fn the_digest_does_not_know_the_order() {
        let (one, other) = (json!({ "a": 1, "b": 2.0 }), json!({ "b": 2, "a": 1 }));
        assert_eq!(digest("one", &one), digest("other", &other));
        // SHA-256 of `{}`.
        let empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(digest("nothing", &json!({})).unwrap(), empty);
    }
}
