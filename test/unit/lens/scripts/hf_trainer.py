from datasets import load_dataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    Trainer,
    TrainingArguments,
)

dataset = load_dataset("imdb")
tokenizer = AutoTokenizer.from_pretrained("distilbert-base-uncased")
tokenized = dataset.map(lambda row: tokenizer(row["text"], truncation=True), batched=True)
model = AutoModelForSequenceClassification.from_pretrained("distilbert-base-uncased", num_labels=2)


def compute_metrics(prediction):
    hits = (prediction.predictions.argmax(-1) == prediction.label_ids).mean()
    return {"accuracy": hits}


trainer = Trainer(
    model=model,
    args=TrainingArguments("out", metric_for_best_model="eval_accuracy", load_best_model_at_end=True),
    train_dataset=tokenized["train"],
    eval_dataset=tokenized["test"],
    compute_metrics=compute_metrics,
)
trainer.train()
trainer.save_model("out/best")
