"""`python -m benchmarks NAME`: one question each; a table for people, one JSON object with --json."""

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measurements, each beside its peers in the same run.", add_completion=False)

REAL_DATA = Path(os.environ.get("EWS_REAL_DATA", "../shared/data"))


@app.callback()
def measure() -> None:
    """Measurements, each beside its peers in the same run."""


@app.command()
def accuracy(
    data: Annotated[Path, typer.Option(help="Folder of the public data sets.")] = REAL_DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,  # noqa: FBT002 - Typer's way
    only: Annotated[list[str] | None, typer.Option(help="taiwan, credit_record or sme; default: all.")] = None,
) -> None:
    """Run the product's own way on real data, beside plain LightGBM in the same folds."""
    from benchmarks.accuracy.run import run  # noqa: PLC0415 - slow to import

    run(data, only=tuple(only or ()), as_json=as_json)


if __name__ == "__main__":
    app()
