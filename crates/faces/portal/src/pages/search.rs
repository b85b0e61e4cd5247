//! Search over the names of areas, stations and data sets.

use askama::Template;
use axum::response::Response;
use senne_chart::map;
use senne_model::Problem;

use super::{contract::open, rows};
use crate::{describe, format, frame::Frame, visit::Visit};

const RESULTS_MAX: usize = 50;
pub(super) const QUERY_CHARS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    title: String,
    asked: String,
    found: Vec<Hit>,
}

struct Hit {
    title: String,
    what: String,
    link: String,
    symbol: String,
    simulated: bool,
    /// The lower the better.
    rank: (u8, usize),
}

/// `GET /{language}/search?q=…`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<SearchPage, Problem> {
    let asked: String =
        visit.parameter("q").unwrap_or_default().trim().chars().take(QUERY_CHARS_MAX).collect();
    let words = visit.w;
    let mut found = if asked.is_empty() { Vec::new() } else { hits(visit, &fold(&asked)).await? };
    let count = found.len() as u64;
    found.sort_by(|a, b| (a.rank, &a.title).cmp(&(b.rank, &b.title)));
    found.truncate(RESULTS_MAX);
    let title = match (asked.is_empty(), count) {
        (true, _) => words.t("search.title").to_owned(),
        (false, 0) => words.fill("search.none", [&asked]),
        (false, n) => words.fill("search.found", [format::amount(words.language, n), asked.clone()]),
    };
    let frame = visit.frame().titled(title.clone(), words.t("search.title")).ending(words.t("search.title"));
    Ok(SearchPage { frame, title, asked, found })
}

async fn hits(visit: &Visit, asked: &str) -> Result<Vec<Hit>, Problem> {
    let words = visit.w;
    let code = words.language.code();
    let contracts = visit.hub().contracts();
    let overview = visit.portal.overview(&visit.context()).await?;
    let mut found = Vec::new();
    for area in &overview.areas {
        let names = [describe::text_by_term(area, "alternateName", words.language), every_name(area)];
        let name = describe::name_of(area, words.language);
        if let Some(place) = matches(asked, &name, names.iter().flatten().map(String::as_str)) {
            found.push(Hit {
                what: words.t("search.area").to_owned(),
                link: rows::area_link(words, &area.id),
                symbol: String::new(),
                simulated: false,
                rank: (0, place),
                title: name,
            });
        }
    }
    for contract in contracts.iter().filter(|c| c.class == senne_contract::Class::Open) {
        let title = contract.title.get(code);
        let others = [contract.type_term.as_str(), contract.description.get(code)];
        let terms = open(contract).flat_map(|a| [a.term.as_str(), a.title.get(code)]);
        if let Some(place) = matches(asked, title, others.into_iter().chain(terms)) {
            found.push(Hit {
                title: title.to_owned(),
                what: words.t("search.set").to_owned(),
                link: visit.link(&format!("/contract/{}", contract.type_term)),
                symbol: map::symbol_inline(describe::mark_of(Some(contract))),
                simulated: false,
                rank: (1, place),
            });
        }
    }
    for station in &overview.stations {
        let name = describe::name_of(&station.entity, words.language);
        if let Some(place) = finds(asked, &name, &station.entity) {
            let row = rows::StationRow::new(words, contracts, &station.entity, visit.now);
            let what =
                row.now.map_or_else(|| row.what.clone(), |now| format!("{} · {}", row.what, now.value));
            let (link, symbol, simulated) = (row.link, row.symbol, row.simulated);
            found.push(Hit { title: name, what, link, symbol, simulated, rank: (2, place) });
        }
    }
    Ok(found)
}

/// How well an entity of this name is found by the folded words: the lower the better.
pub(super) fn finds(asked: &str, name: &str, entity: &senne_model::Entity) -> Option<usize> {
    let every = every_name(entity);
    matches(asked, name, [entity.id.as_str(), every.as_deref().unwrap_or_default()])
}

/// All texts of the name attribute: a place is found by its other name too.
fn every_name(entity: &senne_model::Entity) -> Option<String> {
    let attribute = entity.attributes.iter().find(|a| a.name.local() == "name")?;
    match &attribute.main()?.value {
        senne_model::AttributeValue::Language(texts) => {
            Some(texts.iter().filter_map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" "))
        }
        _ => None,
    }
}

/// Where all words of the question are found: 0 at the start of the title, 1 in it, 2 in the rest; `None` nowhere.
fn matches<'a>(asked: &str, title: &str, others: impl IntoIterator<Item = &'a str>) -> Option<usize> {
    let title = fold(title);
    if title.starts_with(asked) {
        return Some(0);
    }
    if asked.split(' ').all(|word| title.contains(word)) {
        return Some(1);
    }
    let all = others.into_iter().fold(title, |all, other| all + " " + &fold(other));
    asked.split(' ').all(|word| all.contains(word)).then_some(2)
}

/// Lower case without accents, white space as single blanks.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'â' | 'ä' | 'á' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'î' | 'ï' | 'í' => folded.push('i'),
            'ô' | 'ö' | 'ó' => folded.push('o'),
            'ù' | 'û' | 'ü' | 'ú' => folded.push('u'),
            'ç' => folded.push('c'),
            'œ' => folded.push_str("oe"),
            '’' => folded.push('\''),
            '₂' => folded.push('2'),
            '₃' => folded.push('3'),
            c if c.is_whitespace() || c == '-' => folded.push(' '),
            c => folded.push(c),
        }
    }
    folded.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_hyphens_do_not_matter() {
        assert_eq!(fold("Berchem-Sainte-Agathe  ÉTÉ"), "berchem sainte agathe ete");
        assert_eq!(matches("ste agathe", "Berchem-Ste-Agathe", []), Some(1));
        assert_eq!(matches("elsene", "Ixelles", ["Elsene"]), Some(2));
        assert_eq!(matches("ixe", "Ixelles", []), Some(0));
        assert_eq!(matches("gand", "Ixelles", ["Elsene"]), None);
    }
}
