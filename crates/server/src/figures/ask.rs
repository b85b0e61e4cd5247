//! Indicators as the command line and HTTP give them: the same texts for both.

use std::collections::BTreeSet;

use senne_city_indicators::Indicators;
use senne_hub::Context;
use senne_indicator::{
    Derived, EnteredForm, Frequency, Period, SeriesQuery, Shown, Slice, declaration_json, figure_json,
    figures_csv, figures_json, figures_sdmx, read_entered, reproduction_json,
};
use senne_model::{Problem, Timestamp};
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
    /// As they were known at a moment.
    pub(crate) as_of: Option<Timestamp>,
    /// A dimension whose slices are wanted beside the values of all, `all` (or nothing) for those of every dimension, `none` for no slices.
    pub(crate) disaggregation: Option<String>,
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
        let as_of = self.as_of.map(|moment| moment.to_string());
        let disaggregation = self.disaggregation.clone();
        let optional = [
            ("frequency", frequency),
            ("from", from),
            ("to", to),
            ("as_of", as_of),
            ("disaggregation", disaggregation),
        ];
        for (name, text) in optional {
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
    // Whoever names an area a thousand times has it looked up once.
    for code in asked.areas.iter().map(String::as_str).collect::<BTreeSet<&str>>() {
        match code {
            "all" => areas.extend(indicators.areas_of(context, &declaration).await?),
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
    let wanted = SeriesQuery { areas, frequency, from: asked.from, to: asked.to, as_of: asked.as_of };
    let found = indicators.shown(context, &declaration, &wanted).await?;
    let mut shown: Vec<Shown> = found.into_values().flatten().collect();
    let dimension = asked.disaggregation.as_deref().unwrap_or("all");
    let known = |id: &str| declaration.disaggregations.iter().any(|dimension| dimension.id == id);
    if !matches!(dimension, "all" | "none") && !known(dimension) {
        let detail = format!("`{id}` has no dimension `{dimension}`");
        return Err(Problem::not_found(detail).field("disaggregation"));
    }
    if dimension != "none" {
        let mut slices = indicators.sliced(context, &declaration, &wanted).await?;
        let meant = |slice: &Slice| dimension == "all" || *slice.dimension == *dimension;
        slices.retain(|figure| figure.slice.as_ref().is_some_and(meant));
        shown.extend(Derived::default().beside(slices));
    }
    let code = |area: &senne_model::EntityId| codes.code(area);
    match asked.format.as_str() {
        "csv" => Ok(figures_csv(&declaration, &shown, &code)),
        "sdmx" => Ok(figures_sdmx(&declaration, &shown, &code)),
        "json" | "" => Ok(format!("{:#}\n", figures_json(&shown, &code))),
        other => Err(Problem::bad(format!("`{other}` is not one of json, csv, sdmx")).field("format")),
    }
}

/// A published value beside the same computed again.
pub(crate) async fn reproduction(
    indicators: &Indicators,
    context: &Context,
    id: &str,
    (area, slice): (&str, Option<&str>),
    period: Period,
) -> Result<Json, Problem> {
    let declaration = indicators.indicator(id)?;
    let codes = indicators.area_codes(context).await?;
    let area = codes
        .area(area)
        .ok_or_else(|| Problem::not_found(format!("there is no area `{area}`")).field("area"))?;
    let slice = match slice {
        None => None,
        Some(text) => Some(declaration.slice(text).ok_or_else(|| {
            let detail = format!("`{id}` has no values of `{text}`; write DIMENSION:VALUE");
            Problem::not_found(detail).field("disaggregation")
        })?),
    };
    let found = indicators.reproduce(context, &declaration, (&area, slice.as_ref()), period).await?;
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
    // Before a file is read that may be large.
    indicators.may_enter(context, &declaration)?;
    let codes = indicators.area_codes(context).await?;
    let form = EnteredForm::of(text);
    let values = read_entered(text, form, &declaration, &|code| codes.area(code), filters)
        .map_err(|error| Problem::bad(error.to_string()).field("file"))?;
    let entry = indicators.enter(context, &declaration, values).await?;
    Ok(json!({ "given": entry.given, "changed": entry.changed, "followed": entry.followed }))
}

/// A declaration, and whether it is the city's own.
pub(crate) async fn declaration(indicators: &Indicators, id: &str) -> Result<(String, bool), Problem> {
    indicators.declaration_text(id).await
}

/// Declares an indicator; under an address of its own, only that one.
pub(crate) async fn declare(
    indicators: &Indicators,
    context: &Context,
    id: Option<&str>,
    text: &str,
) -> Result<Json, Problem> {
    let declaration = indicators.declare(context, id, text).await?;
    Ok(
        json!({ "indicator": declaration.id, "version": declaration.version, "formula": declaration.formula() }),
    )
}

/// What a declaration would give, without publishing anything.
pub(crate) async fn trial(indicators: &Indicators, context: &Context, text: &str) -> Result<Json, Problem> {
    let trial = indicators.try_out(context, text).await?;
    let codes = indicators.area_codes(context).await?;
    Ok(json!({
        "indicator": declaration_json(&trial.declaration),
        "values": figures_json(&Derived::default().beside(trial.figures), &|area| codes.code(area)),
    }))
}
