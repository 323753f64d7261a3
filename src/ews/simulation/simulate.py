"""Simulate: a synthetic book whose true pd is known.

Latent states of all borrowers come first, for guarantees and sector shocks couple them; then their rows are made in
blocks, put down as Parquet parts and taken into the book by the same door as any extract.
"""

from datetime import date
from pathlib import Path

import numpy as np

from ews.domain.errors import SettingsError
from ews.domain.progress import Progress, silent
from ews.events.accept import write_book
from ews.events.engine import connect
from ews.events.report import ImportResult
from ews.simulation.draws import Draws
from ews.simulation.latent.horizon import HORIZON
from ews.simulation.latent.network import connect_borrowers
from ews.simulation.latent.population import blocks, populate
from ews.simulation.latent.shape import shape_of
from ews.simulation.latent.world_a.shock import Shock
from ews.simulation.latent.worlds import DEFAULT_WORLD, check_world, live_through
from ews.simulation.months import Months
from ews.simulation.report import SimulationReport, middle_snapshot, report
from ews.simulation.rows.block import cut_block
from ews.simulation.rows.tables import FEEDS, block_tables, book_tables
from ews.simulation.staging import relations, staging_beside, write_part
from ews.simulation.truth import write_truth

PORTFOLIO = "synthetic"
BLOCK_SIZE = 2_000
MOST_BORROWERS = 1_000_000
MOST_MONTHS = 240
RECIPE = {
    "default_above_dpd": 90,
    "horizon_months": HORIZON,
    "outcome_kinds": ["write_off"],
    "cross_fit": False,
    "use_dpd": True,
}
_PARTS_PER_BLOCK = 100
"""More tables' parts than a block has."""


def simulate(  # noqa: PLR0913 - each is a number that people choose
    book_dir: Path,
    *,
    borrowers: int,
    months: int,
    seed: int,
    world: str = DEFAULT_WORLD,
    last_month_end: date = date(2026, 6, 30),
    block_size: int = BLOCK_SIZE,
    shock_after: int | None = None,
    progress: Progress = silent,
) -> SimulationReport:
    """Make the book in `book_dir` and the truth beside it; SettingsError where a number is out of range.

    The same borrowers, months, seed, world, shock and last month end give the same bytes, whatever the block size.
    `shock_after` is the number of months that know nothing of the shock; None: there is none.
    """
    _check("borrowers", borrowers, 1, MOST_BORROWERS)
    _check("months", months, 1, MOST_MONTHS)
    _check("seed", seed, 0, 2**63 - 1)
    _check("block_size", block_size, 1, MOST_BORROWERS)
    check_world(world)
    if shock_after is not None:
        _check("shock_after", shock_after, 1, months - 1)
    calendar, draws = Months.ending(last_month_end, months), Draws(seed)
    people = populate(borrowers, calendar, draws)
    network = connect_borrowers(people, calendar, draws)
    course = live_through(
        world, people, network, calendar, draws, progress, None if shock_after is None else Shock(shock_after)
    )
    snapshot = middle_snapshot(calendar, borrowers)
    past_due = np.zeros(borrowers, np.bool_)
    with staging_beside(book_dir) as folder:
        for number, (table, rows) in enumerate(book_tables(network, people, course, calendar, draws)):
            write_part(folder, table, number, rows)
        guaranteed = np.isin(people.number, network.borrower)
        bounds = blocks(people, block_size)
        for part, (first, end) in enumerate(bounds):
            progress("events", part, len(bounds))
            block = cut_block(people, course, guaranteed, calendar, draws, (first, end))
            tables, past_due[first:end] = block_tables(block, snapshot)
            for number, (table, rows) in enumerate(tables):
                write_part(folder, table, (part + 1) * _PARTS_PER_BLOCK + number, rows)
        progress("events", len(bounds), len(bounds))
        result = _write_book(book_dir, folder, calendar, progress)
    truth = write_truth(book_dir, result.manifest.book_id, course, people.borrows, calendar)
    made = world, result, truth
    return report(made, course, people.borrows, past_due, calendar, shape_of(network))


def _write_book(book_dir: Path, folder: Path, months: Months, progress: Progress) -> ImportResult:
    engine = connect()
    con = engine.con
    con.execute("SET temp_directory = $folder", {"folder": str(folder / "spill")})
    try:
        return write_book(
            book_dir,
            relations(folder),
            con,
            portfolio=PORTFOLIO,
            extracted_on=months.ends_on,
            recipe=RECIPE,
            covered=dict.fromkeys(FEEDS, (months.opens_on, months.ends_on)),
            max_rejected_share=0.0,
            progress=progress,
        )
    finally:
        engine.disconnect()


def _check(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        message = f"{name} is {value}. Give a number from {least} to {most}."
        raise SettingsError(message)
