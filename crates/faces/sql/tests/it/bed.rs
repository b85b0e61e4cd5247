//! A hub in a temporary folder with the face on it, on a port of this machine.
//!
//! Whoever sends the key is the administrator, all others are nobody, as the server has it.

use std::net::SocketAddr;

use arrow_array::RecordBatch;
use arrow_flight::{FlightInfo, Ticket, sql::client::FlightSqlServiceClient};
use axum::{Router, body::Body, extract::Request, http::HeaderMap, middleware, response::Response};
use futures::TryStreamExt;
use senne_face_sql::{SqlOptions, basic_password, grpc_refusal, router};
use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions};
use senne_model::{
    Attribute, AttributeValue, EntityId, ErrorKind, Instance, Json, Name, Operation, Problem, TenantName,
    Timestamp, Write,
};
use tonic::transport::Channel;
use tower::ServiceExt;

pub(crate) const KEY: &str = "the key";

pub(crate) type Client = FlightSqlServiceClient<Channel>;

pub(crate) struct Bed {
    router: Router,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

/// A face with six values of open air and two of a secret; and in the tenant `other` one of air.
pub(crate) async fn bed() -> Bed {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    let air = |n: i64| observed("AirQualityObserved", "no2", n);
    fill(&hub, "default", (1..=6).map(air).collect()).await;
    fill(&hub, "default", (7..=8).map(|n| observed("Secret", "level", n)).collect()).await;
    fill(&hub, "other", vec![air(9)]).await;
    let router = router(hub, SqlOptions::default()).layer(middleware::from_fn(introduce));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.clone();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Bed { router, address, _folder: folder }
}

fn observed(kind: &str, attribute: &str, n: i64) -> Write {
    let term = |term: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"));
    let id = format!("urn:ngsi-ld:{kind}:{n}");
    let mut write = Write::new(EntityId::trusted(&id), Operation::Observe);
    write.types.push(term(kind));
    let value = Instance::new(AttributeValue::Property(Json::from(n as f64 / 2.0)));
    let at = Timestamp::from_micros(1_706_700_000_000_000 + n * 1_500_000);
    write.attributes.push(Attribute::new(term(attribute), value.at(at)));
    write
}

async fn fill(hub: &Hub, tenant: &str, writes: Vec<Write>) {
    let context = Context::new(administrator(), TenantName::parse(tenant).unwrap());
    for result in hub.write(&context, writes, WriteOptions::default()).await.unwrap() {
        result.unwrap();
    }
}

fn administrator() -> Principal {
    Principal::Administrator { name: "tester".to_owned() }
}

async fn introduce(mut request: Request, next: middleware::Next) -> Response {
    let header = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let key = header
        .as_deref()
        .map(|header| header.strip_prefix("Bearer ").map(str::to_owned).or_else(|| basic_password(header)));
    let principal = match key {
        None => Principal::Anonymous,
        Some(Some(key)) if key == KEY => administrator(),
        _ => return grpc_refusal(&Problem::new(ErrorKind::Unauthenticated, "this key is not known")),
    };
    request.extensions_mut().insert(principal);
    next.run(request).await
}

pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Bed {
    /// `POST /sql?QUERY` with text, as the administrator.
    pub(crate) async fn ask(&self, query: &str, text: &str) -> Got {
        self.post(query, &[("authorization", "Bearer the key"), ("content-type", "text/plain")], text).await
    }

    pub(crate) async fn post(&self, query: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut request = Request::builder().method("POST").uri(format!("/sql?{query}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 256 << 20).await.unwrap().to_vec();
        Got { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// A client of Flight SQL that nobody knows.
    pub(crate) async fn stranger(&self) -> Client {
        let channel = Channel::from_shared(format!("http://{}", self.address)).unwrap();
        FlightSqlServiceClient::new(channel.connect().await.unwrap())
    }

    /// One that has shown the key.
    pub(crate) async fn client(&self) -> Client {
        let mut client = self.stranger().await;
        client.handshake("anybody", KEY).await.unwrap();
        client
    }
}

/// The rows that a promise leads to.
pub(crate) async fn fetch(
    client: &mut Client,
    info: FlightInfo,
) -> Result<Vec<RecordBatch>, arrow_flight::error::FlightError> {
    let mut rows = Vec::new();
    for endpoint in info.endpoint {
        let ticket: Ticket = endpoint.ticket.unwrap();
        rows.extend(client.do_get(ticket).await?.try_collect::<Vec<_>>().await?);
    }
    Ok(rows)
}

/// The rows of a statement as JSON.
pub(crate) async fn rows(client: &mut Client, text: &str) -> serde_json::Value {
    let info = client.execute(text.to_owned(), None).await.unwrap();
    shown(&fetch(client, info).await.unwrap())
}

/// Rows as JSON objects.
pub(crate) fn shown(batches: &[RecordBatch]) -> serde_json::Value {
    let mut writer = arrow_json::ArrayWriter::new(Vec::new());
    writer.write_batches(&batches.iter().collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap();
    serde_json::from_slice(&writer.into_inner()).unwrap()
}
