//! What is done with a form that was sent: a draft is saved, the thing is written, or nothing is and nothing is lost.

use axum::response::{IntoResponse, Redirect, Response};
use senne_model::{ErrorKind, Json, Problem};
use senne_programme::{
    Draft, DraftId, DraftState,
    asking::{Settlement, SettlementOrder},
};

use super::{
    super::{
        refusal::{self, Refusal},
        shared,
    },
    form::{ACT, BY, Changed, Form, NOTE, PART, SEEN},
    ids,
    kinds::{CONFIRMED_AT, CONFIRMED_BY},
    page::{self, Findings},
    rules,
    subject::{self, Subject},
    values::Values,
};
use crate::{format, visit::Visit, words::key};

/// So many things of one name are told apart by a number.
const SAME_NAME_MOST: usize = 1000;

/// What somebody asked for by a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Save,
    HandIn,
    Publish,
    Confirm,
}

impl Act {
    /// A form sent without a button is saved, which is the least that can be done with it.
    fn parse(word: &str) -> Self {
        match word {
            "review" => Self::HandIn,
            "publish" => Self::Publish,
            "confirm" => Self::Confirm,
            _ => Self::Save,
        }
    }
}

/// Why nothing was done.
enum Stop {
    Findings(Findings),
    Problem(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// A form that was sent, and what came of reading it.
struct Sent<'a> {
    visit: &'a Visit,
    subject: &'a Subject<'a>,
    form: &'a Form<'a>,
    changed: &'a Changed,
    act: Act,
    by: &'a str,
    note: &'a str,
}

/// Does what was asked for and leads to where it is seen; else the form again, as it was sent.
pub(super) async fn answer(visit: &Visit, subject: &Subject<'_>, body: &str) -> Response {
    let form = Form::sent(visit, subject, Values::sent(body));
    let changed = form.changed(visit, subject);
    let sent = Sent {
        visit,
        subject,
        form: &form,
        changed: &changed,
        act: Act::parse(form.values.first(ACT)),
        by: form.values.first(BY).trim(),
        note: form.values.first(NOTE).trim(),
    };
    let findings = match sent.carry_out().await {
        Ok(to) => return Redirect::to(&to).into_response(),
        Err(Stop::Problem(problem)) if problem.kind == ErrorKind::Internal => return visit.refuse(&problem),
        Err(Stop::Problem(problem)) => sent.told(&problem),
        Err(Stop::Findings(findings)) => findings,
    };
    visit.answer(Ok(page::page(visit, subject, &form, &findings)))
}

impl Sent<'_> {
    async fn carry_out(&self) -> Result<String, Stop> {
        let findings = self.check();
        if !findings.is_empty() {
            return Err(Stop::Findings(findings));
        }
        let id = self.id().await?;
        match self.act {
            Act::Save => self.save(&id, DraftState::Draft).await,
            Act::HandIn => self.save(&id, DraftState::Review).await,
            Act::Publish => self.publish(&id).await,
            Act::Confirm => self.confirm(&id).await,
        }
    }

    fn check(&self) -> Findings {
        let words = self.visit.w;
        if !subject::may_write(self.visit) {
            return Findings::general(words.t("editing.locked"));
        }
        if matches!(self.act, Act::Publish | Act::Confirm) && !self.visit.administers() {
            return Findings::general(words.t("editing.locked_publish"));
        }
        let seen = self.form.values.first(SEEN);
        if !seen.is_empty() && seen != self.subject.fingerprint() {
            return Findings::general(words.fill("editing.meanwhile", [self.titles()]));
        }
        let mut findings = Findings { at: self.changed.wrong.clone(), ..Findings::default() };
        let Changed { changes, emptied, .. } = self.changed;
        let nothing = self.changed.content(self.subject) == Json::Object(Vec::new());
        if self.act == Act::Confirm {
            if !changes.is_empty() || !emptied.is_empty() {
                findings.general.push(words.fill("editing.confirm_changes", [self.titles()]));
            }
        } else if nothing && findings.is_empty() {
            findings.general.push(words.t("editing.nothing").to_owned());
        }
        self.check_needed(&mut findings);
        let signed = match self.act {
            Act::Save => false,
            Act::HandIn | Act::Confirm => true,
            Act::Publish => self.subject.open_draft().is_some(),
        };
        // Others belong to it, and nobody sees them on this page.
        if self.act == Act::Publish && self.subject.set().is_some() {
            findings.general.push(words.t("editing.publish_set").to_owned());
        }
        if signed && self.by.is_empty() {
            findings.put(BY, words.t("editing.no_name"));
        }
        findings
    }

    /// Without these a programme would leave the thing out, and nobody would see it. A draft may lack them, but cannot take them away.
    fn check_needed(&self, findings: &mut Findings) {
        let ends = matches!(self.act, Act::HandIn | Act::Publish);
        let missing = self.changed.look(self.subject).lacking.into_iter();
        let emptied = |term: &str| self.changed.emptied.iter().any(|emptied| emptied == term);
        for fault in missing.filter(|fault| ends || emptied(fault.term)) {
            let is_told = findings.at.iter().any(|(at, _)| at == fault.term);
            if !is_told {
                findings.put(fault.term, rules::told(self.visit.w, Some(self.subject.contract), fault));
            }
        }
    }

    /// The titles of what was changed.
    fn titles(&self) -> String {
        let changed = self.changed.changes.iter().map(|(term, _)| term).chain(&self.changed.emptied);
        let titles: Vec<&str> = changed
            .filter_map(|term| {
                let attributes = &self.subject.contract.attributes;
                attributes.iter().find(|attribute| attribute.term == *term)
            })
            .map(|attribute| attribute.title.get(self.visit.w.language.code()))
            .collect();
        if titles.is_empty() { self.visit.w.t("editing.no_change").to_owned() } else { titles.join(", ") }
    }

    /// The identifier: that of the thing, the one that was written, or one made of the name.
    async fn id(&self) -> Result<String, Stop> {
        if !self.subject.id.is_empty() {
            return Ok(self.subject.id.clone());
        }
        let words = self.visit.w;
        let prefix = format!("urn:ngsi-ld:{}:", self.subject.kind.term);
        let stop = |text: &'static str| {
            let mut findings = Findings::default();
            findings.put(PART, words.t(text));
            Stop::Findings(findings)
        };
        let written = self.form.values.first(PART).trim();
        let written = written.strip_prefix(&prefix).unwrap_or(written);
        if !written.is_empty() {
            let id = format!("{prefix}{written}");
            if !ids::is_part(written) {
                return Err(stop(key!("editing.wrong_id")));
            }
            return if self.is_taken(&id).await? { Err(stop(key!("editing.taken_id"))) } else { Ok(id) };
        }
        let part = ids::made_of(&self.changed.changes, words.language.code());
        if part.is_empty() {
            return Err(stop(key!("editing.no_id")));
        }
        for number in 1..=SAME_NAME_MOST {
            let id = if number == 1 { format!("{prefix}{part}") } else { format!("{prefix}{part}-{number}") };
            if !self.is_taken(&id).await? {
                return Ok(id);
            }
        }
        Err(stop(key!("editing.taken_id")))
    }

    /// Whether something has the identifier, or would have it by a draft.
    async fn is_taken(&self, id: &str) -> Result<bool, Problem> {
        let mut drafts = self.subject.programme().drafts.values();
        let drafted = drafts.any(|draft| draft.about == id && subject::is_open(draft));
        Ok(drafted || subject::entity(self.visit, id).await?.is_some())
    }

    fn draft(&self, about: &str, state: DraftState) -> Draft {
        let open = self.subject.open_draft();
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Draft {
            id: open.map_or_else(|| self.draft_id(self.subject.kind.term, about), |draft| draft.id.clone()),
            part_of: open.and_then(|draft| draft.part_of.clone()),
            about: about.to_owned(),
            kind: self.subject.kind.term.to_owned(),
            content: self.changed.content(self.subject),
            state,
            author: text(self.by),
            reviewer: open.and_then(|draft| draft.reviewer.clone()),
            note: text(self.note),
            changed_on: Some(format::local(self.visit.now).date()),
        }
    }

    /// Of what it is about and the moment, to the microsecond: nobody can look which others there are.
    fn draft_id(&self, kind: &str, about: &str) -> DraftId {
        let kind = kind.to_lowercase();
        let moment = format::local(self.visit.now).strftime("%Y%m%d-%H%M%S").to_string();
        let micros = self.visit.now.micros().rem_euclid(1_000_000);
        let part = ids::slug(shared::last(about));
        DraftId::from(format!("urn:ngsi-ld:Draft:{kind}-{part}-{moment}-{micros:06}"))
    }

    async fn save(&self, id: &str, state: DraftState) -> Result<String, Stop> {
        let draft = self.draft(id, state);
        let (programmes, context) = (&self.visit.portal.options.programmes, self.visit.own_context());
        let page = shared::link(self.visit.w, "draft", draft.id.as_str());
        match self.again(&draft) {
            Some(set) => programmes.save_proposal(&context, &set).await?,
            None => programmes.save_draft(&context, &draft).await?,
        }
        let done = if state == DraftState::Review { "review" } else { "saved" };
        Ok(format!("{page}?done={done}"))
    }

    /// What was refused and belonged together is taken up again whole, each as a new draft.
    fn again(&self, edited: &Draft) -> Option<Vec<Draft>> {
        let old = self.subject.draft.as_ref().filter(|draft| draft.state == DraftState::Refused)?;
        let set = self.subject.set()?;
        let made = |draft: &Draft| {
            if draft.id == old.id {
                return edited.clone();
            }
            Draft {
                id: self.draft_id(&draft.kind, &draft.about),
                state: edited.state,
                reviewer: None,
                changed_on: edited.changed_on,
                ..draft.clone()
            }
        };
        let first = made(set.first);
        let parts = set.parts.into_iter().filter(|part| part.state == DraftState::Refused);
        let parts = parts.map(|part| Draft { part_of: Some(first.id.clone()), ..made(part) });
        Some(
            std::iter::once(Draft { part_of: None, ..first.clone() })
                .chain(parts.collect::<Vec<_>>())
                .collect(),
        )
    }

    /// A draft that was edited on is published as one, so that it does not stay behind.
    async fn publish(&self, id: &str) -> Result<String, Stop> {
        let (programmes, context) = (&self.visit.portal.options.programmes, self.visit.own_context());
        let draft = self.draft(id, DraftState::Review);
        if self.subject.open_draft().is_some() {
            let order = SettlementOrder {
                draft: draft.id.clone(),
                edited: Some(draft),
                settlement: Settlement::Publish,
                by: self.by.to_owned(),
                note: self.note.to_owned(),
            };
            programmes.settle(&context, &order).await?;
        } else {
            programmes.write(&context, &draft.entity()).await?;
        }
        Ok(format!("{}?done=published", page::link(self.visit.w, id)))
    }

    async fn confirm(&self, id: &str) -> Result<String, Stop> {
        // The day that is written is the day here, not the one in Greenwich.
        let moment = format::local(self.visit.now).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let entity = Json::Object(vec![
            ("id".into(), Json::text(id)),
            ("type".into(), Json::text(self.subject.kind.term)),
            (CONFIRMED_AT.into(), Json::from(moment)),
            (CONFIRMED_BY.into(), Json::text(self.by)),
        ]);
        self.visit.portal.options.programmes.write(&self.visit.own_context(), &entity).await?;
        Ok(format!("{}?done=confirmed", page::link(self.visit.w, id)))
    }

    /// A problem in the words of the page, at its field where it names one.
    fn told(&self, problem: &Problem) -> Findings {
        let words = self.visit.w;
        if matches!(problem.kind, ErrorKind::Unauthenticated | ErrorKind::Forbidden) {
            return Findings::general(words.t("editing.locked"));
        }
        let named = refusal::term(problem);
        let field = self.form.parts.iter().find(|(attribute, _)| Some(attribute.term.as_str()) == named);
        let title = field.map(|(attribute, _)| attribute.title.get(words.language.code()));
        let Refusal { text, detail } = refusal::refusal(words, problem, title);
        let text = words.fill("editing.refused", [text]);
        let found = match field {
            Some((attribute, _)) => {
                Findings { at: vec![(attribute.term.clone(), text)], ..Findings::default() }
            }
            None => Findings::general(text),
        };
        Findings { technical: detail, ..found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_without_a_button_is_saved_and_no_more() {
        assert_eq!(["", "draft", "delete"].map(Act::parse), [Act::Save; 3]);
        assert_eq!(
            ["review", "publish", "confirm"].map(Act::parse),
            [Act::HandIn, Act::Publish, Act::Confirm]
        );
    }

    #[test]
    fn a_moment_of_confirmation_is_read_as_a_moment() {
        let now = senne_model::Timestamp::parse("2026-11-30T23:30:00Z").unwrap();
        let text = format::local(now).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        assert_eq!(text, "2026-12-01T00:30:00+01:00");
        assert_eq!(senne_model::Timestamp::parse(&text).unwrap(), now);
    }
}
