//! What words do beside each other.

use super::Language;

/// The word for so many: French has the singular below 2, Dutch and English for 1 alone.
pub fn plural<'a>(language: Language, count: f64, one: &'a str, more: &'a str) -> &'a str {
    let single = match language {
        Language::Fr => count.abs() < 2.0,
        Language::Nl | Language::En => count.abs() == 1.0,
    };
    if single { one } else { more }
}

/// A count and its word.
pub(super) fn counted(language: Language, count: usize, one: &str, more: &str) -> String {
    let size = count as f64;
    format!("{}\u{a0}{}", super::number(language, size, 0), plural(language, size, one, more))
}

/// `a, b and c`.
pub fn list<S: AsRef<str>>(language: Language, items: &[S]) -> String {
    let and = language.pick(" et ", " en ", " and ");
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{}{and}{}", first.join(", "), last.as_ref())
        }
    }
}

/// A name in the quotation marks of a language.
pub fn quoted(language: Language, name: &str) -> String {
    match language {
        Language::Fr => format!("«\u{a0}{name}\u{a0}»"),
        Language::Nl => format!("‘{name}’"),
        Language::En => format!("“{name}”"),
    }
}

/// A colon as a language sets it.
pub(super) fn colon(language: Language) -> &'static str {
    language.pick("\u{a0}:", ":", ":")
}

/// A semicolon as a language sets it.
pub(super) fn semicolon(language: Language) -> &'static str {
    language.pick("\u{a0};", ";", ";")
}

/// Sentences one after the other.
pub(super) fn sentences<S: AsRef<str>>(all: impl IntoIterator<Item = S>) -> String {
    let mut text = String::new();
    for sentence in all {
        let sentence = sentence.as_ref();
        if sentence.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(sentence);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_and_plural_differ_by_language() {
        let of = |count| Language::ALL.map(|language| plural(language, count, "one", "more"));
        assert_eq!(of(0.0), ["one", "more", "more"]);
        assert_eq!(of(1.0), ["one", "one", "one"]);
        assert_eq!(of(1.5), ["one", "more", "more"]);
        assert_eq!(of(2.0), ["more", "more", "more"]);
    }

    #[test]
    fn lists_and_quotation_marks() {
        assert_eq!(list(Language::Fr, &["a", "b", "c"]), "a, b et c");
        assert_eq!(list(Language::Nl, &["a"]), "a");
        assert_eq!(list::<&str>(Language::En, &[]), "");
        assert_eq!(quoted(Language::Fr, "NO₂"), "«\u{a0}NO₂\u{a0}»");
        assert_eq!(sentences(["A.", "", "B."]), "A. B.");
    }
}
