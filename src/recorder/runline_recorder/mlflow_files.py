"""Artifacts over HTTP: written straight into the run directory, in pieces, with their digest."""

import hashlib
import os
import re

from .mlflow_errors import Refusal, invalid
from .mlflow_http import CHUNK

_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})\Z")
_LONGEST_NAME = 255
# The server may take in files of the same run, under names without the letter.
_DRAFT = ".upload-r"


class Files:
    """Files of the runs and logged models of one book. A logged model's lie in the run directory of the run
    that made it, under `artifacts/models/<model>/`."""

    def __init__(self, book):
        self._book = book

    def place(self, path):
        """(run, path below its `artifacts/`, the prefix that clients don't see) of a path of the proxy:
        `<experiment>/<run>/artifacts/…` or `<experiment>/models/<model>/artifacts/…`."""
        parts = _parts(path)
        if len(parts) >= 4 and parts[1] == "models" and parts[3] == "artifacts":
            model = self._book.models.get(parts[2])
            if model is not None:
                return model.run, ["models", model.id] + parts[4:], 2
        elif len(parts) >= 3 and parts[2] == "artifacts":
            return self._book.find(parts[1]), parts[3:], 0
        raise Refusal("RESOURCE_DOES_NOT_EXIST", "There is no artifact location %s." % path, elsewhere=True)

    def put(self, path, pieces):
        """Takes in one file. Raises Refusal; a disk that is full is one too."""
        run, parts, _ = self.place(path)
        if not parts:
            raise invalid("Invalid path: it names no file.")
        target = self._inside(run, parts)
        draft = os.path.join(run.directory, _DRAFT + os.urandom(8).hex())
        try:
            size, digest = _write(draft, pieces)
            # In one turn: of two that are sent at once the one that stays is the one that was noted last.
            with self._book.turn():
                os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
                self._inside(run, parts)
                os.replace(draft, target)
                run.journal.write(
                    "artifact",
                    path="/".join(parts),
                    origin="mlflow-artifacts:/%s/artifacts/%s" % (run.id, "/".join(parts)),
                    bytes=size,
                    digest="sha256:" + digest,
                )
                self._book.flush(run)
        except OSError as error:
            if isinstance(error, (IsADirectoryError, NotADirectoryError, FileExistsError)):
                raise invalid("Invalid path: a file or folder is in the way.") from None
            text = "The file could not be kept with the run: %s." % error.strerror
            raise Refusal("STORAGE_FULL", text) from None
        finally:
            if os.path.lexists(draft):
                os.unlink(draft)

    def open(self, path, wanted):
        """(open file, bytes to send, status, further headers) of a file or, with a `Range`, of a part."""
        run, parts, _ = self.place(path)
        try:
            source = open(self._inside(run, parts), "rb")
        except OSError:
            raise Refusal("RESOURCE_DOES_NOT_EXIST", "No such artifact: '%s'" % "/".join(parts)) from None
        size = os.fstat(source.fileno()).st_size
        found = _RANGE.match(wanted or "")
        if found is None:
            return source, size, 200, "Accept-Ranges: bytes\r\n"
        first = int(found.group(1))
        last = min(int(found.group(2) or size - 1), size - 1)
        if first > last:
            return source, 0, 416, "Content-Range: bytes */%d\r\n" % size
        source.seek(first)
        return source, last - first + 1, 206, "Content-Range: bytes %d-%d/%d\r\n" % (first, last, size)

    def listing(self, path):
        """Entries of a folder, by their bare names."""
        run, parts, hidden = self.place(path)
        return {"files": self._entries(run, parts, hidden)}

    def listing_of_run(self, fields):
        """Entries of a folder of a run, by their whole paths, as `artifacts/list` answers them."""
        run = self._book.find(fields.run_id())
        parts = _parts(fields.text("path") or "")
        above = "/".join(parts) + "/" if parts else ""
        files = [dict(entry, path=above + entry["path"]) for entry in self._entries(run, parts, 0)]
        return {"root_uri": run.artifact_uri, "files": files}

    def delete(self, path):
        """Takes a file or a folder away; the record of what it was stays."""
        run, parts, hidden = self.place(path)
        if len(parts) <= hidden:
            raise invalid("Invalid path: all artifacts of a run can't be deleted from within it.")
        target = self._inside(run, parts)
        if os.path.isdir(target):
            from shutil import rmtree

            rmtree(target, ignore_errors=True)
        elif os.path.exists(target):
            os.unlink(target)
        with self._book.turn():
            self._book.notice(
                "mlflow_artifact_deleted", "The script deleted its artifact %s." % "/".join(parts)
            )
            self._book.flush()

    def _entries(self, run, parts, hidden):
        found = []
        models = {model.id for model in self._book.models.values()}
        try:
            entries = sorted(os.scandir(self._inside(run, parts)), key=lambda entry: entry.name)
        except OSError:
            return []
        for entry in entries:
            if not parts and entry.name == "models" and _only_models(entry.path, models):
                continue
            if parts == ["models"] and not hidden and entry.name in models:
                continue
            if entry.is_dir(follow_symlinks=False):
                found.append({"path": entry.name, "is_dir": True})
            elif entry.is_file(follow_symlinks=False):
                found.append({"path": entry.name, "is_dir": False, "file_size": entry.stat().st_size})
        return found

    def _inside(self, run, parts):
        """The place of a file, which no link may lead out of the run directory."""
        root = os.path.join(run.directory, "artifacts")
        place = os.path.join(root, *parts)
        real = os.path.realpath(place)
        if real != os.path.join(os.path.realpath(root), *parts):
            raise invalid("Invalid path: a link leads out of the run directory.")
        return place


def drop_drafts(runs):
    """Takes away what a recorder that was killed had not got whole."""
    for run in runs:
        try:
            for name in os.listdir(run.directory):
                if name.startswith(_DRAFT):
                    os.unlink(os.path.join(run.directory, name))
        except OSError:
            continue  # Nothing but space is lost.


def _parts(path):
    """The names in a path; raises Refusal for one that could lead elsewhere."""
    parts = [part for part in path.split("/") if part]
    for part in parts:
        if part in (".", "..") or "\\" in part or "\0" in part or len(os.fsencode(part)) > _LONGEST_NAME:
            raise invalid("Invalid path")
    return parts


def _only_models(path, models):
    try:
        return models.issuperset(os.listdir(path))
    except OSError:
        return False


def _write(path, pieces):
    """(size, hex digest) of what was written."""
    hasher = hashlib.sha256()
    size = 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(handle, "wb", buffering=CHUNK) as target:
        for piece in pieces:
            hasher.update(piece)
            size += len(piece)
            target.write(piece)
    return size, hasher.hexdigest()
