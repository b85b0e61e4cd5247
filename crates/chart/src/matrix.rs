//! Projects × indicators: an outline is an effect that is expected, a fill one that was measured.

use std::fmt::Write as _;

use crate::{
    Chart, Head, Row, Table, escape,
    words::{Phrase, Words},
};

/// Which way an effect goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// For the better.
    Better,
    /// For the worse.
    Worse,
    /// Not told apart from none.
    NoEffect,
}

impl Way {
    fn say(self, words: &dyn Words) -> String {
        let phrase = match self {
            Self::Better => Phrase::Better,
            Self::Worse => Phrase::Worse,
            Self::NoEffect => Phrase::NoEffect,
        };
        words.say(phrase, &[])
    }

    /// One shape for each way, so that colour is never alone.
    fn shape(self) -> &'static str {
        match self {
            Self::Better => "M0-7L7 6H-7Z",
            Self::Worse => "M0 7L7-6H-7Z",
            Self::NoEffect => "M-7-2.5H7V2.5H-7Z",
        }
    }
}

/// An effect.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Effect<'a> {
    /// Which way it goes.
    pub way: Way,
    /// How large it is, in words; may be empty.
    pub size: &'a str,
}

/// What a project does to an indicator.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Link<'a> {
    /// What was promised.
    pub expected: Option<Effect<'a>>,
    /// What was found.
    pub measured: Option<Effect<'a>>,
}

/// A project.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Project<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where it leads; empty for nowhere.
    pub link: &'a str,
    /// As many as there are indicators, in their order.
    pub links: &'a [Link<'a>],
}

/// Projects × indicators. The picture is a table itself: it scrolls sideways, and each of its cells says what it shows.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// The heads of the columns.
    pub indicators: &'a [&'a str],
    /// The rows.
    pub projects: &'a [Project<'a>],
}

impl Chart for Matrix<'_> {
    fn head(&self) -> Head<'_> {
        self.head
    }

    fn summary(&self) -> String {
        let words = self.head.words;
        let expected: Vec<(Way, Option<Way>)> = self
            .projects
            .iter()
            .flat_map(|project| project.links)
            .filter_map(|link| Some((link.expected?.way, link.measured.map(|effect| effect.way))))
            .collect();
        let measured = expected.iter().filter(|(_, found)| found.is_some()).count();
        let kept = expected.iter().filter(|(promised, found)| *found == Some(*promised)).count();
        let count = |n: usize| words.number(n as f64, 0);
        words.say(Phrase::MatrixSummary, &[count(expected.len()), count(measured), count(kept)])
    }

    fn table(&self) -> Table {
        let words = self.head.words;
        let mut table = Table::new(words, &[Phrase::Name]);
        table.columns.extend(self.indicators.iter().map(|name| (*name).to_owned()));
        for project in self.projects {
            let cells = project.links.iter().map(|link| said(words, link)).collect();
            table.rows.push(Row::new(project.name, project.link, cells));
        }
        table
    }

    fn legend(&self) -> String {
        let words = self.head.words;
        let effect = |way| Some(Effect { way, size: "" });
        let mut out = String::from(r#"<ul class="legend">"#);
        for way in [Way::Better, Way::Worse, Way::NoEffect] {
            for link in [
                Link { expected: effect(way), measured: None },
                Link { expected: None, measured: effect(way) },
            ] {
                let _ = write!(out, "<li>{}{}</li>", glyph(&link), escape(&said(words, &link)));
            }
        }
        out.push_str("</ul>");
        out
    }

    fn draw(&self) -> String {
        let words = self.head.words;
        let name = escape(&words.say(Phrase::Name, &[]));
        let mut out = format!(
            r#"<table class="matrix"><caption class="unseen">{}</caption><thead><tr><th scope="col">{name}</th>"#,
            escape(self.head.title)
        );
        for indicator in self.indicators {
            let _ = write!(out, r#"<th scope="col">{}</th>"#, escape(indicator));
        }
        out.push_str("</tr></thead><tbody>");
        for project in self.projects {
            let name = escape(project.name);
            let _ = if project.link.is_empty() {
                write!(out, r#"<tr><th scope="row">{name}</th>"#)
            } else {
                write!(out, r#"<tr><th scope="row"><a href="{}">{name}</a></th>"#, escape(project.link))
            };
            for link in project.links {
                let says = escape(&said(words, link));
                let _ = write!(
                    out,
                    r#"<td title="{says}">{}<span class="unseen">{says}</span></td>"#,
                    glyph(link)
                );
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table>");
        out
    }
}

fn said(words: &dyn Words, link: &Link<'_>) -> String {
    let one = |effect: Option<Effect<'_>>, phrase| {
        let effect = effect?;
        let way = effect.way.say(words);
        let text = if effect.size.is_empty() { way } else { format!("{way} ({})", effect.size) };
        Some(words.say(phrase, &[text]))
    };
    let both = [one(link.expected, Phrase::Expected), one(link.measured, Phrase::Measured)];
    both.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// The outline and the fill: upon each other where they agree, beside each other where they do not.
fn glyph(link: &Link<'_>) -> String {
    let agree = link.expected.map(|e| e.way) == link.measured.map(|e| e.way);
    let shapes = [(link.measured, "effect-measured"), (link.expected, "effect-expected")];
    let count = shapes.iter().filter(|(effect, _)| effect.is_some()).count();
    if count == 0 {
        return String::new();
    }
    let width = if count == 2 && !agree { 44 } else { 22 };
    let mut out =
        format!(r#"<svg class="effect" width="{width}" height="20" aria-hidden="true" focusable="false">"#);
    for (effect, class) in shapes {
        let Some(effect) = effect else { continue };
        let x = if width == 44 && class == "effect-measured" { 33 } else { 11 };
        let colour = if effect.way == Way::Worse { " effect-worse" } else { "" };
        let _ = write!(
            out,
            r#"<path class="{class}{colour}" transform="translate({x} 10)" d="{}"/>"#,
            effect.way.shape()
        );
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    #[test]
    fn an_outline_is_expected_a_fill_is_measured_and_both_are_said() {
        let effect = |way, size| Some(Effect { way, size });
        let links = [
            Link { expected: effect(Way::Better, ""), measured: effect(Way::Better, "−3 dB") },
            Link { expected: effect(Way::Better, ""), measured: effect(Way::Worse, "+1 %") },
            Link::default(),
            Link { expected: effect(Way::Worse, ""), measured: None },
        ];
        let matrix = Matrix {
            head: Head { id: "x", title: "Matrix", words: &Plain },
            indicators: &["Noise", "NO2 & co", "Bikes", "Jobs"],
            projects: &[Project { name: "30 km/h", link: "/p", links: &links }],
        };
        assert_eq!(matrix.summary(), "MatrixSummary(3|2|1)");
        insta::assert_snapshot!(matrix.draw().replace("><", ">\n<"));
        assert_eq!(matrix.table().rows[0].cells[1], "Expected(Better); Measured(Worse (+1 %))");
        assert_eq!(matrix.legend().matches("<li>").count(), 6);
    }
}
