//! How a write meets the present state: pure, the same for every store.

pub(crate) mod places;
mod removals;

use smallvec::SmallVec;

use crate::{
    Attribute, AttributeValue, Before, ChangeKind, ChangedAttribute, Effect, Entity, Instance, Name,
    Operation, Quality, Test, Timestamp, Write,
    amend::amend,
    expiry::expire,
    merge::{is_null_marker, merge_instance, replace_parts},
    scopes,
};
use places::Places;
use removals::removals;

/// What a judge is told beside the instance.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The types of the entity.
    pub types: &'a [Name],
    /// The attribute.
    pub attribute: &'a Name,
    /// When the write is recorded.
    pub recorded_at: Timestamp,
    /// Whether the simulator made the write.
    pub simulated: bool,
}

/// Gives each written instance its quality. Called inside the commit, in log order, so it must be quick
/// and must depend on nothing but its arguments.
pub trait Judge: Send + Sync {
    /// Sets `instance.quality` and `instance.track`; `previous` is the instance that the state holds.
    fn judge(&self, seen: &Seen<'_>, instance: &mut Instance, previous: Option<&Instance>);
}

/// A judge without contracts: everything is not evaluated.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoJudge;

impl Judge for NoJudge {
    fn judge(&self, _seen: &Seen<'_>, instance: &mut Instance, _previous: Option<&Instance>) {
        instance.quality = Quality::NOT_EVALUATED;
    }
}

/// What a write did.
#[derive(Clone, PartialEq, Debug)]
pub struct Applied {
    /// What happened, for the caller.
    pub outcome: Outcome,
    /// What happened, for the log; `None` when nothing did.
    pub kind: Option<ChangeKind>,
    /// Whether the state row must be written: observations older than the state's go to the past only.
    pub state_changed: bool,
    /// What happened to the attributes.
    pub changed: Vec<ChangedAttribute>,
    /// What the entity was as a whole, when it was removed.
    pub before: Option<Box<Before>>,
    /// The types to log.
    pub types: SmallVec<[Name; 1]>,
    /// Attributes that were left, each with the reason.
    pub not_updated: Vec<(Name, String)>,
}

/// What happened to the entity, for the caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was created.
    Created,
    /// It was changed.
    Updated,
    /// Nothing had to be done.
    Unchanged,
    /// It was removed.
    Deleted,
}

/// Why a write does not fit the present state.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ApplyError {
    /// Create, and it is there.
    #[error("an entity with this id exists already; update it, or choose another id")]
    Exists,
    /// Anything but create, and it is not there.
    #[error("there is no entity with this id; create it first")]
    NoEntity,
    /// The attribute (or this instance of it) is not there.
    #[error("the entity has no attribute `{0}` (or no such instance of it)")]
    NoAttribute(Name),
    /// An entity would be created without a type.
    #[error("a new entity needs a type")]
    NoType,
    /// An attribute that had to be new is there, where all or nothing was asked.
    #[error("the attribute `{0}` {1}")]
    Left(Name, String),
}

/// Applies one write to the state of its entity. On an error the state is as it was.
pub fn apply(
    state: &mut Option<Entity>,
    write: Write,
    at: Timestamp,
    judge: &dyn Judge,
) -> Result<Applied, ApplyError> {
    let simulated = write.simulated;
    match (&write.operation, state.is_some()) {
        (Operation::Create, true) => Err(ApplyError::Exists),
        (
            Operation::Create | Operation::CreateOrReplace | Operation::CreateOrAppend | Operation::Observe,
            false,
        ) => create(state, write, at, judge),
        (Operation::Amend, _) => Ok(amend(state, write, at, judge)),
        (_, false) => Err(ApplyError::NoEntity),
        (Operation::Delete, true) => Ok(delete(state, at)),
        (Operation::Expire, true) => Ok(expire(state, at).unwrap_or_else(|| unchanged(state.as_ref()))),
        (_, true) => {
            let Some(entity) = state.as_mut() else { return Err(ApplyError::NoEntity) };
            let mut pen = Pen {
                places: Places::default(),
                entity,
                at,
                judge,
                simulated,
                changed: Vec::new(),
                not_updated: Vec::new(),
                state_changed: false,
            };
            pen.update(write)?;
            Ok(pen.finish())
        }
    }
}

fn create(
    state: &mut Option<Entity>,
    write: Write,
    at: Timestamp,
    judge: &dyn Judge,
) -> Result<Applied, ApplyError> {
    if write.types.is_empty() {
        return Err(ApplyError::NoType);
    }
    let mut entity = Entity {
        id: write.entity,
        types: write.types,
        scopes: write.scopes.unwrap_or_default(),
        created_at: at,
        modified_at: at,
        expires_at: write.expires_at.flatten(),
        attributes: Vec::with_capacity(write.attributes.len()),
    };
    let mut pen = Pen {
        places: Places::of(&[], write.attributes.len()),
        entity: &mut entity,
        at,
        judge,
        simulated: write.simulated,
        changed: Vec::with_capacity(write.attributes.len()),
        not_updated: Vec::new(),
        state_changed: true,
    };
    let newest_wins = write.operation == Operation::Observe;
    let mut attributes = write.attributes;
    pen.tell_scopes(true, &mut attributes);
    for attribute in attributes {
        pen.places.turn_to(pen.entity, &attribute.name, attribute.instances.len());
        for instance in attribute.instances {
            match (is_null_marker(&instance.value), newest_wins) {
                (false, _) => pen.set(&attribute.name, instance, newest_wins),
                (true, true) => pen.observe_removal(&attribute.name, instance),
                (true, false) => {}
            }
        }
        pen.places.leave(pen.entity, &attribute.name);
    }
    pen.drop_empty();
    let changed = pen.changed;
    let types = entity.types.clone();
    *state = Some(entity);
    Ok(Applied {
        outcome: Outcome::Created,
        kind: Some(ChangeKind::Created),
        state_changed: true,
        changed,
        before: None,
        types,
        not_updated: Vec::new(),
    })
}

fn unchanged(state: Option<&Entity>) -> Applied {
    Applied {
        outcome: Outcome::Unchanged,
        kind: None,
        state_changed: false,
        changed: Vec::new(),
        before: None,
        types: state.map(|entity| entity.types.clone()).unwrap_or_default(),
        not_updated: Vec::new(),
    }
}

fn delete(state: &mut Option<Entity>, at: Timestamp) -> Applied {
    let before = state.as_ref().map(|entity| Box::new(Before::from(entity)));
    let (types, mut changed, scoped) = match state.take() {
        Some(entity) => (entity.types, removals(entity.attributes), !entity.scopes.is_empty()),
        None => (SmallVec::new(), Vec::new(), false),
    };
    if scoped {
        changed.push(scopes::changed(&[], at));
    }
    Applied {
        outcome: Outcome::Deleted,
        kind: Some(ChangeKind::Deleted),
        state_changed: true,
        changed,
        before,
        types,
        not_updated: Vec::new(),
    }
}

/// Writes into one entity that exists and remembers what it did.
struct Pen<'a> {
    places: Places,
    entity: &'a mut Entity,
    at: Timestamp,
    judge: &'a dyn Judge,
    simulated: bool,
    changed: Vec<ChangedAttribute>,
    not_updated: Vec<(Name, String)>,
    state_changed: bool,
}

impl Pen<'_> {
    fn update(&mut self, write: Write) -> Result<(), ApplyError> {
        match write.operation {
            Operation::PartialUpdate | Operation::ReplaceAttribute => self.need_all(&write.attributes)?,
            Operation::DeleteAttribute { ref name, ref dataset_id, all } => {
                return self.delete_attribute(name, dataset_id.as_ref(), all);
            }
            _ => {}
        }
        let replaces = matches!(write.operation, Operation::Replace | Operation::CreateOrReplace);
        if replaces && !write.types.is_empty() {
            self.entity.types = write.types;
            self.state_changed = true;
        } else {
            self.add_types(write.types);
        }
        let mut attributes = write.attributes;
        let mut moved = false;
        if let Some(mut scopes) = write.scopes.or_else(|| replaces.then(Vec::new)) {
            if matches!(write.operation, Operation::Append { keep: true }) {
                // Scopes are a list: those that are there stay, the new ones come to them (clause 5.6.3).
                let new = std::mem::replace(&mut scopes, self.entity.scopes.clone());
                scopes.extend(new.into_iter().filter(|scope| !self.entity.scopes.contains(scope)));
            }
            moved = self.entity.scopes != scopes;
            self.state_changed |= moved;
            self.entity.scopes = scopes;
        }
        self.tell_scopes(moved, &mut attributes);
        if let Some(expires_at) = write.expires_at.or_else(|| replaces.then_some(None)) {
            self.state_changed |= self.entity.expires_at != expires_at;
            self.entity.expires_at = expires_at;
        }
        if replaces {
            self.drop_absent(&attributes);
        }
        self.places = Places::of(&self.entity.attributes, attributes.len());
        for attribute in attributes {
            self.places.turn_to(self.entity, &attribute.name, attribute.instances.len());
            for instance in attribute.instances {
                self.one(&write.operation, &attribute.name, instance);
            }
            self.places.leave(self.entity, &attribute.name);
        }
        Ok(())
    }

    /// The scopes have a past too: that of an own account when the writer gives one, else that they are others from now on.
    fn tell_scopes(&mut self, moved: bool, attributes: &mut Vec<Attribute>) {
        let told = scopes::take(attributes, self.at);
        if told.is_empty() && moved && !(self.entity.scopes.is_empty() && self.entity.created_at == self.at) {
            self.changed.push(scopes::changed(&self.entity.scopes, self.at));
        }
        self.changed.extend(told);
    }

    fn one(&mut self, operation: &Operation, name: &Name, instance: Instance) {
        let there = self.there(name, instance.dataset_id.as_ref());
        match operation {
            Operation::Append { keep: true } if there.is_some() => {
                self.not_updated.push((name.clone(), "exists already, and noOverwrite was asked".to_owned()));
            }
            Operation::Update if there.is_none() => {
                self.not_updated.push((name.clone(), "the entity has no such attribute".to_owned()));
            }
            Operation::Merge | Operation::PartialUpdate | Operation::Update | Operation::Append { .. }
                if is_null_marker(&instance.value) =>
            {
                self.remove_instance(name, instance.dataset_id.as_ref());
            }
            Operation::Merge => {
                if let Some(merged) = merge_instance(there, instance) {
                    self.set(name, merged, false);
                }
            }
            Operation::PartialUpdate => {
                if let Some(merged) = there.map(|there| replace_parts(there, instance)) {
                    self.set(name, merged, false);
                }
            }
            Operation::Observe if is_null_marker(&instance.value) => self.observe_removal(name, instance),
            Operation::Observe => self.observe(name, instance),
            _ => self.set(name, instance, false),
        }
    }

    /// An un-timed value that says what is already so is no news; a timed one may belong to the past.
    fn observe(&mut self, name: &Name, instance: Instance) {
        let there = self.there(name, instance.dataset_id.as_ref());
        let same = there.is_some_and(|t| {
            instance.observed_at.is_none()
                && t.observed_at.is_none()
                && t.value == instance.value
                && t.unit_code == instance.unit_code
        });
        if !same {
            self.set(name, instance, true);
        }
    }

    /// Puts an instance in its place, judged. With `newest_wins`, one that was observed before the present
    /// one goes to the past only.
    fn set(&mut self, name: &Name, mut instance: Instance, newest_wins: bool) {
        let (at, simulated, judge) = (self.at, self.simulated, self.judge);
        let seen = Seen { types: &self.entity.types, attribute: name, recorded_at: at, simulated };
        let index = self.places.attribute(self.entity, name);
        let place = index.and_then(|i| {
            let attribute = &self.entity.attributes[i];
            self.places.instance(attribute, instance.dataset_id.as_ref()).map(|j| (i, j))
        });
        // Whoever sets a value anew has nothing to take away from it.
        instance.observed_at = instance.observed_at.filter(|at| *at != Timestamp::NEVER);
        instance.expires_at = instance.expires_at.filter(|at| *at != Timestamp::NEVER);
        instance.modified_at = at;
        instance.created_at = at;
        let previous = place.map(|(i, j)| &self.entity.attributes[i].instances[j]);
        if let Some(previous) = previous {
            instance.created_at = previous.created_at;
        }
        judge.judge(&seen, &mut instance, previous);
        if simulated {
            instance.quality = instance.quality.marked(Test::Simulated);
        }
        // A stamp from the future must not keep honest values out of the state until its moment comes.
        let ahead = |i: &Instance| i.quality.has(Test::Future);
        let older = newest_wins
            && previous
                .is_some_and(|p| ahead(&instance) || (p.observed_at > instance.observed_at && !ahead(p)));
        let effect = match (older, previous) {
            (true, _) => Effect::Past,
            (false, Some(_)) => Effect::Updated,
            (false, None) => Effect::Created,
        };
        let mut changed =
            ChangedAttribute { name: name.clone(), effect, instance: instance.clone(), previous: None };
        if older {
            self.changed.push(changed);
            return;
        }
        self.state_changed = true;
        match (place, index) {
            (Some((i, j)), _) => {
                let there = &mut self.entity.attributes[i].instances[j];
                let mut previous = std::mem::replace(there, instance);
                // What the tests remember is of no use to who hears of the change.
                previous.track = None;
                changed.previous = Some(Box::new(previous));
            }
            (None, Some(i)) => {
                let instances = &mut self.entity.attributes[i].instances;
                self.places.note_instance(instance.dataset_id.as_ref(), instances.len());
                instances.push(instance);
            }
            (None, None) => {
                self.places.note_attribute(name, self.entity.attributes.len());
                self.places.note_instance(instance.dataset_id.as_ref(), 0);
                self.entity.attributes.push(Attribute::new(name.clone(), instance));
            }
        }
        self.changed.push(changed);
    }

    fn add_types(&mut self, types: SmallVec<[Name; 1]>) {
        for kind in types {
            if !self.entity.types.contains(&kind) {
                self.entity.types.push(kind);
                self.state_changed = true;
            }
        }
    }

    fn finish(mut self) -> Applied {
        self.drop_empty();
        let news = self.state_changed || !self.changed.is_empty();
        if self.state_changed {
            self.entity.modified_at = self.at;
        }
        Applied {
            outcome: if news { Outcome::Updated } else { Outcome::Unchanged },
            kind: news.then_some(ChangeKind::Updated),
            state_changed: self.state_changed,
            changed: self.changed,
            before: None,
            types: self.entity.types.clone(),
            not_updated: self.not_updated,
        }
    }
}

impl AttributeValue {
    /// The mark of "no value given" in a [`Operation::Merge`] or [`Operation::PartialUpdate`] that only
    /// changes other parts of the instance. No stored instance has it.
    pub const ABSENT: Self = Self::Property(crate::Json::Null);

    /// Whether this is [`AttributeValue::ABSENT`].
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Property(crate::Json::Null))
    }
}

#[cfg(test)]
mod tests;
