//! The communes with their indicator: a table that sorts, a map, a file.

use std::{cmp::Ordering, fmt::Write as _};

use askama::Template;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use senne_model::Problem;

use super::{region::Region, rows::AreaRow};
use crate::{format, frame::Frame, visit::Visit};

#[derive(Template)]
#[template(path = "areas.html")]
struct AreasPage {
    frame: Frame,
    title: String,
    sentence: String,
    caption: String,
    simulated: bool,
    columns: Vec<Column>,
    rows: Vec<AreaRow>,
    map: String,
    schematic: bool,
    csv: String,
}

struct Column {
    label: &'static str,
    link: Option<String>,
    number: bool,
    sorted: Option<&'static str>,
    /// Said, not shown: the column is a picture of its neighbour.
    unseen: bool,
}

/// `GET /{language}/areas?sort=mean`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<AreasPage, Problem> {
    let overview = visit.portal.overview(&visit.context()).await?;
    let region = Region::read(visit, &overview).await?;
    let words = visit.w;
    let title = region.as_ref().map_or_else(|| words.t("frame.areas").to_owned(), |r| r.title(visit));
    let (sort, down) = asked(visit.parameter("sort"));
    let mut rows = region.as_ref().map(|r| r.rows(visit)).unwrap_or_default();
    rows.sort_by(|a, b| if down { compare(sort, b, a) } else { compare(sort, a, b) });
    // Unknown is neither high nor low: it comes last either way.
    rows.sort_by_key(|row| sort != "name" && row.order.0.is_none());
    let day = region.as_ref().map_or_else(String::new, |r| format::day(words.language, &r.day));
    Ok(AreasPage {
        frame: visit
            .frame()
            .titled(title.clone(), words.t("areas.description"))
            .ending(words.t("frame.areas")),
        sentence: region.as_ref().map_or_else(String::new, |r| r.sentence(visit)),
        caption: words.fill("areas.caption", [day]),
        simulated: region.as_ref().is_some_and(Region::simulated),
        columns: columns(visit, sort, down),
        rows,
        map: region.as_ref().map_or_else(String::new, |r| r.map(visit, "areas-map", true)),
        schematic: overview.schematic(),
        csv: visit.link("/areas.csv"),
        title,
    })
}

fn asked(sort: Option<&str>) -> (&'static str, bool) {
    let (name, down) = sort.map_or(("mean", true), |s| s.strip_prefix('-').map_or((s, false), |s| (s, true)));
    let known = ["name", "mean", "observed", "flagged", "stations"].into_iter().find(|k| *k == name);
    known.map_or(("mean", true), |name| (name, down))
}

fn compare(sort: &str, a: &AreaRow, b: &AreaRow) -> Ordering {
    match sort {
        "mean" => a.order.0.unwrap_or(f64::MIN).total_cmp(&b.order.0.unwrap_or(f64::MIN)),
        "observed" => a.order.1.total_cmp(&b.order.1),
        "flagged" => a.order.2.total_cmp(&b.order.2),
        "stations" => a.order.3.cmp(&b.order.3),
        _ => a.name.cmp(&b.name),
    }
}

fn columns(visit: &Visit, sort: &str, down: bool) -> Vec<Column> {
    let words = visit.w;
    let column = |key: Option<&str>, label, number| {
        let here = key == Some(sort);
        // Names first rise, figures first fall; a second click turns the order round.
        let next_down = if here { !down } else { number };
        let link =
            key.map(|key| visit.link(&format!("/areas?sort={}{key}", if next_down { "-" } else { "" })));
        let sorted = here.then_some(if down { "descending" } else { "ascending" });
        Column { label, link, number, sorted, unseen: false }
    };
    vec![
        column(Some("name"), words.t("areas.area"), false),
        column(Some("mean"), words.t("areas.mean"), true),
        Column { unseen: true, ..column(None, words.t("areas.bar"), false) },
        column(None, words.t("areas.against"), false),
        column(None, words.t("areas.days"), false),
        column(Some("observed"), words.t("areas.observed"), true),
        column(Some("flagged"), words.t("areas.flagged"), true),
        column(Some("stations"), words.t("areas.stations"), true),
    ]
}

/// `GET /{language}/areas.csv`: the same figures, with dots for decimals and shares from 0 to 1.
pub(crate) async fn csv(visit: Visit) -> Response {
    match table(&visit).await {
        Ok(text) => {
            ([(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], text).into_response()
        }
        Err(problem) => visit.refuse(&problem),
    }
}

async fn table(visit: &Visit) -> Result<String, Problem> {
    let overview = visit.portal.overview(&visit.context()).await?;
    let mut text = String::from(
        "area,name,day,no2_mean_ug_m3,guideline_ug_m3,share_observed,share_flagged,stations,simulated\r\n",
    );
    let Some(region) = Region::read(visit, &overview).await? else { return Ok(text) };
    for (area, day) in &region.areas {
        let name = super::csv::cell(&crate::describe::name_of(area, visit.w.language));
        let _ = write!(text, "{},{name},{}", super::csv::cell(&area.id), region.day);
        let _ = match day {
            Some(d) => {
                let mean = d.mean.map_or_else(String::new, |x| x.to_string());
                let [observed, flagged] = [d.share_observed, d.share_flagged];
                write!(
                    text,
                    ",{mean},{},{observed},{flagged},{},{}\r\n",
                    d.guideline, d.stations, d.simulated
                )
            }
            None => text.write_str(",,,,,,\r\n"),
        };
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::asked;

    #[test]
    fn an_unknown_order_is_the_usual_one() {
        assert_eq!(asked(None), ("mean", true));
        assert_eq!(asked(Some("name")), ("name", false));
        assert_eq!(asked(Some("-stations")), ("stations", true));
        assert_eq!(asked(Some("password")), ("mean", true));
    }
}
