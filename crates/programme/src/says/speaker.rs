//! Who speaks: a programme in a language.

use super::{Language, grammar};
use crate::{
    Programme,
    types::{AreaId, Evaluation, IndicatorId, OrganisationId, Project, ProjectId, Quantity},
};

/// Says what a programme holds, in one language.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'a> {
    pub(super) programme: &'a Programme,
    pub(super) language: Language,
}

impl<'a> Speaker<'a> {
    /// A speaker of a programme in a language.
    pub fn new(programme: &'a Programme, language: Language) -> Self {
        Self { programme, language }
    }

    /// What an organisation is called.
    pub fn organisation(&self, id: &'a OrganisationId) -> &'a str {
        let found = self.programme.organisations.get(id);
        self.programme.called(found.map(|one| &one.name), id.as_str(), self.language.tag())
    }

    /// What an area is called.
    pub fn area(&self, id: &'a AreaId) -> &'a str {
        self.programme.called(self.programme.areas.get(id), id.as_str(), self.language.tag())
    }

    /// What an indicator is called.
    pub fn indicator<'q>(&self, id: &'q IndicatorId) -> &'q str
    where
        'a: 'q,
    {
        let found = self.programme.indicators.get(id);
        self.programme.called(found.map(|one| &one.name), id.as_str(), self.language.tag())
    }

    /// The unit of an indicator in words; empty when it has none or it is not known.
    pub fn unit(&self, id: &IndicatorId) -> &'a str {
        let found = self.programme.indicators.get(id);
        found.and_then(|one| one.unit.get(self.language.tag())).unwrap_or_default()
    }

    /// What a project is called.
    pub fn project(&self, project: &'a Project) -> &'a str {
        self.programme.called(Some(&project.name), project.id.as_str(), self.language.tag())
    }

    /// What a project is called, by its identifier.
    pub fn project_by_id(&self, id: &'a ProjectId) -> &'a str {
        let found = self.programme.projects.get(id);
        self.programme.called(found.map(|one| &one.name), id.as_str(), self.language.tag())
    }

    /// What was measured: the indicator, the outcome that stands for it, or else what the evaluation is called.
    pub fn outcome<'q>(&self, evaluation: &'q Evaluation) -> &'q str
    where
        'a: 'q,
    {
        let own = evaluation.own_indicator().map(|indicator| self.indicator(indicator));
        own.or_else(|| evaluation.outcome.as_ref()?.name.get(self.language.tag())).unwrap_or_else(|| {
            self.programme.called(Some(&evaluation.name), evaluation.id.as_str(), self.language.tag())
        })
    }

    /// What a promise is about: the indicator, or the outcome that stands for it.
    pub fn promised<'q>(&self, quantity: Quantity<'q>) -> &'q str
    where
        'a: 'q,
    {
        match (quantity.outcome, quantity.indicator) {
            (Some(outcome), _) => {
                self.programme.called(Some(&outcome.name), &outcome.attribute, self.language.tag())
            }
            (None, Some(indicator)) => self.indicator(indicator),
            (None, None) => "",
        }
    }

    /// The unit of a quantity in words; empty when it has none or it is not known.
    pub fn unit_of<'q>(&self, quantity: Quantity<'q>) -> &'q str
    where
        'a: 'q,
    {
        match (quantity.outcome, quantity.indicator) {
            (Some(outcome), _) => outcome.unit.get(self.language.tag()).unwrap_or_default(),
            (None, Some(indicator)) => self.unit(indicator),
            (None, None) => "",
        }
    }

    pub(super) fn quoted(&self, name: &str) -> String {
        grammar::quoted(self.language, name)
    }

    /// The areas in brackets; nothing for none, and their number when they are more than six.
    pub(super) fn areas(&self, areas: &'a [AreaId]) -> String {
        const NAMED_MOST: usize = 6;
        if areas.is_empty() {
            return String::new();
        }
        if areas.len() > NAMED_MOST {
            let count = match self.language {
                Language::Fr => grammar::counted(self.language, areas.len(), "territoire", "territoires"),
                Language::Nl => grammar::counted(self.language, areas.len(), "gebied", "gebieden"),
                Language::En => grammar::counted(self.language, areas.len(), "area", "areas"),
            };
            return format!(" ({count})");
        }
        let names: Vec<&str> = areas.iter().map(|area| self.area(area)).collect();
        format!(" ({})", grammar::list(self.language, &names))
    }
}
