//! What units count, by how far they are from the threshold.

/// How weights fall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// In a line; the best at a border (Fan and others 1996).
    #[default]
    Triangular,
    /// Not at all within the bandwidth.
    Uniform,
    /// As a parabola.
    Epanechnikov,
}

impl Kernel {
    /// The weight at a distance in bandwidths.
    pub(super) fn weight(self, distance: f64) -> f64 {
        let far = distance.abs();
        match self {
            _ if far > 1.0 => 0.0,
            Self::Triangular => 1.0 - far,
            Self::Uniform => 0.5,
            Self::Epanechnikov => 0.75 * (1.0 - far * far),
        }
    }

    /// The factor of the pilot bandwidth (Calonico, Cattaneo and Titiunik 2014, as the package `rdrobust` rounds it).
    pub(super) fn pilot(self) -> f64 {
        match self {
            Self::Triangular => 2.576,
            Self::Uniform => 1.843,
            Self::Epanechnikov => 2.34,
        }
    }
}
