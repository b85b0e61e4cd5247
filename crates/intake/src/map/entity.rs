//! One row becomes writes: one per entity that the feed describes.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use senne_model::{EntityId, Name, Operation, Timestamp, Write};
use smallvec::SmallVec;

use super::{AttributePlan, Expression, Folds, Line, Stamp, Template};

/// How an entity is made from a line.
#[derive(Debug)]
pub(crate) struct EntityPlan {
    pub(crate) id: Template,
    pub(crate) types: SmallVec<[Name; 1]>,
    pub(crate) when: Option<Expression>,
    pub(crate) scopes: Vec<Template>,
    /// Written once per entity, before its first observation.
    pub(crate) fixed: Vec<AttributePlan>,
    /// Written with each line.
    pub(crate) attributes: Vec<AttributePlan>,
}

/// All entities of a feed, and the time of its lines.
#[derive(Debug)]
pub(crate) struct MapPlan {
    pub(crate) entities: Vec<EntityPlan>,
    pub(crate) stamp: Option<Stamp>,
}

/// Makes writes from lines and remembers which entities it has introduced. One per load or per poll.
pub(crate) struct Mapper {
    plan: Arc<MapPlan>,
    ids: HashMap<Box<str>, EntityId>,
    introduced: HashSet<EntityId>,
    folds: Folds,
    text: String,
}

/// What became of one line.
#[derive(Debug, Default)]
pub(crate) struct Mapped {
    /// The writes, in order: what is fixed before what is observed.
    pub(crate) writes: Vec<Write>,
    /// How many attribute values the line itself gave; what is fixed does not count.
    pub(crate) values: u64,
    /// Parts that were not taken: the attribute (none: all of the line), and why.
    pub(crate) refused: Vec<(Option<String>, String)>,
}

/// How many ids are remembered before the memory is emptied.
const IDS_MAX: usize = 1 << 20;

impl Mapper {
    pub(crate) fn new(plan: Arc<MapPlan>) -> Self {
        Self {
            plan,
            ids: HashMap::new(),
            introduced: HashSet::new(),
            folds: Folds::default(),
            text: String::new(),
        }
    }

    /// The writes of a line.
    pub(crate) fn map(&mut self, line: &Line<'_>) -> Mapped {
        let mut mapped = Mapped::default();
        let plan = Arc::clone(&self.plan);
        let mut at = None;
        for entity in &plan.entities {
            if let Err(reason) = self.entity(entity, plan.stamp.as_ref(), line, &mut at, &mut mapped) {
                mapped.refused.push((None, reason));
                break;
            }
        }
        mapped
    }

    /// Reads the time of a line and nothing else: lines that are skipped must still turn the clock.
    pub(crate) fn pass(&mut self, line: &Line<'_>) {
        let plan = Arc::clone(&self.plan);
        let (Some(stamp), Some(entity)) = (&plan.stamp, plan.entities.first()) else { return };
        if let Ok(Some(id)) = self.id(&entity.id, line) {
            // What is wrong with a skipped line was reported when it was read.
            drop(stamp.read(line, &id, &mut self.folds));
        }
    }

    fn entity(
        &mut self,
        plan: &EntityPlan,
        stamp: Option<&Stamp>,
        line: &Line<'_>,
        at: &mut Option<Timestamp>,
        mapped: &mut Mapped,
    ) -> Result<(), String> {
        if let Some(when) = &plan.when
            && !when.holds(line)?
        {
            return Ok(());
        }
        let id = self.id(&plan.id, line)?.ok_or("the row lacks a part of the entity's id")?;
        if at.is_none()
            && let Some(stamp) = stamp
        {
            *at = Some(stamp.read(line, &id, &mut self.folds)?);
        }
        let mut write = Write::new(id.clone(), Operation::Observe);
        write.types.clone_from(&plan.types);
        write.attributes.reserve_exact(plan.attributes.len());
        for attribute in &plan.attributes {
            match attribute.make(line, *at, stamp) {
                Ok(Some(made)) => write.attributes.push(made),
                Ok(None) => {}
                Err(reason) => mapped.refused.push((Some(attribute.term.to_string()), reason)),
            }
        }
        if !self.introduced.contains(&id) {
            self.introduce(plan, stamp, line, &id, mapped)?;
        }
        if !write.attributes.is_empty() {
            mapped.values += write.attributes.len() as u64;
            mapped.writes.push(write);
        }
        Ok(())
    }

    fn introduce(
        &mut self,
        plan: &EntityPlan,
        stamp: Option<&Stamp>,
        line: &Line<'_>,
        id: &EntityId,
        mapped: &mut Mapped,
    ) -> Result<(), String> {
        self.note(id.clone());
        if plan.fixed.is_empty() && plan.scopes.is_empty() {
            return Ok(());
        }
        for (i, table) in line.tables.iter().enumerate() {
            if !table.optional
                && let Err(reason) = line.need_table_row(i)
            {
                mapped.refused.push((Some("static".to_owned()), reason));
            }
        }
        let mut write = Write::new(id.clone(), Operation::Observe);
        write.types.clone_from(&plan.types);
        let scopes: Vec<Box<str>> = plan
            .scopes
            .iter()
            .filter_map(|scope| scope.text(line).transpose())
            .map(|scope| scope.map(String::into_boxed_str))
            .collect::<Result<_, _>>()?;
        write.scopes = (!scopes.is_empty()).then_some(scopes);
        for attribute in &plan.fixed {
            match attribute.make(line, None, stamp) {
                Ok(Some(made)) => write.attributes.push(made),
                Ok(None) => {}
                Err(reason) => mapped.refused.push((Some(attribute.term.to_string()), reason)),
            }
        }
        mapped.writes.push(write);
        Ok(())
    }

    /// Notes that an entity is introduced. A live source may name ever new ones: when too many are known, all are introduced once more.
    fn note(&mut self, id: EntityId) {
        if self.introduced.len() >= IDS_MAX {
            self.introduced.clear();
        }
        self.introduced.insert(id);
    }

    /// The id of a line, remembered, so that one station's million rows share one text.
    fn id(&mut self, template: &Template, line: &Line<'_>) -> Result<Option<EntityId>, String> {
        self.text.clear();
        let mut text = std::mem::take(&mut self.text);
        let written = template.write(line, &mut text);
        let id = match written {
            Ok(true) => match self.ids.get(text.as_str()) {
                Some(id) => Ok(Some(id.clone())),
                None => EntityId::parse(&text).map_err(|p| p.to_string()).map(|id| {
                    if self.ids.len() >= IDS_MAX {
                        self.ids.clear();
                    }
                    self.ids.insert(text.as_str().into(), id.clone());
                    Some(id)
                }),
            },
            Ok(false) => Ok(None),
            Err(reason) => Err(reason),
        };
        self.text = text;
        id
    }
}

impl Line<'_> {
    /// That a table has a row for this line.
    fn need_table_row(&self, table: usize) -> Result<(), String> {
        let key = self.tables.get(table).map(|plan| plan.matches.text(self)).transpose()?.flatten();
        let key = key.ok_or("the row lacks what a table is looked up by")?;
        match self.around.tables.get(table).and_then(|t| t.row(&key)) {
            Some(_) => Ok(()),
            None => Err(format!("no row of the table has the key `{key}`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_of_ever_new_entities_does_not_fill_the_memory() {
        let mut mapper = Mapper::new(Arc::new(MapPlan { entities: Vec::new(), stamp: None }));
        for n in 0..=IDS_MAX {
            mapper.note(EntityId::trusted(&n.to_string()));
        }
        assert!(mapper.introduced.len() <= IDS_MAX);
    }
}
