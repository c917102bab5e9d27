"""Before another attempt: the metrics that the one before had printed when its recorder was killed, and that
its journal does not have. Its output has them all."""

import json
import os
import re
import time

from . import lines
from .metrics import Metrics
from .output_log import LogReader

CHUNK = 1 << 18
LIMIT_SECONDS = 20
_END = re.compile(rb"[\r\n]")


def catch_up(directory, spec, journal):
    """Writes what is missing into the journal; to be called before the record that begins this attempt."""
    former = _former(directory)
    capture = spec.get("capture") or {}
    if former is None or not capture.get("stdout", True):
        return
    journal_path = directory.file("journal.jsonl")
    when = os.stat(journal_path).st_mtime_ns // 1000000
    attempt, known, alone = _journaled(journal_path)
    if attempt != former["attempt"]:
        journal.write("attempt", attempt=former["attempt"], time=former["time"])
    rest = _Rest(journal, known)
    metrics = Metrics(rest)
    parser = lines.Lines(lines.compiled(capture.get("patterns") or ())[0])
    until = time.monotonic() + LIMIT_SECONDS
    for line in _lines(directory.log.path, former.get("log_offset", 0), directory.log.start):
        # Two sources may give one name: who of them owned it then can't be told any more.
        if not alone or time.monotonic() > until:
            journal.notice("attempt_incomplete", "Some of the last metrics of the attempt before are missing.")
            return
        for step, values in parser.parse(line.decode("utf-8", "replace")):
            metrics.add("stdout", step, values, when)


def _former(directory):
    """The start record of the last attempt that was killed; None when that one came to its end."""
    for number in range(directory.attempt - 1, 0, -1):
        try:
            record = directory.read_json("start-%d.json" % number)
        except (OSError, ValueError):
            continue
        return None if os.path.exists(directory.file("exit-%d.json" % number)) else record
    return None


def _journaled(path):
    """(the last attempt in a journal, its records of printed metrics, whether it had metrics from nowhere
    else)."""
    attempt, count, alone = None, 0, True
    with open(path, "rb") as source:
        for line in source:
            if line.startswith(b'{"kind":"attempt"'):
                attempt, count, alone = json.loads(line.decode("ascii"))["attempt"], 0, True
            elif line.startswith(b'{"kind":"metric"') and line.endswith(b"}\n"):
                printed = line.endswith(b'"source":"stdout"}\n')
                count += printed
                alone = alone and printed
    return attempt, count, alone


def _lines(path, start, end):
    """Whole lines of the output between two offsets. The last one may be torn, and is left out."""
    reader = LogReader(path, start)
    try:
        left = end - start
        rest = b""
        while left > 0:
            data = reader.read(min(CHUNK, left))
            if not data:
                return
            left -= len(data)
            pieces = _END.split(rest + data)
            rest = pieces.pop()[: lines.MAX_LINE + 1]
            for piece in pieces:
                if piece and len(piece) <= lines.MAX_LINE:
                    yield piece
    finally:
        reader.close()


class _Rest:
    """A journal for metrics that leaves out the first ones: they are in it already."""

    def __init__(self, journal, known):
        self._journal = journal
        self._known = known

    def write_line(self, line):
        if self._known > 0:
            self._known -= 1
        else:
            self._journal.write_line(line)

    def notice(self, code, text):
        self._journal.notice(code, text)
