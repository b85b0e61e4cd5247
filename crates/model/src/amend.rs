//! Corrections of the past: what takes the place of an instance that was recorded before, or withdraws it.

use smallvec::SmallVec;

use crate::{
    Applied, Attribute, AttributeValue, ChangeKind, ChangedAttribute, Effect, Entity, Instance, Json, Judge,
    Name, Outcome, Seen, Timestamp, Write,
};

/// What a correction says beside the values. It stands among the attributes of the instance on the way to the history, and is shown to
/// nobody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Amendment {
    /// The identifier of the instance that is corrected.
    pub instance: Box<str>,
    /// When that was first recorded.
    pub created_at: Timestamp,
    /// When it was corrected. Set by the commit.
    pub at: Timestamp,
    /// It is withdrawn: from now on it is not shown.
    pub withdrawn: bool,
}

impl Amendment {
    /// The name among the attributes of an instance.
    pub const NAME: &'static str = "urn:senne:ns#amendment";

    /// An amendment that the commit dates.
    pub fn new(instance: &str, created_at: Timestamp, withdrawn: bool) -> Self {
        Self { instance: instance.into(), created_at, at: created_at, withdrawn }
    }

    /// Puts it among the attributes of the instance that it is about.
    pub fn mark(&self, instance: &mut Instance) {
        let members = vec![
            ("instance".into(), Json::text(&self.instance)),
            ("createdAt".into(), Json::Int(self.created_at.micros())),
            ("at".into(), Json::Int(self.at.micros())),
            ("withdrawn".into(), Json::Bool(self.withdrawn)),
        ];
        let value = AttributeValue::JsonProperty(Json::Object(members));
        instance.sub_attributes.push(Attribute::new(Name::new(Self::NAME), Instance::new(value)));
    }

    /// The one among these attributes, if there is one.
    pub fn of(attributes: &[Attribute]) -> Option<Self> {
        let mark = attributes.iter().find(|attribute| &*attribute.name == Self::NAME)?;
        let AttributeValue::JsonProperty(json) = &mark.main()?.value else { return None };
        let time = |name: &str| match json.get(name) {
            Some(Json::Int(micros)) => Some(Timestamp::from_micros(*micros)),
            _ => None,
        };
        Some(Self {
            instance: json.get("instance")?.as_str()?.into(),
            created_at: time("createdAt")?,
            at: time("at")?,
            withdrawn: json.get("withdrawn") == Some(&Json::Bool(true)),
        })
    }

    /// Takes it out of these attributes.
    pub fn take(attributes: &mut Vec<Attribute>) -> Option<Self> {
        let found = Self::of(attributes);
        attributes.retain(|attribute| &*attribute.name != Self::NAME);
        found
    }
}

/// Corrects the past of an entity that need not be there any more. An observation that stands in the present state is corrected there
/// too; what is withdrawn stays in the state until something newer comes.
pub(crate) fn amend(state: &mut Option<Entity>, write: Write, at: Timestamp, judge: &dyn Judge) -> Applied {
    let of_state = || state.as_ref().map(|entity| entity.types.clone()).unwrap_or_default();
    let types: SmallVec<[Name; 1]> = if write.types.is_empty() { of_state() } else { write.types };
    let (mut changed, mut state_changed) = (Vec::new(), false);
    for attribute in write.attributes {
        for mut instance in attribute.instances {
            let Some(mut amendment) = Amendment::take(&mut instance.sub_attributes) else { continue };
            (instance.created_at, instance.modified_at) = (amendment.created_at, at);
            amendment.at = at;
            let name = attribute.name.clone();
            if !amendment.withdrawn {
                let seen = Seen { types: &types, attribute: &name, recorded_at: at, simulated: false };
                judge.judge(&seen, &mut instance, None);
                instance.track = None;
                if let Some(previous) = replace_present(state.as_mut(), &name, &instance) {
                    state_changed = true;
                    changed.push(ChangedAttribute {
                        name: name.clone(),
                        effect: Effect::Updated,
                        instance: instance.clone(),
                        previous: Some(Box::new(previous)),
                    });
                }
            }
            amendment.mark(&mut instance);
            changed.push(ChangedAttribute { name, effect: Effect::Past, instance, previous: None });
        }
    }
    if let (true, Some(entity)) = (state_changed, state.as_mut()) {
        entity.modified_at = at;
    }
    Applied {
        outcome: if changed.is_empty() { Outcome::Unchanged } else { Outcome::Updated },
        kind: (!changed.is_empty()).then_some(ChangeKind::Updated),
        state_changed,
        changed,
        before: None,
        types,
        not_updated: Vec::new(),
    }
}

/// Corrects the observation that stands in the present state, when it is the one that is meant; gives what it was.
fn replace_present(state: Option<&mut Entity>, name: &Name, instance: &Instance) -> Option<Instance> {
    let attribute = state?.attribute_mut(name)?;
    let same = |there: &&mut Instance| {
        there.dataset_id == instance.dataset_id && there.observed_at == instance.observed_at
    };
    let there = attribute.instances.iter_mut().filter(|there| there.observed_at.is_some()).find(same)?;
    let track = there.track.take();
    let mut fresh = instance.clone();
    fresh.track = track;
    Some(std::mem::replace(there, fresh))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EntityId, NoJudge, Operation, apply};

    fn reading(value: i64, at: i64) -> Instance {
        Instance::new(AttributeValue::Property(Json::Int(value))).at(Timestamp::from_micros(at))
    }

    fn write(operation: Operation, instance: Instance) -> Write {
        let mut write = Write::new(EntityId::trusted("urn:t:1"), operation);
        write.types.push(Name::new("urn:T"));
        write.attributes.push(Attribute::new(Name::new("urn:x"), instance));
        write
    }

    fn correction(value: i64, at: i64, withdrawn: bool) -> Write {
        let mut instance = reading(value, at);
        Amendment::new("urn:i:1", Timestamp::from_micros(1), withdrawn).mark(&mut instance);
        write(Operation::Amend, instance)
    }

    #[test]
    fn what_stands_in_the_state_is_corrected_there_and_older_values_are_not() {
        let (mut state, at) = (None, Timestamp::from_micros(100));
        apply(&mut state, write(Operation::Observe, reading(1, 50)), at, &NoJudge).unwrap();
        let now = Timestamp::from_micros(200);
        let older = apply(&mut state, correction(9, 40, false), now, &NoJudge).unwrap();
        assert_eq!((older.changed.len(), older.state_changed), (1, false));
        let same = apply(&mut state, correction(7, 50, false), now, &NoJudge).unwrap();
        assert_eq!((same.changed.len(), same.state_changed), (2, true));
        let amendment = Amendment::of(&same.changed[1].instance.sub_attributes).unwrap();
        assert_eq!((amendment.at, &*amendment.instance), (now, "urn:i:1"));
        let present = state.as_ref().and_then(|entity| entity.instance("urn:x")).unwrap();
        assert_eq!((present.value.as_number(), present.sub_attributes.len()), (Some(7.0), 0));
    }

    #[test]
    fn the_past_of_what_is_gone_can_be_withdrawn() {
        let mut state = None;
        let applied =
            apply(&mut state, correction(1, 50, true), Timestamp::from_micros(9), &NoJudge).unwrap();
        assert!(state.is_none());
        assert_eq!((applied.types.len(), applied.changed[0].effect), (1, Effect::Past));
    }
}
