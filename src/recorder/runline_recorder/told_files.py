"""What the journal already says about the run's files, so that while the run lives only news is written."""

import time

# A file that grows all day is news less and less often.
FIRST_PAUSE_SECONDS = 5
MOST_PAUSE_SECONDS = 600


class Told:
    """Writes `read` and `write` records. A later one for the same path and direction replaces the earlier."""

    def __init__(self, journal):
        self._journal = journal
        self._told = {"read": {}, "write": {}}

    def write(self, kind, record, at_end):
        """Writes the record unless the journal has it. Before the end a file that was told a short while ago
        has to wait."""
        told = self._told[kind]
        content = {key: value for key, value in record.items() if key != "time"}
        current = time.monotonic()
        former = told.get(record["path"])
        if former is not None and (former[0] == content or (not at_end and current < former[1])):
            return
        pause = FIRST_PAUSE_SECONDS if former is None else min(2 * former[2], MOST_PAUSE_SECONDS)
        told[record["path"]] = (content, current + pause, pause)
        self._journal.write(kind, **record)

    def withdraw(self, kind, paths, folders, when):
        """Takes back what was told of paths that are not among `paths` any more: moved, deleted, or counted
        in one of `folders`. A record of no files says so."""
        told = self._told[kind]
        for path in [path for path in told if path not in paths]:
            former = told.pop(path)[0]
            folder = next((each for each in folders if path.startswith(each + "/")), None)
            reason = "It is no longer there." if folder is None else "It is counted in %s." % folder
            record = {"type": former["type"], "files": 0, "time": when, "bytes": 0, "how": former["how"]}
            self._journal.write(kind, path=path, digest=None, reason=reason, **record)
