//! Where an objective stands. That is where its indicator stands, whoever moved it.

use serde::Serialize;

use crate::{
    Programme,
    types::{Level, Objective, ObjectiveId},
};

/// Where an indicator stands to its target band.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// It is not known where the indicator stands, or the objective has no band.
    Unknown,
    /// Within the band.
    Within,
    /// On the other side of the band than it began.
    Beyond,
    /// Nearer to the band than it began.
    Towards {
        /// The part of the way that is covered, 0 to 1.
        part: f64,
    },
    /// As far from the band as it began.
    Unmoved,
    /// Farther from the band than it began.
    Away,
    /// Outside of the band, and it is not known where it began.
    Outside,
}

/// An objective in one line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ObjectiveLine {
    /// The objective.
    pub id: ObjectiveId,
    /// Where its indicator stands in its area.
    pub level: Option<Level>,
    /// Where that is to the band.
    pub standing: Standing,
    /// How many projects serve it.
    pub projects: usize,
    /// How many evaluations of those projects measured its indicator.
    pub measured: usize,
}

/// The line of an objective. One without an area has no level: which area is the whole city is not known here.
pub fn objective_line(programme: &Programme, objective: &Objective) -> ObjectiveLine {
    let area = objective.area.as_ref();
    let level = area.and_then(|area| programme.level(&objective.indicator, area)).cloned();
    let projects = programme.links.projects_by_objective.get(&objective.id);
    let measured = programme
        .projects_of(projects)
        .flat_map(|project| programme.evaluations_of(&project.id))
        .filter(|one| one.measured.is_some() && one.own_indicator() == Some(&objective.indicator))
        .count();
    ObjectiveLine {
        id: objective.id.clone(),
        standing: standing(objective, level.as_ref().map(|level| level.value)),
        level,
        projects: projects.map_or(0, Vec::len),
        measured,
    }
}

/// Where a value stands to the target band of an objective.
pub fn standing(objective: &Objective, value: Option<f64>) -> Standing {
    let (low, high) = (objective.target_low, objective.target_high);
    let Some(value) = value.filter(|value| value.is_finite() && (low.is_some() || high.is_some())) else {
        return Standing::Unknown;
    };
    // Below 0 under the band, above 0 over it.
    let off = |value: f64| match (low, high) {
        (Some(low), _) if value < low => value - low,
        (_, Some(high)) if value > high => value - high,
        _ => 0.0,
    };
    let now = off(value);
    if now == 0.0 {
        return Standing::Within;
    }
    let Some(began) = objective.baseline.map(|(value, _)| off(value)) else { return Standing::Outside };
    if began * now < 0.0 {
        return Standing::Beyond;
    }
    match now.abs() - began.abs() {
        difference if difference < 0.0 => Standing::Towards { part: 1.0 - now.abs() / began.abs() },
        difference if difference > 0.0 => Standing::Away,
        _ => Standing::Unmoved,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::types::Words;

    fn objective(baseline: Option<f64>, low: Option<f64>, high: Option<f64>) -> Objective {
        Objective {
            id: "o".into(),
            name: Words::default(),
            pillar: "p".into(),
            indicator: "i".into(),
            area: None,
            baseline: baseline.map(|value| (value, date(2023, 12, 31))),
            target_low: low,
            target_high: high,
            target_on: date(2028, 12, 31),
            owner: None,
        }
    }

    #[test]
    fn a_value_stands_to_its_band() {
        let falls = objective(Some(16.0), Some(7.0), Some(10.0));
        assert_eq!(standing(&falls, Some(8.0)), Standing::Within);
        assert_eq!(standing(&falls, Some(13.0)), Standing::Towards { part: 0.5 });
        assert_eq!(standing(&falls, Some(16.0)), Standing::Unmoved);
        assert_eq!(standing(&falls, Some(17.0)), Standing::Away);
        assert_eq!(standing(&falls, Some(6.0)), Standing::Beyond);
        assert_eq!(standing(&falls, None), Standing::Unknown);
        assert_eq!(standing(&objective(None, Some(7.0), None), Some(6.0)), Standing::Outside);
        assert_eq!(standing(&objective(None, None, None), Some(6.0)), Standing::Unknown);
        assert_eq!(standing(&objective(Some(8.0), Some(7.0), None), Some(6.0)), Standing::Away);
    }
}
