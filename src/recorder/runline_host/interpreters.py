"""Pythons and programs as a run would find them."""

import json
import os
import re
import shutil
import subprocess

from .files import Refused
from .login import base_environment

VERSION_OF = "import sys;print('runline %d.%d.%d' % sys.version_info[:3]);print(sys.executable)"


def interpreter(ask, _body):
    """The first candidate that answers like a Python; an explicit one that does not is a failure."""
    environment = base_environment(ask.get("modules") or [])
    search = environment.get("PATH", "")
    asked = ask.get("asked")
    if asked:
        path = os.path.expanduser(asked)
        found = path if "/" in path else shutil.which(path, path=search)
        answer = ask_python(found, environment) if found else None
        if answer is None:
            raise Refused("pythonBroken", "it does not answer on the host", asked)
        script = answer
    else:
        names = [os.path.join(folder, "bin", "python") for folder in ask.get("roots", [])]
        names += [found for found in (shutil.which(name, path=search) for name in ("python3", "python")) if found]
        answers = (ask_python(name, environment) for name in names if os.path.exists(name))
        script = next((answer for answer in answers if answer), None)
        if script is None:
            raise Refused("noPython", "none was found", None)
    root = environment_root(script[0])
    return {"path": script[0], "version": script[1], "root": root, "search": search}, []


def ask_python(path, environment):
    try:
        done = subprocess.run(
            [path, "-I", "-S", "-c", VERSION_OF],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=15,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"^runline (\d+\.\d+\.\d+)\r?\n(.*)$", done.stdout.decode("utf-8", "replace"), re.M)
    if not found:
        return None
    # A link of a virtual environment must stay a link; a stand-in of a version manager must not.
    own = found.group(2) if os.path.isabs(found.group(2)) else path
    return own, found.group(1)


def environment_root(python):
    root = os.path.dirname(os.path.dirname(python))
    if os.path.exists(os.path.join(root, "pyvenv.cfg")):
        return {"kind": "venv", "root": root}
    if os.path.exists(os.path.join(root, "conda-meta")):
        return {"kind": "conda", "root": root}
    return None


def program(ask, _body):
    word, folder = ask["word"], ask["cwd"]
    search = base_environment(ask.get("modules") or []).get("PATH", "")
    if "/" in word:
        path = os.path.join(folder, word)
        return {"path": path if os.access(path, os.X_OK) and os.path.isfile(path) else None}, []
    return {"path": shutil.which(word, path=ask.get("search") or search)}, []


PROBE = """
import json, platform, sys
found = {"version": platform.python_version(), "executable": sys.executable}
try:
    import torch
    found["torch"] = torch.__version__
    found["cuda"] = torch.version.cuda
    found["devices"] = torch.cuda.device_count()
except Exception as error:
    found["torch_missing"] = "%s: %s" % (type(error).__name__, error)
print("runline " + json.dumps(found))
"""


def probe(ask, _body):
    """A dry run of the environment: which Python, torch and CUDA a script would find."""
    environment = base_environment(ask.get("modules") or [])
    environment.update(ask["environment"])
    try:
        done = subprocess.run(
            ask["argv"] + ["-c", PROBE],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused("pythonBroken", str(error), ask["argv"][0])
    found = re.search(rb"^runline (\{.*\})$", done.stdout, re.M)
    if not found:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise Refused("pythonBroken", said or "exit %d" % done.returncode, ask["argv"][0])
    return json.loads(found.group(1).decode("utf-8")), []
