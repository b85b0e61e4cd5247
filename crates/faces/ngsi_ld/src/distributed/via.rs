//! Which brokers a request has passed (clauses 4.3.6.4, 6.3.18; RFC 9110 §7.6.3).

use http::HeaderMap;

/// How many brokers a request may have passed; one that has passed more goes in circles.
const HOPS_MAX: usize = 32;

/// The `Via` of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Via {
    /// The entries as they came.
    entries: Vec<String>,
}

impl Via {
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let values = headers.get_all(http::header::VIA).iter().filter_map(|value| value.to_str().ok());
        let entries = values.flat_map(|value| value.split(',')).map(|entry| entry.trim().to_owned());
        Self { entries: entries.filter(|entry| !entry.is_empty()).collect() }
    }

    /// Whether a broker is among them, by its alias.
    pub(crate) fn names(&self, alias: &str) -> bool {
        self.entries.iter().any(|entry| entry.split_whitespace().nth(1) == Some(alias))
    }

    /// Whether the request comes back to where it was.
    pub(crate) fn is_loop(&self, own: &str) -> bool {
        self.names(own) || self.entries.len() > HOPS_MAX
    }

    /// The header of what is forwarded.
    pub(crate) fn onward(&self, own: &str) -> String {
        let mut text = self.entries.join(", ");
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str("1.1 ");
        text.push_str(own);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_are_compared() {
        let mut headers = HeaderMap::new();
        headers.append("via", "1.1 a.b, HTTP/1.1 senne-1 (comment)".parse().unwrap());
        headers.append("via", "1.0 c".parse().unwrap());
        let via = Via::read(&headers);
        assert!(via.names("senne-1") && via.names("a.b") && via.names("c"));
        assert!(!via.names("senne") && !via.names("b") && !via.is_loop("me"));
        assert!(via.onward("me").ends_with("1.0 c, 1.1 me"));
        assert!(Via { entries: vec!["1.1 x".into(); 40] }.is_loop("me"));
    }
}
