//! A form: what stands in its fields, and what somebody changed by them.

use senne_contract::AttributeContract;
use senne_model::Json;
use senne_programme::from_simple::REMOVED;

use super::{
    offers::{self, Offer},
    read::{Read, read},
    rules::{self, Looked},
    simple::{self, Simple},
    subject::Subject,
    values::Values,
};
use crate::visit::Visit;

/// Fields that are no attributes: terms have no dot.
pub(super) const ACT: &str = "form.do";
pub(super) const BY: &str = "form.by";
pub(super) const NOTE: &str = "form.note";
pub(super) const PART: &str = "form.id";
pub(super) const SEEN: &str = "form.seen";

/// The fields of a thing under edit, with what may be chosen in each.
pub(super) struct Form<'a> {
    pub(super) values: Values,
    pub(super) parts: Vec<(&'a AttributeContract, Option<Offer>)>,
}

/// What somebody changed.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// The attributes that say something else, each with what it says.
    pub(super) changes: Simple,
    /// The attributes that were emptied, to be taken away.
    pub(super) emptied: Vec<String>,
    /// The attributes that do not fit, each with the reason.
    pub(super) wrong: Vec<(String, String)>,
}

impl<'a> Form<'a> {
    /// The form as it is first shown: what the thing says, with what the address asks for on it.
    pub(super) fn shown(visit: &Visit, subject: &Subject<'a>) -> Self {
        let values = filled(subject);
        let mut form = Self::of(visit, subject, values);
        for (attribute, offer) in &form.parts {
            let whole =
                |text: &str| offer.as_ref().map_or_else(|| text.to_owned(), |offer| offer.whole(text));
            form.values.ask(attribute, &visit.parameters, visit.w.language.code(), whole);
        }
        // What the address asks for may be the project, on which other choices hang.
        Self::of(visit, subject, form.values)
    }

    /// The form as somebody sent it.
    pub(super) fn sent(visit: &Visit, subject: &Subject<'a>, sent: Values) -> Self {
        Self::of(visit, subject, filled(subject).under(sent))
    }

    fn of(visit: &Visit, subject: &Subject<'a>, values: Values) -> Self {
        let project = match values.all("refProject").find(|text| !text.is_empty()) {
            Some(project) => super::super::shared::whole("Project", project),
            None => subject.project().unwrap_or_default().to_owned(),
        };
        let offer = |attribute| offers::offer(visit.w, subject.programme(), attribute, &subject.id, &project);
        let parts = subject.kind.attributes(subject.contract).map(|attribute| (attribute, offer(attribute)));
        Self { parts: parts.collect(), values }
    }

    /// What was changed of what stands there now.
    pub(super) fn changed(&self, visit: &Visit, subject: &Subject<'_>) -> Changed {
        let mut changed = Changed::default();
        for (attribute, offer) in &self.parts {
            let term = attribute.term.clone();
            let now = simple::get(&subject.now, &term);
            match read(visit.w, attribute, offer.as_ref(), &self.values, now) {
                Read::Same => {}
                Read::Emptied => changed.emptied.push(term),
                Read::New(json) => changed.changes.push((term, json)),
                Read::Wrong(reason) => changed.wrong.push((term, reason)),
            }
        }
        let fields = |(term, _): &(String, String)| subject.kind.edits(term);
        let rules = changed.look(subject).wrong.into_iter();
        let rules =
            rules.map(|fault| (fault.term.to_owned(), rules::told(visit.w, Some(subject.contract), fault)));
        let rules: Vec<(String, String)> = rules.filter(fields).collect();
        changed.wrong.extend(rules);
        changed
    }
}

impl Changed {
    /// What does not hold together of the thing, with what was changed.
    pub(super) fn look(&self, subject: &Subject<'_>) -> Looked {
        let written = |term: &str| match simple::get(&self.changes, term) {
            Some(json) => Some(Some(json.clone())),
            None => self.emptied.iter().any(|emptied| emptied == term).then_some(None),
        };
        let begins_on = |project: &str| subject.programme().begins_on(project);
        rules::look(subject.kind.term, &subject.now, &written, &begins_on)
    }

    /// The content of a draft: the changes, with what the draft held beyond the form.
    pub(super) fn content(&self, subject: &Subject<'_>) -> Json {
        let drafted = subject.draft.as_ref().and_then(|draft| draft.content.as_object()).unwrap_or_default();
        let beyond = |term: &str| {
            let field = subject.contract.attributes.iter().any(|attribute| attribute.term == term);
            !(field && subject.kind.edits(term))
        };
        let changes = self.changes.iter().map(|(term, json)| (Box::from(term.as_str()), json.clone()));
        let mut members: Vec<(Box<str>, Json)> = changes.collect();
        members.extend(self.emptied.iter().map(|term| (Box::from(term.as_str()), Json::text(REMOVED))));
        members.extend(drafted.iter().filter(|(term, _)| beyond(term)).cloned());
        Json::Object(members)
    }
}

/// What the thing says, the draft before what stands there now.
fn filled(subject: &Subject<'_>) -> Values {
    let mut values = Values::default();
    for attribute in subject.kind.attributes(subject.contract) {
        if let Some(json) = subject.says(&attribute.term) {
            values.fill(attribute, json);
        }
    }
    if let Some(draft) = &subject.draft {
        values.put(BY, draft.author.clone());
        values.put(NOTE, draft.note.clone());
    }
    values
}
