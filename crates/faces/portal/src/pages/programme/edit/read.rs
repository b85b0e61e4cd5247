//! What the fields of an attribute say, beside what it says now.

use senne_contract::{AttributeContract, ValueKind};
use senne_model::{Geometry, Json, is_iri};

use super::{
    offers::Offer,
    simple,
    values::{LANGUAGES, Values, further, spoken},
};
use crate::{format, words::Words};

/// Numbers up to here are whole ones without loss.
const WHOLE_MOST: f64 = 9_007_199_254_740_992.0;

/// What somebody did to an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Read {
    /// It says what it said.
    Same,
    /// Its fields were emptied.
    Emptied,
    /// It says this.
    New(Json),
    /// It does not fit, for this reason.
    Wrong(String),
}

/// Reads the fields of an attribute; `now` is what it says now.
pub(super) fn read(
    words: Words,
    attribute: &AttributeContract,
    offer: Option<&Offer>,
    values: &Values,
    now: Option<&Json>,
) -> Read {
    let text = values.first(&attribute.term).trim();
    match attribute.kind {
        ValueKind::Language => language(&attribute.term, values, now),
        ValueKind::Relationship => relationship(words, &attribute.term, offer, values, now),
        ValueKind::Boolean => boolean(values.all(&attribute.term).any(|text| text == "true"), now),
        _ if text.is_empty() => {
            if shows(attribute.kind, now) {
                Read::Emptied
            } else {
                Read::Same
            }
        }
        ValueKind::Time => time(words, text, now),
        ValueKind::Number | ValueKind::Integer => number(words, attribute, text, now),
        ValueKind::Geometry => geometry(words, text, now),
        ValueKind::Object | ValueKind::List => object(words, attribute.kind, text, now),
        ValueKind::Text => plain(words, attribute, offer, text, now),
    }
}

/// Whether a field shows what stands there: what was never seen was not emptied.
fn shows(kind: ValueKind, now: Option<&Json>) -> bool {
    match (kind, now) {
        (_, None) => false,
        (ValueKind::Time, now) => simple::day(now).is_some(),
        (_, Some(json)) => json.as_str().is_none_or(|text| !text.trim().is_empty()),
    }
}

fn language(term: &str, values: &Values, now: Option<&Json>) -> Read {
    let before = LANGUAGES.map(|language| simple::told(now, language).unwrap_or_default().trim());
    let texts = LANGUAGES.map(|language| values.first(&spoken(term, language)).trim().to_owned());
    if before == texts.each_ref().map(String::as_str) {
        return Read::Same;
    }
    if texts.iter().all(String::is_empty) {
        return Read::Emptied;
    }
    let had = now.and_then(Json::as_object).unwrap_or_default();
    let mut members: Vec<(Box<str>, Json)> = Vec::with_capacity(LANGUAGES.len());
    for (language, text) in LANGUAGES.into_iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
        // `nl-BE` stays `nl-BE`.
        let tag = had.iter().map(|(tag, _)| &**tag).find(|tag| simple::speaks(tag, language));
        let tag = tag.filter(|tag| !tag.starts_with('@')).unwrap_or(language);
        members.push((tag.into(), Json::from(text)));
    }
    let other = |tag: &str| !LANGUAGES.iter().any(|language| simple::speaks(tag, language));
    members.extend(had.iter().filter(|(tag, _)| other(tag)).cloned());
    Read::New(Json::Object(members))
}

fn relationship(
    words: Words,
    term: &str,
    offer: Option<&Offer>,
    values: &Values,
    now: Option<&Json>,
) -> Read {
    let nothing = Offer { open: true, ..Offer::default() };
    let offer = offer.unwrap_or(&nothing);
    let before = simple::targets(now);
    let mut ids: Vec<String> = Vec::new();
    let further = further(term);
    let written = values.all(&further).flat_map(|text| text.split([' ', '\n', '\t', ',']));
    for text in values.all(term).chain(written).map(str::trim).filter(|text| !text.is_empty()) {
        let id = offer.whole(text);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let known = |id: &str| offer.open || offer.all.iter().any(|(have, _)| have == id);
    // What stands there already may stay, even where it leads to nothing any more.
    let fits = |id: &&String| before.contains(&id.as_str()) || (is_iri(id) && known(id));
    if let Some(id) = ids.iter().find(|id| !fits(id)) {
        return Read::Wrong(words.fill("editing.wrong_thing", [id]));
    }
    if ids.is_empty() {
        return if before.is_empty() { Read::Same } else { Read::Emptied };
    }
    if ids.len() == before.len() && ids.iter().all(|id| before.contains(&id.as_str())) {
        return Read::Same;
    }
    Read::New(match ids.as_slice() {
        [only] if !offer.many => Json::text(only),
        all => Json::Array(all.iter().map(|id| Json::text(id)).collect()),
    })
}

/// An attribute that says nothing does not begin to say no because a box stayed empty.
fn boolean(ticked: bool, now: Option<&Json>) -> Read {
    match now {
        Some(Json::Bool(before)) if *before == ticked => Read::Same,
        None if !ticked => Read::Same,
        _ => Read::New(Json::Bool(ticked)),
    }
}

fn time(words: Words, text: &str, now: Option<&Json>) -> Read {
    let Some(day) = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10) else {
        return Read::Wrong(words.t("editing.wrong_day").to_owned());
    };
    // The hour that stands there is not lost for a form that shows the day.
    if simple::day(now) == Some(day) { Read::Same } else { Read::New(Json::from(day.to_string())) }
}

fn number(words: Words, attribute: &AttributeContract, text: &str, now: Option<&Json>) -> Read {
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let number = digits.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    let Some(number) = number else { return Read::Wrong(words.t("editing.wrong_number").to_owned()) };
    if now.and_then(Json::as_f64) == Some(number) {
        return Read::Same;
    }
    let is_whole = number.fract() == 0.0 && number.abs() < WHOLE_MOST;
    if attribute.kind == ValueKind::Integer && !is_whole {
        return Read::Wrong(words.t("editing.wrong_whole").to_owned());
    }
    if let Some(range) = attribute.plausible.filter(|range| !range.contains(number)) {
        let ends = [range.least, range.greatest].map(|end| format::value(words.language, end));
        return Read::Wrong(words.fill("editing.wrong_range", ends));
    }
    Read::New(if is_whole { Json::Int(number as i64) } else { Json::Float(number) })
}

fn geometry(words: Words, text: &str, now: Option<&Json>) -> Read {
    let json = match json(words, text) {
        Ok(json) => json,
        Err(wrong) => return Read::Wrong(wrong),
    };
    match Geometry::from_geojson(&json) {
        Ok(place) if now.and_then(|now| Geometry::from_geojson(now).ok()).as_ref() == Some(&place) => {
            Read::Same
        }
        Ok(place) => Read::New(place.to_geojson()),
        Err(_) => Read::Wrong(words.t("editing.wrong_place").to_owned()),
    }
}

fn object(words: Words, kind: ValueKind, text: &str, now: Option<&Json>) -> Read {
    let json = match json(words, text) {
        Ok(json) => json,
        Err(wrong) => return Read::Wrong(wrong),
    };
    match (kind, &json) {
        _ if now == Some(&json) => Read::Same,
        (ValueKind::List, Json::Array(_)) | (ValueKind::Object, Json::Object(_)) => Read::New(json),
        (ValueKind::List, _) => Read::Wrong(words.t("editing.wrong_list").to_owned()),
        _ => Read::Wrong(words.t("editing.wrong_object").to_owned()),
    }
}

fn json(words: Words, text: &str) -> Result<Json, String> {
    serde_json::from_str(text)
        .map_err(|error| words.fill("editing.wrong_json", [error.line(), error.column()]))
}

fn plain(
    words: Words,
    attribute: &AttributeContract,
    offer: Option<&Offer>,
    text: &str,
    now: Option<&Json>,
) -> Read {
    if now.and_then(Json::as_str).is_some_and(|before| before.trim() == text) {
        return Read::Same;
    }
    if let Some(offer) = offer {
        let fits = offer.all.iter().any(|(word, _)| word == text);
        return if fits { Read::New(Json::text(text)) } else { wrong_word(words, text) };
    }
    let hexadecimal = |digits: &str, count: usize| {
        digits.len() == count && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    // Addresses become links on pages for everybody: nothing but the web may stand there.
    let wrong = match attribute.term.as_str() {
        "url" | "fileUrl" if !is_web(text) => words.t("editing.wrong_url"),
        "fileHash" if !hexadecimal(text, 64) => words.t("editing.wrong_hash"),
        "colour" if !text.strip_prefix('#').is_some_and(|digits| hexadecimal(digits, 6)) => {
            words.t("editing.wrong_colour")
        }
        _ => return Read::New(Json::text(text)),
    };
    Read::Wrong(wrong.to_owned())
}

fn wrong_word(words: Words, text: &str) -> Read {
    Read::Wrong(words.fill("editing.wrong_word", [text]))
}

fn is_web(text: &str) -> bool {
    is_iri(text) && ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme))
}

#[cfg(test)]
mod tests;
