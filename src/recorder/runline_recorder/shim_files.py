"""The shim travels inside the recorder and is laid into the run directory, where it outlives an update of
the extension."""

import os

NAMES = {
    "sitecustomize.py": "shim/sitecustomize.py",
    "runline_shim.py": "shim/runline_shim.py",
    "runline_arguments.py": "shim/runline_arguments.py",
    "runline_readers.py": "shim/runline_readers.py",
    "runline_redaction.py": "redaction.py",
}


def extract(directory):
    """Writes the shim into `<run>/shim`. Returns that folder, or None when it can't be written: the run
    then goes on unobserved."""
    folder = directory.file("shim")
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        for name, source in NAMES.items():
            with open(os.path.join(folder, name), "wb") as target:
                target.write(_source(source))
        os.makedirs(directory.file("capture"), 0o700, exist_ok=True)
        return folder
    except OSError:
        return None


def _source(name):
    path = os.path.join(os.path.dirname(__file__), *name.split("/"))
    loader = globals().get("__loader__")
    if hasattr(loader, "get_data"):
        return loader.get_data(path)
    with open(path, "rb") as source:
        return source.read()
