"""The pump: one small process between the script and `output.log`.

It is apart from the recorder for two reasons: nothing the recorder does may ever slow the script's output,
and when the recorder is killed the script must go on (a pipe without a reader would kill it at its next
print). A full disk makes it drop bytes, never stop.
"""

import errno
import fcntl
import json
import os
import select
import signal
import time

CHUNK = 1 << 18
PIPE_BYTES = 1 << 20
F_SETPIPE_SZ = 1031


class Pump:
    """Starts the pump process. `write_end` is the script's stdout and stderr; `slot_fd` the lock of the
    run's place in the queue; `orphaned` is called in the pump, with its handles, when the recorder was
    killed."""

    def __init__(self, log, run_id, slot_fd=None, orphaned=lambda *_: None):
        self.log = log
        self._run_id = run_id
        self._slot_fd = slot_fd
        self._orphaned = orphaned
        self.read_end, self.write_end = os.pipe()
        _widen(self.read_end)
        self._result = None
        self._finishing = False
        self._fork()

    def _fork(self):
        self.status, status_end = os.pipe()
        control_end, self._control = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()  # A kill of the recorder's group is not meant for the pump.
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                for handle in (self.status, self._control, self.write_end):
                    if handle is not None:
                        os.close(handle)
                _at_the_end(self.log)
                known = _pump(self.read_end, self.log, control_end, status_end, self._orphaned)
                # The script may have sent its output elsewhere, and live on.
                if known or not os.read(control_end, 1):
                    if not known:
                        self._orphaned(self.read_end, status_end)
                    if self._slot_fd is not None:
                        _outlive(self._run_id)
            finally:
                os._exit(0)
        os.close(status_end)
        os.close(control_end)

    def script_started(self):
        """Gives up our copy of the write end, so that the pipe ends when the script's last process closes
        it."""
        os.close(self.write_end)
        self.write_end = None

    def pending(self):
        """Bytes the script has written and the pump has not yet read."""
        try:
            import array
            import termios

            count = array.array("i", [0])
            fcntl.ioctl(self.read_end, termios.FIONREAD, count)
            return count[0]
        except OSError:
            return 0

    def finish(self):
        """Tells the pump to take what is in the pipe, to keep nothing after it and to let go of the slot."""
        if self.write_end is not None:
            self.script_started()
        self._finishing = True
        self._tell_to_finish()

    def _tell_to_finish(self):
        try:
            os.write(self._control, b"F")
        except OSError:
            return  # It has ended by itself: the script's end of the pipe is closed.

    def ended(self):
        """True once the pump has reported. A pump that was killed is replaced: nothing it had read is lost
        but its last chunk."""
        if self._result is not None:
            return True
        if not select.select([self.status], [], [], 0)[0]:
            return False
        data = os.read(self.status, 4096)
        if data:
            self._result = json.loads(data.decode("ascii"))
            return True
        os.close(self.status)
        os.close(self._control)
        os.waitpid(self.pid, 0)
        self._fork()
        if self._finishing:  # Else the new one would wait for the end of a pipe that somebody holds open.
            self._tell_to_finish()
        return False

    def wait(self):
        """Blocks until the report. Returns {"bytes", "dropped"}."""
        while not self.ended():
            select.select([self.status], [], [], 1)
        return self._result


def _widen(pipe):
    """A larger pipe lets a busy machine's script write on while the pump waits for its turn."""
    try:
        fcntl.fcntl(pipe, F_SETPIPE_SZ, PIPE_BYTES)
    except OSError:
        return  # Not Linux, or the user's limit is reached; the usual 64 KB do as well.


def _pump(source, log, control, status, orphaned):
    """To the end of the pipe, or until told to finish; after that it only keeps the pipe from blocking
    whoever still writes. True when the recorder was killed meanwhile."""
    counts = {"bytes": 0, "dropped": 0}
    listening = [source, control]
    while True:
        ready = select.select(listening, [], [])[0]
        if control in ready:
            if os.read(control, 1):
                _rest(source, log, counts)
                _report(status, counts)
                _discard(source)
            orphaned(source, status)  # The recorder is gone; the script is not.
            listening.remove(control)
        elif source in ready:
            data = os.read(source, CHUNK)
            if not data:
                _report(status, counts)
                return control not in listening
            _keep(log, data, counts)


def _at_the_end(log):
    """A pump before this one may have begun a segment that our copy of its state knows nothing of."""
    try:
        log.reopen()
    except OSError:
        return  # The folder is gone or the system is out of handles: the one we have still takes bytes.


def _rest(source, log, counts):
    """What is in the pipe now, and no more: somebody may go on writing for ever."""
    left = 2 * PIPE_BYTES
    while left > 0 and select.select([source], [], [], 0)[0]:
        data = os.read(source, min(CHUNK, left))
        if not data:
            return
        left -= len(data)
        _keep(log, data, counts)


def _keep(log, data, counts):
    while data:
        try:
            written = log.write(data)
        except OSError as error:
            if error.errno == errno.EINTR:
                continue
            counts["dropped"] += len(data)
            return
        counts["bytes"] += written
        data = data[written:]


def _report(status, counts):
    try:
        os.write(status, json.dumps(counts).encode("ascii"))
    except OSError:
        return  # Nobody is left to tell.


def _discard(source):
    """Lives on for a daemon that the script left behind, holding nothing but the pipe."""
    for handle in range(0, 64):
        if handle != source:
            try:
                os.close(handle)
            except OSError:
                continue
    while os.read(source, CHUNK):
        continue
    os._exit(0)


def _outlive(run_id):
    """The recorder was killed: the queue slot stays taken while processes of the run live on, silent as
    they may be."""
    from . import processes

    while processes.marked(run_id, {os.getpid()}):
        time.sleep(1)
