//! Styles, font and islands: embedded in the binary, named by their content, cached for ever.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
};

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

/// What Vite built; empty when it was not run. The pages work without it.
#[derive(RustEmbed)]
#[folder = "../../../web/dist"]
#[allow_missing = true]
struct Built;

const TOKENS: &str = include_str!("../../../../web/styles/tokens.css");
const RULES: &str = include_str!("../../../../web/styles/app.css");
const CHARTS: &str = include_str!("../../../../web/styles/charts.css");
const FIGURES: &str = include_str!("../../../../web/styles/figures.css");
const PROVENANCE: &str = include_str!("../../../../web/styles/provenance.css");
const PORTFOLIO: &str = include_str!("../../../../web/styles/programme/portfolio.css");
const PROJECT: &str = include_str!("../../../../web/styles/programme/project.css");
const CHOICE: &str = include_str!("../../../../web/styles/programme/choice.css");
const PAPER: &str = include_str!("../../../../web/styles/programme/paper.css");
const EDITING: &str = include_str!("../../../../web/styles/programme/editing.css");
const MAPS: &str = include_str!("../../../../web/styles/maps.css");
const ICON: &str = include_str!("../../../../web/styles/icon.svg");
const FONT: &str = "font/source-sans-3.woff2";

static STYLE: LazyLock<String> = LazyLock::new(|| {
    // Without the font file the rule is left out, so that no page asks for what is not there.
    let face = Built::get(FONT).map_or_else(String::new, |_| {
        let address = built(FONT);
        format!(
            "@font-face{{font-family:\"Source Sans 3 Variable\";font-style:normal;font-weight:200 900;font-display:swap;src:url({address}) format(\"woff2\")}}\n"
        )
    });
    format!(
        "{face}{TOKENS}{RULES}{CHARTS}{MAPS}{FIGURES}{PROVENANCE}{PORTFOLIO}{PROJECT}{CHOICE}{PAPER}{EDITING}"
    )
});

static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: address("style.css", STYLE.as_bytes()),
    icon: address("icon.svg", ICON.as_bytes()),
    font: Built::get(FONT).map(|_| built(FONT)),
    map_script: Built::get("map.js").map(|_| built("map.js")),
    map_style: Built::get("map.css").map(|_| built("map.css")),
    past_script: Built::get("past.js").map(|_| built("past.js")),
});

/// The addresses of what a page needs.
#[derive(Clone, Debug)]
pub(crate) struct Assets {
    pub(crate) style: String,
    pub(crate) icon: String,
    pub(crate) font: Option<String>,
    pub(crate) map_script: Option<String>,
    pub(crate) map_style: Option<String>,
    pub(crate) past_script: Option<String>,
}

impl Assets {
    pub(crate) fn get() -> &'static Self {
        &ASSETS
    }
}

fn built(name: &str) -> String {
    Built::get(name).map_or_else(|| address(name, b""), |file| address(name, &file.data))
}

/// The address changes with the content; it is not a promise of security.
fn address(name: &str, content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("/portal/assets/{name}?v={:x}", hasher.finish())
}

/// `GET /portal/assets/{*name}`
pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    let content: Option<Cow<'static, [u8]>> = match name.as_str() {
        "style.css" => Some(Cow::Borrowed(STYLE.as_bytes())),
        "icon.svg" => Some(Cow::Borrowed(ICON.as_bytes())),
        other => Built::get(other).map(|file| file.data),
    };
    let Some(content) = content else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, media_type(&name)),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content.into_owned()).into_response()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}
