"""A small city in a folder of its own, asked by the real binary."""

import csv
import datetime
import io
import os
import pathlib
import subprocess
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
STATIONS, HOURS = 4, 24 * 40


class City:
    """The city; its server runs between `start` and `stop`."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, pathlib.Path(folder)
        self.data, self.server, self.url, self.key = self.folder / "data", None, None, None
        self._write_files()
        for feed in ("air", "secret"):
            self._run("load", HERE / f"{feed}.yaml", "--from", self.folder, "--data", self.data, "--quiet")

    def _write_files(self):
        """Forty days of hours over a turn of the year, with gaps and with values that cannot be."""
        first = datetime.datetime(2023, 12, 10)
        with open(self.folder / "air.csv", "w") as air, open(self.folder / "secret.csv", "w") as secret:
            print("station,at,no2,temperature", file=air)
            print("station,at,level", file=secret)
            for station in range(STATIONS):
                for hour in range(HOURS):
                    at = first + datetime.timedelta(hours=hour)
                    no2 = 99_999 if hour % 211 == 0 else 10 + (hour * 7 + station * 13) % 80 / 2
                    temperature = "" if hour % 5 == 0 else (hour % 24) - 4.25
                    print(station, at, no2, temperature, sep=",", file=air)
                    print(station, at, hour % 10, sep=",", file=secret)

    def _run(self, *arguments):
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"senne {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def sql(self, question):
        """The rows that `senne sql` gives, as tuples of texts."""
        text = self._run("sql", "--format", "csv", "--data", self.data, question)
        return [tuple(row) for row in csv.reader(io.StringIO(text))][1:]

    def table(self, name):
        """Where a Delta table lies."""
        return str(self.data / "history" / "default" / name)

    def start(self):
        """Starts a server that wants a key."""
        log = open(self.folder / "log", "w")
        arguments = [self.binary, "serve", "--data", self.data, "--listen", "127.0.0.1:0"]
        self.server = subprocess.Popen(arguments, stdout=log, stderr=log)
        for _ in range(600):
            try:
                self.url = (self.data / "address").read_text().strip()
                urllib.request.urlopen(f"{self.url}/readyz")
                break
            except OSError:
                if self.server.poll() is not None:
                    raise SystemExit((self.folder / "log").read_text())
                time.sleep(0.1)
        self.key = (self.data / "admin-key").read_text().strip()

    def stop(self):
        """Stops it."""
        if self.server is not None:
            self.server.terminate()
            if self.server.wait(30) != 0:
                raise SystemExit(f"the server ended badly:\n{(self.folder / 'log').read_text()}")
            self.server = None

    def get(self, path):
        """The body of an answer to nobody in particular."""
        return urllib.request.urlopen(self.url + path).read()

    def ask(self, question, form, key=True):
        """The body of an answer to a question over HTTP."""
        headers = {"Content-Type": "application/sql"}
        if key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(f"{self.url}/sql?format={form}", question.encode(), headers)
        return urllib.request.urlopen(request).read()


def binary():
    """The binary under test."""
    return os.environ["SENNE_BINARY"]
