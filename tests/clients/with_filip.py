"""FiLiP, as it comes from PyPI, works with Senne."""

import logging

import filip
from filip.clients.ngsi_ld.cb import ContextBrokerLDClient
from filip.models.base import FiwareLDHeader
from filip.models.ngsi_ld.context import ActionTypeLD, ContextLDEntity, ContextLDEntityKeyValues, ContextProperty
from requests import Session

import rooms
import subscriptions_by_filip
from broker import Broker
from checks import Checks
from receiver import TERMS, Receiver


def prop(value):
    """A property in the normalized form."""
    return {"type": "Property", "value": value}


def room(number):
    """A room with two properties, one of them observed, a place and a relationship."""
    return ContextLDEntity(
        id=rooms.identifier(number),
        type="Room",
        temperature=prop(rooms.temperature(number)) | {"unitCode": "CEL", "observedAt": "2024-01-31T12:00:00Z"},
        floor=prop(number % 5),
        location={"type": "GeoProperty", "value": {"type": "Point", "coordinates": [4.3 + number / 1000, 50.8]}},
        isPartOf={"type": "Relationship", "object": "urn:ngsi-ld:Building:1"},
    )


def one(checks, client):
    """One entity: made, read in two forms, made again, and one that is not there."""
    entity = room(0)
    location = client.post_entity(entity)
    checks.same("create", f"/ngsi-ld/v1/entities/{entity.id}", location)
    found = client.get_entity(entity.id)
    checks.same("retrieve", entity.model_dump(exclude_none=True), found.model_dump(exclude_none=True, exclude={"context"}))
    simple = client.get_entity(entity.id, options="keyValues").model_dump()
    simple = [simple[name] for name in ("temperature", "floor", "isPartOf")]
    checks.same("retrieve key values", [10.5, 0, "urn:ngsi-ld:Building:1"], simple)
    system = client.get_entity(entity.id, options="sysAttrs", entity_type="Room")
    checks.same("retrieve with system attributes", True, system.createdAt is not None and system.createdAt <= system.modifiedAt)
    checks.same("some attributes", False, "temperature" in client.get_entity(entity.id, attrs=["floor"]).model_dump())
    checks.refused("create again", 409, lambda: client.post_entity(entity))
    checks.refused("retrieve what is not there", 404, lambda: client.get_entity("urn:ngsi-ld:Room:none"))
    building = ContextLDEntityKeyValues(id="urn:ngsi-ld:Building:1", type="Building", storeys=5)
    client.post_entity(building)
    checks.same("create from key values", 5, client.get_entity(building.id).model_dump()["storeys"]["value"])
    checks.same("a relationship leads somewhere", True, client.validate_relationship(found.isPartOf))


def many(checks, client):
    """A batch, found again by pages of several sizes, each entity once."""
    client.entity_batch_operation(entities=[room(number) for number in range(rooms.NUMBER)], action_type=ActionTypeLD.UPSERT)
    for limit in (7, 1000):
        client.pagination_limit = limit
        found = [entity.id for entity in client.get_entity_list(entity_type="Room")]
        checks.same(f"pages of {limit}", rooms.ALL, found)
    client.pagination_limit = 20
    checks.same("no more than 50", rooms.ALL[:50], [entity.id for entity in client.get_entity_list(entity_type="Room", limit=50)])


def queries(checks, client):
    """What `q`, patterns and places select."""
    warm = f"temperature>{rooms.WARM}"
    found = client.get_entity_list(entity_type="Room", q=warm)
    checks.same("q", rooms.WARM_ONES, [entity.id for entity in found])
    checks.same("q, lowest value", 30.5, min(entity.model_dump()["temperature"]["value"] for entity in found))
    both = 'floor==2;temperature<13;isPartOf=="urn:ngsi-ld:Building:1"'
    simple = client.get_entity_list(entity_type="Room", q=both, options="keyValues")
    wanted = [(id, 2) for n, id in enumerate(rooms.ALL) if n % 5 == 2 and rooms.temperature(n) < 13]
    checks.same("q with and, key values", wanted, [(entity.id, entity.model_dump()["floor"]) for entity in simple])
    found = client.get_entity_list(entity_type="Room", id_pattern="^urn:ngsi-ld:Room:00.$")
    checks.same("id pattern", rooms.ALL[:10], [entity.id for entity in found])
    found = client.get_entity_list(entity_type="Room", entity_id=rooms.ALL[3], attrs=["floor"])
    checks.same("one by id", [(rooms.ALL[3], 3)], [(entity.id, entity.model_dump()["floor"]["value"]) for entity in found])
    near = {"georel": "near;maxDistance==400", "geometry": "Point", "coordinates": "[4.31,50.8]"}
    found = client.get_entity_list(entity_type="Room", **near)
    checks.same("near a place", rooms.ALL[5:16], [entity.id for entity in found])
    checks.refused("q that is no query", 400, lambda: client.get_entity_list(entity_type="Room", q="temperature>>"))


def changes(checks, client):
    """Attributes changed, added and removed; what is not named stays."""
    id = rooms.ALL[1]
    client.update_entity_attribute(id, ContextProperty(value=99.25), "temperature")
    found = client.get_entity(id).model_dump()
    checks.same("patch of one attribute", (99.25, 1), (found["temperature"]["value"], found["floor"]["value"]))
    checks.same("its unit stays", "CEL", found["temperature"]["unitCode"])
    client.replace_existing_attributes_of_entity(ContextLDEntity(id=id, type="Room", floor=prop(17)))
    found = client.get_entity(id).model_dump()
    checks.same("patch of attributes", (99.25, 17), (found["temperature"]["value"], found["floor"]["value"]))
    more = ContextLDEntity(id=id, type="Room", floor=prop(18), windows=prop(3))
    client.append_entity_attributes(more, options="noOverwrite")
    found = client.get_entity(id).model_dump()
    checks.same("append without overwriting", (17, 3), (found["floor"]["value"], found["windows"]["value"]))
    client.append_entity_attributes(more)
    checks.same("append", 18, client.get_entity(id).model_dump()["floor"]["value"])
    client.delete_attribute(id, "windows")
    checks.same("delete of an attribute", False, "windows" in client.get_entity(id).model_dump())
    work = lambda: client.update_entity_attribute(id, ContextProperty(value=1), "windows")
    checks.refused("patch of what is not there", 404, work)
    some = [ContextLDEntity(id=id, type="Room", floor=prop(40)) for id in rooms.ALL[2:4]]
    client.entity_batch_operation(entities=some, action_type=ActionTypeLD.UPDATE)
    found = [client.get_entity(id).model_dump() for id in rooms.ALL[2:4]]
    checks.same("batch update", [(40, 12.5), (40, 13.5)], [(one["floor"]["value"], one["temperature"]["value"]) for one in found])
    client.post_entity(room(1), update=True)
    checks.same("post of what is there, to replace it", 11.5, client.get_entity(id).model_dump()["temperature"]["value"])
    strangers = [ContextLDEntity(id=f"urn:ngsi-ld:Room:{name}", type="Room") for name in ("x", "y")]
    work = lambda: client.entity_batch_operation(entities=strangers, action_type=ActionTypeLD.UPDATE)
    checks.refused("batch update of what is not there", "RuntimeError", work)


def contexts(checks, client, broker, receiver):
    """Names of a context that somebody else serves: sent in the body, asked for in the header."""
    here = ContextLDEntity(id="urn:ngsi-ld:Sonometer:1", type="Sonometer", level=prop(62.5))
    here.context = [receiver.context]
    client.post_entity(here)
    checks.same("the context was fetched", True, receiver.asked > 0)
    found = client.get_entity(here.id).model_dump()
    checks.same("full names without the context", (f"{TERMS}Sonometer", 62.5), (found["type"], found[f"{TERMS}level"]["value"]))
    header = FiwareLDHeader()
    header.set_context(receiver.context)
    with ContextBrokerLDClient(broker.url, fiware_header=header) as speaker:
        found = speaker.get_entity(here.id)
        checks.same("short names with the context", ("Sonometer", 62.5), (found.type, found.model_dump()["level"]["value"]))
        speaker.update_entity_attribute(here.id, ContextProperty(value=70), "level")
        found = speaker.get_entity_list(entity_type="Sonometer", q="level==70")
        checks.same("query with the context", [here.id], [entity.id for entity in found])
    checks.same("query without the context", [], client.get_entity_list(entity_type="Sonometer"))


def tenants(checks, client, broker):
    """What a tenant has is its own."""
    header = FiwareLDHeader(ngsild_tenant="other")
    with ContextBrokerLDClient(broker.url, fiware_header=header, session=Session()) as other:
        checks.same("another tenant is empty", [], other.get_entity_list(entity_type="Room"))
        other.post_entity(ContextLDEntity(id="urn:ngsi-ld:Room:theirs", type="Room"))
        checks.same("and has its own", ["urn:ngsi-ld:Room:theirs"], [e.id for e in other.get_entity_list(entity_type="Room")])
    checks.same("nobody else sees it", rooms.ALL, [entity.id for entity in client.get_entity_list(entity_type="Room")])


def removals(checks, client):
    """One entity, and many."""
    client.delete_entity_by_id(rooms.ALL[0], entity_type="Room")
    checks.refused("deleted", 404, lambda: client.get_entity(rooms.ALL[0]))
    checks.refused("delete again", 404, lambda: client.delete_entity_by_id(rooms.ALL[0]))
    client.entity_batch_operation(entities=client.get_entity_list(entity_type="Room"), action_type=ActionTypeLD.DELETE)
    checks.same("delete of a batch", [], client.get_entity_list(entity_type="Room"))


def main():
    # What the client logs of refusals, the checks say.
    logging.disable(logging.ERROR)
    checks = Checks("FiLiP", filip.__version__)
    session = Session()
    with Broker() as broker, Receiver() as receiver, ContextBrokerLDClient(broker.url, session=session) as client:
        one(checks, client)
        many(checks, client)
        queries(checks, client)
        changes(checks, client)
        contexts(checks, client, broker, receiver)
        tenants(checks, client, broker)
        subscriptions_by_filip.check(checks, client, receiver)
        removals(checks, client)
    checks.done()


if __name__ == "__main__":
    main()
