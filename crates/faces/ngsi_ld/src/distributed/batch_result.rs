//! What became of a batch at several brokers (clauses 5.2.16, 5.2.17).

use axum::response::Response;
use http::StatusCode;
use senne_model::{EntityId, Json};

use super::failure::Failure;
use crate::{
    http::{no_content, object, plain_json},
    registrations::Registration,
};

/// What became of a batch.
#[derive(Default)]
pub(super) struct BatchResult {
    created: Vec<String>,
    others: Vec<String>,
    pub(super) errors: Vec<EntityError>,
}

/// What went wrong with one entity.
pub(super) struct EntityError {
    pub(super) id: String,
    error: Json,
    registration: Option<String>,
}

impl EntityError {
    /// Whether the entity was not there.
    pub(super) fn is_absence(&self) -> bool {
        self.error.get("status") == Some(&Json::Int(404))
    }
}

impl BatchResult {
    /// From a broker's answer with success to a batch of these entities.
    pub(super) fn read(status: u16, body: &[u8], ids: &[EntityId], from: Option<&Registration>) -> Self {
        let json: Json = serde_json::from_slice(body).unwrap_or(Json::Null);
        let strings = |list: &[Json]| list.iter().filter_map(Json::as_str).map(str::to_owned).collect();
        let all = || ids.iter().map(ToString::to_string).collect();
        if status != 207 {
            let (created, others) = match (status, json.as_array()) {
                (201, Some(list)) => {
                    let created: Vec<String> = strings(list);
                    let others =
                        ids.iter().map(ToString::to_string).filter(|id| !created.contains(id)).collect();
                    (created, others)
                }
                (201, None) => (all(), Vec::new()),
                _ => (Vec::new(), all()),
            };
            return Self { created, others, errors: Vec::new() };
        }
        let errors = json.get("errors").and_then(Json::as_array).unwrap_or_default();
        let one = |error: &Json| EntityError {
            id: error.get("entityId").and_then(Json::as_str).unwrap_or("urn:ngsi-ld:null").to_owned(),
            error: error.get("error").cloned().unwrap_or(Json::Null),
            registration: from.map(|registration| registration.id.to_string()),
        };
        Self {
            created: Vec::new(),
            others: strings(json.get("success").and_then(Json::as_array).unwrap_or_default()),
            errors: errors.iter().map(one).collect(),
        }
    }

    /// Every one of these failed for one reason.
    pub(super) fn failed(ids: &[EntityId], failure: &Failure, from: Option<&Registration>) -> Self {
        let one = |id: &EntityId| EntityError {
            id: id.to_string(),
            error: failure.problem_json(),
            registration: from.map(|registration| registration.id.to_string()),
        };
        Self { errors: ids.iter().map(one).collect(), ..Self::default() }
    }

    /// The whole was refused here.
    pub(super) fn refused_here(ids: &[EntityId], body: &[u8]) -> Self {
        let error: Json = serde_json::from_slice(body).unwrap_or(Json::Null);
        let one =
            |id: &EntityId| EntityError { id: id.to_string(), error: error.clone(), registration: None };
        Self { errors: ids.iter().map(one).collect(), ..Self::default() }
    }

    pub(super) fn done(&mut self, id: &EntityId, created: bool) {
        if created { &mut self.created } else { &mut self.others }.push(id.to_string());
    }

    pub(super) fn take_in(&mut self, other: Self) {
        self.created.extend(other.created);
        self.others.extend(other.others);
        self.errors.extend(other.errors);
    }

    /// The answer: 207 when anything failed; else 201 with what was created, or 204.
    pub(super) fn answer(mut self) -> Response {
        let texts = |mut ids: Vec<String>| {
            let mut seen = std::collections::HashSet::new();
            ids.retain(|id| seen.insert(id.clone()));
            Json::Array(ids.into_iter().map(Json::from).collect())
        };
        if self.errors.is_empty() {
            if self.created.is_empty() {
                return no_content();
            }
            return plain_json(StatusCode::CREATED, &texts(self.created));
        }
        let error = |error: EntityError| {
            let mut members = vec![("entityId".into(), Json::from(error.id)), ("error".into(), error.error)];
            members.extend(error.registration.map(|id| ("registrationId".into(), Json::from(id))));
            Json::Object(members)
        };
        self.created.append(&mut self.others);
        let errors = self.errors.into_iter().map(error).collect();
        let body = object([("success", texts(self.created)), ("errors", Json::Array(errors))]);
        plain_json(StatusCode::MULTI_STATUS, &body)
    }
}
