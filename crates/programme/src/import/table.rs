//! Milestones and money from tables with a header.

use std::collections::BTreeMap;

use super::{
    amount::{day, euros, number},
    fault::{Faults, ImportFault, ImportLimits, Imported, Place},
    headers::{Column, plain},
};
use crate::types::{BudgetLine, Gate, Milestone, MilestoneId, ProjectId, Words};

/// Where each known column stands.
type Columns = BTreeMap<Column, usize>;

struct Row<'a> {
    columns: &'a Columns,
    record: csv::StringRecord,
    line: u64,
}

impl Row<'_> {
    fn text(&self, column: Column) -> Option<&str> {
        let at = *self.columns.get(&column)?;
        self.record.get(at).map(str::trim).filter(|text| !text.is_empty())
    }

    fn read<T>(
        &self,
        column: Column,
        read: impl Fn(&str) -> Option<T>,
        remedy: &str,
    ) -> Result<Option<T>, ImportFault> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let fault = || {
            let why = format!("the column {} holds `{text}`", column.names());
            ImportFault::new(Place::Line(self.line), why, remedy)
        };
        read(text).map(Some).ok_or_else(fault)
    }

    fn need<T>(&self, column: Column, value: Option<T>) -> Result<T, ImportFault> {
        value.ok_or_else(|| {
            let why = format!("the column {} is empty", column.names());
            ImportFault::new(Place::Line(self.line), why, "enter a value, or take the line out")
        })
    }
}

const DAY: &str = "write the day as 2026-03-31 or 31/03/2026";
const AMOUNT: &str = "write an amount as 1234.50 or 1.234,50";

/// Reads a table of milestones of one project: comma, semicolon or tab between columns, header in French, Dutch or English. Needed is a
/// name; an identifier is made from the number of the line when there is none. `language` is that of names.
///
/// # Errors
/// All faults up to the limit, each with its line.
pub fn milestones_csv(
    text: &[u8],
    project: &ProjectId,
    language: &str,
    limits: ImportLimits,
) -> Result<Imported, Vec<ImportFault>> {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let (milestones, mut faults) =
        rows(text, limits, &[Column::Name], |row| milestone(row, project, language, &mut seen))?;
    for (line, milestone) in &milestones {
        if let Some(missing) = milestone.depends_on.iter().find(|id| !seen.contains_key(id.as_str())) {
            let why = format!("it depends on `{missing}`, which is not in the table");
            faults.add(ImportFault::new(Place::Line(*line), why, "add that milestone, or correct the name"));
        }
    }
    let milestones = milestones.into_iter().map(|(_, milestone)| milestone).collect();
    faults.end(Imported { milestones, ..Imported::default() })
}

fn milestone(
    row: &Row<'_>,
    project: &ProjectId,
    language: &str,
    seen: &mut BTreeMap<String, u64>,
) -> Result<Milestone, ImportFault> {
    let name = row.need(Column::Name, row.text(Column::Name))?;
    let id = row.text(Column::Id).map_or_else(|| format!("line-{}", row.line), str::to_owned);
    if let Some(line) = seen.insert(id.clone(), row.line) {
        let why = format!("the identifier `{id}` stands on line {line} too");
        return Err(ImportFault::new(Place::Line(row.line), why, "give each milestone its own"));
    }
    let days = |text: &str| {
        number(text).filter(|days| (0.0..=36_500.0).contains(days)).map(|days| days.ceil() as u32)
    };
    let weight = |text: &str| number(text).filter(|weight| *weight >= 0.0);
    let depends_on = row.text(Column::DependsOn).unwrap_or_default().split(['|', ';', ',']).map(str::trim);
    Ok(Milestone {
        id: MilestoneId::from(id),
        name: Words::in_language(language, name),
        project: project.clone(),
        gate: row
            .read(Column::Gate, gate, "write none, procurement, dpia, accessibility or security")?
            .unwrap_or_default(),
        baseline_on: row.read(Column::Baseline, day, DAY)?,
        planned_on: row.read(Column::Planned, day, DAY)?,
        done_on: row.read(Column::Done, day, DAY)?,
        duration_days: row
            .read(Column::Duration, days, "write a number of days, 0 to 36,500")?
            .unwrap_or_default(),
        depends_on: depends_on.filter(|id| !id.is_empty()).map(MilestoneId::from).collect(),
        weight: row.read(Column::Weight, weight, "write a number, 0 or more")?.unwrap_or(1.0),
        owner: None,
    })
}

fn gate(text: &str) -> Option<Gate> {
    Some(match plain(text).as_str() {
        "none" | "aucune" | "geen" | "" => Gate::None,
        "procurement" | "marche public" | "marche" | "aanbesteding" | "overheidsopdracht" => {
            Gate::Procurement
        }
        "dpia" | "aipd" | "geb" | "gegevensbescherming" | "protection des donnees" | "data protection" => {
            Gate::Dpia
        }
        "accessibility" | "accessibilite" | "toegankelijkheid" => Gate::Accessibility,
        "security" | "securite" | "beveiliging" | "veiligheid" => Gate::Security,
        _ => return None,
    })
}

/// Reads a table of money of one project. Needed are a year and at least one amount; amounts are held to whole euros. Lines of one source
/// and year are added up.
///
/// # Errors
/// All faults up to the limit, each with its line.
pub fn budget_lines_csv(
    text: &[u8],
    project: &ProjectId,
    limits: ImportLimits,
) -> Result<Imported, Vec<ImportFault>> {
    let (lines, faults) = rows(text, limits, &[Column::Year], |row| budget_line(row, project))?;
    let mut sums: BTreeMap<(String, i16), BudgetLine> = BTreeMap::new();
    for (_, line) in lines {
        match sums.get_mut(&(line.source.clone(), line.year)) {
            Some(sum) => {
                sum.planned += line.planned;
                sum.committed += line.committed;
                sum.spent += line.spent;
                sum.forecast += line.forecast;
            }
            None => {
                sums.insert((line.source.clone(), line.year), line);
            }
        }
    }
    faults.end(Imported { money: sums.into_values().collect(), ..Imported::default() })
}

fn budget_line(row: &Row<'_>, project: &ProjectId) -> Result<BudgetLine, ImportFault> {
    let year = |text: &str| text.parse::<i16>().ok().filter(|year| (1900..=2200).contains(year));
    let year = row.read(Column::Year, year, "write a calendar year, 2026")?;
    let amount = |column| row.read(column, euros, AMOUNT);
    let planned = amount(Column::Planned)?;
    let committed = amount(Column::Committed)?;
    let spent = amount(Column::Spent)?;
    let forecast = amount(Column::Forecast)?;
    let any = planned.or(committed).or(spent).or(forecast);
    row.need(Column::Planned, any)?;
    let [planned, committed, spent] = [planned, committed, spent].map(Option::unwrap_or_default);
    Ok(BudgetLine {
        project: project.clone(),
        source: row.text(Column::Source).unwrap_or_default().to_owned(),
        year: row.need(Column::Year, year)?,
        planned,
        committed,
        spent,
        forecast: forecast.unwrap_or_else(|| BudgetLine::unsaid_forecast(planned, committed, spent)),
    })
}

type Rows<T> = (Vec<(u64, T)>, Faults);

/// Reads each line that is not empty.
fn rows<T>(
    text: &[u8],
    limits: ImportLimits,
    needed: &[Column],
    mut read: impl FnMut(&Row<'_>) -> Result<T, ImportFault>,
) -> Result<Rows<T>, Vec<ImportFault>> {
    if text.len() > limits.bytes_most {
        return Err(vec![ImportFault::too_large(text.len(), limits.bytes_most)]);
    }
    let Ok(text) = std::str::from_utf8(text) else {
        let remedy = "save it as CSV UTF-8";
        return Err(vec![ImportFault::new(Place::File, "it is not written in UTF-8", remedy)]);
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut faults = Faults::new(limits);
    let mut records = reader.records();
    let Some(Ok(header)) = records.next() else {
        let remedy = "begin with a line of column names";
        return Err(vec![ImportFault::new(Place::Line(1), "there is no header", remedy)]);
    };
    let columns = columns(&header, needed)?;
    let mut out = Vec::new();
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.add(ImportFault::new(Place::Line(line), error.to_string(), "check quotation marks"));
                break;
            }
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        if out.len() >= limits.rows_most {
            faults.add(ImportFault::too_many(Place::Line(line), limits.rows_most));
            break;
        }
        let row = Row { columns: &columns, record, line };
        if let Some(value) = faults.keep(read(&row)) {
            out.push((line, value));
        }
    }
    Ok((out, faults))
}

/// What stands most often in the first line.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|byte| *byte == delimiter).count();
    [b';', b'\t', b','].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn columns(header: &csv::StringRecord, needed: &[Column]) -> Result<Columns, Vec<ImportFault>> {
    let mut columns = Columns::new();
    for (at, name) in header.iter().enumerate() {
        let Some(column) = Column::of(name) else { continue };
        if columns.insert(column, at).is_some() {
            let why = format!("two columns mean {}", column.names());
            return Err(vec![ImportFault::new(Place::Line(1), why, "take one of both out")]);
        }
    }
    let missing = |column: &&Column| !columns.contains_key(column);
    let fault = |column: &Column| {
        let why = format!("no column is called {}", column.names());
        ImportFault::new(Place::Line(1), why, "name the column so")
    };
    let faults: Vec<ImportFault> = needed.iter().filter(missing).map(fault).collect();
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::types::Euros;

    fn milestones(text: &str) -> Result<Imported, Vec<ImportFault>> {
        milestones_csv(text.as_bytes(), &"p".into(), "fr", ImportLimits::default())
    }

    #[test]
    fn milestones_in_french() {
        let text = "\u{feff}Code;Jalon;Date prévue;Dépend de;Porte;Poids\n\
                    a;Étude;31/03/2026;;;2\n\
                    b;\"Marché; attribué\";2026-06-30;a;marché public;\n\n";
        let found = milestones(text).unwrap().milestones;
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].planned_on, found[0].weight), (Some(date(2026, 3, 31)), 2.0));
        assert_eq!(found[1].name.fr.as_deref(), Some("Marché; attribué"));
        assert_eq!((found[1].gate, found[1].depends_on.clone()), (Gate::Procurement, vec!["a".into()]));
    }

    #[test]
    fn every_fault_has_its_line_and_a_remedy() {
        let text = "id,name,planned,depends on\na,Study,soon,\nb,,2026-01-01,\na,Again,,\nc,Works,,z\n";
        let faults = milestones(text).unwrap_err();
        let places: Vec<&Place> = faults.iter().map(|fault| &fault.place).collect();
        assert_eq!(places, [&Place::Line(2), &Place::Line(3), &Place::Line(4), &Place::Line(5)]);
        assert!(faults.iter().all(|fault| !fault.remedy.is_empty()));
        assert!(faults[0].to_string().starts_with("line 2: the column `planned`"));
        assert!(milestones("a,b\n1,2\n").unwrap_err()[0].to_string().contains("`name`, `nom`, `naam`"));
    }

    #[test]
    fn money_in_dutch_is_added_up() {
        let text = "Bron\tJaar\tBegroting\tUitgegeven\nGewest\t2026\t1.500,50\t200\nGewest\t2026\t500\t\nEFRO\t2027\t1000\t\n";
        let found = budget_lines_csv(text.as_bytes(), &"p".into(), ImportLimits::default()).unwrap().money;
        assert_eq!(found.len(), 2);
        let region = found.iter().find(|line| line.source == "Gewest").unwrap();
        assert_eq!((region.planned, region.spent, region.forecast), (Euros(2001), Euros(200), Euros(2001)));
    }

    #[test]
    fn input_is_bounded() {
        let limits = ImportLimits { rows_most: 2, bytes_most: 30, faults_most: 1 };
        let read = |text: &str| milestones_csv(text.as_bytes(), &"p".into(), "en", limits);
        assert!(read("name\na\nb\n").is_ok());
        assert_eq!(read("name\na\nb\nc\n").unwrap_err()[0].place, Place::Line(4));
        assert_eq!(read(&"name\n".repeat(7)).unwrap_err()[0].place, Place::File);
    }
}
