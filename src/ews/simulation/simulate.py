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
from ews.simulation.arrays import Flags
from ews.simulation.draws import Draws
from ews.simulation.latent.expected_pd import HORIZON
from ews.simulation.latent.network import connect_borrowers
from ews.simulation.latent.population import populate
from ews.simulation.latent.state import live_through
from ews.simulation.latent.world import World
from ews.simulation.months import Months
from ews.simulation.report import SimulationReport, middle_snapshot, report
from ews.simulation.rows.accounts import account_rows
from ews.simulation.rows.block import Block, cut_block
from ews.simulation.rows.bureau import bureau_rows
from ews.simulation.rows.cards import card_ledger_rows, card_loan_rows, issue_cards, statement_rows
from ews.simulation.rows.flows import transaction_rows
from ews.simulation.rows.guarantees import guarantee_rows
from ews.simulation.rows.loans import loan_rows, sign_loans
from ews.simulation.rows.names import borrower_rows
from ews.simulation.rows.outcomes import outcome_rows
from ews.simulation.rows.repayments import instalment_rows, ledger_rows, payment_rows, service
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
_FEEDS = (
    "loans", "ledger", "instalments", "payments", "transactions", "bureau_reports", "inquiries", "guarantees",
    "card_statements", "outcomes",
)  # fmt: skip
"""Tables of which the book tells nothing before its first month."""


def simulate(
    book_dir: Path,
    *,
    borrowers: int,
    months: int,
    seed: int,
    last_month_end: date = date(2026, 6, 30),
    block_size: int = BLOCK_SIZE,
    progress: Progress = silent,
) -> SimulationReport:
    """Make the book in `book_dir` and the truth beside it; SettingsError where a number is out of range.

    The same borrowers, months, seed and last month end give the same bytes, whatever the block size.
    """
    _check("borrowers", borrowers, 1, MOST_BORROWERS)
    _check("months", months, 1, MOST_MONTHS)
    _check("seed", seed, 0, 2**63 - 1)
    _check("block_size", block_size, 1, MOST_BORROWERS)
    calendar, draws, world = Months.ending(last_month_end, months), Draws(seed), World()
    people = populate(borrowers, calendar, world, draws)
    network = connect_borrowers(people, calendar, draws)
    paths = live_through(people, network, calendar, world, draws, progress)
    snapshot = middle_snapshot(calendar)
    past_due = np.zeros(borrowers, np.bool_)
    with staging_beside(book_dir) as folder:
        write_part(folder, "guarantees", 0, guarantee_rows(network, people, calendar, draws))
        guaranteed = np.isin(people.number, network.borrower)
        bounds = [(first, min(first + block_size, borrowers)) for first in range(0, borrowers, block_size)]
        for part, (first, end) in enumerate(bounds):
            progress("events", part, len(bounds))
            block = cut_block(people, paths, guaranteed, calendar, draws, (first, end))
            past_due[first:end] = _write_block(folder, part, block, snapshot)
        progress("events", len(bounds), len(bounds))
        result = _write_book(book_dir, folder, calendar, progress)
    truth = write_truth(book_dir, result.manifest.book_id, paths, calendar)
    return report(result, truth, paths, past_due, calendar)


def _write_block(folder: Path, part: int, block: Block, snapshot: int | None) -> Flags:
    """Put down the rows of one block; return who is past due at the end of month `snapshot`."""
    loans, cards = sign_loans(block), issue_cards(block)
    course = service(block, loans)
    reports, inquiries = bureau_rows(block, loans)
    tables = (
        ("borrowers", borrower_rows(block)),
        ("accounts", account_rows(block)),
        ("loans", loan_rows(block, loans)),
        ("loans", card_loan_rows(block, cards)),
        ("instalments", instalment_rows(block, loans, course)),
        ("payments", payment_rows(block, loans, course)),
        ("ledger", ledger_rows(block, loans, course)),
        ("ledger", card_ledger_rows(block, cards)),
        ("card_statements", statement_rows(block, cards)),
        ("bureau_reports", reports),
        ("inquiries", inquiries),
        ("transactions", transaction_rows(block, loans, course)),
        ("outcomes", outcome_rows(block)),
    )
    for number, (table, rows) in enumerate(tables):
        write_part(folder, table, part * len(tables) + number, rows)
    late = course.borrower[(course.month == snapshot) & (course.dpd > 0)]
    return np.isin(np.arange(block.size), late)


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
            covered=dict.fromkeys(_FEEDS, (months.opens_on, months.ends_on)),
            max_rejected_share=0.0,
            progress=progress,
        )
    finally:
        engine.disconnect()


def _check(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        message = f"{name} is {value}. Give a number from {least} to {most}."
        raise SettingsError(message)
