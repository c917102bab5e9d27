"""Softmax regression in plain Python: no framework at all."""
import argparse
import json
import random

OPTIMIZERS = ["sgd", "momentum"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_argument_group("optimizer")
    group.add_argument("-l", "--learning-rate", "--lr", type=float, default=0.05, help="step size (default: %(default)s)")
    group.add_argument("--optimizer", choices=OPTIMIZERS, default="sgd")
    parser.add_argument("--steps", type=int, default=200, help="how many "
                        "steps")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 32])
    parser.add_argument("--tag", action="append", dest="tags")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--no-shuffle", dest="shuffle", action="store_false")
    parser.add_argument("--early-stop", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--data", type=str, required=True)
    parser.add_argument("out", nargs="?", default="models/model.json")
    return parser.parse_args()


def main():
    args = parse()
    random.seed(args.seed)
    loss = 2.3
    for step in range(args.steps):
        loss -= args.learning_rate * loss
        acc = 1 - loss
        if step % 10 == 0:
            print(f"step {step}: loss {loss:.3f} val_acc {acc:.3f}")
    with open(args.out, "w") as out:
        json.dump({"loss": loss, "val_acc": acc}, out)


if __name__ == "__main__":
    main()
