//! How many values become one (GS CIM 009 clause 4.5.19, `aggrMethods`).

use senne_model::Problem;

/// An aggregation method.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Method {
    /// How many values.
    TotalCount,
    /// How many different values.
    DistinctCount,
    /// The sum.
    Sum,
    /// The arithmetic mean.
    Average,
    /// The least value.
    Minimum,
    /// The greatest value.
    Maximum,
    /// The standard deviation.
    StandardDeviation,
    /// The sum of the squares.
    SumOfSquares,
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 8] = [
        Self::TotalCount,
        Self::DistinctCount,
        Self::Sum,
        Self::Average,
        Self::Minimum,
        Self::Maximum,
        Self::StandardDeviation,
        Self::SumOfSquares,
    ];

    /// The word of NGSI-LD, e.g. `avg`.
    pub fn word(self) -> &'static str {
        match self {
            Self::TotalCount => "totalCount",
            Self::DistinctCount => "distinctCount",
            Self::Sum => "sum",
            Self::Average => "avg",
            Self::Minimum => "min",
            Self::Maximum => "max",
            Self::StandardDeviation => "stddev",
            Self::SumOfSquares => "sumsq",
        }
    }

    /// Reads a list such as `avg,max`; a method that is named twice counts once.
    pub fn parse(list: &str) -> Result<Vec<Self>, Problem> {
        let mut methods = Vec::new();
        for word in list.split(',').map(str::trim) {
            let Some(method) = Self::ALL.into_iter().find(|method| method.word() == word) else {
                let known: Vec<_> = Self::ALL.iter().map(|method| method.word()).collect();
                let word = crate::scan::shorten(word);
                return Err(Problem::bad(format!("`{word}` is not a method; use {}", known.join(", ")))
                    .field("aggrMethods"));
            };
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
        Ok(methods)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_in_its_order() {
        assert_eq!(Method::parse("avg, max,avg").unwrap(), [Method::Average, Method::Maximum]);
        for method in Method::ALL {
            assert_eq!(Method::parse(method.word()).unwrap(), [method]);
        }
    }

    #[test]
    fn an_unknown_word_is_named() {
        let problem = Method::parse("avg,median").unwrap_err();
        assert!(problem.detail.contains("`median`") && problem.detail.contains("stddev"));
        assert!(Method::parse("").is_err());
    }
}
