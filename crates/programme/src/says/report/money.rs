//! Money by year and by source.

use std::collections::BTreeMap;

use super::{Align, ReportTable, Section, head};
use crate::{
    portfolio::{Line, Money, is_on, totals},
    says::{Speaker, euros},
    types::BudgetLine,
};

impl Speaker<'_> {
    /// Of projects that were ever chosen; nothing when there is no money.
    pub(super) fn money_section(&self, lines: &[Line]) -> Option<Section> {
        let language = self.language;
        let chosen = |line: &BudgetLine| {
            self.programme.projects.get(&line.project).is_some_and(|project| is_on(project.state))
        };
        let mut years: BTreeMap<i16, Money> = BTreeMap::new();
        let mut sources: BTreeMap<&str, Money> = BTreeMap::new();
        for line in self.programme.money.all().iter().filter(|line| chosen(line)) {
            let money = Money::of([line]);
            years.entry(line.year).or_default().add(money);
            sources.entry(line.source.as_str()).or_default().add(money);
        }
        if years.is_empty() {
            return None;
        }
        let total = totals(lines).money;
        let word = |fr: &str, nl: &str, en: &str| language.pick(fr, nl, en).to_owned();
        let years = years.into_iter().map(|(year, money)| (year.to_string(), money)).collect();
        let sources =
            sources.into_iter().map(|(source, money)| (self.source(source).to_owned(), money)).collect();
        let by_year = word("Argent par année", "Geld per jaar", "Money by year");
        let by_source = word("Argent par source", "Geld per bron", "Money by source");
        Some(Section {
            depth: 1,
            heading: word("L’argent", "Het geld", "The money"),
            paragraphs: vec![self.money(total)],
            tables: vec![
                self.money_table(by_year, ["Année", "Jaar", "Year"], years),
                self.money_table(by_source, ["Source", "Bron", "Source"], sources),
            ],
        })
    }

    /// The word of a source; another one stands as it is written.
    fn source<'s>(&self, source: &'s str) -> &'s str {
        let words = match source {
            "region" => ["Région", "Gewest", "Region"],
            "commune" => ["Communes", "Gemeenten", "Communes"],
            "europe" => ["Union européenne", "Europese Unie", "European Union"],
            "federal" => ["État fédéral", "Federale overheid", "Federal State"],
            "partner" => ["Partenaires", "Partners", "Partners"],
            "" => ["source non précisée", "bron niet vermeld", "source not stated"],
            other => return other,
        };
        let [fr, nl, en] = words;
        self.language.pick(fr, nl, en)
    }

    fn money_table(&self, caption: String, first: [&str; 3], rows: Vec<(String, Money)>) -> ReportTable {
        let language = self.language;
        let columns = [
            (first, Align::Text),
            (["Prévu", "Gepland", "Planned"], Align::Number),
            (["Engagé", "Vastgelegd", "Committed"], Align::Number),
            (["Dépensé", "Uitgegeven", "Spent"], Align::Number),
            (["Attendu", "Verwacht", "Expected"], Align::Number),
        ];
        let row = |(name, money): (String, Money)| {
            let amounts = [money.planned, money.committed, money.spent, money.forecast];
            let mut cells = vec![name];
            cells.extend(amounts.map(|amount| euros(language, amount)));
            cells
        };
        ReportTable { caption, head: head(language, &columns), rows: rows.into_iter().map(row).collect() }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Programme,
        says::{Speaker, test_city::each},
    };

    #[test]
    fn sources_have_words_and_others_stand_as_they_are_written() {
        let programme = Programme::default();
        let say = |source| each(|language| Speaker::new(&programme, language).source(source).to_owned());
        assert_eq!(say("region"), ["Région", "Gewest", "Region"]);
        assert_eq!(say("federal"), ["État fédéral", "Federale overheid", "Federal State"]);
        assert_eq!(say(""), ["source non précisée", "bron niet vermeld", "source not stated"]);
        assert_eq!(say("Fonds vert"), ["Fonds vert"; 3]);
    }
}
