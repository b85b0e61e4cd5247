//! What waits for what.

use std::collections::BTreeMap;

use crate::{
    ProgrammeError,
    error::first_twice,
    types::{Milestone, MilestoneId},
};

/// Milestones in an order in which each comes after those it depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Network<'a> {
    milestones: Vec<&'a Milestone>,
    /// For each milestone the places of those it depends on, all before its own.
    before: Vec<Vec<usize>>,
}

impl<'a> Network<'a> {
    /// Puts milestones in order; those that do not wait for each other in the order of their identifiers.
    ///
    /// # Errors
    /// When a milestone stands twice, one depends on another that is not there, or some wait for each other in a circle, which is named.
    pub fn new(milestones: &'a [Milestone]) -> Result<Self, ProgrammeError> {
        if let Some(id) = first_twice(milestones.iter().map(|milestone| &milestone.id)) {
            return Err(ProgrammeError::Twice { what: "the milestone", id: id.to_string() });
        }
        let by_id: BTreeMap<&MilestoneId, &Milestone> =
            milestones.iter().map(|milestone| (&milestone.id, milestone)).collect();
        for milestone in milestones {
            if let Some(id) = milestone.depends_on.iter().find(|id| !by_id.contains_key(id)) {
                return Err(ProgrammeError::unknown(format!("the milestone {}", milestone.id), id));
            }
        }
        let mut places: BTreeMap<&MilestoneId, usize> = BTreeMap::new();
        let mut ordered: Vec<&Milestone> = Vec::with_capacity(milestones.len());
        let mut waiting: BTreeMap<&MilestoneId, &Milestone> = by_id.clone();
        while !waiting.is_empty() {
            let ready: Vec<&Milestone> = waiting
                .values()
                .filter(|milestone| milestone.depends_on.iter().all(|id| places.contains_key(id)))
                .copied()
                .collect();
            if ready.is_empty() {
                return Err(ProgrammeError::Cycle { path: circle(&waiting) });
            }
            for milestone in ready {
                places.insert(&milestone.id, ordered.len());
                ordered.push(milestone);
                waiting.remove(&milestone.id);
            }
        }
        let before = |milestone: &&Milestone| {
            let mut before: Vec<usize> =
                milestone.depends_on.iter().filter_map(|id| places.get(id).copied()).collect();
            before.sort_unstable();
            before.dedup();
            before
        };
        Ok(Self { before: ordered.iter().map(before).collect(), milestones: ordered })
    }

    /// Each milestone with the places of those it depends on, which come before it.
    pub fn steps(&self) -> impl Iterator<Item = (&'a Milestone, &[usize])> {
        self.milestones.iter().copied().zip(self.before.iter().map(Vec::as_slice))
    }

    /// How many milestones there are.
    pub fn len(&self) -> usize {
        self.milestones.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.milestones.is_empty()
    }
}

/// Every milestone that still waits depends on one that waits: going from one to the next comes back at last.
fn circle(waiting: &BTreeMap<&MilestoneId, &Milestone>) -> Vec<String> {
    let mut path: Vec<&MilestoneId> = Vec::new();
    let mut next = waiting.keys().next().copied();
    while let Some(id) = next {
        if let Some(start) = path.iter().position(|other| *other == id) {
            let circle = path.iter().skip(start).copied().chain([id]);
            return circle.map(ToString::to_string).collect();
        }
        path.push(id);
        next = waiting
            .get(id)
            .and_then(|milestone| milestone.depends_on.iter().find(|id| waiting.contains_key(id)));
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milestone(id: &str, depends_on: &[&str]) -> Milestone {
        Milestone {
            depends_on: depends_on.iter().map(|id| (*id).into()).collect(),
            ..Milestone::new(id, "p")
        }
    }

    #[test]
    fn each_comes_after_what_it_waits_for() {
        let milestones =
            [milestone("c", &["b", "a"]), milestone("b", &["a"]), milestone("a", &[]), milestone("d", &[])];
        let network = Network::new(&milestones).unwrap();
        let order: Vec<&str> = network.steps().map(|(milestone, _)| milestone.id.as_str()).collect();
        assert_eq!(order, ["a", "d", "b", "c"]);
    }

    #[test]
    fn a_circle_is_named() {
        let milestones = [
            milestone("start", &[]),
            milestone("a", &["start", "c"]),
            milestone("b", &["a"]),
            milestone("c", &["b"]),
            milestone("after", &["a"]),
        ];
        let error = Network::new(&milestones).unwrap_err();
        let path = ["a", "c", "b", "a"].map(str::to_owned).to_vec();
        assert_eq!(error, ProgrammeError::Cycle { path });
        assert!(error.to_string().contains("a → c → b → a"));
        let alone = [milestone("a", &["a"])];
        assert!(matches!(Network::new(&alone), Err(ProgrammeError::Cycle { path }) if path == ["a", "a"]));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = Network::new(&[milestone("a", &["b"])]).unwrap_err();
        assert_eq!(error, ProgrammeError::Unknown { what: "the milestone a".into(), id: "b".into() });
    }
}
