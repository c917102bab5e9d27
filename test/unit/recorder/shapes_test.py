"""Lines taken apart by their shape give exactly what the parser itself gives, whatever their numbers are."""

import random
import re
import unittest

from lines_test import POINTS
from runline_recorder.pairs import Epochs, _read
from runline_recorder.shapes import Shapes

PROSE = [
    "loading file number 12 of the data set from /data/a/12.csv",
    "2024-01-02 at 10:20:30 worker 7 took 12.5 s, 99 % done (3 of 10)",
    "layer.12.weight norm 0.5, layer.13.weight norm 0.25",
    "epoch 3, batch 50 of 500: loss 0.25, 1,234 samples",
    "loss .5 acc -.5e-3 err -1e-05 lr 1e05 top5 0.9",
    "loss: 0.5/2 acc: 5/10 [7/9] (0.25) (12%)",
    "7: \tloss 0.5",
    "[7]\teval-auc:0.9\tvalid's auc: 0.8",
]


def lines():
    return [line for case in POINTS for line in str(case[1]).splitlines()] + PROSE


def with_other_numbers(line, chance):
    """The line with its digits replaced by others, now and then more or fewer of them."""

    def other(found):
        length = len(found.group()) if chance.random() < 0.5 else chance.choice((1, 2, 3, 4, 7))
        return "".join(chance.choice("0123456789") for _ in range(length))

    return re.sub(r"[0-9]+", other, line)


class ShapesTest(unittest.TestCase):
    def test_same_as_the_parser(self):
        chance = random.Random(4)
        shapes, epochs, plain = Shapes(_read, Epochs), Epochs(), Epochs()
        quick = 0
        for line in lines():
            for _ in range(40):
                text = with_other_numbers(line, chance)
                known = len(shapes._known)
                self.assertEqual(
                    repr(shapes.parse(text, epochs)), repr(_read(text, plain)), "for the line %r" % text
                )
                quick += known == len(shapes._known)
        self.assertGreater(quick, 1000)

    def test_bounded(self):
        shapes = Shapes(_read, Epochs)
        for index in range(5000):
            shapes.parse("word" * (index % 90) + "x%d: loss 0.5" % index, Epochs())
        self.assertLess(len(shapes._known), 4097)
