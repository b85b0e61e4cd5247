//! From a file whose form is right to a contract whose sense is right.

use std::{collections::HashMap, time::Duration};

use senne_model::Name;

use crate::{
    AttributeContract, Class, Contract, Finding, Guideline, Localised, Period, Publication, Range,
    SensorFailed, Shown, Spike, Stuck, Unit, ValueKind,
    names::expand,
    raw::{RawAttribute, RawContract, RawGuideline, RawLimits, RawPublication},
    schema,
    source::{Source, escape},
};

/// A pause after which the tests that compare with earlier values start anew, when a contract says nothing.
const GAP_AFTER: Duration = Duration::from_secs(3 * 3600);
/// How far a clock may be ahead, when a contract says nothing.
const FUTURE_TOLERANCE: Duration = Duration::from_secs(600);
/// How many values in a row make a new level, when a contract says nothing.
const ACCEPT_AFTER: u16 = 3;

/// A contract and where its type is named, to report types that stand twice.
pub(crate) struct ReadContract {
    pub(crate) contract: Contract,
    pub(crate) type_at: Finding,
}

/// Reads one file; every finding in it is reported, the first by line first.
pub(crate) fn read(file: &str, text: &str) -> Result<ReadContract, Vec<Finding>> {
    let source = Source::parse(file, text).map_err(|finding| vec![finding])?;
    let mut findings = schema::check(&source);
    if findings.is_empty() {
        match serde_json::from_value::<RawContract>(source.json.clone()) {
            Ok(raw) => {
                let mut reader = Reader { source: &source, findings: Vec::new(), terms: HashMap::new() };
                let contract = reader.contract(file, raw);
                findings = reader.findings;
                if findings.is_empty() {
                    return Ok(ReadContract { contract, type_at: source.at_value("/type", "") });
                }
            }
            Err(error) => findings.push(source.at_value("", error.to_string())),
        }
    }
    findings.sort_by_key(|f| (f.line, f.column));
    findings.dedup();
    Err(findings)
}

struct Reader<'a> {
    source: &'a Source<'a>,
    findings: Vec<Finding>,
    /// Every term so far, current and former, with the attribute that has it.
    terms: HashMap<Name, String>,
}

impl Reader<'_> {
    fn find(&mut self, pointer: &str, message: impl Into<String>) {
        self.findings.push(self.source.at_value(pointer, message));
    }

    fn contract(&mut self, file: &str, raw: RawContract) -> Contract {
        let mut attributes = Vec::with_capacity(raw.attributes.len());
        for (term, value) in raw.attributes {
            let pointer = format!("/attributes/{}", escape(&term));
            match serde_json::from_value::<RawAttribute>(value) {
                Ok(attribute) => attributes.push(self.attribute(&pointer, &term, attribute, &raw.defaults)),
                Err(error) => self.find(&pointer, error.to_string()),
            }
        }
        let primary = raw.primary.as_deref().map(expand);
        if let Some(name) = &primary
            && !attributes.iter().any(|a| a.name == *name)
        {
            self.find("/primary", "the primary attribute is not among the attributes");
        }
        let subject = raw.subject.as_deref().map(expand);
        if let Some(name) = &subject
            && !attributes.iter().any(|a| a.name == *name && refers(a.kind))
        {
            self.find(
                "/subject",
                "the subject is not among the attributes, or is neither a relationship nor a text",
            );
        }
        Contract {
            type_name: expand(&raw.kind),
            type_term: raw.kind,
            version: raw.version,
            title: raw.title.into(),
            description: raw.description.into(),
            model: raw.model,
            class: Class::parse(&raw.class).unwrap_or(Class::Internal),
            publication: raw.publication.map(publication),
            retention: raw.retention.and_then(|text| self.period("/retention", &text)),
            subject,
            attributes,
            primary,
            icon: raw.icon,
            colour: raw.colour,
            file: file.to_owned(),
        }
    }

    fn attribute(
        &mut self,
        pointer: &str,
        term: &str,
        mut raw: RawAttribute,
        defaults: &RawLimits,
    ) -> AttributeContract {
        let name = expand(term);
        let former_names: Vec<Name> = raw.former.iter().map(|t| expand(t)).collect();
        for n in std::iter::once(&name).chain(&former_names) {
            if let Some(other) = self.terms.insert(n.clone(), term.to_owned()) {
                self.findings.push(
                    self.source
                        .at_key(pointer, format!("`{}` stands twice: here and at `{other}`", n.local())),
                );
            }
        }
        let kind = ValueKind::parse(&raw.kind).unwrap_or(ValueKind::Object);
        let numeric = matches!(kind, ValueKind::Number | ValueKind::Integer);
        let none = RawLimits::default();
        let defaults = if numeric { defaults } else { &none };
        let plausible = self.range(&format!("{pointer}/plausible"), raw.plausible);
        let usual = self.range(&format!("{pointer}/usual"), raw.usual);
        if let (Some(outer), Some(inner)) = (plausible, usual)
            && !(outer.contains(inner.least) && outer.contains(inner.greatest))
        {
            self.find(&format!("{pointer}/usual"), "the usual range must lie within the plausible one");
        }
        let unit = raw.unit.as_deref().and_then(|code| self.unit(&format!("{pointer}/unit"), code));
        let shown = raw.shown.as_ref().and_then(|shown| {
            let unit = self.unit(&format!("{pointer}/shown/unit"), &shown.unit)?;
            Some(Shown { unit, factor: shown.factor })
        });
        let limits = raw.limits(defaults);
        let guidelines = raw.guidelines.into_iter().enumerate();
        let guidelines =
            guidelines.filter_map(|(i, g)| self.guideline(&format!("{pointer}/guidelines/{i}"), g)).collect();
        let mut attribute = AttributeContract {
            name,
            term: term.to_owned(),
            former_names,
            kind,
            unit,
            shown,
            title: raw.title.into(),
            description: raw.description.map(Localised::from),
            plausible,
            usual,
            missing: Vec::new(),
            cadence: None,
            gap_after: GAP_AFTER,
            stuck: None,
            spike: None,
            sensor_failed: None,
            future_tolerance: FUTURE_TOLERANCE,
            late_after: None,
            late_is_suspect: false,
            class: raw.class.as_deref().and_then(Class::parse),
            indexed: raw.indexed,
            guidelines,
        };
        self.limits(pointer, limits, &mut attribute);
        attribute
    }

    fn limits(&mut self, pointer: &str, raw: RawLimits, attribute: &mut AttributeContract) {
        let mut exact = |key: &str, text: Option<String>| {
            text.and_then(|t| self.duration(&format!("{pointer}/{key}"), &t))
        };
        attribute.cadence = exact("cadence", raw.cadence);
        attribute.gap_after = exact("gap_after", raw.gap_after).unwrap_or(GAP_AFTER);
        attribute.future_tolerance =
            exact("future_tolerance", raw.future_tolerance).unwrap_or(FUTURE_TOLERANCE);
        attribute.late_after = exact("late_after", raw.late_after);
        attribute.stuck = raw.stuck.and_then(|s| {
            let after = exact("stuck/after", Some(s.after))?;
            Some(Stuck { after, except: s.except })
        });
        attribute.sensor_failed = raw.sensor_failed.and_then(|s| {
            let recover_after = exact("sensor_failed/recover_after", Some(s.recover_after))?;
            Some(SensorFailed { failures: s.failures, recover_after })
        });
        attribute.late_is_suspect = raw.late_is_suspect.unwrap_or(false);
        attribute.missing = raw.missing.unwrap_or_default();
        attribute.spike = raw.spike.map(|s| Spike {
            limit: s.limit,
            per_hour: s.per_hour,
            accept_after: s.accept_after.unwrap_or(ACCEPT_AFTER),
        });
        if attribute.cadence.is_some_and(|cadence| attribute.gap_after < cadence) {
            self.find(
                &format!("{pointer}/gap_after"),
                "the gap must be longer than the cadence, or every value stands after a gap",
            );
        }
        if attribute.sensor_failed.is_some() && attribute.plausible.is_none() {
            self.find(
                &format!("{pointer}/sensor_failed"),
                "without a plausible range no value fails, so no sensor can fail",
            );
        }
    }

    fn guideline(&mut self, pointer: &str, raw: RawGuideline) -> Option<Guideline> {
        let period = self.period(&format!("{pointer}/period"), &raw.period)?;
        let title = raw.title.into();
        Some(Guideline {
            key: raw.key,
            title,
            statistic: raw.statistic,
            period,
            limit: raw.limit,
            source: raw.source,
        })
    }

    fn range(&mut self, pointer: &str, raw: Option<[f64; 2]>) -> Option<Range> {
        let [least, greatest] = raw?;
        if least >= greatest {
            self.find(
                pointer,
                format!(
                    "a range goes from the lesser to the greater number; this one is [{least}, {greatest}]"
                ),
            );
        }
        Some(Range { least, greatest })
    }

    fn unit(&mut self, pointer: &str, code: &str) -> Option<Unit> {
        let unit = Unit::find(code);
        if unit.is_none() {
            let message = format!(
                "`{code}` is not a unit that Senne knows; see the table in docs/contracts.md, or add it there"
            );
            self.find(pointer, message);
        }
        unit
    }

    fn period(&mut self, pointer: &str, text: &str) -> Option<Period> {
        let period = Period::parse(text).filter(|p| !p.is_zero());
        if period.is_none() {
            self.find(pointer, format!("`{text}` is not a duration; write e.g. PT8H, P1D or P1Y"));
        }
        period
    }

    fn duration(&mut self, pointer: &str, text: &str) -> Option<Duration> {
        let exact = Period::parse(text).and_then(Period::exact).filter(|d| !d.is_zero());
        if exact.is_none() {
            self.find(pointer, format!("`{text}` is not an exact duration; write e.g. PT15M, PT6H or P1D"));
        }
        exact
    }
}

/// Whether values of this kind can name a person.
fn refers(kind: ValueKind) -> bool {
    matches!(kind, ValueKind::Relationship | ValueKind::Text)
}

fn publication(raw: RawPublication) -> Publication {
    const AUTHORITY: &str = "http://publications.europa.eu/resource/authority";
    let authority = |list: &str, word: String| {
        if word.contains("://") { word } else { format!("{AUTHORITY}/{list}/{word}") }
    };
    Publication {
        licence: authority("licence", raw.licence),
        theme: authority("data-theme", raw.theme),
        frequency: authority("frequency", raw.frequency),
        high_value: raw
            .high_value
            .as_deref()
            .and_then(high_value)
            .map(|id| format!("http://data.europa.eu/bna/{id}")),
        keywords: raw.keywords.into_iter().map(Localised::from).collect(),
    }
}

/// The categories of Regulation (EU) 2023/138 in the EU vocabulary of high-value data sets.
fn high_value(word: &str) -> Option<&'static str> {
    Some(match word {
        "geospatial" => "c_ac64a52d",
        "environment" => "c_dd313021",
        "meteorology" => "c_164e0bf5",
        "statistics" => "c_e1da4e07",
        "companies" => "c_a9135398",
        "mobility" => "c_b79e35eb",
        _ => return None,
    })
}
