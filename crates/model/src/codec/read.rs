//! Reading the compact form.

use super::{CodecError, DELETED_AS_IT_WAS, EXPIRING, Names, UPDATED_FROM, VERSION, parts, tags};
use crate::{
    Attribute, AttributeValue, Before, Change, ChangeKind, ChangeNo, ChangedAttribute, Effect, Entity,
    EntityId, Geometry, Instance, Iri, Json, Name, Operation, Quality, TenantName, Timestamp, Track, Write,
};

/// Values nest at most this deep; the edge allows less.
const DEPTH_MAX: u8 = 64;

pub(super) struct Reader<'a, 'n> {
    rest: &'a [u8],
    names: &'n Names,
    base: i64,
    depth: u8,
}

type Read<T> = Result<T, CodecError>;

impl<'a, 'n> Reader<'a, 'n> {
    pub(super) fn new(bytes: &'a [u8], names: &'n Names) -> Self {
        Self { rest: bytes, names, base: 0, depth: 0 }
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn entity(&mut self) -> Read<Entity> {
        let expires = match self.byte()? {
            VERSION => false,
            EXPIRING => true,
            other => return Err(CodecError::Version(other)),
        };
        let id = EntityId::trusted(self.text()?);
        let types = self.type_names()?;
        let scopes = self.list(|r| r.text().map(Into::into))?;
        let modified_at = self.signed()?;
        let created_at = modified_at.wrapping_add(self.signed()?);
        self.base = modified_at;
        let expires_at = if expires { Some(self.time()?) } else { None };
        let attributes = self.attributes()?;
        let (created_at, modified_at) =
            (Timestamp::from_micros(created_at), Timestamp::from_micros(modified_at));
        Ok(Entity { id, types: types.into(), scopes, created_at, modified_at, expires_at, attributes })
    }

    pub(super) fn change(&mut self, no: ChangeNo, tenant: &TenantName) -> Read<Change> {
        self.version()?;
        self.base = self.signed()?;
        let actor = self.text()?.into();
        let entity = EntityId::trusted(self.text()?);
        let types = self.type_names()?;
        let mut before = None;
        let kind = match self.byte()? {
            0 => ChangeKind::Created,
            1 => ChangeKind::Updated,
            2 => ChangeKind::Deleted,
            3 => ChangeKind::Erased,
            DELETED_AS_IT_WAS => {
                before = Some(Box::new(self.before()?));
                ChangeKind::Deleted
            }
            _ => return Err(CodecError::Damaged("kind of change")),
        };
        let attributes = self.list(Self::changed_attribute)?;
        let recorded_at = Timestamp::from_micros(self.base);
        Ok(Change {
            no,
            tenant: tenant.clone(),
            actor,
            recorded_at,
            entity,
            types: types.into(),
            kind,
            before,
            attributes,
        })
    }

    fn before(&mut self) -> Read<Before> {
        let scopes = self.list(|r| r.text().map(Into::into))?;
        Ok(Before { created_at: self.time()?, modified_at: self.time()?, scopes })
    }

    pub(super) fn dictionary(&mut self) -> Read<Names> {
        self.version()?;
        let mut names = Names::default();
        for name in self.list(|r| r.text().map(Name::new))? {
            names.restore(name);
        }
        Ok(names)
    }

    pub(super) fn writes(&mut self) -> Read<Vec<Write>> {
        let writes = self.list(|r| {
            let entity = EntityId::trusted(r.text()?);
            let mut write = Write::new(entity, r.operation()?);
            write.types = r.type_names()?.into();
            if r.varint()? != 0 {
                write.scopes = Some(r.list(|r| r.text().map(Into::into))?);
            }
            write.attributes = r.attributes()?;
            let bits = r.varint()?;
            write.simulated = bits & 1 != 0;
            if bits & 2 != 0 {
                let at = Timestamp::from_micros(r.signed()?);
                write.expires_at = Some((at != Timestamp::NEVER).then_some(at));
            }
            Ok(write)
        })?;
        if self.rest.is_empty() { Ok(writes) } else { Err(CodecError::Damaged("length")) }
    }

    fn operation(&mut self) -> Read<Operation> {
        Ok(match self.byte()? {
            0 => Operation::Create,
            1 => Operation::Replace,
            2 => Operation::CreateOrReplace,
            3 => Operation::CreateOrAppend,
            4 => Operation::Append { keep: false },
            5 => Operation::Append { keep: true },
            6 => Operation::Update,
            7 => Operation::Merge,
            8 => Operation::PartialUpdate,
            9 => Operation::ReplaceAttribute,
            10 => {
                let name = self.name()?;
                let dataset_id = self.list(Self::iri)?.into_iter().next();
                Operation::DeleteAttribute { name, dataset_id, all: self.varint()? != 0 }
            }
            11 => Operation::Delete,
            12 => Operation::Observe,
            13 => Operation::Expire,
            14 => Operation::Amend,
            _ => return Err(CodecError::Damaged("operation")),
        })
    }

    fn changed_attribute(&mut self) -> Read<ChangedAttribute> {
        let name = self.name()?;
        let effect = match self.byte()? {
            0 => Effect::Created,
            1 => Effect::Updated,
            2 => Effect::Deleted,
            3 => Effect::Past,
            UPDATED_FROM => {
                let (instance, previous) = (self.instance()?, Some(Box::new(self.instance()?)));
                return Ok(ChangedAttribute { name, effect: Effect::Updated, instance, previous });
            }
            _ => return Err(CodecError::Damaged("effect")),
        };
        Ok(ChangedAttribute { name, effect, instance: self.instance()?, previous: None })
    }

    fn version(&mut self) -> Read<()> {
        match self.byte()? {
            VERSION => Ok(()),
            other => Err(CodecError::Version(other)),
        }
    }

    fn type_names(&mut self) -> Read<Vec<Name>> {
        self.list(Self::name)
    }

    fn attributes(&mut self) -> Read<Vec<Attribute>> {
        self.nested(|r| {
            r.list(|r| {
                let name = r.name()?;
                let instances = r.list(Self::instance)?;
                Ok(Attribute { name, instances: instances.into() })
            })
        })
    }

    fn instance(&mut self) -> Read<Instance> {
        let bits = self.varint()?;
        let mut instance = Instance::new(self.value()?);
        if bits & parts::DATASET != 0 {
            instance.dataset_id = Some(Iri::new(self.text()?));
        }
        if bits & parts::OBSERVED != 0 {
            instance.observed_at = Some(self.time()?);
        }
        if bits & parts::UNIT != 0 {
            instance.unit_code = Some(self.name()?);
        }
        if bits & parts::QUALITY != 0 {
            instance.quality = Quality::from_bits(self.varint()? as u16);
        }
        if bits & parts::TRACK != 0 {
            instance.track = Some(Box::new(self.track()?));
        }
        if bits & parts::SUB_ATTRIBUTES != 0 {
            instance.sub_attributes = self.attributes()?;
        }
        let base = Timestamp::from_micros(self.base);
        instance.created_at = if bits & parts::CREATED != 0 { self.time()? } else { base };
        instance.modified_at = if bits & parts::MODIFIED != 0 { self.time()? } else { base };
        if bits & parts::EXPIRES != 0 {
            instance.expires_at = Some(self.time()?);
        }
        Ok(instance)
    }

    fn track(&mut self) -> Read<Track> {
        let newest_at = self.base.wrapping_add(self.signed()?);
        Ok(Track {
            newest_at,
            last_good: self.number()?,
            last_good_at: newest_at.wrapping_add(self.signed()?),
            last: self.number()?,
            unchanged_since: newest_at.wrapping_add(self.signed()?),
            jumped: self.varint()? as u16,
            failed: self.varint()? as u16,
            recovering_since: self.signed()?,
        })
    }

    fn value(&mut self) -> Read<AttributeValue> {
        let Some(tag) = self.rest.first().copied() else { return Err(CodecError::Short) };
        if tag < tags::RELATIONSHIP {
            return self.json().map(AttributeValue::Property);
        }
        self.byte()?;
        match tag {
            tags::RELATIONSHIP => {
                let objects = self.list(Self::iri)?;
                let object_type = if self.varint()? == 0 { None } else { Some(self.name()?) };
                Ok(AttributeValue::Relationship { objects, object_type })
            }
            tags::POINT => {
                let (longitude, latitude) = (self.float()?, self.float()?);
                let point = Geometry::point(longitude, latitude).ok_or(CodecError::Damaged("point"))?;
                Ok(AttributeValue::Geo(point))
            }
            tags::GEO => {
                let geojson = self.json()?;
                let geometry =
                    Geometry::from_geojson(&geojson).map_err(|_| CodecError::Damaged("geometry"))?;
                Ok(AttributeValue::Geo(geometry))
            }
            tags::LANGUAGE => self.list(Self::member).map(AttributeValue::Language),
            tags::VOCAB => self.list(Self::iri).map(AttributeValue::Vocab),
            tags::JSON => self.json().map(AttributeValue::JsonProperty),
            tags::LIST => self.list(Self::json).map(AttributeValue::List),
            tags::LIST_RELATIONSHIP => self.list(Self::iri).map(AttributeValue::ListRelationship),
            _ => Err(CodecError::Damaged("kind of value")),
        }
    }

    fn json(&mut self) -> Read<Json> {
        match self.byte()? {
            tags::NULL => Ok(Json::Null),
            tags::FALSE => Ok(Json::Bool(false)),
            tags::TRUE => Ok(Json::Bool(true)),
            tags::INT => self.signed().map(Json::Int),
            tags::BIG_INT => self.text().and_then(digits).map(Json::BigInt),
            tags::FLOAT => self.float().and_then(finite).map(Json::Float),
            tags::HUNDREDTHS => Ok(Json::Float(self.signed()? as f64 / 100.0)),
            tags::TEXT => self.text().map(Json::text),
            tags::ARRAY => self.nested(|r| r.list(Self::json)).map(Json::Array),
            tags::OBJECT => self.nested(|r| r.list(Self::member)).map(Json::Object),
            _ => Err(CodecError::Damaged("tag")),
        }
    }

    fn number(&mut self) -> Read<f64> {
        match self.byte()? {
            tags::FLOAT => self.float(),
            tags::HUNDREDTHS => Ok(self.signed()? as f64 / 100.0),
            _ => Err(CodecError::Damaged("number")),
        }
    }

    fn member(&mut self) -> Read<(Box<str>, Json)> {
        Ok((self.text()?.into(), self.json()?))
    }

    fn iri(&mut self) -> Read<Iri> {
        self.text().map(Iri::new)
    }

    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(CodecError::Damaged("depth"));
        }
        let value = inner(self);
        self.depth -= 1;
        value
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.varint()?;
        // Each element takes a byte at least, so a false count cannot ask for more memory than the record has.
        if count > self.rest.len() as u64 {
            return Err(CodecError::Short);
        }
        let mut items = Vec::with_capacity(count as usize);
        for _ in 0..count {
            items.push(one(self)?);
        }
        Ok(items)
    }

    fn name(&mut self) -> Read<Name> {
        match self.varint()? {
            0 => self.text().map(Name::new),
            number => self.names.get(number).cloned().ok_or(CodecError::UnknownName(number)),
        }
    }

    fn time(&mut self) -> Read<Timestamp> {
        Ok(Timestamp::from_micros(self.base.wrapping_add(self.signed()?)))
    }

    fn text(&mut self) -> Read<&'a str> {
        let length = usize::try_from(self.varint()?).map_err(|_| CodecError::Short)?;
        let (text, rest) = self.rest.split_at_checked(length).ok_or(CodecError::Short)?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| CodecError::Damaged("text"))
    }

    fn float(&mut self) -> Read<f64> {
        let (bytes, rest) = self.rest.split_first_chunk::<8>().ok_or(CodecError::Short)?;
        self.rest = rest;
        Ok(f64::from_le_bytes(*bytes))
    }

    fn signed(&mut self) -> Read<i64> {
        let raw = self.varint()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    fn varint(&mut self) -> Read<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CodecError::Damaged("number"))
    }

    fn byte(&mut self) -> Read<u8> {
        let (byte, rest) = self.rest.split_first().ok_or(CodecError::Short)?;
        self.rest = rest;
        Ok(*byte)
    }
}

fn finite(x: f64) -> Read<f64> {
    if x.is_finite() { Ok(x) } else { Err(CodecError::Damaged("number")) }
}

/// What stands for an integer beyond 64 bits must be one, since it is written out as it is.
fn digits(text: &str) -> Read<Box<str>> {
    let number = text.strip_prefix('-').unwrap_or(text);
    let fits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(text.into()) } else { Err(CodecError::Damaged("number")) }
}
