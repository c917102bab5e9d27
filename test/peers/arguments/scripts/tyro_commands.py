"""One of two dataclasses, chosen by its name."""

import dataclasses, tyro
@dataclasses.dataclass
class Fit:
    lr: float = 0.1
@dataclasses.dataclass
class Eval:
    path: str
args = tyro.cli(Fit | Eval)
print(args)
