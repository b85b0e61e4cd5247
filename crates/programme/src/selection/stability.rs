//! Which projects are chosen whatever the weights, and which depend on them.

use serde::{Deserialize, Serialize};

use super::{
    question::{Question, SearchOptions, select_from},
    rows::Problem,
};
use crate::{ProgrammeError, types::ProjectId};

/// Where a project stands when weights are uncertain (robust portfolio modelling, Liesiö, Mild and Salo 2007).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// Chosen under nearly all weights.
    Core,
    /// Chosen under some.
    Borderline,
    /// Chosen under nearly none.
    Out,
}

/// From where on a project is core or out, and how far each search goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StabilityOptions {
    /// Chosen in at least this part of samples: core.
    pub core_from: f64,
    /// Chosen in at most this part of samples: out.
    pub out_until: f64,
    /// How far the search for each sample goes.
    pub search: SearchOptions,
}

impl Default for StabilityOptions {
    fn default() -> Self {
        // Many samples of nearly the best say more than few of the very best.
        let search = SearchOptions { nodes_most: 200, gap: 0.001 };
        Self { core_from: 0.95, out_until: 0.05, search }
    }
}

/// How often a project is chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// The project.
    pub project: ProjectId,
    /// The part of samples in which it is chosen (its core index), 0 to 1.
    pub part: f64,
    /// Core, borderline or out.
    pub place: Place,
}

/// What samples of weights say together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Each project, in the order of identifiers.
    pub projects: Vec<Membership>,
    /// How many samples had a selection.
    pub samples: u32,
    /// How many samples had none, by proof or because the search ended before.
    pub without_selection: u32,
    /// The greatest gap of any sample, as a part of what was found.
    pub greatest_gap: f64,
}

/// Chooses once for each sample of scores, one score a candidate in the order of the question, and counts. Samples come from
/// [`sampled_scores`](crate::scoring::sampled_scores); the same samples always give the same answer.
///
/// # Errors
/// As [`select`](super::select), and when there are no samples, one has another length, or the thresholds are out of order.
pub fn stability(
    question: &Question,
    samples: &[Vec<f64>],
    options: StabilityOptions,
) -> Result<Stability, ProgrammeError> {
    if samples.is_empty() {
        return Err(ProgrammeError::TooFew { what: "samples of scores".to_owned(), found: 0, wanted: 1 });
    }
    if !(0.0 <= options.out_until && options.out_until < options.core_from && options.core_from <= 1.0) {
        let found = format!("{} and {}", options.out_until, options.core_from);
        return Err(ProgrammeError::number("the thresholds of out and core", found, "rising within 0 to 1"));
    }
    let mut ids: Vec<ProjectId> = question.candidates.iter().map(|candidate| candidate.id.clone()).collect();
    ids.sort();
    let mut counts = vec![0_u32; ids.len()];
    let (mut found, mut without, mut greatest) = (0_u32, 0_u32, 0.0_f64);
    let mut sampled = question.clone();
    let mut before: Option<Vec<bool>> = None;
    for scores in samples {
        if scores.len() != question.candidates.len() {
            let what = "a sample of scores".to_owned();
            return Err(ProgrammeError::TooFew { what, found: scores.len(), wanted: ids.len() });
        }
        for (candidate, score) in sampled.candidates.iter_mut().zip(scores) {
            candidate.score = *score;
        }
        let problem = Problem::new(&sampled)?;
        let outcome = select_from(&sampled, &problem, options.search, before.as_deref());
        let Some(selection) = outcome.selection() else {
            without += 1;
            continue;
        };
        found += 1;
        if let super::Proof::Within { gap, .. } = selection.proof {
            greatest = greatest.max(gap);
        }
        let taken = problem.taken(&selection.chosen);
        counts.iter_mut().zip(&taken).for_each(|(count, taken)| *count += u32::from(*taken));
        before = Some(taken);
    }
    let place = |part: f64| match part {
        part if part >= options.core_from => Place::Core,
        part if part <= options.out_until => Place::Out,
        _ => Place::Borderline,
    };
    let membership = |(project, count): (ProjectId, u32)| {
        let part = if found > 0 { f64::from(count) / f64::from(found) } else { 0.0 };
        Membership { project, part, place: place(part) }
    };
    Ok(Stability {
        projects: ids.into_iter().zip(counts).map(membership).collect(),
        samples: found,
        without_selection: without,
        greatest_gap: greatest,
    })
}
