"""The time between start and end: one thread that looks in turn at the script, the cancel file and
everything that is captured."""

import os
import select
import signal
import sys
import time
import traceback

from .cancel import Cancel
from .mlflow_journal import SharedJournal
from .tracebacks import last_error

TICK_SECONDS = 0.1
QUIET_SECONDS = 0.5
LINGER_SECONDS = 10


class Watch:
    """Follows one started script to its exit record."""

    def __init__(self, directory, spec, reserve, asked, process, pump, journal_fd, started, failed):
        self._directory = directory
        self._spec = spec
        self._reserve = reserve
        self._asked = asked
        self._process = process
        self._pump = pump
        self._journal = SharedJournal(journal_fd)
        self._begin(started)
        self._watchers = []
        self._behind = False
        self._cancel = None
        self._wake, wake_end = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(wake_end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        if failed is not None:
            self._journal.notice(
                "start_record_failed", "start.json could not be written: %s." % failed.strerror
            )
        self._settle()

    def _begin(self, started):
        if self._directory.attempt > 1:
            try:
                from .catch_up import catch_up

                catch_up(self._directory, self._spec, self._journal)
            except Exception:  # It is about the attempt before: this one must not suffer from it.
                traceback.print_exc(file=sys.stderr)
        self._journal.write("attempt", attempt=self._directory.attempt, time=started)
        if self._directory.job is not None:
            self._directory.job.tell(self._journal)
        self._journal.flush()

    def _settle(self):
        try:
            self._reserve.settle()
        except OSError as error:
            self._journal.notice(
                "disk_full", "There is no spare room in the run directory: %s." % error.strerror
            )
        try:
            from .capture import watchers

            self._watchers = watchers(self._directory, self._spec, self._journal, self._process.pid)
        except Exception as error:  # Without any capture the run still has its log and its exit record.
            traceback.print_exc(file=sys.stderr)
            self._journal.notice("capture_failed", "Nothing is captured: %s" % error)

    def until_end(self):
        """Returns when the exit record is written."""
        while self._process.poll() is None:
            self._turn()
        self._sweep_after_cancel()
        self._drain()
        self._reserve.release()
        self._each("finish")
        self._end()

    def _turn(self):
        self._wait(0 if self._behind else TICK_SECONDS)
        if self._cancel is None and self._asked.cancelled():
            self._cancel = Cancel(self._process.pid, self._spec, lambda: {os.getpid(), self._pump.pid})
        if self._cancel is not None:
            self._cancel.step()
        if self._asked.warned:
            self._asked.warned = False
            self._directory.job.warn(self._spec["run_id"], {os.getpid(), self._pump.pid}, self._journal)
        self._pump.ended()
        self._each("tick")
        self._journal.tick()

    def _wait(self, seconds):
        handles = [self._wake] + [watcher.handle for watcher in self._watchers if watcher.handle is not None]
        if self._wake in select.select(handles, [], [], seconds)[0]:
            os.read(self._wake, 4096)

    def _each(self, step):
        """One step of every watcher. One that fails is taken out, and said: capture never touches the run."""
        self._behind = False
        for watcher in list(self._watchers):
            try:
                self._behind = bool(getattr(watcher, step)()) or self._behind
            except Exception as error:  # Whatever it is, it must stay here.
                self._watchers.remove(watcher)
                traceback.print_exc(file=sys.stderr)
                self._journal.notice("capture_failed", "Capture of %s stopped: %s" % (watcher.name, error))

    def _sweep_after_cancel(self):
        while self._cancel is not None and not self._cancel.swept():
            self._turn()

    def _drain(self):
        """Until the pipe is closed; or, when something the script left behind holds it open, until it is
        quiet."""
        deadline = time.monotonic() + LINGER_SECONDS
        quiet_since = time.monotonic()
        size = -1
        while not self._pump.ended():
            self._turn()
            current = self._pump.log.size()
            if current != size or self._pump.pending():
                size = current
                quiet_since = time.monotonic()
            if time.monotonic() - quiet_since > QUIET_SECONDS or time.monotonic() > deadline:
                text = (
                    "The script ended, but a process that it started holds its output; the rest is not kept."
                )
                self._journal.notice("output_still_open", text)
                break
        self._pump.finish()
        self._counts = self._pump.wait()

    def _end(self):
        code = self._process.returncode
        if self._directory.job is not None and self._cancel is None:
            self._directory.job.await_stop(self._asked)
        ended_by = "stopped" if self._asked.stopped else "exited"
        reason = ended_by if self._cancel is None else "cancelled"
        errors = []
        if code > 0 and reason == "exited":
            errors.append(last_error(self._pump.log.path, self._pump.log.start))
        dropped = self._counts["dropped"]
        if dropped:
            errors.append("%d bytes of output could not be kept: the disk was full." % dropped)
            self._journal.notice("output_dropped", errors[-1])
        self._journal.close()
        if self._journal.lost:
            errors.append(
                "%d records of the journal could not be kept: the disk was full." % self._journal.lost
            )
        error = " · ".join(filter(None, errors)) or None
        name = _signal_name(-code) if code < 0 else None
        if self._directory.job is not None and reason != "stopped":
            self._directory.job.leave()
        self._reserve.write(reason, code if code >= 0 else None, name, error=error)


def _signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return "SIG%d" % number
