//! `senne programme`

use std::process::ExitCode;

use anyhow::Context as _;
use senne_city_indicators::Indicators;
use senne_city_programme::Programmes;
use senne_hub::Hub;
use senne_indicator::Catalogue;
use senne_model::Problem;
use serde_json::Value as Json;

use crate::{
    access::{Access, administrator},
    cli::{Programme, ProgrammeCommand, ProgrammeList, ProgrammeLoad, ProgrammeReplay, ReportFormat},
    programme::{decision_json, loaded_json, programme_json, programmes},
};

pub(super) async fn run(options: Programme) -> anyhow::Result<ExitCode> {
    match options.command {
        ProgrammeCommand::Load(options) => load(&options).await,
        ProgrammeCommand::List(options) => list(&options).await,
        ProgrammeCommand::Replay(options) => replay(&options).await,
    }
}

/// The programme of a hub that is open here.
async fn opened(hub: &Hub) -> Result<Programmes, Problem> {
    let indicators = Indicators::new(hub.clone(), Catalogue::builtin());
    indicators.reload().await?;
    Ok(programmes(hub.clone(), indicators))
}

/// A text as a part of an address.
fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

async fn load(options: &ProgrammeLoad) -> anyhow::Result<ExitCode> {
    let mut texts = Vec::new();
    for file in &options.files {
        let name = file.display().to_string();
        texts.push((std::fs::read_to_string(file).with_context(|| name.clone())?, name));
    }
    let access = Access::open(&options.target).await?;
    let done = load_all(&access, texts).await;
    access.close().await;
    let findings = done?;
    for finding in &findings {
        println!("  {finding}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Loads one file after the other; gives what does not hang together once all are there.
async fn load_all(access: &Access, texts: Vec<(String, String)>) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    for (text, file) in texts {
        let told = match access {
            Access::Embedded { hub, .. } => {
                let programmes = opened(hub).await?;
                loaded_json(&programmes.load(&administrator("default")?, &file, &text).await?)
            }
            Access::Remote(remote) => {
                remote.post_text(&format!("/programme?file={}", escaped(&file)), text).await?
            }
        };
        let written = told["written"].as_object().cloned().unwrap_or_default();
        let each = written.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>();
        println!("{file}: {}", if each.is_empty() { "nothing".to_owned() } else { each.join(", ") });
        let list = told["findings"].as_array().into_iter().flatten();
        findings = list.filter_map(Json::as_str).map(str::to_owned).collect();
    }
    Ok(findings)
}

async fn list(options: &ProgrammeList) -> anyhow::Result<ExitCode> {
    let access = Access::open(&options.target).await?;
    let mut pages = Vec::new();
    let mut seen = 0;
    let done = loop {
        let page = pages.len() + 1;
        match read_page(&access, page).await {
            Ok(json) => {
                let here = json["projects"].as_array().map_or(0, Vec::len);
                seen += here;
                let all = json["found"].as_u64().unwrap_or_default() as usize;
                pages.push(json);
                if here == 0 || seen >= all {
                    break Ok(());
                }
            }
            Err(error) => break Err(error),
        }
    };
    access.close().await;
    done?;
    if options.format == ReportFormat::Json {
        let projects: Vec<&Json> =
            pages.iter().filter_map(|page| page["projects"].as_array()).flatten().collect();
        println!("{}", serde_json::to_string_pretty(&projects)?);
        return Ok(ExitCode::SUCCESS);
    }
    print_pillars(&pages, &options.language);
    Ok(ExitCode::SUCCESS)
}

async fn read_page(access: &Access, page: usize) -> anyhow::Result<Json> {
    Ok(match access {
        Access::Embedded { hub, .. } => {
            programme_json(&opened(hub).await?, &administrator("default")?, page).await?
        }
        Access::Remote(remote) => {
            serde_json::from_str(&remote.text(&format!("/programme?page={page}")).await?)?
        }
    })
}

fn print_pillars(pages: &[Json], language: &str) {
    let name = |json: &Json| {
        let id = json["id"].as_str().unwrap_or_default();
        let told = [language, "en", "fr", "nl"].into_iter().find_map(|tag| json["name"][tag].as_str());
        told.unwrap_or_else(|| id.rsplit(':').next().unwrap_or(id)).to_owned()
    };
    let projects: Vec<&Json> =
        pages.iter().filter_map(|page| page["projects"].as_array()).flatten().collect();
    let pillars = pages.first().and_then(|page| page["pillars"].as_array());
    if projects.is_empty() {
        println!("there is no project yet; `senne programme load FILE…` writes some");
    }
    for pillar in pillars.into_iter().flatten() {
        println!("{}", name(pillar));
        for project in projects.iter().filter(|project| project["pillar"] == pillar["id"]) {
            let id = project["id"].as_str().unwrap_or_default().rsplit(':').next().unwrap_or_default();
            let state = project["state"].as_str().unwrap_or_default();
            let done = project["progress"]["part"].as_f64();
            let done =
                done.map_or_else(String::new, |part| format!(", {:.0} % of the work done", part * 100.0));
            println!("  {id:<34} {}: {state}{done}", name(project));
        }
    }
}

async fn replay(options: &ProgrammeReplay) -> anyhow::Result<ExitCode> {
    let access = Access::open(&options.target).await?;
    let told = match &access {
        Access::Embedded { hub, .. } => match opened(hub).await {
            Ok(programmes) => decision_json(&programmes, &administrator("default")?, &options.id).await,
            Err(problem) => Err(problem),
        }
        .map_err(anyhow::Error::from),
        Access::Remote(remote) => remote
            .text(&format!("/programme/decisions/{}", escaped(&options.id)))
            .await
            .map_err(anyhow::Error::from)
            .and_then(|text| Ok(serde_json::from_str::<Json>(&text)?)),
    };
    access.close().await;
    let told = told?;
    let digest = told["decision"]["digest"].as_str().unwrap_or_default();
    if told["same"] == Json::Bool(true) {
        println!("the same: {digest}");
        return Ok(ExitCode::SUCCESS);
    }
    if told["replay"]["digest_fits"] == Json::Bool(false) {
        println!("what is recorded was changed after it was made: it has not the digest {digest}");
    }
    for difference in told["replay"]["differences"].as_array().into_iter().flatten() {
        println!("{difference}");
    }
    Ok(ExitCode::from(65))
}
