"""How well does the trained network read each digit? Reads models/model.json and the test images."""

from collections import Counter

from digits import HERE, Network, accuracy, accuracy_by_digit, load


def main():
    network = Network.read(HERE / "models" / "model.json")
    images, digits = load("test")
    guesses = network.classify(images)
    taken_for = Counter((digit, guess) for digit, guess in zip(digits, guesses) if digit != guess)

    for digit, share in enumerate(accuracy_by_digit(guesses, digits)):
        mistakes = [f"{count} × {guess}" for (d, guess), count in taken_for.most_common() if d == digit]
        print(f"digit {digit}  {share:6.1%}  {'#' * round(20 * share):20}  {', '.join(mistakes)}".rstrip())
    print(f"test_acc {accuracy(guesses, digits):.4f}")


if __name__ == "__main__":
    main()
