//! How operations are shared with other NGSI-LD brokers, said on the command line.

use std::time::Duration;

use clap::Args;

#[derive(Args, Debug)]
#[command(next_help_heading = "Other brokers")]
pub(crate) struct Brokers {
    /// The address under which others reach this server, e.g. `https://data.example.org`; when not said, the one that they
    /// used is told to them.
    #[arg(long, value_name = "URL", env = "SENNE_PUBLIC_URL", value_parser = public_url)]
    pub(crate) public_url: Option<String>,
    /// The name by which other brokers know this one, to find loops; made at the first start and kept when not said.
    #[arg(long, value_name = "NAME", env = "SENNE_CONTEXT_SOURCE_ALIAS", value_parser = alias)]
    pub(crate) context_source_alias: Option<String>,
    /// Expect entities in parts at several brokers when a request does not say: conditions are then put to the whole.
    #[arg(long, env = "SENNE_SPLIT_ENTITIES")]
    pub(crate) split_entities: bool,
    /// How long another broker may take to answer, unless its registration says otherwise.
    #[arg(long, value_name = "SECONDS", env = "SENNE_SOURCE_TIMEOUT", default_value = "5", value_parser = seconds)]
    pub(crate) source_timeout: Duration,
}

fn public_url(text: &str) -> Result<String, String> {
    let web = text.starts_with("https://") || text.starts_with("http://");
    let plain = !text.contains(['?', '#', ' ']);
    let host = text.split_once("://").is_some_and(|(_, rest)| !rest.trim_matches('/').is_empty());
    let fits = web && plain && host;
    fits.then(|| text.trim_end_matches('/').to_owned())
        .ok_or_else(|| "an address such as https://data.example.org is needed".to_owned())
}

/// A token of RFC 7230 without `.`, which stands between broker and tenant.
fn alias(text: &str) -> Result<String, String> {
    let fits = !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-^_`|~".contains(&byte));
    fits.then(|| text.to_owned())
        .ok_or_else(|| "letters, digits and - are needed, at most 64, no `.`".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "a number of seconds between 0.1 and 600 is needed".to_owned();
    let number: f64 = text.parse().map_err(|_| wrong())?;
    (0.1..=600.0).contains(&number).then(|| Duration::from_secs_f64(number)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_refused() {
        assert_eq!(public_url("https://data.example.org/").as_deref(), Ok("https://data.example.org"));
        for bad in ["data.example.org", "ftp://a", "https://", "https://a?b", "https://a b"] {
            assert!(public_url(bad).is_err(), "{bad}");
        }
        assert!(alias("city-1").is_ok());
        for bad in ["", "city.1", "a b", "é"] {
            assert!(alias(bad).is_err(), "{bad}");
        }
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for bad in ["0", "x", "601", "NaN", "-1"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
