//! Composite indices as HTTP gives them.

use senne_city_indicators::Indicators;
use senne_hub::Context;
use senne_indicator::{IndexChoice, IndexQuery, composite_json, index_json};
use senne_model::{EntityId, Problem};
use serde_json::{Value as Json, json};

/// All composite indices that are declared.
pub(crate) fn indices(indicators: &Indicators) -> Json {
    json!({ "indices": indicators.catalogue().composites.iter().map(composite_json).collect::<Vec<_>>() })
}

/// One index of all areas; made otherwise than declared, each area also says where it stands as declared.
///
/// # Errors
/// When there is no such index, a choice does not fit it, or too few of its indicators have a value.
pub(crate) async fn index(
    indicators: &Indicators,
    context: &Context,
    id: &str,
    asked: &IndexQuery,
) -> Result<Json, Problem> {
    let index = indicators.composite(id)?;
    let table = indicators.index(context, &index, asked).await?;
    let table = table.ok_or_else(|| {
        let when = asked.period.map_or_else(String::new, |period| format!(" in {period}"));
        Problem::not_found(format!("too few indicators of `{id}` have a value{when}")).field("period")
    })?;
    let declared = if asked.choice.changes(&index) {
        let same = IndexQuery { period: Some(table.period), choice: IndexChoice::default(), ..asked.clone() };
        indicators.index(context, &index, &same).await?
    } else {
        None
    };
    let chosen = asked.choice.applied(&index).map_err(|error| Problem::bad(error.to_string()))?;
    let codes = indicators.area_codes(context).await?;
    Ok(index_json(&chosen, &table, declared.as_deref(), &|area: &EntityId| codes.code(area)))
}
