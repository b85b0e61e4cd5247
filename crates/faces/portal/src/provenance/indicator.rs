//! The drawer of a value of an indicator.

use senne_indicator::{Declaration, Figure, Measure, Uncertainty, entity_of};

use super::{PROGRAM, Provenance, of_type};
use crate::{
    address, format,
    pages::indicator::told::{number, status, with_unit},
    visit::Visit,
    words::{Words, key},
};

impl Provenance {
    /// Of a value in an area, named and coded as addresses have it.
    pub(crate) fn of_indicator(
        visit: &Visit,
        declaration: &Declaration,
        figure: &Figure,
        (name, code): (&str, &str),
    ) -> Self {
        let words = visit.w;
        let title = declaration.title.get(words.language.code());
        let period = format::period(words.language, figure.period);
        let of = words.fill("provenance.of", [title, name, &period]);
        let reads = declaration.computed.iter().flat_map(|computed| &computed.reads);
        let entered = declaration.entered.as_ref().filter(|_| declaration.computed.is_none());
        Self {
            definition: declaration.definition.get(words.language.code()).to_owned(),
            inputs: reads.map(|reads| of_type(visit, &reads.kind, &reads.attributes)).collect(),
            entered: entered.map_or_else(String::new, |entered| {
                words.fill("indicator.usual", [entered.from.get(words.language.code())])
            }),
            steps: steps(words, declaration, figure),
            sql: declaration
                .computed
                .as_ref()
                .map_or_else(String::new, |computed| computed.sql.trim().to_owned()),
            facts: facts(words, declaration, figure),
            links: links(visit, declaration, figure, code),
            citation: words.fill(
                "provenance.citation",
                [
                    declaration.owner.clone(),
                    of.clone(),
                    figure.formula.clone(),
                    figure.vintage.to_string(),
                    Self::cited(visit, &page(visit, declaration, figure, code)),
                    format::date(words.language, visit.now),
                ],
            ),
            command: declaration.computed.as_ref().map_or_else(String::new, |_| {
                let area = shell_word(code);
                format!("senne indicator reproduce {} {} --area {area}", declaration.id, figure.period)
            }),
            of,
        }
    }
}

/// A text as one word of a command: whoever names an area decides no more than that.
fn shell_word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    if text.bytes().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The page of the figure.
fn page(visit: &Visit, declaration: &Declaration, figure: &Figure, code: &str) -> String {
    let frequency = figure.period.frequency().word();
    visit.link(&format!("/indicator/{}?area={code}&frequency={frequency}", declaration.id))
}

fn links(
    visit: &Visit,
    declaration: &Declaration,
    figure: &Figure,
    code: &str,
) -> Vec<(&'static str, String)> {
    let (id, period) = (&declaration.id, figure.period);
    let of = format!("/indicators/{id}/values?area={code}&frequency={}", period.frequency().word());
    let entity = address::segment(&entity_of(id, &figure.area));
    let words = visit.w;
    let mut links = vec![
        // What was known now stays what was known now.
        (words.t("provenance.permanent"), format!("{of}&from={period}&to={period}&as_of={}", visit.now)),
        (words.t("provenance.versions"), format!("/ngsi-ld/v1/temporal/entities/{entity}?attrs=kpiValue")),
    ];
    if declaration.computed.is_some() {
        let again = format!("/indicators/{id}/reproduction?area={code}&period={period}");
        links.push((words.t("indicator.reproduce"), again));
    }
    links
}

/// From observations to the value, with the numbers that stand between.
fn steps(words: Words, declaration: &Declaration, figure: &Figure) -> Vec<String> {
    let shown = |x: f64| format::value(words.language, x);
    let value = &figure.value;
    let parts = &value.parts;
    let mut steps = Vec::new();
    if declaration.computed.is_some() {
        steps.push(words.fill("provenance.step_asked", [words_of_finest(words, declaration)]));
        if declaration.adds_up() {
            steps.push(words.t("provenance.step_adds").to_owned());
        }
    }
    let result = value.number.map(|x| with_unit(words, declaration, x));
    if let Some(result) = result {
        let of = |key: &'static str, a: f64, b: f64| words.fill(key, [shown(a), shown(b), result.clone()]);
        steps.extend(match declaration.measure {
            Measure::Mean if parts.count > 0.0 => {
                Some(of(key!("provenance.step_mean"), parts.sum, parts.count))
            }
            Measure::Ratio { factor } if parts.denominator != 0.0 => Some(words.fill(
                "provenance.step_ratio",
                [shown(factor), shown(parts.numerator), shown(parts.denominator), result.clone()],
            )),
            Measure::Excess { factor } if parts.denominator != 0.0 => Some(words.fill(
                "provenance.step_excess",
                [shown(factor), shown(parts.numerator), shown(parts.denominator), result.clone()],
            )),
            Measure::Count { factor } if parts.count > 0.0 => {
                Some(of(key!("provenance.step_count"), factor, parts.count))
            }
            Measure::Sum => Some(words.fill("provenance.step_sum", [result.clone()])),
            _ => Some(words.fill("provenance.step_value", [result.clone()])),
        });
    }
    steps.push(interval(words, declaration, figure));
    steps.push(words.fill(
        "provenance.step_status",
        [
            status(words, value.status).to_owned(),
            format::percent(words.language, value.coverage),
            format::percent(words.language, declaration.completeness),
        ],
    ));
    steps
}

fn words_of_finest(words: Words, declaration: &Declaration) -> &'static str {
    words.t(if declaration.finest() == "region" {
        key!("provenance.level_region")
    } else {
        key!("provenance.level_fine")
    })
}

fn interval(words: Words, declaration: &Declaration, figure: &Figure) -> String {
    let Some((low, high)) = figure.value.interval else {
        return words.t("provenance.step_no_interval").to_owned();
    };
    let by = words.t(match declaration.uncertainty {
        Uncertainty::Share => key!("provenance.by_share"),
        Uncertainty::Events => key!("provenance.by_events"),
        Uncertainty::Sample => key!("provenance.by_sample"),
        Uncertainty::Bootstrap => key!("provenance.by_bootstrap"),
        Uncertainty::None => key!("provenance.by_given"),
    });
    let ends = [low, high].map(|x| number(words, declaration, x));
    words.fill("provenance.step_interval", [by.to_owned(), words.fill("indicator.interval", ends)])
}

fn facts(words: Words, declaration: &Declaration, figure: &Figure) -> Vec<(&'static str, String)> {
    let quality = words.t(match declaration.data_quality {
        senne_indicator::DataQuality::Measured => key!("indicator.quality_measured"),
        senne_indicator::DataQuality::Survey => key!("indicator.quality_survey"),
        senne_indicator::DataQuality::Extrapolated => key!("indicator.quality_extrapolated"),
        senne_indicator::DataQuality::Estimated => key!("indicator.quality_estimated"),
        senne_indicator::DataQuality::Opinion => key!("indicator.quality_opinion"),
        senne_indicator::DataQuality::Untraceable => key!("indicator.quality_untraceable"),
    });
    let mut facts = vec![
        (words.t("indicator.owner"), declaration.owner.clone()),
        (words.t("indicator.data_quality"), quality.to_owned()),
        (words.t("indicator.licence"), declaration.licence.replace('_', " ")),
        (words.t("indicator.version"), declaration.version.to_string()),
        (words.t("indicator.coverage"), format::percent(words.language, figure.value.coverage)),
        (words.t("indicator.formula"), figure.formula.clone()),
        (words.t("indicator.vintage"), format::amount(words.language, figure.vintage.0)),
        (words.t("provenance.program"), PROGRAM.to_owned()),
    ];
    // A figure may have been computed by an older declaration than the one that is shown.
    if figure.formula != declaration.formula() && declaration.computed.is_some() {
        facts.push((words.t("provenance.older"), words.t("provenance.older_text").to_owned()));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_word_of_the_command() {
        assert_eq!(shell_word("21009"), "21009");
        assert_eq!(shell_word("urn:ngsi-ld:Area:BE-1.a"), "urn:ngsi-ld:Area:BE-1.a");
        assert_eq!(shell_word("x; it's $(date)"), r"'x; it'\''s $(date)'");
    }
}
