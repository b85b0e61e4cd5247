//! What is printed.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use senne_history::History;

/// A question by its short name, with what it is.
pub(crate) type Asked = (&'static str, &'static str);

#[derive(Default)]
pub(crate) struct Report {
    notes: Vec<String>,
    figures: Vec<(String, String, String)>,
    answers: Vec<Answers>,
}

/// How long each system took for one question: milliseconds, p50 and p99.
struct Answers {
    asked: Asked,
    of: BTreeMap<String, (f64, f64)>,
}

impl Report {
    pub(crate) fn note(&mut self, text: &str) {
        eprintln!("  {text}");
        self.notes.push(text.to_owned());
    }

    pub(crate) fn figure(&mut self, what: &str, value: &str, aim: &str) {
        eprintln!("  {what}: {value} {aim}");
        self.figures.push((what.to_owned(), value.to_owned(), aim.to_owned()));
    }

    pub(crate) fn sizes(&mut self, history: &History) {
        let figures = history.statistics();
        let each = |bytes: u64| bytes as f64 / figures.rows.max(1) as f64;
        self.figure("observations stored", &figures.rows.to_string(), "");
        self.figure("files of observations", &figures.files.to_string(), "");
        self.figure("bytes per observation", &format!("{:.2}", each(figures.bytes)), "");
        let all = each(figures.bytes + figures.rollup_bytes);
        self.figure("bytes per observation with roll-ups", &format!("{all:.2}"), "≤ 6");
    }

    pub(crate) fn answer(&mut self, asked: Asked, system: &str, times: &mut [Duration]) {
        times.sort_unstable();
        let at = |share: f64| {
            let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
            times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
        };
        self.put(asked, system, (at(0.5), at(0.99)));
    }

    pub(crate) fn put(&mut self, asked: Asked, system: &str, times: (f64, f64)) {
        eprintln!("  {} ({system}): p50 {:.1} ms, p99 {:.1} ms", asked.0, times.0, times.1);
        let known = self.answers.iter().position(|answers| answers.asked.0 == asked.0);
        let place = known.unwrap_or_else(|| {
            self.answers.push(Answers { asked, of: BTreeMap::new() });
            self.answers.len() - 1
        });
        self.answers[place].of.insert(system.to_owned(), times);
    }

    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        for note in &self.notes {
            let _ = writeln!(text, "- {note}");
        }
        let _ = writeln!(text, "\n| what | measured | aim |\n| --- | ---: | ---: |");
        for (what, value, aim) in &self.figures {
            let _ = writeln!(text, "| {what} | {value} | {aim} |");
        }
        let _ = writeln!(
            text,
            "\n| question | aim | Senne p50 ms | p99 ms | PostgreSQL p50 ms | ÷ Senne | DuckDB p50 ms | Senne ÷ DuckDB |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        );
        for Answers { asked: (name, aim), of: row } in &self.answers {
            let own = row.get("Senne").copied().unwrap_or((f64::NAN, f64::NAN));
            let peer = |name: &str| row.get(name).map(|(half, _)| *half);
            let number = |x: Option<f64>| x.map_or_else(String::new, |x| format!("{x:.1}"));
            let (postgres, duck) = (peer("PostgreSQL"), peer("DuckDB"));
            let _ = writeln!(
                text,
                "| {name} | {aim} | {:.1} | {:.1} | {} | {} | {} | {} |",
                own.0,
                own.1,
                number(postgres),
                number(postgres.map(|x| x / own.0)),
                number(duck),
                number(duck.map(|x| own.0 / x)),
            );
        }
        text
    }
}
