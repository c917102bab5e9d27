"""Written files that the run keeps: copied under `artifacts/`, with a manifest, so that a later run can't
take them away."""

import fcntl
import hashlib
import os
import re

FICLONE = 0x40049409
CHUNK = 1 << 20


class Artifacts:
    """Copies what the patterns ask for. A pattern without a slash fits a name in any folder; `**` crosses
    folders."""

    def __init__(self, directory, spec, places, digests, journal):
        capture = spec.get("capture") or {}
        self._patterns = [_pattern(text) for text in capture.get("artifacts") or ()]
        self._limit = capture.get("artifact_limit_bytes", 1 << 30)
        self._directory = directory
        self._places = places
        self._digests = digests
        self._journal = journal

    def keep(self, paths):
        """Copies those of `paths` (absolute) that fit, writes an `artifact` record for each and the
        manifest at the end."""
        manifest = self._kept_before()
        for path in paths:
            shown = self._places.shown(path)
            if shown.startswith("/") or not any(pattern.match(shown) for pattern in self._patterns):
                continue
            try:
                entry = self._keep_one(path, shown)
            except OSError as error:
                self._journal.notice(
                    "artifact_not_kept", "%s could not be kept: %s." % (shown, error.strerror)
                )
                continue
            if entry is not None:
                manifest[entry["path"]] = entry
        if manifest:
            self._directory.write_json("artifacts/manifest.json", {"artifacts": list(manifest.values())})

    def _kept_before(self):
        """What an earlier attempt of the run has kept, by path."""
        if self._directory.attempt == 1:
            return {}
        try:
            entries = self._directory.read_json("artifacts/manifest.json")["artifacts"]
            return {entry["path"]: entry for entry in entries}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _keep_one(self, path, shown):
        size = os.stat(path).st_size
        if size > self._limit:
            text = "%s was not kept: %d bytes are more than the limit of %d." % (shown, size, self._limit)
            self._journal.notice("artifact_too_large", text)
            return None
        target = self._directory.file(os.path.join("artifacts", shown))
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        digest, copied = _copy(path, target)
        self._digests.remember(path, os.stat(path), digest)
        entry = {"path": shown, "origin": shown, "bytes": copied, "digest": "sha256:" + digest}
        self._journal.write("artifact", **entry)
        return entry


def _copy(source_path, target_path):
    """(hex digest, size) of a copy; shares blocks where the file system can. What could not be finished is
    taken away again."""
    hasher = hashlib.sha256()
    size = 0
    try:
        with open(source_path, "rb") as source, open(target_path, "wb") as target:
            shared = _clone(source.fileno(), target.fileno())
            while True:
                data = source.read(CHUNK)
                if not data:
                    break
                hasher.update(data)
                size += len(data)
                if not shared:
                    target.write(data)
        os.chmod(target_path, 0o600)
    except OSError:
        if os.path.exists(target_path):
            os.unlink(target_path)
        raise
    return hasher.hexdigest(), size


def _clone(source, target):
    try:
        fcntl.ioctl(target, FICLONE, source)
        return True
    except OSError:
        return False


def _pattern(text):
    """A glob as a regular expression over paths relative to the workspace."""
    text = text.lstrip("/")
    if text.startswith("./"):
        text = text[2:]
    prefix = "" if "/" in text else "(?:.*/)?"
    result = ""
    index = 0
    while index < len(text):
        if text.startswith("**/", index):
            result += "(?:.*/)?"
            index += 3
        elif text.startswith("**", index):
            result += ".*"
            index += 2
        else:
            character = text[index]
            result += {"*": "[^/]*", "?": "[^/]"}.get(character) or re.escape(character)
            index += 1
    return re.compile(prefix + result + r"\Z", re.DOTALL)
