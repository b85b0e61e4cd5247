//! All steps together, by one method.

use crate::{
    Aggregated, CompositeError, Denominated, Hierarchy, Imputation, Imputed, NormaliseOptions, Normalised,
    Plan, Screened, Screening, Table, Treated, Treatment, Value, Weights, aggregate, denominate, impute,
    normalise, screen, statistics, treat,
};

/// What an index is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    /// What belongs to what.
    pub hierarchy: Hierarchy,
    /// Measured values: units by indicators.
    pub raw: Table,
    /// Units by denominators; nothing when none is used.
    pub denominators: Option<Table>,
}

/// How an index is made: the steps in their order. What is nothing is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// Whether indicators are divided by the denominators of the hierarchy.
    pub denominate: bool,
    /// Which units are known well enough, before anything is guessed.
    pub screening: Option<Screening>,
    /// From what missing values are guessed; without it aggregates are of what is there.
    pub imputation: Option<Imputation>,
    /// How outliers are drawn in.
    pub treatment: Option<Treatment>,
    /// The scales.
    pub normalisation: NormaliseOptions,
    /// The weights.
    pub weights: Weights,
    /// How values become one, level by level.
    pub plan: Plan,
}

/// An index with every step that led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Composite {
    /// What belongs to what.
    pub hierarchy: Hierarchy,
    /// As measured.
    pub raw: Table,
    /// After division.
    pub denominated: Option<Denominated>,
    /// After units were left out.
    pub screened: Option<Screened>,
    /// After guessing.
    pub imputed: Option<Imputed>,
    /// After outliers were drawn in.
    pub treated: Option<Treated>,
    /// On one scale.
    pub normalised: Normalised,
    /// With all aggregates, the index last.
    pub aggregated: Aggregated,
}

/// What became of one value on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trail {
    /// As measured.
    pub raw: Value,
    /// After division; as before without it.
    pub denominated: Value,
    /// After guessing; as before without it.
    pub imputed: Value,
    /// After outliers were drawn in; as before without it.
    pub treated: Value,
    /// On the common scale.
    pub normalised: Value,
}

/// Makes an index.
///
/// # Errors
/// Those of the steps; and when indicators are to be divided and there are no denominators.
pub fn build(inputs: &Inputs, method: &Method) -> Result<Composite, CompositeError> {
    let Inputs { hierarchy, raw, denominators } = inputs;
    let indicators: Vec<&str> = hierarchy.indicators().map(|element| element.code.as_str()).collect();
    let raw = raw.select(&indicators)?;
    let denominated = match (method.denominate, denominators) {
        (false, _) => None,
        (true, Some(denominators)) => Some(denominate(&raw, hierarchy, denominators)?),
        (true, None) => {
            let why = "there is no table of denominators; give one, or do not divide";
            return Err(CompositeError::undefined("the division of indicators", why));
        }
    };
    let table = denominated.as_ref().map_or(&raw, |step| &step.table);
    let screened = method.screening.as_ref().map(|rule| screen(table, rule)).transpose()?;
    let table = screened.as_ref().map_or(table, |step| &step.table);
    let imputed = method.imputation.as_ref().map(|from| impute(table, from)).transpose()?;
    let table = imputed.as_ref().map_or(table, |step| &step.table);
    let treated = method.treatment.map(|rule| treat(table, rule)).transpose()?;
    let table = treated.as_ref().map_or(table, |step| &step.table);
    let normalised = normalise(table, hierarchy, &method.normalisation)?;
    let aggregated = aggregate(&normalised.table, hierarchy, &method.weights, &method.plan)?;
    let hierarchy = hierarchy.clone();
    Ok(Composite { hierarchy, raw, denominated, screened, imputed, treated, normalised, aggregated })
}

impl Composite {
    /// The units that were ranked, in order.
    pub fn units(&self) -> &[String] {
        self.aggregated.table.units()
    }

    /// The index of each unit.
    pub fn scores(&self) -> Vec<Value> {
        self.aggregated.table.column(&self.hierarchy.index().code).unwrap_or_default().to_vec()
    }

    /// The place of each unit by the index, 1 for the highest; equal ones share the better place.
    pub fn ranks(&self) -> Vec<Option<usize>> {
        statistics::rank_from_highest(&self.scores())
    }

    /// What became of the value of an indicator.
    pub fn trail(&self, unit: &str, indicator: &str) -> Trail {
        let at =
            |table: Option<&Table>, before: Value| table.map_or(before, |table| table.value(unit, indicator));
        let raw = self.raw.value(unit, indicator);
        let denominated = at(self.denominated.as_ref().map(|step| &step.table), raw);
        let imputed = at(self.imputed.as_ref().map(|step| &step.table), denominated);
        let treated = at(self.treated.as_ref().map(|step| &step.table), imputed);
        Trail { raw, denominated, imputed, treated, normalised: self.normalised.table.value(unit, indicator) }
    }
}
