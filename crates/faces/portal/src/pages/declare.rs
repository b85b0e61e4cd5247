//! An indicator is declared on a page: its YAML, what is wrong with it, and what it would give, before it counts.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use senne_indicator::{Declaration, Figure};
use senne_model::{ErrorKind, Problem};

use super::{
    indicator::told::Told,
    indicators::{Choice, Places},
};
use crate::{
    address, format,
    frame::Frame,
    visit::Visit,
    words::{Words, key},
};

/// So many values of a trial are shown.
const SHOWN: usize = 60;

/// What one may begin with.
const STARTS: [(&str, &str, &str); 3] = [
    ("mean", key!("declare.mean"), include_str!("../../templates/declare/mean.yaml")),
    ("share", key!("declare.share"), include_str!("../../templates/declare/share.yaml")),
    ("entered", key!("declare.entered"), include_str!("../../templates/declare/entered.yaml")),
];

#[derive(Template)]
#[template(path = "declare.html")]
struct DeclarePage {
    frame: Frame,
    title: String,
    may: bool,
    findings: Vec<Finding>,
    trial: Option<Trial>,
    starts: Vec<Choice>,
    text: String,
    own: bool,
}

/// What is wrong, and in which line of the text.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    line: Option<String>,
    message: String,
}

/// What the declaration would give.
struct Trial {
    title: String,
    finding: String,
    rows: Vec<Row>,
}

struct Row {
    period: String,
    area: String,
    value: String,
    interval: String,
    status: String,
}

/// `GET /{language}/indicators/declare?id=no2-mean` or `?start=share`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = begin(&visit).await;
    visit.answer(page)
}

/// `POST /{language}/indicators/declare`
pub(crate) async fn send(visit: Visit, body: String) -> Response {
    let sent = address::parameters(&body);
    let named = |name: &str| address::parameter(&sent, name).unwrap_or_default();
    // A browser sends the ends of lines as the network likes them.
    let text = named("text").replace("\r\n", "\n");
    let (figures, context) = (&visit.portal.options.figures, visit.own_context());
    let done = match named("do") {
        "declare" => figures.declare(&context, &text).await.map(|declaration| declaration.id),
        "withdraw" => {
            let id = visit.parameter("id").unwrap_or_default().to_owned();
            figures.withdraw(&context, &id).await.map(|()| id)
        }
        _ => match figures.try_out(&context, &text).await {
            Ok((declaration, values)) => {
                let page = tried(&visit, text, &declaration, &values).await;
                return visit.answer(page);
            }
            Err(problem) => Err(problem),
        },
    };
    match done {
        Ok(id) if figures.catalogue().indicator(&id).is_some() => {
            Redirect::to(&visit.link(&format!("/indicator/{id}"))).into_response()
        }
        Ok(_) => Redirect::to(&visit.link("/indicators")).into_response(),
        Err(problem) if problem.kind == ErrorKind::Internal => visit.refuse(&problem),
        Err(problem) => {
            let findings = findings(visit.w, &problem);
            let page = page(&visit, text).await.map(|page| DeclarePage { findings, ..page });
            visit.answer(page)
        }
    }
}

async fn begin(visit: &Visit) -> Result<DeclarePage, Problem> {
    if let Some(id) = visit.parameter("id") {
        let (text, _) = visit.portal.options.figures.declaration(id).await?;
        return page(visit, text).await;
    }
    let wanted = visit.parameter("start").unwrap_or_default();
    let start = STARTS.iter().find(|(name, ..)| *name == wanted).unwrap_or(&STARTS[0]);
    page(visit, start.2.to_owned()).await
}

async fn page(visit: &Visit, text: String) -> Result<DeclarePage, Problem> {
    let words = visit.w;
    let id = visit.parameter("id");
    let own = match id {
        Some(id) => visit.portal.options.figures.declaration(id).await.is_ok_and(|(_, own)| own),
        None => false,
    };
    let title = words.t("declare.title").to_owned();
    let here = visit.parameter("start").unwrap_or(STARTS[0].0);
    let starts = STARTS.iter().map(|(name, label, _)| Choice {
        label: words.t(label).to_owned(),
        value: String::new(),
        link: visit.link(&format!("/indicators/declare?start={name}")),
        here: id.is_none() && *name == here,
    });
    Ok(DeclarePage {
        frame: visit
            .frame()
            .titled(title.clone(), words.t("declare.lead").to_owned())
            .under(words.t("frame.indicators"), "/indicators")
            .ending(title.clone()),
        title,
        may: visit.administers(),
        findings: Vec::new(),
        trial: None,
        starts: starts.collect(),
        text,
        own,
    })
}

async fn tried(
    visit: &Visit,
    text: String,
    declaration: &Declaration,
    values: &[Figure],
) -> Result<DeclarePage, Problem> {
    let words = visit.w;
    let places = Places::read(visit).await?;
    let shown = values.iter().take(SHOWN);
    let rows = shown.map(|figure| {
        let told = Told::of(words, declaration, figure);
        let code = places.codes.code(&figure.area).unwrap_or_else(|| figure.area.as_str());
        let named = places.choices.iter().find(|choice| choice.value == code);
        Row {
            period: told.period,
            area: named.map_or_else(|| code.to_owned(), |choice| choice.label.clone()),
            value: told.value,
            interval: told.interval,
            status: told.status.to_owned(),
        }
    });
    let rows: Vec<Row> = rows.collect();
    let title = words.fill("declare.trial", [declaration.title.get(words.language.code())]);
    let finding = if rows.is_empty() {
        words.t("declare.no_data").to_owned()
    } else {
        let count = |count: usize| format::amount(words.language, count as u64);
        words.fill("declare.shown", [count(rows.len()), count(values.len())])
    };
    let trial = Some(Trial { title, finding, rows });
    Ok(DeclarePage { trial, ..page(visit, text).await? })
}

/// A problem's lines, `file:line:column: message`.
fn findings(words: Words, problem: &Problem) -> Vec<Finding> {
    let each = problem.detail.lines().map(|line| {
        let mut parts = line.splitn(4, ':');
        let place = parts.next().filter(|file| file.strip_suffix(".yaml").is_some()).and(parts.next());
        let number = place.filter(|line| line.parse::<u32>().is_ok());
        match (number, parts.nth(1)) {
            (Some(number), Some(message)) => Finding {
                line: Some(words.fill("declare.line", [number])),
                message: message.trim().to_owned(),
            },
            _ => Finding { line: None, message: line.to_owned() },
        }
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn what_one_may_begin_with_is_well() {
        for (name, _, text) in STARTS {
            let (catalogue, found) =
                senne_indicator::Catalogue::builtin().with_own(&[(format!("{name}.yaml"), text.to_owned())]);
            assert!(found.is_empty(), "{name}: {found:?}");
            assert!(catalogue.indicators.iter().any(|declaration| declaration.id.starts_with("my-")));
        }
    }

    #[test]
    fn findings_have_their_lines() {
        let problem = Problem::bad("no2.yaml:3:7: `XX` is not a unit: nor a code\nthe SQL fails");
        let wanted = [
            Finding {
                line: Some("Line 3:".to_owned()),
                message: "`XX` is not a unit: nor a code".to_owned(),
            },
            Finding { line: None, message: "the SQL fails".to_owned() },
        ];
        assert_eq!(findings(Words::new(Language::En), &problem), wanted);
    }
}
