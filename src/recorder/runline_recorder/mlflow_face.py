"""Answers the script's MLflow calls. Until the first connection it is only a socket that the watch looks at;
then it has a thread that accepts, and one for each connection."""

import os
import select
import sys
import threading
import traceback

FINISH_SECONDS = 1


class MlflowFace:
    """A watcher of the run. The address was offered to the script before it started."""

    name = "MLflow calls"

    def __init__(self, directory, spec, journal, metrics, offer):
        self._directory = directory
        self._spec = spec
        self._journal = journal
        self._metrics = metrics
        self._offer = offer
        self._service = None
        self._thread = None
        self._ready = threading.Event()
        if offer.notice is not None:
            journal.notice(*offer.notice)

    @property
    def handle(self):
        """The socket, as long as nobody has called."""
        listener = self._offer.listener
        return listener.fileno() if listener is not None and self._thread is None else None

    def tick(self):
        if self._thread is None:
            self._look()
        elif self._service is not None:
            self._service.book.settle()

    def _look(self):
        listener = self._offer.listener
        if listener is not None and select.select([listener], [], [], 0)[0]:
            self._thread = threading.Thread(target=self._serve, daemon=True)
            self._thread.start()

    def _serve(self):
        try:
            from .mlflow_service import Service

            self._service = Service(self._directory, self._spec, self._journal, self._metrics, self._offer)
            self._ready.set()
            self._service.serve()
        except Exception as error:  # As in the watch: the run goes on, and a person is told.
            traceback.print_exc(file=sys.stderr)
            self._journal.notice("mlflow_not_offered", "MLflow calls of the script are not kept: %s" % error)
            self._ready.set()

    def finish(self):
        """The script has ended: nobody is answered any more, and what it left open ends with it."""
        if self._thread is not None:
            self._ready.wait(FINISH_SECONDS)
        if self._service is not None:
            self._service.stop(self._outcome())
        elif self._offer.listener is not None:
            self._offer.listener.close()

    def _outcome(self):
        if os.path.exists(self._directory.file("cancel")):
            return "KILLED"
        return "FINISHED" if self._offer.process.returncode == 0 else "FAILED"
