//! The lowest point of a function without derivatives (Nelder and Mead 1965).

use crate::CompositeError;

/// How the search runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Search {
    /// The first steps away from the start.
    pub(crate) step: f64,
    /// It ends when the corners lie no further apart than this.
    pub(crate) tolerance: f64,
    pub(crate) most_steps: usize,
}

struct Simplex<F> {
    corners: Vec<(Vec<f64>, f64)>,
    height: F,
}

impl<F: FnMut(&[f64]) -> Result<f64, CompositeError>> Simplex<F> {
    fn new(start: &[f64], step: f64, mut height: F) -> Result<Self, CompositeError> {
        let mut corners = vec![(start.to_vec(), height(start)?)];
        for place in 0..start.len() {
            let mut corner = start.to_vec();
            corner[place] += step;
            let value = height(&corner)?;
            corners.push((corner, value));
        }
        Ok(Self { corners, height })
    }

    fn sort(&mut self) {
        self.corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    }

    fn width(&self) -> f64 {
        let first = &self.corners[0].0;
        let distance = |corner: &(Vec<f64>, f64)| {
            corner.0.iter().zip(first).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()))
        };
        self.corners.iter().map(distance).fold(0.0, f64::max)
    }

    /// The point so far beyond the centre of the others, seen from the worst corner.
    fn beyond(&mut self, factor: f64) -> Result<(Vec<f64>, f64), CompositeError> {
        let (worst, others) = (self.corners.len() - 1, self.corners.len() - 1);
        let centre =
            |place: usize| self.corners[..others].iter().map(|c| c.0[place]).sum::<f64>() / others as f64;
        let point = |place: usize| centre(place) + factor * (centre(place) - self.corners[worst].0[place]);
        let point: Vec<f64> = (0..self.corners[worst].0.len()).map(point).collect();
        let value = (self.height)(&point)?;
        Ok((point, value))
    }

    fn replace_worst(&mut self, corner: (Vec<f64>, f64)) {
        let worst = self.corners.len() - 1;
        self.corners[worst] = corner;
    }

    fn step(&mut self) -> Result<(), CompositeError> {
        let worst = self.corners.len() - 1;
        let (best, second) = (self.corners[0].1, self.corners[worst - 1].1);
        let mirrored = self.beyond(1.0)?;
        if mirrored.1 < best {
            let stretched = self.beyond(2.0)?;
            self.replace_worst(if stretched.1 < mirrored.1 { stretched } else { mirrored });
        } else if mirrored.1 < second {
            self.replace_worst(mirrored);
        } else {
            let outside = mirrored.1 < self.corners[worst].1;
            let drawn = self.beyond(if outside { 0.5 } else { -0.5 })?;
            if drawn.1 < mirrored.1.min(self.corners[worst].1) {
                self.replace_worst(drawn);
            } else {
                self.shrink()?;
            }
        }
        Ok(())
    }

    fn shrink(&mut self) -> Result<(), CompositeError> {
        let best = self.corners[0].0.clone();
        for corner in &mut self.corners[1..] {
            corner.0.iter_mut().zip(&best).for_each(|(value, best)| *value = f64::midpoint(*value, *best));
            corner.1 = (self.height)(&corner.0)?;
        }
        Ok(())
    }
}

/// The lowest point from `start`, and how high it is; nothing when the steps were not enough. There must be a dimension at least.
pub(crate) fn lowest(
    start: &[f64],
    search: Search,
    height: impl FnMut(&[f64]) -> Result<f64, CompositeError>,
) -> Result<Option<(Vec<f64>, f64)>, CompositeError> {
    let mut simplex = Simplex::new(start, search.step, height)?;
    for _ in 0..search.most_steps {
        simplex.sort();
        if simplex.width() <= search.tolerance {
            return Ok(Some(simplex.corners.swap_remove(0)));
        }
        simplex.step()?;
    }
    Ok(None)
}
