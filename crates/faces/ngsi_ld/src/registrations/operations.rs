//! Which operations a source serves (clause 4.20).

use senne_model::{Json, Problem};

/// One operation that can be forwarded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Serves {
    CreateEntity,
    UpdateEntity,
    AppendAttrs,
    UpdateAttrs,
    DeleteAttrs,
    DeleteEntity,
    CreateBatch,
    UpsertBatch,
    UpdateBatch,
    DeleteBatch,
    UpsertTemporal,
    AppendAttrsTemporal,
    DeleteAttrsTemporal,
    UpdateAttrInstanceTemporal,
    DeleteAttrInstanceTemporal,
    DeleteTemporal,
    MergeEntity,
    ReplaceEntity,
    ReplaceAttrs,
    MergeBatch,
    PurgeEntity,
    RetrieveEntity,
    QueryEntity,
    QueryBatch,
    RetrieveTemporal,
    QueryTemporal,
    RetrieveEntityTypes,
    RetrieveEntityTypeDetails,
    RetrieveEntityTypeInfo,
    RetrieveAttrTypes,
    RetrieveAttrTypeDetails,
    RetrieveAttrTypeInfo,
    CreateSubscription,
    UpdateSubscription,
    RetrieveSubscription,
    QuerySubscription,
    DeleteSubscription,
    RetrieveEntityMap,
    UpdateEntityMap,
    DeleteEntityMap,
    CreateEntityMapQueryEntity,
    CreateEntityMapQueryTemporal,
    RetrieveContextSourceIdentity,
}

use Serves as S;

/// The names of table 4.20-1.
const NAMES: [(Serves, &str); 43] = [
    (S::CreateEntity, "createEntity"),
    (S::UpdateEntity, "updateEntity"),
    (S::AppendAttrs, "appendAttrs"),
    (S::UpdateAttrs, "updateAttrs"),
    (S::DeleteAttrs, "deleteAttrs"),
    (S::DeleteEntity, "deleteEntity"),
    (S::CreateBatch, "createBatch"),
    (S::UpsertBatch, "upsertBatch"),
    (S::UpdateBatch, "updateBatch"),
    (S::DeleteBatch, "deleteBatch"),
    (S::UpsertTemporal, "upsertTemporal"),
    (S::AppendAttrsTemporal, "appendAttrsTemporal"),
    (S::DeleteAttrsTemporal, "deleteAttrsTemporal"),
    (S::UpdateAttrInstanceTemporal, "updateAttrInstanceTemporal"),
    (S::DeleteAttrInstanceTemporal, "deleteAttrInstanceTemporal"),
    (S::DeleteTemporal, "deleteTemporal"),
    (S::MergeEntity, "mergeEntity"),
    (S::ReplaceEntity, "replaceEntity"),
    (S::ReplaceAttrs, "replaceAttrs"),
    (S::MergeBatch, "mergeBatch"),
    (S::PurgeEntity, "purgeEntity"),
    (S::RetrieveEntity, "retrieveEntity"),
    (S::QueryEntity, "queryEntity"),
    (S::QueryBatch, "queryBatch"),
    (S::RetrieveTemporal, "retrieveTemporal"),
    (S::QueryTemporal, "queryTemporal"),
    (S::RetrieveEntityTypes, "retrieveEntityTypes"),
    (S::RetrieveEntityTypeDetails, "retrieveEntityTypeDetails"),
    (S::RetrieveEntityTypeInfo, "retrieveEntityTypeInfo"),
    (S::RetrieveAttrTypes, "retrieveAttrTypes"),
    (S::RetrieveAttrTypeDetails, "retrieveAttrTypeDetails"),
    (S::RetrieveAttrTypeInfo, "retrieveAttrTypeInfo"),
    (S::CreateSubscription, "createSubscription"),
    (S::UpdateSubscription, "updateSubscription"),
    (S::RetrieveSubscription, "retrieveSubscription"),
    (S::QuerySubscription, "querySubscription"),
    (S::DeleteSubscription, "deleteSubscription"),
    (S::RetrieveEntityMap, "retrieveEntityMap"),
    (S::UpdateEntityMap, "updateEntityMap"),
    (S::DeleteEntityMap, "deleteEntityMap"),
    (S::CreateEntityMapQueryEntity, "createEntityMapQueryEntity"),
    (S::CreateEntityMapQueryTemporal, "createEntityMapQueryTemporal"),
    (S::RetrieveContextSourceIdentity, "retrieveContextSourceIdentity"),
];

const DISCOVERY: [Serves; 6] = [
    S::RetrieveEntityTypes,
    S::RetrieveEntityTypeDetails,
    S::RetrieveEntityTypeInfo,
    S::RetrieveAttrTypes,
    S::RetrieveAttrTypeDetails,
    S::RetrieveAttrTypeInfo,
];

const SUBSCRIBING: [Serves; 5] = [
    S::CreateSubscription,
    S::UpdateSubscription,
    S::RetrieveSubscription,
    S::QuerySubscription,
    S::DeleteSubscription,
];

const MAPPING: [Serves; 4] =
    [S::RetrieveEntityMap, S::UpdateEntityMap, S::DeleteEntityMap, S::CreateEntityMapQueryEntity];

const UPDATING: [Serves; 4] = [S::UpdateEntity, S::UpdateAttrs, S::ReplaceEntity, S::ReplaceAttrs];

const REDIRECTING: [Serves; 12] = [
    S::CreateEntity,
    S::UpdateEntity,
    S::AppendAttrs,
    S::UpdateAttrs,
    S::DeleteAttrs,
    S::DeleteEntity,
    S::MergeEntity,
    S::ReplaceEntity,
    S::ReplaceAttrs,
    S::RetrieveEntity,
    S::QueryEntity,
    S::PurgeEntity,
];

const READING: [Serves; 3] = [S::RetrieveEntity, S::QueryEntity, S::QueryBatch];

/// A set of operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Operations(u64);

impl Operations {
    /// What a registration that names none serves.
    pub(crate) fn federation() -> Self {
        Self::association().and(Self::of(&MAPPING))
    }

    fn association() -> Self {
        Self::of(&READING)
            .and(Self::of(&DISCOVERY))
            .and(Self::of(&SUBSCRIBING))
            .and(Self::of(&[S::RetrieveContextSourceIdentity]))
    }

    fn redirection() -> Self {
        Self::of(&REDIRECTING)
            .and(Self::of(&DISCOVERY))
            .and(Self::of(&MAPPING))
            .and(Self::of(&[S::RetrieveContextSourceIdentity]))
    }

    fn of(list: &[Serves]) -> Self {
        Self(list.iter().fold(0, |bits, one| bits | 1 << (*one as u64)))
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the operation is in it.
    pub(crate) fn has(self, one: Serves) -> bool {
        self.0 & (1 << (one as u64)) != 0
    }

    /// Whether all of them read entities as `retrieveOps` do (clause 5.9.2.4 on auxiliary registrations).
    pub(crate) fn only_retrieves(self) -> bool {
        self.0 & !Self::of(&[S::RetrieveEntity, S::QueryEntity]).0 == 0
    }

    /// The operations or groups of operations that a list names.
    pub(crate) fn read(list: &Json) -> Result<Self, Problem> {
        let wrong = || {
            let detail = "an array of operation names (createEntity, queryEntity …) or groups (federationOps, \
                          associationOps, updateOps, retrieveOps, redirectionOps) is needed here";
            Problem::bad(detail).field("operations")
        };
        let items = list.as_array().filter(|items| !items.is_empty()).ok_or_else(wrong)?;
        items.iter().try_fold(Self::default(), |all, item| {
            let name = item.as_str().ok_or_else(wrong)?;
            Ok(all.and(Self::named(name).ok_or_else(wrong)?))
        })
    }

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "federationOps" => Self::federation(),
            "associationOps" => Self::association(),
            "updateOps" => Self::of(&UPDATING),
            "retrieveOps" => Self::of(&[S::RetrieveEntity, S::QueryEntity]),
            "redirectionOps" => Self::redirection(),
            single => Self::of(&[NAMES.iter().find(|(_, there)| *there == single)?.0]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &[&str]) -> Result<Operations, Problem> {
        Operations::read(&Json::Array(list.iter().map(|name| Json::text(name)).collect()))
    }

    #[test]
    fn groups_hold_what_the_table_says() {
        let federation = Operations::federation();
        assert!(federation.has(S::QueryBatch) && federation.has(S::CreateEntityMapQueryEntity));
        assert!(!federation.has(S::CreateEntity) && !federation.has(S::QueryTemporal));
        let association = read(&["associationOps"]).unwrap();
        assert!(association.has(S::DeleteSubscription) && !association.has(S::RetrieveEntityMap));
        let redirection = read(&["redirectionOps"]).unwrap();
        assert!(redirection.has(S::PurgeEntity) && redirection.has(S::RetrieveAttrTypes));
        assert!(!redirection.has(S::QueryBatch) && !redirection.has(S::CreateSubscription));
        assert!(read(&["retrieveOps"]).unwrap().only_retrieves());
        assert!(!read(&["retrieveOps", "updateEntity"]).unwrap().only_retrieves());
    }

    #[test]
    fn unknown_names_are_refused() {
        assert_eq!(read(&["fly"]).unwrap_err().field.as_deref(), Some("operations"));
        assert!(read(&[]).is_err());
        assert!(Operations::read(&Json::text("createEntity")).is_err());
    }
}
