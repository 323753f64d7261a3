"""Keeping: what a batch takes up from the earlier one of its day, and what it leaves for the next.

Features, facts and exhibits   tables worked out of the book, where what they are made of has not changed (events.shelf)
Reasons and records            of borrowers of whom nothing else would be told (scoring.again.same)
Always anew                    pd, peers, tiers, signals, the queue of warnings, totals: they depend on everybody
"""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from ews.events.book import Book
from ews.events.shelf import ENGINE, Shelf, key_of_parts
from ews.scoring.again.earlier import INPUTS, STEPS, Earlier, finish
from ews.scoring.again.rows import EarlierRows, Standing
from ews.scoring.again.same import inputs_of, same_as
from ews.scoring.again.told import Again
from ews.scoring.casework_known import CaseworkKnown
from ews.scoring.decided import Decided
from ews.scoring.folder import DECISIONS


@dataclass(frozen=True, slots=True)
class Keeping:
    """`folder` takes what the batch leaves; `earlier` is the batch of the same day, None where there is none."""

    folder: Path
    earlier: Earlier | None

    @property
    def kept(self) -> Path | None:
        """What the earlier batch left, None where it cannot be taken up."""
        return None if self.earlier is None else self.earlier.kept

    def shelved(self, book: Book, casework: CaseworkKnown) -> Book:
        """Return the book with a shelf; `casework` is in the book already."""
        if book.engine.name != ENGINE:
            return book
        shelf = Shelf(book.engine, self.folder / STEPS, None if self.kept is None else self.kept / STEPS)
        for name, table in book.tables.items():
            entry = book.manifest.tables.get(name)
            parts = ["" if entry is None else entry.sha256]
            if name == "findings" and len(casework.findings):
                parts.append(casework.casework_id)
            shelf.know(table, key_of_parts(parts))
        return replace(book, shelf=shelf)

    def standing(self, decided: Decided, batch_id: str) -> Standing | None:
        """Keep what the records are made of and return whose earlier record stands; None where that is nobody's."""
        inputs = inputs_of(decided)
        pq.write_table(inputs, self.folder / INPUTS, compression="zstd")
        if self.earlier is None or self.kept is None or decided.blind != self.earlier.blind:
            return None
        stands = same_as(decided, inputs, self.earlier.directory, pq.read_table(self.kept / INPUTS))
        return Standing(stands, EarlierRows(self.earlier.directory / DECISIONS, self.earlier.batch_id, batch_id))

    def finish(self, book: Book, directory: Path, standing: Standing | None, decided: Decided) -> Again | None:
        """Leave what was kept to the next batch, and return what was taken up; None where there was nothing before."""
        finish(self.folder, directory)
        if self.earlier is None:
            return None
        kept = 0 if standing is None else int(standing.stands.sum())
        made, taken = (0, 0) if book.shelf is None else (book.shelf.made, book.shelf.taken)
        return Again(self.earlier.batch_id, kept, len(decided.borrowers) - kept, taken, made, self.earlier.anew)


def without(decided: Decided, standing: Standing | None) -> Decided:
    """Return what was decided of the borrowers of whom no earlier decision stands."""
    if standing is None:
        return decided
    borrowers: pd.DataFrame = decided.borrowers[~standing.stands]
    loans = decided.loans[decided.loans["borrower_id"].isin(borrowers["borrower_id"])]
    return replace(decided, borrowers=borrowers, loans=loans)
