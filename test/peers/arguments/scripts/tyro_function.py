"""A function whose parameters hold a dataclass."""

import dataclasses, tyro
@dataclasses.dataclass
class Opt:
    lr: float = 0.1
    betas: tuple[float, float] = (0.9, 0.99)
def main(data: str, opt: Opt = Opt(), steps: int = 10, *, verbose: bool = False) -> None:
    print(data, opt, steps)
tyro.cli(main)
