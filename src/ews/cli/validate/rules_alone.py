"""Rules alone: what the policy would have said of the stored batches, had the model said nothing.

Grain     one row per borrower and batch
Reads     features, default, overrides and findings from the folder of each batch, the facts of loans from the book:
          the policy judges again (scoring/replay.py), nothing else is worked out
Policy    of each batch the one that decided it
States    what rules alone would themselves have left; before the first batch what was published
Order     by exposure, or by the signals that hold and then exposure: without expected losses that counts which flags
          more exposure early
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.cli.difference import published_of, states_before
from ews.domain.errors import PolicyError
from ews.events.book import Book
from ews.policy.policy import Policy
from ews.scoring.replay import replay
from ews.store.engine import Store
from ews.store.publications import Publication
from ews.validation.earliness.capacity import Capacity
from ews.validation.earliness.defaulters import EARLY_DAYS
from ews.validation.earliness.figures import HEADLINE, hear
from ews.validation.earliness.history import History

COLUMNS = ("rules_level", "rules_urgency", "rules_signals_urgency")
MOST_ROWS = 1_000_000
"""Borrowers of all batches together; beyond, judging them again would take longer than a night."""
_SHOWN = 12


def said_by_rules(
    home: Path,
    store: Store,
    book: Book,
    batches: Sequence[Publication],
    policy_by_hash: Callable[[str], Policy | None],
) -> pd.DataFrame:
    """Return borrower_id, as_of and COLUMNS of `batches`, oldest first.

    PolicyError says which batch cannot be judged again and why, or that there are too many.
    """
    rows = sum(one.batch.scored for one in batches)
    if rows > MOST_ROWS:
        message = f"the batches hold {rows:,} decisions, more than the {MOST_ROWS:,} that are judged again"
        raise PolicyError(message)
    return pd.concat(_judged(home, store, book, batches, policy_by_hash), ignore_index=True)


def rules_history(history: History, rows: pd.DataFrame) -> History:
    """Return what rules alone said, in the order that flags more early; `rows` are those of `history` with COLUMNS."""
    level = rows["rules_level"].to_numpy(np.int8)
    said = [history.said_by(level, rows[name]) for name in COLUMNS[1:]]
    whole = np.ones(len(history.circles))
    early = [hear(one, Capacity(), EARLY_DAYS).figures[HEADLINE].statistic(whole) for one in said]
    return said[1] if early[1] > early[0] else said[0]


def _judged(
    home: Path,
    store: Store,
    book: Book,
    batches: Sequence[Publication],
    policy_by_hash: Callable[[str], Policy | None],
) -> Iterator[pd.DataFrame]:
    states, before = states_before(home, store, batches[0]), dict[str, pd.DataFrame]()
    for one in batches:
        batch, policy = published_of(home, store, one), policy_by_hash(one.batch.policy_hash)
        if policy is None:
            message = f"batch '{batch.batch_id}' was decided by policy {one.batch.policy_hash[:_SHOWN]}, which is lost"
            raise PolicyError(message)
        compared = before.get(batch.compared_id or "", batch.compared)
        found = replay(book, batch, policy, states, compared, has_pd=False)
        before[batch.batch_id], states = found.rows, found.states
        yield _told(found.borrowers, pd.Timestamp(batch.as_of))


def _told(borrowers: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    exposure = borrowers["exposure"].astype("Float64").astype("float64").fillna(-1.0).to_numpy()
    signals = borrowers["signals"].map(len).to_numpy()
    return pd.DataFrame(
        {
            "borrower_id": borrowers["borrower_id"],
            "as_of": day,
            "rules_level": borrowers["level_rank"].to_numpy(np.int8),
            "rules_urgency": _places(exposure),
            "rules_signals_urgency": _places(exposure, signals),
        }
    )


def _places(*keys: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the place of each row in the rising order of `keys`, the last one first."""
    place = np.empty(len(keys[0]))
    place[np.lexsort(keys)] = np.arange(len(place))
    return place
