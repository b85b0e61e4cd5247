"""The past of entities, read by ngsildclient into frames of pandas."""

from datetime import datetime, timedelta, timezone

import pandas
from ngsildclient import Entity
from ngsildclient.api.constants import AggrMethod
from ngsildclient.api.helper.temporal import TemporalQuery

FIRST = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
HOURS = 48
STATIONS = ["a", "b"]


def moment(hour):
    return FIRST + timedelta(hours=hour)


def no2(station, hour):
    """Values that tell hours and stations apart."""
    return hour + 0.25 * (1 + STATIONS.index(station))


def observe(client):
    """Two days of hours, each hour written when it comes."""
    for hour in range(HOURS):
        at = moment(hour)
        client.upsert(
            [
                Entity("Station", station)
                .prop("no2", no2(station, hour), observedat=at)
                .prop("humidity", 40 + hour % 9, observedat=at)
                for station in STATIONS
            ]
        )


def wanted(hours, stations=STATIONS):
    """The frame that the client is to give."""
    rows = [(station, moment(hour), no2(station, hour), 40 + hour % 9) for station in stations for hour in hours]
    return pandas.DataFrame(rows, columns=["Station", "observed", "no2", "humidity"]).to_dict("list")


def told(frame):
    """A frame as lists, its times as pandas has them."""
    return frame[["Station", "observed", "no2", "humidity"]].to_dict("list")


def check(checks, client):
    """One entity, several, a range, the last values, and means of days."""
    observe(client)
    one = lambda: told(client.temporal.get("Station:a", as_dataframe=True))
    checks.eventually("past of one as a frame", wanted(range(HOURS), ["a"]), one)
    frame = client.temporal.query(type="Station", as_dataframe=True)
    checks.same("past of a type as a frame", wanted(range(HOURS)), told(frame))
    checks.same("its times are times of pandas", True, isinstance(frame["observed"].dtype, pandas.DatetimeTZDtype))
    checks.same("mean by pandas", {"a": 23.75, "b": 24.0}, frame.groupby("Station")["no2"].mean().to_dict())
    between = TemporalQuery().between(moment(5), moment(8))
    frame = client.temporal.query(type="Station", tq=between, as_dataframe=True)
    checks.same("between two moments", wanted(range(5, 8)), told(frame))
    frame = client.temporal.query(type="Station", tq=TemporalQuery().after(moment(44)), as_dataframe=True)
    # What is after includes the moment itself (clause 4.11).
    checks.same("after a moment", wanted(range(44, HOURS)), told(frame))
    # `query_head` of the client adds `pageSize`, a parameter of one other broker (clause 6.3.20).
    frame = client.temporal.query(eid="Station:b", type="Station", lastn=3, as_dataframe=True)
    checks.same("the last three", [no2("b", hour) for hour in (45, 46, 47)], sorted(frame["no2"]))
    (found,) = client.temporal.query(type="Station", attrs=["no2"], q="no2>47.3", verbose=True)
    checks.same("past by q", "urn:ngsi-ld:Station:b", found["id"])
    days(checks, client)


def days(checks, client):
    """The server's aggregates, by day."""
    aggregates = client.temporal.aggregate(
        type="Station",
        attrs=["no2"],
        tq=TemporalQuery().between(moment(0), moment(HOURS)),
        methods=[AggrMethod.AVERAGE, AggrMethod.MAXIMUM],
    )
    found = {troe["id"]: [[row[0] for row in troe["no2"][name]] for name in ("avg", "max")] for troe in aggregates.result}
    means = {f"urn:ngsi-ld:Station:{s}": [[11.5 + no2(s, 0), 35.5 + no2(s, 0)], [no2(s, 23), no2(s, 47)]] for s in STATIONS}
    checks.same("means and maxima of days", means, found)
