//! How long a report of 5,000 projects takes to be printed.

use std::time::Instant;

use senne_print::{Align, Block, Document, Table, pdf};

/// The columns of a table of projects in the report.
const COLUMNS: [(&str, Align); 9] = [
    ("Projet", Align::Start),
    ("État", Align::Start),
    ("Avancement", Align::End),
    ("Fin attendue", Align::Start),
    ("Retard en jours", Align::End),
    ("Prévu", Align::End),
    ("Dépensé", Align::End),
    ("Confiance calculée", Align::Start),
    ("Jugement signé", Align::Start),
];

fn row(place: usize) -> Vec<String> {
    let name = format!("Piste cyclable de la moyenne ceinture, tronçon {place}");
    let rest = [
        "en cours",
        "67 %",
        "19 décembre 2027",
        "98",
        "3,2 millions d’euros",
        "2,7 millions d’euros",
        "orange",
        "rouge",
    ];
    std::iter::once(name).chain(rest.map(str::to_owned)).collect()
}

fn main() {
    for projects in [40, 500, 5_000] {
        let pillar = |pillar: usize| {
            let rows = (pillar..projects).step_by(6).map(row).collect();
            let head = COLUMNS.map(|(text, align)| (text.to_owned(), align)).into();
            [
                Block::Heading { level: 1, text: format!("Pilier {pillar}") },
                Block::Paragraph {
                    text: "Argent prévu : 75,3 millions d’euros ; engagé : 51,3 millions d’euros.".to_owned(),
                },
                Block::Table(Table { caption: "Projets".to_owned(), head, rows }),
            ]
        };
        let document = Document {
            language: "fr".to_owned(),
            title: "Rapport du programme".to_owned(),
            lead: String::new(),
            foot: "https://city.example/fr/programme/report".to_owned(),
            contents: "Contenu".to_owned(),
            date: (2026, 12, 1),
            sheets: None,
            blocks: (0..6).flat_map(pillar).collect(),
        };
        let began = Instant::now();
        match pdf(&document) {
            Ok(bytes) => println!(
                "{projects} projects: {:.2} s, {:.1} MB",
                began.elapsed().as_secs_f64(),
                bytes.len() as f64 / 1e6
            ),
            Err(error) => println!("{projects} projects: {error}"),
        }
    }
}
