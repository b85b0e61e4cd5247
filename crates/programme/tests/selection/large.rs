//! Large questions that look like a call for projects.

use senne_programme::{
    BasisPoints, Euros, ProjectId,
    selection::{
        AreaFloor, AreaMinimum, Budget, Candidate, Cost, Exclusion, Needs, PillarFloor, PillarMinimum,
        Question, Rules,
    },
};

pub(crate) const SOURCES: [&str; 2] = ["region", "europe"];
pub(crate) const PILLARS: [&str; 3] = ["mobility", "nature", "data"];
pub(crate) const AREAS: [&str; 3] = ["north", "south", "centre"];

pub(crate) fn id(at: usize) -> ProjectId {
    ProjectId::new(format!("p{at:03}"))
}

/// A call with all kinds of rules, from a seed: costs from 20,000 to 2 million euros, scores that go with them in part.
pub(crate) fn large(count: usize, mut seed: u64) -> Question {
    let mut draw = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let mut candidates = Vec::new();
    for at in 0..count {
        let amount = 20_000 + (draw(1_000) * draw(1_000) * 2) as i64;
        let first = amount * (30 + draw(50) as i64) / 100;
        let source = SOURCES[draw(2) as usize].to_owned();
        let costs = vec![
            Cost { source: source.clone(), year: 2026, amount: Euros(first) },
            Cost { source, year: 2027, amount: Euros(amount - first) },
        ];
        let score = 0.2 + amount as f64 / 5e6 + draw(1_000_000) as f64 / 2e6;
        let areas = (0..=draw(2)).map(|_| AREAS[draw(3) as usize].into()).collect();
        let pillar = PILLARS[draw(3) as usize].into();
        candidates.push(Candidate { id: id(at), score, costs, pillar, areas, risk: draw(25) as u32 });
    }
    let total: i64 = candidates.iter().map(|candidate| candidate.cost().0).sum();
    let budget = |source: Option<&str>, year, part: i64| Budget {
        source: source.map(str::to_owned),
        year,
        ceiling: Euros(total * part / 100),
    };
    let mut pick = || id(draw(count as u64) as usize);
    let needs = (0..count / 10)
        .map(|_| Needs { project: pick(), needed: pick() })
        .filter(|needs| needs.project < needs.needed)
        .collect();
    let exclusions = (0..count / 20)
        .map(|_| Exclusion { projects: [pick(), pick(), pick()].into(), at_most: 1 })
        .collect();
    let minimum = |pillar: &str, part| PillarFloor {
        pillar: pillar.into(),
        minimum: PillarMinimum::MoneyShare(BasisPoints(part)),
    };
    let floor =
        |area: &str, minimum| AreaFloor { group: area.to_owned(), areas: [area.into()].into(), minimum };
    Question {
        rules: Rules {
            budgets: vec![
                budget(None, Some(2026), 16),
                budget(None, Some(2027), 16),
                budget(Some("region"), None, 15),
                budget(Some("europe"), None, 14),
                budget(None, None, 28),
            ],
            needs,
            exclusions,
            forced_in: [id(3)].into(),
            forced_out: [id(5)].into(),
            pillars: vec![
                minimum("mobility", 2_500),
                minimum("nature", 2_500),
                PillarFloor { pillar: "data".into(), minimum: PillarMinimum::Count(12) },
            ],
            areas: vec![
                floor("north", AreaMinimum::ValueShare(BasisPoints(3_000))),
                floor("south", AreaMinimum::Count(15)),
            ],
            risk_most: Some(count as u64 * 4),
        },
        candidates,
    }
}
