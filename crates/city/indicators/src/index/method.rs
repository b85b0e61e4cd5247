//! A declared index in the terms of the library that makes it.

use senne_composite::{
    Aggregation, CompositeError, Element, Hierarchy, LevelPlan, Method, Normalisation, NormaliseOptions,
    Plan, Table, Weights,
};
use senne_indicator::{Catalogue, CompositeIndex, Direction, Figure, IndexAggregation};
use senne_model::EntityId;

use super::Values;

/// What the worse goalpost becomes: above 0, so that products are defined.
const LEAST: f64 = 1.0;
/// What the better goalpost becomes.
const MOST: f64 = 100.0;
/// The index as an element; no identifier has a slash.
pub(super) const INDEX: &str = "/";

/// The index, its dimensions and their indicators, with their weights and directions.
pub(super) fn hierarchy(index: &CompositeIndex, catalogue: &Catalogue) -> Result<Hierarchy, CompositeError> {
    let mut elements = vec![Element::aggregate(INDEX, 3, None)];
    for group in &index.groups {
        let code = group_code(&group.id);
        elements.push(Element::aggregate(&code, 2, Some(INDEX)).weighing(group.weight));
        for member in &group.indicators {
            let element = Element::indicator(&member.id, &code).weighing(member.weight);
            let down = catalogue.indicator(&member.id).is_some_and(|each| each.direction == Direction::Down);
            elements.push(if down { element.lower_is_better() } else { element });
        }
    }
    Hierarchy::new(elements)
}

/// The code of a dimension; dimensions may be named as indicators are.
fn group_code(id: &str) -> String {
    format!("/{id}")
}

/// The measured values of some areas, each as `value` takes it.
pub(super) fn raw(
    index: &CompositeIndex,
    areas: &[EntityId],
    values: &Values,
    value: &mut dyn FnMut(&str, &Figure) -> Option<f64>,
) -> Result<Table, CompositeError> {
    let units = areas.iter().map(|area| area.as_str().to_owned()).collect();
    let columns = index.members().map(|member| {
        let by_area = values.get(&member.id);
        let column =
            areas.iter().map(|area| by_area.and_then(|by_area| value(&member.id, by_area.get(area)?)));
        (member.id.clone(), column.collect())
    });
    Table::new(units, columns.collect())
}

/// Goalposts, weights and mean as they are declared.
pub(super) fn method(index: &CompositeIndex, weights: Weights) -> Method {
    let goalposts = index.members().map(|member| {
        let (low, high) = (member.low, member.high);
        (member.id.clone(), Normalisation::Goalposts { low, high, from: LEAST, to: MOST, truncate: true })
    });
    let by = match index.aggregation {
        IndexAggregation::Arithmetic => Aggregation::Arithmetic,
        IndexAggregation::Geometric => Aggregation::Geometric,
    };
    Method {
        denominate: false,
        screening: None,
        imputation: None,
        treatment: None,
        normalisation: NormaliseOptions { all: Normalisation::Directed, each: goalposts.collect() },
        weights,
        plan: plan(index, by),
    }
}

/// The same mean at both levels.
pub(super) fn plan(index: &CompositeIndex, by: Aggregation) -> Plan {
    Plan::new(vec![LevelPlan { by, least_available: index.least_available }])
}
