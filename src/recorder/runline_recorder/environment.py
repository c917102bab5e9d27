"""What the script ran in: asked from its own interpreter, beside the run, so that it delays nothing."""

import json
import os
import platform
import shutil
import subprocess
import time

DELAY_SECONDS = 1.0
LIMIT_SECONDS = 30
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
    handle = None

    def __init__(self, spec, journal, gpus):
        self._spec = spec
        self._journal = journal
        self._gpus = gpus
        self._seen = None
        self._process = None
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
        elif self._process.poll() is not None:
            self._read()
        elif time.monotonic() > self._start + LIMIT_SECONDS:
            self._process.kill()

    def finish(self):
        if self._written:
            return
        if self._process is None:
            self._ask()
        if self._process is not None:
            self._read()

    def _ask(self):
        executable = self._seen[0] if self._seen else interpreter_of(self._spec["argv"][0], self._spec["cwd"])
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
            )
        except OSError:
            self._fail(executable)

    def _read(self):
        try:
            data = self._process.communicate(timeout=LIMIT_SECONDS)[0]
            executable, version, packages = json.loads(data.decode("utf-8"))
            self._write(executable, version, packages)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            self._fail(self._seen[0] if self._seen else self._spec["argv"][0])
        except ValueError:
            self._fail(self._seen[0] if self._seen else self._spec["argv"][0])

    def _fail(self, executable):
        self._journal.notice("environment_unknown", "The packages of %s could not be listed." % executable)
        self._write(executable, self._seen[1] if self._seen else "", {})

    def _write(self, executable, version, packages):
        self._written = True
        self._journal.write(
            "environment",
            interpreter=executable,
            version=version,
            platform=platform.platform(),
            packages={str(key): str(value) for key, value in sorted(packages.items())},
            gpus=self._gpus,
        )


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
