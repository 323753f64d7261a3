"""Accounts: where a borrower's money moves; some have two here, a few none.

Grain   one row per account; inside, an account is 2 × borrower + 0 or 1
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Flags, Ints
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words

_SECOND_ACCOUNT_SHARE = 0.35


def account_rows(block: Block) -> Mapping[str, pa.Array]:
    """Return the rows of table `accounts`."""
    account = np.flatnonzero(account_flags(block))
    borrower, second = np.divmod(account, 2)
    return {
        "account_id": account_ids(block, account),
        "borrower_id": ids("B", block.people.number[borrower] + 1, 7),
        "kind": words(np.where(block.people.firm[borrower], 2 * second, 1), ("current", "savings", "settlement")),
        "opened_on": dates(block.people.customer_since[borrower]),
    }


def account_flags(block: Block) -> Flags:
    """Return, by 2 × borrower + 0 or 1, which accounts there are."""
    second = block.draws.uniform("flows.second_account", block.people.number) < _SECOND_ACCOUNT_SHARE
    has = block.people.has_account & block.present.any(axis=1)
    return np.stack([has, has & second], axis=1).ravel()


def account_ids(block: Block, account: Ints) -> pa.Array:
    return ids("A", (block.people.number[account // 2] + 1) * 10 + account % 2, 8)
