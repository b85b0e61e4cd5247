//! What the pages of the programme have in common: the view, names, addresses, the mark of a colour.

use std::sync::Arc;

use jiff::civil::Date;
use senne_model::Problem;
use senne_programme::{
    Colour, Programme, Words as Told,
    effect::{Interval, Pooled},
    says::{Language as Spoken, Speaker},
};

use crate::{
    address, format,
    visit::Visit,
    words::{Words, key},
};

pub(super) use senne_programme::View;

/// The programme as anybody may see it.
pub(super) async fn view(visit: &Visit) -> Result<Arc<View>, Problem> {
    visit.portal.options.programmes.view(&visit.context()).await
}

/// The programme as the reader may see it, with drafts where that is allowed.
pub(super) async fn own_view(visit: &Visit) -> Result<Arc<View>, Problem> {
    visit.portal.options.programmes.view(&visit.own_context()).await
}

/// Who says it in the language of the visit.
pub(super) fn speaker(programme: &Programme, words: Words) -> Speaker<'_> {
    Speaker::new(programme, Spoken::of(words.language.code()))
}

/// What a thing is called in the language of the visit; the last part of its identifier when it has no name.
pub(super) fn called(words: Words, name: Option<&Told>, id: &str) -> String {
    let spoken = name.and_then(|name| name.get(words.language.code())).filter(|name| !name.is_empty());
    spoken.unwrap_or_else(|| last(id)).to_owned()
}

/// The last part of an identifier: `urn:ngsi-ld:Project:a` is `a`.
pub(super) fn last(id: &str) -> &str {
    id.rsplit(':').next().unwrap_or(id)
}

/// The whole identifier from what an address says: `a` of `Project` is `urn:ngsi-ld:Project:a`.
pub(super) fn whole(kind: &str, id: &str) -> String {
    if id.contains(':') { id.to_owned() } else { format!("urn:ngsi-ld:{kind}:{id}") }
}

/// The page of a thing of the programme: `page` is `project`, `pillar`, `objective`, `call`, `decision`, `memorandum`. An identifier that is
/// no `urn:ngsi-ld:{kind}:{rest}` stands whole in the address.
pub(super) fn link(words: Words, page: &str, id: &str) -> String {
    let short = id.strip_prefix("urn:ngsi-ld:").and_then(|rest| rest.split_once(':')).map(|(_, rest)| rest);
    let short = short.filter(|rest| !rest.contains(':')).unwrap_or(id);
    format!("/{}/programme/{page}/{}", words.language, address::segment(short))
}

/// A civil date as a reader writes it.
pub(super) fn date(words: Words, day: Date) -> String {
    format::civil(words.language, day)
}

/// A colour with its word; the class gives it a shape too, so that it is never told by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
}

/// The mark of a colour; `None` is not known.
pub(super) fn mark(words: Words, colour: Option<Colour>) -> Mark {
    let (class, word) = match colour {
        Some(Colour::Green) => ("mark-green", key!("programme.green")),
        Some(Colour::Amber) => ("mark-amber", key!("programme.amber")),
        Some(Colour::Red) => ("mark-red", key!("programme.red")),
        None => ("mark-unknown", key!("programme.unknown")),
    };
    Mark { class, word: words.t(word) }
}

/// Nothing of this name: a page of the portal says so.
pub(super) fn missing(kind: &str, id: &str) -> Problem {
    Problem::not_found(format!("the programme has no {kind} `{id}`")).field("id")
}

/// The wider of both intervals: that by Hartung and Knapp is too narrow where few studies happen to agree.
pub(super) fn wider(pool: &Pooled) -> Interval {
    let width = |interval: Interval| interval.high - interval.low;
    match pool.hartung_knapp {
        Some(other) if width(other.interval) > width(pool.interval) => other.interval,
        _ => pool.interval,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn addresses_are_short_and_lead_back() {
        let words = Words::new(Language::Nl);
        assert_eq!(link(words, "project", "urn:ngsi-ld:Project:a b"), "/nl/programme/project/a%20b");
        assert_eq!(link(words, "project", "urn:other:1"), "/nl/programme/project/urn:other:1");
        assert_eq!(
            (whole("Project", "a"), whole("Project", "urn:other:1")),
            ("urn:ngsi-ld:Project:a".to_owned(), "urn:other:1".to_owned())
        );
        assert_eq!(last("urn:ngsi-ld:Project:a"), "a");
    }
}
