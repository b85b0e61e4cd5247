//! Where notifications of a subscription go, and how (clauses 5.2.15, 6.3.8 and 7.2).

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use reqwest::Url;
use senne_model::{Json, Problem};

use super::document::positive;
use crate::{contexts::check_url, http::Media};

/// The address of a subscription that is only read as a stream of events (docs/ngsi-ld.md, "Streams").
pub(super) const STREAM: &str = "urn:senne:stream";

/// Where notifications go, and how.
pub(super) struct Endpoint {
    pub(super) target: Target,
    pub(super) media: Media,
    /// GeoJSON goes without its context, which a Link header names instead (`Prefer: body=json`).
    pub(super) bare: bool,
    /// What the receiver is told beside the notification: HTTP headers, or members of `metadata`.
    pub(super) info: Vec<(String, String)>,
    pub(super) timeout: Option<Duration>,
    pub(super) cooldown: Duration,
}

/// The kinds of receivers.
pub(super) enum Target {
    Http {
        url: Url,
        headers: Vec<(HeaderName, HeaderValue)>,
    },
    Mqtt(MqttTarget),
    /// Nothing is sent: browsers come and read.
    Stream,
}

/// A topic of an MQTT broker.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct MqttTarget {
    pub(super) broker: MqttBroker,
    pub(super) topic: String,
    /// 0, 1 or 2.
    pub(super) qos: u8,
}

/// An MQTT broker, and how it is spoken to. Connections are kept by this.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct MqttBroker {
    pub(super) secure: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: Option<(String, String)>,
    pub(super) version5: bool,
}

impl Endpoint {
    pub(super) fn read(endpoint: &Json, allow_private: bool) -> Result<Self, Problem> {
        let milliseconds = |name: &str| {
            endpoint.get(name).and_then(Json::as_f64).map(|ms| Duration::from_secs_f64(ms / 1000.0))
        };
        let info = pairs(endpoint, "receiverInfo")?;
        let prefers = |(key, value): &(String, String)| {
            key.eq_ignore_ascii_case("prefer") && value.split(',').any(|part| part.trim() == "body=json")
        };
        Ok(Self {
            target: Target::read(endpoint, &info, allow_private)?,
            media: Media::parse(endpoint.get("accept").and_then(Json::as_str)),
            bare: info.iter().any(prefers),
            info,
            timeout: milliseconds("timeout"),
            cooldown: milliseconds("cooldown").unwrap_or_default(),
        })
    }

    /// Whether the context stands in a Link header (or in `metadata`) rather than in the body.
    pub(super) fn links_context(&self) -> bool {
        self.media == Media::Json || (self.media == Media::GeoJson && self.bare)
    }

    /// What all that goes to one receiver has in common: one that hangs holds up nothing else.
    pub(super) fn receiver(&self) -> String {
        match &self.target {
            Target::Http { url, .. } => url.origin().ascii_serialization(),
            Target::Mqtt(MqttTarget { broker, .. }) => {
                format!("mqtt:{}:{}:{}", broker.host, broker.port, broker.user.is_some())
            }
            Target::Stream => STREAM.to_owned(),
        }
    }

    /// The address as it may stand in a log: without a password.
    pub(super) fn shown(&self) -> String {
        match &self.target {
            Target::Http { url, .. } => {
                let mut url = url.clone();
                // An address without a host cannot have a password either.
                let _ = url.set_password(None);
                url.to_string()
            }
            Target::Mqtt(target) => {
                let scheme = if target.broker.secure { "mqtts" } else { "mqtt" };
                format!("{scheme}://{}:{}/{}", target.broker.host, target.broker.port, target.topic)
            }
            Target::Stream => STREAM.to_owned(),
        }
    }
}

impl Target {
    fn read(endpoint: &Json, info: &[(String, String)], allow_private: bool) -> Result<Self, Problem> {
        let text = endpoint.get("uri").and_then(Json::as_str).unwrap_or_default();
        if text == STREAM {
            return Ok(Self::Stream);
        }
        let url = Url::parse(text)
            .map_err(|_| Problem::bad("the URL of the receiver is needed here").field("uri"))?;
        if matches!(url.scheme(), "mqtt" | "mqtts") {
            let notifier = pairs(endpoint, "notifierInfo")?;
            return MqttTarget::read(&url, &notifier, allow_private).map(Self::Mqtt);
        }
        check_url(&url, allow_private).map_err(|problem| problem.field("uri"))?;
        let headers = info.iter().map(header).collect::<Result<_, _>>()?;
        Ok(Self::Http { url, headers })
    }
}

impl MqttTarget {
    /// `mqtt[s]://[user[:password]@]host[:port]/topic[/subtopic]*` with what `notifierInfo` says.
    fn read(url: &Url, notifier: &[(String, String)], allow_private: bool) -> Result<Self, Problem> {
        let wrong = |detail: &str| Problem::bad(detail).field("uri");
        let secure = url.scheme() == "mqtts";
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| wrong("the address has no host"))?.to_owned();
        // A literal address is looked at here; what a name leads to is looked at whenever it is connected to.
        let as_web = Url::parse(&format!("http://{host}/")).map_err(|_| wrong("the address has no host"))?;
        check_url(&as_web, allow_private).map_err(|problem| problem.field("uri"))?;
        let topic = decode(url.path().trim_start_matches('/'));
        if topic.is_empty() || topic.contains(['+', '#', '\0']) || topic.len() > 1024 {
            return Err(wrong("a topic without wildcards is needed after the host: mqtt://host/topic"));
        }
        let user = (!url.username().is_empty())
            .then(|| (decode(url.username()), decode(url.password().unwrap_or_default())));
        let said = |key: &str| notifier.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        let wrong = |detail: &str| Problem::bad(detail).field("notifierInfo");
        let version5 = match said("MQTT-Version") {
            None | Some("mqtt5.0") => true,
            Some("mqtt3.1.1") => false,
            Some(_) => return Err(wrong("MQTT-Version is mqtt3.1.1 or mqtt5.0")),
        };
        let qos = match said("MQTT-QoS") {
            None | Some("0") => 0,
            Some("1") => 1,
            Some("2") => 2,
            Some(_) => return Err(wrong("MQTT-QoS is 0, 1 or 2")),
        };
        let port = url.port().unwrap_or(if secure { 8883 } else { 1883 });
        Ok(Self { broker: MqttBroker { secure, host, port, user, version5 }, topic, qos })
    }
}

/// Decodes what is percent-encoded.
pub(super) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let decoded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(decoded.unwrap_or(bytes[at]));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Checks the form of an endpoint; what its address leads to is looked at when it is made ready.
pub(super) fn check_endpoint(endpoint: &Json) -> Result<(), Problem> {
    let uri = endpoint.get("uri").and_then(Json::as_str).unwrap_or_default();
    let url =
        Url::parse(uri).map_err(|_| Problem::bad("the URL of the receiver is needed here").field("uri"))?;
    if uri != STREAM && !matches!(url.scheme(), "http" | "https" | "mqtt" | "mqtts") {
        let detail = format!(
            "notifications are sent by http, https, mqtt and mqtts; {STREAM} is for subscriptions that are only read as a stream"
        );
        return Err(Problem::bad(detail).field("uri"));
    }
    let media = ["application/json", "application/ld+json", "application/geo+json"];
    if endpoint
        .get("accept")
        .is_some_and(|accept| accept.as_str().is_none_or(|accept| !media.contains(&accept)))
    {
        return Err(Problem::bad(format!("one of {} is needed here", media.join(", "))).field("accept"));
    }
    pairs(endpoint, "receiverInfo")?;
    pairs(endpoint, "notifierInfo")?;
    positive(endpoint, "timeout")?;
    positive(endpoint, "cooldown")
}

/// An array of `{"key": name, "value": text}` (clause 5.2.22).
fn pairs(endpoint: &Json, name: &str) -> Result<Vec<(String, String)>, Problem> {
    let Some(value) = endpoint.get(name) else { return Ok(Vec::new()) };
    let wrong = || Problem::bad("an array of {\"key\": name, \"value\": text} is needed here").field(name);
    let one = |pair: &Json| {
        let part = |member: &str| pair.get(member).and_then(Json::as_str).map(str::to_owned);
        Some((part("key").filter(|key| !key.is_empty())?, part("value")?))
    };
    let items = value.as_array().ok_or_else(wrong)?;
    items.iter().map(|pair| one(pair).ok_or_else(wrong)).collect()
}

/// Headers that the sender itself sets, or that would break the exchange.
const OWN_HEADERS: [&str; 6] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "link"];

fn header((key, value): &(String, String)) -> Result<(HeaderName, HeaderValue), Problem> {
    let wrong = || Problem::bad("these are no name and value of an HTTP header").field("receiverInfo");
    let name = HeaderName::from_bytes(key.as_bytes()).map_err(|_| wrong())?;
    if OWN_HEADERS.contains(&name.as_str()) {
        return Err(Problem::bad(format!("the header {name} is set by the sender")).field("receiverInfo"));
    }
    Ok((name, HeaderValue::from_str(value).map_err(|_| wrong())?))
}

impl Media {
    fn parse(text: Option<&str>) -> Self {
        match text {
            Some("application/ld+json") => Self::LinkedData,
            Some("application/geo+json") => Self::GeoJson,
            _ => Self::Json,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Endpoint, Problem> {
        let json: Json = serde_json::from_str(text).unwrap();
        check_endpoint(&json)?;
        Endpoint::read(&json, true)
    }

    #[test]
    fn an_mqtt_address_says_broker_user_and_topic() {
        let endpoint = read(
            r#"{"uri":"mqtts://us%40er:p%2Fw@broker.example/city/air","notifierInfo":[{"key":"MQTT-Version","value":"mqtt3.1.1"},
                {"key":"MQTT-QoS","value":"2"}]}"#,
        )
        .unwrap();
        assert_eq!(endpoint.shown(), "mqtts://broker.example:8883/city/air");
        let Target::Mqtt(target) = endpoint.target else { panic!("not MQTT") };
        assert_eq!(target.broker.user, Some(("us@er".to_owned(), "p/w".to_owned())));
        assert_eq!((target.qos, target.broker.version5, target.broker.port), (2, false, 8883));
    }

    #[test]
    fn what_cannot_be_reached_is_refused_with_its_field() {
        for (text, field) in [
            (r#"{"uri":"mqtt://broker.example"}"#, "uri"),
            (r#"{"uri":"mqtt://broker.example/a/+/b"}"#, "uri"),
            (r#"{"uri":"ftp://x.example/"}"#, "uri"),
            (
                r#"{"uri":"mqtt://b.example/t","notifierInfo":[{"key":"MQTT-QoS","value":"3"}]}"#,
                "notifierInfo",
            ),
            (r#"{"uri":"http://b.example/","receiverInfo":[{"key":"a","value":5}]}"#, "receiverInfo"),
            (r#"{"uri":"http://b.example/","receiverInfo":[{"key":"Host","value":"x"}]}"#, "receiverInfo"),
            (r#"{"uri":"http://b.example/","timeout":-1}"#, "timeout"),
        ] {
            let problem = read(text).err().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(problem.field.as_deref(), Some(field), "{text}");
        }
        let inside: Json = serde_json::from_str(r#"{"uri":"mqtt://127.0.0.1/t"}"#).unwrap();
        assert!(Endpoint::read(&inside, false).is_err());
    }
}
