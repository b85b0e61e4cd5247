//! Which registrations may have what is asked for (clauses 5.10.2.4, 5.11.2.4, 5.12).

use std::{collections::HashSet, sync::Arc};

use senne_language::{
    Filter, GeoFilter, IdPattern, Query, ScopeExpression, TimeFilter, TimeProperty, TypeExpression,
};
use senne_model::{AttributeValue, EntityId, Name};

use super::registration::{EntityInfo, Info, Registration};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) types: WantedTypes,
    /// One of these; empty means any.
    pub(crate) ids: Vec<EntityId>,
    pub(crate) id_pattern: Option<IdPattern>,
    /// One of these; empty means any.
    pub(crate) attributes: Vec<Name>,
    pub(crate) geo: Option<GeoFilter>,
    /// Whether a registration that says nothing of the place may still have it.
    pub(crate) place_may_be_unknown: bool,
    pub(crate) scope: Option<ScopeExpression>,
    /// A condition on the properties of the source.
    pub(crate) csf: Option<Filter>,
    pub(crate) time: Option<TimeFilter>,
    /// Whether a registration without intervals may still serve the past: who offers the operation says so.
    pub(crate) time_may_be_unknown: bool,
    /// `None` within stands for default instances; empty means any.
    pub(crate) datasets: Vec<Option<String>>,
}

/// Which types are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) enum WantedTypes {
    #[default]
    Any,
    Expression(TypeExpression),
    /// The types that an entity has.
    Of(Vec<Name>),
}

/// A registration that fits, and which parts of its information do.
#[derive(Clone)]
pub(crate) struct Matched {
    pub(crate) registration: Arc<Registration>,
    pub(crate) infos: Vec<usize>,
}

impl Wanted {
    /// What a query of entities asks of registrations.
    pub(crate) fn of_query(query: &Query) -> Self {
        Self {
            types: query.types.clone().map_or(WantedTypes::Any, WantedTypes::Expression),
            ids: query.ids.clone(),
            id_pattern: query.id_pattern.clone(),
            attributes: query.any_attribute.clone(),
            geo: query.geo.clone(),
            place_may_be_unknown: true,
            ..Self::default()
        }
    }

    /// What an operation on one entity asks. Without types any may be meant.
    pub(crate) fn of_entity(id: &EntityId, types: &[Name]) -> Self {
        let types = if types.is_empty() { WantedTypes::Any } else { WantedTypes::Of(types.to_vec()) };
        Self { types, ids: vec![id.clone()], place_may_be_unknown: true, ..Self::default() }
    }

    /// The parts of a registration's information that fit; `None` when the registration does not.
    pub(crate) fn matches(&self, registration: &Registration) -> Option<Vec<usize>> {
        let fits = self.fits_time(registration)
            && self.fits_place(registration)
            && self.fits_datasets(registration)
            && self.scope.as_ref().is_none_or(|scope| scope.matches(&registration.scopes))
            && self.csf.as_ref().is_none_or(|csf| csf.matches(&registration.properties));
        if !fits {
            return None;
        }
        let infos = registration.infos.iter().enumerate();
        let found: Vec<usize> =
            infos.filter(|(_, info)| self.fits_info(info)).map(|(place, _)| place).collect();
        (!found.is_empty()).then_some(found)
    }

    fn fits_info(&self, info: &Info) -> bool {
        let attributes = self.attributes.is_empty()
            || info.names.is_empty()
            || self.attributes.iter().any(|name| info.names.contains(name));
        attributes
            && (info.entities.is_empty() || info.entities.iter().any(|entity| self.fits_entity(entity)))
    }

    /// Whether entities of this type, id and pattern may be meant.
    pub(crate) fn fits_entity(&self, entity: &EntityInfo) -> bool {
        self.types.fit(&entity.types) && self.fits_id(entity)
    }

    fn fits_id(&self, entity: &EntityInfo) -> bool {
        let nothing_asked = self.ids.is_empty() && self.id_pattern.is_none();
        match (&entity.id, &entity.pattern) {
            (None, None) => true,
            _ if nothing_asked => true,
            (id, pattern) => {
                let named = |asked: &EntityId| {
                    id.as_ref() == Some(asked) || pattern.as_ref().is_some_and(|p| p.matches(asked))
                };
                // Whether two patterns have an id in common cannot be told: they may.
                let patterned =
                    |asked: &IdPattern| pattern.is_some() || id.as_ref().is_some_and(|id| asked.matches(id));
                let by_id = self.ids.is_empty() || self.ids.iter().any(named);
                by_id && self.id_pattern.as_ref().is_none_or(patterned)
            }
        }
    }

    fn fits_time(&self, registration: &Registration) -> bool {
        let Some(time) = &self.time else { return !registration.is_temporal() };
        if !registration.is_temporal() {
            return self.time_may_be_unknown;
        }
        if time.from.is_none() && time.to.is_none() {
            return true;
        }
        let interval = match time.property {
            TimeProperty::ObservedAt => registration.observed,
            _ => registration.managed,
        };
        interval.map_or(self.time_may_be_unknown, |interval| interval.overlaps(time.from, time.to))
    }

    fn fits_place(&self, registration: &Registration) -> bool {
        let Some(geo) = &self.geo else { return true };
        let place = registration.properties.instance(geo.geoproperty());
        match place.map(|instance| &instance.value) {
            Some(AttributeValue::Geo(geometry)) => {
                // An area that only touches what is asked for may hold entities that lie within it.
                geo.matches_geometry(geometry)
                    || geo.bounds().is_some_and(|bounds| touch(bounds, geometry.bounds()))
            }
            _ => self.place_may_be_unknown,
        }
    }

    fn fits_datasets(&self, registration: &Registration) -> bool {
        let offered = registration.datasets.as_deref().unwrap_or_default();
        self.datasets.is_empty()
            || offered.is_empty()
            || self.datasets.iter().any(|asked| offered.contains(asked))
    }
}

impl WantedTypes {
    fn fit(&self, offered: &[Name]) -> bool {
        offered.is_empty()
            || match self {
                Self::Any => true,
                Self::Of(types) => offered.iter().any(|kind| types.contains(kind)),
                // An entity may have more types than those that are registered.
                Self::Expression(expression) => {
                    expression.matches(offered)
                        || expression.names().iter().any(|name| offered.contains(name))
                }
            }
    }

    /// The names, when they are plainly named.
    pub(super) fn plain(&self) -> Option<Vec<Name>> {
        match self {
            Self::Any => None,
            Self::Of(types) => Some(types.clone()),
            Self::Expression(expression) => {
                let names = expression.names();
                (!names.is_empty() && !holds_anything(expression)).then_some(names)
            }
        }
    }
}

/// Whether any type stands somewhere in an expression: its names alone do not say then what fits.
fn holds_anything(expression: &TypeExpression) -> bool {
    match expression {
        TypeExpression::Anything => true,
        TypeExpression::Is(_) => false,
        TypeExpression::All(parts) | TypeExpression::Any(parts) => parts.iter().any(holds_anything),
    }
}

fn touch(a: [f64; 4], b: [f64; 4]) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

impl Matched {
    /// The parts that fit.
    pub(crate) fn infos(&self) -> impl Iterator<Item = &Info> {
        self.infos.iter().map(|place| &self.registration.infos[*place])
    }

    /// Whether an attribute is of the parts that fit.
    pub(crate) fn covers(&self, name: &Name) -> bool {
        self.infos().any(|info| info.covers(name))
    }

    /// Whether all attributes are: one part names none.
    pub(crate) fn covers_all(&self) -> bool {
        self.infos().any(|info| info.names.is_empty())
    }

    /// The attributes that the parts name; empty when they cover all.
    pub(crate) fn names(&self) -> Vec<Name> {
        if self.covers_all() {
            return Vec::new();
        }
        let mut seen = HashSet::new();
        self.infos().flat_map(|info| &info.names).filter(|name| seen.insert(*name)).cloned().collect()
    }
}
