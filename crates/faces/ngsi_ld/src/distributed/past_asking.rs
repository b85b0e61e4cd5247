//! What one source is asked of the past, and what is taken of its answer (clauses 4.3.6.1, 5.7.3, 5.7.4).

use http::{StatusCode, header};
use senne_model::{Json, Name};

use super::{
    asking::{Asking, expression},
    failure::Failure,
    forward::{Naming, Outgoing, Reply, Share},
    names::{Renaming, reduced},
    past::Asked,
    past_document::renamed_document,
    past_members::top_level,
    past_page::PastPage,
    trip::Trip,
    words::renamed,
};
use crate::{
    contexts::Terms,
    face::Face,
    registrations::{Info, Matched, Mode},
};

/// What one source answered.
pub(super) struct Version<'m> {
    pub(super) found: &'m Matched,
    pub(super) json: Json,
    /// How many entities it gave, those among them that were not registered.
    pub(super) given: usize,
    /// What of the past it covers, when that is not all of it.
    pub(super) range: Option<String>,
    /// Of the memory for answers.
    pub(super) share: Share,
}

impl Version<'_> {
    pub(super) fn is_auxiliary(&self) -> bool {
        self.found.registration.mode == Mode::Auxiliary
    }
}

impl Asked {
    /// What a source answers; one that does not serve costs a warning.
    pub(super) async fn forward<'m>(
        &self,
        face: &Face,
        trip: &Trip,
        found: &'m Matched,
        page: Option<PastPage>,
    ) -> Option<Version<'m>> {
        self.ask(face, trip, found, page).await.unwrap_or_else(|failure| {
            trip.warn(&found.registration, &failure);
            None
        })
    }

    /// What a source answers; none when that is nothing of what it registered.
    pub(super) async fn ask<'m>(
        &self,
        face: &Face,
        trip: &Trip,
        found: &'m Matched,
        page: Option<PastPage>,
    ) -> Result<Option<Version<'m>>, Failure> {
        let registration = &found.registration;
        let naming = face.forwarder.naming(registration, &self.received.terms).await;
        let outgoing = Outgoing {
            method: self.received.method.clone(),
            path: self.path.clone(),
            query: self.parameters_for(found, &naming, page),
            body: self.document_for(found, &naming),
            ..Outgoing::default()
        };
        let reply = face.forwarder.send(trip, registration, &naming, outgoing).await?;
        let json = reply.json()?;
        let given = json.as_array().map_or(1, <[Json]>::len);
        let range = range_of(&reply);
        let json = self.registered(json, found, &naming);
        Ok(json.map(|json| Version { found, json, given, range, share: reply.share }))
    }

    fn asking<'a>(&'a self, found: &'a Matched, naming: &'a Naming) -> Asking<'a> {
        let (query, wanted) = (&self.query, &self.wanted);
        Asking { matched: found, naming, query, wanted, split: false, datasets: None }
    }

    /// The document in the source's names, within what it registered.
    fn document_for(&self, found: &Matched, naming: &Naming) -> Option<Json> {
        let document = self.members.widen_document(self.received.json.as_ref()?);
        let mut document = renamed_document(&document, &self.query, &self.received.terms, naming);
        let asking = self.asking(found, naming);
        let attrs = self.attrs(&asking);
        let Json::Object(members) = &mut document else { return Some(document) };
        let mut put = |name: &str, value: Json| {
            members.retain(|(there, _)| &**there != name);
            members.push((name.into(), value));
        };
        if !attrs.is_empty() {
            put("attrs", Json::Array(attrs.into_iter().map(Json::from).collect()));
        }
        // Several selectors of different kinds are put as they are; what was not registered is left out of the answer.
        if let (true, Some(selectors)) = (self.query.selectors.is_empty(), asking.selectors()) {
            put("entities", selectors);
        }
        Some(document)
    }

    /// The attributes that a source is asked for; none where it was said which members are wanted.
    fn attrs(&self, asking: &Asking<'_>) -> Vec<String> {
        if self.members.are_chosen() { Vec::new() } else { asking.attrs() }
    }

    fn parameters_for(
        &self,
        found: &Matched,
        naming: &Naming,
        page: Option<PastPage>,
    ) -> Vec<(String, String)> {
        let terms = &self.received.terms;
        let asking = self.asking(found, naming);
        let in_document = self.received.json.is_some();
        // Which entities of a query are meant is said within what was registered.
        let selects = page.is_some() && !in_document;
        let mut query = if selects { asking.selection() } else { Vec::new() };
        for (name, value) in self.wide.pairs().filter(|(_, value)| !value.is_empty()) {
            let value = match (name, &self.query.types, &self.query.filter) {
                ("local" | "csf" | "offset" | "limit" | "count", _, _) => continue,
                ("type" | "id" | "idPattern", _, _) if selects => continue,
                ("attrs", _, _) if !in_document => continue,
                ("type", Some(types), _) if !in_document => expression(types, naming),
                ("q", _, Some(filter)) if !in_document => renamed(filter, naming).to_string(),
                ("attrs" | "pick" | "omit" | "geoproperty" | "expandValues", _, _) => {
                    listed(value, terms, naming)
                }
                _ => value.to_owned(),
            };
            query.push((name.to_owned(), value));
        }
        query.extend(page.map(|page| ("limit".to_owned(), page.wide().to_string())));
        let attrs = self.attrs(&asking);
        if !attrs.is_empty() && !in_document {
            query.push(("attrs".to_owned(), attrs.join(",")));
        }
        query
    }

    /// What a source answered, in the caller's names; of each entity what was registered of it. None when that is
    /// nothing of the one that was asked for.
    fn registered(&self, json: Json, found: &Matched, naming: &Naming) -> Option<Json> {
        let one = |entity: Json| {
            let own = self.infos_of(&entity, found, &naming.terms)?;
            let mut entity =
                reduced(&entity, &naming.terms, &|name| own.iter().any(|info| info.covers(name)));
            if naming.renames {
                let (from, to) = (&naming.terms, &self.received.terms);
                Renaming { from, to, simplified: false }.entity(&mut entity);
            }
            if let Json::Object(members) = &mut entity {
                members.retain(|(name, _)| &**name != "@context");
            }
            Some(entity)
        };
        match json {
            Json::Array(items) => Some(Json::Array(items.into_iter().filter_map(one).collect())),
            entity => one(entity),
        }
    }

    /// The parts of the information that are of an entity; none when there is no such part, or nobody can say.
    fn infos_of<'f>(&self, entity: &Json, found: &'f Matched, terms: &Terms) -> Option<Vec<&'f Info>> {
        let id = self.id_of(entity)?;
        let types: Vec<Name> = match entity.get("type") {
            Some(Json::Text(kind)) => vec![terms.expand(kind)],
            Some(Json::Array(kinds)) => {
                kinds.iter().filter_map(Json::as_str).map(|kind| terms.expand(kind)).collect()
            }
            _ => Vec::new(),
        };
        let own: Vec<&Info> = found.infos().filter(|info| info.holds(&id, &types)).collect();
        (!own.is_empty()).then_some(own)
    }
}

/// What of the past an answer covers, when it says that this is not all; empty when it does not say what.
fn range_of(reply: &Reply) -> Option<String> {
    let range = reply.headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    (reply.status == StatusCode::PARTIAL_CONTENT.as_u16()).then(|| range.unwrap_or_default().to_owned())
}

/// A list of members in the source's names.
fn listed(list: &str, from: &Terms, naming: &Naming) -> String {
    let one = |term: &str| match term {
        "id" | "type" | "scope" => term.to_owned(),
        term => naming.term(term, from),
    };
    top_level(list).into_iter().map(one).collect::<Vec<_>>().join(",")
}
