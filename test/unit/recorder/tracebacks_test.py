"""What a failed script's output says about its failure."""

import os
import tempfile
import unittest

from runline_recorder.tracebacks import MAX_ERROR, last_error

FRAMES = 'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    f()\n    ~^^\n'
PARENT = "torch.distributed.elastic.multiprocessing.errors.ChildFailedError:"

RANKED = "".join("[rank1]: \x1b[31m%s\x1b[0m\n" % line for line in (FRAMES + "E: 1").split("\n"))
SYNTAX = '  File "a.py", line 1\n    x =\n      ^\nSyntaxError: invalid syntax\n'
IGNORED = "Exception ignored in: <function f>\n" + FRAMES + "TypeError: 2\n"
USAGE = "a.py: error: unrecognized arguments: --x"

# name, output, what it says
CASES = [
    ("nothing", "", None),
    ("no traceback", "step 1: loss 0.5\nFailed: no data\n", None),
    ("ordinary", "hi\n" + FRAMES + "KeyError: 'x'\n", "KeyError: 'x'"),
    ("no message", FRAMES + "AssertionError\n", "AssertionError"),
    ("no line feed at the end", FRAMES + "ValueError: a", "ValueError: a"),
    ("no traceback header", SYNTAX, "SyntaxError: invalid syntax"),
    ("chained: the last", FRAMES + "KeyError: 1\n\nDuring it:\n\n" + FRAMES + "OSError: 2\n", "OSError: 2"),
    ("several lines: the first", FRAMES + "RuntimeError: sizes:\n  a\nb: 3\n", "RuntimeError: sizes"),
    ("rank and color", RANKED, "E: 1"),
    ("a child's", FRAMES + "MemoryError: big\n" + FRAMES + PARENT + "\n====\n", "MemoryError: big"),
    ("a launcher's alone", FRAMES + PARENT + "\n", PARENT[:-1]),
    ("at exit", FRAMES + "KeyError: 1\n" + IGNORED, "KeyError: 1"),
    ("one that was survived", FRAMES + "KeyError: 1\n" + "step\n" * 100, None),
    ("wrong use", "usage: a.py [-h]\n" + USAGE + "\n", USAGE),
    ("secrets", FRAMES + "OSError: https://u:p@h/ --password pw\n", "OSError: https://•••@h/ --password •••"),
    ("control characters", FRAMES + "OSError: a\x07\u202eb\n", "OSError: a b"),
    ("a long output", "x" * 500000 + "\n" + FRAMES + "OSError: 1\n", "OSError: 1"),
]


class Tracebacks(unittest.TestCase):
    def said(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "output.log")
            with open(path, "wb") as target:
                target.write(text.encode("utf-8"))
            return last_error(path)

    def test_bounded(self):
        text = self.said(FRAMES + "OSError: " + "é" * 9000)
        self.assertEqual((len(text), text[-2:]), (MAX_ERROR, "é…"))

    def test_no_file(self):
        self.assertIsNone(last_error("/nonexistent/output.log"))


def _add(name, text, expected):
    setattr(Tracebacks, "test_" + name, lambda self: self.assertEqual(self.said(text), expected))


for _name, _text, _expected in CASES:
    _add(_name, _text, _expected)
