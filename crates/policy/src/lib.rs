//! Who may: principals and the one decision point that [`decide`] is.
//!
//! The hub asks here, once, for every face; a face cannot forget it. For now the rule is short: an
//! administrator and the services of this binary may everything in the tenants that they name; anonymous may
//! read what its contract calls open; everything else is denied. The full policy takes the place of the body
//! of [`decide`] and changes no caller.

use senne_contract::{Class, Contracts};
use senne_model::{Entity, ErrorKind, Name, Problem, TenantName};

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Principal {
    /// Nobody known.
    #[default]
    Anonymous,
    /// The holder of an administrator's key.
    Administrator {
        /// The name in the account of changes.
        name: String,
    },
    /// A part of this binary that acts for a feed, a simulator or the like.
    Service {
        /// The name in the account of changes.
        name: String,
    },
    /// Senne itself, on its own entities.
    System,
}

impl Principal {
    /// The name that stands in the log as the actor.
    pub fn name(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Administrator { name } | Self::Service { name } => name,
            Self::System => "senne",
        }
    }
}

/// What is asked to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Read entities, their state and their past.
    Read,
    /// Write entities.
    Write,
    /// Ask with SQL, about entities and their past.
    Sql,
    /// Keep house: subscriptions, hosted contexts, jobs.
    Administer,
    /// Erase entities for good, with their past.
    Erase,
}

/// What a decision lets the caller see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grant {
    /// Everything in the tenant.
    Everything,
    /// Only what its contract calls open.
    OpenOnly,
}

/// The one decision point. Default is to deny.
pub fn decide(principal: &Principal, tenant: &TenantName, action: Action) -> Result<Grant, Problem> {
    match (principal, action) {
        (Principal::System, _) => Ok(Grant::Everything),
        (_, _) if tenant.is_system() => Err(denied(principal)),
        (Principal::Service { .. }, Action::Erase) => Err(denied(principal)),
        (Principal::Administrator { .. } | Principal::Service { .. }, _) => Ok(Grant::Everything),
        (Principal::Anonymous, Action::Read | Action::Sql) => Ok(Grant::OpenOnly),
        (Principal::Anonymous, _) => Err(denied(principal)),
    }
}

impl Grant {
    /// Whether entities of these types may be seen.
    pub fn allows_types(self, types: &[Name], contracts: &Contracts) -> bool {
        self == Self::Everything || contracts.class_of(types) == Class::Open
    }

    /// The entity with what may be seen of it; `None` when nothing may be. An attribute that its contract
    /// classes more strictly than the type is left out.
    pub fn visible(self, entity: &Entity, contracts: &Contracts) -> Visible {
        if self == Self::Everything {
            return Visible::Whole;
        }
        if !self.allows_types(&entity.types, contracts) {
            return Visible::Nothing;
        }
        let hidden =
            entity.attributes.iter().filter(|a| !self.allows_attribute(&entity.types, &a.name, contracts));
        let hidden: Vec<Name> = hidden.map(|a| a.name.clone()).collect();
        if hidden.is_empty() { Visible::Whole } else { Visible::Without(hidden) }
    }

    /// Whether this attribute of entities of these types may be seen.
    pub fn allows_attribute(self, types: &[Name], attribute: &Name, contracts: &Contracts) -> bool {
        let class = |kind: &Name| contracts.get(kind).map(|c| c.class_of_attribute(attribute));
        self == Self::Everything || types.iter().filter_map(class).all(|class| class == Class::Open)
    }
}

/// How much of an entity may be seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Visible {
    /// All of it.
    Whole,
    /// All but these attributes.
    Without(Vec<Name>),
    /// Not even that it exists.
    Nothing,
}

fn denied(principal: &Principal) -> Problem {
    match principal {
        Principal::Anonymous => Problem::new(
            ErrorKind::Unauthenticated,
            "this needs an administrator; send `Authorization: Bearer` with the key in DIR/admin-key",
        ),
        _ => Problem::new(ErrorKind::Forbidden, "this principal may not do this"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn administrator() -> Principal {
        Principal::Administrator { name: "admin".to_owned() }
    }

    #[test]
    fn anonymous_reads_open_data_and_does_nothing_else() {
        let tenant = TenantName::default();
        for action in [Action::Read, Action::Sql] {
            assert_eq!(decide(&Principal::Anonymous, &tenant, action), Ok(Grant::OpenOnly));
        }
        for action in [Action::Write, Action::Administer, Action::Erase] {
            let problem = decide(&Principal::Anonymous, &tenant, action).unwrap_err();
            assert_eq!(problem.kind, ErrorKind::Unauthenticated);
        }
    }

    #[test]
    fn only_an_administrator_erases() {
        let (tenant, feed) = (TenantName::default(), Principal::Service { name: "feed".to_owned() });
        assert_eq!(decide(&feed, &tenant, Action::Erase).unwrap_err().kind, ErrorKind::Forbidden);
        assert_eq!(decide(&administrator(), &tenant, Action::Erase), Ok(Grant::Everything));
    }

    #[test]
    fn nobody_but_senne_enters_a_system_tenant() {
        let system = TenantName::default().system();
        assert_eq!(decide(&administrator(), &system, Action::Read).unwrap_err().kind, ErrorKind::Forbidden);
        assert_eq!(decide(&Principal::System, &system, Action::Write), Ok(Grant::Everything));
    }

    #[test]
    fn a_type_without_a_contract_is_not_open() {
        let contracts = Contracts::builtin();
        let unknown = [Name::new("https://example.org/Secret")];
        assert!(!Grant::OpenOnly.allows_types(&unknown, &contracts));
        assert!(Grant::Everything.allows_types(&unknown, &contracts));
    }
}
