"""A parser with a subcommand."""

import argparse
p = argparse.ArgumentParser(); p.add_argument("--seed", type=int, default=1)
s = p.add_subparsers(dest="command"); f = s.add_parser("fit"); f.add_argument("--lr", type=float, default=0.1)
print(p.parse_args())
