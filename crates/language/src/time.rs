//! Temporal queries (GS CIM 009 clause 4.11).

use senne_model::{Entity, Instance, Problem, Timestamp};

/// Which of the times of an attribute instance is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum TimeProperty {
    /// When it was so in the world; the default.
    #[default]
    ObservedAt,
    /// When the instance was first recorded here.
    CreatedAt,
    /// When the instance was last recorded here.
    ModifiedAt,
    /// When it was deleted here.
    DeletedAt,
}

impl TimeProperty {
    /// Reads `observedAt`, `createdAt`, `modifiedAt` or `deletedAt`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "observedAt" => Ok(Self::ObservedAt),
            "createdAt" => Ok(Self::CreatedAt),
            "modifiedAt" => Ok(Self::ModifiedAt),
            "deletedAt" => Ok(Self::DeletedAt),
            _ => {
                Err(Problem::bad("use one of observedAt, createdAt, modifiedAt, deletedAt")
                    .field("timeproperty"))
            }
        }
    }

    /// The term of NGSI-LD, e.g. `observedAt`.
    pub fn term(self) -> &'static str {
        match self {
            Self::ObservedAt => "observedAt",
            Self::CreatedAt => "createdAt",
            Self::ModifiedAt => "modifiedAt",
            Self::DeletedAt => "deletedAt",
        }
    }

    /// This time of an instance as it stands now; a present instance has no `deletedAt`.
    pub fn of(self, instance: &Instance) -> Option<Timestamp> {
        match self {
            Self::ObservedAt => instance.observed_at,
            Self::CreatedAt => Some(instance.created_at),
            Self::ModifiedAt => Some(instance.modified_at),
            Self::DeletedAt => None,
        }
    }
}

/// A span of time. `from` is inclusive and `to` exclusive for every relation: GS CIM 009 clause 4.11 makes
/// `after` inclusive, `before` exclusive, and `between` inclusive at its start and exclusive at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TimeFilter {
    /// Which time is compared.
    pub property: TimeProperty,
    /// The first instant that counts.
    pub from: Option<Timestamp>,
    /// The first instant that no longer counts.
    pub to: Option<Timestamp>,
}

impl TimeFilter {
    /// Reads the four parameters. `timerel` is `before`, `after` or `between`; `timeAt` is needed with each,
    /// `endTimeAt` with `between` alone. Without any of them the whole past is meant.
    pub fn parse(
        timerel: Option<&str>,
        time_at: Option<&str>,
        end_time_at: Option<&str>,
        timeproperty: Option<&str>,
    ) -> Result<Self, Problem> {
        let property = timeproperty.map_or(Ok(TimeProperty::default()), TimeProperty::parse)?;
        let Some(relation) = timerel else {
            if time_at.is_some() || end_time_at.is_some() {
                return Err(Problem::bad("timeAt and endTimeAt need timerel: before, after or between")
                    .field("timerel"));
            }
            return Ok(Self { property, from: None, to: None });
        };
        let at = match time_at {
            Some(text) => instant(text, "timeAt")?,
            None => return Err(Problem::bad(format!("timerel={relation} needs timeAt")).field("timeAt")),
        };
        if relation != "between" && end_time_at.is_some() {
            return Err(Problem::bad("endTimeAt goes with timerel=between alone").field("endTimeAt"));
        }
        match relation {
            "before" => Ok(Self { property, from: None, to: Some(at) }),
            "after" => Ok(Self { property, from: Some(at), to: None }),
            "between" => {
                let Some(end) = end_time_at else {
                    return Err(Problem::bad("timerel=between needs endTimeAt").field("endTimeAt"));
                };
                let end = instant(end, "endTimeAt")?;
                if end < at {
                    return Err(
                        Problem::bad("endTimeAt is earlier than timeAt; exchange them").field("endTimeAt")
                    );
                }
                Ok(Self { property, from: Some(at), to: Some(end) })
            }
            _ => Err(Problem::bad("use timerel before, after or between").field("timerel")),
        }
    }

    /// Whether an instant counts.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    /// Whether a present instance of one attribute at least has its time in the span; true when there is none.
    pub fn matches(&self, entity: &Entity) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let mut instances = entity.attributes.iter().flat_map(|attribute| &attribute.instances);
        instances.any(|instance| self.property.of(instance).is_some_and(|at| self.contains(at)))
    }
}

fn instant(text: &str, field: &str) -> Result<Timestamp, Problem> {
    Timestamp::parse(text).map_err(|error| Problem::bad(error.to_string()).field(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn bounds_are_as_the_clause_says() {
        let noon = at("2024-01-31T12:00:00Z");
        let before = TimeFilter::parse(Some("before"), Some("2024-01-31T12:00:00Z"), None, None).unwrap();
        assert!(!before.contains(noon) && before.contains(at("2024-01-31T11:59:59.999999Z")));
        let after =
            TimeFilter::parse(Some("after"), Some("2024-01-31T12:00:00Z"), None, Some("modifiedAt")).unwrap();
        assert!(after.contains(noon));
        assert_eq!(after.property, TimeProperty::ModifiedAt);
        let between = TimeFilter::parse(
            Some("between"),
            Some("2024-01-31T12:00:00Z"),
            Some("2024-01-31T13:00:00Z"),
            None,
        )
        .unwrap();
        assert!(between.contains(noon) && !between.contains(at("2024-01-31T13:00:00Z")));
        assert!(TimeFilter::parse(None, None, None, None).unwrap().contains(noon));
    }

    #[test]
    fn errors_name_the_parameter() {
        let field =
            |rel, at, end, property| TimeFilter::parse(rel, at, end, property).unwrap_err().field.unwrap();
        let (t, u) = (Some("2024-01-31T12:00:00Z"), Some("2023-01-31T12:00:00Z"));
        assert_eq!(field(Some("before"), None, None, None), "timeAt");
        assert_eq!(field(Some("between"), t, None, None), "endTimeAt");
        assert_eq!(field(Some("between"), t, u, None), "endTimeAt");
        assert_eq!(field(Some("after"), t, t, None), "endTimeAt");
        assert_eq!(field(Some("during"), t, None, None), "timerel");
        assert_eq!(field(None, t, None, None), "timerel");
        assert_eq!(field(Some("after"), Some("yesterday"), None, None), "timeAt");
        assert_eq!(field(Some("after"), t, None, Some("seenAt")), "timeproperty");
    }
}
