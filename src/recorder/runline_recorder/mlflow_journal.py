"""Journals that calls of the script are written to: the run's own, which the watch writes to as well, and
those of the runs that the script makes beside it."""

import json
import os
from _thread import RLock

from .journal import Journal

# Readers pass over a longer line: it must stay below a mebibyte with all that stands around it.
LINE_BYTES = 1000000


class SharedJournal(Journal):
    """The journal of a run for several threads of its one writer."""

    def __init__(self, handle):
        super().__init__(handle)
        self._lock = RLock()

    def write_line(self, line, *limit):
        with self._lock:
            super().write_line(line, *limit)

    def tick(self):
        with self._lock:
            super().tick()

    def flush(self):
        with self._lock:
            super().flush()

    def close(self):
        with self._lock:
            super().close()


class ChildJournal(Journal):
    """The journal of a run that has no recorder of its own. A script may make thousands: none holds a file
    open."""

    def __init__(self, path):
        super().__init__(None)
        self._path = path

    def flush(self):
        """Writes what is held; what the disk refuses is held on."""
        if not self._lines:
            return
        try:
            self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError:
            return
        try:
            super().flush()
        finally:
            os.close(self._handle)
            self._handle = None


def metric_records(points):
    """Fields of `metric` records for points in their order: one for neighbors of the same moment that are
    about the same thing."""
    records = []
    last = None
    room = 0
    for point in points:
        about = (point.time, point.step, point.model, point.dataset)
        room -= _longest(point.key)
        if about != last or room < 0 or point.key in records[-1]["values"]:
            last = about
            room = LINE_BYTES - _longest(point.key)
            records.append({"time": point.time, "step": point.step, "values": {}, "source": "mlflow"})
            if point.model:
                records[-1]["model"] = point.model
            if point.dataset:
                records[-1]["dataset"] = {"name": point.dataset[0], "digest": point.dataset[1]}
        records[-1]["values"][point.key] = point.value
    return records


def portions(values):
    """A mapping of texts in as many as fit into a line each; at least one."""
    found = [{}]
    room = LINE_BYTES
    for key, value in values.items():
        room -= _longest(key) + _longest(value)
        if room < 0 and found[-1]:
            room = LINE_BYTES - _longest(key) - _longest(value)
            found.append({})
        found[-1][key] = value
    return found


def fits(fields):
    """Whether a record of these fields is a line that readers take."""
    return sum(_longest(str(value)) for value in fields.values()) < LINE_BYTES or (
        len(json.dumps(fields)) < LINE_BYTES
    )


def _longest(text):
    """Bytes that a text may take in a line, where every letter may be spelled by its number."""
    return 6 * len(text or "") + 32
