"""Reads what the shims of all processes of the run report, each in a file of its own under `capture/`."""

import json
import os
import time

POLL_SECONDS = 0.5
CHUNK = 1 << 18


class Reports:
    """Tails the report files and hands each report to those who asked for its kind."""

    name = "the script's own reports"
    handle = None

    def __init__(self, directory, folder="capture"):
        self._folder = directory.file(folder)
        self._on = {}
        self._files = {}
        self._next = 0.0

    def on(self, kind, handler):
        """`handler` gets the fields after the first one."""
        self._on.setdefault(kind, []).append(handler)

    def tick(self):
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + POLL_SECONDS
            self.read()

    def finish(self):
        self.read()

    def read(self):
        """Takes every complete line that is new. A torn or foreign line is passed over."""
        try:
            names = sorted(os.listdir(self._folder))
        except OSError:
            return
        for name in names:
            self._tail(name)

    def _tail(self, name):
        offset, rest = self._files.get(name, (0, b""))
        path = os.path.join(self._folder, name)
        if os.stat(path).st_size <= offset:
            return
        with open(path, "rb") as source:
            source.seek(offset)
            while True:
                data = source.read(CHUNK)
                if not data:
                    break
                offset += len(data)
                lines = (rest + data).split(b"\n")
                rest = lines.pop()
                for line in lines:
                    self._line(line)
        self._files[name] = (offset, rest)

    def _line(self, line):
        try:
            kind, *fields = json.loads(line.decode("utf-8", "surrogatepass"))
            for handler in self._on.get(kind, ()):
                handler(*fields)
        except (ValueError, TypeError):
            return
