/**
 * Which of MLflow's own REST tests Runline does not pass, and why. Everything else that is chosen has to pass. The tests are those of MLflow
 * 3.11, the newest whose sources are at hand; some say what MLflow 3.17 itself does otherwise by now.
 */

/** Files of tests, and words in the names of those that are left out. */
export const suites: Readonly<Record<string, readonly string[]>> = {
  "tests/tracking/test_rest_tracking.py": [
    // Its file store, which it has given up, its gateway to model providers, and the calls of its own pages.
    ...["[file", "gateway", "secret", "provider", "guardrail", "list_models", "endpoint", "graphql"],
    ...["promptlab"],
    // Both want secrets of the gateway first.
    ...["online_scoring", "model_definitions"],
  ],
  "tests/tracking/test_model_registry.py": ["[file"],
  "tests/tracking/test_client_webhooks.py": [],
  "tests/store/model_registry/test_rest_store_webhooks.py": [],
  "tests/webhooks/test_e2e.py": [],
  "tests/tracking/test_mlflow_artifacts.py": ["test_mlflow_artifacts_example"],
  "tests/tracing/test_otel_logging.py": [],
  "tests/tracing/test_otel_loading.py": [],
  "tests/genai/evaluate/test_evaluation.py": ["local"],
};

const newerMlflow = "MLflow 3.17 refuses it, too: a source is to belong to the run that is named";
const newerSampling = "MLflow 3.17 answers as many points as were asked for, too";

export const expectedFailures: Readonly<Record<string, string>> = {
  "test_create_experiment_validation[sqlalchemy]":
    "a message is to repeat 9.0 as it was sent; JSON has one kind of number, and here it is 9",
  "test_create_model_version_with_file_uri[sqlalchemy]":
    "it wants a 500 for a client's mistake, and paths with dots in them taken",
  "test_search_evaluation_datasets[sqlalchemy]":
    "the client sends one id of an experiment as a list of its digits, which only works while ids have one digit",
  test_create_model_version_with_validation_regex:
    "it starts MLflow's own server with a setting of its own; that one does not start in time here, either",
  "test_get_metric_history_bulk_interval_respects_max_results[sqlalchemy]": newerSampling,
  ...Object.fromEntries(
    [
      "test_create_model_version_with_non_local_source",
      "test_create_and_query_model_version_flow",
      "test_get_model_version",
      "test_update_model_version_flow",
      "test_delete_model_version_flow",
      "test_set_delete_model_version_tag_flow",
      "test_set_model_version_tag_with_empty_string_as_value",
      "test_set_delete_registered_model_alias_and_get_model_version_by_alias_flow",
      "test_copy_model_version_flow",
    ].map((name) => [`${name}[sqlalchemy]`, newerMlflow]),
  ),
};
