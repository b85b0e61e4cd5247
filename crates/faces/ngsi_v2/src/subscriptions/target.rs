//! Where a subscription is told, and in which words.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use senne_http::address::is_public;
use senne_model::{ErrorKind, Json, Problem};
use url::{Position, Url};

use super::template::{self, Template};

/// The longest time that a receiver may be given, in milliseconds.
const TIMEOUT_MS_MAX: u64 = 1_800_000;

/// Members of `http`, and those that `httpCustom` has besides.
const PLAIN: [&str; 3] = ["url", "headers", "timeout"];
const CUSTOM: [&str; 5] = ["method", "qs", "payload", "json", "ngsi"];

/// Those of which one alone may say what is sent.
const PAYLOADS: [&str; 3] = ["payload", "json", "ngsi"];

/// Ways that are not gone.
const OTHERS: [&str; 4] = ["mqtt", "mqttCustom", "kafka", "kafkaCustom"];

/// What the requests of a subscription look like.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) url: Template,
    pub(super) method: Method,
    /// Names and values; one without a value takes the header away.
    pub(super) headers: Vec<(Template, Template)>,
    pub(super) query: Vec<(Template, Template)>,
    pub(super) payload: Payload,
    /// How long the receiver may take, when it is said.
    pub(super) timeout: Option<Duration>,
}

/// What a request holds.
#[derive(Debug, PartialEq)]
pub(super) enum Payload {
    /// The notification of NGSI-v2.
    Usual,
    /// Nothing at all.
    Nothing,
    Text(Template),
    /// A value whose texts are templates.
    Json(Json),
    /// The notification with an entity that was changed by this fragment.
    Patched(Json),
}

impl Target {
    /// `http`, or `httpCustom` with its templates.
    pub(super) fn read(told: &Json, allow_private: bool) -> Result<Self, Problem> {
        if let Some(name) = OTHERS.into_iter().find(|name| told.get(name).is_some()) {
            let problem = Problem::new(ErrorKind::NotSupported, "notifications go to HTTP alone");
            return Err(problem.field(format!("notification.{name}")));
        }
        let (name, target) = match (told.get("http"), told.get("httpCustom")) {
            (Some(target), None) => ("http", target),
            (None, Some(target)) => ("httpCustom", target),
            _ => {
                let detail = "a notification needs `http` or `httpCustom`, and not both";
                return Err(Problem::bad(detail).field("notification"));
            }
        };
        let reader = Reader { target, custom: name == "httpCustom" };
        let within = |problem: Problem| problem.within(name).within("notification");
        reader.read(allow_private).map_err(within)
    }
}

struct Reader<'j> {
    target: &'j Json,
    custom: bool,
}

impl Reader<'_> {
    fn read(&self, allow_private: bool) -> Result<Target, Problem> {
        let members = self.target.as_object().ok_or_else(|| Problem::bad("an object is needed here"))?;
        let known = |name: &str| PLAIN.contains(&name) || (self.custom && CUSTOM.contains(&name));
        if let Some((member, _)) = members.iter().find(|(member, _)| !known(member)) {
            let detail = "this member is not supported";
            return Err(Problem::new(ErrorKind::NotSupported, detail).field(&**member));
        }
        Ok(Target {
            url: self.url(allow_private).map_err(|problem| problem.field("url"))?,
            method: self.method().map_err(|problem| problem.field("method"))?,
            headers: self.headers().map_err(|problem| problem.field("headers"))?,
            query: self.pairs("qs").map_err(|problem| problem.field("qs"))?,
            payload: self.payload()?,
            timeout: self.timeout().map_err(|problem| problem.field("timeout"))?,
        })
    }

    fn template(&self, text: &str) -> Result<Template, Problem> {
        if self.custom { Template::read(text) } else { Ok(Template::literal(text)) }
    }

    /// The address.
    fn url(&self, allow_private: bool) -> Result<Template, Problem> {
        let text = self.target.get("url").and_then(Json::as_str).unwrap_or_default();
        let template = self.template(text)?;
        let sample = |place: &str| Url::parse(&template.sample(place)).ok();
        let url = sample("x").filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| Problem::bad("an http or https address is needed here"))?;
        if sample("y").is_none_or(|other| front(&other) != front(&url)) {
            return Err(Problem::bad("the host of an address is no template"));
        }
        if !allow_private && is_private(&url) {
            let detail = "private and loopback addresses are not used; the operator can allow them";
            return Err(Problem::bad(detail));
        }
        Ok(template)
    }

    fn method(&self) -> Result<Method, Problem> {
        let known = [
            Method::GET,
            Method::PUT,
            Method::POST,
            Method::DELETE,
            Method::PATCH,
            Method::HEAD,
            Method::OPTIONS,
        ];
        match self.target.get("method") {
            None => Ok(Method::POST),
            Some(word) => known
                .into_iter()
                .find(|method| word.as_str() == Some(method.as_str()))
                .ok_or_else(|| Problem::bad("a method is GET, PUT, POST, DELETE, PATCH, HEAD or OPTIONS")),
        }
    }

    /// Names and values of an object of texts.
    fn pairs(&self, member: &str) -> Result<Vec<(Template, Template)>, Problem> {
        let Some(object) = self.target.get(member) else { return Ok(Vec::new()) };
        let wrong = || Problem::bad("an object of texts is needed here");
        let one = |(name, value): &(Box<str>, Json)| -> Result<(Template, Template), Problem> {
            Ok((self.template(name)?, self.template(value.as_str().ok_or_else(wrong)?)?))
        };
        object.as_object().ok_or_else(wrong)?.iter().map(one).collect()
    }

    fn headers(&self) -> Result<Vec<(Template, Template)>, Problem> {
        let read = self.pairs("headers")?;
        let pairs: Vec<(Template, Template)> = if self.custom {
            read.into_iter().map(|(name, value)| (name, value.decoded())).collect()
        } else {
            read
        };
        let is_header = |(name, value): &(Template, Template)| {
            HeaderName::try_from(name.sample("x")).is_ok() && HeaderValue::try_from(value.sample("x")).is_ok()
        };
        if !pairs.iter().all(is_header) {
            return Err(Problem::bad("this is no HTTP header"));
        }
        Ok(pairs)
    }

    fn payload(&self) -> Result<Payload, Problem> {
        let is_given = |name: &&str| self.target.get(name).is_some();
        let given: Vec<&str> = PAYLOADS.into_iter().filter(is_given).collect();
        let name = match given.as_slice() {
            [] => return Ok(Payload::Usual),
            [only] => *only,
            [_, other, ..] => {
                return Err(Problem::bad("use one of payload, json and ngsi").field(*other));
            }
        };
        let at = |problem: Problem| problem.within(name);
        match (name, self.target.get(name)) {
            ("payload", Some(Json::Null)) => Ok(Payload::Nothing),
            ("payload", Some(Json::Text(text))) if text.is_empty() => Ok(Payload::Usual),
            ("payload", Some(Json::Text(text))) => {
                Ok(Payload::Text(Template::read(text).map_err(at)?.decoded()))
            }
            ("json", Some(json @ (Json::Array(_) | Json::Object(_)))) => {
                template::check(json).map_err(at)?;
                Ok(Payload::Json(json.clone()))
            }
            ("ngsi", Some(json @ Json::Object(members))) => {
                members.iter().try_for_each(|(name, value)| patch(name, value)).map_err(at)?;
                Ok(Payload::Patched(json.clone()))
            }
            _ => {
                let detail = "`payload` is a text or null, `json` an object or an array, `ngsi` an object";
                Err(at(Problem::bad(detail)))
            }
        }
    }

    fn timeout(&self) -> Result<Option<Duration>, Problem> {
        let wrong = || Problem::bad(format!("0 to {TIMEOUT_MS_MAX} milliseconds are needed here"));
        match self.target.get("timeout") {
            None | Some(Json::Int(0)) => Ok(None),
            Some(Json::Int(wanted)) => {
                let wanted = u64::try_from(*wanted).ok().filter(|wanted| *wanted <= TIMEOUT_MS_MAX);
                wanted.map(Duration::from_millis).map(Some).ok_or_else(wrong)
            }
            Some(_) => Err(wrong()),
        }
    }
}

/// Checks one member of a fragment of an entity: `id`, `type`, or an attribute without metadata.
fn patch(name: &str, value: &Json) -> Result<(), Problem> {
    let at = |problem: Problem| problem.within(name);
    if matches!(name, "id" | "type") {
        let text = value.as_str().ok_or_else(|| at(Problem::bad("a text is needed here")))?;
        return Template::read(text).map(|_| ()).map_err(at);
    }
    let members =
        value.as_object().ok_or_else(|| at(Problem::bad("an object with `value` is needed here")))?;
    if let Some((member, _)) = members.iter().find(|(member, _)| !matches!(&**member, "type" | "value")) {
        return Err(at(Problem::bad("an attribute has `type` and `value` here").field(&**member)));
    }
    if value.get("type").is_some_and(|kind| kind.as_str().is_none()) {
        return Err(at(Problem::bad("a text is needed here").field("type")));
    }
    value.get("value").map_or(Ok(()), template::check).map_err(at)
}

/// What of an address says who is asked: no entity may change it.
pub(super) fn front(url: &Url) -> &str {
    &url[..Position::BeforePath]
}

/// Whether an address is literally one of the operator's own network.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(ip)) => !is_public(ip.into()),
        Some(url::Host::Ipv6(ip)) => !is_public(ip.into()),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(told: &str) -> Result<Target, Problem> {
        Target::read(&Json::parse(told.as_bytes()).unwrap(), false)
    }

    #[test]
    fn addresses_that_stand_for_private_ones_are_refused() {
        for url in [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://[2002:7f00:1::]/",
            "http://[2001::7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://240.0.0.1/",
        ] {
            let problem = read(&format!(r#"{{"http":{{"url":"{url}"}}}}"#)).err();
            let field = problem.and_then(|problem| problem.field);
            assert_eq!(field.as_deref(), Some("notification.http.url"), "{url}");
        }
        assert!(read(r#"{"http":{"url":"http://[2a02:2788::1]/"}}"#).is_ok());
    }

    #[test]
    fn what_is_wrong_with_a_custom_one_is_named() {
        let of = |more: &str| format!(r#"{{"httpCustom":{{"url":"http://[2a02:2788::1]/${{id}}"{more}}}}}"#);
        let more = r#","method":"PUT","qs":{"${type}":"a"},"headers":{"x-a":"Basic%20%3D"},"timeout":5000"#;
        let fine = read(&of(more)).unwrap();
        assert_eq!((fine.method, fine.timeout), (Method::PUT, Some(Duration::from_secs(5))));
        assert_eq!(fine.payload, Payload::Usual);
        assert_eq!(fine.headers[0].1.sample("x"), "Basic =");
        for (more, field) in [
            (r#","method":"CONNECT""#, "method"),
            (r#","qs":7"#, "qs"),
            (r#","headers":{"a b":"c"}"#, "headers"),
            (r#","payload":"${a+1}""#, "payload"),
            (r#","payload":"a","json":{}"#, "json"),
            (r#","json":7"#, "json"),
            (r#","ngsi":{"a":{"value":1,"metadata":{}}}"#, "ngsi.a.metadata"),
            (r#","timeout":1800001"#, "timeout"),
            (r#","topic":"a""#, "topic"),
        ] {
            let problem = read(&of(more)).err().unwrap();
            assert_eq!(problem.field, Some(format!("notification.httpCustom.{field}")), "{more}");
        }
        for url in [
            "http://${id}/",
            "http://a${id}",
            "http://a@${id}:80/x",
            "http:/${id}/a",
            "http:///${id}",
            "${id}://a/b",
            "http:${id}",
            "http://a:${id}/",
        ] {
            let problem = read(&format!(r#"{{"httpCustom":{{"url":"{url}"}}}}"#)).err().unwrap();
            assert_eq!(problem.field.as_deref(), Some("notification.httpCustom.url"), "{url}");
        }
        let mqtt = read(r#"{"mqtt":{"url":"mqtt://x.org","topic":"a"}}"#).err().unwrap();
        assert_eq!((mqtt.kind, mqtt.field.as_deref()), (ErrorKind::NotSupported, Some("notification.mqtt")));
        let both = read(r#"{"http":{"url":"http://x.org"},"httpCustom":{"url":"http://x.org"}}"#);
        assert_eq!(both.err().unwrap().field.as_deref(), Some("notification"));
    }
}
