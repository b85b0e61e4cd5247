//! One try to send one notification, by whatever way its endpoint asks for (clauses 6.3.8 and 7.2).

use std::time::Duration;

use http::header;
use reqwest::{RequestBuilder, Response};
use senne_model::{Problem, TenantName};

use super::{
    endpoint::{Endpoint, Target},
    gate::Gates,
    mqtt::MqttPool,
};
use crate::{
    contexts::{reasons, sending_client},
    options::DeliveryOptions,
};

/// Sends notifications for all subscriptions.
pub(crate) struct Sender {
    client: reqwest::Client,
    mqtt: MqttPool,
    gates: Gates,
    options: DeliveryOptions,
}

/// A notification with what goes beside it.
pub(super) struct Letter {
    pub(super) body: Vec<u8>,
    /// The URL of the context, when it does not stand in the body.
    pub(super) link: Option<String>,
    pub(super) tenant: TenantName,
}

/// Why a notification did not arrive.
pub(super) struct Failure {
    pub(super) reason: String,
    /// The endpoint understood and said no.
    pub(super) refused: bool,
    /// It asked to be left alone for this long.
    pub(super) not_before: Duration,
    /// Nothing was sent: the receiver is failing, and another is trying it.
    pub(super) untried: bool,
}

impl Failure {
    fn silence(reason: String) -> Self {
        Self { reason, refused: false, not_before: Duration::ZERO, untried: false }
    }
}

impl Letter {
    /// The value of a Link header that names the context (JSON-LD 1.1 §6.2).
    fn link_header(&self) -> Option<String> {
        let url = self.link.as_ref()?;
        Some(format!("<{url}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""))
    }
}

impl Sender {
    pub(super) fn new(options: DeliveryOptions, allow_private: bool) -> Result<Self, Problem> {
        Ok(Self {
            client: sending_client(allow_private, options.timeout)?,
            mqtt: MqttPool::new(allow_private),
            gates: Gates::new(options.pause_first),
            options,
        })
    }

    /// Lets go of connections that nobody has used for a while.
    pub(super) fn tidy(&self) {
        self.mqtt.tidy();
    }

    /// Sends once.
    pub(super) async fn send(&self, endpoint: &Endpoint, letter: &Letter) -> Result<(), Failure> {
        if matches!(endpoint.target, Target::Stream) {
            return Ok(());
        }
        let outcome = self.try_once(endpoint, letter).await;
        if outcome.is_ok() {
            metrics::counter!("senne_notifications_delivered").increment(1);
        }
        outcome
    }

    async fn try_once(&self, endpoint: &Endpoint, letter: &Letter) -> Result<(), Failure> {
        let pass = self.gates.enter(&endpoint.receiver()).await.map_err(|wait| Failure {
            untried: true,
            not_before: wait,
            ..Failure::silence("the receiver does not answer".to_owned())
        })?;
        metrics::counter!("senne_notifications_tried").increment(1);
        let timeout = endpoint.timeout.map_or(self.options.timeout, |own| own.min(self.options.timeout));
        let sent = match &endpoint.target {
            Target::Http { url, headers } => {
                let mut request = self.client.post(url.clone()).timeout(timeout).body(letter.body.clone());
                for (name, value) in headers {
                    request = request.header(name.clone(), value.clone());
                }
                post(endpoint, letter, request).await
            }
            Target::Mqtt(target) => {
                let message = envelope(endpoint, letter);
                self.mqtt.publish(target, message, timeout).await.map(|()| None)
            }
            Target::Stream => return Ok(()),
        };
        match sent {
            Ok(status) => {
                pass.answered();
                match status {
                    Some(response) => self.judge(&response),
                    None => Ok(()),
                }
            }
            Err(reason) => {
                metrics::counter!("senne_notifications_failed").increment(1);
                pass.silent();
                Err(Failure::silence(reason))
            }
        }
    }

    /// What an answer means.
    fn judge(&self, response: &Response) -> Result<(), Failure> {
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        // These say "later", not "never": request timeout, too early, too many requests.
        let later = matches!(status.as_u16(), 408 | 425 | 429);
        let asked =
            response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        Err(Failure {
            reason: format!("it was answered with {status}"),
            refused: status.is_client_error() && !later,
            not_before: asked.map_or(Duration::ZERO, Duration::from_secs).min(self.options.pause_max),
            untried: false,
        })
    }
}

/// Posts over HTTP; the outer error is silence.
async fn post(
    endpoint: &Endpoint,
    letter: &Letter,
    request: RequestBuilder,
) -> Result<Option<Response>, String> {
    let mut request = request.header(header::CONTENT_TYPE, endpoint.media.text());
    if let Some(link) = letter.link_header() {
        request = request.header(header::LINK, link);
    }
    if &*letter.tenant != TenantName::DEFAULT {
        request = request.header("NGSILD-Tenant", letter.tenant.as_str());
    }
    request.send().await.map(Some).map_err(|error| reasons(&error))
}

/// The message for MQTT: what HTTP has in its headers stands in `metadata` (clause 7.2).
fn envelope(endpoint: &Endpoint, letter: &Letter) -> Vec<u8> {
    let mut out = Vec::with_capacity(letter.body.len() + 512);
    let mut metadata = serde_json::Map::new();
    metadata.insert("Content-Type".to_owned(), endpoint.media.text().into());
    if let Some(link) = letter.link_header() {
        metadata.insert("Link".to_owned(), link.into());
    }
    if &*letter.tenant != TenantName::DEFAULT {
        metadata.insert("NGSILD-Tenant".to_owned(), letter.tenant.as_str().into());
    }
    for (key, value) in &endpoint.info {
        metadata.insert(key.clone(), value.as_str().into());
    }
    out.extend_from_slice(b"{\"metadata\":");
    out.extend_from_slice(serde_json::Value::Object(metadata).to_string().as_bytes());
    out.extend_from_slice(b",\"body\":");
    out.extend_from_slice(&letter.body);
    out.push(b'}');
    out
}
