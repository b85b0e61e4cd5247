//! What a proposed project could show: the past of its indicator, and the methods of measured effect laid into it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::{Arc, LazyLock},
};

use senne_city_impact::{Foresight, MethodName, PlannedProject, Table, Wording};
use senne_city_indicators::Indicators;
use senne_face_portal::in_turn;
use senne_hub::Context;
use senne_indicator::{Declaration, Figure, Frequency, Period, SeriesQuery};
use senne_model::{EntityId, ErrorKind, Problem};
use senne_programme::{
    Words,
    asking::{Foresee, Foreseen},
    says::{Language, number},
};
use tokio::sync::Semaphore;

/// The lengths of steps that are tried, the longest first: longer ones are calmer.
const STEPS: [(Frequency, f64); 3] =
    [(Frequency::Month, 1.0), (Frequency::Week, 52.0 / 12.0), (Frequency::Day, 365.25 / 12.0)];
/// A past of fewer steps says nothing.
const STEPS_LEAST: usize = 12;
/// So many steps of the past are enough.
const STEPS_MOST: usize = 400;
/// More areas than any city is divided into; each is looked for in the past of all others.
const AREAS_MOST: usize = 2_000;
/// The chance with which an effect is to be seen, and with which an interval holds it: as is usual.
const POWER: f64 = 0.8;
const LEVEL: f64 = 0.95;

/// Hundreds of trial projects take a while; so many are asked about at once.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(1)));
/// So many may ask or wait for their turn; who comes then is told to come again.
static WAITING: Semaphore = Semaphore::const_new(32);

/// The past of the indicator: areas by steps.
struct Past {
    frequency: Frequency,
    per_month: f64,
    periods: BTreeSet<Period>,
    values: BTreeMap<EntityId, BTreeMap<Period, f64>>,
}

/// The smallest effect that would be seen of a project on an indicator in some areas.
///
/// # Errors
/// When there is no such indicator, or its past is too short to say.
pub(crate) async fn foresee(
    indicators: &Indicators,
    context: &Context,
    asked: &Foresee,
) -> Result<Foreseen, Problem> {
    if asked.areas.len() > AREAS_MOST {
        return Err(Problem::bad(format!("at most {AREAS_MOST} areas may be asked about")).field("areas"));
    }
    let id = asked.indicator.as_str().rsplit(':').next().unwrap_or_default();
    let declaration = indicators.indicator(id)?;
    let treated: Vec<EntityId> = asked.areas.iter().map(|area| EntityId::trusted(area.as_str())).collect();
    let _place = WAITING.try_acquire().map_err(|_| {
        Problem::new(ErrorKind::Overloaded, "many others ask what could be seen; ask again in a minute")
    })?;
    let past = past(indicators, context, &declaration, &treated).await?;
    let steps = past.periods.len();
    let wanted = (f64::from(asked.months.clamp(1, 120)) * past.per_month).round() as usize;
    // Two thirds of the past are kept to learn from.
    let duration = wanted.clamp(1, (steps / 3).max(1));
    let table = table(&past);
    let project = PlannedProject {
        method: if treated.is_empty() { MethodName::Interrupted } else { MethodName::Auto },
        unit: Some("unit".to_owned()),
        time: "time".to_owned(),
        outcome: "value".to_owned(),
        treat: treated.iter().map(ToString::to_string).collect(),
        keep: Vec::new(),
        count: treated.len().max(1),
        duration,
        lookback: (steps / 3).clamp(1, 60),
        draws: 200,
        seed: 1,
        level: LEVEL,
        power: POWER,
        lifts: Vec::new(),
        season: None,
    };
    let work = move || {
        let table = Table::read(table.as_bytes())?;
        senne_city_impact::foresee(&table, &project)
    };
    // Anybody may ask: those who do wait for each other, and nobody else for them.
    let turns: &Arc<Semaphore> = &TURNS;
    let turn = Arc::clone(turns).acquire_owned().await.map_err(|e| Problem::internal(e.to_string()))?;
    let found = in_turn(turn, work).await?;
    let found = found.map_err(|error| Problem::bad(error.to_string()).field("areas"))?;
    Ok(told(&declaration, &past, &found, wanted))
}

/// The past in the longest steps of which there are enough.
async fn past(
    indicators: &Indicators,
    context: &Context,
    declaration: &Declaration,
    treated: &[EntityId],
) -> Result<Past, Problem> {
    let codes = indicators.area_codes(context).await?;
    let areas: Vec<EntityId> = if treated.is_empty() {
        vec![codes.whole()]
    } else {
        // Areas of the same size: those whose code is as long.
        let length = treated.iter().map(|area| codes.code(area).len()).max().unwrap_or_default();
        let all = indicators.areas_of(context, declaration).await?;
        all.into_iter().filter(|area| *area != codes.whole() && codes.code(area).len() == length).collect()
    };
    for (frequency, per_month) in STEPS.into_iter().filter(|(one, _)| declaration.frequencies.contains(one)) {
        let wanted = SeriesQuery { areas: areas.clone(), frequency, from: None, to: None, as_of: None };
        let series = indicators.series(context, declaration, &wanted).await?;
        let past = shared(frequency, per_month, series, treated);
        if past.periods.len() >= STEPS_LEAST {
            return Ok(past);
        }
    }
    let detail = format!(
        "`{}` has fewer than {STEPS_LEAST} values in a row in these areas; what a project could show can be said once it has",
        declaration.id
    );
    Err(Problem::bad(detail).field("indicator"))
}

/// The periods in which all areas that are to be treated have a value, and the areas that have one in each of them.
fn shared(
    frequency: Frequency,
    per_month: f64,
    series: BTreeMap<EntityId, Vec<Figure>>,
    treated: &[EntityId],
) -> Past {
    let known = |figures: Vec<Figure>| -> BTreeMap<Period, f64> {
        figures.into_iter().filter_map(|figure| Some((figure.period, figure.value.number?))).collect()
    };
    let mut values: BTreeMap<EntityId, BTreeMap<Period, f64>> =
        series.into_iter().map(|(area, figures)| (area, known(figures))).collect();
    let own = |area: &EntityId| treated.is_empty() || treated.contains(area);
    let mut periods: Option<BTreeSet<Period>> = None;
    for (_, of_area) in values.iter().filter(|(area, _)| own(area)) {
        let here: BTreeSet<Period> = of_area.keys().copied().collect();
        periods = Some(periods.map_or(here.clone(), |all| &all & &here));
    }
    let mut periods = periods.unwrap_or_default();
    while periods.len() > STEPS_MOST {
        periods.pop_first();
    }
    if !treated.iter().all(|area| values.contains_key(area)) {
        periods.clear();
    }
    values.retain(|_, of_area| periods.iter().all(|period| of_area.contains_key(period)));
    Past { frequency, per_month, periods, values }
}

fn table(past: &Past) -> String {
    let mut text = String::from("unit,time,value\n");
    for (area, values) in &past.values {
        for period in &past.periods {
            let value = values.get(period).copied().unwrap_or(f64::NAN);
            let _ = writeln!(text, "{area},{period},{value}");
        }
    }
    text
}

fn told(declaration: &Declaration, past: &Past, found: &Foresight, wanted: usize) -> Foreseen {
    let finite = |x: f64| Some(x).filter(|x| x.is_finite());
    let mut warnings: Vec<Words> = found.warnings.iter().map(words).collect();
    if found.duration < wanted {
        warnings.push(Words {
            en: Some(format!("Said of the first {} steps: the past is too short for more.", found.duration)),
            fr: Some(format!(
                "Vaut pour les {} premiers pas : le passé est trop court pour plus.",
                found.duration
            )),
            nl: Some(format!(
                "Geldt voor de eerste {} stappen: het verleden is te kort voor meer.",
                found.duration
            )),
        });
    }
    Foreseen {
        smallest: finite(found.smallest),
        relative: finite(found.relative),
        method: found.method.to_owned(),
        frequency: past.frequency.word().to_owned(),
        steps: found.times,
        duration: found.duration,
        donors: found.donors,
        power: found.power,
        level: found.level,
        sentence: sentence(declaration, past.frequency, found),
        warnings,
    }
}

fn words(wording: &Wording) -> Words {
    Words { fr: Some(wording.fr.clone()), nl: Some(wording.nl.clone()), en: Some(wording.en.clone()) }
}

/// The answer with the unit of the indicator.
fn sentence(declaration: &Declaration, frequency: Frequency, found: &Foresight) -> Words {
    let decimals = usize::from(declaration.decimals) + 1;
    let say = |language: &str| {
        let title = declaration.title.get(language);
        let unit = declaration.unit_shown(language);
        let size = change(Language::of(language), found.smallest, decimals, unit);
        let (steps, chance) = (found.duration, (found.power * 100.0).round());
        let text = match (found.smallest.is_finite(), language) {
            (true, "fr") => format!(
                "« {title} » : un changement d’au moins {size} serait vu {chance} fois sur 100 après {steps} {}.",
                step(frequency, "fr", steps)
            ),
            (true, "nl") => format!(
                "“{title}”: een verandering van minstens {size} zou na {steps} {} {chance} keer op 100 gezien worden.",
                step(frequency, "nl", steps)
            ),
            (true, _) => format!(
                "“{title}”: a change of at least {size} would be seen {chance} times in 100 after {steps} {}.",
                step(frequency, "en", steps)
            ),
            (false, "fr") => format!(
                "« {title} » : aucun changement ne serait vu assez souvent ; il y a trop peu de territoires à comparer."
            ),
            (false, "nl") => format!(
                "“{title}”: geen verandering zou vaak genoeg gezien worden; er zijn te weinig gebieden om mee te vergelijken."
            ),
            (false, _) => format!(
                "“{title}”: no change would be seen often enough; there are too few areas to compare with."
            ),
        };
        Some(text)
    };
    Words { fr: say("fr"), nl: say("nl"), en: say("en") }
}

/// A change with its unit; of a percentage, in points.
fn change(language: Language, size: f64, decimals: usize, unit: &str) -> String {
    let size = number(language, size, decimals);
    let unit = match (unit, language) {
        ("%", Language::Fr) => "points de pourcentage",
        ("%", Language::Nl) => "procentpunten",
        ("%", Language::En) => "percentage points",
        (unit, _) => unit,
    };
    if unit.is_empty() { size } else { format!("{size}\u{a0}{unit}") }
}

fn step(frequency: Frequency, language: &str, count: usize) -> &'static str {
    let many = count > 1;
    match (frequency, language) {
        (Frequency::Month, "fr") => "mois",
        (Frequency::Month, "nl") => {
            if many {
                "maanden"
            } else {
                "maand"
            }
        }
        (Frequency::Month, _) => {
            if many {
                "months"
            } else {
                "month"
            }
        }
        (Frequency::Week, "fr") => {
            if many {
                "semaines"
            } else {
                "semaine"
            }
        }
        (Frequency::Week, "nl") => {
            if many {
                "weken"
            } else {
                "week"
            }
        }
        (Frequency::Week, _) => {
            if many {
                "weeks"
            } else {
                "week"
            }
        }
        (_, "fr") => {
            if many {
                "jours"
            } else {
                "jour"
            }
        }
        (_, "nl") => {
            if many {
                "dagen"
            } else {
                "dag"
            }
        }
        (_, _) => {
            if many {
                "days"
            } else {
                "day"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reads_in_its_language_and_of_a_percentage_in_points() {
        let of = |size, unit| [Language::Fr, Language::Nl, Language::En].map(|l| change(l, size, 1, unit));
        let points =
            ["0,4\u{a0}points de pourcentage", "0,4\u{a0}procentpunten", "0.4\u{a0}percentage points"];
        assert_eq!(of(0.4, "%"), points);
        assert_eq!(of(12_345.67, ""), ["12\u{202f}345,7", "12.345,7", "12,345.7"]);
        assert_eq!(change(Language::En, 1.0, 1, "dB"), "1.0\u{a0}dB");
    }
}
