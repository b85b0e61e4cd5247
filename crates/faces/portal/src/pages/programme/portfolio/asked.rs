//! What is asked of the list of projects: filters, order and page, read from an address and written into one.

use senne_programme::{
    Colour, ProjectState,
    portfolio::{Filter, Query, SortBy},
};

use crate::{
    address,
    pages::programme::shared::whole,
    visit::Visit,
    words::{Words, key},
};

/// So many projects stand on a page.
pub(super) const SIZE: usize = 50;

/// How far a project has come, as addresses say it.
static STATES: [(&str, ProjectState); 6] = [
    ("running", ProjectState::Running),
    ("chosen", ProjectState::Chosen),
    ("proposed", ProjectState::Proposed),
    ("finished", ProjectState::Finished),
    ("stopped", ProjectState::Stopped),
    ("rejected", ProjectState::Rejected),
];

/// Colours as addresses say them.
static COLOURS: [(&str, Colour); 3] =
    [("red", Colour::Red), ("amber", Colour::Amber), ("green", Colour::Green)];

/// An order of projects.
pub(super) struct Order {
    /// As addresses say it.
    pub(super) name: &'static str,
    pub(super) by: SortBy,
    /// Whether the greatest comes first where nothing else is asked.
    pub(super) down: bool,
    /// The key of its name.
    pub(super) label: &'static str,
}

const fn order(name: &'static str, by: SortBy, down: bool, label: &'static str) -> Order {
    Order { name, by, down, label }
}

/// The orders that can be asked for; the first where none is.
pub(super) static ORDERS: [Order; 10] = [
    order("name", SortBy::Name, false, key!("portfolio.sort_name")),
    order("state", SortBy::State, false, key!("portfolio.sort_state")),
    order("colour", SortBy::Colour, true, key!("portfolio.sort_colour")),
    order("progress", SortBy::Progress, true, key!("portfolio.sort_progress")),
    order("planned", SortBy::Planned, true, key!("portfolio.sort_planned")),
    order("spent", SortBy::Spent, true, key!("portfolio.sort_spent")),
    order("end", SortBy::End, false, key!("portfolio.sort_end")),
    order("drift", SortBy::Drift, true, key!("portfolio.sort_drift")),
    order("benefit", SortBy::Benefit, true, key!("portfolio.sort_benefit")),
    order("confirmed", SortBy::Confirmed, false, key!("portfolio.sort_confirmed")),
];

/// A list of projects as it is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Asked {
    pub(super) filter: Filter,
    pub(super) sort: SortBy,
    pub(super) descending: bool,
    /// From 1 on; it may lie beyond the last.
    pub(super) page: usize,
}

impl Asked {
    /// What cannot be read is passed over.
    pub(super) fn read(visit: &Visit) -> Self {
        Self::of(|name| visit.parameter(name))
    }

    fn of<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name: &str| parameter(name).map(str::trim).filter(|text| !text.is_empty());
        let id = |name: &str, kind: &str| text(name).map(|id| whole(kind, id));
        let (sort, descending) = order_of(text("sort").unwrap_or_default());
        Self {
            filter: Filter {
                pillar: id("pillar", "Pillar").map(Into::into),
                state: text("state").and_then(state_of),
                area: id("area", "AdministrativeArea").map(Into::into),
                owner: id("owner", "Organisation").map(Into::into),
                call: id("call", "CallForProjects").map(Into::into),
                colour: text("colour").and_then(|word| named(&COLOURS, word)),
                text: text("q").unwrap_or_default().to_owned(),
            },
            sort,
            descending,
            page: text("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1),
        }
    }

    pub(super) fn query(&self, words: Words, page: usize) -> Query {
        Query {
            filter: self.filter.clone(),
            sort: self.sort,
            descending: self.descending,
            language: words.language.code().to_owned(),
            offset: page.saturating_sub(1).saturating_mul(SIZE),
            size: SIZE,
        }
    }

    pub(super) fn filtered(&self) -> bool {
        self.filter != Filter::default()
    }

    /// The order, as addresses say it: `-planned`.
    pub(super) fn order(&self) -> String {
        let name = ORDERS.iter().find(|order| order.by == self.sort).map_or("name", |order| order.name);
        format!("{}{name}", if self.descending { "-" } else { "" })
    }

    /// The address of the same projects in an order, from a page on.
    pub(super) fn address(&self, words: Words, order: &str, page: usize) -> String {
        let filter = &self.filter;
        let text = Some(filter.text.as_str()).filter(|text| !text.is_empty());
        let page = (page > 1).then(|| page.to_string());
        let parts = [
            ("pillar", filter.pillar.as_ref().map(|id| short("Pillar", id.as_str()))),
            ("state", filter.state.map(state_word)),
            ("area", filter.area.as_ref().map(|id| short("AdministrativeArea", id.as_str()))),
            ("owner", filter.owner.as_ref().map(|id| short("Organisation", id.as_str()))),
            ("call", filter.call.as_ref().map(|id| short("CallForProjects", id.as_str()))),
            ("colour", filter.colour.map(colour_word)),
            ("q", text),
            ("sort", Some(order).filter(|order| *order != "name")),
            ("page", page.as_deref()),
        ];
        let parts = parts.into_iter().filter_map(|(name, value)| Some(query_part(name, value?)));
        let query = parts.collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/{}/programme{mark}{query}#projects", words.language)
    }
}

/// `name=value`, as it stands in a query.
pub(crate) fn query_part(name: &str, value: &str) -> String {
    format!("{name}={}", address::segment(value))
}

/// What stands for an identifier in a query; [`whole`] leads back.
pub(crate) fn short<'a>(kind: &str, id: &'a str) -> &'a str {
    let rest = id.strip_prefix("urn:ngsi-ld:").and_then(|rest| rest.strip_prefix(kind));
    let rest = rest.and_then(|rest| rest.strip_prefix(':'));
    rest.filter(|rest| !rest.is_empty() && !rest.contains(':')).unwrap_or(id)
}

/// How far a project has come, from the word of an address.
pub(crate) fn state_of(word: &str) -> Option<ProjectState> {
    named(&STATES, word)
}

/// The word of an address for how far a project has come.
pub(crate) fn state_word(state: ProjectState) -> &'static str {
    STATES.iter().find(|(_, one)| *one == state).map_or("", |(word, _)| *word)
}

/// The states with their words, those under way first.
pub(crate) fn states() -> impl Iterator<Item = ProjectState> {
    STATES.iter().map(|(_, state)| *state)
}

pub(super) fn colour_word(colour: Colour) -> &'static str {
    COLOURS.iter().find(|(_, one)| *one == colour).map_or("", |(word, _)| *word)
}

/// The colours, the worst first.
pub(super) fn colours() -> impl Iterator<Item = Colour> {
    COLOURS.iter().map(|(_, colour)| *colour)
}

fn named<T: Copy>(all: &[(&str, T)], word: &str) -> Option<T> {
    all.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

fn order_of(text: &str) -> (SortBy, bool) {
    let (name, down) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let known = ORDERS.iter().find(|order| order.name == name);
    known.map_or((SortBy::Name, false), |order| (order.by, down))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn asked(query: &str) -> Asked {
        let parameters = address::parameters(query);
        Asked::of(|name| address::parameter(&parameters, name))
    }

    #[test]
    fn an_address_is_read_back() {
        let first = asked("pillar=mobility&state=running&area=urn:a:1&colour=red&q=rue+%C3%A9&sort=-planned");
        assert_eq!(
            first.filter.pillar.as_ref().map(senne_programme::PillarId::as_str),
            Some("urn:ngsi-ld:Pillar:mobility")
        );
        let address = first.address(Words::new(Language::Fr), &first.order(), 3);
        assert_eq!(
            address,
            "/fr/programme?pillar=mobility&state=running&area=urn:a:1&colour=red&q=rue%20%C3%A9&sort=-planned&page=3#projects"
        );
        let query = address.split(['?', '#']).nth(1).unwrap_or_default();
        assert_eq!(asked(query), Asked { page: 3, ..first });
    }

    #[test]
    fn what_cannot_be_read_is_passed_over() {
        let nothing = asked("");
        assert_eq!(asked("pillar=&state=soon&colour=blue&sort=-mood&page=0"), nothing);
        assert!(!nothing.filtered());
        assert_eq!(nothing.address(Words::new(Language::En), "name", 1), "/en/programme#projects");
        assert_eq!(asked("page=99999999999999999999").page, 1);
        assert_eq!(asked("page=7").query(Words::new(Language::En), 7).offset, 300);
    }

    #[test]
    fn an_identifier_is_short_only_where_it_leads_back() {
        for (kind, id) in [
            ("Pillar", "urn:ngsi-ld:Pillar:a b"),
            ("AdministrativeArea", "urn:ngsi-ld:AdministrativeArea:BE:21010"),
            ("Organisation", "https://example.org/o"),
        ] {
            assert_eq!(whole(kind, short(kind, id)), id);
        }
    }
}
