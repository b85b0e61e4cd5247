//! Light or dark: what the device prefers, unless the reader said otherwise.

use axum::{
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{address, words::Words};

/// How the pages look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Theme {
    #[default]
    Device,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Device, Self::Light, Self::Dark];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }

    pub(crate) fn label(self, words: Words) -> &'static str {
        match self {
            Self::Device => words.t("theme.device"),
            Self::Light => words.t("theme.light"),
            Self::Dark => words.t("theme.dark"),
        }
    }
}

/// `POST /portal/theme`: remembers the choice in a cookie for a year and goes back to the page.
pub(crate) async fn choose(body: Bytes) -> Response {
    let form =
        address::parameters(std::str::from_utf8(body.get(..4096).unwrap_or(&body)).unwrap_or_default());
    let theme = address::parameter(&form, "theme").and_then(Theme::parse).unwrap_or_default();
    let back = address::parameter(&form, "back").filter(|back| is_own_path(back)).unwrap_or("/");
    let cookie = format!("theme={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", theme.word());
    (StatusCode::SEE_OTHER, [(header::LOCATION, back.to_owned()), (header::SET_COOKIE, cookie)])
        .into_response()
}

/// A path of this server and nothing that a browser would take for another one.
fn is_own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|b| (0x21..0x7f).contains(&b) && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_gone_back_to() {
        assert!(is_own_path("/fr/map?type=Device"));
        for bad in ["https://example.org/", "//example.org", "/\\example.org", "/a\r\nSet-Cookie: x", ""] {
            assert!(!is_own_path(bad), "{bad}");
        }
    }
}
