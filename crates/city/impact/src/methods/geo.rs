//! An experiment with regions: one project or several at once, each in a cell of regions, all compared with the regions in none.

use senne_impact::{
    BlockCovariates, CellEffect, CellEffects, GeoOptions, MultipleCorrection, adjusted_p_values,
    augmented_control, evaluate_cells,
};

use super::{
    Found,
    synthetic::{course, weights},
};
use crate::{
    CellOf, EvaluationError, Request, Table,
    panel::{Block, Rows},
    warning,
};

/// The cells by name, each with the places of its regions in the block.
type Cells = Vec<(String, Vec<usize>)>;

/// The cell of each treated region: what its first row says, or one for all when there is no such column.
fn cells(rows: &Rows, table: &Table, request: &Request, block: &Block) -> Result<Cells, EvaluationError> {
    let treated = block.panel.donors..block.names.len();
    let Some(column) = &request.cell else { return Ok(vec![("all".to_owned(), treated.collect())]) };
    let texts = table.texts(column)?;
    let mut found = Cells::new();
    for region in treated {
        let mut own = (0..rows.unit.len()).filter(|row| rows.units[rows.unit[*row]] == block.names[region]);
        let name = own.find_map(|row| Some(&texts[rows.of_table[row]]).filter(|text| !text.is_empty()));
        let Some(name) = name else {
            let what = format!("a cell for each treated region; `{}` has none", block.names[region]);
            return Err(EvaluationError::Lacks { method: "geo", what });
        };
        match found.iter_mut().find(|(known, _)| known == name) {
            Some((_, regions)) => regions.push(region),
            None => found.push((name.clone(), vec![region])),
        }
    }
    found.sort();
    Ok(found)
}

pub(super) fn experiment(rows: &Rows, table: &Table, request: &Request) -> Result<Found, EvaluationError> {
    let block = rows.block("geo")?;
    let panel = &block.panel;
    let cells = cells(rows, table, request, &block)?;
    let options = GeoOptions::of_mean(1.0 - request.chance);
    let regions: Vec<Vec<usize>> = cells.iter().map(|(_, regions)| regions.clone()).collect();
    let by_cell = evaluate_cells(&panel.outcome, &regions, panel.before, &options)?;
    let all = [regions.concat()];
    let whole = evaluate_cells(&panel.outcome, &all, panel.before, &options)?;
    let Some(whole) = whole.cells.first() else {
        return Err(EvaluationError::Lacks { method: "geo", what: "a treated region".to_owned() });
    };
    let found = augmented_control(panel, &BlockCovariates::default(), options.control)?;
    let treated = panel.treated_mean();
    let instead: Vec<f64> = treated.iter().zip(&found.gap).map(|(observed, gap)| observed - gap).collect();
    let mut warnings = Vec::new();
    if whole.interval.iter().any(|end| end.is_infinite()) {
        warnings.push(warning::unbounded(panel.times(), request.chance));
    }
    Ok(Found {
        source: "Cells of regions beside an augmented synthetic control each (as GeoLift); interval by shifts of the course \
                 (Chernozhukov, Wüthrich and Zhu 2021), chances of cells by Holm (1979)",
        estimate: whole.effect,
        standard_error: whole.standard_error,
        interval: whole.interval,
        p_value: whole.p_value,
        detectable: Some(whole.detectable()),
        relative: Some(whole.lift),
        left_out: block.left_out,
        unit_weights: weights(&block.names, &found.weights),
        course: course(rows, panel, &instead),
        cells: told(&cells, &by_cell, &block)?,
        diagnostics: vec![
            ("imbalance before", whole.imbalance),
            ("imbalance as a part of that of equal weights", whole.scaled_imbalance),
            ("effect over all regions and times", whole.incremental),
            ("its lower end", whole.incremental_interval[0]),
            ("its upper end", whole.incremental_interval[1]),
        ],
        warnings,
        ..Found::default()
    })
}

fn told(cells: &Cells, found: &CellEffects, block: &Block) -> Result<Vec<CellOf>, EvaluationError> {
    let chances: Vec<f64> = found.cells.iter().map(|cell| cell.p_value).collect();
    let together = adjusted_p_values(&chances, MultipleCorrection::Holm)?;
    let best = found.best();
    let one = |(place, (name, regions)): (usize, &(String, Vec<usize>))| {
        let CellEffect { effect, lift, incremental, interval, incremental_interval, .. } = found.cells[place];
        CellOf {
            cell: name.clone(),
            regions: regions.iter().map(|region| block.names[*region].clone()).collect(),
            effect,
            standard_error: found.cells[place].standard_error,
            interval,
            p_value: found.cells[place].p_value,
            p_value_of_all: together[place],
            lift,
            incremental,
            incremental_interval,
            detectable: found.cells[place].detectable(),
            best: best == Some(place),
        }
    };
    Ok(cells.iter().enumerate().map(one).collect())
}
