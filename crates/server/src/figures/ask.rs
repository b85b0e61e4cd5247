//! Indicators as the command line and HTTP give them: the same texts for both.

use senne_city_indicators::Indicators;
use senne_hub::Context;
use senne_indicator::{
    EnteredForm, Figure, Frequency, Period, SeriesQuery, declaration_json, figure_json, figures_csv,
    figures_json, figures_sdmx, read_entered, reproduction_json,
};
use senne_model::Problem;
use serde_json::{Value as Json, json};

/// Which values are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct ValuesAsked {
    /// Codes of areas; `all` is every area that has values.
    pub(crate) areas: Vec<String>,
    /// The length of the periods.
    pub(crate) frequency: Option<Frequency>,
    pub(crate) from: Option<Period>,
    pub(crate) to: Option<Period>,
    /// `json`, `csv` or `sdmx`.
    pub(crate) format: String,
}

impl ValuesAsked {
    /// As the query of an address.
    pub(crate) fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("format", &self.format).append_pair("area", &self.areas.join(","));
        let frequency = self.frequency.map(|frequency| frequency.word().to_owned());
        let [from, to] = [self.from, self.to].map(|period| period.map(|period| period.to_string()));
        for (name, text) in [("frequency", frequency), ("from", from), ("to", to)] {
            if let Some(text) = text {
                query.append_pair(name, &text);
            }
        }
        query.finish()
    }
}

/// All declarations with the newest value of the region, and the frameworks.
pub(crate) async fn indicators_json(indicators: &Indicators, context: &Context) -> Result<Json, Problem> {
    let latest = indicators.latest(context).await?;
    let codes = indicators.area_codes(context).await?;
    let code = |area: &senne_model::EntityId| codes.code(area);
    let catalogue = indicators.catalogue();
    let each = catalogue.indicators.iter().map(|declaration| {
        let mut json = declaration_json(declaration);
        let newest = latest.figure(&declaration.id, &codes.whole());
        json["latest"] = newest.map_or(Json::Null, |figure| figure_json(figure, &code));
        json
    });
    let frameworks = catalogue.frameworks.iter().map(|framework| {
        let groups = framework.groups.iter().map(|group| json!({ "id": group.id, "en": group.title.en, "fr": group.title.fr, "nl": group.title.nl }));
        json!({ "id": framework.id, "title": { "fr": framework.title.fr, "nl": framework.title.nl, "en": framework.title.en },
            "groups": groups.collect::<Vec<_>>() })
    });
    Ok(json!({ "indicators": each.collect::<Vec<_>>(), "frameworks": frameworks.collect::<Vec<_>>() }))
}

/// The values of an indicator as a text of the format asked for.
pub(crate) async fn values(
    indicators: &Indicators,
    context: &Context,
    id: &str,
    asked: &ValuesAsked,
) -> Result<String, Problem> {
    let declaration = indicators.indicator(id)?;
    let codes = indicators.area_codes(context).await?;
    let mut areas = Vec::new();
    for code in &asked.areas {
        match code.as_str() {
            "all" => areas.extend(indicators.areas_of(context, declaration).await?),
            code => areas.push(codes.area(code).ok_or_else(|| {
                Problem::not_found(format!("there is no area `{code}`; name its official code")).field("area")
            })?),
        }
    }
    let shown_first = declaration.frequencies.first().copied().unwrap_or(Frequency::Year);
    let frequency = asked.frequency.unwrap_or(shown_first);
    if !declaration.frequencies.contains(&frequency) {
        let known: Vec<&str> = declaration.frequencies.iter().map(|f| f.word()).collect();
        let detail = format!("`{id}` has values for each {}", known.join(", "));
        return Err(Problem::bad(detail).field("frequency"));
    }
    let wanted = SeriesQuery { areas, frequency, from: asked.from, to: asked.to, as_of: None };
    let found = indicators.series(context, declaration, &wanted).await?;
    let figures: Vec<Figure> = found.into_values().flatten().collect();
    let code = |area: &senne_model::EntityId| codes.code(area);
    match asked.format.as_str() {
        "csv" => Ok(figures_csv(&figures, &code)),
        "sdmx" => Ok(figures_sdmx(declaration, &figures, &code)),
        "json" | "" => Ok(format!("{:#}\n", figures_json(&figures, &code))),
        other => Err(Problem::bad(format!("`{other}` is not one of json, csv, sdmx")).field("format")),
    }
}

/// A published value beside the same computed again.
pub(crate) async fn reproduction(
    indicators: &Indicators,
    context: &Context,
    id: &str,
    area: &str,
    period: Period,
) -> Result<Json, Problem> {
    let declaration = indicators.indicator(id)?;
    let codes = indicators.area_codes(context).await?;
    let area = codes
        .area(area)
        .ok_or_else(|| Problem::not_found(format!("there is no area `{area}`")).field("area"))?;
    let found = indicators.reproduce(context, declaration, &area, period).await?;
    Ok(reproduction_json(&found, &|area| codes.code(area)))
}

/// Publishes the values of a file.
pub(crate) async fn enter(
    indicators: &Indicators,
    context: &Context,
    id: &str,
    text: &str,
    filters: &[(String, String)],
) -> Result<Json, Problem> {
    let declaration = indicators.indicator(id)?;
    let codes = indicators.area_codes(context).await?;
    let form = EnteredForm::of(text);
    let values = read_entered(text, form, declaration, &|code| codes.area(code), filters)
        .map_err(|error| Problem::bad(error.to_string()).field("file"))?;
    let entry = indicators.enter(context, declaration, values).await?;
    Ok(json!({ "given": entry.given, "changed": entry.changed, "followed": entry.followed }))
}
