"""Commands of proof: past decisions made again, and why they changed."""

from pathlib import Path
from typing import Annotated

import typer

from ews.cli.home import read_settings

proof_app = typer.Typer()

HomeOption = Annotated[Path | None, typer.Option("--home", help="Where models, batches and the store live (EWS_HOME).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
UNSOUND = 3
"""Exit status of a check that found something."""


@proof_app.command()
def replay(
    borrower: Annotated[str | None, typer.Argument(help="Borrower id; without, the whole batch. 借款人编号")] = None,
    batch: Annotated[str | None, typer.Option(help="Batch id; default: the borrower's newest decision. 批次")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="So many random past decisions. 抽样户数")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the sample. 随机种子")] = 0,
    book: Annotated[Path | None, typer.Option("--book", help="Folder of the book; default: where it was.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make past decisions again and compare them byte for byte. 重算历史结论并逐字节核对."""
    from ews.cli import replay as again

    if not again.replay(read_settings(home), again.Asked(borrower, batch, sample, seed), book, as_json=as_json):
        raise typer.Exit(UNSOUND)


@proof_app.command()
def why(
    before: Annotated[str, typer.Option("--from", help="Id of the earlier batch. 前一批次")],
    after: Annotated[str, typer.Option("--to", help="Id of the later batch. 后一批次")],
    borrower: Annotated[str | None, typer.Argument(help="Borrower id; without, the whole book. 借款人编号")] = None,
    book: Annotated[
        Path | None, typer.Option("--book", help="Folder of the book, where two definitions of features differ.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why pd, level and tier moved, in parts that add up. 分解变动原因."""
    from ews.cli import why as told

    told.why(read_settings(home), borrower, before, after, book, as_json=as_json)
