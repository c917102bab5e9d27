"""Two commands."""

import typer
app = typer.Typer()
@app.command()
def train(lr: float = 0.1, epochs: int = typer.Option(3, "--epochs", "-e"), verbose: bool = False): print(lr, epochs)
@app.command()
def test(path: str): print(path)
app()
