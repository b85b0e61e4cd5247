//! Weights from several people, and how far they lie apart.

use std::collections::BTreeMap;

use senne_composite::{Judgements, statistics};
use serde::{Deserialize, Serialize};

use crate::{ProgrammeError, error::first_twice, types::CriterionId};

/// A consistency ratio up to here is held to be fit for use (Saaty 1980).
const CONSISTENT_UNTIL: f64 = 0.1;

/// How a person said what is important.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Elicitation {
    /// Points for each criterion, in any sum.
    Points(BTreeMap<CriterionId, f64>),
    /// How much the swing of each criterion from its worst to its best value is worth, beside the most important swing at 100 (von
    /// Winterfeldt and Edwards 1986).
    Swings(BTreeMap<CriterionId, f64>),
    /// How many times as important one criterion is as another, 1/9 to 9: those above the diagonal, row by row, in the order of criteria
    /// given here (the analytic hierarchy process, Saaty 1980).
    Pairs {
        /// Each criterion once.
        order: Vec<CriterionId>,
        /// First beside second, first beside third, …, second beside third, …
        judgements: Vec<f64>,
    },
}

/// What one person holds to be important.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// Who.
    pub person: String,
    /// What was said.
    pub said: Elicitation,
}

/// The weights of one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonWeights {
    /// Who.
    pub person: String,
    /// One weight a criterion; they sum to one.
    pub weights: Vec<f64>,
    /// The consistency ratio of judgements in pairs; nothing for other ways, and above 15 criteria.
    pub consistency_ratio: Option<f64>,
    /// Whether judgements in pairs agree well enough to be used without asking again; true for other ways.
    pub consistent: bool,
}

/// How far people lie apart on one criterion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The least weight.
    pub lowest: f64,
    /// The greatest weight.
    pub highest: f64,
    /// The sample standard deviation; nothing with one person.
    pub deviation: Option<f64>,
}

/// The weights of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupWeights {
    /// The criteria, in the order of weights.
    pub criteria: Vec<CriterionId>,
    /// The mean of the weights of all, each person counting the same; they sum to one.
    pub mean: Vec<f64>,
    /// How far people lie apart, criterion by criterion.
    pub spread: Vec<Spread>,
    /// The weights of each person.
    pub people: Vec<PersonWeights>,
}

/// The weights of a group from what each person said. Judgements that do not agree are used and marked, never mended.
///
/// # Errors
/// When there is nobody, a person speaks twice, a criterion is missing or unknown, a number is negative or not finite, all are zero, the
/// greatest swing is not 100, or judgements are not as many as pairs.
pub fn group_weights(criteria: &[CriterionId], opinions: &[Opinion]) -> Result<GroupWeights, ProgrammeError> {
    if opinions.is_empty() {
        let what = "people whose weights are counted".to_owned();
        return Err(ProgrammeError::TooFew { what, found: 0, wanted: 1 });
    }
    if let Some(person) = first_twice(opinions.iter().map(|opinion| &opinion.person)) {
        return Err(ProgrammeError::Twice { what: "the person", id: person.clone() });
    }
    let people =
        opinions.iter().map(|opinion| of_person(criteria, opinion)).collect::<Result<Vec<_>, _>>()?;
    let column = |at: usize| -> Vec<f64> {
        people.iter().filter_map(|person| person.weights.get(at).copied()).collect()
    };
    let columns: Vec<Vec<f64>> = (0..criteria.len()).map(column).collect();
    let spread = |weights: &Vec<f64>| {
        let (lowest, highest) = statistics::extremes(weights).unwrap_or_default();
        Spread { lowest, highest, deviation: statistics::deviation(weights) }
    };
    Ok(GroupWeights {
        criteria: criteria.to_vec(),
        mean: columns.iter().map(|weights| statistics::mean(weights).unwrap_or_default()).collect(),
        spread: columns.iter().map(spread).collect(),
        people,
    })
}

fn of_person(criteria: &[CriterionId], opinion: &Opinion) -> Result<PersonWeights, ProgrammeError> {
    let person = &opinion.person;
    let (weights, ratio) = match &opinion.said {
        Elicitation::Points(points) => (shares(criteria, points, person)?, None),
        Elicitation::Swings(swings) => {
            let most = swings.values().copied().fold(0.0, f64::max);
            if (most - 100.0).abs() > 1e-9 {
                let what = format!("the greatest swing of {person}");
                return Err(ProgrammeError::number(what, most, "100; the others stand beside it"));
            }
            (shares(criteria, swings, person)?, None)
        }
        Elicitation::Pairs { order, judgements } => {
            if let Some(id) = first_twice(order) {
                return Err(ProgrammeError::Twice { what: "the criterion", id: id.to_string() });
            }
            let priorities = Judgements::above_diagonal(order.len(), judgements)?.priorities()?;
            let by_criterion = order.iter().cloned().zip(priorities.weights).collect();
            (shares(criteria, &by_criterion, person)?, Some(priorities.ratio))
        }
    };
    let consistency_ratio = ratio.flatten();
    let consistent = match ratio {
        None => true,
        Some(ratio) => ratio.is_some_and(|ratio| ratio <= CONSISTENT_UNTIL),
    };
    Ok(PersonWeights { person: person.clone(), weights, consistency_ratio, consistent })
}

fn shares(
    criteria: &[CriterionId],
    said: &BTreeMap<CriterionId, f64>,
    person: &str,
) -> Result<Vec<f64>, ProgrammeError> {
    if let Some(id) = said.keys().find(|id| !criteria.contains(id)) {
        return Err(ProgrammeError::unknown(person, id));
    }
    let mut weights = Vec::with_capacity(criteria.len());
    for id in criteria {
        let Some(weight) = said.get(id).copied() else {
            return Err(ProgrammeError::Missing { what: person.to_owned(), id: id.to_string() });
        };
        if !(weight.is_finite() && weight >= 0.0) {
            let what = format!("the weight of {id} by {person}");
            return Err(ProgrammeError::number(what, weight, "finite and 0 or more"));
        }
        weights.push(weight);
    }
    let total: f64 = weights.iter().sum();
    if !(total.is_finite() && total > 0.0) {
        return Err(ProgrammeError::number(format!("the sum of weights by {person}"), total, "above 0"));
    }
    Ok(weights.into_iter().map(|weight| weight / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Vec<CriterionId> {
        vec!["a".into(), "b".into(), "c".into()]
    }

    fn given(values: [f64; 3]) -> BTreeMap<CriterionId, f64> {
        ids().into_iter().zip(values).collect()
    }

    #[test]
    fn everybody_counts_the_same() {
        let opinions = [
            Opinion { person: "Ada".into(), said: Elicitation::Points(given([60.0, 30.0, 10.0])) },
            Opinion { person: "Ben".into(), said: Elicitation::Swings(given([100.0, 100.0, 50.0])) },
            // 1 beside 2 is 2, 1 beside 3 is 6, 2 beside 3 is 3: they agree in full, with weights 0.6, 0.3, 0.1.
            Opinion {
                person: "Cem".into(),
                said: Elicitation::Pairs { order: ids(), judgements: vec![2.0, 6.0, 3.0] },
            },
        ];
        let group = group_weights(&ids(), &opinions).unwrap();
        let wanted = [1.6 / 3.0, 1.0 / 3.0, 0.4 / 3.0];
        assert!(group.mean.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-9));
        assert!((group.spread[0].highest - group.spread[0].lowest - 0.2).abs() < 1e-9);
        assert!(group.people[2].consistent && group.people[2].consistency_ratio.unwrap() < 1e-9);
    }

    #[test]
    fn judgements_that_do_not_agree_are_marked() {
        let said = Elicitation::Pairs { order: ids(), judgements: vec![9.0, 1.0 / 9.0, 9.0] };
        let group = group_weights(&ids(), &[Opinion { person: "Ada".into(), said }]).unwrap();
        assert!(!group.people[0].consistent && group.people[0].consistency_ratio.unwrap() > 1.0);
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut points = given([1.0, 1.0, 1.0]);
        points.remove(&CriterionId::from("c"));
        let error =
            group_weights(&ids(), &[Opinion { person: "Ada".into(), said: Elicitation::Points(points) }]);
        assert_eq!(error, Err(ProgrammeError::Missing { what: "Ada".into(), id: "c".into() }));
        let said = Elicitation::Swings(given([50.0, 20.0, 10.0]));
        assert!(group_weights(&ids(), &[Opinion { person: "Ada".into(), said }]).is_err());
    }
}
