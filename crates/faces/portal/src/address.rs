//! Addresses: percent-encoding (RFC 3986 §2.1) and the parameters of a query.

use std::fmt::Write as _;

/// One segment of a path. Colons stay as they are, so that URNs can be read.
pub(crate) fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The parameters of a query in order, decoded; at most 64 are read.
pub(crate) fn parameters(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).take(64);
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(k, v)| (decode(k), decode(v)))
        .collect()
}

/// The first parameter of a name.
pub(crate) fn parameter<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let escaped = escaped
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match (bytes[at], escaped) {
            (_, Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_iri_becomes_one_segment() {
        assert_eq!(segment("urn:ngsi-ld:Device:é/1"), "urn:ngsi-ld:Device:%C3%A9%2F1");
    }

    #[test]
    fn parameters_keep_their_order_and_repeat() {
        let read = parameters("type=A&type=B%20C&q=a+b&&x&bad=%zz%4");
        let read: Vec<_> = read.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(read, [("type", "A"), ("type", "B C"), ("q", "a b"), ("x", ""), ("bad", "%zz%4")]);
    }

    proptest! {
        #[test]
        fn a_segment_is_read_back(text in ".*") {
            prop_assert_eq!(decode(&segment(&text)), text);
        }

        #[test]
        fn nothing_makes_it_panic(text in ".*") {
            let _ = parameters(&text);
        }
    }
}
