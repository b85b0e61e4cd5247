//! Forms: what was sent, fields with their labels and faults, numbers and days as people write them.

use jiff::civil::Date;

use crate::{address, language::Language, words::Words};

/// So many pairs of a form are read.
const PAIRS_MAX: usize = 2_000;
/// As many as are read of an address at once.
const CHUNK: usize = 64;

/// What a form sent, in order; a name may stand several times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(Vec<(String, String)>);

impl Sent {
    /// From the body of a form or the query of an address.
    pub(crate) fn read(text: &str) -> Self {
        let pairs: Vec<&str> = text.split('&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX).collect();
        let read = pairs.chunks(CHUNK).flat_map(|chunk| address::parameters(&chunk.join("&")));
        // A browser sends the ends of lines as the network likes them.
        Self(read.map(|(name, text)| (name, text.replace("\r\n", "\n"))).collect())
    }

    /// From the query of a path.
    pub(crate) fn of_path(path: &str) -> Self {
        Self::read(path.split_once('?').map_or("", |(_, query)| query))
    }

    /// The first text of a name without spaces around it; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        address::parameter(&self.0, name).unwrap_or_default().trim()
    }

    /// Whether a name was sent at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        address::parameter(&self.0, name).is_some()
    }

    /// All texts of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, text)| text.as_str())
    }
}

/// What is wrong with an entry, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The name of the field, as it is sent.
    pub(crate) field: String,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// What is wrong with a field; empty when nothing is.
    pub(crate) fn of(faults: &[Self], field: &str) -> String {
        faults
            .iter()
            .find(|fault| fault.field == field)
            .map_or_else(String::new, |found| found.message.clone())
    }
}

/// A line of the summary of what is wrong, with the place it leads to.
pub(crate) struct Wrong {
    pub(crate) anchor: String,
    pub(crate) text: String,
}

/// What is wrong, each with the label of its field where it is one of `fields`.
pub(crate) fn summary<'a>(
    words: Words,
    faults: &[Fault],
    fields: impl Iterator<Item = &'a Field> + Clone,
) -> Vec<Wrong> {
    let wrong = |fault: &Fault| {
        let field = fields.clone().find(|field| field.name == fault.field);
        Wrong {
            anchor: format!("f-{}", fault.field),
            text: match field {
                Some(field) => words.fill("choice.fault_in", [&field.label, &fault.message]),
                None => fault.message.clone(),
            },
        }
    };
    faults.iter().map(wrong).collect()
}

/// What may be chosen.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// A field with its label, its hint and what is wrong with it. With choices it is a list to choose from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) error: String,
    pub(crate) value: String,
    /// `text` or `date`.
    pub(crate) kind: &'static str,
    /// The keyboard it asks for: `text`, `decimal`, `numeric`.
    pub(crate) mode: &'static str,
    /// The language of what is typed; empty when that is not known.
    pub(crate) lang: &'static str,
    /// What a browser may fill in.
    pub(crate) fill: &'static str,
    /// Several lines.
    pub(crate) long: bool,
    pub(crate) must: bool,
    /// The most characters.
    pub(crate) most: usize,
    pub(crate) choices: Vec<Choice>,
}

impl Field {
    /// A line of text as it was sent.
    pub(crate) fn of(sent: &Sent, faults: &[Fault], name: &str, label: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            label: label.into(),
            error: Fault::of(faults, name),
            value: sent.get(name).to_owned(),
            kind: "text",
            mode: "text",
            fill: "off",
            most: LINE_MOST,
            ..Self::default()
        }
    }

    pub(crate) fn hinted(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    pub(crate) fn must(self) -> Self {
        Self { must: true, ..self }
    }

    pub(crate) fn long(self) -> Self {
        Self { long: true, most: TEXT_MOST, ..self }
    }

    pub(crate) fn decimal(self) -> Self {
        Self { mode: "decimal", most: NUMBER_MOST, ..self }
    }

    pub(crate) fn numeric(self) -> Self {
        Self { mode: "numeric", most: NUMBER_MOST, ..self }
    }

    pub(crate) fn date(self) -> Self {
        Self { kind: "date", most: NUMBER_MOST, ..self }
    }

    pub(crate) fn spoken(self, lang: &'static str) -> Self {
        Self { lang, ..self }
    }

    /// What is chosen is what was sent.
    pub(crate) fn among(self, choices: impl IntoIterator<Item = (String, String)>) -> Self {
        let sent = self.value.clone();
        let choice = |(value, label): (String, String)| Choice { chosen: value == sent, value, label };
        Self { choices: choices.into_iter().map(choice).collect(), ..self }
    }

    /// Whether it is typed, and not picked from a calendar.
    pub(crate) fn typed(&self) -> bool {
        self.kind == "text"
    }

    /// The identifiers of what explains the field.
    pub(crate) fn explained(&self) -> String {
        let parts = [(&self.hint, 'h'), (&self.error, 'e')];
        let ids = parts.into_iter().filter(|(text, _)| !text.is_empty());
        ids.map(|(_, part)| format!("f-{}-{part}", self.name)).collect::<Vec<_>>().join(" ")
    }
}

/// The most characters of a line, of a text and of a number.
pub(crate) const LINE_MOST: usize = 200;
pub(crate) const TEXT_MOST: usize = 5_000;
const NUMBER_MOST: usize = 30;

/// A number as people of the three languages write it: `1,5`, `8 500 000`, `8.500.000`. A single point before three digits parts thousands in
/// French and Dutch, a single comma in English.
pub(crate) fn number(language: Language, text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !"'’€%".contains(*c)).collect();
    let plain = plain.replace('\u{2212}', "-");
    let last = plain.rfind([',', '.']);
    let (whole, mark) = last.map_or((plain.as_str(), ""), |at| plain.split_at(at));
    let (mark, part) = mark.split_at_checked(1).unwrap_or(("", ""));
    let grouping = if language == Language::En { "," } else { "." };
    let alone = !whole.contains([',', '.']);
    let counts = !matches!(whole.trim_start_matches('-'), "" | "0");
    let thousands = (!mark.is_empty() && whole.contains(mark))
        || (mark == grouping && part.len() == 3 && alone && counts);
    let whole = whole.replace([',', '.'], "");
    let joint = if thousands || part.is_empty() { "" } else { "." };
    let joined = format!("{whole}{joint}{part}");
    let digits = joined.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte));
    joined.parse().ok().filter(|found: &f64| digits && found.is_finite())
}

/// A whole number of at least 0 as people write it.
pub(crate) fn whole(language: Language, text: &str) -> Option<u64> {
    const END: f64 = 9.0e15;
    number(language, text)
        .filter(|found| found.fract() == 0.0 && (0.0..=END).contains(found))
        .map(|x| x as u64)
}

/// A day written `2026-11-30`.
pub(crate) fn day(text: &str) -> Option<Date> {
    text.parse().ok().filter(|_| text.len() == 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let [fr, nl, en] = [Language::Fr, Language::Nl, Language::En];
        assert_eq!(number(fr, "8\u{202f}500\u{a0}000 €"), Some(8_500_000.0));
        assert_eq!(number(nl, "8.500.000"), Some(8_500_000.0));
        assert_eq!((number(nl, "8.500"), number(en, "8.500")), (Some(8500.0), Some(8.5)));
        assert_eq!((number(fr, "8,500"), number(en, "8,500")), (Some(8.5), Some(8500.0)));
        assert_eq!(
            (number(fr, "0.125"), number(fr, "1,5"), number(fr, "1.5")),
            (Some(0.125), Some(1.5), Some(1.5))
        );
        assert_eq!((number(nl, "1.234,5"), number(en, "1,234.5")), (Some(1234.5), Some(1234.5)));
        assert_eq!((number(en, "-3"), number(en, "\u{2212}0.5")), (Some(-3.0), Some(-0.5)));
        for wrong in ["", "-", "much", "1e5", "inf", "NaN", ".", "1-2"] {
            assert_eq!(number(en, wrong), None, "{wrong}");
        }
        assert_eq!((whole(en, "12"), whole(en, "1.5"), whole(en, "-1")), (Some(12), None, None));
    }

    #[test]
    fn more_than_an_address_holds_is_read() {
        let text: Vec<String> = (0..300).map(|place| format!("area={place}")).collect();
        let sent = Sent::read(&text.join("&"));
        assert_eq!((sent.all("area").count(), sent.get("area")), (300, "0"));
        let sent = Sent::of_path("/programme/call/a/choose?x=+a+&y");
        assert_eq!((sent.get("x"), sent.has("y"), sent.has("z")), ("a", true, false));
        assert_eq!(Sent::of_path("/programme").get("x"), "");
    }

    #[test]
    fn days_are_days() {
        assert!(day("2026-11-30").is_some());
        assert_eq!((day("2026-13-01"), day("2026-11-30T12:00"), day("")), (None, None, None));
    }
}
