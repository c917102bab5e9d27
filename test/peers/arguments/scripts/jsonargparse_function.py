"""A function as a command line."""

from jsonargparse import CLI
def main(lr: float = 0.1, steps: int = 5): print(lr, steps)
CLI(main)
