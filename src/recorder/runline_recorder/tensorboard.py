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
    """Files are found where the shim says they are written, and by looking below the working directory from time to time."""

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
        self._next_read = 0.0
        self._pause = SCAN_SECONDS
        self._next_scan = time.monotonic() + SCAN_SECONDS

    def wrote(self, path, *_):
        """A path that the script opened for writing."""
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
        seen = 0
        pids = self._pids()
        for top in dict.fromkeys(os.path.realpath(folder) for folder in self._folders):
            for folder, names, files in os.walk(top):
                names[:] = [name for name in names if self._places.matters(os.path.join(folder, name, "x"))]
                seen += 1
                if seen > MAX_FOLDERS:
                    return
                for name in files:
                    if "tfevents" in name and self._ours(os.path.join(folder, name), name, pids):
                        self._follow(os.path.join(folder, name))

    def _pids(self):
        """Processes of the run that report to us. Empty: the shim is not at work, so that a file's age must do."""
        try:
            return {name.split("-")[0] for name in os.listdir(self._reports)}
        except OSError:
            return set()

    def _ours(self, path, name, pids):
        """Several runs may share the workspace: a file's name says when and by which process it was made."""
        found = _NAME.search(name)
        if found is None or os.stat(path).st_mtime < self._started - 1 or int(found.group(1)) < int(self._started) - 1:
            return False
        return not pids or found.group(3) in pids

    def _read(self, limit):
        """Reads up to about `limit` values; True when there may be more."""
        count = 0
        for path, (source, going) in list(self._files.items()):
            going = source.read() if going is None else going
            try:
                for wall, step, tag, value in going:
                    self._add(os.path.dirname(path), wall, step, tag, value)
                    count += 1
                    if count >= limit:
                        self._files[path] = (source, going)
                        return True
                self._files[path] = (source, None)
            except FileNotFoundError:
                self._files[path] = (source, None)
            except (Corrupt, OSError) as error:
                del self._files[path]
                self._journal.notice("tensorboard_unreadable", "%s is not followed: %s." % (self._places.shown(path), error))
        return False

    def _add(self, folder, wall, step, tag, value):
        milliseconds = int(wall * 1000) if 0 < wall < 1e11 else None
        self._metrics.add("tensorboard", step if step >= 0 else None, {self._key(folder, tag): value}, milliseconds)

    def _key(self, folder, tag):
        """Writers in several folders (train and validation) use the same tags: all but the first are told apart by their folder."""
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
