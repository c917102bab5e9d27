"""TensorBoard's own loader in one process: load.py <logdir> <tag>. Prints how long it took and what is kept
of each run."""

import json
import os
import sys
import time

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

# As `tensorboard` asks of it: the default of --samples_per_plugin.
SCALARS = 1000

folder, tag = sys.argv[1:]
began = time.perf_counter()
kept = {}
for name in sorted(os.listdir(folder)):
    run = EventAccumulator(os.path.join(folder, name), size_guidance={"scalars": SCALARS})
    run.Reload()
    kept[name] = [[event.step, event.value] for event in run.Scalars(tag)]
print(json.dumps({"seconds": time.perf_counter() - began, "runs": kept}))
