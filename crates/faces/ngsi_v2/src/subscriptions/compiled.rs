//! A subscription ready to be matched.

use std::{borrow::Cow, time::Duration};

use senne_context::Context as Terms;
use senne_language::Query;
use senne_model::{
    Change, ChangeKind, ChangedAttribute, Effect, Entity, ErrorKind, Json, Name, Problem, Timestamp,
};

use super::{
    kept::Kept,
    target::Target,
    told::{Alteration, Told},
};
use crate::{
    expression,
    names::name_in,
    query::{self, Meant},
    read::moment,
    write::{Form, Shape},
};

/// What a subscription wants, and where it is told.
#[derive(Debug)]
pub(crate) struct Compiled {
    selectors: Vec<Meant>,
    /// The attributes that must have changed; empty means any.
    watched: Vec<Name>,
    alterations: Vec<Alteration>,
    /// Whether it is news when nothing but metadata has changed.
    metadata_are_news: bool,
    condition: Query,
    pub(super) shape: Shape,
    pub(super) format: Format,
    except: Vec<Name>,
    /// Attributes that have not changed are left out.
    only_changed: bool,
    pub(super) target: Target,
    pub(super) expires: Option<Timestamp>,
    pub(super) throttling: Duration,
    pub(super) standing: Standing,
    /// After more failures in a row it is told no more.
    pub(super) fails_max: Option<u64>,
}

/// Whether a subscription is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    Active,
    Inactive,
    /// It is told once, and then inactive.
    Once,
}

/// How entities are told in notifications.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Format {
    pub(super) word: &'static str,
    form: Form,
    /// The entity stands alone, without what is around it else.
    pub(super) alone: bool,
}

const FORMATS: [Format; 5] = [
    Format { word: "normalized", form: Form::Normalized, alone: false },
    Format { word: "simplifiedNormalized", form: Form::Normalized, alone: true },
    Format { word: "keyValues", form: Form::KeyValues, alone: false },
    Format { word: "simplifiedKeyValues", form: Form::KeyValues, alone: true },
    Format { word: "values", form: Form::Values, alone: false },
];

impl Compiled {
    /// Reads a document; problems name the member.
    pub(super) fn read(kept: &Kept, terms: &Terms, allow_private: bool) -> Result<Self, Problem> {
        let document = &kept.document;
        let needed = |name: &str| {
            let detail = format!("a subscription needs `{name}`");
            document.get(name).ok_or_else(|| Problem::bad(detail).field(name))
        };
        let (subject, told) = (needed("subject")?, needed("notification")?);
        let entities = subject.get("entities").and_then(Json::as_array).filter(|list| !list.is_empty());
        let entities = entities
            .ok_or_else(|| Problem::bad("an array of entities is needed here").field("subject.entities"))?;
        let condition = subject.get("condition");
        let (selectors, id_pattern) =
            query::selectors(entities, terms).map_err(|problem| problem.within("subject"))?;
        let format = format(told)?;
        let target = Target::read(told, allow_private)?;
        let names = |json: Option<&Json>, member: &str| -> Result<Vec<Name>, Problem> {
            texts(json, member)?.iter().map(|name| name_in(terms, name, member)).collect()
        };
        Ok(Self {
            selectors,
            watched: names(condition, "attrs")?,
            alterations: alterations(condition)?,
            metadata_are_news: flag(condition, "notifyOnMetadataChange")?.unwrap_or(true),
            condition: Query {
                id_pattern,
                scope: query::scope_of(kept.service_path.as_deref())?,
                ..asked(condition, terms).map_err(|problem| problem.within("subject.condition"))?
            },
            shape: shape(told, format)?,
            format,
            except: names(Some(told), "exceptAttrs")?,
            only_changed: flag(Some(told), "onlyChangedAttrs")?.unwrap_or(false),
            target,
            expires: expires(document)?,
            throttling: Duration::from_secs(whole_number(document, "throttling")?.unwrap_or(0)),
            standing: standing(document)?,
            fails_max: whole_number(told, "maxFailsLimit")?,
        })
    }

    /// What befell the entity of a change, when it may concern this subscription; the entity is looked at after that.
    pub(super) fn alteration(&self, change: &Change) -> Option<Alteration> {
        let touches = |changed: &ChangedAttribute| changed.effect != Effect::Past;
        let watches =
            |changed: &ChangedAttribute| self.watched.is_empty() || self.watched.contains(&changed.name);
        let any = |fits: &dyn Fn(&ChangedAttribute) -> bool| change.attributes.iter().any(fits);
        let alteration = match change.kind {
            ChangeKind::Created => Alteration::Create,
            ChangeKind::Deleted => Alteration::Delete,
            ChangeKind::Updated if any(&|changed| self.is_news(changed)) => Alteration::Change,
            ChangeKind::Updated => Alteration::Update,
            ChangeKind::Erased => return None,
        };
        let asks = |one: Alteration| self.alterations.contains(&one);
        let told = match alteration {
            Alteration::Delete => asks(Alteration::Delete),
            Alteration::Create => {
                asks(Alteration::Create)
                    && (self.watched.is_empty() || any(&|changed| touches(changed) && watches(changed)))
            }
            Alteration::Change | Alteration::Update if asks(Alteration::Update) => {
                any(&|changed| touches(changed) && watches(changed))
            }
            Alteration::Change => {
                asks(Alteration::Change) && any(&|changed| self.is_news(changed) && watches(changed))
            }
            Alteration::Update => false,
        };
        (told && self.names(change)).then_some(alteration)
    }

    fn names(&self, change: &Change) -> bool {
        let ids = |one: &Meant| one.selector.ids.is_empty() || one.selector.ids.contains(&change.entity);
        self.selectors.iter().any(ids)
    }

    /// Whether an attribute is other than before.
    fn is_news(&self, changed: &ChangedAttribute) -> bool {
        let is_other = match &changed.previous {
            Some(previous) if !self.metadata_are_news => previous.value != changed.instance.value,
            _ => changed.is_news(),
        };
        changed.effect != Effect::Past && is_other
    }

    /// Whether an entity is one that it asks for.
    pub(super) fn wants(&self, entity: &Entity, terms: &Terms) -> bool {
        let is_meant = |one: &Meant| {
            one.selector.matches(entity)
                && one.kind.as_ref().is_none_or(|kind| kind.matches(terms, &entity.types))
        };
        self.selectors.iter().any(is_meant) && self.condition.matches(entity)
    }

    /// What of a change is to be told, beside the entity.
    pub(super) fn changed(&self, change: &Change) -> Option<Vec<Name>> {
        let news = change.attributes.iter().filter(|changed| self.is_news(changed));
        self.only_changed.then(|| news.map(|changed| changed.name.clone()).collect())
    }

    /// Whether it is to be told now.
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.standing != Standing::Inactive && self.expires.is_none_or(|at| at > now)
    }

    /// The entity with the attributes that are told.
    pub(super) fn visible<'t>(&self, told: &'t Told) -> Cow<'t, Entity> {
        if self.except.is_empty() && told.changed.is_none() {
            return Cow::Borrowed(&told.entity);
        }
        let changed = |name: &Name| told.changed.as_ref().is_none_or(|changed| changed.contains(name));
        let mut shown = Entity::clone(&told.entity);
        shown.attributes.retain(|one| !self.except.contains(&one.name) && changed(&one.name));
        Cow::Owned(shown)
    }
}

/// The conditions on the entity.
fn asked(condition: Option<&Json>, terms: &Terms) -> Result<Query, Problem> {
    if condition.and_then(|condition| condition.get("jexlExpression")).is_some() {
        let detail = "expressions of JEXL are not supported; use `expression`";
        return Err(Problem::new(ErrorKind::NotSupported, detail).field("jexlExpression"));
    }
    let expression = condition.and_then(|condition| condition.get("expression"));
    let text = |name: &str| expression::part(expression, name);
    Ok(Query {
        filter: expression::both(text("q")?, text("mq")?, terms)?,
        geo: query::geo(text("georel")?, text("geometry")?, text("coords")?, terms)?,
        ..Query::default()
    })
}

fn alterations(condition: Option<&Json>) -> Result<Vec<Alteration>, Problem> {
    let words = texts(condition, "alterationTypes")?;
    if words.is_empty() {
        return Ok(vec![Alteration::Create, Alteration::Change]);
    }
    let wrong = || {
        let detail = "an alteration is entityCreate, entityChange, entityUpdate or entityDelete";
        Problem::bad(detail).field("alterationTypes")
    };
    words.iter().map(|word| Alteration::parse(word).ok_or_else(wrong)).collect()
}

fn shape(told: &Json, format: Format) -> Result<Shape, Problem> {
    let shape = Shape {
        form: format.form,
        attrs: texts(Some(told), "attrs")?,
        metadata: texts(Some(told), "metadata")?,
        covered: flag(Some(told), "covered")?.unwrap_or(false),
        alteration: None,
    };
    let only_changed = flag(Some(told), "onlyChangedAttrs")?.unwrap_or(false);
    if shape.covered && (shape.attrs.is_empty() || only_changed) {
        let detail = "`covered` needs a list of `attrs`, and all of them are told then";
        return Err(Problem::bad(detail).field("notification.covered"));
    }
    Ok(shape)
}

fn format(told: &Json) -> Result<Format, Problem> {
    let Some(word) = told.get("attrsFormat") else { return Ok(FORMATS[0]) };
    let found = FORMATS.into_iter().find(|format| word.as_str() == Some(format.word));
    found.ok_or_else(|| {
        let words: Vec<&str> = FORMATS.iter().map(|format| format.word).collect();
        Problem::bad(format!("a format is one of {}", words.join(", "))).field("notification.attrsFormat")
    })
}

fn standing(document: &Json) -> Result<Standing, Problem> {
    match document.get("status").map(Json::as_str) {
        None | Some(Some("active" | "expired" | "failed")) => Ok(Standing::Active),
        Some(Some("inactive")) => Ok(Standing::Inactive),
        Some(Some("oneshot")) => Ok(Standing::Once),
        Some(_) => Err(Problem::bad("a status is active, inactive or oneshot").field("status")),
    }
}

fn expires(document: &Json) -> Result<Option<Timestamp>, Problem> {
    let wrong = || Problem::bad("a date-time is needed here, e.g. \"2030-01-31T12:00:00Z\"").field("expires");
    match document.get("expires").map(Json::as_str) {
        // An empty text means for ever.
        None | Some(Some("")) => Ok(None),
        Some(text) => text.and_then(moment).map(Some).ok_or_else(wrong),
    }
}

fn whole_number(json: &Json, name: &str) -> Result<Option<u64>, Problem> {
    match json.get(name) {
        None => Ok(None),
        Some(Json::Int(number)) if *number >= 0 => Ok(Some(number.unsigned_abs())),
        Some(_) => Err(Problem::bad("a whole number of 0 or more is needed here").field(name)),
    }
}

fn flag(json: Option<&Json>, name: &str) -> Result<Option<bool>, Problem> {
    match json.and_then(|json| json.get(name)) {
        None => Ok(None),
        Some(Json::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Problem::bad("true or false is needed here").field(name)),
    }
}

fn texts(json: Option<&Json>, name: &str) -> Result<Vec<String>, Problem> {
    let wrong = || Problem::bad("an array of texts is needed here").field(name);
    let Some(list) = json.and_then(|json| json.get(name)) else { return Ok(Vec::new()) };
    list.as_array()
        .ok_or_else(wrong)?
        .iter()
        .map(|text| text.as_str().map(str::to_owned).ok_or_else(wrong))
        .collect()
}
