"""Many files of one folder are one data set: a folder of a hundred thousand images is one edge, not a
hundred thousand."""

import itertools
import os

MANY = 64


def is_large(folder):
    """Whether a folder holds so much that its files may turn out to be one data set."""
    try:
        with os.scandir(folder) as entries:
            return sum(1 for _ in itertools.islice(entries, MANY + 1)) > MANY
    except OSError:
        return False


def grouped(paths, is_root):
    """[(folder or None, [paths])]: single files have None. `is_root(folder)` names folders too wide to be
    a data set by themselves."""
    if len(paths) <= MANY:
        return [(None, [path]) for path in sorted(paths)]
    result = []
    _group("", [(path.split("/")[1:], path) for path in sorted(paths)], is_root, result)
    return result


def _group(folder, entries, is_root, result):
    """`entries`: (parts below `folder`, whole path), all of them below it."""
    if len(entries) <= MANY:
        result.extend((None, [path]) for _, path in entries)
        return
    direct = [entry for entry in entries if len(entry[0]) == 1]
    below = {}
    for parts, path in entries:
        if len(parts) > 1:
            below.setdefault(parts[0], []).append((parts[1:], path))
    wide = not folder or is_root(folder) or any(is_root(folder + "/" + name) for name in below)
    if len(direct) > MANY or (not direct and len(below) > 1 and not wide):
        result.append((folder or "/", [path for _, path in entries]))
        return
    result.extend((None, [path]) for _, path in direct)
    for name in sorted(below):
        _group(folder + "/" + name, below[name], is_root, result)
