//! Requests that differ in a number only, so that making one costs next to nothing.

/// Digits of a number in a request.
const DIGITS: usize = 9;

/// Where a number goes in the text of a template.
pub(crate) const HOLE: &str = "#########";

/// A request with holes of nine digits.
#[derive(Clone)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    holes: Vec<usize>,
}

impl Template {
    /// A request; each [`HOLE`] in path and body is filled later.
    pub(crate) fn request(method: &str, path: &str, body: &str) -> Self {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let text = format!("{head}{body}");
        let holes = text.match_indices(HOLE).map(|(at, _)| at).collect();
        Self { bytes: text.into_bytes(), holes }
    }

    /// Fills the holes: each gets `number(place)`.
    pub(crate) fn fill(&mut self, number: impl Fn(usize) -> u64) -> &[u8] {
        for (place, at) in self.holes.iter().enumerate() {
            let mut rest = number(place);
            for digit in self.bytes[*at..*at + DIGITS].iter_mut().rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled() {
        let mut template =
            Template::request("POST", "/a", &format!("{{\"id\":\"x:{HOLE}\",\"n\":\"{HOLE}\"}}"));
        let text = String::from_utf8(template.fill(|place| 41 + place as u64).to_vec()).unwrap();
        assert!(text.ends_with("{\"id\":\"x:000000041\",\"n\":\"000000042\"}"), "{text}");
        assert!(text.contains("Content-Length: 36\r\n"), "{text}");
    }
}
