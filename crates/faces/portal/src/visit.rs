//! One request for a page: who asks in which language, and how the answer is sent.

use std::{convert::Infallible, sync::Arc};

use askama::Template;
use axum::{
    body::Bytes,
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use senne_hub::{Action, Context, Hub, Principal};
use senne_model::{ErrorKind, Problem, Timestamp};

use crate::{
    address, frame::Frame, language::Language, pages::problem::ProblemPage, portal::Portal, theme::Theme,
    words::Words,
};

/// Nothing is loaded from elsewhere, nothing runs that stands in the page itself. MapLibre draws its own controls as
/// `data:` pictures and starts a worker from this server.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The state of the routes of one language.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) portal: Arc<Portal>,
    pub(crate) language: Language,
}

/// One visit to a page.
pub(crate) struct Visit {
    pub(crate) portal: Arc<Portal>,
    pub(crate) w: Words,
    pub(crate) now: Timestamp,
    principal: Principal,
    theme: Theme,
    /// The path after the language, with its query.
    path: String,
    pub(crate) parameters: Vec<(String, String)>,
    /// The tags of what the reader has already, `If-None-Match`.
    known: Option<String>,
    /// How the reader calls this server, `https://city.example`; empty when that is not known.
    pub(crate) origin: String,
}

impl FromRequestParts<At> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, at: &At) -> Result<Self, Infallible> {
        let uri = parts
            .extensions
            .get::<OriginalUri>()
            .map_or_else(|| parts.uri.clone(), |original| original.0.clone());
        let full = uri.path_and_query().map_or("/", |path| path.as_str());
        let path =
            full.strip_prefix(&format!("/{}", at.language)).filter(|path| !path.is_empty()).unwrap_or("/");
        Ok(Self {
            portal: Arc::clone(&at.portal),
            w: Words::new(at.language),
            now: Timestamp::now(),
            principal: parts.extensions.get::<Principal>().cloned().unwrap_or_default(),
            theme: cookie(&parts.headers, "theme").and_then(Theme::parse).unwrap_or_default(),
            path: path.to_owned(),
            parameters: address::parameters(uri.query().unwrap_or_default()),
            known: senne_http::tag::known(&parts.headers),
            origin: origin(&parts.headers),
        })
    }
}

/// How the reader calls this server, for addresses that are cited.
fn origin(headers: &HeaderMap) -> String {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("host").filter(|host| !host.is_empty() && host.len() < 256);
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let Some(host) = host.filter(|host| host.chars().all(plain)) else { return String::new() };
    let scheme = if header("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    format!("{scheme}://{host}")
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

impl Visit {
    /// The portal reads as anybody may: no page of the city shows what is not open.
    pub(crate) fn context(&self) -> Context {
        Context::new(Principal::Anonymous, self.portal.options.tenant.clone())
    }

    /// As who the reader is: for pages that are not for everybody.
    pub(crate) fn own_context(&self) -> Context {
        Context::new(self.principal.clone(), self.portal.options.tenant.clone())
    }

    /// Whether the reader is an administrator.
    pub(crate) fn administers(&self) -> bool {
        matches!(self.principal, Principal::Administrator { .. })
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.portal.hub
    }

    pub(crate) fn frame(&self) -> Frame {
        Frame::new(self.w, self.theme, self.path.clone())
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        address::parameter(&self.parameters, name)
    }

    /// An address of this portal in the language of the visit.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("/{}{path}", self.w.language)
    }

    /// Writes the page, or the problem as a page.
    pub(crate) fn answer<T: Template>(&self, page: Result<T, Problem>) -> Response {
        match page {
            Ok(page) => self.html(StatusCode::OK, &page),
            Err(problem) => self.refuse(&problem),
        }
    }

    /// The problem as a page of the portal; defects of ours go to the log and are not told to strangers.
    pub(crate) fn refuse(&self, problem: &Problem) -> Response {
        if problem.kind == ErrorKind::Internal {
            tracing::error!(path = %self.path, detail = %problem.detail, "a page of the portal failed");
        }
        let status =
            StatusCode::from_u16(problem.kind.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.html(status, &ProblemPage::new(self.frame(), problem))
    }

    /// Whether a browser may show the page again unasked. Who writes on the programme looks at once at what was written.
    fn kept(&self) -> &'static str {
        let pages = self.path.strip_prefix("/programme");
        let programme = pages.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
        let writes = || self.administers() || self.hub().decide(&self.own_context(), Action::Write).is_ok();
        if programme && writes() { "private, no-cache" } else { "private, max-age=10" }
    }

    /// A file of the programme, with its tag: who has it already is told so.
    pub(crate) fn file(&self, kind: &str, disposition: Option<&str>, text: impl Into<Bytes>) -> Response {
        let mut headers = vec![
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_LANGUAGE, self.w.language.code()),
            (header::CACHE_CONTROL, self.kept()),
            (header::VARY, "Cookie"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        headers.extend(disposition.map(|disposition| (header::CONTENT_DISPOSITION, disposition)));
        senne_http::tag::answer(self.known.as_deref(), &headers, text)
    }

    fn html(&self, status: StatusCode, page: &impl Template) -> Response {
        let Ok(text) = page.render() else {
            tracing::error!(path = %self.path, "a template of the portal could not be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_LANGUAGE, self.w.language.code()),
            (header::CACHE_CONTROL, self.kept()),
            (header::VARY, "Cookie"),
            (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "same-origin"),
        ];
        (status, headers, text).into_response()
    }
}
