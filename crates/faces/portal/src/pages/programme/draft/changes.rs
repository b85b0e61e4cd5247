//! What a draft would change, attribute by attribute.

use senne_contract::{AttributeContract, Contract, ValueKind};
use senne_model::Json;
use senne_programme::{Draft, from_simple::is_removed};

use super::{
    super::{
        edit::{simple, values::LANGUAGES},
        shared::last,
    },
    shown::{Ground, Shown, shown},
};
use crate::words::{Words, key};

/// A line of the table: an attribute, or a text of it in one language.
pub(super) struct Change {
    pub(super) title: String,
    /// The language of the text, for who hears the page; empty for others.
    pub(super) language: &'static str,
    pub(super) now: Shown,
    pub(super) then: Shown,
    /// Whether nothing would change here.
    pub(super) same: bool,
    /// Whether what stands there would go.
    pub(super) removed: bool,
}

/// What would change of `now`; `contract` is that of the thing, when there is one.
pub(super) fn changes(
    words: Words,
    ground: Ground<'_>,
    contract: Option<&Contract>,
    now: &[(String, Json)],
    draft: &Draft,
) -> Vec<Change> {
    let mut out = Vec::new();
    for (term, then) in draft.content.as_object().unwrap_or_default() {
        let attribute = contract
            .and_then(|contract| contract.attributes.iter().find(|attribute| attribute.term == **term));
        let before = simple::get(now, term);
        if attribute.is_some_and(|attribute| attribute.kind == ValueKind::Language) {
            let then = Some(then).filter(|json| !is_removed(json));
            out.extend(spoken(words, title(words, term, attribute), before, then));
            continue;
        }
        let said = |when: &str, json: Option<&Json>| {
            // Places of several drafts stand on one page.
            let id = format!("{when}-{}-{term}", last(draft.id.as_str()));
            json.map(|json| shown(words, ground, attribute, json, &id)).unwrap_or_default()
        };
        // Two things may have one name: what is written is compared, not what is shown.
        let same =
            before == Some(then) || before.and_then(Json::as_f64).is_some_and(|x| then.as_f64() == Some(x));
        let title = title(words, term, attribute);
        let removed = is_removed(then) && before.is_some();
        let same = same || (is_removed(then) && before.is_none());
        out.push(Change {
            title,
            language: "",
            now: said("now", before),
            then: said("then", Some(then)),
            same,
            removed,
        });
    }
    out
}

/// What an attribute is called; its term when no contract says it.
fn title(words: Words, term: &str, attribute: Option<&AttributeContract>) -> String {
    attribute.map_or(term, |attribute| attribute.title.get(words.language.code())).to_owned()
}

fn spoken(words: Words, title: String, before: Option<&Json>, then: Option<&Json>) -> Vec<Change> {
    let named = [key!("editing.in_fr"), key!("editing.in_nl"), key!("editing.in_en")];
    let text = |json: Option<&Json>, language: &str| Shown {
        text: simple::told(json, language).unwrap_or_default().trim().to_owned(),
        ..Shown::default()
    };
    let each = LANGUAGES.into_iter().zip(named).map(|(language, named)| {
        let (now, then) = (text(before, language), text(then, language));
        let removed = then.text.is_empty() && !now.text.is_empty();
        Change { title: words.fill(named, [&title]), language, same: now == then, now, then, removed }
    });
    // A language in which nothing stands and nothing would says nothing.
    each.filter(|change| !(change.now.text.is_empty() && change.then.text.is_empty())).collect()
}

#[cfg(test)]
mod tests {
    use senne_programme::{DraftState, Programme};

    use super::*;
    use crate::{language::Language, overview::Overview};

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn texts_are_told_language_by_language() {
        let before = json(r#"{"fr": "Rue", "nl": "Straat"}"#);
        let then = json(r#"{"fr": "Rue ", "nl": "Laan"}"#);
        let words = Words::new(Language::En);
        let told = spoken(words, "Name".into(), Some(&before), Some(&then));
        let told: Vec<_> = told.iter().map(|one| (one.language, one.same, one.then.text.as_str())).collect();
        assert_eq!(told, [("fr", true, "Rue"), ("nl", false, "Laan")]);
        let gone = spoken(words, "Name".into(), Some(&before), None);
        let gone: Vec<_> = gone.iter().map(|one| (one.language, one.removed, one.same)).collect();
        assert_eq!(gone, [("fr", true, false), ("nl", true, false)]);
    }

    #[test]
    fn what_is_taken_away_is_told_as_such() {
        let draft = Draft {
            id: "urn:d".into(),
            part_of: None,
            about: "urn:a".into(),
            kind: "Project".into(),
            content: json(r#"{"endsOn": "urn:ngsi-ld:null", "never": "urn:ngsi-ld:null"}"#),
            state: DraftState::Review,
            author: None,
            reviewer: None,
            note: None,
            changed_on: None,
        };
        let now = vec![("endsOn".to_owned(), Json::text("2027-12-31"))];
        let (programme, overview) = (Programme::default(), Overview::default());
        let ground = Ground { programme: &programme, overview: &overview };
        let told = changes(Words::new(Language::Nl), ground, None, &now, &draft);
        let told: Vec<_> = told
            .iter()
            .map(|one| (one.removed, one.same, one.now.text.as_str(), one.then.text.as_str()))
            .collect();
        assert_eq!(told, [(true, false, "2027-12-31", ""), (false, true, "", "")]);
    }
}
