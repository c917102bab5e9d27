import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader

from mylib.data import Digits


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10))

    def forward(self, x):
        return self.layers(x)


def train_one_epoch(model, loader, optimizer, loss_fn):
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
    return loss.item()


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    hits = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
    return hits / len(loader.dataset)


def main(args):
    model = Net(args.width)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    loader = DataLoader(Digits("train"), batch_size=args.batch_size, shuffle=True)
    for epoch in range(args.epochs):
        train_loss = train_one_epoch(model, loader, optimizer, nn.CrossEntropyLoss())
        metrics = {"train_loss": train_loss, "val_acc": evaluate(model, loader)}
        print("Epoch %d: train_loss %.4f val_acc %.4f" % (epoch, metrics["train_loss"], metrics["val_acc"]))
    torch.save(model.state_dict(), "model.pt")


if __name__ == '__main__':
    p = argparse.ArgumentParser()
    p.add_argument('--lr', type=float, default=1e-3)
    p.add_argument('--epochs', type=int, default=10)
    p.add_argument('--batch-size', type=int, default=64, metavar='N')
    p.add_argument('--width', type=int, default=128)
    main(p.parse_args())
