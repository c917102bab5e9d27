import os
import sys


def fit(text, width):
    return text if len(text) <= width else text[: width - 1] + "…"


def main():
    for path in sys.argv[1:]:
        print(fit(path, 40), os.path.getsize(path))


if __name__ == "__main__":
    main()
