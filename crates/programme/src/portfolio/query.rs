//! Which lines are shown, and in which order.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{Line, Totals, totals};
use crate::types::{AreaId, CallId, Colour, OrganisationId, PillarId, ProjectState, Words};

/// So many lines are shown at once at most.
const SIZE_MOST: usize = 500;

/// What lines must be to be shown; what is not asked for does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Of this pillar.
    pub pillar: Option<PillarId>,
    /// As far as this.
    pub state: Option<ProjectState>,
    /// In this area.
    pub area: Option<AreaId>,
    /// Of this owner.
    pub owner: Option<OrganisationId>,
    /// That applied to this call.
    pub call: Option<CallId>,
    /// Of this colour, as computed.
    pub colour: Option<Colour>,
    /// With all these words in its name in any language, or in its identifier; accents and capitals do not matter.
    pub text: String,
}

/// What lines are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    /// By name in the language of the reader.
    #[default]
    Name,
    /// By how far they have come.
    State,
    /// By computed colour, best first.
    Colour,
    /// By the part of the work that is done.
    Progress,
    /// By money planned.
    Planned,
    /// By money spent.
    Spent,
    /// By drift.
    Drift,
    /// By promised benefit.
    Benefit,
    /// By the end that is forecast.
    End,
    /// By when the owner last confirmed.
    Confirmed,
}

/// What is asked of a portfolio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Which lines.
    pub filter: Filter,
    /// In which order; equals in the order of identifiers, and lines that have no value come last either way.
    pub sort: SortBy,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// The language of the reader: `fr`, `nl`, `en`.
    pub language: String,
    /// How many lines come before the first that is shown.
    pub offset: usize,
    /// How many lines are shown, at most 500.
    pub size: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            sort: SortBy::default(),
            descending: false,
            language: "en".to_owned(),
            offset: 0,
            size: 50,
        }
    }
}

/// The lines that are shown, and what all that were found come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page<'a> {
    /// The lines.
    pub lines: Vec<&'a Line>,
    /// How many were found.
    pub found: usize,
    /// What those that were found come to.
    pub totals: Totals,
}

/// The lines that are asked for.
pub fn page<'a>(lines: &'a [Line], query: &Query) -> Page<'a> {
    let words: Vec<String> = query.filter.text.split_whitespace().map(fold).collect();
    let mut found: Vec<&Line> = lines.iter().filter(|line| fits(line, &query.filter, &words)).collect();
    sort(&mut found, query);
    let totals = totals(found.iter().copied());
    let size = query.size.clamp(1, SIZE_MOST);
    let shown = found.iter().skip(query.offset).take(size).copied().collect();
    Page { lines: shown, found: found.len(), totals }
}

fn fits(line: &Line, filter: &Filter, words: &[String]) -> bool {
    let colour = line.confidence.as_ref().map(|confidence| confidence.computed);
    filter.pillar.as_ref().is_none_or(|pillar| line.pillar == *pillar)
        && filter.state.is_none_or(|state| line.state == state)
        && filter.area.as_ref().is_none_or(|area| line.areas.contains(area))
        && filter.owner.as_ref().is_none_or(|owner| line.owner.as_ref() == Some(owner))
        && filter.call.as_ref().is_none_or(|call| line.call.as_ref() == Some(call))
        && filter.colour.is_none_or(|wanted| colour == Some(wanted))
        && (words.is_empty() || {
            let text = searched(line);
            words.iter().all(|word| text.contains(word))
        })
}

fn searched(line: &Line) -> String {
    let Words { fr, nl, en } = &line.name;
    let names = [fr, nl, en].into_iter().flatten().map(String::as_str);
    let all: Vec<&str> = names.chain([line.id.as_str()]).collect();
    fold(&all.join(" "))
}

fn sort(found: &mut [&Line], query: &Query) {
    if query.sort == SortBy::Name {
        let name = |line: &&Line| fold(line.name.get(&query.language).unwrap_or(line.id.as_str()));
        found.sort_by_cached_key(|line| (name(line), line.id.clone()));
        if query.descending {
            found.reverse();
        }
        return;
    }
    let key = |line: &Line| -> Option<f64> {
        match query.sort {
            SortBy::Name => None,
            SortBy::State => Some(f64::from(line.state as u8)),
            SortBy::Colour => Some(f64::from(line.confidence.as_ref()?.computed as u8)),
            SortBy::Progress => Some(line.progress?.part),
            SortBy::Planned => Some(line.money.planned.as_f64()),
            SortBy::Spent => Some(line.money.spent.as_f64()),
            SortBy::Drift => Some(line.drift_days? as f64),
            SortBy::Benefit => line.benefit.promised,
            SortBy::End => Some(days_of(line.ends_on?)),
            SortBy::Confirmed => Some(days_of(line.confirmed.last?)),
        }
    };
    found.sort_by(|a, b| {
        let order = match (key(a), key(b)) {
            (Some(a), Some(b)) if query.descending => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
        };
        order.then_with(|| a.id.cmp(&b.id))
    });
}

/// Grows with the day.
fn days_of(day: jiff::civil::Date) -> f64 {
    f64::from(day.year()) * 400.0 + f64::from(day.day_of_year())
}

/// Small letters without accents, as far as French and Dutch have them.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'â' | 'á' | 'ä' => out.push('a'),
            'ç' => out.push('c'),
            'é' | 'è' | 'ê' | 'ë' => out.push('e'),
            'î' | 'ï' | 'í' | 'ì' => out.push('i'),
            'ô' | 'ö' | 'ó' | 'ò' => out.push('o'),
            'û' | 'ü' | 'ù' | 'ú' => out.push('u'),
            'ÿ' => out.push('y'),
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            '’' => out.push('\''),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_capitals_do_not_matter() {
        assert_eq!(fold("Œuvres de l’Été"), "oeuvres de l'ete");
    }

    #[test]
    fn days_grow() {
        let day = jiff::civil::date;
        assert!(days_of(day(2026, 12, 31)) < days_of(day(2027, 1, 1)));
        assert!(days_of(day(2026, 1, 31)) < days_of(day(2026, 2, 1)));
    }
}
