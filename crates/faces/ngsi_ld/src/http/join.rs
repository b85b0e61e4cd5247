//! Whether the targets of relationships are given too (clauses 4.5.23, 5.7.1, 5.7.2).

use std::collections::HashSet;

use senne_language::{Filter, LINKS_MAX, Projection};
use senne_model::{EntityId, ErrorKind, Problem};

use super::Call;

/// How linked entities are given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum JoinKind {
    /// Within the relationships that lead to them.
    Inline,
    /// Beside the entities that link to them.
    Flat,
}

/// What is asked of linked entities.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Join {
    pub(crate) kind: JoinKind,
    /// How many relationships are followed one after the other.
    pub(crate) level: usize,
    /// Entities that the caller has already.
    pub(crate) contained_by: HashSet<EntityId>,
}

/// Reads `join`, `joinLevel` and `containedBy`.
pub(crate) fn read_join(call: &Call) -> Result<Option<Join>, Problem> {
    let parameters = &call.parameters;
    let level = match parameters.get("joinLevel") {
        None => 1,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|level| *level > 0)
            .ok_or_else(|| Problem::bad("a whole number of 1 or more is needed").field("joinLevel"))?,
    };
    let ids = parameters.list("containedBy").unwrap_or_default();
    let contained_by = ids.into_iter().map(EntityId::parse).collect::<Result<_, _>>();
    let contained_by = contained_by.map_err(|problem: Problem| problem.field("containedBy"))?;
    let kind = match parameters.get("join") {
        None | Some("@none") => return Ok(None),
        Some("inline") => JoinKind::Inline,
        Some("flat") => JoinKind::Flat,
        Some(_) => return Err(Problem::bad("write inline, flat or @none").field("join")),
    };
    if level > LINKS_MAX {
        let detail = format!("at most {LINKS_MAX} relationships are followed one after the other");
        return Err(Problem::new(ErrorKind::TooComplex, detail).field("joinLevel"));
    }
    Ok(Some(Join { kind, level, contained_by }))
}

/// Refuses conditions and projections that go further than linked entities are asked for.
pub(crate) fn check_links(
    join: Option<&Join>,
    filter: Option<&Filter>,
    members: &Projection,
) -> Result<(), Problem> {
    let level = join.map_or(0, |join| join.level);
    let wrong = |field: &str| {
        let detail = "this follows more relationships than join and joinLevel ask for";
        Problem::bad(detail).field(field)
    };
    if filter.is_some_and(|filter| filter.link_depth() > level) {
        return Err(wrong("q"));
    }
    if members.link_depth() > level {
        return Err(wrong("pick"));
    }
    Ok(())
}
