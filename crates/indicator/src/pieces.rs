//! What a value is put together from, told apart by what belongs together: by period, or by cluster.

use std::{collections::BTreeMap, sync::Arc};

use crate::{Parts, Period};

/// What is drawn as a whole, or shares its errors.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// A day, or a longer period where rows are of such: neighbours are like each other.
    Period(Period),
    /// A cluster, by its name: values of one station are like each other.
    Cluster(Arc<str>),
}

/// Parts by piece; empty where no interval needs them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pieces(BTreeMap<Piece, Parts>);

impl Pieces {
    /// Adds parts to a piece.
    pub fn add(&mut self, piece: Piece, parts: Parts) {
        let known = self.0.entry(piece).or_default();
        *known = *known + parts;
    }

    /// Adds all pieces of others.
    pub fn merge(&mut self, other: &Self) {
        for (piece, parts) in &other.0 {
            self.add(piece.clone(), *parts);
        }
    }

    /// Each with its parts, in order of time or name.
    pub fn entries(&self) -> impl Iterator<Item = (&Piece, &Parts)> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts of each, in order of time or name.
    pub fn parts(&self) -> Vec<Parts> {
        self.0.values().copied().collect()
    }
}
