"""The journal: one writer, one JSON object a line, append only. It holds what a full disk refuses, up to a
bound, and never tears a line."""

import json
import math
import os
import time

from .rundir import now

FLUSH_SECONDS = 0.2
FLUSH_BYTES = 1 << 16
HELD_BYTES = 8 << 20


class Journal:
    """Appends records. Nothing here raises for a disk that is full: `lost` counts the records that could
    not be kept."""

    def __init__(self, handle):
        self._handle = handle
        self._lines = []
        self._bytes = 0
        self._torn = 0
        self._flushed = time.monotonic()
        self._refused = False
        self.lost = 0

    def write(self, kind, **fields):
        """Adds one record; `time` is now unless given."""
        record = {"kind": kind, "time": fields.pop("time", None) or now()}
        record.update(fields)
        try:
            text = json.dumps(record, allow_nan=False, separators=(",", ":"))
        except ValueError:
            text = json.dumps(_spelled(record), separators=(",", ":"))
        self.write_line(text.encode("ascii", "replace") + b"\n", 2 * HELD_BYTES)

    def write_line(self, line, limit=HELD_BYTES):
        """Adds one encoded line that ends in a line feed. `limit` bounds what is held for a full disk:
        points give way first."""
        if self._bytes + len(line) > limit:
            self.lost += 1
            return
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes >= FLUSH_BYTES and not self._refused:
            self.flush()

    def notice(self, code, text):
        """Something a person should know about this run's record."""
        self.write("notice", code=code, text=text)

    def tick(self):
        """Flushes when it is time."""
        if self._lines and time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self):
        """Writes what is held, as far as the disk takes it."""
        self._flushed = time.monotonic()
        if not self._lines:
            return
        data = b"".join(self._lines)
        try:
            written = os.write(self._handle, data)
        except OSError:
            written = 0
        rest = data[written:]
        self._refused = bool(rest)
        if written:
            end = data.rfind(b"\n", 0, written)
            self._torn = written - end - 1 if end >= 0 else self._torn + written
        self._lines = [rest] if rest else []
        self._bytes = len(rest)

    def close(self):
        """Last flush. A line that the disk took only half of is cut off, so that the file ends in a whole
        record."""
        if self._refused:
            self._lines = _points_last(b"".join(self._lines), self._torn > 0)
        while self._lines:
            before = self._bytes
            self.flush()
            if self._bytes == before:
                break
        if self._lines:
            self.lost += self._lines[0].count(b"\n")
            self._lines = []
            if self._torn:
                os.ftruncate(self._handle, os.fstat(self._handle).st_size - self._torn)
        try:
            os.fsync(self._handle)
        except OSError:
            return  # The disk said no to everything; the sizes in the exit record say what is there.


def _points_last(data, torn):
    """Held lines in the order of worth: there are many points, and few records of everything else. The
    rest of a torn line stays first."""
    lines = data.splitlines(keepends=True)
    first = lines[:1] if torn else []
    return first + sorted(lines[len(first) :], key=lambda line: line.startswith(b'{"kind":"metric"'))


def _spelled(value):
    """Non-finite numbers as the strings that readers of the journal expect."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _spelled(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spelled(item) for item in value]
    return value
