"""Which paths matter and how they are named: inside the workspace or a data folder, and not code, tools or
our own records."""

import os

from .script import roots

CODE = (".py", ".pyc", ".pyo", ".pyi", ".so", ".pth", ".pyd", ".dylib", ".dll")
SKIPPED = frozenset(
    """.runline .git .hg .svn site-packages dist-packages __pycache__ node_modules .venv venv .mypy_cache
    .pytest_cache .ruff_cache .ipynb_checkpoints .vscode .idea .tox .nox""".split()
)


class Places:
    """The places of one run."""

    def __init__(self, directory, spec):
        self._workspace = os.path.abspath(spec.get("workspace") or spec["cwd"])
        self._bases = [self._workspace + "/", os.path.realpath(self._workspace) + "/"]
        self._roots = tuple(root.rstrip("/") + "/" for root in roots(spec))
        self._own = (directory.path + "/", os.path.realpath(directory.path) + "/")

    @property
    def roots(self):
        return [root.rstrip("/") or "/" for root in self._roots]

    @property
    def workspace(self):
        return self._workspace

    def matters(self, path):
        """Whether an absolute, normal path may be data of the run."""
        if not path.startswith(self._roots) or path.startswith(self._own) or path.endswith(CODE):
            return False
        return SKIPPED.isdisjoint(self.inner(path).split("/"))

    def inner(self, path):
        """The path from its root on."""
        return max(
            (path[len(root) :] for root in self._roots if path.startswith(root)), key=len, default=path
        )

    def shown(self, path):
        """The path as records have it: relative to the workspace when inside, `.` for itself, else
        absolute."""
        for base in self._bases:
            if path + "/" == base:
                return "."
            if path.startswith(base):
                return path[len(base) :]
        return path

    def is_root(self, path):
        return path.rstrip("/") + "/" in self._roots
