"""Flags of absl, one of which is a configuration of ml_collections."""

from absl import app, flags
from ml_collections import ConfigDict, config_flags

flags.DEFINE_float("lr", 0.1, "Learning rate.")
flags.DEFINE_bool("debug", True, "Debug.")
flags.DEFINE_multi_integer("sizes", [1, 2], "Sizes.")
flags.DEFINE_string("out", None, "Folder.")
config_flags.DEFINE_config_dict("config", ConfigDict({"depth": 2, "optimizer": {"name": "adam"}}))


def main(argv):
    print(flags.FLAGS.lr)


app.run(main)
