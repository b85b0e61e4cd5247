//! The fields as the page shows them.

use senne_contract::{AttributeContract, ValueKind};
use senne_programme::Programme;

use super::{
    form::Form,
    kinds, names,
    offers::{Offer, SUGGESTED_MOST},
    subject::Subject,
    values::{LANGUAGES, further, spoken},
};
use crate::{
    address, format,
    words::{Words, key},
};

/// A field, or a group of fields, for one attribute.
pub(super) struct Field {
    /// The identifier in the page.
    pub(super) id: String,
    /// The name under which it is sent.
    pub(super) name: String,
    pub(super) label: String,
    /// More about it; may be empty.
    pub(super) help: String,
    /// Where the first of what it leads to is written; empty when there is one, or none can be written here.
    pub(super) first: String,
    /// What is wrong with it; may be empty.
    pub(super) error: String,
    /// The identifiers of help and error, for who hears the page.
    pub(super) described: String,
    /// Whether a programme leaves the thing out without it.
    pub(super) needed: bool,
    pub(super) control: Control,
    /// Where a link to the field leads.
    pub(super) anchor: String,
}

/// How one answers.
pub(super) enum Control {
    /// A text in each language.
    Texts(Vec<Text>),
    /// One of a list.
    One(Vec<Choice>),
    /// Some of a list, and further ones by their identifiers.
    Many(Many),
    /// A line.
    Line(Line),
    /// Several lines of a notation.
    Block(Block),
    /// Yes or nothing.
    Tick(bool),
}

/// A text in one language.
pub(super) struct Text {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) language: &'static str,
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) rows: usize,
}

/// Something that may be chosen.
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// Boxes to tick.
pub(super) struct Many {
    pub(super) choices: Vec<Choice>,
    /// Whether there is a line for further ones.
    pub(super) further: bool,
    pub(super) line: Line,
}

/// A line to write in.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) name: String,
    /// The type of the input.
    pub(super) sort: &'static str,
    /// Steps of a number; empty for others.
    pub(super) step: &'static str,
    pub(super) unit: String,
    pub(super) value: String,
    /// The identifier of the list of suggestions; empty without one.
    pub(super) list: String,
    pub(super) suggestions: Vec<Choice>,
}

/// Lines of JSON.
pub(super) struct Block {
    pub(super) value: String,
    pub(super) rows: usize,
}

/// All fields of a form; `wrong` says what does not fit, by term.
pub(super) fn fields(
    words: Words,
    subject: &Subject<'_>,
    form: &Form<'_>,
    wrong: &[(String, String)],
) -> Vec<Field> {
    let each = form.parts.iter().map(|(attribute, offer)| {
        let term = attribute.term.as_str();
        let errors: Vec<&str> =
            wrong.iter().filter(|(at, _)| at == term).map(|(_, error)| error.as_str()).collect();
        let control = control(words, subject.programme(), form, attribute, offer.as_ref());
        let id = id(term);
        let first = offer.as_ref().and_then(|offer| first(words, subject, offer)).unwrap_or_default();
        let (help, error) = (help(words, attribute), errors.join(" "));
        let described = [("help", &help), ("first", &first), ("error", &error)]
            .into_iter()
            .filter(|(_, text)| !text.is_empty());
        let described: Vec<String> = described.map(|(part, _)| format!("{id}-{part}")).collect();
        Field {
            anchor: anchor(&id, &control),
            id,
            name: term.to_owned(),
            label: attribute.title.get(words.language.code()).to_owned(),
            described: described.join(" "),
            help,
            first,
            error,
            needed: subject.kind.needs(term),
            control,
        }
    });
    each.collect()
}

fn id(term: &str) -> String {
    format!("f-{term}")
}

/// The first thing in a field that one can write in or tick.
fn anchor(id: &str, control: &Control) -> String {
    match control {
        Control::Texts(texts) => texts.first().map_or_else(|| id.to_owned(), |text| text.id.clone()),
        Control::Many(many) => match many.choices.first() {
            Some(choice) => choice.id.clone(),
            None => many.line.id.clone(),
        },
        _ => id.to_owned(),
    }
}

/// Where the first thing is written when there is none to choose; not for one of the same kind, which is what stands in the form.
fn first(words: Words, subject: &Subject<'_>, offer: &Offer) -> Option<String> {
    let kind =
        kinds::begun(offer.kind).filter(|kind| offer.all.is_empty() && kind.term != subject.kind.term)?;
    let link = kinds::link(words, kind);
    let project = subject.project().filter(|_| kind.needs("refProject"));
    Some(project.map_or_else(|| link.clone(), |one| format!("{link}?refProject={}", address::segment(one))))
}

fn help(words: Words, attribute: &AttributeContract) -> String {
    let code = words.language.code();
    let mut parts: Vec<String> = Vec::new();
    parts.extend(attribute.description.as_ref().map(|text| text.get(code).to_owned()));
    if let Some(range) = attribute.plausible {
        let ends = [range.least, range.greatest].map(|end| format::value(words.language, end));
        parts.push(words.fill("editing.range", ends));
    }
    match attribute.kind {
        ValueKind::Geometry => parts.push(words.t("editing.help_place").to_owned()),
        ValueKind::Object => parts.push(words.t("editing.help_object").to_owned()),
        ValueKind::List => parts.push(words.t("editing.help_list").to_owned()),
        _ => {}
    }
    parts.join(" ")
}

fn control(
    words: Words,
    programme: &Programme,
    form: &Form<'_>,
    attribute: &AttributeContract,
    offer: Option<&Offer>,
) -> Control {
    let term = attribute.term.as_str();
    let chosen: Vec<&str> = form.values.all(term).filter(|text| !text.is_empty()).collect();
    let value = || form.values.first(term).to_owned();
    match (attribute.kind, offer) {
        (ValueKind::Language, _) => Control::Texts(texts(words, form, term)),
        (ValueKind::Boolean, _) => Control::Tick(chosen.contains(&"true")),
        (ValueKind::Object | ValueKind::List | ValueKind::Geometry, _) => {
            let value = value();
            Control::Block(Block { rows: rows(&value, 4), value })
        }
        (_, Some(offer)) if offer.many || chosen.len() > 1 => {
            Control::Many(many(words, programme, form, term, offer, &chosen))
        }
        (_, Some(offer)) if offer.is_listed() => {
            let mut all = vec![choice(term, 0, "", words.t("editing.choose"), chosen.is_empty())];
            all.extend(listed(words, programme, term, offer, &chosen));
            Control::One(all)
        }
        (_, offer) => Control::Line(line(words, attribute, offer, value())),
    }
}

fn texts(words: Words, form: &Form<'_>, term: &str) -> Vec<Text> {
    let labels = [key!("editing.language_fr"), key!("editing.language_nl"), key!("editing.language_en")];
    let least = if term == "name" { 1 } else { 3 };
    let each = LANGUAGES.into_iter().zip(labels).map(|(language, label)| {
        let name = spoken(term, language);
        let value = form.values.first(&name).to_owned();
        Text {
            id: format!("{}-{language}", id(term)),
            rows: rows(&value, least),
            name,
            language,
            label: words.t(label),
            value,
        }
    });
    each.collect()
}

/// Rows enough to see a text.
fn rows(text: &str, least: usize) -> usize {
    const LETTERS: usize = 64;
    const ROWS_MOST: usize = 20;
    let needed: usize = text.lines().map(|line| line.chars().count() / LETTERS + 1).sum();
    needed.clamp(least, ROWS_MOST)
}

fn choice(term: &str, place: usize, value: &str, label: &str, chosen: bool) -> Choice {
    let id = format!("{}-{place}", id(term));
    Choice { id, value: value.to_owned(), label: label.to_owned(), chosen }
}

/// The whole list, and before it what is chosen and not on it, so that nothing is lost.
fn listed(words: Words, programme: &Programme, term: &str, offer: &Offer, chosen: &[&str]) -> Vec<Choice> {
    let is_listed = |value: &str| offer.all.iter().any(|(have, _)| have == value);
    let besides = chosen.iter().filter(|value| !is_listed(value));
    let besides = besides.map(|value| ((*value).to_owned(), names::name(words, programme, value)));
    let all = besides.chain(offer.all.iter().cloned()).enumerate();
    all.map(|(place, (value, label))| {
        choice(term, place + 1, &value, &label, chosen.contains(&value.as_str()))
    })
    .collect()
}

fn many(
    words: Words,
    programme: &Programme,
    form: &Form<'_>,
    term: &str,
    offer: &Offer,
    chosen: &[&str],
) -> Many {
    let further = further(term);
    let line = Line {
        id: format!("{}-add", id(term)),
        sort: "text",
        step: "",
        unit: String::new(),
        value: form.values.first(&further).to_owned(),
        name: further,
        list: String::new(),
        suggestions: Vec::new(),
    };
    if offer.is_listed() {
        let choices = listed(words, programme, term, offer, chosen);
        return Many { choices, further: offer.open, line };
    }
    // A list too long to show: what is chosen stands there, the rest is suggested.
    let only_chosen = Offer { all: Vec::new(), ..offer.clone() };
    let named = |value: &str| {
        let found = offer.all.iter().find(|(have, _)| have == value);
        found.map(|(_, label)| label.clone())
    };
    let mut choices = listed(words, programme, term, &only_chosen, chosen);
    for choice in &mut choices {
        choice.label = named(&choice.value).unwrap_or_else(|| std::mem::take(&mut choice.label));
    }
    Many { choices, further: true, line: suggesting(line, term, offer) }
}

/// A line with suggestions, where there are any.
fn suggesting(line: Line, term: &str, offer: &Offer) -> Line {
    if offer.all.is_empty() {
        return line;
    }
    let all = offer.all.iter().take(SUGGESTED_MOST).enumerate();
    let suggestions = all.map(|(place, (value, label))| choice(term, place, value, label, false)).collect();
    Line { list: format!("{}-list", id(term)), suggestions, ..line }
}

fn line(words: Words, attribute: &AttributeContract, offer: Option<&Offer>, value: String) -> Line {
    let term = attribute.term.as_str();
    let (sort, step) = match (attribute.kind, term) {
        (ValueKind::Integer, _) => ("number", "1"),
        (ValueKind::Number, _) => ("number", "any"),
        (ValueKind::Time, _) => ("date", ""),
        (ValueKind::Text, "url" | "fileUrl") => ("url", ""),
        _ => ("text", ""),
    };
    let unit = attribute.unit.map(|unit| unit.name().get(words.language.code()).to_owned());
    let line = Line {
        id: id(term),
        name: term.to_owned(),
        sort,
        step,
        // «One» says nothing beside a count.
        unit: unit.filter(|_| !attribute.symbol().is_empty()).unwrap_or_default(),
        value,
        list: String::new(),
        suggestions: Vec::new(),
    };
    match offer {
        Some(offer) => suggesting(line, term, offer),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_enough_and_not_too_many() {
        assert_eq!((rows("", 1), rows("", 3)), (1, 3));
        assert_eq!(rows(&"x".repeat(200), 1), 4);
        assert_eq!(rows(&"x\n".repeat(200), 1), 20);
    }

    #[test]
    fn links_lead_to_what_can_be_filled_in() {
        let one = Choice { id: "f-a-1".into(), value: String::new(), label: String::new(), chosen: false };
        let line = |id: &str| Line {
            id: id.into(),
            name: String::new(),
            sort: "text",
            step: "",
            unit: String::new(),
            value: String::new(),
            list: String::new(),
            suggestions: Vec::new(),
        };
        let many = |choices| Control::Many(Many { choices, further: true, line: line("f-a-add") });
        assert_eq!(anchor("f-a", &many(vec![one])), "f-a-1");
        assert_eq!(anchor("f-a", &many(Vec::new())), "f-a-add");
        assert_eq!(anchor("f-a", &Control::Tick(true)), "f-a");
    }
}
