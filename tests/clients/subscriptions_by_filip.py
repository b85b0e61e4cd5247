"""Subscriptions of FiLiP, and what arrives because of them."""

from filip.models.ngsi_ld.context import ContextLDEntity, ContextProperty, MessageLD
from filip.models.ngsi_ld.subscriptions import EntityInfo, Endpoint, NotificationParams, SubscriptionLD

MAST = "urn:ngsi-ld:Mast:1"
OTHER = "urn:ngsi-ld:Mast:2"


def wanted(receiver, name):
    """A subscription to masts that are above a level."""
    return SubscriptionLD(
        id=f"urn:ngsi-ld:Subscription:{name}",
        subscriptionName=name,
        entities=[EntityInfo(idPattern=".*", type="Mast")],
        watchedAttributes=["level"],
        q="level>10",
        notification=NotificationParams(
            attributes=["level"],
            endpoint=Endpoint(uri=f"{receiver.endpoint}/{name}", accept="application/json"),
        ),
    )


def check(checks, client, receiver):
    """Made, told by a change and by no other, read back, changed, listed by pages, deleted."""
    for id in (MAST, OTHER):
        client.post_entity(ContextLDEntity(id=id, type="Mast", level={"type": "Property", "value": 1}))
    subscription = wanted(receiver, "first")
    checks.same("create a subscription", subscription.id, client.post_subscription(subscription))
    client.update_entity_attribute(OTHER, ContextProperty(value=9), "level")
    client.update_entity_attribute(MAST, ContextProperty(value=11), "level")
    told = receiver.next()
    checks.same("notification", ("Notification", subscription.id), (told["type"], told["subscriptionId"]))
    message = MessageLD(**told).model_dump()
    checks.same("what it tells", [(MAST, 11)], [(entity["id"], entity["level"]["value"]) for entity in message["data"]])

    found = client.get_subscription(subscription.id)
    same = {"subscriptionName", "entities", "watchedAttributes", "q", "isActive"}
    checks.same("read back", subscription.model_dump(include=same), found.model_dump(include=same))
    checks.same("its endpoint", subscription.notification.endpoint.uri, found.notification.endpoint.uri)
    checks.eventually("times sent", 1, lambda: client.get_subscription(subscription.id).notification.timesSent)
    checks.same("status", "ok", client.get_subscription(subscription.id).notification.status)

    subscription.q, subscription.description = "level>20", "high masts"
    client.update_subscription(subscription)
    checks.same("changed", ("level>20", "high masts"), (lambda s: (s.q, s.description))(client.get_subscription(subscription.id)))
    client.update_entity_attribute(MAST, ContextProperty(value=15), "level")
    client.update_entity_attribute(MAST, ContextProperty(value=21), "level")
    checks.same("told by what is above it now", 21, receiver.next()["data"][0]["level"]["value"])

    names = [subscription.id, *(client.post_subscription(wanted(receiver, f"more-{n}")) for n in range(5))]
    client.pagination_limit = 2
    checks.same("listed by pages of 2", sorted(names), sorted(one.id for one in client.get_subscription_list()))
    client.pagination_limit = 1000
    checks.same("listed at once", sorted(names), sorted(one.id for one in client.get_subscription_list()))
    for id in names:
        client.delete_subscription(id)
    checks.same("none is left", [], client.get_subscription_list())
    checks.refused("read what was deleted", 404, lambda: client.get_subscription(subscription.id))
    client.update_entity_attribute(MAST, ContextProperty(value=30), "level")
    checks.same("nothing is told any more", None, receiver.silence())
