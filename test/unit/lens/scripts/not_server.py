import torch
from fastapi import FastAPI

app = FastAPI()
model = torch.jit.load("model.pt").eval()


@app.post("/predict")
def predict(row: list[float]):
    with torch.no_grad():
        return {"score": model(torch.tensor(row)).item()}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app)
