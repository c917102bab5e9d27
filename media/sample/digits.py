"""What training and evaluation share: the images, and a network that reads them."""

import csv
import json
import math
import random
from operator import mul
from pathlib import Path

HERE = Path(__file__).resolve().parent


def load(name):
    """Images of data/<name>.csv as 64 numbers from 0 to 1 and a 1 for the bias, and the digit that each one shows."""
    with open(HERE / "data" / f"{name}.csv", newline="") as file:
        rows = [[int(value) for value in row] for row in list(csv.reader(file))[1:]]
    return [[pixel / 16 for pixel in row[:-1]] + [1.0] for row in rows], [row[-1] for row in rows]


def products(a, b):
    """All rows of a times all rows of b: the matrix product a bᵀ."""
    return [[sum(map(mul, x, y)) for y in b] for x in a]


def transposed(a):
    return list(zip(*a))


def softmax(scores):
    """Probabilities of the ten digits, and how surprising each digit would be: -log p, exact even for a tiny p."""
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    total = sum(weights)
    return [weight / total for weight in weights], [math.log(total) + top - score for score in scores]


class Network:
    """64 pixels → hidden units (leaky ReLU) → a score for each of the ten digits."""

    def __init__(self, first, second):
        self.first, self.second = first, second

    @classmethod
    def random(cls, hidden):
        def layer(size, inputs):
            return [[random.gauss(0, (2 / inputs) ** 0.5) for _ in range(inputs)] for _ in range(size)]

        return cls(layer(hidden, 65), layer(10, hidden + 1))

    @classmethod
    def read(cls, path):
        weights = json.loads(Path(path).read_text())
        return cls(weights["first"], weights["second"])

    def write(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps({"first": self.first, "second": self.second}))

    def forward(self, images):
        hidden = [[max(x, 0.1 * x) for x in row] + [1.0] for row in products(images, self.first)]
        return hidden, products(hidden, self.second)

    def learn(self, images, digits, lr, l2):
        """One step of gradient descent. Returns the mean loss of the batch before it."""
        hidden, scores = self.forward(images)
        guesses, surprises = zip(*map(softmax, scores))
        errors = [[p - (k == digit) for k, p in enumerate(guess)] for guess, digit in zip(guesses, digits)]
        slopes = [[1.0 if h > 0 else 0.1 for h in row[:-1]] for row in hidden]
        backward = [list(map(mul, *pair)) for pair in zip(products(errors, transposed(self.second)), slopes)]
        self.second = descend(self.second, products(transposed(errors), transposed(hidden)), lr, l2, len(digits))
        self.first = descend(self.first, products(transposed(backward), transposed(images)), lr, l2, len(digits))
        return sum(surprise[digit] for surprise, digit in zip(surprises, digits)) / len(digits)

    def classify(self, images):
        return [max(range(10), key=row.__getitem__) for row in self.forward(images)[1]]


def descend(weights, gradients, lr, l2, count):
    return [
        [w - lr * (g / count + l2 * w) for w, g in zip(row, gradient)]
        for row, gradient in zip(weights, gradients)
    ]


def accuracy(guesses, digits):
    return sum(map(int.__eq__, guesses, digits)) / len(digits)


def accuracy_by_digit(guesses, digits):
    return [accuracy(*transposed([(g, d) for g, d in zip(guesses, digits) if d == digit])) for digit in range(10)]
