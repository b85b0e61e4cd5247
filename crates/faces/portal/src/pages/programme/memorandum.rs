//! The agreement that the programme rests on: its text, who signed it and when, by what the signed file is known, and what was promised in it.

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_model::Problem;
use senne_programme::{
    Memorandum, MemorandumId, Objective, Programme, Words as Told, portfolio::objective_line, says::Speaker,
};

use super::shared::{called, date, link, missing, speaker, view, whole};
use crate::{address, frame::Frame, visit::Visit, words::Words};

/// So many objectives are listed; the pages of pillars have the others.
const OBJECTIVES_MOST: usize = 100;

#[derive(Template)]
#[template(path = "programme/memorandum.html")]
struct MemorandumPage {
    frame: Frame,
    title: String,
    lead: String,
    /// The language of the text, where it is not that of the page.
    language: &'static str,
    text: Vec<String>,
    signatories: Vec<String>,
    groups: Vec<Group>,
    more: String,
    version: Option<String>,
    signed_on: Option<String>,
    hash: Option<String>,
    file: Option<String>,
    papers: Vec<Paper>,
    others: Vec<Paper>,
    history: String,
    now: String,
}

/// A pillar with its objectives.
struct Group {
    id: String,
    name: String,
    link: Option<String>,
    objectives: Vec<Promised>,
}

/// What was promised, and where its indicator stands.
struct Promised {
    name: String,
    link: String,
    target: String,
    level: String,
}

/// A paper, or another agreement.
struct Paper {
    name: String,
    link: Option<String>,
    note: String,
}

/// `GET /{language}/programme/memorandum/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = page(&visit, &id).await;
    visit.answer(page)
}

async fn page(visit: &Visit, id: &str) -> Result<MemorandumPage, Problem> {
    let words = visit.w;
    let view = view(visit).await?;
    let programme = &view.programme;
    let found = programme.memoranda.get(&MemorandumId::new(whole("Memorandum", id)));
    let memorandum = found.ok_or_else(|| missing("memorandum", id))?;
    let title = called(words, Some(&memorandum.name), memorandum.id.as_str());
    let lead = lead(words, memorandum);
    let (language, text) = text(words, &memorandum.text);
    let (groups, left) = groups(words, programme);
    let entity = address::segment(memorandum.id.as_str());
    let speaker = speaker(programme, words);
    Ok(MemorandumPage {
        frame: visit
            .frame()
            .titled(title.clone(), lead.clone())
            .under(words.t("frame.programme"), "/programme")
            .ending(title.clone()),
        title,
        lead,
        language,
        text,
        signatories: memorandum
            .signatories
            .iter()
            .map(|signatory| speaker.organisation(signatory).to_owned())
            .collect(),
        groups,
        more: if left == 0 { String::new() } else { words.count("paper.more_objectives", left) },
        version: memorandum.version.clone(),
        signed_on: memorandum.signed_on.map(|day| date(words, day)),
        hash: memorandum.file_hash.clone(),
        file: memorandum.file_url.as_deref().and_then(web),
        papers: papers(words, programme, memorandum),
        others: others(words, programme, memorandum),
        history: format!("/ngsi-ld/v1/temporal/entities/{entity}"),
        now: format!("/ngsi-ld/v1/entities/{entity}"),
    })
}

/// When it was signed and by how many.
fn lead(words: Words, memorandum: &Memorandum) -> String {
    let Some(day) = memorandum.signed_on else { return words.t("paper.not_signed").to_owned() };
    match memorandum.signatories.len() as u64 {
        0 => words.fill("paper.signed_on", [date(words, day)]),
        signatories => {
            let by = words.count("paper.organisations", signatories);
            words.fill("paper.signed_on_by", [date(words, day), by])
        }
    }
}

/// The paragraphs of a text, and its language where that is not the one of the page.
fn text(words: Words, text: &Told) -> (&'static str, Vec<String>) {
    let wanted = words.language.code();
    let told = [("fr", &text.fr), ("nl", &text.nl), ("en", &text.en)];
    let own = told.iter().any(|(tag, text)| *tag == wanted && text.is_some());
    // In the order in which the programme falls back on another language.
    let order = [2, 0, 1].into_iter().filter_map(|place| told.get(place));
    let other = order.filter(|(_, text)| text.is_some()).map(|(tag, _)| *tag).next();
    let language = if own { "" } else { other.unwrap_or_default() };
    let parts = text.get(wanted).unwrap_or_default().split("\n\n").map(str::trim);
    (language, parts.filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

/// The objectives, pillar by pillar; and how many are not listed.
fn groups(words: Words, programme: &Programme) -> (Vec<Group>, u64) {
    let speaker = speaker(programme, words);
    let mut groups = Vec::new();
    let mut shown = 0;
    let mut add = |name: String, link: Option<String>, objectives: Vec<&Objective>| {
        let objectives: Vec<Promised> = objectives
            .into_iter()
            .take(OBJECTIVES_MOST - shown)
            .map(|objective| promised(words, speaker, programme, objective))
            .collect();
        if !objectives.is_empty() {
            shown += objectives.len();
            groups.push(Group { id: format!("pillar-{}", groups.len() + 1), name, link, objectives });
        }
    };
    for pillar in programme.pillars_in_order() {
        let ids = programme.links.objectives_by_pillar.get(&pillar.id).into_iter().flatten();
        let own = ids.filter_map(|id| programme.objectives.get(id)).collect();
        let name = called(words, Some(&pillar.name), pillar.id.as_str());
        add(name, Some(link(words, "pillar", pillar.id.as_str())), own);
    }
    let homeless = programme.objectives.values().filter(|one| !programme.pillars.contains_key(&one.pillar));
    add(words.t("paper.no_pillar").to_owned(), None, homeless.collect());
    (groups, programme.objectives.len().saturating_sub(shown) as u64)
}

fn promised<'a>(
    words: Words,
    speaker: Speaker<'a>,
    programme: &'a Programme,
    objective: &'a Objective,
) -> Promised {
    Promised {
        name: called(words, Some(&objective.name), objective.id.as_str()),
        link: link(words, "objective", objective.id.as_str()),
        target: speaker.target(objective),
        level: speaker.standing(objective, &objective_line(programme, objective)),
    }
}

/// The papers about the agreement.
fn papers(words: Words, programme: &Programme, memorandum: &Memorandum) -> Vec<Paper> {
    let ids = programme.links.documents_by_about.get(memorandum.id.as_str()).into_iter().flatten();
    let papers = ids.filter_map(|id| programme.documents.get(id)).map(|paper| Paper {
        name: called(words, Some(&paper.name), paper.id.as_str()),
        link: paper.url.as_deref().and_then(web),
        note: paper.date.map(|day| date(words, day)).unwrap_or_default(),
    });
    papers.collect()
}

/// The other agreements, the newest first.
fn others(words: Words, programme: &Programme, memorandum: &Memorandum) -> Vec<Paper> {
    let mut others: Vec<&Memorandum> =
        programme.memoranda.values().filter(|one| one.id != memorandum.id).collect();
    others.sort_by_key(|one| std::cmp::Reverse(one.signed_on));
    let paper = |one: &Memorandum| Paper {
        name: called(words, Some(&one.name), one.id.as_str()),
        link: Some(link(words, "memorandum", one.id.as_str())),
        note: lead(words, one),
    };
    others.into_iter().map(paper).collect()
}

/// An address of the web; any other is not made a link of.
fn web(url: &str) -> Option<String> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase())?;
    matches!(scheme.as_str(), "http" | "https").then(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use senne_programme::Pillar;

    use super::*;
    use crate::language::Language;

    #[test]
    fn a_text_of_another_language_says_which() {
        let told = Told { nl: Some("Eén.\n\n Twee. \n\n".into()), ..Told::default() };
        let paragraphs = vec!["Eén.".to_owned(), "Twee.".to_owned()];
        assert_eq!(text(Words::new(Language::Nl), &told), ("", paragraphs.clone()));
        assert_eq!(text(Words::new(Language::Fr), &told), ("nl", paragraphs));
        assert_eq!(text(Words::new(Language::Fr), &Told::default()), ("", Vec::new()));
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        assert_eq!(web("HTTPS://city.example/a").as_deref(), Some("HTTPS://city.example/a"));
        assert_eq!((web("javascript:alert(1)"), web("//city.example"), web("a")), (None, None, None));
    }

    #[test]
    fn objectives_stand_below_their_pillars_and_none_is_lost() {
        let words = Words::new(Language::En);
        let mut programme = Programme::default();
        let pillar = Pillar { id: "p".into(), name: Told::in_language("en", "Air"), order: 1 };
        programme.pillars.insert(pillar.id.clone(), pillar);
        for (place, pillar) in ["p", "gone", "p"].into_iter().enumerate() {
            let objective = Objective {
                id: format!("o{place}").into(),
                name: Told::default(),
                pillar: pillar.into(),
                indicator: "i".into(),
                area: None,
                baseline: None,
                target_low: None,
                target_high: None,
                target_on: jiff::civil::date(2030, 12, 31),
                owner: None,
            };
            let lists = &mut programme.links.objectives_by_pillar;
            lists.entry(objective.pillar.clone()).or_default().push(objective.id.clone());
            programme.objectives.insert(objective.id.clone(), objective);
        }
        let (groups, left) = groups(words, &programme);
        let told: Vec<_> = groups.iter().map(|group| (group.name.as_str(), group.objectives.len())).collect();
        assert_eq!(told, [("Air", 2), (words.t("paper.no_pillar"), 1)]);
        assert_eq!(left, 0);
    }
}
