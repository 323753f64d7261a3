"""The whole book: from check to publication, stage by stage, and what a borrower costs as the book grows.

Book      large_book's: a simulated book of a year, multiplied; about 130 postings per borrower
Sizes     the book asked for and a tenth of it (with --small a half), each in a process of its own, the smaller first
Linear    cost per borrower of the large book over that of the small one, by the clock and by core seconds
Published to SQLite as part of the run, then to each database while another process reads
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.book.model import model_of
from benchmarks.book.publication import publication
from benchmarks.book.stages import score
from benchmarks.large_book import Pattern, with_copies

PATTERN = Pattern(1_000, 12)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Borrowers of the book that is told of, and of the one that it is compared with."""

    full: int
    part: int


def run(sizes: Sizes, kept: Path | None, *, as_json: bool) -> None:
    """Measure and print."""
    found = measure(sizes, kept)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    table = Table("stage", "seconds", "core seconds", "share")
    for name, told in found["stages"].items():
        table.add_row(name, f"{told['seconds']:.1f}", f"{told['core_seconds']:.1f}", f"{told['share']:.1%}")
    Console().print(table)
    Console().print(
        f"{found['borrowers']:,} borrowers with {found['postings']:,} postings: {found['seconds']:,.0f} s, at most "
        f"{found['peak_gib']:.2f} GiB; a borrower costs {found['linearity']:.2f} times what it does in a book of "
        f"{found['compared']['borrowers']:,}; {found['publication']['decisions_per_second']:,.0f} decisions a second "
        f"into PostgreSQL, {found['publication']['sqlite']['decisions_per_second']:,.0f} into SQLite"
    )


def measure(sizes: Sizes, kept: Path | None) -> dict[str, Any]:
    """Return what the book costs, in all and by stage, and its cost per borrower over that of the smaller one."""
    with _folder(kept) as folder:
        part, full = (_alone(folder, -(-size // PATTERN.borrowers)) for size in (sizes.part, sizes.full))
    stages = {
        name: {**told, "share": told["seconds"] / full["seconds"], "growth": _growth(name, part, full)}
        for name, told in full["stages"].items()
    }
    each, core = (_per_borrower(full, name) / _per_borrower(part, name) for name in ("seconds", "core_seconds"))
    return {**full, "stages": stages, "linearity": each, "linearity_core": core, "compared": part}


def _growth(stage: str, part: dict[str, Any], full: dict[str, Any]) -> float | None:
    """Return the core seconds of a stage per borrower over those in the smaller book."""
    before = part["stages"][stage]["core_seconds"] / part["borrowers"]
    now: float = full["stages"][stage]["core_seconds"] / full["borrowers"]
    return now / before if before else None


def _per_borrower(found: dict[str, Any], name: str) -> float:
    cost: float = found[name] / found["borrowers"]
    return cost


def _alone(kept: Path, copies: int) -> dict[str, Any]:
    """Return what a process of its own tells of one book; RuntimeError if it ended."""
    book = with_copies(kept, PATTERN, copies)
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(ours, kept, book))
    process.start()
    ours.close()
    try:
        found: dict[str, Any] = theirs.recv()
    except EOFError:
        process.join()
        message = f"The process that scores the book ended with {process.exitcode}. Its error is printed above."
        raise RuntimeError(message) from None
    process.join()
    return found


def _tell(connection: Connection, kept: Path, book: Path) -> None:
    home = kept / f"home-{book.name}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    try:
        model = model_of(kept / PATTERN.folder)
        scored = score(book, home, model)
        told = {**scored.found, "publication": publication(scored.batch, home, book)}
    finally:
        shutil.rmtree(home)
    connection.send(told)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
