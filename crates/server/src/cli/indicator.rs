//! `senne indicator` on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, builder::PossibleValuesParser, builder::TypedValueParser};
use senne_indicator::{Frequency, Period};

use super::Target;

/// Indicators of quality of life.
#[derive(Args, Debug)]
pub(crate) struct Indicator {
    #[command(subcommand)]
    pub(crate) command: IndicatorCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum IndicatorCommand {
    /// What is declared, with the newest value of the region.
    List(IndicatorList),
    /// The published values of an indicator.
    Values(IndicatorValues),
    /// Compute a published value again from the data as they were, and compare all digits.
    Reproduce(IndicatorReproduce),
    /// Publish values that are not computed: from CSV, SDMX-CSV or a file of Eurostat.
    Import(IndicatorImport),
    /// Declare an indicator of the city's own, or say what a declaration would give.
    Declare(IndicatorDeclare),
    /// Take a declaration of the city's own back; its values stay in the past.
    Withdraw(IndicatorWithdraw),
    /// Compute in full, from all data; a server does so by itself.
    Compute(IndicatorCompute),
}

#[derive(Args, Debug)]
pub(crate) struct IndicatorList {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Only those of a pillar.
    #[arg(long, value_name = "PILLAR")]
    pub(crate) pillar: Option<String>,
    /// The language of names.
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = PossibleValuesParser::new(["fr", "nl", "en", "de"]))]
    pub(crate) language: String,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: super::ReportFormat,
}

#[derive(Args, Debug)]
pub(crate) struct IndicatorValues {
    /// The indicator.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) target: Target,
    /// Areas by their official codes, with commas between them, or `all`.
    #[arg(long, value_name = "CODES", value_delimiter = ',', default_value = "region")]
    pub(crate) area: Vec<String>,
    /// The length of the periods; the one that is shown first when none is named.
    #[arg(long, value_name = "LENGTH", value_parser = frequency())]
    pub(crate) frequency: Option<Frequency>,
    /// The first period.
    #[arg(long, value_name = "PERIOD")]
    pub(crate) from: Option<Period>,
    /// The last period.
    #[arg(long, value_name = "PERIOD")]
    pub(crate) to: Option<Period>,
    /// The dimension whose values are told apart beside those of all; `all` for every dimension, `none` for none.
    #[arg(long, value_name = "DIMENSION", default_value = "all")]
    pub(crate) disaggregation: String,
    /// How to print.
    #[arg(long, value_enum, default_value = "csv")]
    pub(crate) format: FigureFormat,
}

/// How figures are printed.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FigureFormat {
    /// Comma-separated values that can be imported again.
    Csv,
    /// SDMX-CSV 2.0.
    Sdmx,
    /// A JSON array.
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct IndicatorReproduce {
    /// The indicator.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// The period: 2026, 2026-Q3, 2026-11, 2026-W48 or 2026-11-27.
    #[arg(value_name = "PERIOD")]
    pub(crate) period: Period,
    #[command(flatten)]
    pub(crate) target: Target,
    /// The area by its official code.
    #[arg(long, value_name = "CODE", default_value = "region")]
    pub(crate) area: String,
    /// The part that the value is of, e.g. day-type:weekend; of all when none is named.
    #[arg(long, value_name = "DIMENSION:VALUE")]
    pub(crate) disaggregation: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: super::ReportFormat,
}

#[derive(Args, Debug)]
pub(crate) struct IndicatorImport {
    /// The file; its form is seen from its first line.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The indicator that the values are of.
    #[arg(long, value_name = "ID")]
    pub(crate) indicator: String,
    /// Of a file with several series the one that is meant: `sex=T`; may stand several times.
    #[arg(long = "where", value_name = "DIMENSION=CODE", value_parser = filter)]
    pub(crate) filters: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Args, Debug)]
pub(crate) struct IndicatorDeclare {
    /// The declaration, a YAML file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Only compute its last days and print them; nothing is declared.
    #[arg(long)]
    pub(crate) trial: bool,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Args, Debug)]
pub(crate) struct IndicatorWithdraw {
    /// The indicator.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Args, Debug)]
pub(crate) struct IndicatorCompute {
    /// The indicators; all that are computed when none is named.
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// The data folder; no server may run on it.
    #[arg(long, value_name = "DIR", env = "SENNE_DATA")]
    pub(crate) data: PathBuf,
}

fn frequency() -> impl TypedValueParser<Value = Frequency> {
    let words = Frequency::ALL.map(Frequency::word);
    PossibleValuesParser::new(words).map(|word| Frequency::parse(&word).unwrap_or(Frequency::Year))
}

fn filter(text: &str) -> Result<(String, String), String> {
    let (name, code) = text.split_once('=').ok_or("write DIMENSION=CODE, e.g. sex=T")?;
    Ok((name.trim().to_owned(), code.trim().to_owned()))
}
