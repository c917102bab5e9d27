"""Event files written by tensorboardX (`simple.tfevents`) and by TensorBoard's own writer
(`tensor.tfevents`)."""

import os
import struct
import tempfile
import unittest

from runline_recorder.event_file import Corrupt, EventFile

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "fixtures", "tensorboard")
LOSS = [
    (0, "loss", 1.0),
    (1, "loss", 0.5),
    (2, "loss", struct.unpack("f", struct.pack("f", 1 / 3))[0]),
    (3, "loss", 0.25),
]


def fixture(name):
    return os.path.join(FIXTURES, name)


def read(path):
    return [(step, tag, value) for _, step, tag, value in EventFile(path).read()]


class EventFiles(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "events.out.tfevents.1")
        self.addCleanup(self.folder.cleanup)

    def test_simple_values_and_times(self):
        rows = list(EventFile(fixture("simple.tfevents")).read())
        self.assertEqual([row[1:] for row in rows[:4]], LOSS)
        self.assertEqual([row[0] for row in rows[:4]], [1.7e9, 1.7e9 + 1, 1.7e9 + 2, 1.7e9 + 3])
        self.assertEqual(rows[4][1:3], (4, "bad"))
        self.assertNotEqual(rows[4][3], rows[4][3])
        self.assertEqual(len(rows), 5)

    def test_tensors_of_one_number(self):
        expected = [(0, "acc", 0.0), (10, "acc", 0.5), (20, "acc", 1.0)]
        expected += [(30, "double", 0.1), (30, "int", 7.0), (30, "half", 0.5), (31, "listed", 0.25)]
        self.assertEqual(read(fixture("tensor.tfevents")), expected)

    def test_every_truncation_waits_and_then_goes_on(self):
        with open(fixture("simple.tfevents"), "rb") as source:
            data = source.read()
        for cut in range(len(data)):
            with open(self.path, "wb") as target:
                target.write(data[:cut])
            file = EventFile(self.path)
            rows = list(file.read())
            with open(self.path, "ab") as target:
                target.write(data[cut:])
            rows += file.read()
            self.assertEqual([row[1:] for row in rows[:4]], LOSS)
            self.assertEqual(len(rows), 5)

    def test_what_is_no_event_file_is_said(self):
        with open(self.path, "wb") as target:
            target.write(b"step,loss\n1,0.5\n" * 10)
        self.assertRaises(Corrupt, read, self.path)

    def test_random_bytes_in_a_payload_are_survived(self):
        with open(fixture("tensor.tfevents"), "rb") as source:
            data = bytearray(source.read())
        for at in range(12, len(data)):
            broken = bytearray(data)
            broken[at] ^= 0xFF
            with open(self.path, "wb") as target:
                target.write(broken)
            try:
                read(self.path)
            except Corrupt:
                continue


if __name__ == "__main__":
    unittest.main()
