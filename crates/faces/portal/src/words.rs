//! The texts of the portal: files of `key = text` per language, compiled in; the programme's pages have files of their own.
//!
//! `{0}`, `{1}` stand for what is filled in. A key that is counted has two forms, `key.one` and `key.other`.

use std::{collections::HashMap, fmt::Display, sync::LazyLock};

use crate::{format, language::Language};

/// Marks a literal as a key that is handed around before it is looked up, so that the test of unused keys sees it.
macro_rules! key {
    ($key:literal) => {
        $key
    };
}
pub(crate) use key;

type Table = HashMap<&'static str, &'static str>;

/// The files of a language.
macro_rules! texts {
    ($language:literal) => {
        [
            include_str!(concat!("../i18n/", $language, ".txt")),
            include_str!(concat!("../i18n/programme/portfolio.", $language, ".txt")),
            include_str!(concat!("../i18n/programme/project.", $language, ".txt")),
            include_str!(concat!("../i18n/programme/choice.", $language, ".txt")),
            include_str!(concat!("../i18n/programme/paper.", $language, ".txt")),
            include_str!(concat!("../i18n/programme/editing.", $language, ".txt")),
        ]
    };
}

static FRENCH: LazyLock<Table> = LazyLock::new(|| parse(&texts!("fr")));
static DUTCH: LazyLock<Table> = LazyLock::new(|| parse(&texts!("nl")));
static ENGLISH: LazyLock<Table> = LazyLock::new(|| parse(&texts!("en")));

fn parse(files: &[&'static str]) -> Table {
    let lines = files.iter().flat_map(|file| file.lines());
    let lines = lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(key, text)| (key.trim(), text.trim())).collect()
}

/// The texts in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    pub(crate) language: Language,
}

impl Words {
    pub(crate) fn new(language: Language) -> Self {
        Self { language }
    }

    fn table(self) -> &'static Table {
        match self.language {
            Language::Fr => &FRENCH,
            Language::Nl => &DUTCH,
            Language::En => &ENGLISH,
        }
    }

    /// The text of a key. A key that is absent shows itself; a test keeps that from happening.
    pub(crate) fn t(self, key: &'static str) -> &'static str {
        self.table().get(key).copied().unwrap_or(key)
    }

    /// The text of a key with `{0}`, `{1}` … filled in.
    pub(crate) fn fill<T: Display, const N: usize>(self, key: &'static str, values: [T; N]) -> String {
        self.fill_all(key, &values)
    }

    /// The same with as many values as there are.
    pub(crate) fn fill_all<T: Display>(self, key: &'static str, values: &[T]) -> String {
        fill(self.t(key), values)
    }

    /// `key.one` or `key.other` by the plural rule of the language, `{0}` being the number as it is written.
    pub(crate) fn count(self, key: &'static str, n: u64) -> String {
        let one = match self.language {
            Language::Fr => n <= 1,
            Language::Nl | Language::En => n == 1,
        };
        let form = format!("{key}.{}", if one { "one" } else { "other" });
        let text = self.table().get(form.as_str()).copied().unwrap_or(key);
        fill(text, &[format::amount(self.language, n)])
    }
}

/// In one pass: a name that holds `{1}` itself stays as it is.
fn fill<T: Display>(text: &str, values: &[T]) -> String {
    let slot = |rest: &str| {
        let (number, _) = rest.strip_prefix('{')?.split_once('}')?;
        let value = values.get(number.parse::<usize>().ok()?)?;
        Some((number.len() + 2, value))
    };
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('{') {
        filled.push_str(&rest[..place]);
        rest = &rest[place..];
        let taken = if let Some((taken, value)) = slot(rest) {
            filled.push_str(&value.to_string());
            taken
        } else {
            filled.push('{');
            1
        };
        rest = &rest[taken..];
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// Every key that templates and code name, as `("key"` after one of the three methods.
    fn keys_in_use() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        let mut folders = vec![root.join("src"), root.join("templates")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().is_none_or(|name| name != "words.rs") {
                    texts.push(fs::read_to_string(path).unwrap());
                }
            }
        }
        let mut keys = BTreeSet::new();
        for text in &texts {
            let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( \"", "(\"");
            for (call, forms) in
                [(".t(\"", &[""][..]), (".fill(\"", &[""]), (".count(\"", &[".one", ".other"])]
            {
                for part in flat.split(call).skip(1) {
                    let key = part.split('"').next().unwrap_or_default();
                    keys.extend(forms.iter().map(|form| format!("{key}{form}")));
                }
            }
            for part in flat.split("key!(\"").skip(1) {
                keys.insert(part.split('"').next().unwrap_or_default().to_owned());
            }
        }
        keys
    }

    #[test]
    fn no_key_is_missing_and_none_is_unused() {
        let used = keys_in_use();
        for language in Language::ALL {
            let known: BTreeSet<String> =
                Words::new(language).table().keys().map(|k| (*k).to_owned()).collect();
            let missing: Vec<_> = used.difference(&known).collect();
            assert!(missing.is_empty(), "{language} lacks {missing:#?}");
            let unused: Vec<_> = known.difference(&used).collect();
            assert!(unused.is_empty(), "{language} has unused {unused:#?}");
        }
    }

    #[test]
    fn every_language_fills_the_same_slots() {
        let slots = |text: &str| (0..9).filter(|i| text.contains(&format!("{{{i}}}"))).collect::<Vec<_>>();
        for (key, french) in &*FRENCH {
            for table in [&*DUTCH, &*ENGLISH] {
                let text = table.get(key).copied().unwrap_or_default();
                if key.rsplit('.').next() != Some("one") {
                    assert_eq!(slots(french), slots(text), "{key}: `{french}` / `{text}`");
                }
            }
        }
    }

    #[test]
    fn a_key_stands_once_in_its_file() {
        for files in [texts!("fr"), texts!("nl"), texts!("en")] {
            let lines = files.iter().flat_map(|file| file.lines());
            let lines = lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
            assert_eq!(lines, parse(&files).len());
        }
    }

    #[test]
    fn slots_are_filled() {
        assert_eq!(fill("{0} sur {1}, {0}", &["a", "b"]), "a sur b, a");
        assert_eq!(fill("{0} {x} {2} {", &["a"]), "a {x} {2} {");
    }

    #[test]
    fn what_is_filled_in_is_not_filled_itself() {
        assert_eq!(fill("{0} – {1}", &["a {1} b", "c {0}"]), "a {1} b – c {0}");
    }
}
