"""ngsildclient, as it comes from PyPI, works with Senne."""

import logging

import ngsildclient
from ngsildclient import CORE_CONTEXT, Client, Entity

import past_by_ngsildclient
import rooms
import subscriptions_by_ngsildclient
from broker import Broker
from checks import Checks
from receiver import TERMS, Receiver


def room(number):
    """A room with two properties, one of them observed, a place and a relationship."""
    entity = Entity("Room", rooms.name(number))
    entity.prop("temperature", rooms.temperature(number), unitcode="CEL", observedat="2024-01-31T12:00:00Z")
    entity.prop("floor", number % 5)
    entity.loc(50.8275, 4.3725)
    return entity.rel("isPartOf", "Building:1")


def one(checks, client):
    """One entity: made, read, made again, and one that is not there."""
    entity = room(0)
    checks.same("create", True, client.create(entity))
    found = client.get(entity.id, asdict=True)
    # The answer names the version of the core context.
    checks.same("its context is a core context", True, found["@context"].startswith(CORE_CONTEXT.removesuffix(".jsonld")))
    checks.same("retrieve", entity.to_dict() | {"@context": found["@context"]}, found)
    checks.same("exists", [True, False], [client.exists(entity.id), client.exists("urn:ngsi-ld:Room:none")])
    checks.refused("create again", "NgsiAlreadyExistsError", lambda: client.create(entity))
    checks.refused("retrieve what is not there", "NgsiResourceNotFoundError", lambda: client.get("urn:ngsi-ld:Room:none"))
    nameless = {"id": "no URI", "type": "Room", "@context": CORE_CONTEXT}
    checks.refused("create with a bad id", "NgsiBadRequestDataError", lambda: client.create(Entity(nameless)))


def many(checks, client):
    """A batch, found again by pages of several sizes, each entity once."""
    batch = [room(number) for number in range(rooms.NUMBER)]
    # The first room is there; 201 names those that were made (clause 6.15.3.1), and the client counts no others.
    for made in (rooms.NUMBER - 1, rooms.NUMBER):
        result = client.upsert(batch)
        checks.same("batch upsert, succeeded and failed", (made, 0), (result.n_ok, result.n_err))
    checks.same("count", rooms.NUMBER, client.count(type="Room"))
    for limit in (7, 100):
        found = [entity.id for entity in client.query(type="Room", limit=limit)]
        checks.same(f"pages of {limit}", rooms.ALL, found)
    checks.same("generator", rooms.ALL, [entity.id for entity in client.query_generator(type="Room", limit=40)])


def queries(checks, client):
    """What `q` selects."""
    warm = f"temperature>{rooms.WARM}"
    found = client.query(type="Room", q=warm, limit=8)
    checks.same("q", rooms.WARM_ONES, [entity.id for entity in found])
    checks.same("q, lowest value", 30.5, min(entity["temperature.value"] for entity in found))
    checks.same("count with q", len(rooms.WARM_ONES), client.count(type="Room", q=warm))
    both = 'floor==2;temperature<13;isPartOf=="urn:ngsi-ld:Building:1"'
    wanted = [id for n, id in enumerate(rooms.ALL) if n % 5 == 2 and rooms.temperature(n) < 13]
    checks.same("q with and", wanted, [entity.id for entity in client.query(type="Room", q=both)])
    checks.same("q without type", len(rooms.WARM_ONES), client.count(q=warm))
    document = {"type": "Query", "entities": [{"type": "Room"}], "q": warm}
    checks.same("query by POST", rooms.WARM_ONES, [entity.id for entity in client.alt.query(document, limit=9)])
    checks.refused("q that is no query", "NgsiBadRequestDataError", lambda: client.count(type="Room", q="temperature>>"))


def changes(checks, client):
    """Attributes changed and added; what is not named stays."""
    # The client has no PATCH of one entity; its `update` of one is a removal and a creation, that of several is the batch.
    changed = [Entity("Room", rooms.name(number)).prop("temperature", 99.25) for number in (1, 2)]
    checks.same("batch update", 2, client.update(*changed).n_ok)
    found = client.get(rooms.ALL[1])
    checks.same("updated", 99.25, found["temperature.value"])
    checks.same("others stay", (1, "urn:ngsi-ld:Building:1"), (found["floor.value"], found["isPartOf.object"]))
    more = [Entity("Room", rooms.name(number)).prop("temperature", 5).prop("windows", 3) for number in (1, 2)]
    client.update(*more, overwrite=False)
    found = client.get(rooms.ALL[2])
    checks.same("update without overwriting", (99.25, 3), (found["temperature.value"], found["windows.value"]))
    checks.same("upsert of one", True, client.upsert(room(1)))
    found = client.get(rooms.ALL[1], asdict=True)
    checks.same("replaced as a whole", room(1).to_dict() | {"@context": found["@context"]}, found)


def contexts(checks, client, receiver):
    """Names of a context that somebody else serves, and of one that Senne hosts."""
    here = Entity("Sonometer", "1", ctx=[receiver.context, CORE_CONTEXT]).prop("level", 62.5)
    checks.same("create with a context", True, client.create(here))
    checks.same("the context was fetched", True, receiver.asked > 0)
    found = client.get(here.id, asdict=True)
    names = [f"{TERMS}Sonometer", f"{TERMS}level"]
    checks.same("full names without the context", names, [found["type"], next(key for key in found if "level" in key)])
    found = client.get(here.id, ctx=receiver.context)
    checks.same("short names with the context", ("Sonometer", 62.5), (found.type, found["level.value"]))
    found = client.query(type="Sonometer", q="level>60", ctx=receiver.context)
    checks.same("query with the context", [here.id], [entity.id for entity in found])
    checks.same("query without the context", 0, client.count(type="Sonometer"))

    before = set(client.contexts.list())
    checks.same("a fetched context is listed", {receiver.context}, before)
    client.contexts.add({"@context": {"Schallmesser": f"{TERMS}Sonometer", "Pegel": f"{TERMS}level"}})
    (hosted,) = set(client.contexts.list()) - before
    # The client looks for a whole URL without percent-encoding it, and so finds a context by the last part alone.
    number = hosted.rsplit("/", 1)[-1]
    found = client.get(here.id, ctx=hosted)
    checks.same("names of a hosted context", ("Schallmesser", 62.5), (found.type, found["Pegel.value"]))
    checks.same("hosted context", f"{TERMS}level", client.contexts.get(number)["@context"]["Pegel"])
    checks.same("delete a hosted context", [True, False], [client.contexts.delete(number), client.contexts.exists(number)])


def types(checks, client):
    """The types that there are, among those that Senne makes itself."""
    checks.same("types", {"Room", f"{TERMS}Sonometer"}, {"Room", f"{TERMS}Sonometer"} & set(client.types.list()))


def removals(checks, client):
    """One entity, several, and all of a type."""
    # Given ids in place of entities, the client stumbles over the 204 that says all went well.
    checks.same("delete of a batch", 2, client.delete([room(0), room(2)]).n_ok)
    checks.same("delete of one", True, client.entities.delete(rooms.ALL[1]))
    checks.same("what is left", rooms.ALL[3:], [entity.id for entity in client.query(type="Room")])
    checks.refused("deleted", "NgsiResourceNotFoundError", lambda: client.get(rooms.ALL[1]))
    checks.refused("delete again", "NgsiResourceNotFoundError", lambda: client.entities.delete(rooms.ALL[1]))
    # `drop` goes on by pages in what gets shorter meanwhile, which is right for one page only: rooms are more.
    checks.same("delete of all that are found", rooms.NUMBER - 3, client.delete(client.query(type="Room")).n_ok)
    client.drop("Station")
    checks.same("none is left", [0, 0], [client.count(type=name) for name in ("Room", "Station")])


def main():
    # The client logs every request at this level.
    logging.disable(logging.INFO)
    checks = Checks("ngsildclient", ngsildclient.__version__)
    with Broker() as broker, Receiver() as receiver, Client(broker.host, broker.port, verbose=False) as client:
        client.batch.console.verbose = False
        one(checks, client)
        many(checks, client)
        queries(checks, client)
        changes(checks, client)
        contexts(checks, client, receiver)
        types(checks, client)
        past_by_ngsildclient.check(checks, client)
        subscriptions_by_ngsildclient.check(checks, client, receiver)
        removals(checks, client)
    checks.done()


if __name__ == "__main__":
    main()
