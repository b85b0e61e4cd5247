//! An indicator by what its values are of, in one period: a table for each dimension.

use senne_indicator::{Declaration, Disaggregation, Figure, Frequency, Period, SeriesQuery};
use senne_model::{EntityId, Problem};

use super::told::Told;
use crate::{format, visit::Visit, words::Words};

/// One dimension.
pub(crate) struct Dimension {
    pub(crate) caption: String,
    pub(crate) rows: Vec<DimensionRow>,
}

/// One of its values.
pub(crate) struct DimensionRow {
    pub(crate) name: String,
    pub(crate) told: Told,
}

/// All dimensions that have values in a period; the value of all comes last in each.
pub(crate) async fn dimensions(
    visit: &Visit,
    declaration: &Declaration,
    area: Option<&EntityId>,
    frequency: Frequency,
    whole: Option<&Figure>,
) -> Result<Vec<Dimension>, Problem> {
    let (Some(area), Some(whole)) = (area, whole) else { return Ok(Vec::new()) };
    if declaration.disaggregations.is_empty() {
        return Ok(Vec::new());
    }
    let period = whole.period;
    let wanted = SeriesQuery {
        areas: vec![area.clone()],
        frequency,
        from: Some(period),
        to: Some(period),
        as_of: None,
    };
    let figures = visit.portal.options.figures.sliced(&visit.context(), declaration, &wanted).await?;
    let each = declaration.disaggregations.iter();
    Ok(each.filter_map(|one| dimension(visit.w, declaration, one, &figures, whole, period)).collect())
}

fn dimension(
    words: Words,
    declaration: &Declaration,
    dimension: &Disaggregation,
    figures: &[Figure],
    whole: &Figure,
    period: Period,
) -> Option<Dimension> {
    let language = words.language.code();
    let row = |(value, name): &(String, senne_contract::Localised)| {
        let of = |figure: &&Figure| {
            let slice = figure.slice.as_ref();
            slice.is_some_and(|slice| *slice.dimension == *dimension.id && *slice.value == **value)
        };
        let figure = figures.iter().find(of)?;
        Some(DimensionRow { name: name.get(language).to_owned(), told: Told::of(words, declaration, figure) })
    };
    let mut rows: Vec<DimensionRow> = dimension.values.iter().filter_map(row).collect();
    if rows.is_empty() {
        return None;
    }
    rows.push(DimensionRow {
        name: words.t("indicator.all_together").to_owned(),
        told: Told::of(words, declaration, whole),
    });
    let caption = [dimension.title.get(language).to_owned(), format::period(words.language, period)];
    Some(Dimension { caption: words.fill("indicator.by", caption), rows })
}
