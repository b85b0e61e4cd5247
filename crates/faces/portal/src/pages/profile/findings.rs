//! What stands out, in sentences made from the numbers: nothing that the intervals leave open is said.

use senne_indicator::Figure;

use super::{
    Place,
    standing::{Standing, Verdict},
};
use crate::{
    format,
    pages::indicator::told::{number, with_unit},
    visit::Visit,
    words::{Words, key},
};

/// So many sentences of each kind.
const EACH_MAX: usize = 4;

/// A sentence.
pub(super) struct Finding {
    pub(super) text: String,
    pub(super) anchor: String,
    pub(super) class: &'static str,
}

/// How many indicators have values, and how many stand apart from the region.
pub(super) fn lead(visit: &Visit, place: &Place, standings: &[Standing<'_>]) -> String {
    let words = visit.w;
    let all = visit.portal.options.figures.catalogue().indicators.len();
    let amount = |n: usize| format::amount(words.language, n as u64);
    let known = words.fill("profile.known", [amount(standings.len()), amount(all)]);
    let count = |wanted: &[Verdict], of: fn(&Standing<'_>) -> Verdict| {
        standings.iter().filter(|standing| wanted.contains(&of(standing))).count()
    };
    let [better, worse] = if place.whole {
        [[Verdict::Better], [Verdict::Worse]].map(|wanted| count(&wanted, |standing| standing.changed))
    } else {
        [[Verdict::Better], [Verdict::Worse]].map(|wanted| count(&wanted, |standing| standing.against))
    };
    let open = [Verdict::Unclear, Verdict::Untested];
    let open = if place.whole { count(&open, |s| s.changed) } else { count(&open, |s| s.against) };
    if better + worse + open == 0 {
        return known;
    }
    let key = if place.whole { key!("profile.lead_past") } else { key!("profile.lead_region") };
    format!("{known} {}", words.fill(key, [amount(better), amount(worse), amount(open)]))
}

/// The sentences: what is clearly better, clearly worse, and what clearly changed; those that stand furthest apart first.
pub(super) fn findings(words: Words, standings: &[Standing<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    for wanted in [Verdict::Better, Verdict::Worse, Verdict::Different] {
        let against = |standing: &&Standing<'_>| standing.against == wanted;
        let mut some: Vec<&Standing<'_>> = standings.iter().filter(against).collect();
        some.sort_by(|a, b| apart(b, b.region).total_cmp(&apart(a, a.region)));
        found.extend(some.iter().take(EACH_MAX).filter_map(|standing| beside(words, standing, wanted)));
    }
    for wanted in [Verdict::Better, Verdict::Worse, Verdict::Different] {
        let changed = |standing: &&Standing<'_>| standing.changed == wanted;
        let mut some: Vec<&Standing<'_>> = standings.iter().filter(changed).collect();
        some.sort_by(|a, b| apart(b, b.before).total_cmp(&apart(a, a.before)));
        found.extend(some.iter().take(EACH_MAX).filter_map(|standing| since(words, standing, wanted)));
    }
    found
}

/// How far two values lie apart, in widths of their intervals.
fn apart(standing: &Standing<'_>, other: Option<&Figure>) -> f64 {
    let width = |figure: &Figure| figure.value.interval.map_or(0.0, |(low, high)| high - low);
    let both = other.and_then(|other| Some((other, standing.figure.value.number? - other.value.number?)));
    both.map_or(0.0, |(other, difference)| {
        difference.abs() / width(standing.figure).hypot(width(other)).max(f64::MIN_POSITIVE)
    })
}

/// The value with its interval.
fn shown(words: Words, standing: &Standing<'_>, figure: &Figure) -> Option<String> {
    let value = with_unit(words, standing.declaration, figure.value.number?);
    Some(figure.value.interval.map_or_else(
        || value.clone(),
        |(low, high)| {
            let ends = [low, high].map(|x| number(words, standing.declaration, x));
            let [low, high] = ends;
            words.fill("profile.with_interval", [value.clone(), low, high])
        },
    ))
}

fn finding(standing: &Standing<'_>, text: String, verdict: Verdict) -> Finding {
    Finding {
        text,
        anchor: format!("indicator-{}", standing.declaration.id),
        class: if verdict == Verdict::Worse { "sign-attention" } else { "sign-new" },
    }
}

fn beside(words: Words, standing: &Standing<'_>, verdict: Verdict) -> Option<Finding> {
    let key = match verdict {
        Verdict::Better => key!("profile.better_than"),
        Verdict::Worse => key!("profile.worse_than"),
        _ => key!("profile.different_from"),
    };
    let title = standing.declaration.title.get(words.language.code()).to_owned();
    let own = shown(words, standing, standing.figure)?;
    let region = shown(words, standing, standing.region?)?;
    let period = format::period(words.language, standing.figure.period);
    Some(finding(standing, words.fill(key, [title, own, region, period]), verdict))
}

fn since(words: Words, standing: &Standing<'_>, verdict: Verdict) -> Option<Finding> {
    let key = match verdict {
        Verdict::Better => key!("profile.better_since"),
        Verdict::Worse => key!("profile.worse_since"),
        _ => key!("profile.different_since"),
    };
    let before = standing.before?;
    let title = standing.declaration.title.get(words.language.code()).to_owned();
    let (own, old) = (shown(words, standing, standing.figure)?, shown(words, standing, before)?);
    let [now, then] = [standing.figure, before].map(|figure| format::period(words.language, figure.period));
    Some(finding(standing, words.fill(key, [title, own, now, old, then]), verdict))
}
