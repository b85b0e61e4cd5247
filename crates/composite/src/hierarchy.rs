//! What belongs to what: indicators, the aggregates above them, denominators and groups of units.

mod check;

use crate::CompositeError;

/// Which way is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// A higher value is better.
    #[default]
    Higher,
    /// A lower value is better.
    Lower,
}

impl Direction {
    /// 1 for higher, −1 for lower.
    pub fn sign(self) -> f64 {
        match self {
            Self::Higher => 1.0,
            Self::Lower => -1.0,
        }
    }
}

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Measured; stands at level 1.
    Indicator,
    /// Computed from its children; stands at level 2 or above.
    Aggregate,
    /// By which indicators are divided; stands at no level.
    Denominator,
    /// Says to which group a unit belongs; stands at no level.
    Group,
}

/// One row of the metadata table.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// By which it is named everywhere.
    pub code: String,
    /// What it is.
    pub role: Role,
    /// 1 for indicators, rising to the index; nothing for denominators and groups.
    pub level: Option<usize>,
    /// The code of the element one level above; nothing for the index, denominators and groups.
    pub parent: Option<String>,
    /// Its weight among its siblings, relative to theirs.
    pub weight: f64,
    /// Which way is better; counts for indicators alone.
    pub direction: Direction,
    /// The code of what the indicator is divided by.
    pub denominator: Option<String>,
    /// The value to be reached, in units of the indicator as it is when it is normalised.
    pub target: Option<f64>,
}

impl Element {
    /// An indicator of weight 1, of which more is better.
    pub fn indicator(code: impl Into<String>, parent: impl Into<String>) -> Self {
        Self { level: Some(1), parent: Some(parent.into()), ..Self::bare(code.into(), Role::Indicator) }
    }

    /// An aggregate of weight 1; without a parent it is the index.
    pub fn aggregate(code: impl Into<String>, level: usize, parent: Option<&str>) -> Self {
        let parent = parent.map(str::to_owned);
        Self { level: Some(level), parent, ..Self::bare(code.into(), Role::Aggregate) }
    }

    /// What indicators are divided by.
    pub fn denominator(code: impl Into<String>) -> Self {
        Self::bare(code.into(), Role::Denominator)
    }

    /// By what units are grouped.
    pub fn group(code: impl Into<String>) -> Self {
        Self::bare(code.into(), Role::Group)
    }

    fn bare(code: String, role: Role) -> Self {
        Self {
            code,
            role,
            level: None,
            parent: None,
            weight: 1.0,
            direction: Direction::Higher,
            denominator: None,
            target: None,
        }
    }

    /// The same with another weight.
    pub fn weighing(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// The same with lower values better.
    pub fn lower_is_better(mut self) -> Self {
        self.direction = Direction::Lower;
        self
    }

    /// The same, divided by `code`.
    pub fn divided_by(mut self, code: impl Into<String>) -> Self {
        self.denominator = Some(code.into());
        self
    }

    /// The same with a target.
    pub fn aiming_at(mut self, target: f64) -> Self {
        self.target = Some(target);
        self
    }
}

/// A tree of any depth: every leaf is an indicator at level 1, every parent stands one level above its children, and one root is the index.
#[derive(Clone, Debug, PartialEq)]
pub struct Hierarchy {
    elements: Vec<Element>,
    levels: usize,
}

impl Hierarchy {
    /// From the metadata table.
    ///
    /// # Errors
    /// When a code stands twice; a parent or denominator is unknown or of the wrong role; parents run in a circle; a level is missing,
    /// skipped or does not fit the role; a weight is negative or not finite; an aggregate has no children; or there is not exactly one
    /// root.
    pub fn new(elements: Vec<Element>) -> Result<Self, CompositeError> {
        let levels = check::check(&elements)?;
        Ok(Self { elements, levels })
    }

    /// Every row of the metadata table, in order.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// How many levels there are; the index stands at this one.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// The element of a code.
    pub fn element(&self, code: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.code == code)
    }

    /// The element of a code, or an error that says who needs it.
    pub(crate) fn need(&self, code: &str, who: &str) -> Result<&Element, CompositeError> {
        self.element(code).ok_or_else(|| CompositeError::unknown(who, code))
    }

    /// The indicators, in order.
    pub fn indicators(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(|element| element.role == Role::Indicator)
    }

    /// The elements at a level, in order.
    pub fn at_level(&self, level: usize) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(move |element| element.level == Some(level))
    }

    /// The root.
    pub fn index(&self) -> &Element {
        // The check has found one; the first element stands in for it only in a table that was never checked.
        self.at_level(self.levels).next().unwrap_or(&self.elements[0])
    }

    /// The elements directly below one, in order.
    pub fn children<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.parent.as_deref() == Some(code))
    }

    /// The element of `level` above (or at) an element.
    pub fn ancestor(&self, code: &str, level: usize) -> Option<&Element> {
        let mut element = self.element(code)?;
        while element.level? < level {
            element = self.element(element.parent.as_deref()?)?;
        }
        (element.level? == level).then_some(element)
    }

    /// The codes of the elements of `level` below (or at) an element, in order.
    pub fn below(&self, code: &str, level: usize) -> Vec<&str> {
        let Some(own) = self.element(code).and_then(|element| element.level) else { return Vec::new() };
        self.at_level(level)
            .filter(|element| self.ancestor(&element.code, own).is_some_and(|above| above.code == code))
            .map(|element| element.code.as_str())
            .collect()
    }
}
