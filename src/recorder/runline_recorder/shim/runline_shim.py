"""Inside the script: notes which files are opened and which parameters are parsed. Nothing here may raise,
print or take time.

Each process appends JSON lines to a file of its own under `<run>/capture`, one write per line, so that a
kill loses nothing: ["process", executable, version] · ["r" | "w" | "u", path, time, how,
[mtime in ns, size] or null] · ["move", from, to, time] · ["parameters", source, {key: text}]. Deciding
what a path means is the recorder's work.
"""

import json
import os
import sys
import time

# Endings that are code or its leftovers: the snapshot of the code holds them.
CODE = (".py", ".pyc", ".pyo", ".pyi", ".so", ".pth", ".pyd", ".dylib", ".dll")
FOLDERS = (
    "/.runline/",
    "/.git/",
    "/site-packages/",
    "/dist-packages/",
    "/__pycache__/",
    "/node_modules/",
    "/.venv/",
    "/venv/",
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_seen = set()
_modules = {}
_state = {"handle": None, "pid": 0}
_roots = ()
_without = ()
_run = ""
_wanted = ()


def install():
    """Called once per interpreter, before any code of the user."""
    global _roots, _run, _wanted, _without
    _run = os.environ.get("RUNLINE_RUN_DIR", "")
    _wanted = os.environ.get("RUNLINE_CAPTURE", "").split(",")
    _roots = tuple(root.rstrip("/") + "/" for root in json.loads(os.environ.get("RUNLINE_ROOTS", "[]")))
    if not _run or not _roots:
        return
    _without = tuple(
        folder.rstrip("/") + "/"
        for folder in {_run, sys.prefix, sys.exec_prefix}
        if folder + "/" not in _roots
    )
    report("process", sys.executable, "%d.%d.%d" % sys.version_info[:3])
    if "files" in _wanted:
        sys.addaudithook(_audit)
    sys.meta_path.insert(0, _Finder())
    for name in list(HOOKS):
        if name in sys.modules:
            _patch(sys.modules[name])


def report(*fields):
    """Appends one line to this process's file. After a fork the child gets a file of its own. No lock: one
    may be held at a fork."""
    try:
        pid = os.getpid()
        if _state["pid"] != pid:
            path = "%s/capture/%d-%d.jsonl" % (_run, pid, time.time_ns())
            _state["handle"] = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            _state["pid"] = pid
        os.write(_state["handle"], json.dumps(fields).encode("utf-8", "replace") + b"\n")
    except Exception:
        return


def _audit(event, arguments):
    """Called for every audit event of the interpreter: the first comparison is all that most of them cost."""
    if event != "open" and event != "sqlite3.connect" and event != "os.rename":
        return
    try:
        if event == "os.rename":
            _moved(arguments)
        elif event == "sqlite3.connect":
            _note(arguments[0], "u", "audit")
        elif arguments[0].__class__ is not int:
            _note(arguments[0], _kind(arguments[2]), "audit")
    except Exception:
        return  # An exception from here would fail the script's own call.


def _kind(flags):
    """r: to read. w: to write. u: to update, of which the end will tell whether anything was written."""
    if not flags & WRITING:
        return "r"
    return "u" if flags & os.O_RDWR and not flags & (os.O_TRUNC | os.O_EXCL) else "w"


def _note(path, kind, how):
    """One path used; the first time it is reported, unless it can't matter."""
    key = (path, kind)
    if key in _seen and str(path)[:1] == "/":
        return
    text = absolute(path)
    if text is None or (text, kind) in _seen:
        return
    _seen.add((text, kind))
    _seen.add(key)
    report(kind, text, time.time_ns() // 1000000, how, None if kind == "w" else _mark(text))


def _mark(path):
    """What tells later whether the file is still the one that was read."""
    try:
        state = os.stat(path)
        return [state.st_mtime_ns, state.st_size]
    except OSError:
        return None


def note(path, writing=False):
    """For the wrapped native readers and writers: they open files where the audit hook can't see it."""
    try:
        if isinstance(path, (str, bytes, os.PathLike)):
            _note(os.fspath(path), "w" if writing else "r", "wrapped")
    except Exception:
        return


def absolute(path):
    """The path if it lies in a place that matters and is no code, else None."""
    text = os.fsdecode(path)
    if text.endswith(CODE):
        return None
    if text[:1] != "/":
        text = os.getcwd() + "/" + text
    if "/." in text or "//" in text:
        text = os.path.normpath(text)
    if not text.startswith(_roots) or text.startswith(_without):
        return None
    for folder in FOLDERS:
        if folder in text:
            return None
    return text


def _moved(arguments):
    """A file that is written beside its place and then moved there was written there."""
    try:
        source, target = absolute(arguments[0]), absolute(arguments[1])
        if target is not None:
            report("move", source or os.fsdecode(arguments[0]), target, time.time_ns() // 1000000)
    except Exception:
        return


# Module → what to do with it once it is imported.
HOOKS = {}
for _name in (
    "argparse click.core typer._click.core fire.core hydra.core.utils jsonargparse._core jsonargparse.core"
    " transformers.hf_argparser tyro._calling absl.flags._flagvalues"
).split():
    HOOKS[_name] = lambda module: _arguments(module)
for _name in (
    "pyarrow.parquet.core pyarrow.dataset pyarrow.csv pyarrow.feather polars duckdb h5py._hl.files cv2"
    " datasets.load torch.serialization torchvision.io.image safetensors.torch safetensors.numpy soundfile"
    " xgboost.core lightgbm.basic"
).split():
    HOOKS[_name] = lambda module: _beside("runline_readers").wrap(module, note)


def _beside(name):
    """A module of the shim, loaded when it is first needed: our folder is no longer on the path."""
    if name in _modules:
        return _modules[name]
    import importlib.util

    spec = importlib.util.spec_from_file_location(name, os.path.join(_run, "shim", name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _modules[name] = module
    return module


def _patch(module):
    try:
        HOOKS[module.__name__](module)
    except Exception:
        return


class _Finder:
    """Lets everybody else find the module, and has a look at it after it was executed."""

    def find_spec(self, name, path=None, target=None):
        if name not in HOOKS:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                _after(spec)
                return spec
        return None


def _after(spec):
    loader = spec.loader
    execute = getattr(loader, "exec_module", None)
    if execute is None:
        return

    def exec_module(module):
        try:
            del loader.exec_module
        except AttributeError:
            pass
        execute(module)
        _patch(module)

    try:
        loader.exec_module = exec_module
    except Exception:
        return


def _arguments(module):
    _beside("runline_arguments").wrap(module, _parameters, _is_ours)


def _is_ours(path):
    return path.startswith(_roots) and not any(folder in path for folder in FOLDERS)


def _parameters(source, texts):
    redacted = _beside("runline_redaction").redacted
    report("parameters", source, {key: redacted(key, text) for key, text in texts.items()})
