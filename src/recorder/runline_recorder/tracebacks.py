"""Why a script failed, in its own words: the line that ends a Python traceback at the end of its output."""

import re

from .output_log import tail
from .redaction import clean

MAX_ERROR = 200
_TAIL_BYTES = 1 << 16
_MAX_LINE = 2000
# A traceback further up was survived: what came after it was not its doing.
_MAX_AFTER = 60
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,40}[ -/]{0,4}[@-~]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
# Launchers of many processes say whose line it is.
_WHOSE = re.compile(r"^(?:\[(?:rank|default)?\d+\]:|\(\w[\w ]{0,80}pid=\d+[^)]{0,80}\)) ?")
_FRAME = re.compile(r'^\s+File "[^"]*", line \d+(?:, in .+)?$')
_ERROR = re.compile(r"^[A-Za-z_][\w.]*(?::(?:\s.*)?)?$")
# Parents that only report that a child failed; the child's own words say more.
_PARENT = re.compile(r"^(?:[\w.]*\.)?(?:ChildFailedError|CalledProcessError|ProcessRaisedException)\b")
_USAGE = re.compile(r"^[\w./-]+: error: \S")


def last_error(path, since=0):
    """The last error of an output after the offset `since`, as one line of at most MAX_ERROR characters
    without secrets; None when it names none."""
    try:
        text = tail(path, _TAIL_BYTES, since).decode("utf-8", "replace")
    except OSError:
        return None
    found = _found([_plain(line[:_MAX_LINE]) for line in re.split(r"[\r\n]+", text)])
    return _short(clean(_CONTROL.sub(" ", found))) if found else None


def _plain(line):
    return _WHOSE.sub("", _ANSI.sub("", line)).rstrip()


def _found(lines):
    lines = [line for line in lines if line]
    errors = []
    in_frames = ignored = False
    for index, line in enumerate(lines):
        if _FRAME.match(line):
            in_frames = True
        elif line.startswith("Exception ignored in"):
            ignored = True
        elif in_frames and not line[0].isspace():
            in_frames = False
            if _ERROR.match(line) and not ignored and len(lines) - index <= _MAX_AFTER:
                errors.append(line)
            ignored = False
    if not errors:
        return lines[-1] if lines and _USAGE.match(lines[-1]) else None
    own = [error for error in errors if not _PARENT.match(error)]
    return (own or errors)[-1]


def _short(text):
    text = text.strip().rstrip(":")
    return text if len(text) <= MAX_ERROR else text[: MAX_ERROR - 1] + "…"
