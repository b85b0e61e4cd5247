//! The decision matrix: projects by criteria, none missing.

use serde::{Deserialize, Serialize};

use crate::{
    ProgrammeError,
    error::first_twice,
    types::{CriterionId, Direction, ProjectId},
};

impl From<Direction> for senne_composite::Direction {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Higher => Self::Higher,
            Direction::Lower => Self::Lower,
        }
    }
}

/// What projects are judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Its identifier.
    pub id: CriterionId,
    /// Which way is better.
    pub direction: Direction,
    /// The ends of its scale, lower first, in its unit; those of the projects at hand without any.
    pub bounds: Option<(f64, f64)>,
}

/// Projects by criteria.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// The criteria: columns.
    pub criteria: Vec<Criterion>,
    /// The projects: rows.
    pub projects: Vec<ProjectId>,
    /// One row a project and one value a criterion, in the unit of the criterion.
    pub values: Vec<Vec<f64>>,
}

impl Matrix {
    /// From the values of each project by criterion.
    ///
    /// # Errors
    /// When a project misses a value, or as [`Matrix::check`].
    pub fn from_scores<'a>(
        criteria: Vec<Criterion>,
        projects: impl IntoIterator<Item = (&'a ProjectId, &'a std::collections::BTreeMap<CriterionId, f64>)>,
    ) -> Result<Self, ProgrammeError> {
        let mut matrix = Self { criteria, projects: Vec::new(), values: Vec::new() };
        for (project, scores) in projects {
            let value = |criterion: &Criterion| {
                scores.get(&criterion.id).copied().ok_or_else(|| ProgrammeError::Missing {
                    what: project.to_string(),
                    id: criterion.id.to_string(),
                })
            };
            let row = matrix.criteria.iter().map(value).collect::<Result<Vec<f64>, _>>()?;
            matrix.projects.push(project.clone());
            matrix.values.push(row);
        }
        matrix.check()?;
        Ok(matrix)
    }

    /// Whether it is whole.
    ///
    /// # Errors
    /// When there are no projects or criteria, one stands twice, a row has another length, a value is not finite or outside its bounds, or
    /// bounds are the wrong way round.
    pub fn check(&self) -> Result<(), ProgrammeError> {
        for (what, found) in [("projects", self.projects.len()), ("criteria", self.criteria.len())] {
            if found == 0 {
                return Err(ProgrammeError::TooFew { what: what.to_owned(), found, wanted: 1 });
            }
        }
        if let Some(id) = first_twice(&self.projects) {
            return Err(ProgrammeError::Twice { what: "the project", id: id.to_string() });
        }
        if let Some(id) = first_twice(self.criteria.iter().map(|criterion| &criterion.id)) {
            return Err(ProgrammeError::Twice { what: "the criterion", id: id.to_string() });
        }
        if self.values.len() != self.projects.len() {
            let what = "rows of values".to_owned();
            return Err(ProgrammeError::TooFew {
                what,
                found: self.values.len(),
                wanted: self.projects.len(),
            });
        }
        for (project, row) in self.projects.iter().zip(&self.values) {
            if row.len() != self.criteria.len() {
                let what = format!("the values of {project}");
                return Err(ProgrammeError::TooFew { what, found: row.len(), wanted: self.criteria.len() });
            }
            for (criterion, value) in self.criteria.iter().zip(row) {
                let what = || format!("the value of {project} for {}", criterion.id);
                if !value.is_finite() {
                    return Err(ProgrammeError::number(what(), value, "a finite number"));
                }
                if criterion.bounds.is_some_and(|(low, high)| *value < low || *value > high) {
                    let wanted = "within the bounds of its criterion; correct it, or widen them";
                    return Err(ProgrammeError::number(what(), value, wanted));
                }
            }
        }
        self.criteria.iter().try_for_each(|criterion| match criterion.bounds {
            Some((low, high)) if !(low.is_finite() && high.is_finite() && low < high) => {
                let what = format!("the bounds of {}", criterion.id);
                Err(ProgrammeError::number(what, format!("{low} and {high}"), "two numbers, the first lower"))
            }
            _ => Ok(()),
        })
    }

    /// The values of one criterion.
    pub fn column(&self, criterion: usize) -> Vec<f64> {
        self.values.iter().filter_map(|row| row.get(criterion).copied()).collect()
    }

    /// The ends of each criterion's scale: its bounds, else the least and the greatest value; one apart when all values are equal, so that a
    /// scale is there and tells nobody apart.
    pub fn ends(&self) -> Vec<(f64, f64)> {
        let ends = |(at, criterion): (usize, &Criterion)| {
            criterion.bounds.unwrap_or_else(|| {
                let (low, high) = senne_composite::statistics::extremes(&self.column(at)).unwrap_or_default();
                if high > low { (low, high) } else { (low, low + low.abs().max(1.0)) }
            })
        };
        self.criteria.iter().enumerate().map(ends).collect()
    }

    /// Values from 0 (the worse end of the scale) to 1 (the better end), one row a project.
    pub fn scaled(&self) -> Vec<Vec<f64>> {
        let ends = self.ends();
        let one = |((criterion, (low, high)), value): ((&Criterion, &(f64, f64)), &f64)| {
            let part = (value - low) / (high - low);
            if criterion.direction == Direction::Higher { part } else { 1.0 - part }
        };
        let row = |row: &Vec<f64>| self.criteria.iter().zip(&ends).zip(row).map(one).collect();
        self.values.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_missing_value_is_named() {
        let criterion = Criterion { id: "air".into(), direction: Direction::Higher, bounds: None };
        let (id, scores) = (ProjectId::from("p"), BTreeMap::new());
        let error = Matrix::from_scores(vec![criterion], [(&id, &scores)]).unwrap_err();
        assert_eq!(error, ProgrammeError::Missing { what: "p".into(), id: "air".into() });
    }

    #[test]
    fn scales_run_from_worse_to_better() {
        let criterion =
            |direction, bounds| Criterion { id: format!("{direction:?}").into(), direction, bounds };
        let matrix = Matrix {
            criteria: vec![
                criterion(Direction::Lower, None),
                criterion(Direction::Higher, Some((0.0, 10.0))),
            ],
            projects: vec!["a".into(), "b".into()],
            values: vec![vec![100.0, 5.0], vec![200.0, 10.0]],
        };
        matrix.check().unwrap();
        assert_eq!(matrix.scaled(), vec![vec![1.0, 0.5], vec![0.0, 1.0]]);
    }
}
