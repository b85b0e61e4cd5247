//! `senne indicator declare` and `withdraw`

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, anyhow};
use axum::http::{Method, Request};
use senne_city_indicators::Indicators;
use senne_contract::Finding;
use senne_indicator::read;
use serde_json::Value as Json;

use super::{opened, segment};
use crate::{
    access::{Access, administrator},
    cli::{IndicatorDeclare, IndicatorWithdraw},
    figures,
};

/// So many values of a trial are printed.
const SHOWN: usize = 40;

pub(super) async fn declare(options: &IndicatorDeclare) -> anyhow::Result<ExitCode> {
    let file = &options.file;
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let access = Access::open(&options.target).await?;
    let answer = answer(&access, file, &text, options.trial).await;
    access.close().await;
    let answer = answer?;
    if !options.trial {
        let id = answer["indicator"].as_str().unwrap_or_default();
        println!("`{id}` is declared, version {}; a server computes it from now on", answer["version"]);
        return Ok(ExitCode::SUCCESS);
    }
    let values = answer["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    if values.is_empty() {
        println!("the declaration is well; there are no data that it reads yet");
    }
    for value in values.iter().take(SHOWN) {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let number = value["value"].as_f64().map_or_else(|| "-".to_owned(), |number| number.to_string());
        println!("{:<12} {:<10} {number:<12} {}", text("period"), text("area"), text("status"));
    }
    if values.len() > SHOWN {
        println!("and {} more", values.len() - SHOWN);
    }
    Ok(ExitCode::SUCCESS)
}

/// What the declaration calls itself, which its address needs.
fn id_of(file: &Path, text: &str) -> anyhow::Result<String> {
    let said = |findings: Vec<Finding>| {
        anyhow!(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    Ok(read(&file.display().to_string(), text).map_err(said)?.id)
}

async fn answer(access: &Access, file: &Path, text: &str, trial: bool) -> anyhow::Result<Json> {
    match access {
        Access::Embedded { hub, .. } => {
            let (indicators, context) = (opened(hub).await?, administrator("default")?);
            Ok(if trial {
                figures::trial(&indicators, &context, text).await?
            } else {
                figures::declare(&indicators, &context, None, text).await?
            })
        }
        Access::Remote(remote) => {
            let (method, address) = if trial {
                (Method::POST, "/indicators/trial".to_owned())
            } else {
                (Method::PUT, format!("/indicators/{}", segment(&id_of(file, text)?)))
            };
            let request = Request::builder().method(method).uri(address);
            let answer = remote.open(request.body(text.to_owned())?).await?;
            Ok(serde_json::from_slice(&answer.bytes().await?)?)
        }
    }
}

pub(super) async fn withdraw(options: &IndicatorWithdraw) -> anyhow::Result<ExitCode> {
    let access = Access::open(&options.target).await?;
    let done = match &access {
        Access::Embedded { hub, .. } => {
            let indicators: Indicators = opened(hub).await?;
            indicators.withdraw(&administrator("default")?, &options.id).await
        }
        Access::Remote(remote) => {
            let address = format!("/indicators/{}", segment(&options.id));
            let request = Request::builder().method(Method::DELETE).uri(address).body(String::new())?;
            remote.open(request).await.map(|_| ())
        }
    };
    access.close().await;
    done?;
    println!("the city no longer declares `{}` itself", options.id);
    Ok(ExitCode::SUCCESS)
}
