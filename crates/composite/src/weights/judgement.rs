//! Weights from judgements in pairs: the analytic hierarchy process (Saaty 1980).

use crate::{CompositeError, error::check_length};

/// The mean consistency index of random judgements for 1 to 15 things (Saaty 1980).
const RANDOM: [f64; 15] =
    [0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59];

/// The search for the eigenvector ends when no priority moves by more than this part of itself.
const STILL: f64 = 1e-15;
const MOST_STEPS: usize = 100_000;

/// How many times as important the row is as the column: a square of ones on the diagonal, each below it the inverse of that above it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgements(Vec<Vec<f64>>);

/// What judgements say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Priorities {
    /// The weight of each thing, by the principal eigenvector; they sum to one.
    pub weights: Vec<f64>,
    /// The same by geometric means of rows, which some prefer (Crawford and Williams 1985).
    pub by_rows: Vec<f64>,
    /// The principal eigenvalue; the number of things when the judgements agree in full.
    pub eigenvalue: f64,
    /// `(eigenvalue − n) / (n − 1)`.
    pub inconsistency: f64,
    /// The inconsistency as a part of that of random judgements; up to 0.1 is held to be fit for use. 0 below three things; nothing above
    /// 15.
    pub ratio: Option<f64>,
}

impl Judgements {
    /// From the whole square.
    ///
    /// # Errors
    /// When it is empty or no square, a judgement is not above 0, or one is not the inverse of its counterpart (to a part in a million).
    pub fn new(square: Vec<Vec<f64>>) -> Result<Self, CompositeError> {
        let size = square.len();
        if size == 0 {
            return Err(CompositeError::TooFew { what: "things to judge".to_owned(), found: 0, wanted: 1 });
        }
        for row in &square {
            check_length("a row of judgements", row.len(), size)?;
        }
        for (a, row) in square.iter().enumerate() {
            for (b, judgement) in row.iter().enumerate() {
                let what = || format!("the judgement of {a} beside {b}");
                if !(judgement.is_finite() && *judgement > 0.0) {
                    return Err(CompositeError::setting(&what(), judgement, "above 0"));
                }
                if (judgement * square[b][a] - 1.0).abs() > 1e-6 {
                    return Err(CompositeError::setting(
                        &what(),
                        judgement,
                        "the inverse of the one the other way round",
                    ));
                }
            }
        }
        Ok(Self(square))
    }

    /// From the judgements above the diagonal, row by row: 1 beside 2, 1 beside 3, …, 2 beside 3, …
    ///
    /// # Errors
    /// When there are not as many as pairs, or one is not above 0.
    pub fn above_diagonal(size: usize, judgements: &[f64]) -> Result<Self, CompositeError> {
        check_length("judgements", judgements.len(), size * size.saturating_sub(1) / 2)?;
        let mut square = vec![vec![1.0; size]; size];
        let pairs = (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b)));
        for ((a, b), judgement) in pairs.zip(judgements) {
            square[a][b] = *judgement;
            square[b][a] = 1.0 / judgement;
        }
        Self::new(square)
    }

    /// The priorities, and how far the judgements agree.
    ///
    /// # Errors
    /// When the search for the eigenvector does not end, which judgements of ordinary size do not bring about.
    pub fn priorities(&self) -> Result<Priorities, CompositeError> {
        let size = self.0.len();
        let by_rows: Vec<f64> =
            self.0.iter().map(|row| (row.iter().map(|v| v.ln()).sum::<f64>() / size as f64).exp()).collect();
        let by_rows = super::shares(&by_rows);
        let (weights, eigenvalue) = self.eigenvector(&by_rows)?;
        let inconsistency =
            if size > 1 { ((eigenvalue - size as f64) / (size as f64 - 1.0)).max(0.0) } else { 0.0 };
        let random = RANDOM.get(size - 1).copied();
        let ratio = random.map(|random| if random > 0.0 { inconsistency / random } else { 0.0 });
        Ok(Priorities { weights, by_rows, eigenvalue, inconsistency, ratio })
    }

    /// All judgements are above 0, so that multiplying goes on to the principal eigenvector (Perron 1907).
    fn eigenvector(&self, start: &[f64]) -> Result<(Vec<f64>, f64), CompositeError> {
        let mut weights = start.to_vec();
        for _ in 0..MOST_STEPS {
            let product: Vec<f64> = self
                .0
                .iter()
                .map(|row| row.iter().zip(&weights).map(|(judgement, weight)| judgement * weight).sum())
                .collect();
            let eigenvalue: f64 = product.iter().sum();
            let next: Vec<f64> = product.iter().map(|value| value / eigenvalue).collect();
            let moved = next.iter().zip(&weights).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs() / a));
            weights = next;
            if moved <= STILL * weights.len() as f64 {
                return Ok((weights, eigenvalue));
            }
        }
        Err(CompositeError::NotConverged {
            what: "the search for priorities".to_owned(),
            steps: MOST_STEPS,
            remedy: "check the judgements: they run from 1/9 to 9".to_owned(),
        })
    }
}
