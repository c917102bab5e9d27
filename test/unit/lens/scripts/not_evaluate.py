import json

with open("models/model.json") as file:
    model = json.load(file)
for digit, accuracy in enumerate(model["per_digit"]):
    print(f"digit {digit}: accuracy {accuracy:.3f}")
print("val_acc", model["val_acc"])
