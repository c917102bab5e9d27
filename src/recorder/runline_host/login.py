"""The environment of this login."""

import os
import subprocess

from .files import Refused


def base_environment(modules):
    """The environment of this login, with modules loaded as a login shell would."""
    if not modules:
        return dict(os.environ)
    script = 'for m in "$@"; do module load "$m" || exit 3; done; printf "\\0RUNLINE\\0"; env -0'
    done = subprocess.run(
        ["bash", "-lc", script, "runline"] + modules,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    if done.returncode != 0 or b"\0RUNLINE\0" not in done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise Refused("hostFailed", "the modules %s can't be loaded: %s" % (" ".join(modules), said))
    pairs = done.stdout.split(b"\0RUNLINE\0", 1)[1].split(b"\0")
    named = (pair.split(b"=", 1) for pair in pairs if b"=" in pair)
    return {os.fsdecode(name): os.fsdecode(value) for name, value in named}
