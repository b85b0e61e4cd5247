//! What charts say, in the language of the page.

use jiff::{Zoned, civil::Date};
use senne_chart::Phrase;
use senne_model::Timestamp;

use crate::{
    format,
    words::{Words, key},
};

impl senne_chart::Words for Words {
    fn number(&self, x: f64, decimals: usize) -> String {
        format::number(self.language, x, decimals)
    }

    fn value(&self, x: f64) -> String {
        format::value(self.language, x)
    }

    fn local(&self, at: i64) -> Zoned {
        format::local(Timestamp::from_micros(at))
    }

    fn day(&self, at: &Zoned) -> String {
        format::day_short(self.language, at)
    }

    fn month(&self, at: &Zoned) -> &'static str {
        format::month_short(self.language, at)
    }

    fn date(&self, date: Date) -> String {
        format::civil(self.language, date)
    }

    fn weekday(&self, place: usize) -> &'static str {
        format::weekday_short(self.language, place)
    }

    fn say(&self, phrase: Phrase, values: &[String]) -> String {
        self.fill_all(key(phrase), values)
    }
}

fn key(phrase: Phrase) -> &'static str {
    match phrase {
        Phrase::Table => key!("chart.table"),
        Phrase::Unknown => key!("chart.unknown"),
        Phrase::Suppressed => key!("chart.suppressed"),
        Phrase::Name => key!("chart.name"),
        Phrase::Value => key!("chart.value"),
        Phrase::Date => key!("chart.date"),
        Phrase::Least => key!("chart.least"),
        Phrase::Most => key!("chart.most"),
        Phrase::First => key!("chart.first"),
        Phrase::Last => key!("chart.last"),
        Phrase::Change => key!("chart.change"),
        Phrase::Clear => key!("chart.clear"),
        Phrase::Unclear => key!("chart.unclear"),
        Phrase::Start => key!("chart.start"),
        Phrase::End => key!("chart.end"),
        Phrase::PlannedEnd => key!("chart.planned_end"),
        Phrase::Done => key!("chart.done"),
        Phrase::After => key!("chart.after"),
        Phrase::Hour => key!("chart.hour"),
        Phrase::Cost => key!("chart.cost"),
        Phrase::Benefit => key!("chart.benefit"),
        Phrase::Evidence => key!("chart.evidence"),
        Phrase::Median => key!("chart.median"),
        Phrase::ClassBelow => key!("chart.class_below"),
        Phrase::ClassBetween => key!("chart.class_between"),
        Phrase::ClassAbove => key!("chart.class_above"),
        Phrase::Better => key!("chart.better"),
        Phrase::Worse => key!("chart.worse"),
        Phrase::NoEffect => key!("chart.no_effect"),
        Phrase::Expected => key!("chart.expected"),
        Phrase::Measured => key!("chart.measured"),
        Phrase::Nothing => key!("chart.nothing"),
        Phrase::MultiplesSummary => key!("chart.multiples_summary"),
        Phrase::SlopeSummary => key!("chart.slope_summary"),
        Phrase::SpreadSummary => key!("chart.spread_summary"),
        Phrase::CalendarSummary => key!("chart.calendar_summary"),
        Phrase::WeekSummary => key!("chart.week_summary"),
        Phrase::MatrixSummary => key!("chart.matrix_summary"),
        Phrase::BubbleSummary => key!("chart.bubble_summary"),
        Phrase::GanttSummary => key!("chart.gantt_summary"),
    }
}

#[cfg(test)]
mod tests {
    use senne_chart::Words as _;

    use super::*;
    use crate::language::Language;

    #[test]
    fn a_phrase_is_filled_in_the_language_of_the_page() {
        let values = ["2023", "2024", "19", "12", "6"].map(str::to_owned);
        let said = |language| Words::new(language).say(Phrase::SlopeSummary, &values);
        assert_eq!(said(Language::En), "From 2023 to 2024: of 19, 12 rise and 6 fall.");
        assert_eq!(said(Language::Nl), "Van 2023 tot 2024: van de 19 stijgen er 12 en dalen er 6.");
        assert_eq!(Words::new(Language::Fr).weekday(6), "dim.");
    }
}
