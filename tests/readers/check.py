"""Everybody who can read Senne's tables or ask its SQL sees the same counts and sums as `senne sql`."""

import datetime
import io
import math
import tempfile
import time

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi as flight_sql
import deltalake
import duckdb
import pandas
import polars
import pyarrow as pa

from city import City, binary

WRITTEN = "type NOT IN ('Indicator', 'KeyPerformanceIndicator')"
"""What this test has written; a running server adds its indicators when it has computed them."""
OBSERVED = f"SELECT type, attribute, count(*) AS n, sum(number) AS s FROM observation WHERE {WRITTEN} GROUP BY 1, 2 ORDER BY 1, 2"
ROLLED = f"SELECT type, attribute, sum(count) AS n, sum(sum) AS s FROM {{}} WHERE {WRITTEN} GROUP BY 1, 2 ORDER BY 1, 2"
BUCKET = ["type", "types", "attribute", "attribute_iri", "entity", "dataset_id", "start"]
"""What tells one bucket of a roll-up from another. Its rows are joined, but for those that a later one replaces."""
SINCE = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)


def same(what, wanted, found):
    """Counts are the same; sums are, up to the order of adding."""
    wanted = [(kind, attribute, int(n), float(s)) for kind, attribute, n, s in wanted]
    found = [(kind, attribute, int(n), float(s)) for kind, attribute, n, s in found]
    close = len(wanted) == len(found) and all(
        a[:3] == b[:3] and math.isclose(a[3], b[3], rel_tol=1e-9) for a, b in zip(wanted, found)
    )
    if not close:
        raise SystemExit(f"{what} differs:\n  senne sql: {wanted}\n  found:     {found}")
    print(f"  {what}: {sum(row[2] for row in found)} in {len(found)} groups, as senne sql has it")


def tuples(table):
    """The rows of an Arrow table."""
    return list(zip(*(column.to_pylist() for column in table.columns)))


def delta_tables(city):
    """The tables on disk, without a server."""
    tables = [("observation", OBSERVED, None)]
    for name, view in [("hour", "hourly"), ("day", "daily"), ("series", "series")]:
        tables.append((f"observation_{name}", ROLLED.format(view), "count"))
    for name, question, count in tables:
        wanted, number = city.sql(question), "sum" if count else "number"
        path = city.table(name)
        same(f"deltalake {name}", wanted, by_arrow(path, count, number))
        same(f"polars {name}", wanted, by_polars(path, count, number))
        same(f"duckdb {name}", wanted, by_duckdb(path, count, number))


def by_arrow(path, count, number):
    table = deltalake.DeltaTable(path).to_pyarrow_table()
    return by_frame(polars.from_arrow(table).lazy(), count, number)


def by_polars(path, count, number):
    return by_frame(polars.scan_delta(path), count, number)


def by_frame(rows, count, number):
    rows = rows.filter(~polars.col("type").is_in(["Indicator", "KeyPerformanceIndicator"]))
    if count is None:
        rows = rows.filter(~polars.col("deleted"))
    else:
        replaced = polars.col("generation").filter(polars.col("replaces")).max().over(BUCKET)
        rows = rows.filter(polars.col("generation") >= replaced.fill_null(0))
    counted = polars.len() if count is None else polars.col(count).sum()
    sums = rows.group_by("type", "attribute").agg(counted.alias("n"), polars.col(number).sum().alias("s"))
    return sums.sort("type", "attribute").collect().rows()


def by_duckdb(path, count, number):
    files = deltalake.DeltaTable(path).file_uris()
    rows = "SELECT * FROM read_parquet($files, hive_partitioning = true)"
    if count is None:
        counted, rows = "count(*)", f"{rows} WHERE NOT deleted"
    else:
        replaced = f"max(generation) FILTER (WHERE replaces) OVER (PARTITION BY {', '.join(BUCKET)})"
        counted, rows = f"sum({count})", f"{rows} QUALIFY generation >= coalesce({replaced}, 0)"
    question = f"SELECT type, attribute, {counted}, sum({number}) FROM ({rows}) WHERE {WRITTEN} GROUP BY 1, 2 ORDER BY 1, 2"
    return duckdb.execute(question, {"files": files}).fetchall()


def http(city, wanted):
    """The forms of `POST /sql`, read by those who are made for them."""
    arrow = pa.ipc.open_stream(city.ask(OBSERVED, "arrow")).read_all()
    same("http arrow", wanted, tuples(arrow))
    csv = pandas.read_csv(io.BytesIO(city.ask(OBSERVED, "csv")))
    same("http csv by pandas", wanted, csv.itertuples(index=False, name=None))
    same("http parquet by polars", wanted, polars.read_parquet(city.ask(OBSERVED, "parquet")).rows())
    same("http ndjson by polars", wanted, polars.read_ndjson(city.ask(OBSERVED, "ndjson")).rows())
    rows = pa.ipc.open_stream(city.ask(f"SELECT type, attribute, number FROM observation WHERE {WRITTEN}", "arrow")).read_all()
    rows = rows.append_column("n", pa.repeat(1, rows.num_rows))
    sums = rows.group_by(["type", "attribute"]).aggregate([("n", "sum"), ("number", "sum")])
    same("http arrow, all rows", wanted, tuples(sums.sort_by([("type", "ascending"), ("attribute", "ascending")])))


def connect(city, **options):
    return flight_sql.connect(city.url.replace("http", "grpc"), db_kwargs=options, autocommit=True)


def fetched(cursor, *question):
    cursor.execute(*question)
    return tuples(cursor.fetch_arrow_table())


def adbc(city, wanted):
    """Flight SQL: plain, prepared with parameters, and what tools ask beside."""
    options = adbc_driver_flightsql.DatabaseOptions
    with connect(city, username="anybody", password=city.key) as connection, connection.cursor() as cursor:
        same("adbc", wanted, fetched(cursor, OBSERVED))
        cursor.execute(f"SELECT type, attribute, number FROM observation WHERE {WRITTEN}")
        frame = polars.from_arrow(cursor.fetch_arrow_table()).group_by("type", "attribute")
        sums = frame.agg(polars.len().alias("n"), polars.col("number").sum().alias("s"))
        same("adbc, all rows", wanted, sums.sort("type", "attribute").rows())
        prepared(city, cursor)
        objects = connection.adbc_get_objects(depth="all").read_all().to_pylist()
        views = objects[0]["catalog_db_schemas"][0]["db_schema_tables"]
        assert {"observation", "hourly", "air_quality_observed"} <= {view["table_name"] for view in views}
        assert connection.adbc_get_info()["vendor_name"] == "Senne"
    for name in ("a", "me", "all", "ж"):
        with connect(city, username=name, password=city.key) as connection, connection.cursor() as cursor:
            assert fetched(cursor, "SELECT 1") == [(1,)]
    with connect(city, **{options.AUTHORIZATION_HEADER.value: f"Bearer {city.key}"}) as connection:
        with connection.cursor() as cursor:
            same("adbc with a token", wanted, fetched(cursor, OBSERVED))
    refused(lambda: connect(city, username="admin", password="guess").cursor().execute("SELECT 1"))


def prepared(city, cursor):
    """Parameters by sign and by number, of several types; hostile ones are nothing but texts."""
    since = "AND observed_at >= '2024-01-01T00:00:00Z' AND number > 20"
    question = "SELECT type, attribute, count(*), sum(number) FROM observation WHERE attribute = {} {} GROUP BY 1, 2"
    wanted = city.ask(question.format("'no2'", since), "arrow")
    wanted = tuples(pa.ipc.open_stream(wanted).read_all())
    for signs in (("?", "?", "?"), ("$1", "$2", "$3")):
        text = question.format(signs[0], f"AND observed_at >= {signs[1]} AND number > {signs[2]}")
        for values in (("no2", SINCE, 20), ("no2", "2024-01-01T00:00:00Z", 20.0)):
            same(f"adbc prepared {signs[0]}", wanted, fetched(cursor, text, values))
        assert fetched(cursor, text, ("no2' OR 1 = 1 --", SINCE, 20)) == []
    assert fetched(cursor, "SELECT ? AS a", ("'; DROP TABLE entity; --",)) == [("'; DROP TABLE entity; --",)]
    refused(lambda: cursor.execute("DELETE FROM observation"))


def refused(work):
    try:
        work()
    except flight_sql.Error:
        return
    raise SystemExit("this should have been refused")


def strangers(city, wanted):
    """Whoever shows no key sees what is open, however they ask."""
    seen = [row for row in wanted if row[0] == "AirQualityObserved"]
    assert seen and len(seen) < len(wanted)
    with connect(city) as connection, connection.cursor() as cursor:
        same("adbc, a stranger", seen, fetched(cursor, OBSERVED))
    same("http, a stranger", seen, tuples(pa.ipc.open_stream(city.ask(OBSERVED, "arrow", key=False)).read_all()))


def hang_up(city):
    """A reader that goes away ends its question."""
    with connect(city, username="anybody", password=city.key) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT value, repeat('x', 500) AS wide FROM generate_series(1, 100000000000)")
        assert cursor.fetchone() is not None
        assert open_questions(city) == 1
    for _ in range(100):
        if open_questions(city) == 0:
            print("  a reader that goes away ends its question")
            return
        time.sleep(0.1)
    raise SystemExit("the question of a reader that went away goes on")


def open_questions(city):
    name = "senne_sql_questions_open "
    lines = [line for line in city.get("/metrics").decode().splitlines() if line.startswith(name)]
    return float(lines[0].removeprefix(name)) if lines else 0


def main():
    with tempfile.TemporaryDirectory(prefix="senne-readers-") as folder:
        city = City(binary(), folder)
        wanted = city.sql(OBSERVED)
        delta_tables(city)
        city.start()
        try:
            http(city, wanted)
            adbc(city, wanted)
            strangers(city, wanted)
            hang_up(city)
        finally:
            city.stop()
    print("all readers agree")


if __name__ == "__main__":
    main()
