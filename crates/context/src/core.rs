//! The core context of NGSI-LD, compiled in. Its versions 1.3 to 1.9 only ever added terms, so one table serves all.
//!
//! In the tables `term` stands for `term = https://uri.etsi.org/ngsi-ld/term`; `term=other` names another local part;
//! a value with a scheme is a full IRI, and `geojson:` is its usual prefix.

use std::{collections::HashMap, sync::OnceLock};

use senne_model::{Json, Name};

use crate::definition::{Coercion, Container, Definition};

/// The URL under which responses name the core context.
pub const CORE_CONTEXT_URL: &str = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";
/// The namespace of the core terms.
pub const NGSI_LD: &str = "https://uri.etsi.org/ngsi-ld/";
/// Where terms go that no context defines (`@vocab` of the core context).
pub const DEFAULT_VOCABULARY: &str = "https://uri.etsi.org/ngsi-ld/default-context/";
const GEOJSON: &str = "https://purl.org/geojson/vocab#";

/// No coercion and no container.
const PLAIN: &str = "\
    Attribute AttributeList ContextSourceIdentity ContextSourceNotification ContextSourceRegistration \
    Date DateTime EntityType EntityTypeInfo EntityTypeList Feature=geojson:Feature \
    FeatureCollection=geojson:FeatureCollection GeoProperty \
    GeometryCollection=geojson:GeometryCollection JsonProperty LanguageProperty \
    LineString=geojson:LineString ListProperty ListRelationship MultiLineString=geojson:MultiLineString \
    MultiPoint=geojson:MultiPoint MultiPolygon=geojson:MultiPolygon Notification Point=geojson:Point \
    Polygon=geojson:Polygon Property Relationship Subscription TemporalProperty Time VocabProperty \
    accept attributeCount=default-context/attributeCount attributeDetails=default-context/attributeDetails attrs cacheDuration \
    containedBy=isContainedBy contextSourceAlias contextSourceInfo contextSourceUptime cooldown csf \
    data description=http://purl.org/dc/terms/description detail endpoint entities entity entityCount \
    entityMap=hasEntityMap error errors expandValues format geoQ geometry=geojson:geometry \
    geometryProperty=geojson:geometryProperty geoproperty georel idPattern information isActive join \
    joinLevel=hasJoinLevel jsonKeys key=hasKey lang linkedMaps localOnly location management \
    managementInterval mode notUpdated notification notificationTrigger notifierInfo \
    observationInterval observationSpace omit operationSpace operations pick \
    previousValue=hasPreviousValue properties=geojson:properties q reason receiverInfo refreshRate \
    registrationId registrationName scope scopeQ showChanges status subscriptionName sysAttrs temporalQ \
    throttling timeInterval timeout timeproperty timerel timesFailed timesSent \
    title=http://purl.org/dc/terms/title triggerReason unchanged unitCode updated uri value=hasValue";

/// Values are terms of a vocabulary (`@type: @vocab`).
const VOCAB: &str = "\
    attributeList attributeName attributeNames attributeTypes attributes objectType=hasObjectType \
    previousVocab=hasPreviousVocab propertyNames relationshipNames typeList typeName typeNames \
    vocab=hasVocab watchedAttributes";

/// Values are ordered (`@container: @list`).
const LIST: &str = "\
    avg bbox=geojson:bbox coordinates=geojson:coordinates distinctCount entityList jsons \
    languageMaps=hasLanguageMaps max min objectList=hasObjectList objects=hasObjects \
    objectsLists=hasObjectsLists previousObjectList=hasPreviousObjectList \
    previousValueList=hasPreviousValueList stddev sum sumsq totalCount valueList=hasValueList \
    valueLists=hasValueLists values=hasValues vocabs=hasVocabs";

/// Values are opaque JSON (`@type: @json`).
const JSON: &str = "\
    contextSourceExtras json=hasJSON previousJson=hasPreviousJson";

/// Values are date-times.
const DATE_TIME: &str = "\
    contextSourceTimeAt createdAt deletedAt endAt endTimeAt expiresAt lastFailure lastNotification \
    lastSuccess modifiedAt notifiedAt observedAt startAt timeAt";

/// Values are indexed.
const INDEX: &str = "\
    dataset=hasDataset";

/// Values are IRIs (`@type: @id`).
const IRI: &str = "\
    datasetId entityId instanceId object=hasObject previousObject=hasPreviousObject subscriptionId \
    success tenant";

/// Values are sets.
const SET: &str = "\
    features=geojson:features";

/// Values are texts by language.
const LANGUAGE: &str = "\
    languageMap=hasLanguageMap previousLanguageMap=hasPreviousLanguageMap";

/// Whether a URL names the core context in one of its versions (`…-v1.3.jsonld` to `…-v1.9.jsonld`, or without).
pub fn is_core_url(url: &str) -> bool {
    let bare = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
    let Some(version) = bare.strip_prefix("uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context") else {
        return false;
    };
    let Some(version) = version.strip_suffix(".jsonld") else { return false };
    match version.strip_prefix("-v1.") {
        Some(minor) => matches!(minor.as_bytes(), [b'3'..=b'9']),
        None => version.is_empty(),
    }
}

/// The definitions of the core terms.
pub(crate) fn core_terms() -> &'static HashMap<Box<str>, Definition> {
    static TERMS: OnceLock<HashMap<Box<str>, Definition>> = OnceLock::new();
    TERMS
        .get_or_init(|| core_list().into_iter().map(|(term, definition)| (term.into(), definition)).collect())
}

fn core_list() -> Vec<(&'static str, Definition)> {
    let tables = [
        (PLAIN, Coercion::None, None),
        (VOCAB, Coercion::Vocabulary, None),
        (IRI, Coercion::Iri, None),
        (DATE_TIME, Coercion::DateTime, None),
        (JSON, Coercion::Json, None),
        (LIST, Coercion::None, Some(Container::List)),
        (SET, Coercion::None, Some(Container::Set)),
        (INDEX, Coercion::None, Some(Container::Index)),
        (LANGUAGE, Coercion::None, Some(Container::Language)),
    ];
    let mut list = vec![
        ("ngsi-ld", Definition::plain(Name::new(NGSI_LD))),
        ("geojson", Definition::plain(Name::new(GEOJSON))),
        ("id", Definition::plain(Name::new("@id"))),
        ("type", Definition::plain(Name::new("@type"))),
    ];
    for (table, coercion, container) in tables {
        for entry in table.split_whitespace() {
            let (term, local) = entry.split_once('=').unwrap_or((entry, entry));
            let definition =
                Definition { iri: iri(local), coercion: coercion.clone(), container, prefix: false };
            list.push((term, definition));
        }
    }
    list
}

fn iri(local: &str) -> Name {
    match local.strip_prefix("geojson:") {
        Some(local) => Name::new(&format!("{GEOJSON}{local}")),
        None if local.contains(':') => Name::new(local),
        None => Name::new(&format!("{NGSI_LD}{local}")),
    }
}

/// The core context as a JSON-LD document, for clients that ask for it.
pub fn core_document() -> Json {
    let mut members: Vec<(Box<str>, Json)> = vec![
        ("@version".into(), Json::Float(1.1)),
        ("@protected".into(), Json::Bool(true)),
        ("@vocab".into(), Json::text(DEFAULT_VOCABULARY)),
    ];
    members.extend(
        core_list().into_iter().map(|(term, definition)| (term.into(), definition_json(&definition))),
    );
    Json::Object(vec![("@context".into(), Json::Object(members))])
}

fn definition_json(definition: &Definition) -> Json {
    let kind = match &definition.coercion {
        Coercion::None => None,
        Coercion::Iri => Some("@id"),
        Coercion::Vocabulary => Some("@vocab"),
        Coercion::Json => Some("@json"),
        Coercion::DateTime => Some("https://uri.etsi.org/ngsi-ld/DateTime"),
        Coercion::Other(kind) => Some(kind.as_str()),
    };
    let iri = Json::text(&definition.iri);
    if kind.is_none() && definition.container.is_none() {
        return iri;
    }
    let mut members = vec![("@id".into(), iri)];
    members.extend(kind.map(|kind| ("@type".into(), Json::text(kind))));
    members
        .extend(definition.container.map(|container| ("@container".into(), Json::text(container.keyword()))));
    Json::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_term_once() {
        assert_eq!(core_list().len(), core_terms().len());
        assert_eq!(core_list().len(), 181);
    }

    #[test]
    fn terms_stand_for_their_iris() {
        let term = |term: &str| core_terms().get(term).unwrap();
        assert_eq!(&*term("observedAt").iri, "https://uri.etsi.org/ngsi-ld/observedAt");
        assert_eq!(term("observedAt").coercion, Coercion::DateTime);
        assert_eq!(&*term("object").iri, "https://uri.etsi.org/ngsi-ld/hasObject");
        assert_eq!(&*term("coordinates").iri, "https://purl.org/geojson/vocab#coordinates");
        assert_eq!(term("coordinates").container, Some(Container::List));
        assert_eq!(&*term("title").iri, "http://purl.org/dc/terms/title");
        assert_eq!(
            &*term("attributeCount").iri,
            "https://uri.etsi.org/ngsi-ld/default-context/attributeCount"
        );
        assert!(term("ngsi-ld").prefix && !term("value").prefix);
    }

    #[test]
    fn every_version_is_known_by_its_url() {
        for version in 3..=9 {
            assert!(is_core_url(&format!(
                "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.{version}.jsonld"
            )));
        }
        assert!(is_core_url("http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"));
        assert!(!is_core_url("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-non-existing.jsonld"));
        assert!(!is_core_url("https://example.org/ngsi-ld-core-context.jsonld"));
    }
}
