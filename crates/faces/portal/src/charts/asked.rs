//! What a request for charts asks.

use senne_hub::{CHART_SERIES_MAX, ChartQuery, Context, Hub};
use senne_model::{Entity, EntityId, ErrorKind, Iri, Name, Problem, Timestamp};

use crate::format;

const WEEK: i64 = 7 * 86_400_000_000;
const PIXELS: u16 = 800;
const KNOWN: [&str; 7] = ["entity", "attribute", "dataset", "from", "to", "pixels", "zone"];
const DEFAULT_CONTEXT: &str = "https://uri.etsi.org/ngsi-ld/default-context/";

/// Reads the parameters. The n-th attribute is one of the n-th entity; one entity stands for all attributes.
pub(super) async fn read(
    hub: &Hub,
    context: &Context,
    parameters: &[(String, String)],
    now: Timestamp,
) -> Result<Vec<ChartQuery>, Problem> {
    if let Some((name, _)) = parameters.iter().find(|(name, _)| !KNOWN.contains(&name.as_str())) {
        let detail = format!("there is no such parameter; there are {}", KNOWN.join(", "));
        return Err(invalid(detail).field(name));
    }
    let all = |name: &str| -> Vec<&str> {
        parameters.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    };
    let one = |name: &str| all(name).first().copied().filter(|text| !text.is_empty());
    let (entities, attributes, datasets) = (all("entity"), all("attribute"), all("dataset"));
    if attributes.is_empty() || attributes.len() > CHART_SERIES_MAX {
        return Err(Problem::bad(format!("name 1 to {CHART_SERIES_MAX} attributes")).field("attribute"));
    }
    if entities.len() != 1 && entities.len() != attributes.len() {
        return Err(Problem::bad("name one entity, or one for each attribute").field("entity"));
    }
    let to = one("to").map_or(Ok(now), |text| moment(text, "to"))?;
    let week_before = Timestamp::from_micros(to.micros().saturating_sub(WEEK)).max(Timestamp::MIN);
    let from = one("from").map_or(Ok(week_before), |text| moment(text, "from"))?;
    let pixels = one("pixels").map_or(Ok(PIXELS), |text| {
        text.parse().map_err(|_| Problem::bad("the pixels are a whole number up to 4096").field("pixels"))
    })?;
    let zone = one("zone").unwrap_or(format::ZONE);
    let mut asked = Vec::with_capacity(attributes.len());
    for (index, attribute) in attributes.into_iter().enumerate() {
        let id = entities.get(index).or(entities.first()).copied().unwrap_or_default();
        let id =
            EntityId::parse(id).map_err(|_| Problem::bad("an entity is named by its id").field("entity"))?;
        let entity = hub.entity(context, &id).await.ok();
        let dataset = datasets.get(index).copied().filter(|text| !text.is_empty());
        asked.push(ChartQuery {
            attribute: attribute_name(hub, entity.as_deref(), attribute),
            entity: id,
            dataset_id: dataset.map(Iri::new),
            from,
            to,
            pixels,
            zone: zone.to_owned(),
            cadence: None,
            now,
        });
    }
    Ok(asked)
}

/// The expanded name of an attribute: an IRI, a term of the entity's contract, the last part of a name that the entity has, or a term of
/// the default context.
pub(crate) fn attribute_name(hub: &Hub, entity: Option<&Entity>, text: &str) -> Name {
    if text.contains(':') {
        return Name::new(text);
    }
    let types = entity.iter().flat_map(|entity| &entity.types);
    let mut promised =
        types.filter_map(|name| hub.contracts().get(name)).flat_map(|contract| &contract.attributes);
    let own = || entity?.attributes.iter().find(|a| a.name.local() == text).map(|a| a.name.clone());
    // What the entity has goes first: it may use a former name.
    own()
        .or_else(|| promised.find(|a| a.term == text).map(|a| a.name.clone()))
        .unwrap_or_else(|| Name::new(&format!("{DEFAULT_CONTEXT}{text}")))
}

fn moment(text: &str, field: &str) -> Result<Timestamp, Problem> {
    Timestamp::parse(text).map_err(|error| {
        Problem::bad(format!("this is no moment: {error}; write e.g. 2024-01-31T12:00:00Z")).field(field)
    })
}

fn invalid(detail: String) -> Problem {
    Problem::new(ErrorKind::InvalidRequest, detail)
}
