"""The recorder runs on any Python from 3.8 on, with nothing installed."""

import ast
import glob
import os
import sys
import unittest

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "src", "recorder")
OWN = {"runline_host", "runline_recorder", "runline_shim", "sitecustomize"}
# Of the standard library too, though not of every version.
OTHER_VERSIONS = {"_sha2", "_sha256"}


class Syntax(unittest.TestCase):
    def trees(self):
        for path in sorted(glob.glob(os.path.join(SOURCE, "**", "*.py"), recursive=True)):
            with open(path, encoding="utf-8") as source:
                yield path, ast.parse(source.read(), path, feature_version=(3, 8))

    def test_every_file_is_Python_3_8(self):
        self.assertGreater(len(list(self.trees())), 30)

    @unittest.skipUnless(hasattr(sys, "stdlib_module_names"), "this Python does not list its own modules")
    def test_imports_are_the_standard_library_only(self):
        for path, tree in self.trees():
            for node in ast.walk(tree):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    names = [node.module]
                for name in names:
                    self.assertIn(name.split(".")[0], OWN | OTHER_VERSIONS | sys.stdlib_module_names, path)


if __name__ == "__main__":
    unittest.main()
