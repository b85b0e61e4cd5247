//! Indicators, areas and where an indicator stands in an area.

use senne_model::Json;

use super::{Reader, evaluation::sub};
use crate::types::{AreaId, Indicator, IndicatorId, Level, Words};

/// The name of an indicator; its unit in words and which way is better are not on the entity.
pub(crate) fn indicator(reader: &mut Reader<'_>) -> Indicator {
    Indicator { id: reader.id().into(), name: reader.words("name"), ..Indicator::default() }
}

pub(crate) fn area(reader: &mut Reader<'_>) -> (AreaId, Words) {
    (reader.id().into(), reader.words("name"))
}

/// The value that an indicator is shown by: that of the instance without a data set.
pub(crate) fn level(reader: &mut Reader<'_>) -> Option<(IndicatorId, AreaId, Level)> {
    let instance = reader.instance("kpiValue").filter(|instance| instance.dataset_id.is_none())?;
    let part = |name: &str| sub(instance, name)?.as_f64().filter(|number| number.is_finite());
    let period = sub(instance, "period").and_then(Json::as_str);
    let interval = part("lowerBound").zip(part("upperBound"));
    let value = reader.number("kpiValue")?;
    let indicator = reader.target("refIndicator");
    let area = reader.target("area");
    let level = Level { value, interval, period: period.unwrap_or_default().to_owned() };
    Some((
        reader.need("refIndicator", indicator, "the indicator")?,
        reader.need("area", area, "the area")?,
        level,
    ))
}
