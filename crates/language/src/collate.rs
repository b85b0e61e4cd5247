//! Orders of texts: the Unicode Collation Algorithm with the tailorings of CLDR (GS CIM 009 clause 4.23; RFC 6067).

use std::{cmp::Ordering, fmt, sync::Arc};

use icu_collator::{
    CollatorBorrowed, CollatorPreferences,
    options::{AlternateHandling, CaseLevel, CollatorOptions, Strength},
};
use icu_locale_core::{Locale, extensions::unicode::Key};
use senne_model::Problem;

use crate::scan::shorten;

/// A longer tag is no tag.
const TAG_BYTES_MAX: usize = 128;

/// An order of texts, named as in RFC 6067: `und` (the root order), `fr`, `de-u-co-phonebk`, `und-u-ks-level1`.
#[derive(Clone)]
pub struct Collation {
    tag: Box<str>,
    /// Without one, texts are in the order of their code points.
    collator: Option<Arc<CollatorBorrowed<'static>>>,
}

impl Collation {
    /// The root order, which suits no language badly.
    pub fn root() -> Self {
        let made = CollatorBorrowed::try_new(CollatorPreferences::default(), CollatorOptions::default());
        Self { tag: "und".into(), collator: made.ok().map(Arc::new) }
    }

    /// Reads a tag. Strength (`ks`), handling of punctuation (`ka`), the level of case (`kc`), which case is first (`kf`),
    /// numbers by value (`kn`) and the kind of order (`co`) are understood; the problem's field is `collation`.
    pub fn parse(tag: &str) -> Result<Self, Problem> {
        let wrong = || {
            let detail = format!(
                "`{}` is no collation; write a language tag as in RFC 6067, e.g. und, fr or de-u-co-phonebk",
                shorten(tag)
            );
            Problem::bad(detail).field("collation")
        };
        if tag.len() > TAG_BYTES_MAX {
            return Err(wrong());
        }
        let locale = Locale::try_from_str(tag).map_err(|_| wrong())?;
        let options = options(&locale).ok_or_else(wrong)?;
        let made =
            CollatorBorrowed::try_new(CollatorPreferences::from(&locale), options).map_err(|_| wrong())?;
        Ok(Self { tag: tag.into(), collator: Some(Arc::new(made)) })
    }

    /// How two texts stand to one another.
    pub fn compare(&self, a: &str, b: &str) -> Ordering {
        match &self.collator {
            Some(collator) => collator.compare(a, b),
            None => a.cmp(b),
        }
    }
}

/// What the tag says beside the language; `None` when it says something that there is not.
fn options(locale: &Locale) -> Option<CollatorOptions> {
    let mut options = CollatorOptions::default();
    let value = |key: &str| {
        let key = Key::try_from_str(key).ok()?;
        locale.extensions.unicode.keywords.get(&key).map(ToString::to_string)
    };
    options.strength = match value("ks").as_deref() {
        None => None,
        Some("level1") => Some(Strength::Primary),
        Some("level2") => Some(Strength::Secondary),
        Some("level3") => Some(Strength::Tertiary),
        Some("level4") => Some(Strength::Quaternary),
        Some("identic") => Some(Strength::Identical),
        Some(_) => return None,
    };
    options.alternate_handling = match value("ka").as_deref() {
        None => None,
        Some("noignore") => Some(AlternateHandling::NonIgnorable),
        Some("shifted") => Some(AlternateHandling::Shifted),
        Some(_) => return None,
    };
    options.case_level = match value("kc").as_deref() {
        None => None,
        Some("" | "true") => Some(CaseLevel::On),
        Some("false") => Some(CaseLevel::Off),
        Some(_) => return None,
    };
    Some(options)
}

impl Default for Collation {
    fn default() -> Self {
        Self::root()
    }
}

impl PartialEq for Collation {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

impl fmt::Debug for Collation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collation({})", self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted<'a>(tag: &str, names: &[&'a str]) -> Vec<&'a str> {
        let collation = Collation::parse(tag).unwrap();
        let mut names = names.to_vec();
        names.sort_by(|a, b| collation.compare(a, b));
        names
    }

    #[test]
    fn accents_and_case_come_after_letters() {
        let names =
            ["Zebra", "Ähre", "ahre", "Étterbeek", "Evere", "etterbeek", "Ixelles", "œuf", "oeuf", "of"];
        let expected =
            ["ahre", "Ähre", "etterbeek", "Étterbeek", "Evere", "Ixelles", "oeuf", "œuf", "of", "Zebra"];
        assert_eq!(sorted("und", &names), expected);
        assert_eq!(sorted("und-x-icu", &names), expected);
    }

    #[test]
    fn languages_have_their_own_order() {
        assert_eq!(sorted("sv", &["ö", "z", "o"]), ["o", "z", "ö"]);
        assert_eq!(sorted("de-u-co-phonebk", &["Ärger", "Af", "Ad"]), ["Ad", "Ärger", "Af"]);
        assert_eq!(sorted("und-u-kn", &["10", "9"]), ["9", "10"]);
        let loose = Collation::parse("und-u-ks-level1").unwrap();
        assert!(loose.compare("É", "e").is_eq() && Collation::root().compare("É", "e").is_ne());
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for bad in ["!!nope", "", "und-u-ks-loud", &"a".repeat(500)] {
            assert_eq!(Collation::parse(bad).unwrap_err().field.as_deref(), Some("collation"), "{bad}");
        }
    }
}
