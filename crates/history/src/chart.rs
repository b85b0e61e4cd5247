//! One series for one chart: as fine as its pixels can show, read from the table that is just fine enough.

mod gaps;
mod read;
mod statement;
mod steps;
mod sums;

use senne_language::Buckets;
use senne_model::{Problem, Timestamp};

pub(crate) use self::read::Reader;
use self::{
    gaps::Stretch,
    read::{outwards, point},
    steps::{DAY, HOUR, Step},
    sums::Summed,
};
use crate::{ChartSeries, ChartSource, rollup::RollupRow, schema::Kind};

/// Up to so many single values are read to be summed up in buckets shorter than an hour; where there are more, hours are shown.
const VALUES_READ_MAX: u64 = 500_000;
/// So many single values a pixel are shown as they are.
const VALUES_A_PIXEL: u64 = 2;
/// What may come while an answer is made.
const VALUES_MORE: usize = 1_000;

/// Answers a chart. The pixels decide the length of a bucket; few values are shown as they are, however long the range.
pub(crate) async fn chart(reader: Reader<'_>) -> Result<ChartSeries, Problem> {
    reader.query.check()?;
    let whole = reader.rollup(Kind::Series, None).await?;
    let chart = Chart {
        few: VALUES_A_PIXEL * u64::from(reader.query.pixels),
        kept_from: reader.kept_from(&whole),
        reader,
    };
    chart.answer(&whole).await
}

/// An answer under way.
struct Chart<'a> {
    reader: Reader<'a>,
    /// So many values are shown as they are.
    few: u64,
    kept_from: Option<Timestamp>,
}

impl Chart<'_> {
    async fn answer(&self, whole: &[RollupRow]) -> Result<ChartSeries, Problem> {
        let query = self.reader.query;
        let kept = self.kept_from.is_none();
        if kept && count(whole) <= self.few {
            return self.single_values(whole).await;
        }
        let pixel = query.to.micros().saturating_sub(query.from.micros()) / i64::from(query.pixels);
        // A day of 25 hours on one pixel is a day, and a month of 31 days a month.
        let fine = Step::at_least(pixel - pixel / 20);
        let step = Step::at_least(fine.micros().max(if kept { HOUR } else { DAY }));
        let kind = if step.micros() < DAY { Kind::Hour } else { Kind::Day };
        let (buckets, span) = self.buckets(step)?;
        let rows = self.reader.rollup(kind, Some(outwards(span, kind))).await?;
        if kept && count(&rows) <= self.few {
            return self.single_values(whole).await;
        }
        if kept && fine.micros() < HOUR && count(&rows) <= VALUES_READ_MAX {
            return self.short_buckets(fine, whole).await;
        }
        let mut summed = Summed::new(buckets);
        if kind == Kind::Day {
            let split = summed.add_days(&rows, self.kept_from);
            summed.add_hours(&self.reader.hours(&split).await?, Some(&split));
            return Ok(self.summed(ChartSource::Days, step, span, &summed, whole));
        }
        summed.add_hours(&rows, None);
        Ok(self.summed(ChartSource::Hours, step, span, &summed, whole))
    }

    /// Buckets of a length, and the range moved outwards to their edges.
    fn buckets(&self, step: Step) -> Result<(Buckets, (i64, i64)), Problem> {
        let query = self.reader.query;
        let buckets = Buckets::new(step.period, Some(&query.zone), None)?;
        let last = Timestamp::from_micros(query.to.micros() - 1);
        let span = (buckets.start_of(query.from).micros(), buckets.next(last).micros());
        Ok((buckets, span))
    }

    async fn single_values(&self, whole: &[RollupRow]) -> Result<ChartSeries, Problem> {
        let query = self.reader.query;
        let span = (query.from.micros(), query.to.micros());
        let mut values = self.reader.values(span).await?;
        let most = usize::try_from(self.few).unwrap_or(usize::MAX).saturating_add(VALUES_MORE);
        let truncated = values.len() > most;
        values.truncate(most);
        let points: Vec<_> = values.iter().map(point).collect();
        let usable = points.iter().filter(|p| p.value.is_some() && p.quality.usable());
        let stretches: Vec<Stretch> =
            usable.map(|p| Stretch { first: p.at.micros(), last: p.at.micros(), count: 1 }).collect();
        let mut answer = self.frame(ChartSource::Observations, span, &stretches, 0, whole);
        (answer.points, answer.truncated) = (points, truncated);
        Ok(answer)
    }

    /// Buckets shorter than the hours that are stored, from the values themselves.
    async fn short_buckets(&self, step: Step, whole: &[RollupRow]) -> Result<ChartSeries, Problem> {
        let (buckets, span) = self.buckets(step)?;
        let mut summed = Summed::new(buckets);
        for (at, value) in self.reader.values(span).await? {
            summed.at(at).add(at, &value);
        }
        Ok(self.summed(ChartSource::Observations, step, span, &summed, whole))
    }

    fn summed(
        &self,
        source: ChartSource,
        step: Step,
        span: (i64, i64),
        summed: &Summed,
        whole: &[RollupRow],
    ) -> ChartSeries {
        let mut answer = self.frame(source, span, &summed.stretches(), step.micros(), whole);
        answer.buckets = summed.buckets(answer.from, answer.to);
        answer.period = Some(step.text);
        answer.approximate = summed.approximate;
        answer
    }

    /// All of an answer but its values.
    fn frame(
        &self,
        source: ChartSource,
        (from, to): (i64, i64),
        stretches: &[Stretch],
        bucket: i64,
        whole: &[RollupRow],
    ) -> ChartSeries {
        let query = self.reader.query;
        let usable = || whole.iter().map(|row| row.partial.usable).filter(|usable| usable.count > 0);
        let first = usable().map(|usable| usable.first.0).min();
        let extent = first.zip(usable().map(|usable| usable.last.0).max());
        let cadence = query.cadence.map(|cadence| i64::try_from(cadence.as_micros()).unwrap_or(i64::MAX));
        let gap_after = gaps::gap_after(stretches, cadence, bucket);
        let begun = first.is_some_and(|first| first < from);
        let moment = Timestamp::from_micros;
        ChartSeries {
            entity: query.entity.clone(),
            attribute: query.attribute.clone(),
            dataset_id: query.dataset_id.clone(),
            from: moment(from),
            to: moment(to),
            zone: query.zone.clone(),
            source,
            period: None,
            kept_from: self.kept_from,
            points: Vec::new(),
            buckets: Vec::new(),
            gaps: gaps::gaps(stretches, gap_after, (from, to.min(query.now.micros())), begun),
            gap_after,
            extent: extent.map(|(first, last)| (moment(first), moment(last))),
            truncated: false,
            approximate: false,
        }
    }
}

fn count(rows: &[RollupRow]) -> u64 {
    rows.iter().flat_map(|row| row.partial.flags).sum()
}
