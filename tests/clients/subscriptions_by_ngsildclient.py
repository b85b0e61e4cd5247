"""Subscriptions of ngsildclient, and what arrives because of them."""

from ngsildclient import Entity, SubscriptionBuilder


def mast(level):
    """Something to watch."""
    return Entity("Mast", "1").prop("level", level).prop("height", 12)


def check(checks, client, receiver):
    """Made, told by a change and by no other, read back, listed, deleted."""
    client.create(mast(1))
    subscription = SubscriptionBuilder(receiver.endpoint).description("masts that change")
    subscription = subscription.select_type("Mast").watch(["level"]).notif(["level"])
    # The client percent-encodes `q` in the body; Senne takes it both ways.
    made = client.subscriptions.create(subscription.query("level>10").build())
    client.update(mast(9), Entity("Mast", "2").prop("height", 2))
    client.update(mast(11), Entity("Mast", "2").prop("height", 3))
    told = receiver.next()
    checks.same("notification", ("Notification", made), (told["type"], told["subscriptionId"]))
    (entity,) = told["data"]
    checks.same("what it tells", ("urn:ngsi-ld:Mast:1", 11), (entity["id"], entity["level"]["value"]))
    checks.same("and what it was not asked to", False, "height" in entity)

    found = client.subscriptions.get(made)
    checks.same("read back", receiver.endpoint, found["notification"]["endpoint"]["uri"])
    checks.same("read back, what is watched", ([{"type": "Mast"}], ["level"]), (found["entities"], found["watchedAttributes"]))
    checks.eventually("times sent", 1, lambda: client.subscriptions.get(made)["notification"].get("timesSent"))
    checks.same("listed", [made], [one["id"] for one in client.subscriptions.list(pattern="masts that")])
    checks.same("listed by another pattern", [], client.subscriptions.list(pattern="nothing of this kind"))

    checks.same("delete a subscription", True, client.subscriptions.delete("masts that"))
    checks.same("none is left", [], client.subscriptions.list())
    checks.refused("read what was deleted", "NgsiResourceNotFoundError", lambda: client.subscriptions.get(made))
    client.update(mast(12), Entity("Mast", "2").prop("height", 4))
    checks.same("nothing is told any more", None, receiver.silence())
