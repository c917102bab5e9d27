"""Calls of the protocol by name; what each is answered with is printed, with ids named by what they are of."""

from client import *

NAMES = {}
EXPERIMENT = []
T = 1700000000000


def shown(value):
    text = json.dumps(value, sort_keys=True)
    for found, name in NAMES.items():
        text = text.replace(found, name)
    return json.loads(text)


def tried(label, method, name, body=None, **query):
    """Says the status, and the code and the message of a refusal."""
    status, answer = call(method, name, body, **query)
    said = [label, status]
    if status != 200:
        said += [answer.get("error_code"), answer.get("message")]
    say(shown(said))
    return answer


def post(label, place, /, **body):
    return tried(label, "POST", "mlflow/" + place, body)


def made(name, **fields):
    answer = post("create " + name, "runs/create", experiment_id=EXPERIMENT[0], run_name=name, start_time=T, **fields)
    NAMES[answer["run"]["info"]["run_id"]] = "<%s>" % name
    return answer["run"]["info"]["run_id"]


def model(name, **fields):
    answer = post("model " + name, "logged-models", experiment_id=EXPERIMENT[0], name=name, **fields)
    NAMES[answer["model"]["info"]["model_id"]] = "<m %s>" % name
    return answer["model"]["info"]["model_id"]


def of_model(label, method, place, body=None):
    return tried(label, method, "mlflow/logged-models/" + place, body)


def metric(key, value, step=0, time=T, **more):
    return dict(key=key, value=value, timestamp=time, step=step, **more)


def pairs(**values):
    return [{"key": key, "value": value} for key, value in values.items()]


def dataset(name, **more):
    return dict(dict(name=name, digest="d1", source_type="local", source="x.csv"), **more)


def begin(name):
    EXPERIMENT[:] = [post("experiment", "experiments/create", name=name)["experiment_id"]]

