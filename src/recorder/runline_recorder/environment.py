"""What the script ran in: asked from its own interpreter, beside the run, so that it delays nothing."""

import json
import os
import platform
import select
import shutil
import signal
import subprocess
import time

DELAY_SECONDS = 1.0
LIMIT_SECONDS = 60
# What a run's end waits for the answer.
END_SECONDS = 10
CHUNK = 1 << 18
_ASK = """
import json, sys
found = {}
try:
    from importlib.metadata import distributions
    for d in distributions():
        name = d.metadata["Name"]
        if name and name not in found:
            found[name] = d.version or ""
except Exception:
    pass
json.dump([sys.executable, "%d.%d.%d" % sys.version_info[:3], found], sys.stdout)
"""


class Environment:
    """Asks once: the interpreter that the shim named, else the one the command starts with."""

    name = "environment"

    def __init__(self, spec, journal, gpus):
        self.handle = None
        self._spec = spec
        self._journal = journal
        self._gpus = gpus
        self._seen = None
        self._process = None
        self._answer = b""
        self._written = False
        self._start = time.monotonic() + DELAY_SECONDS

    def interpreter(self, executable, version, *_):
        """The first Python process of the run, as its shim reports it."""
        if self._seen is None and executable:
            self._seen = (executable, version)

    def tick(self):
        if self._written:
            return
        if self._process is None:
            if time.monotonic() >= self._start:
                self._ask()
        else:
            self._listen(self._start + LIMIT_SECONDS)

    def finish(self):
        """Waits a little for an answer. One who does not answer must not hold up the end of the run."""
        if self._process is None and not self._written:
            self._ask()
        until = time.monotonic() + END_SECONDS
        while not self._written:
            select.select([self.handle], [], [], max(0, until - time.monotonic()))
            self._listen(until)

    def _ask(self):
        executable = self._executable()
        if executable is None:
            self._write("", "", {})
            return
        environment = {key: value for key, value in os.environ.items() if not key.startswith("RUNLINE_")}
        try:
            self._process = subprocess.Popen(
                [executable, "-c", _ASK],
                cwd=self._spec["cwd"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            self._fail()
            return
        self.handle = self._process.stdout.fileno()
        os.set_blocking(self.handle, False)

    def _executable(self):
        if self._seen:
            return self._seen[0]
        return interpreter_of(self._spec["argv"][0], self._spec["cwd"])

    def _listen(self, until):
        """Takes what has come. The answer is whole when it can be read: who still holds the pipe does not
        matter."""
        try:
            data = os.read(self.handle, CHUNK)
        except BlockingIOError:
            data = None
        if data:
            self._answer += data
        try:
            executable, version, packages = json.loads(self._answer.decode("utf-8"))
        except ValueError:
            if data == b"" or time.monotonic() >= until:
                self._fail()
            return
        self._write(executable, version, packages)

    def _fail(self):
        executable = self._executable() or self._spec["argv"][0]
        self._journal.notice("environment_unknown", "The packages of %s could not be listed." % executable)
        self._write(executable, self._seen[1] if self._seen else "", {})

    def _write(self, executable, version, packages):
        self._written = True
        self.handle = None
        self._let_go()
        self._journal.write(
            "environment",
            interpreter=executable,
            version=version,
            platform=platform.platform(),
            packages={str(key): str(value) for key, value in sorted(packages.items())},
            gpus=self._gpus,
        )

    def _let_go(self):
        """Ends who was asked, without waiting: a process that a broken disk holds can't be killed."""
        if self._process is None:
            return
        self._process.stdout.close()
        if self._process.poll() is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except OSError:
                return  # It ended just now.


def interpreter_of(program, cwd):
    """The Python behind a program: itself, or the one named in its first line; None when there is none."""
    path = os.path.join(cwd, program) if "/" in program else shutil.which(program)
    if path is None:
        return None
    if os.path.basename(path).startswith(("python", "pypy")):
        return path
    try:
        with open(path, "rb") as source:
            first = source.readline(1024)
    except OSError:
        return None
    if not first.startswith(b"#!") or b"python" not in first:
        return None
    words = os.fsdecode(first[2:]).split()
    return shutil.which(words[-1]) if words[0].endswith("/env") else words[0]
