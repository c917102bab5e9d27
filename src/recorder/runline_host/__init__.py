"""What Runline asks of a host, beside running the recorder: one process per question, one JSON line in and one
out, raw bytes after either. Nothing here trusts the names it is given, and whatever lies under a run directory
may have been made by a script."""
