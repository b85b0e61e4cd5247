//! The languages of the portal and how one is chosen for a reader who has not said.

use std::fmt;

/// A language of the portal. It stands first in the path of every page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Language {
    /// French.
    Fr,
    /// Dutch.
    Nl,
    /// English.
    En,
}

impl Language {
    /// All languages, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Fr, Self::Nl, Self::En];

    /// The BCP 47 tag, which is also the first part of the path.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    /// What the language calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Fr => "Français",
            Self::Nl => "Nederlands",
            Self::En => "English",
        }
    }

    /// The language with this tag, by its first part: `fr-BE` is French.
    pub fn parse(tag: &str) -> Option<Self> {
        let first = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(first))
    }

    /// Picks by `Accept-Language` (RFC 9110 §12.5.4): the highest weight wins, the earlier of equals; French
    /// when nothing fits.
    pub fn negotiate(accept: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in accept.split(',').take(32) {
            let mut parts = range.split(';');
            let Some(language) = parts.next().map(str::trim).and_then(Self::parse) else { continue };
            let weight =
                parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if weight > best.map_or(0.0, |(top, _)| top) {
                best = Some((weight, language));
            }
        }
        best.map_or(Self::Fr, |(_, language)| language)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_language_wins() {
        for (accept, expected) in [
            ("nl-BE,nl;q=0.9,fr;q=0.8", Language::Nl),
            ("de,en;q=0.3,fr;q=0.7", Language::Fr),
            ("EN", Language::En),
            ("fr;q=0, nl;q=0.1", Language::Nl),
            ("", Language::Fr),
            ("de-DE, *;q=0.5", Language::Fr),
            ("en;q=x,nl;q=0.2", Language::Nl),
        ] {
            assert_eq!(Language::negotiate(accept), expected, "{accept}");
        }
    }
}
