//! The full report as plain data: headings, paragraphs and tables that a page turns into HTML.

mod effects;
mod follow;
mod money;
mod papers;
mod pillar;

use jiff::civil::Date;
use serde::Serialize;

use super::{Language, Speaker, day};
use crate::{Programme, portfolio::Line};

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Align {
    /// Text, from the left.
    Text,
    /// Numbers, to the right.
    Number,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportTable {
    /// What it shows.
    pub caption: String,
    /// The columns.
    pub head: Vec<(String, Align)>,
    /// The rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its place in the order of headings, 1 or 2.
    pub depth: u8,
    /// Its heading.
    pub heading: String,
    /// Its text.
    pub paragraphs: Vec<String>,
    /// Its tables, after the text.
    pub tables: Vec<ReportTable>,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What it is called.
    pub title: String,
    /// The language, `fr`, `nl` or `en`.
    pub language: &'static str,
    /// The day it speaks of, in words.
    pub as_of: String,
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

/// The full report of a programme as of `today`. `lines` are those of the whole portfolio on that day. Sections that would be empty are left
/// out.
pub fn report(programme: &Programme, lines: &[Line], language: Language, today: Date) -> Report {
    let speaker = Speaker::new(programme, language);
    let mut sections = vec![Section {
        depth: 1,
        heading: language.pick("En cinq phrases", "In vijf zinnen", "In five sentences").to_owned(),
        paragraphs: speaker.one_pager(lines, None).into(),
        tables: Vec::new(),
    }];
    sections.extend(speaker.memorandum_section());
    sections.extend(speaker.money_section(lines));
    for pillar in programme.pillars_in_order() {
        sections.extend(speaker.pillar_sections(pillar, lines));
    }
    sections.extend(speaker.effects_section());
    sections.extend(speaker.benefits_section(today.year()));
    sections.extend(speaker.risks_section());
    sections.extend(speaker.decisions_section());
    sections.push(speaker.method_section());
    let title = language.pick("Rapport du programme", "Verslag van het programma", "Report of the programme");
    Report { title: title.to_owned(), language: language.tag(), as_of: day(language, today), sections }
}

/// The head of a table.
fn head(language: Language, columns: &[([&str; 3], Align)]) -> Vec<(String, Align)> {
    let name = |([fr, nl, en], align): &([&str; 3], Align)| (language.pick(*fr, *nl, *en).to_owned(), *align);
    columns.iter().map(name).collect()
}

/// What stands where nothing is known.
const UNKNOWN: &str = "–";
