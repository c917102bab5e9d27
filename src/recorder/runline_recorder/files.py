"""Files the run read and wrote: gathered, grouped and written down while it runs, and once more at its end,
when every digest is made."""

import hashlib
import os
import stat
import time as clock

from . import folders
from .rundir import now
from .told_files import Told

# Strongest first: a file seen in two ways is known by the stronger.
STRENGTH = ("audit", "wrapped", "inotify")
MAX_FILES = 500000
# While the run lives: how often its files are told, up to how many, and how much of them is digested each
# time. All of it is little beside the run, and what is more waits for the end.
LIVE_SECONDS = 3
LIVE_MOST_SECONDS = 30
LIVE_FILES = 2000
LIVE_BYTES = 8 << 20
# What is being written will be something else soon.
SETTLED_MILLISECONDS = 2000
GROWING_MILLISECONDS = 10000


class Files:
    """Takes notes of uses; `finish` turns them into records. `artifacts` keeps copies of what is to be
    kept."""

    name = "files"
    handle = None

    def __init__(self, places, digests, artifacts, journal):
        self._places = places
        self._digests = digests
        self._artifacts = artifacts
        self._journal = journal
        self._uses = {"read": {}, "write": {}}
        self._updates = {}
        self._told = Told(journal)
        self._next = clock.monotonic() + LIVE_SECONDS
        self._full = False

    def read(self, path, time, how, mark=None):
        """`mark`: [mtime in ns, size] when it was opened, which tells whether the digest is of that."""
        self._use("read", path, time, how, mark)

    def wrote(self, path, time, how, *_):
        self._use("write", path, time, how)

    def updated(self, path, time, how, mark):
        """Opened to read and write, as databases and memory maps are: `finish` looks which it was."""
        self._updates.setdefault(path, (time, how, mark))

    def moved(self, source, target, time):
        """A rename: what was written under the one name is now there under the other."""
        written = self._uses["write"]
        former = written.pop(source, None)
        inside = [] if former else [path for path in written if path.startswith(source + "/")]
        for path in inside:  # A folder, as checkpoints are moved into place.
            self._use("write", target + path[len(source) :], *written.pop(path)[:2])
        if not inside:
            self._use("write", target, former[0] if former else time, "audit")

    def knows(self, path):
        return path in self._uses["read"] or path in self._uses["write"]

    def tick(self):
        """Tells what is new. Where that costs much, or takes long on a slow disk, it is done seldom."""
        began, worked = clock.monotonic(), clock.thread_time()
        if began < self._next:
            return
        if len(self._uses["read"]) + len(self._uses["write"]) <= LIVE_FILES:
            self._tell()
        ended = clock.monotonic()
        cost = max(50 * (clock.thread_time() - worked), 5 * (ended - began))
        self._next = ended + min(max(LIVE_SECONDS, cost), LIVE_MOST_SECONDS)

    def _tell(self):
        for path, (time, how, mark) in self._updates.items():
            if _mark(path) not in (None, mark):
                self.wrote(path, time, how)
        current = now()
        self._digests.allow(LIVE_BYTES)
        written = self._present("write")
        self._records("write", written, current, overwritten=())
        self._records("read", self._only_read(), current, overwritten=written)

    def _use(self, kind, path, time, how, mark=None):
        if not self._places.matters(path):
            return
        uses = self._uses[kind]
        former = uses.get(path)
        if former is None:
            if len(uses) >= MAX_FILES:
                self._say_full()
                return
            uses[path] = (time, how, mark)
        else:
            uses[path] = (min(time, former[0]), min(how, former[1], key=STRENGTH.index), former[2] or mark)

    def _say_full(self):
        if not self._full:
            self._full = True
            self._journal.notice(
                "too_many_files", "Only the first %d files that the run used are kept." % MAX_FILES
            )

    def finish(self):
        """Writes artifacts first, then what was written, then what was read: the order of worth, should
        the budget end."""
        self._settle_updates()
        written = self._present("write")
        ended = now()
        self._digests.allow(None)
        self._artifacts.keep(sorted(written))
        self._records("write", written, ended, overwritten=(), at_end=True)
        self._records("read", self._only_read(), ended, overwritten=written, at_end=True)
        self._digests.save()

    def _only_read(self):
        """Without what the run wrote first and read then: that is its own."""
        written = self._uses["write"]
        return {
            path: use
            for path, use in self._present("read").items()
            if path not in written or use[0] < written[path][0]
        }

    def _settle_updates(self):
        for path, (time, how, mark) in self._updates.items():
            found = _mark(path)
            if found == mark:
                self.read(path, time, how, mark)
            elif found is not None:
                self.wrote(path, time, how)

    def _present(self, kind):
        """The uses of regular files that still exist. A missing file was tried in vain, or was temporary."""
        found = {}
        for path, use in self._uses[kind].items():
            try:
                if stat.S_ISREG(os.stat(path).st_mode):
                    found[path] = use
            except OSError:
                continue
        return found

    def _records(self, kind, uses, current, overwritten, at_end=False):
        records = {}
        for folder, paths in folders.grouped(list(uses), self._places.is_root):
            if folder is None and not at_end and _is_early(kind, paths[0], uses[paths[0]], current):
                continue
            facts = [self._fact(path, uses[path], kind, current, overwritten) for path in paths]
            facts = [fact for fact in facts if fact is not None]
            if not facts:
                continue
            if folder is None:
                record = facts[0]
                record["type"], record["files"] = "file", 1
            else:
                record = _folder(folder, facts)
            record["path"] = self._places.shown(folder or record.pop("absolute"))
            records[record["path"]] = record
        large = [path for path, record in records.items() if record["type"] == "folder"]
        self._told.withdraw(kind, records if at_end else self._still(kind, records, large), large, current)
        for record in records.values():
            self._told.write(kind, record, at_end)

    def _still(self, kind, records, large):
        """Paths that stay told: what is there and no part of a folder, though it may be growing now."""
        shown = {self._places.shown(path) for path in self._present(kind)}
        outside = {path for path in shown if not any(path.startswith(each + "/") for each in large)}
        return outside.union(records)

    def _fact(self, path, use, kind, current, overwritten):
        try:
            digest, state, reason = self._digests.of(path)
        except OSError:
            return None
        if path in overwritten:
            digest, reason = None, "The run wrote this file after it had read it."
        fact = {"absolute": path, "time": use[0], "bytes": state.st_size, "how": use[1]}
        fact["digest"] = None if digest is None else "sha256:" + digest
        if reason is not None:
            fact["reason"] = reason
        if use[2] is not None:
            changed = use[2] != [state.st_mtime_ns, state.st_size]
        else:
            changed = state.st_mtime_ns // 1000000 > (use[0] if kind == "read" else current)
        if changed:
            fact["changed"] = True
        return fact


def _mark(path):
    try:
        state = os.stat(path)
        return [state.st_mtime_ns, state.st_size]
    except OSError:
        return None


def _is_early(kind, path, use, current):
    """Whether to wait before a file is told: somebody seems to be writing it just now (one that grows for
    long does not count), or it lies among many that will be one data set when more of them are known."""
    if folders.is_large(os.path.dirname(path)):
        return True
    mark = _mark(path)
    fresh = mark is not None and current - mark[0] // 1000000 < SETTLED_MILLISECONDS
    return kind == "write" and fresh and current - use[0] < GROWING_MILLISECONDS


def _folder(folder, facts):
    """One record for many files. The digest is that of the manifest: a line `<hex> <path below the
    folder>` for each, sorted by path."""
    record = {
        "type": "folder",
        "files": len(facts),
        "time": min(fact["time"] for fact in facts),
        "bytes": sum(fact["bytes"] for fact in facts),
        "how": max((fact["how"] for fact in facts), key=STRENGTH.index),
        "digest": None,
    }
    without = [fact for fact in facts if fact["digest"] is None]
    if without:
        record["reason"] = without[0]["reason"]
    else:
        lines = sorted((fact["absolute"][len(folder) :].lstrip("/"), fact["digest"][7:]) for fact in facts)
        manifest = "".join("%s  %s\n" % (digest, path) for path, digest in lines)
        record["digest"] = "sha256:" + hashlib.sha256(manifest.encode("utf-8", "surrogateescape")).hexdigest()
    if any(fact.get("changed") for fact in facts):
        record["changed"] = True
    return record
