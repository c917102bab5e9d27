"""A class, then one of its methods."""

import fire
class Job:
    def __init__(self, seed=0): self.seed = seed
    def fit(self, lr=0.1, *files, steps: int = 10, **more): print(lr, files, steps, more)
fire.Fire(Job)
