//! Projects by indicators: what was expected as an outline, what was measured as a fill.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Attributed, Expected, Line, totals::is_on};
use crate::types::{Answer, IndicatorId, ProjectId, Sign, Words};

/// How what was measured stands to what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Agreement {
    /// As much as was expected, or more.
    Reached,
    /// The way that was expected, and less.
    Less,
    /// The other way.
    Against,
    /// No effect can be told from chance, or none that would matter.
    Open,
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The indicator.
    pub indicator: IndicatorId,
    /// How many projects are expected to move it.
    pub expected: usize,
    /// How many were measured on it.
    pub measured: usize,
}

/// What one project does to one indicator.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cell {
    /// What was expected.
    pub expected: Option<Expected>,
    /// What was measured, by the surest evaluation.
    pub measured: Option<Attributed>,
    /// How both stand to each other.
    pub agreement: Option<Agreement>,
}

/// One project.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatrixRow {
    /// The project.
    pub project: ProjectId,
    /// What it is called.
    pub name: Words,
    /// Beside the columns; nothing where it does nothing.
    pub cells: Vec<Option<Cell>>,
}

/// Projects by indicators.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Matrix {
    /// The indicators, those that most projects move first.
    pub columns: Vec<Column>,
    /// The projects, in the order of lines.
    pub rows: Vec<MatrixRow>,
}

/// The matrix of lines, without projects that were not chosen and without those that move no indicator.
pub fn matrix<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Matrix {
    let lines: Vec<&Line> = lines.into_iter().filter(|line| is_on(line.state)).collect();
    let mut counts: BTreeMap<&IndicatorId, (usize, usize)> = BTreeMap::new();
    let cells: Vec<BTreeMap<&IndicatorId, Cell>> = lines.iter().map(|line| cells(line)).collect();
    for (indicator, cell) in cells.iter().flatten() {
        let count = counts.entry(*indicator).or_default();
        count.0 += usize::from(cell.expected.is_some());
        count.1 += usize::from(cell.measured.is_some());
    }
    let mut columns: Vec<Column> = counts
        .into_iter()
        .map(|(indicator, (expected, measured))| Column { indicator: indicator.clone(), expected, measured })
        .collect();
    columns.sort_by(|a, b| b.expected.cmp(&a.expected).then_with(|| a.indicator.cmp(&b.indicator)));
    let row = |(line, mut cells): (&Line, BTreeMap<&IndicatorId, Cell>)| MatrixRow {
        project: line.id.clone(),
        name: line.name.clone(),
        cells: columns.iter().map(|column| cells.remove(&column.indicator)).collect(),
    };
    let some = |(_, cells): &(&Line, BTreeMap<&IndicatorId, Cell>)| !cells.is_empty();
    let rows = lines.into_iter().zip(cells).filter(some).map(row).collect();
    Matrix { columns, rows }
}

fn cells(line: &Line) -> BTreeMap<&IndicatorId, Cell> {
    let mut cells: BTreeMap<&IndicatorId, Cell> = BTreeMap::new();
    for expected in &line.expected {
        // Of several on one indicator the first stands: they are for different areas.
        cells.entry(&expected.indicator).or_default().expected.get_or_insert_with(|| expected.clone());
    }
    for measured in &line.attributed {
        if let Some(indicator) = &measured.indicator {
            cells.entry(indicator).or_default().measured.get_or_insert_with(|| measured.clone());
        }
    }
    for cell in cells.values_mut() {
        cell.agreement = cell.expected.as_ref().zip(cell.measured.as_ref()).map(|(e, m)| agreement(e, m));
    }
    cells
}

/// How what was measured stands to what was expected.
pub(crate) fn agreement(expected: &Expected, measured: &Attributed) -> Agreement {
    if !matches!(measured.answer, Answer::Better | Answer::Worse) {
        return Agreement::Open;
    }
    let size = match expected.sign {
        Sign::Increase => measured.estimate,
        Sign::Decrease => -measured.estimate,
    };
    match size {
        size if size >= expected.low => Agreement::Reached,
        size if size > 0.0 => Agreement::Less,
        _ => Agreement::Against,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_stands_beside_what_was_expected() {
        let expected =
            Expected { indicator: "no2".into(), sign: Sign::Decrease, low: 2.0, high: 4.0, grade: 3 };
        let measured = |estimate, answer| Attributed {
            evaluation: "e".into(),
            indicator: None,
            estimate,
            interval: None,
            answer,
            grade: 3,
        };
        let found = |estimate, answer| agreement(&expected, &measured(estimate, answer));
        assert_eq!(found(-2.5, Answer::Better), Agreement::Reached);
        assert_eq!(found(-1.5, Answer::Better), Agreement::Less);
        assert_eq!(found(1.5, Answer::Worse), Agreement::Against);
        assert_eq!(found(-9.0, Answer::NotDetectable), Agreement::Open);
    }
}
