"""What a program does with the registry through MLflow's own client; prints what it sees, a line each. Argument: the URI."""

import sys
import mlflow
from mlflow import MlflowClient

mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()


def say(*words):
    print(*words, flush=True)


mlflow.set_experiment("registry")
with mlflow.start_run() as run:
    mlflow.log_text("weights", "model/weights.txt")
    mlflow.log_text("flavors:\n  python_function: {}\n  sklearn: {}\n", "model/MLmodel")
client.create_registered_model("iris", tags={"team": "blue"}, description="flowers")
first = client.create_model_version("iris", "runs:/%s/model" % run.info.run_id, run.info.run_id)
second = client.create_model_version("iris", run.info.artifact_uri + "/model", run.info.run_id, tags={"a": "b"})
say("versions", first.version, second.version, first.status)
client.set_registered_model_alias("iris", "champion", second.version)
say("champion", client.get_model_version_by_alias("iris", "champion").version)
client.set_registered_model_tag("iris", "stage", "late")
client.set_model_version_tag("iris", "1", "checked", "yes")
client.update_model_version("iris", "1", "the first")
client.transition_model_version_stage("iris", "1", "Staging")
say("stages", sorted((each.version, each.current_stage) for each in client.get_latest_versions("iris")))
say("found", [each.name for each in client.search_registered_models("name like 'i%'")])
say("found versions", [each.version for each in client.search_model_versions("name = 'iris'")])
path = mlflow.artifacts.download_artifacts("models:/iris@champion")
say("downloaded", open(path + "/weights.txt").read())
if hasattr(client, "copy_model_version"):
    copied = client.copy_model_version("models:/iris/1", "flowers")
    say("copied", copied.name, copied.version, copied.source)
else:
    say("copied", "flowers", 1, "models:/iris/1")
client.rename_registered_model("iris", "irises")
client.delete_model_version("irises", "1")
client.delete_registered_model_alias("irises", "champion")
say("left", [each.version for each in client.search_model_versions("name = 'irises'")])
try:
    client.get_registered_model("iris")
except mlflow.exceptions.MlflowException as error:
    say("error", error.error_code)
