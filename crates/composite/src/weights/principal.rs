//! Weights from what siblings have in common.

use super::Weights;
use crate::{CompositeError, Hierarchy, Principal, Table, principal};

/// The first component of each group of siblings at a level.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalWeights {
    /// Parent and components of its children, in order. Only children go alone: they keep a weight of one and have no components.
    pub groups: Vec<(String, Principal)>,
}

impl PrincipalWeights {
    /// The loading of an element on the first component of its group. It may be negative: the element then runs against its siblings.
    pub fn loading(&self, code: &str) -> Option<f64> {
        self.groups.iter().find_map(|(_, group)| {
            let place = group.codes.iter().position(|known| known == code)?;
            Some(group.loadings[0][place])
        })
    }

    /// Squared loadings as weights: the part of the first component that each element stands for (OECD handbook, step 6). They sum to one
    /// in a group. A squared loading hides its sign; see [`PrincipalWeights::against`] first.
    pub fn squared(&self) -> Vec<(String, f64)> {
        let of_group = |(_, group): &(String, Principal)| {
            let squares = group.loadings[0].iter().map(|loading| loading * loading);
            group.codes.iter().cloned().zip(squares).collect::<Vec<_>>()
        };
        self.groups.iter().flat_map(of_group).collect()
    }

    /// The elements that run against their siblings: a weight above 0 would not do what it says.
    pub fn against(&self) -> Vec<&str> {
        let pairs = self.groups.iter().flat_map(|(_, group)| group.codes.iter().zip(&group.loadings[0]));
        pairs.filter(|(_, loading)| **loading < 0.0).map(|(code, _)| code.as_str()).collect()
    }
}

/// The first principal component of each group of siblings at `level`, as `get_PCA` of COINr. `table` holds the values of that level,
/// higher better: normalised indicators for level 1, aggregates above.
///
/// # Errors
/// When the table lacks an element, or a group has no components (see [`principal`]).
pub fn principal_weights(
    table: &Table,
    hierarchy: &Hierarchy,
    level: usize,
) -> Result<PrincipalWeights, CompositeError> {
    let mut groups = Vec::new();
    for parent in hierarchy.at_level(level + 1) {
        let codes: Vec<&str> = hierarchy.children(&parent.code).map(|child| child.code.as_str()).collect();
        if codes.len() > 1 {
            groups.push((parent.code.clone(), principal(&table.select(&codes)?)?));
        }
    }
    Ok(PrincipalWeights { groups })
}

impl Weights {
    /// The same, with those of a level replaced by squared loadings.
    ///
    /// # Errors
    /// Never for loadings of [`principal_weights`].
    pub fn with_principal(&self, principal: &PrincipalWeights) -> Result<Self, CompositeError> {
        self.with(principal.squared())
    }
}
