"""A fresh Senne in a folder of its own, served by the real binary."""

import os
import pathlib
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request


class Broker:
    """The server runs within `with`."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="senne-clients-")
        root = pathlib.Path(self.folder.name)
        self.log, address = root / "log", root / "data" / "address"
        # Contexts are fetched from, and notifications sent to, a server on the loopback address.
        arguments = ["--data", root / "data", "--listen", "127.0.0.1:0", "--open", "--allow-private-addresses"]
        with open(self.log, "w") as log:
            self.server = subprocess.Popen([os.environ["SENNE_BINARY"], "serve", *arguments], stdout=log, stderr=log)
        for _ in range(600):
            try:
                self.url = address.read_text().strip()
                urllib.request.urlopen(f"{self.url}/readyz").close()
                break
            except OSError:
                if self.server.poll() is not None:
                    raise SystemExit(self.log.read_text())
                time.sleep(0.1)
        else:
            self.server.kill()
            raise SystemExit(f"the server does not get ready:\n{self.log.read_text()}")
        parts = urllib.parse.urlsplit(self.url)
        self.host, self.port = parts.hostname, parts.port
        return self

    def __exit__(self, *_):
        self.server.terminate()
        status, told = self.server.wait(30), self.log.read_text()
        self.folder.cleanup()
        if status != 0:
            raise SystemExit(f"the server ended badly:\n{told}")
