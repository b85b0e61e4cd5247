//! Weights: effective, from components, balanced, of the benefit of the doubt.
//!
//! The sign of a component is free: loadings are compared up to the sign of their group.

use proptest::prelude::*;
use senne_composite::{
    Aggregation, Aim, BalanceOptions, BenefitOptions, Plan, Table, Weights, aggregate, balance,
    benefit_of_the_doubt, correlations, principal_weights,
};

use crate::{
    asem::{Asem, asem},
    shared::{close, near, sheet},
};

#[test]
fn effective_weights() {
    let Some(asem) = asem() else { return };
    let found = Weights::given(&asem.hierarchy).effective(&asem.hierarchy).unwrap();
    let wanted = sheet("expected_effective_weights.csv").unwrap();
    for (row, code) in wanted.texts("iCode").iter().enumerate() {
        near(code, found[code], wanted.values("EffWeight")[row].unwrap(), 1e-14);
    }
    for level in 1..=4 {
        close(
            "a level",
            asem.hierarchy.at_level(level).map(|element| found[&element.code]).sum(),
            1.0,
            1e-14,
        );
    }
}

#[test]
fn the_original_weights_are_those_of_the_metadata() {
    let Some(asem) = asem() else { return };
    let (found, wanted) = (Weights::given(&asem.hierarchy), sheet("ASEM_weights_original.csv").unwrap());
    assert_eq!(found, Weights::equal(&asem.hierarchy));
    assert_eq!(found.iter().count(), wanted.texts("iCode").len());
    for (row, code) in wanted.texts("iCode").iter().enumerate() {
        assert_eq!(found.of(code), wanted.values("Weight")[row], "{code}");
    }
    // The lineage is the same tree, written as one row per indicator.
    let lineage = sheet("ASEM_lineage.csv").unwrap();
    for (row, code) in lineage.texts("Indicator").iter().enumerate() {
        for (level, name) in [(2, "Pillar"), (3, "Sub-index"), (4, "Index")] {
            assert_eq!(asem.hierarchy.ancestor(code, level).unwrap().code, lineage.texts(name)[row]);
        }
    }
}

fn loadings(asem: &Asem, table: &Table, level: usize, file: &str) {
    let found = principal_weights(table, &asem.hierarchy, level).unwrap();
    let wanted = sheet(file).unwrap();
    let of = |code: &str| {
        let row = wanted.texts("iCode").iter().position(|known| known == code).unwrap();
        wanted.values("Weight")[row].unwrap()
    };
    for (parent, group) in &found.groups {
        let product: f64 = group.codes.iter().zip(&group.loadings[0]).map(|(code, own)| own * of(code)).sum();
        for code in &group.codes {
            let own = found.loading(code).unwrap() * product.signum();
            near(&format!("{parent} {code}"), own, of(code), 1e-9);
        }
    }
    let elements = asem.hierarchy.at_level(level).count();
    assert_eq!(found.groups.iter().map(|(_, group)| group.codes.len()).sum::<usize>(), elements);
    let squared = found.squared();
    close(
        "squares sum to one a group",
        squared.iter().map(|(_, weight)| weight).sum(),
        found.groups.len() as f64,
        1e-12,
    );
    let weights = Weights::given(&asem.hierarchy).with_principal(&found).unwrap();
    aggregate(&asem.normalised(), &asem.hierarchy, &weights, &Plan::all(Aggregation::Arithmetic)).unwrap();
    if level == 2 {
        assert_eq!(found.against().len(), 1);
    }
}

#[test]
fn loadings_of_indicators() {
    let Some(asem) = asem() else { return };
    loadings(&asem, &asem.normalised(), 1, "expected_pca_weights_level1.csv");
}

#[test]
fn loadings_of_pillars() {
    let Some(asem) = asem() else { return };
    loadings(&asem, &asem.aggregated(), 2, "expected_pca_weights_level2.csv");
}

/// COINr ends its search early, with 0.3902 and 0.6098 and correlations of 0.8971 and 0.8925 (article on weights); equal correlations lie
/// between.
#[test]
fn balanced_weights() {
    let Some(asem) = asem() else { return };
    let (table, plan) = (asem.normalised(), Plan::all(Aggregation::Arithmetic));
    let given = Weights::given(&asem.hierarchy);
    let found = balance(&table, &asem.hierarchy, &given, &plan, &BalanceOptions::equal_influence(3)).unwrap();
    assert!(found.missed < 1e-6, "{}", found.missed);
    close("equal", found.correlations[0], found.correlations[1], 1e-5);
    assert!(found.correlations.iter().all(|own| (0.8925..0.8971).contains(own)), "{:?}", found.correlations);
    let weight = found.weights.of("Conn").unwrap();
    assert!((weight - 0.3902).abs() < 0.02, "{weight}");
    // The same by hand.
    let again = aggregate(&table, &asem.hierarchy, &found.weights, &plan).unwrap().table;
    let again = correlations(&again, &["Conn", "Sust"], &["Index"]).unwrap();
    close("by hand", again.matrix[0][0].value.unwrap(), found.correlations[0], 1e-12);
    // Influence that is not the same, and information: the sum of correlations does not fall.
    let aim = Aim::Influence([("Conn".to_owned(), 1.05), ("Sust".to_owned(), 1.0)].into());
    let skewed = balance(
        &table,
        &asem.hierarchy,
        &given,
        &plan,
        &BalanceOptions { aim, ..BalanceOptions::equal_influence(3) },
    )
    .unwrap();
    close("in proportion", skewed.correlations[0] / skewed.correlations[1], 1.05, 1e-5);
    let options = BalanceOptions { aim: Aim::Information, ..BalanceOptions::equal_influence(3) };
    let most = balance(&table, &asem.hierarchy, &given, &plan, &options).unwrap();
    let sum = |found: &senne_composite::Balanced| found.correlations.iter().sum::<f64>();
    assert!(sum(&most) >= sum(&found) && sum(&most) >= 0.9397 + 0.8382);
}

/// Not all can be had: pillars that go against the others keep their least share, and the rest comes nearer than equal weights.
#[test]
fn balanced_pillars() {
    let Some(asem) = asem() else { return };
    let (table, plan) = (asem.normalised(), Plan::all(Aggregation::Arithmetic));
    let given = Weights::given(&asem.hierarchy);
    let found = balance(&table, &asem.hierarchy, &given, &plan, &BalanceOptions::equal_influence(2)).unwrap();
    let spread = |correlations: &[f64]| {
        let total: f64 = correlations.iter().sum();
        (correlations.iter().map(|own| (own / total - 0.125).powi(2)).sum::<f64>() / 8.0).sqrt()
    };
    close("what is missed", spread(&found.correlations), found.missed, 1e-12);
    let codes: Vec<&str> = found.codes.iter().map(String::as_str).collect();
    let equal = correlations(&asem.aggregated(), &codes, &["Index"]).unwrap();
    let equal: Vec<f64> = equal.matrix.iter().map(|row| row[0].value.unwrap()).collect();
    assert!(found.missed < 0.7 * spread(&equal), "{} {}", found.missed, spread(&equal));
    for parent in ["Conn", "Sust"] {
        let own: Vec<f64> =
            asem.hierarchy.children(parent).map(|child| found.weights.of(&child.code).unwrap()).collect();
        close("siblings", own.iter().sum(), 1.0, 1e-12);
        assert!(own.iter().all(|weight| *weight >= 0.02 - 1e-12), "{own:?}");
    }
    let none = BalanceOptions { least_share: 0.3, ..BalanceOptions::equal_influence(2) };
    let said = balance(&table, &asem.hierarchy, &given, &plan, &none).unwrap_err().to_string();
    assert!(said.contains("the least share of balanced weights is 0.3"), "{said}");
}

fn three() -> Table {
    let units = ["first", "second", "between"].map(str::to_owned).to_vec();
    let column = |values: [f64; 3]| values.map(Some).to_vec();
    let columns = vec![("a".to_owned(), column([10.0, 2.0, 5.0])), ("b".to_owned(), column([0.2, 1.0, 0.5]))];
    Table::new(units, columns).unwrap()
}

/// On the line between the best two, the third reaches 1/1.2.
#[test]
fn the_benefit_of_the_doubt() {
    let found = benefit_of_the_doubt(&three(), BenefitOptions::default()).unwrap();
    for (own, wanted) in found.scores.iter().zip([1.0, 1.0, 1.0 / 1.2]) {
        close("a score", *own, wanted, 1e-9);
    }
    close("a weight", found.weights[2][0], 1.0 / 12.0, 1e-8);
    close("a weight", found.weights[2][1], 1.0 / 1.2, 1e-8);
    // Half of the score from each: the first unit may then not do without `b`.
    let halves = benefit_of_the_doubt(&three(), BenefitOptions { shares: Some((0.5, 0.5)) }).unwrap();
    for (unit, shares) in halves.shares.iter().enumerate() {
        shares.iter().for_each(|share| close("a share", *share, 0.5, 1e-8));
        assert!(halves.scores[unit] <= found.scores[unit] + 1e-9);
    }
    let said = benefit_of_the_doubt(&three(), BenefitOptions { shares: Some((0.6, 0.9)) }).unwrap_err();
    assert!(said.to_string().contains("sum to one"), "{said}");
}

/// What must hold for any best weights: nobody above 1, no equal weights do better, and the scale of an indicator does not matter.
#[test]
fn the_benefit_of_the_doubt_of_countries() {
    let Some(asem) = asem() else { return };
    let codes: Vec<&str> = asem.hierarchy.at_level(2).map(|element| element.code.as_str()).collect();
    let pillars = asem.aggregated().select(&codes).unwrap();
    let found = benefit_of_the_doubt(&pillars, BenefitOptions::default()).unwrap();
    let rows: Vec<Vec<f64>> = (0..51).map(|unit| pillars.row(unit).into_iter().flatten().collect()).collect();
    let sum = |weights: &[f64], row: &[f64]| weights.iter().zip(row).map(|(w, x)| w * x).sum::<f64>();
    let best = rows.iter().map(|row| sum(&[1.0; 8], row)).fold(0.0, f64::max);
    for unit in 0..51 {
        for row in &rows {
            assert!(sum(&found.weights[unit], row) <= 1.0 + 1e-8);
        }
        assert!(found.scores[unit] + 1e-8 >= sum(&[1.0; 8], &rows[unit]) / best);
        assert!(found.scores[unit] <= 1.0 + 1e-8);
        close("shares", found.shares[unit].iter().sum(), 1.0, 1e-9);
    }
    for (place, code) in codes.iter().enumerate() {
        let leader = (0..51).max_by(|a, b| rows[*a][place].total_cmp(&rows[*b][place])).unwrap();
        close(code, found.scores[leader], 1.0, 1e-8);
    }
    let scaled = pillars
        .columns()
        .map(|(code, column)| (code.to_owned(), column.iter().map(|v| v.map(|v| v * 1000.0)).collect()));
    let scaled = Table::new(pillars.units().to_vec(), scaled.collect()).unwrap();
    let again = benefit_of_the_doubt(&scaled, BenefitOptions::default()).unwrap();
    for (own, other) in found.scores.iter().zip(&again.scores) {
        close("another scale", *own, *other, 1e-8);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The greatest sum lies at a corner: all of them are tried.
    #[test]
    fn the_benefit_of_the_doubt_lies_at_a_corner(rows in prop::collection::vec(prop::collection::vec(0.05..1.0_f64, 2), 6)) {
        let column = |place: usize| (format!("i{place}"), rows.iter().map(|row| Some(row[place])).collect());
        let units = (0..6).map(|unit| format!("u{unit}")).collect();
        let table = Table::new(units, vec![column(0), column(1)]).unwrap();
        let found = benefit_of_the_doubt(&table, BenefitOptions::default()).unwrap();
        // Two of: the sums of six units are one, a weight is zero.
        let mut lines: Vec<([f64; 2], f64)> = rows.iter().map(|row| ([row[0], row[1]], 1.0)).collect();
        lines.extend([([1.0, 0.0], 0.0), ([0.0, 1.0], 0.0)]);
        let mut best = [0.0_f64; 6];
        for (place, (one, of_one)) in lines.iter().enumerate() {
            for (other, of_other) in &lines[place + 1..] {
                let area = one[0] * other[1] - one[1] * other[0];
                let corner = [(of_one * other[1] - of_other * one[1]) / area, (one[0] * of_other - other[0] * of_one) / area];
                let sum = |row: &Vec<f64>| corner[0] * row[0] + corner[1] * row[1];
                let above = corner.iter().all(|weight| weight.is_finite() && *weight >= -1e-12);
                let within = above && rows.iter().all(|row| sum(row) <= 1.0 + 1e-9);
                if within {
                    rows.iter().zip(&mut best).for_each(|(row, best)| *best = best.max(sum(row)));
                }
            }
        }
        for (own, best) in found.scores.iter().zip(best) {
            prop_assert!((own - best).abs() < 1e-8, "{own} {best}");
        }
    }
}
