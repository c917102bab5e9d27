"""Prompts, traces, assessments, evaluation and scorers through MLflow's own client; prints what it sees. Argument: the URI."""

import sys
import mlflow
import mlflow.genai.datasets as datasets
from mlflow import MlflowClient
from mlflow.entities import AssessmentSource, Feedback
from mlflow.genai.judges import make_judge
from mlflow.genai.scorers import delete_scorer, get_scorer, list_scorers, scorer

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("genai")
experiment = mlflow.get_experiment_by_name("genai").experiment_id
person = AssessmentSource(source_type="HUMAN", source_id="ana")


def say(*words):
    print("=", *words, flush=True)


def count(text):
    return len(mlflow.search_traces(filter_string=text, return_type="list"))


mlflow.genai.register_prompt(name="greet", template="Hello {{name}}!", commit_message="first", tags={"team": "x"})
mlflow.genai.register_prompt(name="greet", template="Hi {{name}}!")
mlflow.genai.set_prompt_alias("greet", "prod", 2)
say("prompt", mlflow.genai.load_prompt("prompts:/greet@prod").template)
say("prompt", mlflow.genai.load_prompt("greet", version=1).format(name="Bob"))
say("prompts", [each.name for each in mlflow.genai.search_prompts()])
say("models", [each.name for each in MlflowClient().search_registered_models()])


@mlflow.trace
def inner(x):
    return x + 1


@mlflow.trace(name="outer")
def outer(x):
    mlflow.update_current_trace(tags={"mood": "good"}, metadata={"mlflow.trace.session": "s1"})
    with mlflow.start_span("llm", span_type="LLM") as span:
        span.set_inputs({"messages": [{"role": "user", "content": "hi"}]})
        span.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15})
    return inner(x) * 2


@mlflow.trace
def bad():
    raise ValueError("no")


outer(3)
trace_id = mlflow.get_last_active_trace_id()
try:
    bad()
except ValueError:
    pass
mlflow.flush_trace_async_logging()
trace = mlflow.get_trace(trace_id)
say("trace", trace.info.state.value, [span.name for span in trace.data.spans], trace.info.token_usage["total_tokens"])
spans = {span.name: span for span in trace.data.spans}
say("nanoseconds", spans["inner"].end_time_ns > spans["inner"].start_time_ns > 10**18)
say("inside", spans["inner"].parent_id == spans["outer"].span_id, spans["inner"].inputs, spans["inner"].outputs)
say("by status", count("status = 'ERROR'"), count("status = 'OK'"))
say("by tag", count("tags.mood = 'good'"), count("tags.mood = 'bad'"), count("tags.mood IS NULL"))
say("by metadata", count("metadata.`mlflow.trace.session` = 's1'"))
say("by span", count("span.name = 'llm'"), count("span.type = 'LLM'"), count("span.name LIKE 'LL%'"))
say("by text", count("trace.text LIKE '%content%'"), count("name = 'outer' AND timestamp_ms > 0"))

mlflow.set_trace_tag(trace_id, "a", "b")
mlflow.delete_trace_tag(trace_id, "a")
said = mlflow.log_feedback(trace_id=trace_id, name="quality", value=True, rationale="ok", source=person)
wanted = mlflow.log_expectation(trace_id=trace_id, name="expected", value={"a": 1}, source=person)
mlflow.update_assessment(trace_id, said.assessment_id, Feedback(name="quality", value=0.5))
say("by feedback", count("feedback.quality > 0.4"), count("feedback.quality = '1'"))
mlflow.delete_assessment(trace_id, wanted.assessment_id)
say("assessments", [(each.name, each.value) for each in mlflow.get_trace(trace_id).info.assessments])

data = datasets.create_dataset(name="questions", experiment_id=[experiment], tags={"v": "1"})
data.merge_records([{"inputs": {"x": 1}, "expectations": {"e": 4}}, {"inputs": {"x": 2}}])
data.merge_records([{"inputs": {"x": 2}, "expectations": {"e": 6}}])
say("records", len(datasets.get_dataset(dataset_id=data.dataset_id).to_df()))
say("datasets", [each.name for each in datasets.search_datasets(experiment_ids=[experiment])])


@scorer
def is_even(outputs):
    return outputs % 2 == 0


result = mlflow.genai.evaluate(data=data, predict_fn=lambda x: outer(x), scorers=[is_even])
say("metrics", {key: float(value) for key, value in result.metrics.items()})
say("evaluated", len(mlflow.search_traces(run_id=result.run_id, return_type="list")))

for words in ("nice", "very nice"):
    make_judge(name="nice", instructions="Is {{ outputs }} %s?" % words, model="openai:/gpt-4").register()
say("scorers", [each.name for each in list_scorers()], get_scorer(name="nice", version=1).instructions)
delete_scorer(name="nice", version="all")
say("deleted", len(list_scorers()), MlflowClient().delete_traces(experiment, trace_ids=[trace_id]))
