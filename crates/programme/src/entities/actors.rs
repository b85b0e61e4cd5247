//! Pillars, objectives, organisations and catalysts from their entities.

use super::Reader;
use crate::types::{Catalyst, CatalystKind, HelixRole, Objective, Organisation, Pillar};

/// The words of [`HelixRole`].
const ROLES: [(&str, HelixRole); 4] = [
    ("publicService", HelixRole::PublicService),
    ("business", HelixRole::Business),
    ("university", HelixRole::University),
    ("citizens", HelixRole::Citizens),
];

/// The words of [`CatalystKind`].
const KINDS: [(&str, CatalystKind); 5] = [
    ("data", CatalystKind::Data),
    ("technology", CatalystKind::Technology),
    ("governance", CatalystKind::Governance),
    ("cooperation", CatalystKind::Cooperation),
    ("humanCapital", CatalystKind::HumanCapital),
];

pub(crate) fn pillar(reader: &mut Reader<'_>) -> Pillar {
    Pillar {
        id: reader.id().into(),
        name: reader.words("name"),
        // Those without a place come last.
        order: reader.whole("order", 0, i64::from(u16::MAX)).unwrap_or(u16::MAX),
    }
}

pub(crate) fn objective(reader: &mut Reader<'_>) -> Option<Objective> {
    let pillar = reader.target("refPillar");
    let indicator = reader.target("refIndicator");
    let target_on = reader.date("targetOn");
    let [target_low, target_high, baseline] =
        ["targetLow", "targetHigh", "baseline"].map(|term| reader.number(term));
    let baseline_on = reader.date("baselineOn");
    // Rules list it; until somebody mends it, both are put in order.
    let turned = target_low.zip(target_high).is_some_and(|(low, high)| low > high);
    let (target_low, target_high) =
        if turned { (target_high, target_low) } else { (target_low, target_high) };
    Some(Objective {
        id: reader.id().into(),
        name: reader.words("name"),
        pillar: reader.need("refPillar", pillar, "the pillar")?,
        indicator: reader.need("refIndicator", indicator, "the indicator")?,
        area: reader.target("refArea"),
        baseline: baseline.zip(baseline_on),
        target_low,
        target_high,
        target_on: reader.need("targetOn", target_on, "the day by which it should be reached")?,
        owner: reader.target("refOwner"),
    })
}

pub(crate) fn organisation(reader: &mut Reader<'_>) -> Option<Organisation> {
    let role = reader.code("helixRole", &ROLES);
    Some(Organisation {
        id: reader.id().into(),
        name: reader.words("name"),
        role: reader.need("helixRole", role, "the part of society it belongs to")?,
        parent: reader.target("refParent"),
    })
}

pub(crate) fn catalyst(reader: &mut Reader<'_>) -> Option<Catalyst> {
    let kind = reader.code("catalystKind", &KINDS);
    Some(Catalyst {
        id: reader.id().into(),
        name: reader.words("name"),
        kind: reader.need("catalystKind", kind, "the kind of catalyst")?,
    })
}
