"""Accounts: where a borrower's money moves; some have two here, a few none.

Grain   one row per account; inside, an account is 2 × borrower + 0 or 1; closed ones have a second version
"""

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Flags, Ints
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words
from ews.simulation.rows.versions import Rows, later

_SECOND_ACCOUNT_SHARE = (0.12, 0.35)
"""Of persons and of firms."""
_CLOSES_SHARE = 0.6


def account_rows(block: Block) -> tuple[Rows, Rows]:
    """Return the rows of table `accounts`, and again those closed by borrowers who repaid all and left."""
    account = np.flatnonzero(account_flags(block))
    borrower, second = np.divmod(account, 2)
    opened_on = block.people.customer_since[borrower]
    rows = {
        "account_id": account_ids(block, account),
        "borrower_id": ids("B", block.people.number[borrower] + 1, 7),
        "kind": words(np.where(block.people.firm[borrower], 2 * second, 1), ("current", "savings", "settlement")),
        "opened_on": dates(opened_on),
        "closed_on": dates(opened_on, known=np.zeros(len(account), np.bool_)),
    }
    luck = block.draws.uniform("accounts.closes", block.people.number[borrower])
    goes = (block.gone < block.months.count)[borrower] & block.left[borrower]
    closes = np.flatnonzero(goes & (luck < _CLOSES_SHARE))
    day = block.months.last_day(block.gone[borrower[closes]])
    return rows, later(rows, closes, day, block.ends_on, closed_on=dates(day))


def account_flags(block: Block) -> Flags:
    """Return, by 2 × borrower + 0 or 1, which accounts there are."""
    share = np.where(block.people.firm, _SECOND_ACCOUNT_SHARE[1], _SECOND_ACCOUNT_SHARE[0])
    second = block.draws.uniform("accounts.second", block.people.number) < share
    has = block.people.has_account & block.present.any(axis=1)
    return np.stack([has, has & second], axis=1).ravel()


def account_ids(block: Block, account: Ints) -> pa.Array:
    return ids("A", (block.people.number[account // 2] + 1) * 10 + account % 2, 8)
