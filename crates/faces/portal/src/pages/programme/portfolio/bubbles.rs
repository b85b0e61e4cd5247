//! Cost, promised benefit and how sure that is, as a picture of the chosen projects.

use senne_chart::{Axis, Head, bubble, figure};
use senne_programme::{
    ProjectState,
    portfolio::{Bubble, Line, bubbles},
};

use crate::{
    pages::programme::shared::{self, View, called},
    words::Words,
};

/// So many stand in the picture; the costliest stay.
const BUBBLES_MAX: usize = 60;
const MILLION: f64 = 1e6;

/// The picture, and what it leaves out.
#[derive(Default)]
pub(super) struct Picture {
    /// Empty where no project has a cost and a benefit with a price.
    pub(super) figure: String,
    pub(super) notes: Vec<String>,
}

/// The projects that were chosen, as bubbles.
pub(super) fn picture(words: Words, view: &View) -> Picture {
    let found = bubbles(view.lines.iter().filter(|line| was_chosen(line)));
    let known: Vec<&Bubble> = found.bubbles.iter().filter(|one| one.benefit.is_finite()).collect();
    let mut notes = Vec::new();
    if known.len() > BUBBLES_MAX {
        notes.push(words.count("portfolio.bubbles_more", (known.len() - BUBBLES_MAX) as u64));
    }
    if !found.without_price.is_empty() {
        notes.push(words.count("portfolio.without_price", found.without_price.len() as u64));
    }
    if !found.without_cost.is_empty() {
        notes.push(words.count("portfolio.without_cost", found.without_cost.len() as u64));
    }
    Picture { figure: drawn(words, known.get(..BUBBLES_MAX).unwrap_or(&known)), notes }
}

fn was_chosen(line: &Line) -> bool {
    !matches!(line.state, ProjectState::Proposed | ProjectState::Rejected)
}

fn drawn(words: Words, bubbles: &[&Bubble]) -> String {
    if bubbles.is_empty() {
        return String::new();
    }
    let named = |one: &&Bubble| {
        let id = one.id.as_str();
        (called(words, Some(&one.name), id), shared::link(words, "project", id))
    };
    let names: Vec<(String, String)> = bubbles.iter().map(named).collect();
    let all: Vec<bubble::Bubble<'_>> = bubbles
        .iter()
        .zip(&names)
        .map(|(one, (name, link))| bubble::Bubble {
            name,
            link,
            cost: one.cost.as_f64() / MILLION,
            benefit: one.benefit / MILLION,
            interval: None,
            evidence: one.grade.unwrap_or(0),
        })
        .collect();
    // Both begin at nothing, so that twice as far is twice as much.
    let axis = |unit| Axis { unit, decimals: 2, range: Some((0.0, 0.0)) };
    figure(&bubble::Bubbles {
        head: Head { id: "portfolio-bubbles", title: words.t("portfolio.bubbles_name"), words: &words },
        cost: axis(words.t("portfolio.unit_cost")),
        benefit: axis(words.t("portfolio.unit_benefit")),
        bubbles: &all,
    })
}

#[cfg(test)]
mod tests {
    use senne_programme::Euros;

    use super::*;
    use crate::language::Language;

    #[test]
    fn each_bubble_is_told_with_what_it_is() {
        let bubble = Bubble {
            id: "urn:ngsi-ld:Project:a".into(),
            name: senne_programme::Words::in_language("en", "Trees"),
            pillar: "p".into(),
            cost: Euros(3_400_000),
            benefit: 1_200_000.0,
            grade: None,
            colour: None,
            chosen: true,
        };
        let said = drawn(Words::new(Language::En), &[&bubble]);
        assert!(said.contains("/en/programme/project/a"), "{said}");
        assert!(said.contains("3.40\u{a0}million euros planned"), "{said}");
        assert!(said.contains("1.20\u{a0}million euros promised"), "{said}");
        assert_eq!(drawn(Words::new(Language::En), &[]), "");
    }
}
