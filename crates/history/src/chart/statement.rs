//! The SQL that answers with what a chart shows.

use std::fmt::Write as _;

use senne_model::Timestamp;

use crate::{ChartSeries, ChartSource, names::shown};

const MEAN_OF_SUMS: &str = "sum(\"sum\") / nullif(sum(good + not_evaluated), 0)";

impl ChartSeries {
    /// A statement over the SQL views that gives the points or buckets of this answer, oldest first; numbers are multiplied by
    /// `factor`, as pages show them. Corrections that come later change its answer, as they change the chart.
    pub fn sql(&self, factor: f64) -> String {
        let times =
            if (factor - 1.0).abs() < f64::EPSILON { String::new() } else { format!(" * {factor:?}") };
        match (self.period, self.source) {
            (None, _) => format!(
                "SELECT observed_at, number{times} AS value, quality, quality_tests\nFROM observation_corrected\nWHERE {}\n  \
                 AND (number IS NOT NULL OR quality = 9)\nORDER BY observed_at",
                self.conditions("observed_at", self.from, self.to)
            ),
            (Some(period), ChartSource::Observations) => self.of_values(period, &times),
            (Some(period), _) => self.of_sums(period, &times),
        }
    }

    fn of_values(&self, period: &str, times: &str) -> String {
        let usable = |call: &str| format!("{call}(number) FILTER (WHERE quality <= 2){times}");
        let flag =
            |n: u8, name: &str| format!(",\n  sum(CASE WHEN quality = {n} THEN 1 ELSE 0 END) AS {name}");
        let mut text = format!(
            "SELECT {} AS start,\n  count(*) AS count,\n  {} AS mean,\n  {} AS min,\n  {} AS max",
            self.bucket(period, "observed_at"),
            usable("avg"),
            usable("min"),
            usable("max")
        );
        for (n, name) in [(1, "good"), (2, "not_evaluated"), (3, "suspect"), (4, "fail"), (9, "missing")] {
            text.push_str(&flag(n, name));
        }
        let conditions = self.conditions("observed_at", self.from, self.to);
        let _ = write!(
            text,
            "\nFROM observation_corrected\nWHERE {conditions}\n  AND (number IS NOT NULL OR quality = 9)\nGROUP BY 1\nORDER BY 1"
        );
        text
    }

    fn of_sums(&self, period: &str, times: &str) -> String {
        let view = if self.zone == "UTC" { self.source.view() } else { "hourly" };
        let from = match self.kept_from.filter(|_| self.source == ChartSource::Days) {
            None => format!("{view}\nWHERE {}", self.conditions("start", self.from, self.to)),
            // Hours were let go of: days of UTC stand for them, each where its noon lies.
            Some(kept) => format!(
                "(\n  SELECT start, {COLUMNS} FROM hourly\n  WHERE {}\n  UNION ALL\n  \
                 SELECT start + INTERVAL '12 hours' AS start, {COLUMNS} FROM daily\n  WHERE {}\n)",
                self.conditions("start", kept.max(self.from), self.to),
                self.conditions("start + INTERVAL '12 hours'", self.from, self.to)
                    + &format!(" AND start < '{kept}'"),
            ),
        };
        format!(
            "SELECT {} AS start,\n  sum(good + not_evaluated + suspect + fail + missing) AS count,\n  {MEAN_OF_SUMS}{times} AS mean,\n  \
             min(\"min\"){times} AS min,\n  max(\"max\"){times} AS max,\n  sum(good) AS good,\n  sum(not_evaluated) AS not_evaluated,\n  \
             sum(suspect) AS suspect,\n  sum(fail) AS fail,\n  sum(missing) AS missing\nFROM {from}\nGROUP BY 1\nORDER BY 1",
            self.bucket(period, "start")
        )
    }

    fn bucket(&self, period: &str, column: &str) -> String {
        format!("time_bucket('{period}', {column}, {})", quoted(&self.zone))
    }

    fn conditions(&self, time: &str, from: Timestamp, to: Timestamp) -> String {
        let dataset = self.dataset_id.as_ref().map_or_else(
            || "dataset_id IS NULL".to_owned(),
            |iri| format!("dataset_id = {}", quoted(iri.as_str())),
        );
        let mut all = format!(
            "entity = {}\n  AND attribute = {}\n  AND {dataset}",
            quoted(self.entity.as_str()),
            quoted(shown(&self.attribute).term)
        );
        if from > FIRST {
            let _ = write!(all, "\n  AND {time} >= '{}'", from.min(LAST));
        }
        if to < LAST {
            let _ = write!(all, "\n  AND {time} < '{}'", to.max(FIRST));
        }
        all
    }
}

/// Between these the engine compares moments with texts (1678 to 2262); a bound outside is left out.
const FIRST: Timestamp = Timestamp::from_micros(-9_214_560_000_000_000);
const LAST: Timestamp = Timestamp::from_micros(9_214_646_400_000_000);

const COLUMNS: &str = "good, not_evaluated, suspect, fail, missing, \"sum\", \"min\", \"max\"";

/// A text literal.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
