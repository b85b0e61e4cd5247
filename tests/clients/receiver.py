"""An HTTP server of this process, which serves a context and takes notifications."""

import http.server
import json
import queue
import threading

TERMS = "https://vocabulary.example/"
"""Where the names of the context lead; nothing is there."""
CONTEXT = {"@context": {"Sonometer": f"{TERMS}Sonometer", "level": f"{TERMS}level"}}


class Receiver:
    """It runs within `with`."""

    def __enter__(self):
        self.told, self.asked = queue.Queue(), 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{self.server.server_port}"
        self.context, self.endpoint = f"{root}/context.jsonld", f"{root}/notify"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def _handler(receiver):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                receiver.asked += 1
                self._answer(200, json.dumps(CONTEXT).encode(), "application/ld+json")

            def do_POST(self):
                receiver.told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(204)

            def _answer(self, status, body=b"", kind=None):
                self.send_response(status)
                if kind:
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler

    def next(self, seconds=20):
        """The next notification."""
        try:
            return self.told.get(timeout=seconds)
        except queue.Empty:
            raise SystemExit("no notification came") from None

    def silence(self, seconds=2):
        """What comes although nothing should."""
        try:
            return self.told.get(timeout=seconds)
        except queue.Empty:
            return None
