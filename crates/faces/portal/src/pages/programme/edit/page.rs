//! The page on which a thing is edited.

use askama::Template;
use senne_programme::Draft;

use super::{
    super::shared,
    fields::{Control, Field, fields},
    form::{BY, Form, NOTE, PART},
    kinds::{CONFIRMED_AT, CONFIRMED_BY},
    simple,
    subject::{Subject, is_open, may_write},
};
use crate::{
    address,
    frame::Frame,
    visit::Visit,
    words::{Words, key},
};

#[derive(Template)]
#[template(path = "programme/edit.html")]
pub(super) struct EditPage {
    frame: Frame,
    title: String,
    lead: String,
    /// Whether the reader may save.
    may: bool,
    /// Whether the reader may publish without a review.
    administers: bool,
    done: String,
    problems: Vec<Wrong>,
    technical: String,
    /// Why nothing is published here; empty where it may be.
    belongs: &'static str,
    on_draft: String,
    draft_link: String,
    others: Vec<Linked>,
    identity: Option<Identity>,
    fields: Vec<Field>,
    by: String,
    by_error: String,
    note: String,
    seen: String,
    /// What is known of its confirmation; empty where none is asked for.
    confirmed: String,
    links: Vec<Linked>,
}

/// Something wrong, and the field where it is; no field when it is about all.
struct Wrong {
    anchor: String,
    label: String,
    text: String,
}

struct Linked {
    label: String,
    link: String,
}

/// The identifier of a thing that is to be.
struct Identity {
    prefix: String,
    value: String,
    error: String,
}

/// What is wrong with what was sent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    /// In all.
    pub(super) general: Vec<String>,
    /// At a field, by its term or its name.
    pub(super) at: Vec<(String, String)>,
    /// What the program said, in English; may be empty.
    pub(super) technical: String,
}

impl Findings {
    pub(super) fn general(text: impl Into<String>) -> Self {
        Self { general: vec![text.into()], ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.general.is_empty() && self.at.is_empty()
    }

    pub(super) fn put(&mut self, field: &str, text: impl Into<String>) {
        self.at.push((field.to_owned(), text.into()));
    }

    fn of(&self, field: &str) -> String {
        let texts: Vec<&str> =
            self.at.iter().filter(|(at, _)| at == field).map(|(_, text)| text.as_str()).collect();
        texts.join(" ")
    }
}

/// The address on which a thing is edited: `…/edit/Risk:a`.
pub(in crate::pages::programme) fn link(words: Words, id: &str) -> String {
    let short = id.strip_prefix("urn:ngsi-ld:").filter(|rest| super::kinds::whole(rest) == id);
    format!("/{}/programme/edit/{}", words.language, address::segment(short.unwrap_or(id)))
}

/// The page with a form and what is wrong with it.
pub(super) fn page(visit: &Visit, subject: &Subject<'_>, form: &Form<'_>, findings: &Findings) -> EditPage {
    let words = visit.w;
    let code = words.language.code();
    let kind_title = subject.contract.title.get(code);
    let title = if subject.exists {
        words.fill("editing.title", [subject.name(visit)])
    } else {
        words.fill("editing.title_new", [kind_title])
    };
    let lead = subject.contract.description.get(code).to_owned();
    let fields = fields(words, subject, form, &findings.at);
    let draft = subject.open_draft();
    EditPage {
        frame: frame(visit, subject, &title, &lead),
        may: may_write(visit),
        administers: visit.administers(),
        done: done(visit),
        problems: problems(words, findings, &fields),
        technical: findings.technical.clone(),
        belongs: match subject.set() {
            Some(_) => words.t("editing.publish_set"),
            None => "",
        },
        on_draft: draft.map_or_else(String::new, |draft| on_draft(words, draft)),
        draft_link: draft.map_or_else(String::new, |draft| shared::link(words, "draft", draft.id.as_str())),
        others: others(words, subject),
        identity: subject.id.is_empty().then(|| Identity {
            prefix: format!("urn:ngsi-ld:{}:", subject.kind.term),
            value: form.values.first(PART).to_owned(),
            error: findings.of(PART),
        }),
        by: form.values.first(BY).to_owned(),
        by_error: findings.of(BY),
        note: form.values.first(NOTE).to_owned(),
        seen: subject.fingerprint(),
        confirmed: confirmed(words, subject),
        links: links(words, subject),
        title,
        lead,
        fields,
    }
}

fn frame(visit: &Visit, subject: &Subject<'_>, title: &str, lead: &str) -> Frame {
    let words = visit.w;
    let frame = visit.frame().titled(title, lead).under(words.t("frame.programme"), "/programme");
    frame.under(words.t("editing.drafts"), "/programme/drafts").ending(if subject.exists {
        subject.name(visit)
    } else {
        title.to_owned()
    })
}

/// What was done before the page was asked for again.
fn done(visit: &Visit) -> String {
    let text = match visit.parameter("done") {
        Some("published") => key!("editing.done_published"),
        Some("confirmed") => key!("editing.done_confirmed"),
        _ => return String::new(),
    };
    visit.w.t(text).to_owned()
}

fn problems(words: Words, findings: &Findings, fields: &[Field]) -> Vec<Wrong> {
    let general = findings.general.iter().map(|text| Wrong {
        anchor: String::new(),
        label: String::new(),
        text: text.clone(),
    });
    let own = [(PART, "form-id", key!("editing.id")), (BY, "form-by", key!("editing.by"))];
    let own = own.into_iter().map(|(name, anchor, label)| Wrong {
        anchor: anchor.to_owned(),
        label: words.t(label).to_owned(),
        text: findings.of(name),
    });
    let attributes = fields.iter().map(|field| Wrong {
        anchor: field.anchor.clone(),
        label: field.label.clone(),
        text: field.error.clone(),
    });
    general.chain(own).chain(attributes).filter(|wrong| !wrong.text.is_empty()).collect()
}

fn on_draft(words: Words, draft: &Draft) -> String {
    let author = draft.author.as_deref().unwrap_or_else(|| words.t("editing.nobody_named"));
    match draft.changed_on {
        Some(day) => words.fill("editing.on_draft", [author, shared::date(words, day).as_str()]),
        None => words.fill("editing.on_draft_undated", [author]),
    }
}

/// Other drafts of the same thing: whoever edits should know of them.
fn others(words: Words, subject: &Subject<'_>) -> Vec<Linked> {
    const SHOWN_MOST: usize = 10;
    let own = subject.draft.as_ref().map(|draft| &draft.id);
    let drafts = subject.programme().drafts.values();
    let others = drafts.filter(|draft| draft.about == subject.id && is_open(draft) && Some(&draft.id) != own);
    let linked = others.take(SHOWN_MOST).map(|draft| Linked {
        label: on_draft(words, draft),
        link: shared::link(words, "draft", draft.id.as_str()),
    });
    linked.collect()
}

fn confirmed(words: Words, subject: &Subject<'_>) -> String {
    let asked = subject.contract.attributes.iter().any(|attribute| attribute.term == CONFIRMED_AT);
    if !asked || !subject.exists {
        return String::new();
    }
    let day = simple::day(simple::get(&subject.now, CONFIRMED_AT));
    let by = simple::get(&subject.now, CONFIRMED_BY).and_then(senne_model::Json::as_str);
    match (day.map(|day| shared::date(words, day)), by) {
        (Some(day), Some(by)) => words.fill("editing.confirmed_by", [day.as_str(), by]),
        (Some(day), None) => words.fill("editing.confirmed", [day]),
        (None, _) => words.t("editing.confirmed_never").to_owned(),
    }
}

fn links(words: Words, subject: &Subject<'_>) -> Vec<Linked> {
    let shown = subject.kind.shown_at(words, &subject.id, subject.project()).filter(|_| subject.exists);
    let linked = |label: &'static str, link: String| Linked { label: label.to_owned(), link };
    let mut links: Vec<Linked> = Vec::new();
    links.extend(shown.map(|link| linked(words.t("editing.to_page"), link)));
    links.push(linked(
        words.t("editing.to_contract"),
        format!("/{}/contract/{}", words.language, subject.kind.term),
    ));
    links.push(linked(words.t("editing.drafts"), format!("/{}/programme/drafts", words.language)));
    links
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn addresses_of_the_form_are_short_where_they_can_be() {
        let words = Words::new(Language::En);
        assert_eq!(link(words, "urn:ngsi-ld:Risk:a b"), "/en/programme/edit/Risk:a%20b");
        assert_eq!(link(words, "urn:ngsi-ld:Other:a"), "/en/programme/edit/urn:ngsi-ld:Other:a");
    }

    #[test]
    fn findings_are_told_together() {
        let mut findings = Findings::default();
        assert!(findings.is_empty());
        findings.put("name", "a");
        findings.put("name", "b");
        assert_eq!((findings.of("name"), findings.of("year")), ("a b".to_owned(), String::new()));
        let told = problems(Words::new(Language::En), &Findings::general("all"), &[]);
        assert!(told.len() == 1 && told.iter().all(|wrong| wrong.anchor.is_empty()));
    }
}
