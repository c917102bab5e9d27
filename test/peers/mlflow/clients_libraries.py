"""Trains with real libraries while MLflow's client logs for them, and prints which run is which. Arguments: what to do, in order."""

import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
# Old libraries import setuptools when distutils is there already, which newer ones of it refuse.
os.environ.setdefault("SETUPTOOLS_USE_DISTUTILS", "stdlib")

import matplotlib
import mlflow
import numpy
import pandas

matplotlib.use("Agg")
newer = int(mlflow.__version__.split(".")[0]) > 2
features = pandas.DataFrame(numpy.random.RandomState(0).rand(120, 4), columns=list("abcd"))
labels = (features.a + features.b > 1).astype(int)
# With its requirements given, the client need not start a Python of its own to find them.
given = {"pip_requirements": ["numpy"]}
named = (lambda name: {"name": name}) if newer else (lambda name: {"artifact_path": name})


def xgboost():
    import xgboost as library

    mlflow.xgboost.autolog(log_models=False)
    data = library.DMatrix(features, labels)
    parameters = {"max_depth": 2, "objective": "binary:logistic", "eval_metric": ["logloss", "auc"], "nthread": 1}
    with mlflow.start_run(run_name="boosted") as run:
        trained = library.train(parameters, data, 6, evals=[(data, "train")], verbose_eval=False)
        info = mlflow.xgboost.log_model(trained, **named("trees"), **given)
    mlflow.xgboost.autolog(disable=True)
    loaded = mlflow.xgboost.load_model(info.model_uri)
    return run, {"same": bool(numpy.allclose(loaded.predict(data), trained.predict(data)))}


def lightgbm():
    import lightgbm as library

    mlflow.lightgbm.autolog(log_models=False)
    data = library.Dataset(features, labels)
    parameters = {"objective": "binary", "metric": ["auc", "binary_logloss"], "verbose": -1, "num_threads": 1}
    with mlflow.start_run(run_name="light") as run:
        library.train(parameters, data, 5, valid_sets=[data], valid_names=["valid"])
    mlflow.lightgbm.autolog(disable=True)
    return run, {}


def sklearn():
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.autolog(log_models=False)
    with mlflow.start_run(run_name="fitted") as run:
        LogisticRegression(C=0.5).fit(features, labels)
    mlflow.sklearn.autolog(disable=True)
    return run, {}


def evaluate():
    from sklearn.linear_model import LogisticRegression

    options = {"log_model_explainability": False}
    with mlflow.start_run(run_name="judged") as run:
        fitted = LogisticRegression().fit(features, labels)
        info = mlflow.sklearn.log_model(fitted, **named("linear"), **given)
        result = mlflow.models.evaluate(
            info.model_uri,
            features.assign(label=labels),
            targets="label",
            model_type="classifier",
            evaluators="default",
            evaluator_config=options,
        )
    return run, {"accuracy": result.metrics["accuracy_score"]}


def lightning():
    import lightning as library
    import torch

    class Net(library.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)

        def _loss(self, batch):
            return torch.nn.functional.mse_loss(self.layer(batch[0])[:, 0], batch[1])

        def training_step(self, batch, _):
            loss = self._loss(batch)
            self.log("loss", loss, on_step=False, on_epoch=True)
            return loss

        def validation_step(self, batch, _):
            self.log("val_loss", self._loss(batch))

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    torch.manual_seed(0)
    torch.set_num_threads(1)
    tensors = [torch.tensor(values.values, dtype=torch.float32) for values in (features, labels)]
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*tensors), batch_size=40)
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False, "accelerator": "cpu"}
    mlflow.pytorch.autolog(log_models=False, checkpoint=True)
    with mlflow.start_run(run_name="net") as run:
        net = Net()
        library.Trainer(max_epochs=3, default_root_dir="checkpoints", **quiet).fit(net, data, data)
        info = mlflow.pytorch.log_model(net.layer, input_example=tensors[0][:2].numpy(), **named("layer"), **given)
    mlflow.pytorch.autolog(disable=True)
    loaded = mlflow.pytorch.load_model(info.model_uri)
    return run, {"same": bool(torch.equal(loaded(tensors[0]), net.layer(tensors[0])))}


def system():
    mlflow.set_system_metrics_sampling_interval(0.2)
    mlflow.set_system_metrics_samples_before_logging(1)
    key = "system/system_memory_usage_megabytes"
    client = mlflow.MlflowClient()
    with mlflow.start_run(run_name="watched", log_system_metrics=True) as run:
        while key not in client.get_run(run.info.run_id).data.metrics:
            time.sleep(0.1)
    return run, {}


mlflow.set_experiment("libraries")
seen = {}
for name in sys.argv[1:]:
    made, told = globals()[name]()
    seen[name] = {"run": made.info.run_id, **told}
print("SEEN " + json.dumps(seen))
