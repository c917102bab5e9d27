"""Files that somebody else may have made: bounded, never through a link, never a pipe or a device."""

import errno
import json
import os
import re
import stat

RUN_ID = re.compile(r"\A[0-9a-f]{32}\Z")
AGAIN = re.compile(r"\A[0-9a-f]{32}-[1-9][0-9]{0,6}\Z")
SMALL = 65536
PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
MOST_SEGMENTS = 100000


class Refused(Exception):
    """A failure with a code that the other side knows, and words for a person."""

    def __init__(self, code, cause, path=None):
        Exception.__init__(self, cause)
        self.answer = {"code": code, "cause": cause, "path": path}


def plain_file(path):
    """A handle on a plain file, or None for anything else: no link is followed, no pipe is waited for."""
    try:
        handle = os.open(path, PLAIN)
    except OSError as error:
        if isinstance(error, PermissionError) or error.errno in (errno.EIO, errno.ESTALE):
            raise
        return None
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    return None


def piece_of(path, offset, length):
    """(bytes, size, identity) of a plain file from an offset; nothing where there is none."""
    handle = plain_file(path)
    if handle is None:
        return b"", 0, ""
    try:
        found = os.fstat(handle)
        wanted = max(0, min(length, found.st_size - offset))
        pieces = []
        while wanted > 0:
            data = os.pread(handle, min(wanted, 1 << 20), offset)
            if not data:
                break
            pieces.append(data)
            offset += len(data)
            wanted -= len(data)
        return b"".join(pieces), found.st_size, str(found.st_ino)
    finally:
        os.close(handle)


def small_text(path):
    data, size, _ = piece_of(path, 0, SMALL)
    return data.decode("utf-8", "replace") if 0 < size <= SMALL else None


def there(path):
    try:
        os.lstat(path)
        return True
    except (FileNotFoundError, NotADirectoryError):
        return False


def make_folder(path):
    """Makes a folder and those above it, for its owner only."""
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except FileExistsError:
        raise Refused("hostWrite", "a file is in the way", path)
    except OSError as error:
        raise Refused("hostWrite", error.strerror or str(error), path)


def inside(root, name):
    """A path under a folder by a relative name of plain parts."""
    parts = name.split("/")
    if name == "" or "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise Refused("hostFailed", "%r is no path inside a folder" % name)
    return os.path.join(root, *parts)


def run_directory(path):
    if not RUN_ID.match(os.path.basename(path)) or not os.path.isabs(path):
        raise Refused("hostFailed", "%r is no run directory" % path)
    return path


def record(text):
    """A record as it says, or {}: torn, reserved but not written, or missing."""
    try:
        value = json.loads((text or "").rstrip("\0 \t\r\n"))
        return value if isinstance(value, dict) else {}
    except ValueError:
        return {}


def write_small(path, data, replace=True):
    """Whole or not at all. Without `replace`, a file that is there stays as it is."""
    draft = "%s.%d.part" % (path, os.getpid())
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        if replace or not _linked(draft, path):
            os.rename(draft, path)
    except OSError as error:
        raise Refused("hostWrite", error.strerror or str(error), path)


def _linked(draft, path):
    """Whether the file is there now by a link, which never replaces; a file system may know none."""
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:
        if not there(path):
            return False
    os.unlink(draft)
    return True


def log_piece(path, offset, length):
    """The same as `piece_of` for an output in segments: offsets run on from one to the next."""
    sizes = []
    while len(sizes) < MOST_SEGMENTS:
        data, size, identity = piece_of(_segment(path, len(sizes)), 0, 0)
        if not identity:
            break
        sizes.append((size, identity))
    if len(sizes) < 2:
        return piece_of(path, offset, length)
    base = 0
    pieces = []
    for number, (size, _) in enumerate(sizes):
        if length > 0 and offset < base + size:
            data = piece_of(_segment(path, number), offset - base, min(length, base + size - offset))[0]
            pieces.append(data)
            offset += len(data)
            length -= len(data)
            if offset < base + size:
                break
        base += size
    return b"".join(pieces), sum(size for size, _ in sizes), sizes[0][1]


def _segment(path, number):
    return path if number == 0 else "%s.%d" % (path, number)
