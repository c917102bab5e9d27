"""A dataclass among plain arguments."""

from dataclasses import dataclass
from simple_parsing import ArgumentParser, parse
@dataclass
class Options:
    lr: float = 0.1
    name: str = "x"
p = ArgumentParser()
p.add_argument("--seed", type=int, default=1)
p.add_arguments(Options, dest="options")
args = p.parse_args()
print(args)
