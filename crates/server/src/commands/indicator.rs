//! `senne indicator`

mod declare;

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use senne_city_indicators::{Indicators, Progress};
use senne_hub::Hub;
use senne_indicator::Catalogue;
use senne_model::Problem;
use serde_json::Value as Json;

use crate::{
    access::{Access, administrator},
    cli::{
        FigureFormat, Indicator, IndicatorCommand, IndicatorCompute, IndicatorImport, IndicatorList,
        IndicatorReproduce, IndicatorValues, ReportFormat, Target,
    },
    figures::{ValuesAsked, indicators_json, reproduction, values},
};

/// The most bytes of a file of values.
const BYTES_MAX: u64 = 256 << 20;

pub(super) async fn run(options: Indicator) -> anyhow::Result<ExitCode> {
    match options.command {
        IndicatorCommand::List(options) => list(&options).await,
        IndicatorCommand::Values(options) => print_values(&options).await,
        IndicatorCommand::Reproduce(options) => reproduce(&options).await,
        IndicatorCommand::Import(options) => import(&options).await,
        IndicatorCommand::Declare(options) => declare::declare(&options).await,
        IndicatorCommand::Withdraw(options) => declare::withdraw(&options).await,
        IndicatorCommand::Compute(options) => compute(&options).await,
    }
}

/// The indicators of a hub, with the city's own.
async fn opened(hub: &Hub) -> Result<Indicators, Problem> {
    let indicators = Indicators::new(hub.clone(), Catalogue::builtin());
    indicators.reload().await?;
    Ok(indicators)
}

/// Names and values as the query of an address.
fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Asks the folder's own hub, or the server at an address of its.
async fn ask<F>(target: &Target, address: &str, here: impl FnOnce(Indicators) -> F) -> anyhow::Result<String>
where
    F: Future<Output = Result<String, Problem>>,
{
    let access = Access::open(target).await?;
    let answer = match &access {
        Access::Embedded { hub, .. } => match opened(hub).await {
            Ok(indicators) => here(indicators).await,
            Err(problem) => Err(problem),
        },
        Access::Remote(remote) => remote.text(address).await,
    };
    access.close().await;
    Ok(answer?)
}

async fn list(options: &IndicatorList) -> anyhow::Result<ExitCode> {
    let text = ask(&options.target, "/indicators", |indicators| async move {
        Ok(indicators_json(&indicators, &administrator("default")?).await?.to_string())
    })
    .await?;
    let mut all: Json = serde_json::from_str(&text)?;
    if let (Some(pillar), Some(list)) = (&options.pillar, all["indicators"].as_array_mut()) {
        list.retain(|each| each["pillar"] == pillar.as_str());
    }
    if options.format == ReportFormat::Json {
        println!("{all:#}");
        return Ok(ExitCode::SUCCESS);
    }
    let mut pillar = String::new();
    for each in all["indicators"].as_array().into_iter().flatten() {
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        if text(&each["pillar"]) != pillar {
            pillar = text(&each["pillar"]);
            println!("{pillar}");
        }
        let title = text(&each["title"][&options.language]);
        let latest = match (each["latest"]["value"].as_f64(), each["latest"]["period"].as_str()) {
            (Some(value), Some(period)) => {
                let decimals = each["decimals"].as_u64().unwrap_or(1) as usize;
                format!("{value:.decimals$} {} ({period})", text(&each["unit_shown"][&options.language]))
            }
            _ if each["sql"].is_null() => "entered; no values yet".to_owned(),
            _ => "no values yet".to_owned(),
        };
        println!("  {:<34} {title}: {latest}", text(&each["id"]));
    }
    Ok(ExitCode::SUCCESS)
}

async fn print_values(options: &IndicatorValues) -> anyhow::Result<ExitCode> {
    let format = match options.format {
        FigureFormat::Csv => "csv",
        FigureFormat::Sdmx => "sdmx",
        FigureFormat::Json => "json",
    };
    let asked = ValuesAsked {
        areas: options.area.clone(),
        frequency: options.frequency,
        from: options.from,
        to: options.to,
        disaggregation: Some(options.disaggregation.clone()),
        format: format.to_owned(),
        as_of: None,
    };
    let address = format!("/indicators/{}/values?{}", segment(&options.id), asked.query());
    let id = options.id.clone();
    let text = ask(&options.target, &address, |indicators| async move {
        values(&indicators, &administrator("default")?, &id, &asked).await
    })
    .await?;
    print!("{text}");
    Ok(ExitCode::SUCCESS)
}

async fn reproduce(options: &IndicatorReproduce) -> anyhow::Result<ExitCode> {
    let (id, area, period) = (options.id.clone(), options.area.clone(), options.period);
    let period_text = period.to_string();
    let slice = options.disaggregation.clone();
    let named = [("area", area.as_str()), ("period", period_text.as_str())];
    let query = query(named.into_iter().chain(slice.as_deref().map(|slice| ("disaggregation", slice))));
    let address = format!("/indicators/{}/reproduction?{query}", segment(&id));
    let text = ask(&options.target, &address, |indicators| async move {
        let of = (area.as_str(), slice.as_deref());
        Ok(reproduction(&indicators, &administrator("default")?, &id, of, period).await?.to_string())
    })
    .await?;
    let found: Json = serde_json::from_str(&text)?;
    let same = found["same_digits"] == true;
    if options.format == ReportFormat::Json {
        println!("{found:#}");
    } else {
        let said =
            |value: &Json| value.as_f64().map_or_else(|| "nothing".to_owned(), |number| number.to_string());
        let published = &found["published"];
        println!(
            "published   {} ({}, vintage {})",
            said(&published["value"]),
            published["status"],
            published["vintage"]
        );
        println!("again       {}", said(&found["again"]["value"]));
        if found["same_formula"] != true {
            println!("formula     it was computed by another declaration or version of the program");
        }
        println!("digits      {}", if same { "the same" } else { "different" });
    }
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn import(options: &IndicatorImport) -> anyhow::Result<ExitCode> {
    let file = &options.file;
    let size = std::fs::metadata(file).with_context(|| file.display().to_string())?.len();
    if size > BYTES_MAX {
        bail!("{} has more than {} MiB", file.display(), BYTES_MAX >> 20);
    }
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let filters: Vec<String> = options.filters.iter().map(|(name, code)| format!("{name}={code}")).collect();
    let access = Access::open(&options.target).await?;
    let entry = match &access {
        Access::Embedded { hub, .. } => {
            let context = administrator("default")?;
            match opened(hub).await {
                Ok(indicators) => {
                    let (id, filters) = (&options.indicator, &options.filters);
                    crate::figures::enter(&indicators, &context, id, &text, filters).await
                }
                Err(problem) => Err(problem),
            }
        }
        Access::Remote(remote) => {
            let address = format!(
                "/indicators/{}/values?{}",
                segment(&options.indicator),
                query(filters.iter().map(|filter| ("where", filter.as_str())))
            );
            remote.post_text(&address, text).await
        }
    };
    access.close().await;
    let entry = entry?;
    println!(
        "{} values read, {} of them new or changed; {} values of larger areas followed",
        entry["given"], entry["changed"], entry["followed"]
    );
    Ok(ExitCode::SUCCESS)
}

async fn compute(options: &IndicatorCompute) -> anyhow::Result<ExitCode> {
    let target = Target { data: Some(options.data.clone()), url: None, key_file: None };
    let access = Access::open(&target).await?;
    let Access::Embedded { hub, .. } = &access else {
        bail!("a server runs on {}; it computes by itself", options.data.display());
    };
    let outcome = async {
        let mut tell = |Progress { indicator, days, seconds }: Progress| {
            println!("{indicator:<34} {days} days in {seconds:.2} s");
        };
        opened(hub).await?.compute(&options.ids, &mut tell).await
    };
    let outcome = outcome.await;
    access.close().await;
    outcome?;
    Ok(ExitCode::SUCCESS)
}
