//! What columns are called in French, Dutch and English.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Id,
    Name,
    Gate,
    Baseline,
    Planned,
    Done,
    Duration,
    DependsOn,
    Weight,
    Source,
    Year,
    Committed,
    Spent,
    Forecast,
}

/// Names as people write them, in small letters without accents; the first is the one that faults name.
const NAMES: [(Column, &[&str]); 14] = [
    (Column::Id, &["id", "code", "identifier", "identifiant", "numero", "nummer", "no", "nr"]),
    (Column::Name, &["name", "nom", "naam", "milestone", "jalon", "mijlpaal", "titre", "titel", "title"]),
    (Column::Gate, &["gate", "porte", "poort", "point de controle", "controlepunt"]),
    (
        Column::Baseline,
        &[
            "baseline",
            "reference",
            "initial",
            "date initiale",
            "basislijn",
            "oorspronkelijk",
            "baseline date",
            "date de reference",
            "referentiedatum",
        ],
    ),
    (
        Column::Planned,
        &[
            "planned",
            "prevu",
            "gepland",
            "planned date",
            "date prevue",
            "planned on",
            "due",
            "echeance",
            "vervaldag",
            "geplande datum",
            "montant prevu",
            "planned amount",
            "gepland bedrag",
            "budget",
            "begroting",
        ],
    ),
    (
        Column::Done,
        &[
            "done",
            "realise",
            "gedaan",
            "done on",
            "date de realisation",
            "completed",
            "acheve",
            "afgerond",
            "voltooid",
            "atteint",
            "bereikt",
        ],
    ),
    (
        Column::Duration,
        &[
            "duration",
            "duree",
            "duur",
            "days",
            "jours",
            "dagen",
            "duration days",
            "duree en jours",
            "duur in dagen",
        ],
    ),
    (
        Column::DependsOn,
        &[
            "depends on",
            "depend de",
            "hangt af van",
            "predecessors",
            "predecesseurs",
            "voorgangers",
            "after",
            "apres",
            "na",
        ],
    ),
    (Column::Weight, &["weight", "poids", "gewicht"]),
    (Column::Source, &["source", "bron", "financement", "financiering", "fonds", "funding"]),
    (Column::Year, &["year", "annee", "jaar"]),
    (Column::Committed, &["committed", "engage", "vastgelegd", "engagement", "vastlegging"]),
    (Column::Spent, &["spent", "depense", "uitgegeven", "paid", "paye", "betaald", "liquide", "vereffend"]),
    (Column::Forecast, &["forecast", "prevision", "raming", "prognose", "estimation", "verwacht"]),
];

impl Column {
    /// The column of a header, in any of the languages.
    pub(super) fn of(header: &str) -> Option<Self> {
        let plain = plain(header);
        NAMES.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(column, _)| *column)
    }

    /// What it is called in English, French and Dutch, for those who miss it.
    pub(super) fn names(self) -> String {
        let names = NAMES.iter().find(|(column, _)| *column == self).map_or(&[][..], |(_, names)| *names);
        names.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}

/// In small letters, without accents, marks and units in brackets: `Dépensé (EUR)` is `depense`.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let text = text.split(['(', '[']).next().unwrap_or(text);
    let letter = |c: char| match c {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' => 'i',
        'ô' | 'ö' | 'ó' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        '_' | '-' | '.' | ':' | '°' => ' ',
        other => other,
    };
    let mapped: String = text.to_lowercase().chars().map(letter).collect();
    mapped.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_languages() {
        for header in ["Dépensé (EUR)", "uitgegeven", "SPENT"] {
            assert_eq!(Column::of(header), Some(Column::Spent), "{header}");
        }
        assert_eq!(Column::of("\u{feff}Durée_en_jours"), Some(Column::Duration));
        assert_eq!(Column::of("colour"), None);
    }

    #[test]
    fn no_name_stands_twice() {
        let all: Vec<&str> = NAMES.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), all.len());
        assert!(all.iter().all(|name| plain(name) == *name));
    }
}
