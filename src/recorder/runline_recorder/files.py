"""Files the run read and wrote: gathered while it runs, grouped, digested and written down at its end."""

import hashlib
import os
import stat

from . import folders
from .rundir import now

# Strongest first: a file seen in two ways is known by the stronger.
STRENGTH = ("audit", "wrapped", "inotify")
MAX_FILES = 500000


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
        return

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
        self._artifacts.keep(sorted(written))
        self._records("write", written, ended, overwritten=())
        read = {
            path: use
            for path, use in self._present("read").items()
            if path not in self._uses["write"] or use[0] < self._uses["write"][path][0]
        }
        self._records("read", read, ended, overwritten=written)
        self._digests.save()

    def _settle_updates(self):
        for path, (time, how, mark) in self._updates.items():
            try:
                state = os.stat(path)
            except OSError:
                continue
            if mark == [state.st_mtime_ns, state.st_size]:
                self.read(path, time, how, mark)
            else:
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

    def _records(self, kind, uses, ended, overwritten):
        for folder, paths in folders.grouped(list(uses), self._places.is_root):
            facts = [self._fact(path, uses[path], kind, ended, overwritten) for path in paths]
            facts = [fact for fact in facts if fact is not None]
            if not facts:
                continue
            if folder is None:
                record = facts[0]
                record["type"], record["files"] = "file", 1
            else:
                record = _folder(folder, facts)
            record["path"] = self._places.shown(folder or record.pop("absolute"))
            self._journal.write(kind, **record)

    def _fact(self, path, use, kind, ended, overwritten):
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
            changed = state.st_mtime_ns // 1000000 > (use[0] if kind == "read" else ended)
        if changed:
            fact["changed"] = True
        return fact


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
