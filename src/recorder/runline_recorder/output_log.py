"""The script's output as it lies on the disk: `output.log`, and `output.log.1`, `output.log.2` … for what
comes after each 256 MB. Offsets run on: a segment begins where the ones before it end, and only the last
one grows."""

import os

SEGMENT_BYTES = 256 << 20


def segment(path, number):
    """Path of a segment; `path` is that of the first."""
    return path if number == 0 else "%s.%d" % (path, number)


def sizes(path):
    """Size of each segment that is there, in their order."""
    found = []
    while True:
        try:
            found.append(os.stat(segment(path, len(found))).st_size)
        except OSError:
            return found


def total(path):
    return sum(sizes(path))


def tail(path, count, since=0):
    """The last `count` bytes, none of them from before the offset `since`. Raises OSError."""
    start = max(since, total(path) - count)
    reader = LogReader(path, start)
    try:
        data = b""
        while len(data) < count:
            piece = reader.read(count - len(data))
            if not piece:
                break
            data += piece
        return data
    finally:
        reader.close()


class OutputLog:
    """Appends. `start` is the offset at which this attempt of the run begins to write."""

    def __init__(self, path):
        self.path = path
        # Only tests set it: nobody wants to write 256 MB to see what happens then.
        self._most = int(os.environ.get("RUNLINE_LOG_SEGMENT_BYTES") or SEGMENT_BYTES)
        self._handle = None
        self.reopen()
        self.start = total(path)

    def reopen(self):
        """Goes to the end of what is there: after somebody else has written. Raises OSError."""
        self._number = max(0, len(sizes(self.path)) - 1)
        self._open()

    def _open(self):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        handle = os.open(segment(self.path, self._number), flags, 0o600)
        if self._handle is not None:
            os.close(self._handle)
        self._handle = handle
        self._room = self._most - os.fstat(handle).st_size

    def write(self, data):
        """Writes the beginning of `data`, as much as the segment and the disk take. Returns how much;
        raises OSError."""
        if self._room <= 0:
            self._number += 1
            try:
                self._open()
            except OSError:
                self._number -= 1
                raise
        written = os.write(self._handle, data[: self._room] if len(data) > self._room else data)
        self._room -= written
        return written

    def size(self):
        return total(self.path)


class LogReader:
    """Reads on from an offset, from segment to segment. Raises OSError where the first is missing."""

    def __init__(self, path, offset=0):
        self._path = path
        self._number = 0
        for size in sizes(path)[:-1]:
            if offset < size:
                break
            offset -= size
            self._number += 1
        self._handle = self._open(self._number)
        os.lseek(self._handle, offset, os.SEEK_SET)

    def _open(self, number):
        return os.open(segment(self._path, number), os.O_RDONLY | os.O_CLOEXEC)

    def read(self, count):
        """At most `count` bytes; none at the end of what is there now."""
        data = os.read(self._handle, count)
        while not data:
            try:
                following = self._open(self._number + 1)
            except OSError:
                return b""
            # Written between our look at the end and the next segment's birth.
            data = os.read(self._handle, count)
            if data:
                os.close(following)
                return data
            os.close(self._handle)
            self._handle = following
            self._number += 1
            data = os.read(self._handle, count)
        return data

    def close(self):
        os.close(self._handle)
