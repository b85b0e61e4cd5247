//! An entity as it stands now.

use smallvec::SmallVec;

use crate::{AttributeValue, EntityId, Geometry, Iri, Name, Quality, Timestamp};

/// A thing the city knows of, with the newest instance of each of its attributes.
#[derive(Clone, PartialEq, Debug)]
pub struct Entity {
    /// Its identifier.
    pub id: EntityId,
    /// Its types, expanded, at least one.
    pub types: SmallVec<[Name; 1]>,
    /// Its scopes (GS CIM 009 clause 4.18), e.g. `/Brussels/Ixelles`.
    pub scopes: Vec<Box<str>>,
    /// When it was created here.
    pub created_at: Timestamp,
    /// When it was last changed here.
    pub modified_at: Timestamp,
    /// Until when it is kept here (GS CIM 009 clause 4.22).
    pub expires_at: Option<Timestamp>,
    /// Its attributes, in the order in which they first came.
    pub attributes: Vec<Attribute>,
}

/// One attribute: its expanded name and one instance per data set id, at least one.
#[derive(Clone, PartialEq, Debug)]
pub struct Attribute {
    /// The expanded name.
    pub name: Name,
    /// The instances; the one without data set id is the default instance.
    pub instances: SmallVec<[Instance; 1]>,
}

/// One instance of an attribute.
#[derive(Clone, PartialEq, Debug)]
pub struct Instance {
    /// What it says.
    pub value: AttributeValue,
    /// Which of several parallel instances this is (GS CIM 009 clause 4.5.5).
    pub dataset_id: Option<Iri>,
    /// When it was so in the world.
    pub observed_at: Option<Timestamp>,
    /// Until when this instance is kept here (GS CIM 009 clause 4.22).
    pub expires_at: Option<Timestamp>,
    /// The unit, as a UN/CEFACT common code, e.g. `GQ` for µg/m³.
    pub unit_code: Option<Name>,
    /// When this instance was first recorded here. Set by the commit.
    pub created_at: Timestamp,
    /// When this instance was last recorded here. Set by the commit.
    pub modified_at: Timestamp,
    /// What the tests of the contract said of it. Set by the commit.
    pub quality: Quality,
    /// What the tests need to remember of the series. Set by the commit.
    pub track: Option<Box<Track>>,
    /// Attributes of the attribute.
    pub sub_attributes: Vec<Attribute>,
}

/// What the quality tests remember of one numeric series between two values.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Track {
    /// The newest `observed_at` seen, in microseconds UTC.
    pub newest_at: i64,
    /// The last value that neither failed nor stands as a jump that nothing has confirmed.
    pub last_good: f64,
    /// When that was, in microseconds UTC; 0 when there was none.
    pub last_good_at: i64,
    /// The last value seen, whatever its quality.
    pub last: f64,
    /// Since when the value has been the same, in microseconds UTC.
    pub unchanged_since: i64,
    /// How many values in a row jumped away from the last good one and agree with one another.
    pub jumped: u16,
    /// How many values in a row failed; at the contract's limit the sensor counts as failed.
    pub failed: u16,
    /// Since when a failed sensor has behaved again, in microseconds UTC; 0 when it has not.
    pub recovering_since: i64,
}

impl Entity {
    /// An entity without attributes, not yet committed.
    pub fn new(id: EntityId, kind: Name) -> Self {
        Self {
            id,
            types: SmallVec::from_iter([kind]),
            scopes: Vec::new(),
            created_at: Timestamp::default(),
            modified_at: Timestamp::default(),
            expires_at: None,
            attributes: Vec::new(),
        }
    }

    /// The attribute by its expanded name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name == name)
    }

    /// The attribute by its expanded name, to change it.
    pub fn attribute_mut(&mut self, name: &str) -> Option<&mut Attribute> {
        self.attributes.iter_mut().find(|a| &*a.name == name)
    }

    /// The default instance of an attribute, or its first.
    pub fn instance(&self, name: &str) -> Option<&Instance> {
        self.attribute(name).and_then(Attribute::main)
    }

    /// The first geometry among the attributes named `location`, else among all.
    pub fn location(&self) -> Option<&Geometry> {
        let geometry =
            |a: &'_ Attribute| a.instances.iter().position(|i| matches!(i.value, AttributeValue::Geo(_)));
        let pick = self.attributes.iter().filter(|a| geometry(a).is_some());
        let chosen = pick.clone().find(|a| a.name.local() == "location").or_else(|| pick.clone().next())?;
        chosen.instances[geometry(chosen)?].value.as_geometry()
    }
}

impl Attribute {
    /// An attribute with one instance.
    pub fn new(name: Name, instance: Instance) -> Self {
        Self { name, instances: SmallVec::from_iter([instance]) }
    }

    /// The default instance (no data set id), or the first.
    pub fn main(&self) -> Option<&Instance> {
        self.instances.iter().find(|i| i.dataset_id.is_none()).or_else(|| self.instances.first())
    }

    /// The instance of a data set.
    pub fn instance(&self, dataset_id: Option<&Iri>) -> Option<&Instance> {
        self.instances.iter().find(|i| i.dataset_id.as_ref() == dataset_id)
    }
}

impl Instance {
    /// An instance with a value and nothing else.
    pub fn new(value: AttributeValue) -> Self {
        Self {
            value,
            dataset_id: None,
            observed_at: None,
            expires_at: None,
            unit_code: None,
            created_at: Timestamp::default(),
            modified_at: Timestamp::default(),
            quality: Quality::NOT_EVALUATED,
            track: None,
            sub_attributes: Vec::new(),
        }
    }

    /// Says when it was observed.
    pub fn at(mut self, observed_at: Timestamp) -> Self {
        self.observed_at = Some(observed_at);
        self
    }
}
