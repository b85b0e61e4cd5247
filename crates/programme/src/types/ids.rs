//! Identifiers, one kind for each kind of thing, so that none is taken for another.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// From the text of the identifier, `urn:ngsi-ld:…`.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }
    )+};
}

id! {
    /// An area of the city.
    AreaId,
    /// A benefit that somebody promised.
    BenefitId,
    /// A call for projects.
    CallId,
    /// Something that projects need or strengthen.
    CatalystId,
    /// A criterion of choice.
    CriterionId,
    /// An indicator.
    IndicatorId,
    /// A milestone of a project.
    MilestoneId,
    /// An objective of the programme.
    ObjectiveId,
    /// An organisation.
    OrganisationId,
    /// A pillar of the programme.
    PillarId,
    /// A project.
    ProjectId,
    /// A risk of a project.
    RiskId,
}
