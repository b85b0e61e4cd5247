//! The parts of a series, as matrices.

use faer::Mat;

/// A part of a series. Variances are those of one step, in squared units of the series.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A level that wanders.
    Level {
        /// How much it moves.
        variance: f64,
    },
    /// A level that wanders, and a slope that does.
    Trend {
        /// How much the level moves beside its slope.
        level: f64,
        /// How much the slope moves.
        slope: f64,
    },
    /// A pattern of so many seasons that sum to about zero, each lasting so many steps.
    Season {
        /// How many seasons there are.
        seasons: usize,
        /// How many steps each lasts.
        steps: usize,
        /// How much the pattern moves from one season to the next.
        variance: f64,
    },
    /// Noise that remembers: each value is like the one before it.
    Memory {
        /// How much, from −1 to 1.
        memory: f64,
        /// How much is added in a step.
        variance: f64,
    },
}

impl Part {
    fn size(&self) -> usize {
        match self {
            Self::Level { .. } | Self::Memory { .. } => 1,
            Self::Trend { .. } => 2,
            Self::Season { seasons, .. } => seasons.saturating_sub(1).max(1),
        }
    }

    /// What state becomes what, within the part, from step `time` to the next.
    fn transition(&self, time: usize, into: &mut Mat<f64>, at: usize) {
        match self {
            Self::Level { .. } => into[(at, at)] = 1.0,
            Self::Memory { memory, .. } => into[(at, at)] = *memory,
            Self::Trend { .. } => {
                into[(at, at)] = 1.0;
                into[(at, at + 1)] = 1.0;
                into[(at + 1, at + 1)] = 1.0;
            }
            Self::Season { .. } if self.turns(time) => {
                for place in 0..self.size() {
                    into[(at, at + place)] = -1.0;
                    if place > 0 {
                        into[(at + place, at + place - 1)] = 1.0;
                    }
                }
            }
            Self::Season { .. } => (0..self.size()).for_each(|place| into[(at + place, at + place)] = 1.0),
        }
    }

    /// Whether another season begins after step `time`.
    fn turns(&self, time: usize) -> bool {
        matches!(self, Self::Season { steps, .. } if (time + 1).is_multiple_of((*steps).max(1)))
    }

    fn variances(&self, time: usize) -> Vec<f64> {
        match self {
            Self::Level { variance } | Self::Memory { variance, .. } => vec![*variance],
            Self::Trend { level, slope } => vec![*level, *slope],
            Self::Season { variance, .. } => {
                let mut variances = vec![0.0; self.size()];
                variances[0] = if self.turns(time) { *variance } else { 0.0 };
                variances
            }
        }
    }
}

/// A series that is the sum of its parts and of noise.
#[derive(Clone, Debug, PartialEq)]
pub struct StateSpace {
    /// The variance of the noise.
    pub noise: f64,
    /// The parts.
    pub parts: Vec<Part>,
}

impl StateSpace {
    /// How many numbers the state has.
    pub fn size(&self) -> usize {
        self.parts.iter().map(Part::size).sum()
    }

    /// Which numbers of the state a series is the sum of.
    pub(crate) fn observed(&self) -> Vec<f64> {
        let mut row = vec![0.0; self.size()];
        let mut at = 0;
        for part in &self.parts {
            row[at] = 1.0;
            at += part.size();
        }
        row
    }

    pub(crate) fn transition(&self, time: usize) -> Mat<f64> {
        let mut matrix = Mat::zeros(self.size(), self.size());
        let mut at = 0;
        for part in &self.parts {
            part.transition(time, &mut matrix, at);
            at += part.size();
        }
        matrix
    }

    /// The variance of what is added to each number of the state after step `time`.
    pub(crate) fn disturbances(&self, time: usize) -> Vec<f64> {
        self.parts.iter().flat_map(|part| part.variances(time)).collect()
    }
}
