//! Why something was not written, for who reads the page: a sentence in their language, and what the program said.

use senne_model::{ErrorKind, Problem};

use crate::words::{Words, key};

/// Why something was not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// A sentence in the language of the reader.
    pub(super) text: String,
    /// What the program said, in English: for who is asked about it.
    pub(super) detail: String,
}

/// The reason of a refusal; `title` is what an attribute is called, when it is one that the page shows.
pub(super) fn refusal(words: Words, problem: &Problem, title: Option<&str>) -> Refusal {
    let detail = problem.to_string();
    let text = match (problem.kind, title, problem.field.as_deref()) {
        (ErrorKind::BadRequest | ErrorKind::InvalidRequest, Some(title), _) => {
            words.fill("editing.why_field", [title])
        }
        (ErrorKind::BadRequest, None, Some("rules")) => words.t("choice.why_rules").to_owned(),
        (ErrorKind::BadRequest, None, Some("projects")) => words.t("choice.why_projects").to_owned(),
        (kind, ..) => words.t(sentence(kind)).to_owned(),
    };
    Refusal { text, detail }
}

/// The attribute that a problem names: `endsOn` of `endsOn.value`.
pub(super) fn term(problem: &Problem) -> Option<&str> {
    problem.field.as_deref()?.split(['.', '/']).find(|part| !part.is_empty())
}

fn sentence(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Unauthenticated | ErrorKind::Forbidden => key!("editing.why_locked"),
        ErrorKind::Conflict | ErrorKind::AlreadyExists => key!("editing.why_settled"),
        ErrorKind::NotFound | ErrorKind::NoSuchTenant => key!("editing.why_gone"),
        ErrorKind::StorageFull => key!("editing.why_full"),
        ErrorKind::Overloaded => key!("editing.why_busy"),
        ErrorKind::Timeout | ErrorKind::ContextUnavailable => key!("editing.why_slow"),
        ErrorKind::TooLarge | ErrorKind::TooComplex => key!("editing.why_large"),
        ErrorKind::BadRequest | ErrorKind::InvalidRequest | ErrorKind::NotSupported | ErrorKind::Internal => {
            key!("editing.why_other")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_reason_is_told_in_the_language_of_the_page() {
        let problem = Problem::new(ErrorKind::StorageFull, "the disk is full");
        let told: Vec<String> =
            Language::ALL.iter().map(|one| refusal(Words::new(*one), &problem, None).text).collect();
        assert!(told.windows(2).all(|pair| pair[0] != pair[1]), "{told:?}");
        assert!(told.iter().all(|text| !text.contains("the disk is full") && !text.contains("editing.")));
        assert_eq!(refusal(Words::new(Language::Nl), &problem, None).detail, "the disk is full");
    }

    #[test]
    fn the_field_is_named_as_the_page_calls_it() {
        let problem = Problem::bad("wrong").field("endsOn.value");
        assert_eq!(term(&problem), Some("endsOn"));
        let told = refusal(Words::new(Language::Fr), &problem, Some("Fin"));
        assert!(told.text.contains("Fin") && told.detail.starts_with("endsOn.value"), "{told:?}");
        let rules = Problem::bad("no selection").field("rules");
        let words = Words::new(Language::En);
        assert_ne!(refusal(words, &rules, None).text, refusal(words, &Problem::bad("x"), None).text);
    }
}
