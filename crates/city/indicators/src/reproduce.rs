//! A published value computed again from the data as they were.

use std::collections::HashMap;

use senne_hub::Context;
use senne_indicator::{Declaration, Figure, Period, Reproduction, SeriesQuery, Slice, Value};
use senne_model::{EntityId, Problem, Timestamp};

use crate::{
    Indicators,
    book::Book,
    calendar::{day, is_over, zone},
    compute::Computation,
    hierarchy::Hierarchy,
    leaf::year_of,
    rows::cells,
    slot::Slot,
};

impl Indicators {
    /// Computes the newest published version of a value again.
    ///
    /// # Errors
    /// When nothing is published for the area and the period, or the indicator is not computed here.
    pub async fn reproduce(
        &self,
        context: &Context,
        declaration: &Declaration,
        (area, slice): (&EntityId, Option<&Slice>),
        period: Period,
    ) -> Result<Reproduction, Problem> {
        let wanted = SeriesQuery {
            areas: vec![area.clone()],
            frequency: period.frequency(),
            from: Some(period),
            to: Some(period),
            as_of: None,
        };
        let published = match slice {
            None => {
                self.series(context, declaration, &wanted).await?.remove(area).and_then(|mut all| all.pop())
            }
            Some(slice) => {
                let all = self.sliced(context, declaration, &wanted).await?;
                all.into_iter().find(|figure| figure.slice.as_ref() == Some(slice))
            }
        };
        let published = published.ok_or_else(|| {
            Problem::not_found(format!("`{}` has no value for {period} in `{area}`", declaration.id))
        })?;
        if declaration.computed.is_none() {
            return Err(
                Problem::bad(format!("`{}` is entered, not computed", declaration.id)).field("indicator")
            );
        }
        let again = self.again(context, declaration, &published).await?;
        // How far a value can be relied on changes with time, its digits do not.
        let then = |value: &Value| Value {
            status: published.value.status,
            coverage: published.value.coverage,
            ..value.clone()
        };
        let same_digits = again.as_ref().is_some_and(|again| then(again).alike(&published.value));
        let same_formula = published.formula == declaration.formula();
        Ok(Reproduction { published, again, same_formula, same_digits })
    }

    async fn again(
        &self,
        context: &Context,
        declaration: &Declaration,
        published: &Figure,
    ) -> Result<Option<Value>, Problem> {
        let zone = zone()?;
        let hierarchy = Hierarchy::load(&self.hub, &context.tenant).await?;
        let now = Timestamp::now();
        let computation = Computation {
            hub: &self.hub,
            tenant: &context.tenant,
            declaration,
            hierarchy: &hierarchy,
            zone: &zone,
            now,
            leaves: None,
        };
        let slot = Slot { area: published.area.clone(), slice: published.slice.clone() };
        let (period, as_of) = (published.period, Some(published.vintage));
        let today = day(now, &zone);
        let ended = is_over(declaration, period, today);
        if !declaration.adds_up() {
            let all = computation.given(period, as_of, ended).await?;
            return Ok(all.into_iter().find(|(other, _)| *other == slot).and_then(|(_, value)| value));
        }
        let base = declaration.base();
        let (from, to) = (Period::of(period.first(), base), Period::of(period.next().first(), base));
        let rows = computation.between(declaration.finest(), from, to, as_of).await?;
        let mut book = Book::of(declaration);
        for year in year_of(from)..=to.previous_day_year() {
            book.open(year, HashMap::new());
        }
        book.replace(from, to, cells(declaration, rows, &zone));
        let all = book.figures(declaration, &hierarchy, period, Period::of(today, base), ended);
        Ok(all.into_iter().find(|(other, _)| *other == slot).and_then(|(_, value)| value))
    }
}
