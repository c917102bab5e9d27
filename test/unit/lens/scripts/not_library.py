"""A module that other scripts import: it trains, but not when it is run."""
import torch

__all__ = ["Solver", "train"]


def train(model, loader, optimizer):
    for step, (x, y) in enumerate(loader):
        loss = model(x).sub(y).pow(2).mean()
        loss.backward()
        optimizer.step()
        print(f"step {step}: loss {loss:.3f}")


class Solver:
    def fit(self, x, y):
        self.model.fit(x, y)
        return self
