"""Sends requests as they stand in a file, byte for byte as odd clients send them, to the server that the environment names; prints what
each was answered. Arguments: the file with a JSON list of [method, target, headers, body]. "RUN" in any of them is a run of ours."""

import http.client
import json
import os
import sys
from urllib.parse import urlsplit

place = urlsplit(os.environ["MLFLOW_TRACKING_URI"])
own = {"Authorization": "Bearer " + os.environ.get("MLFLOW_TRACKING_TOKEN", "")}


def asked(method, target, headers, body):
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    connection.request(method, target, body.encode() if body else None, dict(own, **headers))
    answer = connection.getresponse()
    found = answer.status, answer.read().decode("utf-8", "replace")
    connection.close()
    return found


kind = {"Content-Type": "application/json"}
made = json.loads(asked("POST", "/api/2.0/mlflow/runs/create", kind, '{"experiment_id": "0", "run_name": "raw"}')[1])
run_id = made["run"]["info"]["run_id"]
with open(sys.argv[1], encoding="utf-8") as source:
    requests = json.loads(source.read().replace("RUN", run_id))
answers = [[status, text.replace(run_id, "RUN")[:2000]] for status, text in [asked(*each) for each in requests]]
print("ANSWERS " + json.dumps(answers), run_id)
