"""Code by its digests: files once, one read-only folder per tree, a copy per run."""

import hashlib
import os
import re
import shutil
import time

from .files import RUN_ID, Refused, inside, make_folder, there

KEY = re.compile(r"\A(git|sha256)-[0-9a-f]{40,64}\Z")
TREE = re.compile(r"\A[0-9a-f]{40,64}\Z")
DAY = 86400


def digest_ok(key, size, pieces):
    kind, name = key.split("-", 1)
    hasher = hashlib.sha1() if kind == "git" and len(name) == 40 else hashlib.sha256()
    if kind == "git":
        hasher.update(b"blob %d\0" % size)
    for data in pieces:
        hasher.update(data)
    return hasher.hexdigest() == name


def blob_path(root, key):
    if not KEY.match(key):
        raise Refused("hostCode", "%r is no name of a file" % key)
    return os.path.join(root, "blobs", key.split("-", 1)[1][:2], key)


def missing(ask, _body):
    """Files that are not here, and how much is here of those whose sending broke off."""
    keys = [key for key in ask["keys"] if not there(blob_path(ask["root"], key))]
    begun = {key: os.lstat(_part(ask["root"], key)).st_size for key in keys if there(_part(ask["root"], key))}
    return {"missing": keys, "begun": begun}, []


def _part(root, key):
    return blob_path(root, key) + ".part"


def put_file(path, data, mode=0o400):
    make_folder(os.path.dirname(path))
    draft = "%s.%d.part" % (path, os.getpid())
    try:
        if there(draft):
            os.unlink(draft)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
        finally:
            os.close(handle)
        os.rename(draft, path)
    except OSError as error:
        if there(draft):
            os.unlink(draft)
        raise Refused("hostWrite", error.strerror or str(error), path)


def put(ask, body):
    """Takes files by their digests; what does not fit its digest is not kept."""
    at = 0
    for key, size in ask["items"]:
        data = body[at : at + size]
        at += size
        if len(data) != size or not digest_ok(key, size, [data]):
            raise Refused("hostCode", "%s arrived damaged" % key)
        path = blob_path(ask["root"], key)
        if not there(path):
            put_file(path, data)
    return {}, []


def put_part(ask, body):
    """A piece of a large file, in turn from its beginning. Whoever sends the same file at the same time writes the same
    bytes to the same places; with the last piece it is checked, and is there."""
    key, total = ask["key"], ask["total"]
    path, draft = blob_path(ask["root"], key), _part(ask["root"], key)
    if there(path):
        return {}, []
    make_folder(os.path.dirname(path))
    try:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            _write_at(handle, ask["offset"], body)
            if ask["offset"] + len(body) < total:
                return {}, []
            if digest_ok(key, total, iter(lambda: os.read(handle, 1 << 20), b"")):
                os.fchmod(handle, 0o400)
                os.rename(draft, path)
                return {}, []
        finally:
            os.close(handle)
        if there(path):
            return {}, []
        os.unlink(draft)
    except OSError as error:
        if there(path):
            return {}, []
        raise Refused("hostWrite", error.strerror or str(error), draft)
    raise Refused("hostCode", "%s arrived damaged" % key)


def _write_at(handle, offset, data):
    view = memoryview(data)
    while view:
        written = os.pwrite(handle, view, offset)
        view = view[written:]
        offset += written


def tree_path(root, tree):
    if not TREE.match(tree):
        raise Refused("hostCode", "%r is no name of a tree" % tree)
    return os.path.join(root, "trees", tree)


def make_tree(ask, _body):
    """One read-only folder per tree, of links to the kept files."""
    target = tree_path(ask["root"], ask["tree"])
    if there(target):
        return {}, []
    draft = "%s.%d.part" % (target, os.getpid())
    shutil.rmtree(draft, ignore_errors=True)
    make_folder(draft)
    try:
        for mode, key, name in ask["entries"]:
            path = inside(draft, name)
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            source = blob_path(ask["root"], key)
            if mode == "120000":
                with open(source, "rb") as content:
                    os.symlink(content.read(), os.fsencode(path))
            elif mode == "100755":
                shutil.copyfile(source, path)
                os.chmod(path, 0o500)
            else:
                link_or_copy(source, path)
        os.rename(draft, target)
    except FileNotFoundError as error:
        raise Refused("hostCode", "%s is missing" % error.filename)
    except OSError as error:
        if not there(target):
            raise Refused("hostWrite", error.strerror or str(error), target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    forget_old(ask["root"])
    return {}, []


def link_or_copy(source, path):
    try:
        os.link(source, path)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, path)
        os.chmod(path, 0o400)


def forget_old(root):
    """Trees that no run has used for a month, and files that are in no tree any more."""
    trees = os.path.join(root, "trees")
    for name in os.listdir(trees):
        path = os.path.join(trees, name)
        if time.time() - os.lstat(path).st_mtime > 30 * DAY:
            shutil.rmtree(path, ignore_errors=True)
    for folder, _, names in os.walk(os.path.join(root, "blobs")):
        for name in names:
            found = os.lstat(os.path.join(folder, name))
            if found.st_nlink == 1 and time.time() - found.st_mtime > 30 * DAY:
                os.unlink(os.path.join(folder, name))


def work(ask, _body):
    """The working copy of a run: its own files, so that a script that changes itself changes nobody else's."""
    root = ask["root"]
    if not RUN_ID.match(ask["id"]):
        raise Refused("hostFailed", "%r is no run id" % ask["id"])
    target = os.path.join(root, "work", ask["id"])
    place = os.path.normpath(os.path.join(target, ask["prefix"]))
    if there(target):
        return {"there": True, "workspace": place}, []
    source = tree_path(root, ask["tree"])
    if not there(source):
        return {"there": False}, []
    make_folder(os.path.dirname(target))
    draft = target + ".%d.part" % os.getpid()
    shutil.rmtree(draft, ignore_errors=True)
    try:
        shutil.copytree(source, draft, symlinks=True, copy_function=copy_own)
        inner = os.path.normpath(os.path.join(draft, ask["prefix"]))
        os.makedirs(inner, mode=0o700, exist_ok=True)
        for name, there_path in sorted((ask.get("folders") or {}).items()):
            lay_link(inside(inner, name), os.path.expanduser(there_path))
        os.utime(source)
        os.chmod(draft, 0o700)
        os.rename(draft, target)
    except shutil.Error as error:
        raise Refused("hostWrite", str(error.args[0][0][2]), target)
    except OSError as error:
        if not there(target):
            raise Refused("hostWrite", error.strerror or str(error), target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return {"there": True, "workspace": place}, []


def copy_own(source, target):
    shutil.copyfile(source, target)
    os.chmod(target, 0o700 if os.stat(source).st_mode & 0o100 else 0o600)


def lay_link(path, target):
    """A folder of the workspace that lies on the host already. Files of the code are not hidden by it."""
    if there(path):
        return
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    os.symlink(target, path)
