//! An index made otherwise than it is declared: other weights, another mean.

use crate::{CompositeIndex, IndexAggregation};

/// A weight of a dimension is at most so many times that of another.
const WEIGHT_MAX: f64 = 1_000.0;

/// What is chosen instead of what is declared; what is not chosen stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexChoice {
    /// Weights of dimensions beside each other; 0 leaves one out.
    pub weights: Vec<(String, f64)>,
    /// How values become one.
    pub aggregation: Option<IndexAggregation>,
}

/// Why a choice is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChoiceError {
    /// A weight that is not written as `dimension:number`.
    #[error("`{0}` is not written as dimension:weight, e.g. air:2,traffic:1")]
    Form(String),
    /// A dimension that the index does not have.
    #[error("`{of}` is not a dimension; there are {known}")]
    Unknown {
        /// What was named.
        of: String,
        /// The dimensions there are.
        known: String,
    },
    /// A weight that is none.
    #[error("the weight of `{of}` is {weight}; weights lie from 0 to 1000")]
    Weight {
        /// The dimension.
        of: String,
        /// What was given.
        weight: f64,
    },
    /// Nothing is left.
    #[error("every dimension has the weight 0; give one of them more")]
    Nothing,
}

impl IndexChoice {
    /// Reads weights: `air:2,traffic:1`.
    ///
    /// # Errors
    /// When a part is not of that form.
    pub fn parse_weights(text: &str) -> Result<Vec<(String, f64)>, ChoiceError> {
        let weight = |part: &str| {
            let form = || ChoiceError::Form(part.to_owned());
            let (of, weight) = part.split_once(':').ok_or_else(form)?;
            Ok((of.trim().to_owned(), weight.trim().parse().map_err(|_| form())?))
        };
        text.split(',').filter(|part| !part.trim().is_empty()).map(weight).collect()
    }

    /// The weights as they are read: `air:2,traffic:1`.
    pub fn weights_text(&self) -> String {
        self.weights.iter().map(|(of, weight)| format!("{of}:{weight}")).collect::<Vec<_>>().join(",")
    }

    /// The index with what is chosen.
    ///
    /// # Errors
    /// When a dimension is unknown, a weight is none, or nothing is left.
    pub fn applied(&self, index: &CompositeIndex) -> Result<CompositeIndex, ChoiceError> {
        let mut chosen = index.clone();
        for (of, weight) in &self.weights {
            if !(0.0..=WEIGHT_MAX).contains(weight) {
                return Err(ChoiceError::Weight { of: of.clone(), weight: *weight });
            }
            let Some(group) = chosen.groups.iter_mut().find(|group| group.id == *of) else {
                let known: Vec<&str> = index.groups.iter().map(|group| group.id.as_str()).collect();
                return Err(ChoiceError::Unknown { of: of.clone(), known: known.join(", ") });
            };
            group.weight = *weight;
        }
        if chosen.groups.iter().all(|group| group.weight == 0.0) {
            return Err(ChoiceError::Nothing);
        }
        chosen.aggregation = self.aggregation.unwrap_or(index.aggregation);
        Ok(chosen)
    }

    /// Whether the index would be made as it is declared.
    pub fn changes(&self, index: &CompositeIndex) -> bool {
        self.applied(index).is_ok_and(|chosen| chosen.formula() != index.formula())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    #[test]
    fn a_choice_is_read_and_checked() {
        let catalogue = Catalogue::builtin();
        let index = catalogue.composite("environment-and-mobility").unwrap();
        let choice = |text: &str| IndexChoice {
            weights: IndexChoice::parse_weights(text).unwrap(),
            aggregation: Some(IndexAggregation::Geometric),
        };
        let chosen = choice("air:2, traffic:0").applied(index).unwrap();
        let weights: Vec<f64> = chosen.groups.iter().map(|group| group.weight).collect();
        assert_eq!((weights, chosen.aggregation), (vec![2.0, 0.0, 1.0], IndexAggregation::Geometric));
        assert!(choice("air:2").changes(index) && !IndexChoice::default().changes(index));
        assert_eq!(choice("air:2,traffic:0.5").weights_text(), "air:2,traffic:0.5");
        for (text, wanted) in [
            ("air", "not written as dimension:weight"),
            ("air:much", "not written as dimension:weight"),
            ("sea:1", "`sea` is not a dimension; there are air, traffic, bicycles"),
            ("air:-1", "the weight of `air` is -1"),
            ("air:inf", "the weight of `air` is inf"),
            ("air:0,traffic:0,bicycles:0", "give one of them more"),
        ] {
            let weights = IndexChoice::parse_weights(text);
            let found = weights
                .and_then(|weights| IndexChoice { weights, aggregation: None }.applied(index).map(|_| ()));
            let error = found.unwrap_err().to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
