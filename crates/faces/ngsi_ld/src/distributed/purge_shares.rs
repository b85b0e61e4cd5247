//! What of a purge goes to one source: for each part of what it registered a request that removes nothing else
//! (clauses 4.3.6.1, 5.6.21.4).

use senne_language::{Filter, GeoFilter, IdPattern, Query, TypeExpression};
use senne_model::{EntityId, Name, Problem};

use super::{
    asking::{expression, push_filters},
    forward::Naming,
};
use crate::{
    contexts::Terms,
    http::Parameters,
    registrations::{EntityInfo, Info, Matched},
};

/// How many entities one request names: their names go in one address.
const NAMED_MAX: usize = 100;

/// The parameters of one request.
type Request = Vec<(String, String)>;

/// What goes of each entity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Goes {
    Whole,
    These(Vec<Name>),
    AllBut(Vec<Name>),
}

/// Which entities are meant, by their ids.
#[derive(Clone, PartialEq, Debug)]
enum Who {
    Anybody,
    Pattern(IdPattern),
    Named(Vec<EntityId>),
}

impl Goes {
    /// From `drop` and `keep`.
    pub(super) fn read(parameters: &Parameters, terms: &Terms) -> Result<Self, Problem> {
        let names = |field: &str| {
            let one = |term: &str| {
                if term.contains(['{', '}']) {
                    let detail =
                        "a purge does not follow relationships; name attributes of the entity itself";
                    return Err(Problem::bad(detail).field(field));
                }
                Ok(terms.expand(term))
            };
            let list = parameters.list(field);
            list.map(|list| list.into_iter().map(one).collect::<Result<Vec<Name>, _>>()).transpose()
        };
        match (names("drop")?, names("keep")?) {
            (Some(_), Some(_)) => Err(Problem::bad("use drop or keep, not both").field("keep")),
            (Some(drop), None) => Ok(Self::These(drop)),
            (None, Some(keep)) => Ok(Self::AllBut(keep)),
            (None, None) => Ok(Self::Whole),
        }
    }

    /// The same within these attributes; none named means all of them. `None` when nothing is left to remove.
    fn within(&self, registered: &[Name]) -> Option<Self> {
        if registered.is_empty() {
            return Some(self.clone());
        }
        let named =
            |fits: &dyn Fn(&Name) -> bool| registered.iter().filter(|name| fits(name)).cloned().collect();
        let left: Vec<Name> = match self {
            Self::Whole => registered.to_vec(),
            Self::These(drop) => named(&|name| drop.contains(name)),
            Self::AllBut(keep) => named(&|name| !keep.contains(name)),
        };
        (!left.is_empty()).then_some(Self::These(left))
    }
}

/// The requests for a source, each for one part of what it registered. `None` when a part cannot be said exactly.
pub(super) fn shares(found: &Matched, query: &Query, goes: &Goes, naming: &Naming) -> Option<Vec<Request>> {
    let mut requests = Vec::new();
    for info in found.infos() {
        if let Some(goes) = goes.within(&info.names) {
            of_info(&mut requests, info, query, &goes, naming)?;
        }
    }
    Some(requests)
}

/// The requests for one part of the information.
fn of_info(
    requests: &mut Vec<Request>,
    info: &Info,
    query: &Query,
    goes: &Goes,
    naming: &Naming,
) -> Option<()> {
    let asks_about = query.filter.as_ref().map(Filter::attributes).unwrap_or_default();
    let place = query.geo.as_ref().map(GeoFilter::geoproperty);
    if !asks_about.iter().chain(place).all(|name| info.covers(name)) {
        return None;
    }
    let attrs: Vec<&Name> = query.any_attribute.iter().filter(|name| info.covers(name)).collect();
    if attrs.is_empty() && !query.any_attribute.is_empty() {
        return Some(());
    }
    let unconditional = query.filter.is_none() && query.geo.is_none() && attrs.is_empty();
    for (types, who) in entities(info, query)? {
        let types = match (&types[..], &query.types) {
            ([], Some(asked)) => Some(expression(asked, naming)),
            // Something must be asked for.
            ([], None) if unconditional => Some("*".to_owned()),
            ([], None) => None,
            (registered, None) => Some(list(registered, naming)),
            (registered, Some(asked)) if implies(asked, registered) => Some(expression(asked, naming)),
            (registered, Some(asked)) => {
                let mut both = asked.any_of()?;
                both.retain(|name| registered.contains(name));
                if both.is_empty() {
                    continue;
                }
                Some(list(&both, naming))
            }
        };
        let mut common: Request = Vec::new();
        push_filters(&mut common, query, naming);
        if !attrs.is_empty() {
            let attrs: Vec<String> = attrs.iter().map(|name| naming.name(name)).collect();
            common.push(("attrs".to_owned(), attrs.join(",")));
        }
        match goes {
            Goes::Whole => {}
            Goes::These(drop) => common.push(("drop".to_owned(), list(drop, naming))),
            Goes::AllBut(keep) => common.push(("keep".to_owned(), list(keep, naming))),
        }
        let mut push = |who: Option<(&str, String)>| {
            let mut request: Request = types.iter().map(|types| ("type".to_owned(), types.clone())).collect();
            request.extend(who.map(|(name, value)| (name.to_owned(), value)));
            request.extend(common.iter().cloned());
            requests.push(request);
        };
        match who {
            Who::Anybody => push(None),
            Who::Pattern(pattern) => push(Some(("idPattern", pattern.as_str().to_owned()))),
            Who::Named(ids) => {
                for ids in ids.chunks(NAMED_MAX) {
                    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                    push(Some(("id", ids.join(","))));
                }
            }
        }
    }
    Some(())
}

/// The entities of a part that are asked for, by types and ids: those that are named one by one together.
fn entities(info: &Info, query: &Query) -> Option<Vec<(Vec<Name>, Who)>> {
    let mut all: Vec<(Vec<Name>, Who)> = Vec::new();
    if info.entities.is_empty() {
        all.extend(asked_alone(query).map(|who| (Vec::new(), who)));
    }
    for entity in &info.entities {
        for who in both(entity, query)? {
            let Who::Named(ids) = who else {
                all.push((entity.types.clone(), who));
                continue;
            };
            let alike = all.iter_mut().find_map(|(types, there)| match there {
                Who::Named(there) if *types == entity.types => Some(there),
                _ => None,
            });
            match alike {
                Some(there) => there.extend(ids),
                None => all.push((entity.types.clone(), Who::Named(ids))),
            }
        }
    }
    Some(all)
}

/// Who is asked for, where anybody may be registered.
fn asked_alone(query: &Query) -> Option<Who> {
    match (&query.ids[..], &query.id_pattern) {
        ([], None) => Some(Who::Anybody),
        ([], Some(pattern)) => Some(Who::Pattern(pattern.clone())),
        (ids, pattern) => {
            let fits = |id: &&EntityId| pattern.as_ref().is_none_or(|pattern| pattern.matches(id));
            named(ids.iter().filter(fits).cloned().collect())
        }
    }
}

/// Who is asked for and registered; `None` when no id and no pattern says it.
fn both(entity: &EntityInfo, query: &Query) -> Option<Vec<Who>> {
    let asked = |id: &EntityId| query.id_pattern.as_ref().is_none_or(|pattern| pattern.matches(id));
    let (own, pattern) = (&entity.id, &entity.pattern);
    if own.is_none() && pattern.is_none() {
        return Some(asked_alone(query).into_iter().collect());
    }
    if !query.ids.is_empty() {
        let registered = |id: &EntityId| {
            own.as_ref() == Some(id) || pattern.as_ref().is_some_and(|pattern| pattern.matches(id))
        };
        let ids = query.ids.iter().filter(|id| asked(id) && registered(id)).cloned().collect();
        return Some(named(ids).into_iter().collect());
    }
    let mut all: Vec<Who> =
        own.iter().filter(|id| asked(id)).map(|id| Who::Named(vec![id.clone()])).collect();
    match (pattern, &query.id_pattern) {
        (None, _) => {}
        (Some(own), asked) if asked.as_ref().is_none_or(|asked| asked == own) => {
            all.push(Who::Pattern(own.clone()));
        }
        // No pattern says what two patterns have in common.
        (Some(_), _) => return None,
    }
    Some(all)
}

fn named(ids: Vec<EntityId>) -> Option<Who> {
    (!ids.is_empty()).then_some(Who::Named(ids))
}

fn list(names: &[Name], naming: &Naming) -> String {
    names.iter().map(|name| naming.name(name)).collect::<Vec<_>>().join(",")
}

/// Whether every entity of these types has one of those that are registered.
fn implies(asked: &TypeExpression, registered: &[Name]) -> bool {
    match asked {
        TypeExpression::Anything => false,
        TypeExpression::Is(name) => registered.contains(name),
        TypeExpression::All(parts) => parts.iter().any(|part| implies(part, registered)),
        TypeExpression::Any(parts) => parts.iter().all(|part| implies(part, registered)),
    }
}
