"""The small pure parts: redaction, grouping, patterns of artifacts, parameters of a command line, steps of
metrics."""

import json
import os
import signal
import tempfile
import unittest

from runline_recorder.artifacts import _pattern
from runline_recorder.folders import grouped
from runline_recorder.journal import Journal
from runline_recorder.metrics import Metrics
from runline_recorder.mlflow_ids import new_run_id
from runline_recorder.output_log import OutputLog
from runline_recorder.parameters import from_argv
from runline_recorder.pump import Pump
from runline_recorder.redaction import HIDDEN, clean, is_secret, redacted

SECRET_NAMES = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "fixtures", "secretNames.json"
)


class Redaction(unittest.TestCase):
    def shared(self):
        """The table that the editor's side is tested with, too."""
        with open(SECRET_NAMES, encoding="utf-8") as source:
            return json.load(source)

    def test_names_that_hide_their_value(self):
        self.assertEqual([name for name in self.shared()["secret"] if not is_secret(name)], [])

    def test_words_of_the_field_that_do_not(self):
        self.assertEqual([name for name in self.shared()["open"] if is_secret(name)], [])

    def test_texts(self):
        for given, shown in self.shared()["texts"]:
            self.assertEqual(clean(given), shown)
        self.assertEqual(
            redacted("command", str(["sh", "-c", "API_KEY=x run"])),
            "['sh', '-c', 'API_KEY=" + HIDDEN + " run']",
        )
        self.assertEqual(
            clean(str(["a.py", "--password", "hunter2", "--lr", "1"])),
            "['a.py', '--password', " + HIDDEN + ", '--lr', '1']",
        )

    def test_a_long_text_is_looked_through_in_one_pass(self):
        """Found by hanging, not by a clock."""
        parts = "a= - a- a :// \"a x: ?a eyJa- hf- --a '--a".split() + ["bearer ", " --a"]
        for part in parts:
            self.assertTrue(clean(part * 40000))

    def test_values(self):
        self.assertEqual(clean("postgres://u:p%40@h:5432/db?x=1"), "postgres://" + HIDDEN + "@h:5432/db?x=1")
        self.assertEqual(clean("https://h/x?a=1&access_token=abc"), "https://h/x?a=1&access_token=" + HIDDEN)
        self.assertEqual(clean("ghp_" + "a" * 36), HIDDEN)
        self.assertEqual(clean("https://h/x@y"), "https://h/x@y")
        self.assertEqual(redacted("api_key", "None"), "None")
        self.assertEqual(redacted("lr", "0.1"), "0.1")


class PumpKilled(unittest.TestCase):
    def test_one_that_dies_after_it_was_told_to_finish_is_replaced_by_one_that_knows(self):
        """Somebody holds the pipe open, so that only the word ends it. Found by hanging, not by a clock."""
        with tempfile.TemporaryDirectory() as folder:
            pump = Pump(OutputLog(os.path.join(folder, "output.log")), "0" * 32)
            held = os.dup(pump.write_end)
            os.write(held, b"last words")
            os.kill(pump.pid, signal.SIGSTOP)
            pump.finish()
            os.kill(pump.pid, signal.SIGKILL)
            self.assertEqual(pump.wait()["dropped"], 0)
            os.close(held)
            with open(os.path.join(folder, "output.log"), "rb") as source:
                self.assertEqual(source.read(), b"last words")


def files(folder, count):
    return ["%s/%03d.png" % (folder, number) for number in range(count)]


class Grouping(unittest.TestCase):
    def group(self, paths):
        return [(folder, len(members)) for folder, members in grouped(paths, lambda folder: folder == "/ws")]

    def test_few_files_stay_files(self):
        self.assertEqual(self.group(files("/ws/data", 3)), [(None, 1)] * 3)

    def test_many_files_of_a_folder(self):
        self.assertEqual(self.group(files("/ws/data", 65)), [("/ws/data", 65)])

    def test_a_tree_is_one_data_set(self):
        paths = files("/ws/data/train/cat", 100) + files("/ws/data/train/dog", 3)
        self.assertEqual(self.group(paths), [("/ws/data/train", 103)])

    def test_files_beside_a_big_folder_stay_files(self):
        paths = ["/ws/data/labels.csv"] + files("/ws/data/images", 100)
        self.assertEqual(self.group(paths), [(None, 1), ("/ws/data/images", 100)])

    def test_the_workspace_is_never_a_data_set_because_of_its_folders(self):
        paths = files("/ws/a", 70) + files("/ws/b", 2)
        self.assertEqual(self.group(paths), [("/ws/a", 70), (None, 1), (None, 1)])

    def test_a_deep_tree_of_many_folders(self):
        paths = [path for number in range(1000) for path in files("/ws/data/%d" % number, 2)]
        self.assertEqual(self.group(paths), [("/ws/data", 2000)])


class Patterns(unittest.TestCase):
    def test_globs(self):
        for glob, fits, fits_not in (
            ("models/**", ["models/a", "models/b/c.pt"], ["a", "x/models/a"]),
            ("*.pt", ["a.pt", "x/y/a.pt"], ["a.ptx"]),
            ("out/*.pt", ["out/a.pt"], ["out/x/a.pt", "x/out/a.pt"]),
            ("**/best.?", ["best.x", "a/b/best.y"], ["best.xy"]),
            ("./a[1].txt", ["a[1].txt"], ["a1.txt"]),
        ):
            for path in fits:
                self.assertTrue(_pattern(glob).match(path), (glob, path))
            for path in fits_not:
                self.assertFalse(_pattern(glob).match(path), (glob, path))


class CommandLine(unittest.TestCase):
    def test_spellings(self):
        text = "train.py --lr 0.1 --epochs=3 --fast --batch-size 8 model.depth=3 +x=1 -v --shift -1.5 --last"
        argv = text.split()
        expected = [
            ("lr", "0.1"),
            ("epochs", "3"),
            ("fast", "True"),
            ("batch_size", "8"),
            ("model.depth", "3"),
            ("x", "1"),
        ]
        self.assertEqual(from_argv(argv), expected + [("shift", "-1.5"), ("last", "True")])


class Ids(unittest.TestCase):
    def test_runs_that_are_made_at_once_sort_in_the_order_of_their_making(self):
        ids = [new_run_id() for _ in range(5000)]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertTrue(all(len(each) == 32 and each[12] == "7" and each[16] in "89ab" for each in ids))


class Points(unittest.TestCase):
    def setUp(self):
        self.handle, self.path = tempfile.mkstemp()
        self.addCleanup(os.unlink, self.path)
        self.journal = Journal(self.handle)

    def written(self):
        self.journal.close()
        os.close(self.handle)
        with open(self.path) as source:
            rows = [json.loads(line) for line in source]
        return [(row["step"], row["values"], row["source"]) for row in rows if row["kind"] == "metric"]

    def test_names_without_a_step_count_for_themselves(self):
        metrics = Metrics(self.journal)
        metrics.add("stdout", None, {"a": 1.0})
        metrics.add("stdout", None, {"a": 2.0, "b": 3.0})
        expected = [(0, {"a": 1.0}, "stdout"), (1, {"a": 2.0}, "stdout"), (0, {"b": 3.0}, "stdout")]
        self.assertEqual(self.written(), expected)

    def test_two_sources_of_one_name_are_told_apart(self):
        metrics = Metrics(self.journal)
        metrics.add("stdout", 1, {"loss": 1.0})
        metrics.add("tensorboard", 1, {"loss": 0.5, "acc": 0.1})
        expected = [(1, {"loss": 1.0}, "stdout"), (1, {"tensorboard/loss": 0.5, "acc": 0.1}, "tensorboard")]
        self.assertEqual(self.written(), expected)

    def test_names_that_are_too_long_are_said_once(self):
        metrics = Metrics(self.journal)
        for _ in range(2):
            metrics.add("tensorboard", 1, {"x" * 251: 1.0, "y" * 10000: 1.0, "z" * 250: 2.0})
        self.journal.close()
        with open(self.path) as source:
            records = [json.loads(line) for line in source]
        os.close(self.handle)
        self.assertEqual([r["kind"] for r in records], ["notice", "metric", "metric"])
        self.assertEqual(records[0]["code"], "metric_name_long")
        self.assertEqual(list(records[1]["values"]), ["z" * 250])

    def test_numbers_that_JSON_lacks_and_names_that_need_quoting(self):
        metrics = Metrics(self.journal)
        values = {'a"\n\u00e9': float("nan"), "b": float("inf"), "c": float("-inf"), "d": 1e-320, "e": 1e300}
        metrics.add("stdout", 2**53 - 1, values)
        expected = {'a"\n\u00e9': "NaN", "b": "Infinity", "c": "-Infinity", "d": 1e-320, "e": 1e300}
        self.assertEqual(self.written(), [(2**53 - 1, expected, "stdout")])


if __name__ == "__main__":
    unittest.main()
