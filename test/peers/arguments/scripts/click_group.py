"""A group with a command."""

import click
@click.group()
@click.option("--debug/--no-debug", default=False)
def cli(debug): pass
@cli.command()
@click.option("--lr", default=0.1)
def train(lr): print(lr)
cli()
