# Runs before the script, in every Python that the script starts. Written for any Python: old ones get
# nothing but their own sitecustomize.
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))
try:
    if sys.version_info >= (3, 8):
        import runline_shim

        runline_shim.install()
except BaseException:  # Observing must never be the reason why a script does not start.
    sys.exc_info()

sys.path[:] = [path for path in sys.path if os.path.abspath(path) != _here]
_ours = sys.modules.pop("sitecustomize", None)
try:
    # The one that would have run without us. Its errors are its own and go on as they would.
    import sitecustomize  # noqa: F401
except ImportError:
    if "sitecustomize" in str(sys.exc_info()[1]):
        sys.modules["sitecustomize"] = _ours
    else:
        raise
