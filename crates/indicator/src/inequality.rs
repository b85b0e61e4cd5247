//! How unequal values are.

/// The Gini coefficient, `ΣΣ |xᵢ − xⱼ| ÷ (2 n² mean)`: 0 when all are equal, towards 1 when one has all. Weights are how many each value stands
/// for. Nothing when there is no value, one is negative, or all are zero.
pub fn gini(values: &[(f64, f64)]) -> Option<f64> {
    let mut sorted: Vec<(f64, f64)> = values.iter().copied().filter(|(_, weight)| *weight > 0.0).collect();
    if sorted.is_empty()
        || sorted.iter().any(|(value, weight)| !value.is_finite() || *value < 0.0 || !weight.is_finite())
    {
        return None;
    }
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (people, total) =
        sorted.iter().fold((0.0, 0.0), |(n, sum), (value, weight)| (n + weight, sum + value * weight));
    if total <= 0.0 {
        return None;
    }
    // Twice the area under the Lorenz curve, trapezium by trapezium.
    let (mut below, mut area) = (0.0, 0.0);
    for (value, weight) in sorted {
        let next = below + value * weight;
        area += weight * (below + next);
        below = next;
    }
    Some((1.0 - area / (people * total)).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_definition(values: &[f64]) -> f64 {
        let (n, mean) = (values.len() as f64, values.iter().sum::<f64>() / values.len() as f64);
        let sum: f64 = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).abs())).sum();
        sum / (2.0 * n * n * mean)
    }

    #[test]
    fn one_to_five() {
        let values: Vec<(f64, f64)> = (1..=5).map(|n| (f64::from(n), 1.0)).collect();
        assert!((gini(&values).unwrap() - 4.0 / 15.0).abs() < 1e-12);
        assert_eq!(gini(&[(0.0, 3.0)]), None);
        assert_eq!(gini(&[(-1.0, 3.0), (2.0, 1.0)]), None);
    }

    proptest! {
        #[test]
        fn as_it_is_defined(values in prop::collection::vec(0.1..1e4_f64, 1..40)) {
            let weighted: Vec<(f64, f64)> = values.iter().map(|value| (*value, 1.0)).collect();
            let doubled: Vec<(f64, f64)> = values.iter().map(|value| (*value, 2.0)).collect();
            let found = gini(&weighted).unwrap();
            prop_assert!((found - by_definition(&values)).abs() < 1e-9);
            prop_assert!((found - gini(&doubled).unwrap()).abs() < 1e-9);
        }
    }
}
