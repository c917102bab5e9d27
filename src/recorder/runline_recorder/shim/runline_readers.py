"""Readers and writers that open files in native code, where the audit hook is blind: their entry points
are wrapped after import."""

import functools
import re

# Module → {entry point: position and name of its path argument, whether it writes}.
READS = {
    "pyarrow.parquet.core": {
        "read_table": (0, "source"),
        "ParquetFile.__init__": (1, "source"),
        "read_metadata": (0, "where"),
    },
    "pyarrow.dataset": {"dataset": (0, "source")},
    "pyarrow.csv": {"read_csv": (0, "input_file"), "open_csv": (0, "input_file")},
    "pyarrow.feather": {"read_table": (0, "source"), "read_feather": (0, "source")},
    "cv2": {"imread": (0, "filename")},
    "soundfile": {"read": (0, "file")},
    "torch.serialization": {"load": (0, "f")},
    "torchvision.io.image": {
        "read_file": (0, "path"),
        "read_image": (0, "path"),
        "decode_image": (0, "input"),
    },
    "safetensors.torch": {"load_file": (0, "filename")},
    "safetensors.numpy": {"load_file": (0, "filename")},
    "datasets.load": {"load_from_disk": (0, "dataset_path")},
    "xgboost.core": {"Booster.load_model": (1, "fname"), "DMatrix.__init__": (1, "data")},
    "lightgbm.basic": {"Dataset.__init__": (1, "data"), "Booster.__init__": (3, "model_file")},
}
WRITES = {
    "pyarrow.parquet.core": {"write_table": (1, "where"), "ParquetWriter.__init__": (1, "where")},
    "pyarrow.feather": {"write_feather": (1, "dest")},
    "pyarrow.csv": {"write_csv": (1, "output_file")},
    "cv2": {"imwrite": (0, "filename")},
    "soundfile": {"write": (0, "file")},
    "torch.serialization": {"save": (1, "f")},
    "safetensors.torch": {"save_file": (1, "filename")},
    "safetensors.numpy": {"save_file": (1, "filename")},
    "xgboost.core": {"Booster.save_model": (1, "fname")},
    "lightgbm.basic": {"Booster.save_model": (1, "filename")},
}
_QUOTED = re.compile(r"'([^'\n]+\.[A-Za-z0-9_.*?\[\]]+)'")
_DUCKDB = (
    "sql",
    "query",
    "execute",
    "read_csv",
    "read_parquet",
    "read_json",
    "from_csv_auto",
    "from_parquet",
    "connect",
)


def wrap(module, note):
    """Wraps what the tables name in a module just imported. `note(path, writing)` never raises."""
    name = module.__name__
    for table, writing in ((READS, False), (WRITES, True)):
        for entry, where in table.get(name, {}).items():
            _wrap(module, entry, _noting(where, writing, note))
    if name == "polars":
        for entry in dir(module):
            if entry.startswith(("read_", "scan_")):
                _wrap(module, entry, _noting((0, "source"), False, note))
        for entry in dir(module.DataFrame):
            if entry.startswith("write_"):
                _wrap(module, "DataFrame." + entry, _noting((1, "file"), True, note))
    if name == "duckdb":
        for entry in _DUCKDB:
            _wrap(module, entry, _noting_sql(note))
    if name == "h5py._hl.files":
        _wrap(module, "File.__init__", _noting_hdf5(note))


def _wrap(module, entry, look):
    """Replaces `Class.method` or `function` by one that looks at its arguments first. What can't be
    replaced stays."""
    owner = module
    *path, last = entry.split(".")
    for part in path:
        owner = getattr(owner, part, None)
    original = getattr(owner, last, None)
    if original is None or hasattr(original, "__runline__"):
        return

    @functools.wraps(original)
    def observed(*arguments, **named):
        try:
            look(arguments, named)
        except Exception:
            pass
        return original(*arguments, **named)

    observed.__runline__ = True
    try:
        setattr(owner, last, observed)
    except (AttributeError, TypeError):
        return
    if owner is module:
        _rebind(module, last, original, observed)


def _rebind(module, name, original, observed):
    """Packages re-export their functions: `pyarrow.parquet.read_table` is
    `pyarrow.parquet.core.read_table`."""
    import sys

    parent = module.__name__.rpartition(".")[0]
    while parent:
        package = sys.modules.get(parent)
        if package is not None and package.__dict__.get(name) is original:
            setattr(package, name, observed)
        parent = parent.rpartition(".")[0]


def _argument(arguments, named, where):
    position, name = where
    return arguments[position] if len(arguments) > position else named.get(name)


def _noting(where, writing, note):
    def look(arguments, named):
        value = _argument(arguments, named, where)
        for path in value if isinstance(value, (list, tuple)) else (value,):
            note(path, writing)

    return look


def _noting_sql(note):
    def look(arguments, named):
        for value in list(arguments) + list(named.values()):
            if isinstance(value, str):
                for path in _QUOTED.findall(value) or (
                    [value] if len(value) < 1000 and "\n" not in value else []
                ):
                    note(path, False)

    return look


def _noting_hdf5(note):
    def look(arguments, named):
        mode = _argument(arguments, named, (2, "mode")) or "r"
        note(_argument(arguments, named, (1, "name")), mode != "r")

    return look
