import pytest
import torch

from mylib import Net


@pytest.mark.parametrize("width", [8, 16])
def test_gradients_flow(width):
    net = Net(width)
    for step in range(3):
        loss = net(torch.ones(2, 64)).sum()
        loss.backward()
        print(f"step {step}: loss {loss:.3f}")
    assert net.weight.grad is not None


if __name__ == "__main__":
    pytest.main([__file__])
