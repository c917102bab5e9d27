"""The recorder: starts a training script, outlives every editor, and writes down what happened. Standard
library only."""

VERSION = "0.1.0"
