//! What must hold for any data.

use std::collections::BTreeMap;

use proptest::prelude::*;
use senne_composite::{
    Aggregation, Element, Hierarchy, Inputs, Method, Normalisation, NormaliseOptions, Plan, Table, Treatment,
    Value, Weights, aggregate, build,
    choice::{Choice, Preference, promethee, topsis, vikor, weighted_sum},
    decompose, normalise, outranking, treat,
};

const UNITS: usize = 7;
const INDICATORS: usize = 5;

/// Two pillars of three and two indicators.
fn hierarchy(weights: &[f64]) -> Hierarchy {
    let indicator = |place: usize| {
        let element = Element::indicator(format!("i{place}"), if place < 3 { "p" } else { "q" })
            .weighing(weights[place]);
        if place % 2 == 1 { element.lower_is_better() } else { element }
    };
    let mut elements: Vec<Element> = (0..INDICATORS).map(indicator).collect();
    elements.push(Element::aggregate("p", 2, Some("index")).weighing(weights[5]));
    elements.push(Element::aggregate("q", 2, Some("index")).weighing(weights[6]));
    elements.push(Element::aggregate("index", 3, None));
    Hierarchy::new(elements).unwrap()
}

fn table(values: &[Vec<Value>], order: &[usize]) -> Table {
    let units = order.iter().map(|unit| format!("u{unit}")).collect();
    let column =
        |place: usize| (format!("i{place}"), order.iter().map(|unit| values[place][*unit]).collect());
    Table::new(units, (0..INDICATORS).map(column).collect()).unwrap()
}

fn in_order() -> Vec<usize> {
    (0..UNITS).collect()
}

/// Values with at least two that differ a column, some missing.
fn columns() -> impl Strategy<Value = Vec<Vec<Value>>> {
    let value = prop_oneof![9 => (-100.0..100.0_f64).prop_map(Some), 1 => Just(None)];
    let column = prop::collection::vec(value, UNITS).prop_map(|mut column| {
        column[0] = Some(-101.0);
        column[1] = Some(101.0);
        column
    });
    prop::collection::vec(column, INDICATORS)
}

fn weights() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.1..10.0_f64, 7)
}

fn method(hierarchy: &Hierarchy, by: Aggregation) -> Method {
    Method {
        denominate: false,
        screening: None,
        imputation: None,
        treatment: None,
        normalisation: NormaliseOptions::all(Normalisation::MinMax { low: 1.0, high: 100.0 }),
        weights: Weights::given(hierarchy),
        plan: Plan::all(by),
    }
}

fn scores(
    values: &[Vec<Value>],
    order: &[usize],
    hierarchy: &Hierarchy,
    by: Aggregation,
) -> BTreeMap<String, Value> {
    let inputs = Inputs { hierarchy: hierarchy.clone(), raw: table(values, order), denominators: None };
    let composite = build(&inputs, &method(hierarchy, by)).unwrap();
    composite.units().iter().cloned().zip(composite.scores()).collect()
}

fn alike(one: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>) -> bool {
    one.iter().zip(other).all(|((a, x), (b, y))| {
        a == b && x.is_some() == y.is_some() && (x.unwrap_or(0.0) - y.unwrap_or(0.0)).abs() < 1e-7
    })
}

fn means() -> impl Strategy<Value = Aggregation> {
    prop_oneof![
        Just(Aggregation::Arithmetic),
        Just(Aggregation::Geometric),
        Just(Aggregation::Harmonic),
        Just(Aggregation::Median),
        (-20.0..1.0_f64).prop_map(|power| Aggregation::Generalised { power }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Euros or cents, Celsius or Fahrenheit: after min-max nothing is left of it.
    #[test]
    fn units_of_measure_do_not_matter(
        values in columns(), weights in weights(), by in means(),
        slopes in prop::collection::vec(0.01..50.0_f64, INDICATORS), shifts in prop::collection::vec(-500.0..500.0_f64, INDICATORS),
    ) {
        let hierarchy = hierarchy(&weights);
        let moved: Vec<Vec<Value>> = values.iter().enumerate()
            .map(|(place, column)| column.iter().map(|v| v.map(|v| slopes[place] * v + shifts[place])).collect())
            .collect();
        let (one, other) =
            (scores(&values, &in_order(), &hierarchy, by), scores(&moved, &in_order(), &hierarchy, by));
        prop_assert!(alike(&one, &other), "{one:?} {other:?}");
    }

    #[test]
    fn the_order_of_units_does_not_matter(
        values in columns(), weights in weights(), by in means(), order in Just(in_order()).prop_shuffle(),
    ) {
        let hierarchy = hierarchy(&weights);
        let (one, other) = (scores(&values, &in_order(), &hierarchy, by), scores(&values, &order, &hierarchy, by));
        prop_assert!(alike(&one, &other), "{one:?} {other:?}");
    }

    #[test]
    fn weights_are_relative(values in columns(), weights in weights(), factor in 0.01..100.0_f64, by in means()) {
        let scaled: Vec<f64> = weights.iter().map(|weight| factor * weight).collect();
        let (one, other) = (hierarchy(&weights), hierarchy(&scaled));
        let effective = Weights::given(&other).effective(&other).unwrap();
        for level in 1..=3 {
            let sum: f64 = other.at_level(level).map(|element| effective[&element.code]).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12);
        }
        let (one, other) = (scores(&values, &in_order(), &one, by), scores(&values, &in_order(), &other, by));
        prop_assert!(alike(&one, &other), "{one:?} {other:?}");
    }

    #[test]
    fn means_lie_between_the_least_and_the_most(values in columns(), weights in weights(), by in means()) {
        let hierarchy = hierarchy(&weights);
        let scale = NormaliseOptions::all(Normalisation::MinMax { low: 1.0, high: 100.0 });
        let normalised = normalise(&table(&values, &in_order()), &hierarchy, &scale).unwrap().table;
        let plan = Plan::all(by);
        let found = aggregate(&normalised, &hierarchy, &Weights::given(&hierarchy), &plan).unwrap().table;
        for unit in 0..UNITS {
            let own: Vec<f64> = normalised.row(unit).into_iter().flatten().collect();
            let least = own.iter().copied().fold(f64::INFINITY, f64::min);
            let most = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if let Some(index) = found.value(&format!("u{unit}"), "index") {
                prop_assert!(index >= least - 1e-9 && index <= most + 1e-9, "{least} {index} {most}");
            } else {
                prop_assert!(own.is_empty());
            }
        }
    }

    #[test]
    fn parts_sum_to_the_index(values in columns(), weights in weights(), by in means()) {
        let hierarchy = hierarchy(&weights);
        let inputs = Inputs { hierarchy: hierarchy.clone(), raw: table(&values, &in_order()), denominators: None };
        let composite = build(&inputs, &method(&hierarchy, by)).unwrap();
        for (unit, score) in composite.units().iter().zip(composite.scores()) {
            let Some(score) = score else { continue };
            for level in decompose(&composite, unit).unwrap().levels {
                let sum: f64 = level.iter().map(|one| one.part).sum();
                prop_assert!((sum - score).abs() < 1e-8 * score, "{by:?}: {sum} {score}");
            }
        }
    }

    /// Scales by rank see only the order.
    #[test]
    fn ranks_see_the_order_alone(values in columns(), weights in weights()) {
        let hierarchy = hierarchy(&weights);
        let bent: Vec<Vec<Value>> =
            values.iter().map(|column| column.iter().map(|v| v.map(|v| (v / 30.0).exp())).collect()).collect();
        for scale in [Normalisation::Rank, Normalisation::Borda, Normalisation::PercentileRank] {
            let options = NormaliseOptions::all(scale);
            let one = normalise(&table(&values, &in_order()), &hierarchy, &options).unwrap().table;
            let other = normalise(&table(&bent, &in_order()), &hierarchy, &options).unwrap().table;
            prop_assert_eq!(one, other);
        }
    }

    /// Better on one indicator and no worse on the others is never a lower index.
    #[test]
    fn better_is_not_worse(values in columns(), weights in weights(), by in means(), place in 0..INDICATORS, gain in 0.0..1.0_f64) {
        let hierarchy = hierarchy(&weights);
        let posts = Normalisation::Goalposts { low: -110.0, high: 110.0, from: 1.0, to: 100.0, truncate: true };
        let index = |values: &[Vec<Value>]| {
            let scaled = normalise(&table(values, &in_order()), &hierarchy, &NormaliseOptions::all(posts.clone())).unwrap();
            let plan = Plan::all(by);
            aggregate(&scaled.table, &hierarchy, &Weights::given(&hierarchy), &plan).unwrap().table.value("u2", "index")
        };
        let mut better = values.clone();
        let sign = if place % 2 == 1 { -1.0 } else { 1.0 };
        better[place][2] = better[place][2].map(|value| value + sign * gain * 9.0);
        prop_assert!(index(&better).unwrap_or(0.0) >= index(&values).unwrap_or(0.0) - 1e-9);
    }

    #[test]
    fn outranking_is_one_in_sum(values in columns(), weights in weights()) {
        let columns: Vec<&[Value]> = values.iter().map(Vec::as_slice).collect();
        let found = outranking(&columns, &weights[..INDICATORS]).unwrap();
        for a in 0..UNITS {
            for b in (0..UNITS).filter(|b| *b != a) {
                let sum = found.matrix[a][b].zip(found.matrix[b][a]).map(|(one, other)| one + other);
                prop_assert!(sum.is_none_or(|sum| (sum - 1.0).abs() < 1e-12));
            }
        }
        prop_assert!(found.copeland().iter().sum::<f64>().abs() < 1e-9);
    }

    /// Treatment keeps the order, and a treated column that passes is left alone.
    #[test]
    fn treatment_keeps_the_order(values in prop::collection::vec(0.0..1.0_f64, 12), power in 1.0..30.0_f64) {
        let units: Vec<String> = (0..12).map(|unit| format!("u{unit}")).collect();
        let column: Vec<Value> = values.iter().map(|value| Some(value.powf(power))).collect();
        let data = Table::new(units, vec![("x".to_owned(), column.clone())]).unwrap();
        let found = treat(&data, Treatment::default()).unwrap();
        let treated = found.table.column("x").unwrap();
        for a in 0..12 {
            for b in 0..12 {
                prop_assert!(column[a] > column[b] || treated[a] <= treated[b]);
            }
        }
        if found.record[0].within_limits {
            prop_assert_eq!(&treat(&found.table, Treatment::default()).unwrap().table, &found.table);
        }
    }

    /// An alternative that is no worse on any criterion, and better on one, comes no later.
    #[test]
    fn choices_respect_dominance(
        rows in prop::collection::vec(prop::collection::vec(0.0..10.0_f64, 3), 4),
        weights in prop::collection::vec(0.1..1.0_f64, 3),
    ) {
        let mut rows = rows;
        let better: Vec<f64> = rows[0].iter().map(|value| value + 0.5).collect();
        rows.push(better);
        let choice = Choice::higher_is_better(rows, &weights).unwrap();
        let sums = weighted_sum(&choice);
        prop_assert!(sums[4] >= sums[0]);
        let near = topsis(&choice).unwrap().similarity;
        prop_assert!(near[4] >= near[0]);
        let flows = promethee(&choice, &[Preference::Usual; 3]).unwrap();
        prop_assert!(flows.net[4] > flows.net[0]);
        prop_assert!(flows.net.iter().sum::<f64>().abs() < 1e-12);
        let ranked = vikor(&choice, 0.5).unwrap();
        prop_assert!(ranked.compromise[4] <= ranked.compromise[0] + 1e-12);
    }
}
