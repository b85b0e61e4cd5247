"""Tells what was checked, and ends the run at the first thing that is not so."""

import time


class Checks:
    """The checks of one client."""

    def __init__(self, client, version):
        self.name, self.passed = f"{client} {version}", 0
        print(self.name)

    def same(self, what, wanted, found):
        """What was found is what was wanted."""
        if wanted != found:
            raise SystemExit(f"{what} differs:\n  wanted: {wanted}\n  found:  {found}")
        self.passed += 1
        print(f"  {what}: {shortened(found)}")

    def eventually(self, what, wanted, ask, seconds=20):
        """The same for what follows a write later, as notifications and the past do."""
        until = time.monotonic() + seconds
        while (found := ask()) != wanted and time.monotonic() < until:
            time.sleep(0.1)
        self.same(what, wanted, found)

    def refused(self, what, wanted, work):
        """The broker says no, and the client understands which no it is: by a status, or by a class of its own."""
        try:
            found = f"no refusal but {work()}"
        except Exception as said:
            response = getattr(said, "response", None)
            found = type(said).__name__ if response is None else response.status_code
        self.same(what, wanted, found)

    def done(self):
        """The last line."""
        print(f"{self.name}: {self.passed} checks")


def shortened(found, longest=70):
    """A value, short enough for a line."""
    text = str(found)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
