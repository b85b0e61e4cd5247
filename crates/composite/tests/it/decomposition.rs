//! The index of a unit taken apart: parts sum to it at every level, exactly or not.

use senne_composite::{
    Aggregation, Element, Exactness, Hierarchy, Inputs, Method, Normalisation, NormaliseOptions, Penalty,
    Plan, StrengthOptions, Table, Weights, build, decompose, difference, strengths,
};

use crate::{
    asem::{Asem, asem},
    shared::{close, words},
};

#[test]
fn parts_of_an_arithmetic_index() {
    let Some(asem) = asem() else { return };
    let composite = asem.composite();
    let belgium = decompose(&composite, "BEL").unwrap();
    assert_eq!(belgium.exactness, Exactness::Exact);
    for (level, count) in belgium.levels.iter().zip([49, 8, 2, 1]) {
        assert_eq!(level.len(), count);
        close("a level", level.iter().map(|one| one.part).sum(), belgium.score, 1e-12);
        close("weights", level.iter().map(|one| one.weight).sum(), 1.0, 1e-12);
    }
    let goods = belgium.levels[0].iter().find(|one| one.code == "Goods").unwrap();
    close("goods", goods.part, 0.02 * composite.normalised.table.value("BEL", "Goods").unwrap(), 1e-13);
    let switzerland = decompose(&composite, "CHE").unwrap();
    for level in difference(&switzerland, &belgium) {
        close(
            "a difference",
            level.iter().map(|(_, part)| part).sum(),
            switzerland.score - belgium.score,
            1e-11,
        );
    }
    assert!(words(decompose(&composite, "XXX")).contains("the decomposition names `XXX`"));
}

/// Values are missing, and weights are those of what is there.
#[test]
fn parts_with_missing_values() {
    let Some(asem) = asem() else { return };
    let mut method = asem.method();
    method.imputation = None;
    let composite = build(&asem.inputs(), &method).unwrap();
    let brunei = decompose(&composite, "BRN").unwrap();
    assert_eq!(brunei.levels[0].iter().filter(|one| one.score.is_none()).count(), 10);
    for level in &brunei.levels {
        close("a level", level.iter().map(|one| one.part).sum(), brunei.score, 1e-12);
        close("weights", level.iter().map(|one| one.weight).sum(), 1.0, 1e-12);
    }
}

fn other(asem: &Asem, plan: Plan) {
    let mut method = asem.method();
    method.normalisation = NormaliseOptions::all(Normalisation::MinMax { low: 1.0, high: 100.0 });
    method.plan = plan;
    let composite = build(&asem.inputs(), &method).unwrap();
    for unit in ["BEL", "CHE", "RUS", "SGP"] {
        let parts = decompose(&composite, unit).unwrap();
        assert_eq!(parts.exactness, Exactness::Approximate);
        for level in &parts.levels {
            close(unit, level.iter().map(|one| one.part).sum(), parts.score, 1e-9);
        }
    }
}

#[test]
fn parts_of_other_means() {
    let Some(asem) = asem() else { return };
    for by in [
        Aggregation::Geometric,
        Aggregation::Harmonic,
        Aggregation::Generalised { power: 0.4 },
        Aggregation::Generalised { power: -3.0 },
        Aggregation::Generalised { power: f64::NEG_INFINITY },
        Aggregation::Median,
        Aggregation::MazziottaPareto { penalty: Penalty::Raises },
        Aggregation::AdjustedMazziottaPareto { penalty: Penalty::Raises },
    ] {
        other(&asem, Plan::all(by));
    }
    let mixed = [Aggregation::Arithmetic, Aggregation::Copeland, Aggregation::Arithmetic];
    other(&asem, Plan::new(mixed.map(Into::into).to_vec()));
}

/// The worst unit has 0 on a scale from 0, and what it lost to the others is told all the same.
#[test]
fn the_last_of_all_has_parts_too() {
    let hierarchy = Hierarchy::new(vec![
        Element::indicator("a", "p"),
        Element::indicator("b", "p"),
        Element::indicator("c", "q"),
        Element::aggregate("p", 2, Some("i")),
        Element::aggregate("q", 2, Some("i")),
        Element::aggregate("i", 3, None),
    ])
    .unwrap();
    let column = |code: &str, values: [f64; 3]| (code.to_owned(), values.map(Some).to_vec());
    let columns =
        vec![column("a", [0.0, 1.0, 2.0]), column("b", [0.0, 5.0, 1.0]), column("c", [0.0, 3.0, 4.0])];
    let raw = Table::new(["x", "y", "z"].map(str::to_owned).to_vec(), columns).unwrap();
    let method = Method {
        denominate: false,
        screening: None,
        imputation: None,
        treatment: None,
        normalisation: NormaliseOptions::all(Normalisation::MinMax { low: 0.0, high: 1.0 }),
        weights: Weights::equal(&hierarchy),
        plan: Plan::new([Aggregation::Arithmetic, Aggregation::Copeland].map(Into::into).to_vec()),
    };
    let composite = build(&Inputs { hierarchy, raw, denominators: None }, &method).unwrap();
    for unit in ["x", "y", "z"] {
        let parts = decompose(&composite, unit).unwrap();
        for level in &parts.levels {
            close(unit, level.iter().map(|one| one.part).sum(), parts.score, 1e-12);
        }
    }
    let last = decompose(&composite, "x").unwrap();
    assert_eq!(last.score, -2.0);
    assert!(last.levels[0].iter().all(|one| one.part < 0.0), "{last:?}");
}

/// How much the index moves with an element is what its weight says: against a small change.
#[test]
fn weights_are_slopes() {
    let Some(asem) = asem() else { return };
    for by in [
        Aggregation::Geometric,
        Aggregation::Generalised { power: -2.0 },
        Aggregation::AdjustedMazziottaPareto { penalty: Penalty::Lowers },
        Aggregation::MazziottaPareto { penalty: Penalty::Lowers },
    ] {
        let mut method = asem.method();
        method.treatment = None;
        let posts = Normalisation::Goalposts { low: -5.0, high: 5.0, from: 70.0, to: 130.0, truncate: false };
        method.normalisation = NormaliseOptions::all(posts);
        method.plan = Plan::all(by);
        method.denominate = false;
        let mut inputs = asem.inputs();
        // Indicators of like size, so that every mean stays above 0.
        let normalised = asem.normalised();
        let columns = normalised.columns().map(|(code, column)| {
            let sign = asem.hierarchy.element(code).unwrap().direction.sign();
            (
                code.to_owned(),
                column.iter().map(|value| value.map(|value| sign * (value / 50.0 - 1.0))).collect(),
            )
        });
        inputs.raw = Table::new(normalised.units().to_vec(), columns.collect()).unwrap();
        let before = decompose(&build(&inputs, &method).unwrap(), "BEL").unwrap();
        let step = 1e-4;
        let columns = inputs.raw.columns().map(|(code, column)| {
            let moved = column.iter().zip(inputs.raw.units()).map(|(value, unit)| {
                value.map(|value| if unit == "BEL" && code == "LPI" { value + step } else { value })
            });
            (code.to_owned(), moved.collect())
        });
        inputs.raw = Table::new(inputs.raw.units().to_vec(), columns.collect()).unwrap();
        let after = decompose(&build(&inputs, &method).unwrap(), "BEL").unwrap();
        let weight = before.levels[0].iter().find(|one| one.code == "LPI").unwrap().weight;
        close("a slope", (after.score - before.score) / (6.0 * step), weight, 1e-5);
    }
}

/// The example of `get_str_weak`: Spain, on raw data, without indicators on which it is last.
#[test]
fn strengths_of_spain() {
    let Some(asem) = asem() else { return };
    let options = StrengthOptions { leave_out_last: true, ..StrengthOptions::default() };
    let found = strengths(&asem.raw, &asem.hierarchy, "ESP", false, options).unwrap();
    let named = |standings: &[senne_composite::Standing]| {
        let mut named: Vec<(usize, String)> =
            standings.iter().map(|one| (one.rank, one.code.clone())).collect();
        named.sort();
        named
    };
    let printed = |pairs: [(usize, &str); 5]| pairs.map(|(rank, code)| (rank, code.to_owned())).to_vec();
    let best = [(1, "CostImpEx"), (1, "TIRcon"), (2, "Tourist"), (3, "Flights"), (3, "UNVote")];
    assert_eq!(named(&found.strengths), printed(best));
    let worst = [(33, "NEET"), (38, "Lang"), (40, "Forest"), (40, "TBTs"), (43, "PubDebt")];
    assert_eq!(named(&found.weaknesses), printed(worst));
    let tourists = found.strengths.iter().find(|one| one.code == "Tourist").unwrap();
    assert_eq!((tourists.parent.as_deref(), tourists.of), (Some("P2P"), 51));
    close("tourists", tourists.value / 75.3, 1.0, 0.001);
    let options = StrengthOptions { least_unique: 0.5, ..options };
    let found = strengths(&asem.raw, &asem.hierarchy, "ESP", false, options).unwrap();
    assert!(found.strengths.iter().all(|one| one.code != "TIRcon"));
}
