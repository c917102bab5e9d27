"""Entry of the recorder, from the folder (`python3 src/recorder run <dir>`) or from the zip (`python3
recorder.pyz run <dir>`)."""

import os
import sys

if sys.version_info < (3, 8):
    sys.stderr.write("The recorder needs Python 3.8 or newer; this is %d.%d.\n" % sys.version_info[:2])
    sys.exit(2)

sys.dont_write_bytecode = True

# PYTHONPATH is the script's: a `signal.py` of the project must not be ours.
_foreign = {os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path}
sys.path[1:] = [path for path in sys.path[1:] if os.path.abspath(path) not in _foreign]

from runline_recorder.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
