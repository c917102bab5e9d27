"""SHA-256 of files, with a memory across runs and a bound on the time a run's end may take."""

import hashlib
import json
import os
import time

CHUNK = 1 << 20
BUDGET_SECONDS = 20
BUDGET_BYTES = 20 << 30
REMEMBERED = 20000


class Digests:
    """`of` answers for one file. What was hashed before and did not change since is not read again."""

    def __init__(self, directory):
        above = os.path.dirname(directory.path)
        if os.path.basename(above) == "runs":
            above = os.path.dirname(above)
        self._path = os.path.join(above, "digests.json")
        self._until = None
        self._left = BUDGET_BYTES
        self._live = None
        self._new = {}
        self._known = None

    def allow(self, live_bytes):
        """How much may be digested from now on while the run lives; None: it has ended."""
        self._live = live_bytes

    def of(self, path):
        """(hex digest or None, its stat, why there is no digest or None). A file that is gone raises
        FileNotFoundError."""
        state = os.stat(path)
        key = _key(path, state)
        known = self._load().get(key) or self._new.get(key)
        if known is not None:
            return known, state, None
        if self._live is not None:
            return self._while_it_lives(path, state)
        if self._until is None:
            self._until = time.monotonic() + BUDGET_SECONDS
        if state.st_size > self._left or time.monotonic() > self._until:
            return None, state, "There was more to digest than the end of a run may take."
        self._left -= state.st_size
        return self._made(path, state)

    def _while_it_lives(self, path, state):
        if state.st_size > self._live:
            return None, state, "It is digested when the run ends."
        self._live -= state.st_size
        return self._made(path, state)

    def _made(self, path, state):
        key = _key(path, state)
        try:
            digest = self._hash(path)
        except OSError as error:
            return None, state, "It could not be read: %s." % error.strerror
        if digest is None:
            return None, state, "Digesting it took too long."
        after = os.stat(path)
        if _key(path, after) != key:
            return None, after, "It was being changed while it was digested."
        self.remember(path, after, digest)
        return digest, state, None

    def remember(self, path, state, digest):
        """Keeps a digest that somebody else computed. Files younger than two seconds are not trusted to
        keep their time stamp."""
        if time.time_ns() - state.st_mtime_ns > 2000000000:
            self._new[_key(path, state)] = digest

    def _hash(self, path):
        hasher = hashlib.sha256()
        with open(path, "rb", buffering=0) as source:
            while True:
                data = source.read(CHUNK)
                if not data:
                    return hasher.hexdigest()
                hasher.update(data)
                if self._live is None and time.monotonic() > self._until + BUDGET_SECONDS:
                    return None

    def _load(self):
        if self._known is None:
            try:
                with open(self._path, encoding="utf-8") as source:
                    self._known = json.load(source)
            except (OSError, ValueError):
                self._known = {}
            if not isinstance(self._known, dict):
                self._known = {}
        return self._known

    def save(self):
        """Adds what is new to the file on disk. Of two runs that end together one may forget the other's:
        then it is hashed again."""
        if not self._new:
            return
        self._known = None
        merged = dict(self._load())
        merged.update(self._new)
        for key in list(merged)[: max(0, len(merged) - REMEMBERED)]:
            del merged[key]
        temporary = "%s.tmp-%d" % (self._path, os.getpid())
        try:
            with open(temporary, "w", encoding="utf-8") as target:
                json.dump(merged, target)
            os.rename(temporary, self._path)
        except OSError:
            return  # Only speed is lost.


def _key(path, state):
    return "%s|%d|%d|%d" % (path, state.st_size, state.st_mtime_ns, state.st_ino)
