//! The one page as pieces of a document to be printed: the same words in the same order.

use senne_print::{Block, Table};

use super::{
    super::printed::{heading, origin, side},
    BriefPage,
};
use crate::words::{Words, key};

/// The page as pieces of a document.
pub(in crate::pages::programme) fn blocks(words: Words, page: &BriefPage) -> Vec<Block> {
    let mut blocks = vec![heading(1, words.t("paper.in_five"))];
    blocks.extend(
        page.sentences.iter().map(|sentence| Block::Labelled {
            label: sentence.label.to_owned(),
            text: sentence.text.clone(),
        }),
    );
    blocks.push(heading(1, words.t("paper.status")));
    blocks.extend(status(words, page));
    blocks.push(heading(1, words.t("paper.attention")));
    blocks.push(Block::Paragraph { text: page.attention.said.clone() });
    blocks.extend(page.attention.projects.iter().map(|project| {
        let mut said = vec![words.fill("paper.computed_is", [project.facts.as_str(), project.mark.word])];
        said.extend(project.reasons.iter().cloned());
        said.extend([project.more.clone(), project.signed.clone()]);
        said.retain(|text| !text.is_empty());
        Block::Labelled { label: project.name.clone(), text: said.join(" ") }
    }));
    blocks.push(heading(1, words.t("paper.measured")));
    blocks.push(Block::Paragraph { text: page.measured.said.clone() });
    blocks.extend(
        page.measured
            .effects
            .iter()
            .map(|effect| Block::Labelled { label: effect.project.clone(), text: effect.text.clone() }),
    );
    blocks.extend(origin(words, &page.source));
    blocks
}

fn status(words: Words, page: &BriefPage) -> Vec<Block> {
    let status = &page.status;
    if status.rows.is_empty() {
        return vec![Block::Paragraph { text: words.t("paper.none_active").to_owned() }];
    }
    let columns = [
        (key!("paper.computed"), false),
        (key!("paper.projects"), true),
        (key!("paper.money"), true),
        (key!("paper.part"), true),
        (key!("paper.signed_projects"), true),
    ];
    let rows = status.rows.iter().map(|row| {
        let mark = row.mark.word.to_owned();
        vec![mark, row.projects.clone(), row.money.clone(), row.part.clone(), row.signed.clone()]
    });
    let table = Table {
        caption: words.t("paper.status_caption").to_owned(),
        head: columns.map(|(key, number)| (words.t(key).to_owned(), side(number))).into(),
        rows: rows.collect(),
    };
    let mut blocks = vec![Block::Table(table), Block::Paragraph { text: status.progress.clone() }];
    blocks.extend(status.notes.iter().map(|text| Block::Small { text: text.clone() }));
    blocks
}
