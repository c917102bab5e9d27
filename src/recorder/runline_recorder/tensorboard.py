"""Follows the TensorBoard files that the run writes."""

import os
import re
import time

from .event_file import Corrupt, EventFile

POLL_SECONDS = 1.0
SCAN_SECONDS = 5.0
SCAN_MOST_SECONDS = 60.0
MAX_FOLDERS = 5000
MAX_FILES = 1000
SLICE = 20000
_NAME = re.compile(r"tfevents\.(\d+)(?:\.(.*?)\.(\d+)(?:\.|$))?")
_PHASES = ("train", "training", "val", "valid", "validation", "test", "eval")


class TensorBoard:
    """Files are found where the shim says they are written, and by looking below the working directory
    from time to time."""

    name = "TensorBoard files"
    handle = None

    def __init__(self, directory, places, spec, metrics, journal):
        self._reports = directory.file("capture")
        self._places = places
        self._folders = [spec["cwd"], places.workspace]
        self._metrics = metrics
        self._journal = journal
        self._started = time.time()
        self._files = {}
        self._first_folder = None
        self._names = {}
        self._listed = {}
        self._next_read = 0.0
        self._pause = SCAN_SECONDS
        self._next_scan = time.monotonic() + SCAN_SECONDS

    def wrote(self, path, *_):
        """A path that the script opened to write it."""
        if "tfevents" in os.path.basename(path):
            self._follow(path)

    def tick(self):
        current = time.monotonic()
        if current >= self._next_scan:
            self._scan()
            self._pause = min(self._pause * 2, SCAN_MOST_SECONDS)
            self._next_scan = current + self._pause
        if current >= self._next_read:
            more = self._read(SLICE)
            self._next_read = current if more else current + POLL_SECONDS

    def finish(self):
        self._scan()
        while self._read(SLICE):
            continue

    def _follow(self, path):
        path = os.path.realpath(path)
        if path not in self._files and len(self._files) < MAX_FILES:
            self._files[path] = (EventFile(path), None)

    def _scan(self):
        pids = self._pids()
        todo = list(dict.fromkeys(os.path.realpath(folder) for folder in self._folders))
        for folder in todo:
            if len(todo) > MAX_FOLDERS:
                return
            below, names = self._listing(folder)
            todo.extend(path for path in below if path not in todo[:2])
            for name in names:
                if self._ours(name, pids):
                    self._follow(os.path.join(folder, name))

    def _listing(self, folder):
        """(folders below, names of event files); read again only when the folder has changed: it may hold
        a million images."""
        try:
            changed = os.stat(folder).st_mtime_ns
            known = self._listed.get(folder)
            if known is not None and known[0] == changed:
                return known[1:]
            below, names = [], []
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if self._places.matters(entry.path + "/x"):
                            below.append(entry.path)
                    elif "tfevents" in entry.name:
                        names.append(entry.name)
        except OSError:
            return [], []
        self._listed[folder] = (changed, below, names)
        return below, names

    def _pids(self):
        """Processes of the run that report to us. Empty: the shim is not at work, so that a file's age
        must do."""
        try:
            return {name.split("-")[0] for name in os.listdir(self._reports)}
        except OSError:
            return set()

    def _ours(self, name, pids):
        """Several runs may share the workspace: a file's name says when and by which process it was made."""
        found = _NAME.search(name)
        if found is None or int(found.group(1)) < int(self._started) - 1:
            return False
        return not pids or found.group(3) in pids

    def _read(self, limit):
        """Reads up to about `limit` values; True when there may be more."""
        count = 0
        for path, (source, going) in list(self._files.items()):
            going = source.read() if going is None else going
            folder = os.path.dirname(path)
            try:
                for wall, step, tag, value in going:
                    self._add(folder, wall, step, tag, value)
                    count += 1
                    if count >= limit:
                        self._files[path] = (source, going)
                        return True
                self._files[path] = (source, None)
            except FileNotFoundError:
                self._files[path] = (source, None)
            except (Corrupt, OSError) as error:
                del self._files[path]
                self._journal.notice(
                    "tensorboard_unreadable", "%s is not followed: %s." % (self._places.shown(path), error)
                )
        return False

    def _add(self, folder, wall, step, tag, value):
        milliseconds = int(wall * 1000) if 0 < wall < 1e11 else None
        self._metrics.add(
            "tensorboard", step if step >= 0 else None, {self._key(folder, tag): value}, milliseconds
        )

    def _key(self, folder, tag):
        """Writers in several folders (train and validation) use the same tags: all but the first are told
        apart by their folder."""
        prefix = self._names.get(folder)
        if prefix is None:
            prefix = self._names[folder] = self._prefix(folder)
        return prefix + tag

    def _prefix(self, folder):
        last = os.path.basename(folder)
        if self._first_folder is None:
            self._first_folder = folder
            return last + "/" if last in _PHASES else ""
        inside = self._first_folder + "/"
        return (folder[len(inside) :] if folder.startswith(inside) else last) + "/"
