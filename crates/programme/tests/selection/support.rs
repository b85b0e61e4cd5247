//! Small questions to choose from, at random.

use proptest::prelude::*;
use senne_programme::{
    BasisPoints, Euros,
    selection::{
        AreaFloor, AreaMinimum, Budget, Candidate, Cost, Exclusion, Needs, PillarFloor, PillarMinimum,
        Question, Rules,
    },
};

use crate::large::{AREAS, PILLARS, SOURCES, id};

fn candidate(at: usize) -> impl Strategy<Value = Candidate> {
    let costs = prop::collection::vec((0_usize..2, 2026_i16..2028, 0_i64..20), 1..3);
    // Few scores, so that there are ties.
    let score = prop_oneof![(0_u32..12).prop_map(f64::from), (0.0_f64..10.0)];
    let areas = prop::collection::btree_set(0_usize..3, 0..3);
    (score, costs, 0_usize..3, areas, 0_u32..9).prop_map(move |(score, costs, pillar, areas, risk)| {
        Candidate {
            id: id(at),
            score,
            costs: costs
                .into_iter()
                .map(|(source, year, amount)| Cost {
                    source: SOURCES[source].to_owned(),
                    year,
                    amount: Euros(amount),
                })
                .collect(),
            pillar: PILLARS[pillar].into(),
            areas: areas.into_iter().map(|area| AREAS[area].into()).collect(),
            risk,
        }
    })
}

fn budget() -> impl Strategy<Value = Budget> {
    (prop::option::of(0_usize..2), prop::option::of(2026_i16..2028), 5_i64..80).prop_map(
        |(source, year, ceiling)| Budget {
            source: source.map(|source| SOURCES[source].to_owned()),
            year,
            ceiling: Euros(ceiling),
        },
    )
}

fn pillar() -> impl Strategy<Value = PillarFloor> {
    let minimum = prop_oneof![
        (0_u16..6_000).prop_map(|part| PillarMinimum::MoneyShare(BasisPoints(part))),
        (0_u32..3).prop_map(PillarMinimum::Count),
    ];
    (0_usize..3, minimum)
        .prop_map(|(pillar, minimum)| PillarFloor { pillar: PILLARS[pillar].into(), minimum })
}

fn area() -> impl Strategy<Value = AreaFloor> {
    let minimum = prop_oneof![
        (0_u16..6_000).prop_map(|part| AreaMinimum::ValueShare(BasisPoints(part))),
        (0_u32..3).prop_map(AreaMinimum::Count),
    ];
    (prop::collection::btree_set(0_usize..3, 1..3), minimum).prop_map(|(areas, minimum)| AreaFloor {
        group: "group".to_owned(),
        areas: areas.into_iter().map(|area| AREAS[area].into()).collect(),
        minimum,
    })
}

fn rules(count: usize) -> impl Strategy<Value = Rules> {
    let pairs = prop::collection::vec((0..count, 0..count), 0..3);
    let sets = prop::collection::vec((prop::collection::btree_set(0..count, 1..4), 1_u32..3), 0..2);
    (
        prop::collection::vec(budget(), 0..3),
        pairs,
        sets,
        prop::collection::btree_set(0..count, 0..2),
        prop::collection::btree_set(0..count, 0..2),
        prop::collection::vec(pillar(), 0..2),
        prop::collection::vec(area(), 0..2),
        prop::option::of(0_u64..40),
    )
        .prop_map(|(budgets, pairs, sets, forced_in, forced_out, pillars, areas, risk_most)| Rules {
            budgets,
            needs: pairs
                .into_iter()
                .filter(|(one, other)| one != other)
                .map(|(one, other)| Needs { project: id(one), needed: id(other) })
                .collect(),
            exclusions: sets
                .into_iter()
                .map(|(set, at_most)| Exclusion { projects: set.into_iter().map(id).collect(), at_most })
                .collect(),
            forced_in: forced_in.into_iter().map(id).collect(),
            forced_out: forced_out.into_iter().map(id).collect(),
            pillars,
            areas,
            risk_most,
        })
}

pub(crate) fn question() -> impl Strategy<Value = Question> {
    (1_usize..10).prop_flat_map(|count| {
        let candidates: Vec<_> = (0..count).map(candidate).collect();
        (candidates, rules(count)).prop_map(|(candidates, rules)| Question { candidates, rules })
    })
}
