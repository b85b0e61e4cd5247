//! The fields by which projects are chosen: a list of what there is for each.

use std::{cmp::Reverse, collections::BTreeMap};

use senne_programme::{AreaId, CallId, OrganisationId, Pillar, PillarId, ProjectState, says::Speaker};

use super::asked::{Asked, ORDERS, Order, colour_word, colours, short, state_word, states};
use crate::{
    pages::programme::shared::{View, called, mark},
    words::Words,
};

/// So many are offered in one field; those with most projects stay.
const CHOICES_MAX: usize = 200;

/// A field of a form.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// What is shown when nothing is chosen; empty where something always is.
    pub(crate) all: &'static str,
    pub(crate) choices: Vec<Choice>,
}

/// What can be chosen.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) here: bool,
}

/// The fields of the list of projects.
pub(super) fn fields(words: Words, view: &View, speaker: Speaker<'_>, asked: &Asked) -> Vec<Field> {
    let all = [
        pillars(words, view, asked.filter.pillar.as_ref()),
        stages(words, speaker, words.t("portfolio.all"), asked.filter.state),
        marks(words, asked),
        owners(words, view, asked),
        areas(words, view, asked),
        calls(words, view, asked),
        orders(words, asked),
    ];
    all.into_iter().filter(|field| !field.choices.is_empty()).collect()
}

/// The pillars, as people count them.
pub(crate) fn pillars(words: Words, view: &View, chosen: Option<&PillarId>) -> Field {
    let pillars = view.programme.pillars_in_order();
    let choice = |pillar: &Pillar| Choice {
        value: short("Pillar", pillar.id.as_str()).to_owned(),
        label: called(words, Some(&pillar.name), pillar.id.as_str()),
        here: chosen == Some(&pillar.id),
    };
    Field {
        name: "pillar",
        label: words.t("portfolio.pillar"),
        all: words.t("portfolio.all"),
        choices: pillars.into_iter().map(choice).collect(),
    }
}

/// How far projects have come; `all` is said when nothing is chosen.
pub(crate) fn stages(
    words: Words,
    speaker: Speaker<'_>,
    all: &'static str,
    chosen: Option<ProjectState>,
) -> Field {
    let choice = |state: ProjectState| Choice {
        value: state_word(state).to_owned(),
        label: speaker.state(state).to_owned(),
        here: chosen == Some(state),
    };
    Field { name: "state", label: words.t("portfolio.state"), all, choices: states().map(choice).collect() }
}

fn marks(words: Words, asked: &Asked) -> Field {
    let choice = |colour| Choice {
        value: colour_word(colour).to_owned(),
        label: mark(words, Some(colour)).word.to_owned(),
        here: asked.filter.colour == Some(colour),
    };
    Field {
        name: "colour",
        label: words.t("portfolio.computed"),
        all: words.t("portfolio.all"),
        choices: colours().map(choice).collect(),
    }
}

fn owners(words: Words, view: &View, asked: &Asked) -> Field {
    let ids = view.lines.iter().filter_map(|line| line.owner.as_ref()).map(OrganisationId::as_str);
    let name = |id: &str| {
        let found = view.programme.organisations.get(&OrganisationId::from(id));
        called(words, found.map(|one| &one.name), id)
    };
    let chosen = asked.filter.owner.as_ref().map(OrganisationId::as_str);
    Field {
        name: "owner",
        label: words.t("portfolio.owner"),
        all: words.t("portfolio.all"),
        choices: most("Organisation", ids, chosen, name),
    }
}

fn areas(words: Words, view: &View, asked: &Asked) -> Field {
    let ids = view.lines.iter().flat_map(|line| &line.areas).map(AreaId::as_str);
    let name = |id: &str| called(words, view.programme.areas.get(&AreaId::from(id)), id);
    let chosen = asked.filter.area.as_ref().map(AreaId::as_str);
    Field {
        name: "area",
        label: words.t("portfolio.area"),
        all: words.t("portfolio.all"),
        choices: most("AdministrativeArea", ids, chosen, name),
    }
}

fn calls(words: Words, view: &View, asked: &Asked) -> Field {
    let ids = view.lines.iter().filter_map(|line| line.call.as_ref()).map(CallId::as_str);
    let name = |id: &str| {
        let found = view.programme.calls.get(&CallId::from(id));
        called(words, found.map(|one| &one.name), id)
    };
    let chosen = asked.filter.call.as_ref().map(CallId::as_str);
    Field {
        name: "call",
        label: words.t("portfolio.call"),
        all: words.t("portfolio.all"),
        choices: most("CallForProjects", ids, chosen, name),
    }
}

fn orders(words: Words, asked: &Asked) -> Field {
    let choice = |order: &Order| {
        let here = order.by == asked.sort;
        let down = if here { asked.descending } else { order.down };
        Choice {
            value: format!("{}{}", if down { "-" } else { "" }, order.name),
            label: words.t(order.label).to_owned(),
            here,
        }
    };
    Field {
        name: "sort",
        label: words.t("portfolio.sort"),
        all: "",
        choices: ORDERS.iter().map(choice).collect(),
    }
}

/// The identifiers that most projects have, in the order of their names; the chosen one is always among them.
fn most<'a>(
    kind: &str,
    ids: impl Iterator<Item = &'a str>,
    chosen: Option<&'a str>,
    name: impl Fn(&str) -> String,
) -> Vec<Choice> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids {
        *counts.entry(id).or_default() += 1;
    }
    let mut ids: Vec<(&str, usize)> = counts.into_iter().collect();
    ids.sort_by_key(|(_, count)| Reverse(*count));
    ids.truncate(CHOICES_MAX);
    if let Some(chosen) = chosen.filter(|chosen| ids.iter().all(|(id, _)| id != chosen)) {
        ids.push((chosen, 0));
    }
    let choice = |(id, _): (&str, usize)| Choice {
        value: short(kind, id).to_owned(),
        label: name(id),
        here: chosen == Some(id),
    };
    let mut choices: Vec<Choice> = ids.into_iter().map(choice).collect();
    choices.sort_by_cached_key(|choice| choice.label.to_lowercase());
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_with_most_projects_are_offered_and_the_chosen_one_always() {
        let many: Vec<String> = (0..500).map(|n| format!("urn:o:{n:03}")).collect();
        let ids = many.iter().map(String::as_str).chain(["urn:o:499", "urn:o:499"]);
        let choices = most("Organisation", ids, Some("urn:o:498"), str::to_owned);
        assert_eq!(choices.len(), CHOICES_MAX + 1);
        assert!(choices.iter().any(|choice| choice.value == "urn:o:499" && !choice.here));
        assert!(choices.iter().any(|choice| choice.value == "urn:o:498" && choice.here));
        assert!(choices.is_sorted_by_key(|choice| &choice.label));
    }
}
