//! A programme as of a day, with the lines that many pages need.

use std::collections::HashMap;

use jiff::civil::Date;
use senne_model::ChangeNo;

use crate::{
    Programme,
    portfolio::{Line, LineLimits, lines},
    types::ProjectId,
};

/// A programme as of a day. It is made once for a state of the city, and kept for as long as neither changes.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The programme.
    pub programme: Programme,
    /// A line for each project, in the order of identifiers.
    pub lines: Vec<Line>,
    /// The day.
    pub today: Date,
    /// The last change that is in it.
    pub change: ChangeNo,
    places: HashMap<ProjectId, usize>,
}

impl View {
    /// Of a programme that is so after `change`.
    pub fn of(programme: Programme, today: Date, change: ChangeNo) -> Self {
        let lines = lines(&programme, LineLimits::default(), today);
        let places = lines.iter().enumerate().map(|(place, line)| (line.id.clone(), place)).collect();
        Self { programme, lines, today, change, places }
    }

    /// The line of a project.
    pub fn line(&self, id: &ProjectId) -> Option<&Line> {
        self.places.get(id).and_then(|place| self.lines.get(*place))
    }
}
