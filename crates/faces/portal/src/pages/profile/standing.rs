//! Each indicator of a place beside the region, the places of its level, and its own past.

use std::sync::Arc;

use senne_indicator::{Catalogue, Declaration, Direction, Figure, Interval, Measured, Places, Value, places};
use senne_model::{EntityId, Problem};

use super::Place;
use crate::{
    figures::{FiguresOf, RecentFigures},
    pages::{
        indicator::told::{is_unsure, newest, previous_year},
        indicators::shown_first,
    },
    visit::Visit,
};

/// What can be said of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Their intervals have nothing in common, and this one is better.
    Better,
    /// The same, and this one is worse.
    Worse,
    /// The same, of an indicator that is best within a band.
    Different,
    /// Their intervals leave it open.
    Unclear,
    /// There is no interval by which to tell.
    Untested,
    /// There is nothing to compare with.
    Alone,
}

/// One indicator of a place.
pub(super) struct Standing<'a> {
    pub(super) declaration: &'a Declaration,
    /// The last values, by length of period.
    pub(super) figures: &'a [Figure],
    pub(super) figure: &'a Figure,
    /// The same period of the year before.
    pub(super) before: Option<&'a Figure>,
    pub(super) changed: Verdict,
    /// The region in the same period.
    pub(super) region: Option<&'a Figure>,
    pub(super) against: Verdict,
    /// Its possible places among the areas of its level.
    pub(super) places: Option<Places>,
}

/// What a place is put beside.
pub(super) struct Beside {
    catalogue: Arc<Catalogue>,
    recent: Arc<RecentFigures>,
    newest: Arc<FiguresOf>,
    whole: Option<EntityId>,
    peers: Vec<EntityId>,
}

impl Beside {
    pub(super) async fn read(visit: &Visit, place: &Place) -> Result<Self, Problem> {
        let context = visit.context();
        Ok(Self {
            catalogue: visit.portal.options.figures.catalogue(),
            recent: visit.portal.recent(&context, &place.id).await?,
            newest: visit.portal.newest(&context).await?,
            whole: visit.portal.codes(&context).await?.whole.clone().filter(|_| !place.whole),
            peers: place.peers.clone(),
        })
    }

    /// The indicators that have a value here, in the order of the catalogue.
    pub(super) fn standings<'a>(&'a self, place: &'a Place) -> Vec<Standing<'a>> {
        let all = self.catalogue.indicators.iter();
        all.filter_map(|declaration| self.standing(declaration, place)).collect()
    }

    fn standing<'a>(&'a self, declaration: &'a Declaration, place: &'a Place) -> Option<Standing<'a>> {
        let figures = self.recent.get(&declaration.id)?.as_slice();
        let shown = shown_first(declaration, figures);
        let figure = newest(shown)?;
        let before = previous_year(shown, figure);
        let region = self.whole.as_ref().and_then(|whole| self.of(declaration, whole, figure));
        Some(Standing {
            declaration,
            figures,
            figure,
            before,
            changed: verdict(declaration, &figure.value, before.map(|before| &before.value)),
            region,
            against: verdict(declaration, &figure.value, region.map(|region| &region.value)),
            places: self.places(declaration, figure, place),
        })
    }

    /// The value of an area in the period of a figure, computed by the same formula.
    fn of(&self, declaration: &Declaration, area: &EntityId, figure: &Figure) -> Option<&Figure> {
        let figures = self.newest.get(&declaration.id)?.get(area)?;
        figures.iter().find(|other| other.period == figure.period && other.formula == figure.formula)
    }

    /// The values of the areas of the level in the period that is shown.
    pub(super) fn of_peers<'a>(&'a self, standing: &Standing<'a>) -> impl Iterator<Item = &'a Figure> {
        let (declaration, figure) = (standing.declaration, standing.figure);
        self.peers.iter().filter_map(move |area| self.of(declaration, area, figure))
    }

    fn places(&self, declaration: &Declaration, figure: &Figure, place: &Place) -> Option<Places> {
        let measured = |figure: &Figure| Some((figure.value.number?, figure.value.interval));
        let value = |area: &EntityId| -> Option<Measured> {
            if *area == place.id { measured(figure) } else { measured(self.of(declaration, area, figure)?) }
        };
        let own = self.peers.iter().position(|area| *area == place.id)?;
        let values: Vec<Option<Measured>> = self.peers.iter().map(value).collect();
        *places(&values, declaration.direction).get(own)?
    }
}

/// Whether a value is clearly another than one that it is compared with: their intervals have nothing in common; one that is counted in full
/// is its own interval, as long as the other has one. One of a sample that is too small for an interval tells nothing.
fn verdict(declaration: &Declaration, own: &Value, other: Option<&Value>) -> Verdict {
    let Some((new, (old, other))) = own.number.zip(other.and_then(|other| Some((other.number?, other))))
    else {
        return Verdict::Alone;
    };
    let ends = |value: &Value, number: f64| {
        let (low, high) = value.interval.unwrap_or((number, number));
        Interval { low, high }
    };
    let unsure = is_unsure(declaration, own) || is_unsure(declaration, other);
    if unsure || (own.interval.is_none() && other.interval.is_none()) {
        return Verdict::Untested;
    }
    if !ends(own, new).is_apart_from(ends(other, old)) {
        return Verdict::Unclear;
    }
    match declaration.direction {
        Direction::Band => Verdict::Different,
        Direction::Up if new > old => Verdict::Better,
        Direction::Down if new < old => Verdict::Better,
        _ => Verdict::Worse,
    }
}

#[cfg(test)]
mod tests {
    use senne_indicator::read;

    use super::*;

    fn value(number: f64, half: Option<f64>) -> Value {
        let interval = half.map(|half| (number - half, number + half));
        Value { number: Some(number), interval, ..Value::default() }
    }

    fn declared(direction: &str, uncertainty: &str) -> Declaration {
        let text = format!(
            "id: rate
version: 1
title: {{ fr: a, nl: b, en: c }}
definition: {{ fr: a, nl: b, en: c }}
pillar: economy
unit: P1
direction: {direction}
measure: {{ ratio: {{ factor: 100 }} }}
uncertainty: {uncertainty}
levels: [region, commune]
frequencies: [year]
entered: {{ from: {{ fr: a, nl: b, en: c }} }}
data_quality: survey
owner: Somebody
"
        );
        read("a", &text).unwrap()
    }

    #[test]
    fn only_intervals_apart_make_a_difference() {
        let own = value(10.0, Some(1.0));
        let of = |direction: &str, other: Value| verdict(&declared(direction, "share"), &own, Some(&other));
        assert_eq!(of("down", value(13.0, Some(1.0))), Verdict::Better);
        assert_eq!(of("up", value(13.0, Some(1.0))), Verdict::Worse);
        assert_eq!(of("up", value(11.5, Some(1.0))), Verdict::Unclear);
        assert_eq!(of("band", value(13.0, Some(1.0))), Verdict::Different);
        assert_eq!(of("up", Value::default()), Verdict::Alone);
        assert_eq!(of("up", value(19.0, None)), Verdict::Untested, "nobody knows how sure it is");
        let counted = declared("up", "none");
        let full = verdict(&counted, &own, Some(&value(11.5, None)));
        assert_eq!(full, Verdict::Worse, "one that is known in full");
        assert_eq!(verdict(&counted, &value(1.0, None), Some(&value(9.0, None))), Verdict::Untested);
        assert_eq!(verdict(&counted, &own, None), Verdict::Alone);
    }
}
