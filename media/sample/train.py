"""Teach a small neural network to read handwritten digits. Plain Python: there is nothing to install."""

import argparse
import json
import random
import time

from digits import HERE, Network, accuracy, accuracy_by_digit, load


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lr", type=float, default=0.1, help="learning rate; try 50 to see training diverge")
    parser.add_argument("--steps", type=int, default=200, help="steps of gradient descent")
    parser.add_argument("--batch", type=int, default=32, help="images per step")
    parser.add_argument("--hidden", type=int, default=24, help="hidden units")
    parser.add_argument("--l2", type=float, default=1e-4, help="weight decay")
    parser.add_argument("--seed", type=int, default=0, help="seed of everything random")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds to wait after each step, to watch it live")
    return parser.parse_args()


def main():
    args = parse_args()
    random.seed(args.seed)
    images, digits = load("train")
    rows = random.sample(range(len(digits)), len(digits))
    validation, training = rows[:237], rows[237:]
    val_images, val_digits = [images[row] for row in validation], [digits[row] for row in validation]

    network = Network.random(args.hidden)
    for step in range(1, args.steps + 1):
        batch = random.choices(training, k=args.batch)
        loss = network.learn([images[row] for row in batch], [digits[row] for row in batch], args.lr, args.l2)
        if step % 5 == 0 or step == args.steps:
            val_acc = accuracy(network.classify(val_images), val_digits)
            print(f"step {step}: loss {loss:.4g} val_acc {val_acc:.4f}")
        time.sleep(args.delay)

    test_images, test_digits = load("test")
    guesses = network.classify(test_images)
    test_acc, by_digit = accuracy(guesses, test_digits), accuracy_by_digit(guesses, test_digits)
    val_acc = accuracy(network.classify(val_images), val_digits)
    print(f"test_acc {test_acc:.4f} worst_digit_acc {min(by_digit):.4f}")

    network.write(HERE / "models" / "model.json")
    metrics = {"val_acc": val_acc, "test_acc": test_acc, "accuracy_by_digit": by_digit}
    (HERE / "models" / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")


if __name__ == "__main__":
    main()
