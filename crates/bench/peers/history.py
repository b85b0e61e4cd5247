"""PostgreSQL and DuckDB, asked what Senne was asked, on the same observations.

DuckDB reads the Parquet files that Senne wrote, of the same table that Senne's planner reads: the practical limit. PostgreSQL has
its own copy: a table of series and a table of values whose primary key is series and time, loaded series by series within each
month, which is kinder to it than the order of arrival, and analysed.

Prints `system<TAB>question<TAB>p50 ms<TAB>p99 ms`, and other lines for people.
"""

import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

import duckdb
import psycopg

YEAR = ("2016-01-01T00:00:00Z", "2017-01-01T00:00:00Z")
ATTRIBUTES = "('no2', 'o3', 'pm25', 'pm10', 'so2', 'co')"


def files(table: pathlib.Path) -> list[str]:
    """The files that the newest version of a Delta table names."""
    named: dict[str, None] = {}
    for commit in sorted((table / "_delta_log").glob("*.json")):
        for line in commit.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                named[urllib.parse.unquote(action["add"]["path"])] = None
            if "remove" in action:
                named.pop(urllib.parse.unquote(action["remove"]["path"]), None)
    return [str(table / path) for path in named]


def measure(system: str, question: str, ask, times: int) -> None:
    """Asks once to warm up, then several times."""
    rows = ask(0)
    taken = []
    for n in range(times):
        began = time.perf_counter()
        ask(n)
        taken.append((time.perf_counter() - began) * 1e3)
    taken.sort()
    at = lambda share: taken[min(int(len(taken) * share), len(taken) - 1)]
    print(f"{system}\t{question}\t{at(0.5):.3f}\t{at(0.99):.3f}", flush=True)
    print(f"{system}, {question}: {rows} rows", file=sys.stderr, flush=True)


def month(n: int) -> tuple[str, str]:
    return f"2016-{n % 11 + 1:02}-01T00:00:00Z", f"2016-{n % 11 + 2:02}-01T00:00:00Z"


def quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def duck(history: pathlib.Path, communes: str, stations: list[str], times: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET TimeZone = 'UTC'")
    for name in ["observation", "observation_hour", "observation_day", "observation_series"]:
        listed = files(history / "default" / name)
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({listed}, hive_partitioning = true)")
    connection.execute(f"CREATE TABLE commune AS SELECT * FROM read_csv('{communes}', names = ['entity', 'commune'])")
    few = quoted(stations[:167])

    def rows(text: str) -> int:
        return connection.execute(text).fetch_arrow_table().num_rows

    def one_month(n: int) -> int:
        start, end = month(n)
        station = stations[n * 7 % len(stations)]
        return rows(
            f"SELECT observed_at, number, quality FROM observation WHERE entity = '{station}' AND attribute = 'no2' "
            f"AND observed_at >= '{start}' AND observed_at < '{end}'"
        )

    measure("DuckDB", "month", one_month, times)
    measure(
        "DuckDB",
        "hours",
        lambda _: rows(
            "SELECT entity, attribute, start, sum / (good + not_evaluated) AS mean FROM observation_hour "
            f"WHERE entity IN ({few}) AND attribute IN {ATTRIBUTES} AND start >= '{YEAR[0]}' AND start < '{YEAR[1]}'"
        ),
        times,
    )
    measure(
        "DuckDB",
        "communes",
        lambda _: rows(
            "SELECT commune, start, sum(sum) / sum(good + not_evaluated) AS mean, sum(good + not_evaluated) AS n "
            "FROM observation_day JOIN commune USING (entity) WHERE type = 'AirQualityObserved' AND attribute = 'no2' "
            f"AND start >= '{YEAR[0]}' AND start < '{YEAR[1]}' GROUP BY 1, 2"
        ),
        times,
    )
    measure(
        "DuckDB",
        "latest",
        lambda _: rows(
            "SELECT entity, attribute, coalesce(last, sum) AS last, coalesce(last_at, first_at) AS last_at "
            "FROM observation_series WHERE type = 'TrafficFlowObserved'"
        ),
        times,
    )
    measure(
        "DuckDB",
        "scan",
        lambda _: rows(
            "SELECT date_trunc('hour', observed_at) AS hour, avg(number) AS mean, count(*) AS n FROM observation "
            f"WHERE type = 'AirQualityObserved' AND attribute = 'no2' AND observed_at >= '{YEAR[0]}' "
            f"AND observed_at < '{YEAR[1]}' GROUP BY 1"
        ),
        times,
    )
    return connection


class Postgres:
    """A server of its own, on a socket in its folder, stopped at the end."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="peer-", dir=os.environ.get("BENCH_PEER_FOLDER", ".")))
        self.bin = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[0])
        self.as_other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        if self.as_other:
            shutil.chown(self.folder, "postgres", "postgres")
        self.folder = self.folder.resolve()
        # Every folder above must let the other user through.
        self.run("initdb", "-D", f"{self.folder}/data", "--auth=trust", "--username=bench")
        settings = "shared_buffers=2GB,effective_cache_size=8GB,work_mem=256MB,maintenance_work_mem=1GB,max_wal_size=8GB,jit=off"
        options = " ".join(f"-c {setting}" for setting in settings.split(","))
        options += f" -c listen_addresses= -c unix_socket_directories={self.folder}"
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", options, "start")
        self.connection = psycopg.connect(f"host={self.folder} user=bench dbname=postgres", autocommit=True)

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run([*self.as_other, str(self.bin / program), *arguments], check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self.connection.close()
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, text: str):
        return self.connection.execute(text)

    def rows(self, text: str) -> int:
        with self.connection.cursor(binary=True) as cursor:
            return len(cursor.execute(text).fetchall())

    def load(self, source: duckdb.DuckDBPyConnection) -> None:
        source.execute(
            "CREATE TABLE series AS SELECT (row_number() OVER (ORDER BY attribute, entity))::INTEGER AS id, entity, attribute, "
            "type, commune FROM (SELECT DISTINCT entity, attribute, type FROM observation_series) JOIN commune USING (entity)"
        )
        self.execute("CREATE TABLE series(id int PRIMARY KEY, entity text, attribute text, type text, commune int, UNIQUE (entity, attribute))")
        self.execute("CREATE TABLE observation(series int, observed_at timestamptz, number float8)")
        self.copy(source, "SELECT id, entity, attribute, type, commune FROM series", "series")
        began = time.perf_counter()
        self.copy(
            source,
            "SELECT id, observed_at, number FROM observation JOIN series USING (entity, attribute) WHERE number IS NOT NULL",
            "observation",
        )
        loaded = time.perf_counter() - began
        self.execute("CREATE INDEX ON observation(series, observed_at)")
        self.execute("VACUUM ANALYZE")
        rows, size = self.execute("SELECT count(*), pg_total_relation_size('observation') FROM observation").fetchone()
        print(f"PostgreSQL: {rows / loaded:.0f} observations/s by COPY, {size / rows:.1f} bytes per observation with its index", flush=True)

    def copy(self, source: duckdb.DuckDBPyConnection, text: str, table: str) -> None:
        path = self.folder.parent / f"copy-{table}.csv"
        source.execute(f"COPY ({text}) TO '{path}' (FORMAT csv, HEADER false)")
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
            with open(path, "rb") as file:
                while data := file.read(1 << 20):
                    copy.write(data)
        path.unlink()


def postgres(source: duckdb.DuckDBPyConnection, stations: list[str], times: int) -> None:
    server = Postgres()
    try:
        server.load(source)
        few = quoted(stations[:167])

        def one_month(n: int) -> int:
            start, end = month(n)
            station = stations[n * 7 % len(stations)]
            return server.rows(
                "SELECT observed_at, number FROM observation JOIN series ON id = series "
                f"WHERE entity = '{station}' AND attribute = 'no2' AND observed_at >= '{start}' AND observed_at < '{end}'"
            )

        measure("PostgreSQL", "month", one_month, times)
        year = f"observed_at >= '{YEAR[0]}' AND observed_at < '{YEAR[1]}'"
        seldom = max(1, min(times, 3))
        measure(
            "PostgreSQL",
            "hours",
            lambda _: server.rows(
                "SELECT series, date_trunc('hour', observed_at) AS hour, avg(number) FROM observation WHERE series IN "
                f"(SELECT id FROM series WHERE entity IN ({few}) AND attribute IN {ATTRIBUTES}) AND {year} GROUP BY 1, 2"
            ),
            seldom,
        )
        measure(
            "PostgreSQL",
            "communes",
            lambda _: server.rows(
                "SELECT commune, date_trunc('day', observed_at) AS day, avg(number), count(*) FROM observation JOIN series "
                f"ON id = series WHERE type = 'AirQualityObserved' AND attribute = 'no2' AND {year} GROUP BY 1, 2"
            ),
            seldom,
        )
        measure(
            "PostgreSQL",
            "latest",
            lambda _: server.rows(
                "SELECT id, newest.number, newest.observed_at FROM series CROSS JOIN LATERAL (SELECT number, observed_at "
                "FROM observation WHERE series = id ORDER BY observed_at DESC LIMIT 1) newest WHERE type = 'TrafficFlowObserved'"
            ),
            seldom,
        )
        measure(
            "PostgreSQL",
            "scan",
            lambda _: server.rows(
                "SELECT date_trunc('hour', observed_at) AS hour, avg(number), count(*) FROM observation JOIN series "
                f"ON id = series WHERE type = 'AirQualityObserved' AND attribute = 'no2' AND {year} GROUP BY 1"
            ),
            seldom,
        )
    finally:
        server.stop()


def main() -> None:
    history, communes, stations, times = sys.argv[1:5]
    names = pathlib.Path(stations).read_text().split("\n")
    connection = duck(pathlib.Path(history), communes, names, int(times))
    postgres(connection, names, int(times))


if __name__ == "__main__":
    main()
