"""The command that looks at a model in use: `ews monitor`."""

from pathlib import Path
from typing import Annotated

import typer

from ews.cli.home import read_settings

monitor_app = typer.Typer()

ALARMED = 3
"""Exit status where there is an alarm; what is only watched leaves it 0."""


@monitor_app.command()
def monitor(
    book: Annotated[
        Path | None, typer.Option("--book", help="Folder of the book; default: where it was last scored. 贷款组合目录")
    ] = None,
    portfolio: Annotated[str | None, typer.Option(help="Default: that of the book, or the only one. 组合")] = None,
    home: Annotated[
        Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Look at the model of the newest batch: drift, feeds, outcomes, what to expect; keep it. 监测模型."""
    from ews.cli import monitoring

    if monitoring.monitor(read_settings(home), portfolio, book, as_json=as_json).alarmed:
        raise typer.Exit(ALARMED)
