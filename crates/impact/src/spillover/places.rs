//! Where units are.

use crate::{StatisticsError, covariance::distance_km, least_squares::check_column};

/// Where units are, in order of their numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Places {
    /// Coordinates in metres on a plane.
    Metres(Vec<[f64; 2]>),
    /// Latitude and longitude in degrees; distances go along great circles.
    Degrees(Vec<[f64; 2]>),
    /// From each unit to each, in metres.
    Distances(Vec<Vec<f64>>),
}

impl Places {
    /// How many units there are.
    pub fn units(&self) -> usize {
        match self {
            Self::Metres(places) | Self::Degrees(places) => places.len(),
            Self::Distances(rows) => rows.len(),
        }
    }

    /// Metres from one unit to another.
    pub(super) fn metres(&self, from: usize, to: usize) -> f64 {
        match self {
            Self::Metres(places) => {
                let ([a, b], [c, d]) = (places[from], places[to]);
                (a - c).hypot(b - d)
            }
            Self::Degrees(places) => {
                let ([a, b], [c, d]) = (places[from], places[to]);
                1000.0 * distance_km((a, b), (c, d))
            }
            Self::Distances(rows) => rows[from][to],
        }
    }

    pub(super) fn check(&self) -> Result<(), StatisticsError> {
        let units = self.units();
        match self {
            Self::Metres(places) | Self::Degrees(places) => {
                for (axis, name) in ["the first coordinate", "the second coordinate"].into_iter().enumerate()
                {
                    let column: Vec<f64> = places.iter().map(|place| place[axis]).collect();
                    check_column(name, &column, units)?;
                }
                let outside = |place: &[f64; 2]| place[0].abs() > 90.0 || place[1].abs() > 360.0;
                match places.iter().position(outside) {
                    Some(place) if matches!(self, Self::Degrees(_)) => {
                        let why = format!("the place of unit {place} is none on earth; latitude comes first");
                        Err(StatisticsError::NotIdentified { what: "distances".to_owned(), why })
                    }
                    _ => Ok(()),
                }
            }
            Self::Distances(rows) => {
                for (unit, row) in rows.iter().enumerate() {
                    check_column(&format!("distances of unit {unit}"), row, units)?;
                    if row.iter().any(|distance| *distance < 0.0) {
                        let why = format!("unit {unit} has one below 0");
                        return Err(StatisticsError::NotIdentified { what: "distances".to_owned(), why });
                    }
                }
                Ok(())
            }
        }
    }
}
