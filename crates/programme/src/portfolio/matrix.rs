//! Projects by indicators: what was expected as an outline, what was measured as a fill.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Attributed, Expected, Line, totals::is_on};
use crate::types::{Answer, IndicatorId, Meeting, ProjectId, Sign, Words, meeting};

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
    /// What was measured of the same quantity, by the surest evaluation; where nothing was expected, whatever was measured.
    pub measured: Option<Attributed>,
    /// How both stand to each other.
    pub agreement: Option<Agreement>,
    /// Why what was measured on the indicator does not stand beside what was expected.
    pub apart: Option<Meeting>,
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
        let same = |one: &&Attributed| meeting(expected.quantity(), one.quantity()) == Some(Meeting::Same);
        let met = line.attributed.iter().find(same);
        let cell = cells.entry(&expected.indicator).or_default();
        // Of several on one indicator the one that was measured stands, else the first: they are for different areas.
        if cell.expected.is_none() || (cell.measured.is_none() && met.is_some()) {
            cell.agreement = met.map(|one| agreement(expected, one));
            cell.expected = Some(expected.clone());
            cell.measured = met.cloned();
        }
    }
    for cell in cells.values_mut().filter(|cell| cell.measured.is_none()) {
        let apart = |expected: &Expected| {
            line.attributed.iter().filter_map(|one| meeting(expected.quantity(), one.quantity())).max()
        };
        cell.apart = cell.expected.as_ref().and_then(apart);
    }
    for measured in &line.attributed {
        let cell = measured.indicator.as_ref().map(|indicator| cells.entry(indicator).or_default());
        if let Some(cell) = cell.filter(|cell| cell.expected.is_none()) {
            cell.measured.get_or_insert_with(|| measured.clone());
        }
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
    use crate::types::Outcome;

    #[test]
    fn what_was_measured_stands_beside_what_was_expected() {
        let expected = Expected {
            indicator: "no2".into(),
            outcome: None,
            sign: Sign::Decrease,
            low: 2.0,
            high: 4.0,
            grade: 3,
        };
        let measured = |estimate, answer| Attributed {
            evaluation: "e".into(),
            indicator: None,
            outcome: None,
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
    fn counted(unit: &str) -> Outcome {
        Outcome {
            kind: "TrafficFlowObserved".into(),
            attribute: "intensity".into(),
            unit: Words::in_language("en", unit),
            ..Outcome::default()
        }
    }

    fn promise(outcome: Option<Outcome>, low: f64) -> Expected {
        let sign = Sign::Decrease;
        Expected { indicator: "traffic".into(), outcome, sign, low, high: 2.0 * low, grade: 3 }
    }

    fn found(indicator: Option<&str>, outcome: Option<Outcome>) -> Attributed {
        Attributed {
            evaluation: "e".into(),
            indicator: indicator.map(Into::into),
            outcome,
            estimate: -17.0,
            interval: None,
            answer: Answer::Better,
            grade: 3,
        }
    }

    fn cell(expected: Vec<Expected>, attributed: Vec<Attributed>) -> Cell {
        let project = crate::types::Project::default();
        let limits = crate::portfolio::LineLimits::default();
        let today = jiff::civil::date(2026, 11, 30);
        let line = crate::portfolio::line(&crate::Programme::default(), &project, limits, today);
        let line = Line { attributed, expected, ..line };
        cells(&line).remove(&IndicatorId::from("traffic")).unwrap()
    }

    #[test]
    fn a_fill_stands_under_the_outline_of_its_own_quantity() {
        let near = || Some(counted("vehicles in 5 minutes"));
        // The promise for the commune comes first; the one for the streets is what was measured.
        let promises = vec![promise(None, 800.0), promise(near(), 12.0)];
        let both = cell(promises.clone(), vec![found(None, near())]);
        assert_eq!((both.expected.as_ref(), both.agreement), (promises.last(), Some(Agreement::Reached)));
        assert!(both.measured.is_some() && both.apart.is_none());
    }

    #[test]
    fn what_cannot_be_compared_is_no_fill() {
        let near = || Some(counted("vehicles in 5 minutes"));
        for (promised, measured, why) in [
            (None, near(), Meeting::OtherQuantity),
            (near(), None, Meeting::OtherQuantity),
            (near(), Some(counted("vehicles a day")), Meeting::OtherUnit),
        ] {
            let cell = cell(vec![promise(promised, 800.0)], vec![found(Some("traffic"), measured)]);
            assert_eq!((cell.measured, cell.agreement, cell.apart), (None, None, Some(why)));
        }
        // Where nothing was promised what was measured stands alone.
        let alone = cell(Vec::new(), vec![found(Some("traffic"), near())]);
        assert!(alone.measured.is_some() && alone.apart.is_none());
    }
}
