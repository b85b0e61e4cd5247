//! The whole programme as open data: a table for every type.

use super::{Table, rows};
use crate::Programme;

/// All tables, by the names of their types. Nothing personal is in them: not who judged, confirmed or decided.
pub fn open_data(programme: &Programme) -> Vec<Table> {
    vec![
        rows::memoranda(programme),
        rows::pillars(programme),
        rows::objectives(programme),
        rows::organisations(programme),
        rows::catalysts(programme),
        rows::calls(programme),
        rows::projects(programme),
        rows::effects(programme),
        rows::milestones(programme),
        rows::money(programme),
        rows::risks(programme),
        rows::benefits(programme),
        rows::interventions(programme),
        rows::decisions(programme),
        rows::documents(programme),
        rows::evaluations(programme),
    ]
}
