//! Made-up data with noise that remembers.

use rand_distr::{Distribution, StandardNormal, StandardUniform};
use rand_pcg::Pcg64;

/// Draws with a seed.
pub(crate) struct Noise(Pcg64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64::new(u128::from(seed) + 1, 0x1405_7b7e_f767_814f))
    }

    pub(crate) fn random(&mut self) -> &mut Pcg64 {
        &mut self.0
    }

    /// Between 0 and 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        StandardUniform.sample(&mut self.0)
    }

    pub(crate) fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// A series whose values have variance 1 and are like the one before by `memory`.
    pub(crate) fn series(&mut self, length: usize, memory: f64) -> Vec<f64> {
        let mut value = self.normal();
        let fresh = (1.0 - memory * memory).sqrt();
        let mut next = || {
            let now = value;
            value = memory * value + fresh * self.normal();
            now
        };
        (0..length).map(|_| next()).collect()
    }

    /// Units by times: each unit has a level, all share a course that remembers, and each has its own noise.
    pub(crate) fn panel(&mut self, units: usize, times: usize, memory: f64) -> Vec<Vec<f64>> {
        let common = self.series(times, 0.8);
        let mut unit = || {
            let level = 3.0 * self.normal();
            let own = self.series(times, memory);
            common.iter().zip(own).map(|(common, own)| level + 2.0 * common + own).collect()
        };
        (0..units).map(|_| unit()).collect()
    }
}
