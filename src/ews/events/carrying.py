"""Carrying over: a whole import adds the outcome lists of the book before to the book that it makes.

Each list is judged against the new book as it was against the old one, in the order in which the lists came, each by
the days it tells of: a row that the extract has by now adds nothing, one that the new book denies or whose borrower it
does not know is rejected into the import's quarantine. The lists themselves stay whole: what one import rejects the
next one asks again.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from ews.events.manifest import Manifest
from ews.events.outcome_lists import OutcomeList, outcome_lists
from ews.events.outcome_taking import Taken, covering, take_outcomes
from ews.events.publication import data_file, rejected_in
from ews.events.report import Carried
from ews.events.schemas import OUTCOMES


@dataclass(frozen=True, slots=True)
class CarriedBook:
    """A book in hand with the lists added; `outcomes` is the file of its outcomes, null where it has none."""

    manifest: Manifest
    outcomes: Path | None
    carried: Carried


def carry_over(
    con: duckdb.DuckDBPyConnection, directory: Path, stage: Path, manifest: Manifest, staged: dict[str, Path]
) -> CarriedBook:
    """Return the book of `manifest`, whose files are `staged`, with the lists of the book in `directory` added."""
    files, carried = dict(staged), Carried.nothing()
    for number, listed in enumerate(outcome_lists(directory), start=1):
        if not listed.rows:  # it says how far it tells, and nothing else
            manifest = covering(manifest, listed.known_to, oldest=None, newest=None)
            carried = carried.with_list(0, {}, {})
            continue
        taken = _take(con, stage, _in_hand(manifest, stage, files), listed, number)
        if OUTCOMES.name in taken.manifest.tables:
            entry = taken.manifest.tables[OUTCOMES.name]
            entry = replace(entry, file=data_file(OUTCOMES.name, entry.sha256))
            manifest = replace(manifest, tables={**manifest.tables, OUTCOMES.name: entry})
        if taken.file is not None:
            files[OUTCOMES.name] = taken.file
        carried = carried.with_list(taken.delivered, taken.added, taken.reasons)
    return CarriedBook(manifest, files.get(OUTCOMES.name), carried)


def _in_hand(manifest: Manifest, stage: Path, files: dict[str, Path]) -> Manifest:
    """Return the manifest whose entries name the files as they lie in the stage."""
    tables = {name: replace(entry, file=str(files[name].relative_to(stage))) for name, entry in manifest.tables.items()}
    return replace(manifest, tables=tables)


def _take(con: duckdb.DuckDBPyConnection, stage: Path, book: Manifest, listed: OutcomeList, number: int) -> Taken:
    (newest,) = con.execute(f"SELECT max(known_on) FROM {listed.relation}").fetchall()[0]
    return take_outcomes(
        con,
        stage,
        book,
        listed.relation,
        last=newest or book.known_to,
        known_to=listed.known_to,
        into=stage / f"{OUTCOMES.name}-{number}.parquet",
        rejected=rejected_in(stage) / f"listed-{OUTCOMES.name}-{number}.parquet",
    )
