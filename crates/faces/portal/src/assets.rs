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
/// The rules of every page; a later one wins over an earlier one of equal weight.
const RULES: &str = concat!(
    include_str!("../../../../web/styles/page/text.css"),
    include_str!("../../../../web/styles/page/frame.css"),
    include_str!("../../../../web/styles/page/notices.css"),
    include_str!("../../../../web/styles/page/forms.css"),
    include_str!("../../../../web/styles/page/home.css"),
    include_str!("../../../../web/styles/page/tables.css"),
    include_str!("../../../../web/styles/page/rail.css"),
    include_str!("../../../../web/styles/page/panels.css"),
    include_str!("../../../../web/styles/page/print.css"),
    include_str!("../../../../web/styles/page/declare.css"),
);
const CHARTS: &str = include_str!("../../../../web/styles/charts.css");
const FIGURES: &str = include_str!("../../../../web/styles/figures.css");
const PROVENANCE: &str = include_str!("../../../../web/styles/provenance.css");
const PORTFOLIO: &str = include_str!("../../../../web/styles/programme/portfolio.css");
const PROJECT: &str = include_str!("../../../../web/styles/programme/project.css");
const CHOICE: &str = include_str!("../../../../web/styles/programme/choice.css");
const PAPER: &str = include_str!("../../../../web/styles/programme/paper.css");
const EDITING: &str = include_str!("../../../../web/styles/programme/editing.css");
const MAPS: &str = include_str!("../../../../web/styles/maps.css");
const PLACES: &str = include_str!("../../../../web/styles/places.css");
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
        "{face}{TOKENS}{RULES}{CHARTS}{MAPS}{FIGURES}{PROVENANCE}{PORTFOLIO}{PROJECT}{CHOICE}{PAPER}{EDITING}{PLACES}"
    )
});

static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: address("style.css", STYLE.as_bytes()),
    icon: address("icon.svg", ICON.as_bytes()),
    font: Built::get(FONT).map(|_| built(FONT)),
    map_script: Built::get("map.js").map(|_| built("map.js")),
    map_style: Built::get("map.css").map(|_| built("map.css")),
    past_script: Built::get("past.js").map(|_| built("past.js")),
    draw_script: Built::get("draw.js").map(|_| built("draw.js")),
    draw_style: Built::get("draw.css").map(|_| built("draw.css")),
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
    pub(crate) draw_script: Option<String>,
    pub(crate) draw_style: Option<String>,
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

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    /// The most lines of a sheet: one idea each.
    const LINES_MOST: usize = 400;

    fn sheets(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sheets(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "css") {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }

    #[test]
    fn every_sheet_is_in_the_style_once_and_is_short() {
        let mut found = Vec::new();
        sheets(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../web/styles"), &mut found);
        assert!(found.len() > 15, "{}", found.len());
        for (path, text) in &found {
            assert_eq!(STYLE.matches(text.as_str()).count(), 1, "{path}");
            assert!(text.lines().count() <= LINES_MOST, "{path}");
        }
    }

    #[test]
    fn the_rules_of_pages_keep_their_order() {
        let place = |rule: &str| STYLE.find(rule).unwrap();
        let order = [
            "*::before",
            ".top {",
            ".lead-text {",
            ".find {",
            ".doors",
            ".scroll {",
            ".rail {",
            ".ranges {",
            "@media print",
            ".declare textarea",
        ];
        assert!(order.map(place).is_sorted(), "{:?}", order.map(place));
    }
}
