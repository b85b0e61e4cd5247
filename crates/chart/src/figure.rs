//! What every chart has: a picture, one sentence, and a table of the same values.

use std::fmt::Write as _;

use crate::{Words, escape, words::Phrase};

/// The name of a chart and the language of its reader.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Unique in the page; names the title and the description.
    pub id: &'a str,
    /// What the picture is called.
    pub title: &'a str,
    /// The language of the reader.
    pub words: &'a dyn Words,
}

/// A chart: the same values as a picture, as a sentence and as a table.
pub trait Chart {
    /// Its name and language.
    fn head(&self) -> Head<'_>;

    /// The picture, as an SVG element or as a list of them. Links in it are for the pointer; those of the table are for the keyboard.
    fn draw(&self) -> String;

    /// What the picture shows, in one sentence.
    fn summary(&self) -> String;

    /// The values.
    fn table(&self) -> Table;

    /// What the classes mean, as a list; empty where the picture says it itself.
    fn legend(&self) -> String {
        String::new()
    }
}

/// The values of a chart in rows.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// The heads of the columns, that of the names first.
    pub columns: Vec<String>,
    /// In the order in which they are drawn.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// What the row is of.
    pub name: String,
    /// Where the name leads; empty for nowhere.
    pub link: String,
    /// As many as there are columns after the first.
    pub cells: Vec<String>,
}

impl Row {
    pub(crate) fn new(name: &str, link: &str, cells: Vec<String>) -> Self {
        Self { name: name.to_owned(), link: link.to_owned(), cells }
    }
}

impl Table {
    pub(crate) fn new(words: &dyn Words, columns: &[Phrase]) -> Self {
        Self { columns: columns.iter().map(|phrase| words.say(*phrase, &[])).collect(), rows: Vec::new() }
    }

    /// The table element; `caption` names it.
    pub fn html(&self, caption: &str) -> String {
        let mut out = format!("<table><caption>{}</caption><thead><tr>", escape(caption));
        for (place, column) in self.columns.iter().enumerate() {
            let class = if place == 0 { "" } else { r#" class="number""# };
            let _ = write!(out, r#"<th scope="col"{class}>{}</th>"#, escape(column));
        }
        out.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            let name = escape(&row.name);
            let name = if row.link.is_empty() {
                name
            } else {
                format!(r#"<a href="{}">{name}</a>"#, escape(&row.link))
            };
            let _ = write!(out, r#"<tr><th scope="row">{name}</th>"#);
            for cell in &row.cells {
                let _ = write!(out, r#"<td class="number">{}</td>"#, escape(cell));
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table>");
        out
    }
}

/// The whole figure: picture, legend, sentence, and the table folded below. What is wider than a phone scrolls in its place and takes the keyboard.
pub fn figure(chart: &dyn Chart) -> String {
    let Head { title, words, .. } = chart.head();
    let name = escape(&words.say(Phrase::Table, &[]));
    let table = format!(
        r#"<details><summary>{name}</summary><div class="scroll" tabindex="0" role="region" aria-label="{name}: {}">{}</div></details>"#,
        escape(title),
        chart.table().html(title),
    );
    with(chart, &table)
}

/// The figure without its table, for a page on which a table of the same values stands already.
pub fn picture(chart: &dyn Chart) -> String {
    with(chart, "")
}

fn with(chart: &dyn Chart, below: &str) -> String {
    format!(
        r#"<figure class="drawn"><div class="drawn-picture" tabindex="0" role="region" aria-label="{}">{}</div>{}<figcaption>{}</figcaption>{below}</figure>"#,
        escape(chart.head().title),
        chart.draw(),
        chart.legend(),
        escape(&chart.summary()),
    )
}

/// How large a drawing is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Size {
    /// As wide as its place, so high in CSS pixels.
    Wide(f64),
    /// Exactly so wide and high in CSS pixels.
    Fixed(f64, f64),
    /// Drawn in its own units, and as wide as its place.
    Scaled(f64, f64),
}

/// Opens an SVG element with title and description. `links`: whether it holds links, which an image may not.
pub(crate) fn open(out: &mut String, head: Head<'_>, summary: &str, class: &str, size: Size, links: bool) {
    let id = escape(head.id);
    let role = if links { "group" } else { "img" };
    let size = match size {
        Size::Wide(height) => format!(r#"width="100%" height="{height:.0}""#),
        Size::Fixed(width, height) => format!(r#"width="{width:.0}" height="{height:.0}""#),
        Size::Scaled(width, height) => format!(r#"viewBox="0 0 {width:.0} {height:.0}""#),
    };
    let _ = write!(
        out,
        r#"<svg class="{class}" role="{role}" aria-labelledby="{id}-t" aria-describedby="{id}-d" {size}><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>"#,
        escape(head.title),
        escape(summary),
    );
}

/// Content that leads somewhere, or a group that does not; `says` is shown when it is pointed at.
pub(crate) fn linked(out: &mut String, link: &str, class: &str, says: &str, content: &str) {
    let says = escape(says);
    let _ = if link.is_empty() {
        write!(out, r#"<g class="{class}"><title>{says}</title>{content}</g>"#)
    } else {
        let link = escape(link);
        write!(
            out,
            r#"<a class="{class}" href="{link}" tabindex="-1" aria-label="{says}"><title>{says}</title>{content}</a>"#
        )
    };
}

/// Moves places apart so that none is nearer than `gap` to the next, in their order and between `low` and `high` where there is room.
/// The answer has the order of what was asked.
pub(crate) fn apart(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut placed = wanted.to_vec();
    let mut least = low;
    for index in &order {
        placed[*index] = placed[*index].max(least);
        least = placed[*index] + gap;
    }
    let mut most = high;
    for index in order.iter().rev() {
        placed[*index] = placed[*index].min(most);
        most = placed[*index] - gap;
    }
    placed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::plain::Plain;

    struct Nothing;

    impl Chart for Nothing {
        fn head(&self) -> Head<'_> {
            Head { id: "n", title: "A & B", words: &Plain }
        }
        fn draw(&self) -> String {
            "<svg/>".to_owned()
        }
        fn summary(&self) -> String {
            "Less < more.".to_owned()
        }
        fn table(&self) -> Table {
            let mut table = Table::new(&Plain, &[Phrase::Name, Phrase::Value]);
            table.rows.push(Row::new("<x>", "/x?a=1&b=2", vec!["3".to_owned()]));
            table
        }
    }

    #[test]
    fn a_figure_has_picture_sentence_and_table_and_all_text_is_safe() {
        insta::assert_snapshot!(figure(&Nothing).replace("><", ">\n<"));
        let picture = picture(&Nothing);
        assert!(picture.contains("<svg/>") && !picture.contains("<table>"), "{picture}");
    }

    proptest! {
        #[test]
        fn what_is_moved_apart_keeps_its_order(wanted in prop::collection::vec(0.0_f64..300.0, 0..20)) {
            let placed = apart(&wanted, 15.0, (0.0, 300.0));
            let mut order: Vec<usize> = (0..wanted.len()).collect();
            order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
            for pair in order.windows(2) {
                prop_assert!(placed[pair[1]] - placed[pair[0]] > 15.0 - 1e-6);
            }
            prop_assert!(placed.iter().all(|y| (-1e-6..=300.0 + 1e-6).contains(y)));
        }
    }
}
