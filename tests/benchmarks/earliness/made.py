"""A world lived by hand: twelve who default and thirty who do not, of whom everything else is made up."""

from datetime import date, timedelta

import numpy as np

from benchmarks.earliness.world import Lived
from ews.validation.earliness.history import History
from tests.validation.earliness.made import KNOWN, Borrower, rows_of

FAILED = date(2025, 3, 31)
RUN = (FAILED - timedelta(days=91), FAILED + timedelta(days=300))


def lived_by_hand() -> Lived:
    """Return a world in which every second defaulter is flagged early by the pd, and one by a rule."""
    flags = {f"B{number:02}": [17] if number % 2 else [] for number in range(12)}
    made = {name: Borrower(late=[RUN], defaults=[FAILED], flagged=flagged) for name, flagged in flags.items()}
    rows = rows_of(made | {f"S{number:02}": Borrower() for number in range(30)})
    rows = rows.sort_values(["borrower_id", "as_of"], ignore_index=True)
    is_first = rows["borrower_id"] == "B01"
    rows = rows.assign(
        pd=np.where(rows["borrower_id"].str.startswith("B"), 0.2, 0.01),
        urgency=0.0,
        rules_level=np.where(is_first, rows["level_rank"], 0).astype(np.int8),
        rules_urgency=0.0,
        signals=is_first.astype(int),
    )
    truth = rows[["borrower_id", "as_of"]].assign(
        expected_pd=rows["pd"], cause=np.where(rows["borrower_id"] < "B06", "FLOWS", "CHANCE")
    )
    return Lived("A", History.of(rows, KNOWN), rows, truth)
