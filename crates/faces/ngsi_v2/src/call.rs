//! One request: who asks, in which tenant, in which part of the scopes, with which parameters and body.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    response::Response,
};
use http::{HeaderMap, StatusCode, header};
use senne_hub::{Context, Principal};
use senne_model::{ErrorKind, Json, Problem, TenantName};

use crate::{face::Face, refusal::Refusal};

/// The headers of FIWARE that name a tenant and a part of it.
const TENANT: &str = "fiware-service";
const SERVICE_PATH: &str = "fiware-servicepath";

/// The service path of what has no scope.
pub(crate) const ROOT: &str = "/";

/// What a handler gives back.
pub(crate) type Answer = Result<Response, Refusal>;

/// A request.
pub(crate) struct Call {
    pub(crate) face: Arc<Face>,
    pub(crate) hub: Context,
    /// The service paths as they stood in the header, none where they mean everywhere; they are our scopes.
    pub(crate) service_path: Option<String>,
    headers: HeaderMap,
    path: Vec<(String, String)>,
    parameters: Vec<(String, String)>,
    body: parking_lot::Mutex<Option<axum::body::Body>>,
}

impl FromRequest<Arc<Face>> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, face: &Arc<Face>) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let path = RawPathParams::from_request_parts(&mut parts, face)
            .await
            .map_err(|_| Problem::new(ErrorKind::InvalidRequest, "the path is not UTF-8"))?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let principal = parts.extensions.get::<Principal>().cloned().unwrap_or_default();
        let tenant = tenant(&parts.headers)?;
        let parameters: Vec<(String, String)> =
            url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        for (place, (name, value)) in parameters.iter().enumerate() {
            if value.is_empty() || parameters[..place].iter().any(|(before, _)| before == name) {
                let detail = "a parameter stands once, and has a value";
                return Err(Problem::bad(detail).field(name).into());
            }
        }
        Ok(Self {
            face: Arc::clone(face),
            hub: Context::new(principal, tenant),
            service_path: service_path(&parts.headers)?,
            headers: parts.headers,
            path,
            parameters,
            body: parking_lot::Mutex::new(Some(body)),
        })
    }
}

/// The tenant. A service is one however it is written, large or small; the tenants of NGSI-LD are not.
fn tenant(headers: &HeaderMap) -> Result<TenantName, Problem> {
    let named = senne_http::tenant(headers, &[TENANT, senne_http::TENANT_HEADER])?.unwrap_or_default();
    if !headers.contains_key(TENANT) {
        return Ok(named);
    }
    TenantName::parse(&named.to_ascii_lowercase())
}

/// The service paths of the header; none where they mean everywhere.
fn service_path(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(SERVICE_PATH) else { return Ok(None) };
    let wrong = || {
        let detail = "a service path is /a/b with at most ten levels of letters, digits and underscores";
        Problem::bad(detail).field("Fiware-ServicePath")
    };
    let text = value.to_str().map_err(|_| wrong())?.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let level = |level: &str| {
        level == "#" || (!level.is_empty() && level.chars().all(|c| c.is_alphanumeric() || c == '_'))
    };
    let mut paths = Vec::new();
    for one in text.split(',').map(str::trim) {
        // A slash at the end says nothing.
        let one = if one == ROOT { one } else { one.trim_end_matches('/') };
        let fits = one == ROOT || one.strip_prefix('/').is_some_and(|rest| rest.split('/').all(level));
        if !fits || one.split('/').count() > 11 {
            return Err(wrong());
        }
        paths.push(one);
    }
    let everywhere = paths.contains(&"/#");
    Ok((!everywhere).then(|| paths.join(",")))
}

impl Call {
    /// A part of the path, decoded.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(there, _)| there == name).map_or("", |(_, value)| value)
    }

    /// The entity that the path names.
    pub(crate) fn id(&self) -> Result<senne_model::EntityId, Problem> {
        crate::names::id_in(self.path("id"))
    }

    /// A parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    /// The elements of a comma-separated parameter.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.get(name)
            .map(|text| text.split(',').filter(|item| !item.is_empty()).collect())
            .unwrap_or_default()
    }

    /// Whether `options` has a word.
    pub(crate) fn option(&self, word: &str) -> bool {
        self.list("options").contains(&word)
    }

    /// A whole number ≥ 0.
    pub(crate) fn number(&self, name: &str) -> Result<Option<usize>, Problem> {
        let wrong = |_| Problem::bad("a whole number of 0 or more is needed").field(name);
        self.get(name).map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// Refuses callers who may not write, before anything of what they sent is looked at.
    pub(crate) fn writes(&self) -> Result<(), Problem> {
        senne_policy::decide(&self.hub.principal, &self.hub.tenant, senne_hub::Action::Write).map(|_| ())
    }

    /// Refuses callers who may not keep house.
    pub(crate) fn administer(&self) -> Result<(), Problem> {
        senne_policy::decide(&self.hub.principal, &self.hub.tenant, senne_hub::Action::Administer).map(|_| ())
    }

    /// The scope that what is written gets, none at the root: it belongs to one place, while a question may go to several.
    pub(crate) fn scope(&self) -> Result<Option<Vec<Box<str>>>, Problem> {
        let told = self.headers.get(SERVICE_PATH).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if told.contains([',', '#']) {
            let detail =
                "what is written belongs to one service path, without `,` and `#`, e.g. /Brussels/Ixelles";
            return Err(Problem::bad(detail).field("Fiware-ServicePath"));
        }
        let path = self.service_path.as_deref().filter(|path| *path != ROOT);
        Ok(path.map(|path| vec![path.into()]))
    }

    /// Reads the JSON body.
    pub(crate) async fn json(&self) -> Result<Json, Refusal> {
        self.expect("application/json")?;
        let bytes = self.bytes().await?;
        Json::parse(&bytes).map_err(|error| {
            Problem::new(ErrorKind::InvalidRequest, format!("this is no JSON: {error}")).into()
        })
    }

    /// Reads a body that is the value of an attribute: JSON, or plain text (NGSI-v2 "Update Attribute Value").
    pub(crate) async fn value(&self) -> Result<Json, Refusal> {
        if self.expect("text/plain").is_err() {
            return self.json().await;
        }
        let bytes = self.bytes().await?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Problem::new(ErrorKind::InvalidRequest, "the body is not UTF-8"))?
            .trim();
        let quoted = text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
        match Json::parse(text.as_bytes()) {
            Ok(json @ (Json::Int(_) | Json::BigInt(_) | Json::Float(_) | Json::Bool(_) | Json::Null)) => {
                Ok(json)
            }
            Ok(json @ Json::Text(_)) if quoted => Ok(json),
            // What is no text of JSON stands for itself between its quotes.
            Err(_) if quoted => Ok(Json::text(&text[1..text.len() - 1])),
            _ => Err(Problem::bad("write text in quotes, or a number, true, false or null").into()),
        }
    }

    fn expect(&self, media: &str) -> Result<(), Refusal> {
        let value = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = value.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case(media) {
            return Ok(());
        }
        Err(Problem::bad(format!("the content type is {media}")).field("Content-Type").into())
    }

    async fn bytes(&self) -> Result<bytes::Bytes, Refusal> {
        let body = self.body.lock().take().unwrap_or_default();
        let max = self.face.options.body_bytes_max;
        axum::body::to_bytes(body, max).await.map_err(|error| {
            let text = error.to_string();
            if text.contains("length limit") {
                let detail = format!("the body is larger than {max} bytes; send it in parts");
                return Problem::new(ErrorKind::TooLarge, detail).into();
            }
            Problem::new(ErrorKind::InvalidRequest, format!("the body could not be read: {text}")).into()
        })
    }
}

/// A JSON answer.
pub(crate) fn answer(status: StatusCode, json: &Json) -> Response {
    let mut response = Response::new(axum::body::Body::from(json.to_string()));
    *response.status_mut() = status;
    put(&mut response, header::CONTENT_TYPE, "application/json");
    response
}

/// An answer without a body.
pub(crate) fn bare(status: StatusCode) -> Response {
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = status;
    response
}

pub(crate) fn put(response: &mut Response, name: http::HeaderName, value: &str) {
    if let Ok(value) = http::HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
