//! How a portfolio stands, by the money in it.

use serde::{Deserialize, Serialize};

use super::progress::Progress;
use crate::types::{Colour, Euros, ProjectId};

/// A project as it stands in the portfolio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The project.
    pub project: ProjectId,
    /// The money planned for it, over all years.
    pub money: Euros,
    /// Its colour.
    pub colour: Colour,
    /// How far its work has come.
    pub progress: Option<Progress>,
}

/// What one colour has of the portfolio.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The colour.
    pub colour: Colour,
    /// How many projects.
    pub projects: u32,
    /// Their money.
    pub money: Euros,
    /// Their money as a part of all, 0 to 1.
    pub part: f64,
}

/// From where on a portfolio is amber or red.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PortfolioLimits {
    /// Red when red projects hold at least this part of the money.
    pub red_from: f64,
    /// Amber when red and amber projects together hold at least this part.
    pub amber_from: f64,
}

impl Default for PortfolioLimits {
    fn default() -> Self {
        Self { red_from: 0.25, amber_from: 0.25 }
    }
}

/// How a portfolio stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Portfolio {
    /// Its colour, by money.
    pub colour: Colour,
    /// What each colour holds: green, amber, red.
    pub shares: [Share; 3],
    /// All money.
    pub money: Euros,
    /// The mean progress of projects that have milestones, weighted by money; nothing when none has both.
    pub progress: Option<f64>,
    /// Projects without money, which weigh nothing here and are told so that they are not overlooked.
    pub without_money: Vec<ProjectId>,
}

/// The status of a portfolio weighted by money. Money below 0 counts as none. Without any money at all, the colour is the worst of all
/// projects.
pub fn portfolio(projects: &[Held], limits: PortfolioLimits) -> Portfolio {
    let weight = |held: &Held| held.money.max(Euros::ZERO);
    let money: Euros = projects.iter().map(weight).sum();
    let share = |colour: Colour| {
        let own = || projects.iter().filter(move |held| held.colour == colour);
        let held: Euros = own().map(weight).sum();
        let part = if money > Euros::ZERO { held.as_f64() / money.as_f64() } else { 0.0 };
        Share { colour, projects: u32::try_from(own().count()).unwrap_or(u32::MAX), money: held, part }
    };
    let shares = [Colour::Green, Colour::Amber, Colour::Red].map(share);
    let [_, amber, red] = shares;
    let colour = if money == Euros::ZERO {
        projects.iter().map(|held| held.colour).max().unwrap_or_default()
    } else if red.money > Euros::ZERO && red.part >= limits.red_from {
        Colour::Red
    } else if (amber.money + red.money) > Euros::ZERO && amber.part + red.part >= limits.amber_from {
        Colour::Amber
    } else {
        Colour::Green
    };
    let with_both = || {
        projects
            .iter()
            .filter_map(|held| held.progress.map(|progress| (weight(held).as_f64(), progress.part)))
    };
    let weights: f64 = with_both().map(|(weight, _)| weight).sum();
    let progress =
        (weights > 0.0).then(|| with_both().map(|(weight, part)| weight * part).sum::<f64>() / weights);
    let without_money =
        projects.iter().filter(|held| weight(held) == Euros::ZERO).map(|held| held.project.clone()).collect();
    Portfolio { colour, shares, money, progress, without_money }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(id: &str, money: i64, colour: Colour, part: f64) -> Held {
        let progress = Progress { whole: 1.0, done: part, due: part, part, due_part: part };
        Held { project: id.into(), money: Euros(money), colour, progress: Some(progress) }
    }

    #[test]
    fn money_weighs() {
        let projects = [
            held("small", 10, Colour::Red, 0.0),
            held("large", 70, Colour::Green, 0.5),
            held("middle", 20, Colour::Amber, 1.0),
            held("poor", 0, Colour::Red, 0.0),
        ];
        let found = portfolio(&projects, PortfolioLimits::default());
        assert_eq!((found.colour, found.money), (Colour::Amber, Euros(100)));
        assert_eq!(found.shares.map(|share| share.money), [70, 20, 10].map(Euros));
        assert!((found.progress.unwrap() - 0.55).abs() < 1e-12);
        assert_eq!(found.without_money, [ProjectId::from("poor")]);
        assert_eq!(portfolio(&projects[3..], PortfolioLimits::default()).colour, Colour::Red);
        assert_eq!(portfolio(&[], PortfolioLimits::default()).colour, Colour::Green);
    }
}
