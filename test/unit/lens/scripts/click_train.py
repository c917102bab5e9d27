import click

from project.training import train


@click.command()
@click.option("--learning-rate", "-l", default=0.01, show_default=True, help="Step size.")
@click.option("--epochs", type=click.IntRange(1), default=10)
@click.option("--model", "model_name", type=click.Choice(["mlp", "cnn"], case_sensitive=False), default="mlp")
@click.option("--augment/--no-augment", default=True)
@click.option("--verbose", is_flag=True)
@click.option("--tag", multiple=True)
@click.option("--size", nargs=2, type=int)
@click.argument("data", type=click.Path(exists=True))
def main(learning_rate, epochs, model_name, augment, verbose, tag, size, data):
    """Train a model on DATA."""
    result = train(data, lr=learning_rate, epochs=epochs)
    click.echo(f"accuracy={result.accuracy:.4f}")


if __name__ == "__main__":
    main()
