"""Outcomes: loans written off, long after the default.

Grain   one row per borrower written off
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import constant, dates, ids


def outcome_rows(block: Block) -> Mapping[str, pa.Array]:
    """Return the rows of table `outcomes`."""
    written_off = np.flatnonzero(block.written_off)
    return {
        "borrower_id": ids("B", block.people.number[written_off] + 1, 7),
        "kind": constant("write_off", len(written_off)),
        "occurred_on": dates(block.due_on(written_off, block.gone[written_off])),
    }
