//! How a subscription came here: which brokers it has passed, and whether it is to stay (clauses 4.3.6.4, 5.5.13, 6.3.18).

use http::{HeaderMap, HeaderValue, header};

/// The longest list of brokers that is kept, in bytes. What comes with a longer one goes in circles.
const VIA_LENGTH_MAX: usize = 16 * 1024;

/// How a subscription came here.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Came {
    /// The brokers that it has passed, as `Via` names them; empty when its subscriber came himself.
    pub(super) via: String,
    /// It is of this broker alone.
    pub(super) local: bool,
}

impl Came {
    /// From the headers of the request that created it.
    pub(crate) fn new(headers: &HeaderMap, local: bool) -> Self {
        let values = headers.get_all(header::VIA).iter().filter_map(|value| value.to_str().ok());
        let via = values.collect::<Vec<_>>().join(", ");
        if via.len() > VIA_LENGTH_MAX {
            return Self { via: String::new(), local: true };
        }
        Self { via, local }
    }

    /// The headers that a request on its behalf would have come with.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let (false, Ok(via)) = (self.via.is_empty(), HeaderValue::from_str(&self.via)) {
            headers.insert(header::VIA, via);
        }
        headers
    }

    /// Whether there is nothing about it to be kept.
    pub(super) fn is_plain(&self) -> bool {
        self.via.is_empty() && !self.local
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_has_passed_is_said_as_it_came() {
        let mut headers = HeaderMap::new();
        assert!(Came::new(&headers, false).is_plain() && !Came::new(&headers, true).is_plain());
        headers.append(header::VIA, "1.1 a, 1.1 b".parse().unwrap());
        headers.append(header::VIA, "1.1 c".parse().unwrap());
        let came = Came::new(&headers, false);
        assert_eq!(came.headers().get(header::VIA).unwrap(), "1.1 a, 1.1 b, 1.1 c");
        headers.append(header::VIA, "x".repeat(VIA_LENGTH_MAX).parse().unwrap());
        assert_eq!(Came::new(&headers, false), Came { via: String::new(), local: true });
    }
}
