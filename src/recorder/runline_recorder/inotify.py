"""The kernel's own notices of opened and written files: weaker evidence, since they don't say by whom.
Linux only.

A file counts when one of the run's processes is caught with it open, or when nothing in the run reports
for itself (a program that is not Python, or a Python told to ignore its environment); then "used while the
run was alive" is the best there is.
"""

import ctypes
import errno
import os
import struct
import time

from . import processes
from .rundir import now

MAX_FOLDERS = 2000
SETUP_SECONDS = 2
MAX_PENDING = 50000
MAX_LOOKS = 64
LOOK_SECONDS = 0.05
MAX_READS = 256
_OPEN, _CLOSE_WRITE, _MOVED_TO, _CREATE = 0x20, 0x8, 0x80, 0x100
_IS_FOLDER, _OVERFLOW = 0x40000000, 0x4000
_MASK = (
    _OPEN | _CLOSE_WRITE | _MOVED_TO | _CREATE | 0x01000000 | 0x04000000
)  # only folders, no longer than they exist
_HEAD = struct.Struct("iIII")


class Inotify:
    """Watches the folders of the run. Raises OSError from the constructor where the system has no inotify."""

    name = "file notices"

    def __init__(self, directory, places, files, journal, pid):
        self._reports = directory.file("capture")
        self._places = places
        self._files = files
        self._journal = journal
        self._pid = pid
        self._library = ctypes.CDLL(None, use_errno=True)
        self.handle = self._library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.handle < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._folders = {}
        self._loose = {}
        self._looked = 0.0
        self._incomplete = False
        for root in places.roots:
            self._watch(root)

    def _watch(self, top):
        """One watch for each folder that matters; inotify does not look below by itself."""
        until = time.monotonic() + SETUP_SECONDS
        for folder, names, _ in os.walk(top):
            names[:] = [name for name in names if self._places.matters(os.path.join(folder, name, "x"))]
            if len(self._folders) >= MAX_FOLDERS or time.monotonic() > until:
                self._incomplete = True
                return
            number = self._library.inotify_add_watch(self.handle, os.fsencode(folder), _MASK)
            if number < 0:
                self._incomplete = self._incomplete or ctypes.get_errno() != errno.ENOENT
                return
            self._folders[number] = folder

    def tick(self):
        """Takes what has come, and looks who has those files open."""
        fresh = {}
        for number, mask, name in self._events():
            folder = self._folders.get(number)
            if folder is None or not name:
                continue
            path = os.path.join(folder, os.fsdecode(name))
            if mask & _IS_FOLDER:
                if mask & (_CREATE | _MOVED_TO) and self._places.matters(path + "/x"):
                    self._watch(path)
            elif self._places.matters(path):
                fresh.setdefault(path, set()).add(
                    "write" if mask & (_CLOSE_WRITE | _MOVED_TO | _CREATE) else "read"
                )
        if fresh:
            self._sort(fresh)

    def _sort(self, fresh):
        current = time.monotonic()
        caught = set()
        if len(fresh) <= MAX_LOOKS and current - self._looked >= LOOK_SECONDS:
            self._looked = current
            caught = self._open_files()
        for path, kinds in fresh.items():
            if path in caught:
                self._use(path, kinds, now())
            elif len(self._loose) < MAX_PENDING:
                former = self._loose.get(path)
                self._loose[path] = (former[0] if former else now(), kinds | (former[1] if former else set()))

    def _events(self):
        for _ in range(MAX_READS):  # Others may make events faster than we can take them.
            try:
                data = os.read(self.handle, 1 << 16)
            except BlockingIOError:
                return
            at = 0
            while at + _HEAD.size <= len(data):
                number, mask, _, length = _HEAD.unpack_from(data, at)
                at += _HEAD.size
                if mask & _OVERFLOW:
                    self._incomplete = True
                yield number, mask, data[at : at + length].rstrip(b"\0")
                at += length

    def _open_files(self):
        """Paths that the run's processes have open now."""
        found = set()
        for pid in processes.descendants(self._pid):
            folder = "/proc/%d/fd" % pid
            try:
                for name in os.listdir(folder):
                    found.add(os.readlink(folder + "/" + name))
            except OSError:
                continue
        return found

    def _use(self, path, kinds, when):
        if "write" in kinds:
            self._files.wrote(path, when, "inotify")
        elif not self._files.knows(path):
            self._files.read(path, when, "inotify")

    def finish(self):
        self.tick()
        if not self._reporting():
            for path, (when, kinds) in self._loose.items():
                self._use(path, kinds, when)
            if self._incomplete:
                text = "There were more folders than the recorder could watch: files may be missing."
                self._journal.notice("files_incomplete", text)
        os.close(self.handle)

    def _reporting(self):
        try:
            return bool(os.listdir(self._reports))
        except OSError:
            return False
