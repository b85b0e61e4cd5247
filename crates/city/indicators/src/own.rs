//! The city's own declarations: the text of the YAML stands on the indicator's entity, so that it has a history and is backed up like all else.

use std::{collections::BTreeSet, sync::Arc};

use jiff::ToSpan;
use senne_contract::Finding;
use senne_hub::{
    Action, Context, Page,
    language::{Query, TypeExpression},
    model::Json,
};
use senne_indicator::{Catalogue, Declaration, Figure, Period, read};
use senne_model::{Change, Entity, Operation, Problem, TenantName, Timestamp, Write};

use crate::{
    Indicators,
    calendar::zone,
    compute::Computation,
    entity::{DECLARED, declared_as, property, term},
    hierarchy::Hierarchy,
    publish::write,
    question::service,
    spans::Spans,
};

/// The attribute with the text.
const TEXT: &str = "declaration";
/// What a text is called in findings.
const FILE: &str = "declaration.yaml";
/// The longest text, in bytes.
const TEXT_MAX: usize = 64 << 10;
/// The most declarations of a city.
const OWN_MAX: usize = 1_000;
/// A trial computes the last so many days that have data.
const TRIAL_DAYS: i64 = 31;

/// What a declaration would give.
#[derive(Debug)]
pub struct Trial {
    /// The declaration as it was understood.
    pub declaration: Declaration,
    /// The values of the last days with data, the newest first; none where there are no data.
    pub figures: Vec<Figure>,
}

/// Whether a change declares something.
pub(crate) fn declares(change: &Change) -> bool {
    change.types.iter().any(|kind| *kind == term(DECLARED))
        && change.attributes.iter().any(|changed| changed.name == term(TEXT))
}

impl Indicators {
    /// Reads the city's own declarations, which take the place of those of the same id that Senne brings. One that does not fit is left
    /// out, with a warning.
    ///
    /// # Errors
    /// When entities cannot be read.
    pub async fn reload(&self) -> Result<Arc<Catalogue>, Problem> {
        let (catalogue, findings) = self.brought.with_own(&self.own_texts().await?);
        for finding in findings {
            tracing::warn!("an indicator of the city's own is left out: {finding}");
        }
        let catalogue = Arc::new(catalogue);
        *self.catalogue.write() = Arc::clone(&catalogue);
        Ok(catalogue)
    }

    /// Declares an indicator, or declares it anew; under an id, only that one.
    ///
    /// # Errors
    /// When the caller is no administrator, or with all that is wrong with the text, a line each: `declaration.yaml:3:7: …`.
    pub async fn declare(
        &self,
        context: &Context,
        id: Option<&str>,
        text: &str,
    ) -> Result<Declaration, Problem> {
        let declaration = self.try_out(context, text).await?.declaration;
        let declared = &declaration.id;
        if let Some(id) = id.filter(|id| id != declared) {
            let detail =
                format!("the address says `{id}` and the declaration `{declared}`; make them the same");
            return Err(Problem::bad(detail).field("id"));
        }
        if self.own_texts().await?.iter().filter(|(name, _)| *name != file_of(declared)).count() >= OWN_MAX {
            return Err(Problem::bad(format!("a city may declare {OWN_MAX} indicators")).field(TEXT));
        }
        self.write_text(context, declared, text).await?;
        Ok(declaration)
    }

    /// Takes a declaration of the city's own back: what Senne brings under that id counts again, else the indicator is computed no longer. Its
    /// values stay in the past.
    ///
    /// # Errors
    /// When the caller is no administrator, or the city has not declared it.
    pub async fn withdraw(&self, context: &Context, id: &str) -> Result<(), Problem> {
        self.may_declare(context)?;
        if !self.own_texts().await?.iter().any(|(name, _)| *name == file_of(id)) {
            let detail = format!("the city has not declared `{id}` itself; what Senne brings stays");
            return Err(Problem::not_found(detail).field("indicator"));
        }
        // No text is no declaration; the former ones stay in the past.
        self.write_text(context, id, "").await
    }

    async fn write_text(&self, context: &Context, id: &str, text: &str) -> Result<(), Problem> {
        let mut declared = Write::new(declared_as(id), Operation::CreateOrAppend);
        declared.types.push(term(DECLARED));
        declared.attributes = vec![property(TEXT, Json::text(text))];
        write(&self.hub, context, vec![declared]).await?;
        self.reload().await?;
        Ok(())
    }

    /// Declarations hold for all tenants and are asked with the rights of the service: whoever declares administers the first of them.
    fn may_declare(&self, context: &Context) -> Result<(), Problem> {
        self.hub.decide(context, Action::Administer)?;
        if context.tenant == TenantName::default() {
            return Ok(());
        }
        let detail = "indicators are declared for all tenants at once; leave the tenant out";
        Err(Problem::bad(detail).field("NGSILD-Tenant"))
    }

    /// The YAML of an indicator, and whether it is the city's own.
    ///
    /// # Errors
    /// When there is no such indicator.
    pub async fn declaration_text(&self, id: &str) -> Result<(String, bool), Problem> {
        if let Some((_, text)) = self.own_texts().await?.into_iter().find(|(name, _)| *name == file_of(id)) {
            return Ok((text, true));
        }
        let is =
            |(name, text): &(String, String)| read(name, text).is_ok_and(|declaration| declaration.id == id);
        let brought = Catalogue::builtin_files().into_iter().find(is).map(|(_, text)| (text, false));
        brought.ok_or_else(|| Problem::not_found(format!("there is no indicator `{id}`")).field("indicator"))
    }

    /// Reads a declaration and computes its last days, without publishing anything.
    ///
    /// # Errors
    /// When the caller is no administrator, with all that is wrong with the text, or when its SQL fails.
    pub async fn try_out(&self, context: &Context, text: &str) -> Result<Trial, Problem> {
        self.may_declare(context)?;
        if text.len() > TEXT_MAX {
            return Err(Problem::bad(format!("a declaration has at most {TEXT_MAX} bytes")).field(TEXT));
        }
        let declaration = read(FILE, text).map_err(|findings| refused(&findings))?;
        // Beside the others of the city's own, which may be its weather; what is wrong with those is no fault of this one.
        let mut own = self.own_texts().await?;
        own.retain(|(name, _)| *name != file_of(&declaration.id));
        let known = self.brought.with_own(&own).1;
        own.push((FILE.to_owned(), text.to_owned()));
        let mut findings = self.brought.with_own(&own).1;
        findings.retain(|finding| !known.contains(finding));
        if !findings.is_empty() {
            return Err(refused(&findings));
        }
        let figures = self.trial(context, &declaration).await?;
        Ok(Trial { declaration, figures })
    }

    async fn trial(&self, context: &Context, declaration: &Declaration) -> Result<Vec<Figure>, Problem> {
        let zone = zone()?;
        let spans = Spans::read(&self.hub, &context.tenant).await?;
        let Some(last) = spans.last_day(declaration, &zone) else { return Ok(Vec::new()) };
        let hierarchy = Hierarchy::load(&self.hub, &context.tenant).await?;
        let computation = Computation {
            hub: &self.hub,
            tenant: &context.tenant,
            declaration,
            hierarchy: &hierarchy,
            zone: &zone,
            now: Timestamp::now(),
            leaves: None,
        };
        let base = declaration.base();
        let (first, last) =
            (Period::of(last.saturating_sub(TRIAL_DAYS.days()), base), Period::of(last, base));
        let mut figures = computation.tried(first, last).await?;
        figures.sort_by(|a, b| b.period.cmp(&a.period).then_with(|| a.area.cmp(&b.area)));
        Ok(figures)
    }

    /// Name and text of each declaration of the city's own.
    async fn own_texts(&self) -> Result<Vec<(String, String)>, Problem> {
        let types = Some(TypeExpression::parse(DECLARED, &term)?);
        let query = Query { types, ..Query::default() };
        let context = service(&TenantName::default());
        let found = self.hub.query(&context, &query, &Page::first(OWN_MAX * 2)).await?;
        Ok(found.entities.iter().filter_map(|entity| told(entity)).collect())
    }
}

fn told(entity: &Entity) -> Option<(String, String)> {
    let text = entity.instance(&term(TEXT))?.value.as_text()?;
    let id = entity.id.as_str().rsplit(':').next()?;
    (!text.is_empty()).then(|| (file_of(id), text.to_owned()))
}

fn file_of(id: &str) -> String {
    format!("{id}.yaml")
}

fn refused(findings: &[Finding]) -> Problem {
    let lines: Vec<String> =
        findings.iter().map(ToString::to_string).collect::<BTreeSet<_>>().into_iter().collect();
    Problem::bad(lines.join("\n")).field(TEXT)
}
