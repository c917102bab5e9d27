"""Reads the output back from `output.log`, so that parsing may lag behind but never holds up the script."""

import re
import time

from . import lines
from .output_log import LogReader

CHUNK = 1 << 18
SLICE_SECONDS = 0.05
_END = re.compile(rb"[\r\n]")


class StdoutWatcher:
    """Tails the log and hands each finished line to the parser. Lines end in a line feed or in a carriage
    return (bars)."""

    name = "standard output"
    handle = None

    def __init__(self, directory, capture, metrics, journal):
        patterns, problems = lines.compiled(capture.get("patterns") or ())
        for problem in problems:
            journal.notice("pattern_invalid", problem)
        self._lines = lines.Lines(patterns)
        self._metrics = metrics
        self._source = LogReader(directory.log.path, directory.log.start)
        self._rest = b""
        self._skipping = False

    def tick(self):
        """Parses for a short while; the rest waits in the file. True when there is more."""
        until = time.monotonic() + SLICE_SECONDS
        while self._chunk():
            if time.monotonic() > until:
                return True
        return False

    def finish(self):
        """Parses all that is left, the unfinished last line included."""
        while self._chunk():
            continue
        if self._rest and not self._skipping:
            self._line(self._rest)
        self._rest = b""
        self._source.close()

    def _chunk(self):
        data = self._source.read(CHUNK)
        if not data:
            return False
        pieces = _END.split(self._rest + data)
        self._rest = pieces.pop()
        if self._skipping and pieces:
            pieces.pop(0)
            self._skipping = False
        for piece in pieces:
            if piece:
                self._line(piece)
        if len(self._rest) > lines.MAX_LINE:
            self._skipping = True  # Too long to be a metric; its end still has to be found.
            self._rest = b""
        return True

    def _line(self, raw):
        if len(raw) > lines.MAX_LINE:
            return
        for step, values in self._lines.parse(raw.decode("utf-8", "replace")):
            self._metrics.add("stdout", step, values)
