//! What the places hang on: which choice moves them, and what each indicator's leaving would change.

use senne_indicator::{IndexAssumption, IndexEffect, IndexTable};

use super::{Names, parts::assumption};
use crate::{
    format,
    words::{Words, key},
};

/// Which choice moves the places.
pub(super) struct Doubt {
    pub(super) finding: String,
    pub(super) rows: Vec<EffectRow>,
}

/// One choice.
pub(super) struct EffectRow {
    pub(super) of: &'static str,
    pub(super) first: String,
    pub(super) total: String,
    pub(super) between: String,
}

impl Doubt {
    /// Nothing when the places never move.
    pub(super) fn of(words: Words, table: &IndexTable) -> Option<Self> {
        let heaviest = table.effects.iter().max_by(|a, b| a.total.total_cmp(&b.total))?;
        let finding = words.fill(
            "index.hang_most",
            [assumption(words, heaviest.of).to_owned(), share(words, heaviest.total)],
        );
        let rows = table.effects.iter().map(|effect| row(words, effect)).collect();
        Some(Self { finding, rows })
    }
}

/// Estimates may leave 0 to 1 by chance; what is shown does not.
fn share(words: Words, part: f64) -> String {
    format::percent(words.language, part.clamp(0.0, 1.0))
}

fn row(words: Words, effect: &IndexEffect) -> EffectRow {
    EffectRow {
        of: words.t(match effect.of {
            IndexAssumption::Values => key!("index.of_values"),
            IndexAssumption::Weights => key!("index.of_weights"),
            IndexAssumption::Mean => key!("index.of_mean"),
        }),
        first: share(words, effect.first),
        total: share(words, effect.total),
        between: effect.between.map_or_else(String::new, |(low, high)| {
            words.fill("indicator.interval", [share(words, low), share(words, high)])
        }),
    }
}

/// By how many places areas shift on average without an indicator, and whose place shifts most.
pub(super) fn without(words: Words, table: Option<&IndexTable>, id: &str, names: &Names) -> (String, String) {
    let none = || words.t("value.none").to_owned();
    let Some(removal) = table.and_then(|table| table.removals.iter().find(|one| one.id == id)) else {
        return (none(), String::new());
    };
    let shift = removal.mean_shift.map_or_else(none, |shift| format::number(words.language, shift, 1));
    let most = removal.most.as_ref().and_then(|(area, rise)| {
        let places = format::number(words.language, rise.abs() as f64, 0);
        let name = names.get(area)?.clone();
        let sign = if *rise > 0 { "+" } else { "\u{2212}" };
        Some(format!("{name} {sign}{places}"))
    });
    (shift, most.unwrap_or_default())
}
