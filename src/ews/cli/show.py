"""What a terminal shows: tables for people, JSON for machines, progress while they wait."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from ews.domain.progress import Progress

OUT = Console()
ERR = Console(stderr=True)


def as_json(content: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output, and nothing else; escaped where the terminal knows no Unicode."""
    escaped = not (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json.dumps(content, ensure_ascii=escaped, indent=2, default=str) + "\n")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, left: int = 1) -> None:
    """Print a table; all but the first `left` columns are aligned right."""
    shown = Table(title=title, title_justify="left", title_style="bold")
    for number, name in enumerate(columns):
        shown.add_column(name, justify="left" if number < left else "right", overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    OUT.print(shown)


@contextmanager
def progress(title: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a bar per step on standard error while the work runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=ERR, transient=True, disable=quiet or not ERR.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(f"{title}: {step}", total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield tell


def count(value: int) -> str:
    return f"{value:,}"
