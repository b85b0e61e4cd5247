"""What both clients write, and what is wanted of it."""

NUMBER = 130
"""More than a page of either client."""
WARM = 30
"""A threshold for queries."""


def temperature(room):
    """A value that tells rooms apart in queries; exactly one number, also in binary."""
    return 10.5 + room % 26


def name(room):
    """The last part of its id."""
    return f"{room:03}"


def identifier(room):
    """Its id."""
    return f"urn:ngsi-ld:Room:{name(room)}"


ALL = [identifier(room) for room in range(NUMBER)]
WARM_ONES = [identifier(room) for room in range(NUMBER) if temperature(room) > WARM]
