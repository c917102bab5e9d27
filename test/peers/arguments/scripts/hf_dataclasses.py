"""Dataclasses by flags or from a file."""

from dataclasses import dataclass, field
from transformers import HfArgumentParser
@dataclass
class Model:
    name: str = field(default="bert", metadata={"help": "which"})
@dataclass
class Train:
    lr: float = 0.1
    bf16: bool = False
import sys
p = HfArgumentParser((Model, Train))
if sys.argv[1].endswith(".json"): print(p.parse_json_file(sys.argv[1]))
else: print(p.parse_args_into_dataclasses())
