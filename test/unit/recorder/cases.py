"""Runs the unittest cases beside it and prints one JSON object a case: vitest makes a test of each."""

import json
import os
import sys
import traceback
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "..", "src", "recorder")]


class Printing(unittest.TestResult):
    def _say(self, test, problem=None):
        print(
            json.dumps(
                {"name": test.id().replace("_test.", ": ").replace(".test_", ", "), "problem": problem}
            )
        )

    def addSuccess(self, test):
        self._say(test)

    def addFailure(self, test, err):
        self._say(test, "".join(traceback.format_exception_only(err[0], err[1])))

    def addError(self, test, err):
        self._say(test, "".join(traceback.format_exception(*err)))

    def addSkip(self, test, reason):
        self._say(test, None)


unittest.defaultTestLoader.discover(HERE, pattern="*_test.py").run(Printing())
