"""History: the batches of a portfolio over the years, small enough to stay in memory.

Batches   of each calendar month the last that is not superseded, so that a book scored every night shows months too;
          the newest stands for its month
Reach     MONTHS back from the newest batch; what was before is not known here
Grain     matrices of batch x borrower, for borrowers who were ever warned or in default; who is in a batch without
          either, or not in it, has level 0 there
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ews.monitoring.frame import Flags, Ranks, words_of
from ews.monitoring.traces import Trace, read_trace
from ews.store.batches import batch_page
from ews.store.engine import Store, reading
from ews.store.publications import Publication

MONTHS = 36
_ALL = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """`traces` by as_of, oldest first. `branch` holds places in `branches`, -1 where there is none.

    `was_here`: warned or in default, and in the batch before; `left`: in the batch before, and not in this one.
    """

    portfolio: str
    traces: tuple[Trace, ...]
    branches: tuple[str, ...]
    branch: NDArray[np.int32]
    level: Ranks
    in_default: Flags
    was_here: Flags
    left: Flags

    @property
    def newest(self) -> Publication:
        return self.traces[-1].publication


def load_history(store: Store, portfolio: str, known: History | None = None) -> History:
    """Return the history of a portfolio; what `known` holds is not read again.

    RequestError where nothing is published for the portfolio.
    """
    taken = monthly(batch_page(store, limit=_ALL, portfolio=portfolio)[0])
    previous = (None, *(one.number for one in taken[:-1]))
    held = {(one.publication.number, one.previous): one for one in known.traces} if known else {}
    with reading(store) as connection:
        traces = tuple(
            held.get((one.number, before)) or read_trace(connection, one, before)
            for one, before in zip(taken, previous, strict=True)
        )
    return laid_out(portfolio, traces)


def monthly(publications: Sequence[Publication]) -> tuple[Publication, ...]:
    """Return the last of each calendar month, oldest first, MONTHS at most; superseded ones do not count."""
    standing = sorted((one for one in publications if not one.superseded), key=lambda one: one.batch.as_of)
    last = {(one.batch.as_of.year, one.batch.as_of.month): one for one in standing}
    return tuple(last.values())[-MONTHS:]


def of_branch(history: History, place: int, branch_id: str | None) -> Flags:
    """Tell which borrowers were the branch's in the batch at `place`, everybody for None."""
    if branch_id is None:
        return np.ones(history.level.shape[1], np.bool_)
    code = history.branches.index(branch_id) if branch_id in history.branches else -2
    found: Flags = history.branch[place] == code
    return found


def laid_out(portfolio: str, traces: tuple[Trace, ...]) -> History:
    """Return traces, oldest first, as matrices."""
    watched = pa.concat_tables([one.watched for one in traces]).combine_chunks()
    who = watched["borrower_id"].combine_chunks().dictionary_encode()
    branches = words_of(watched["branch_id"].combine_chunks())
    shape = (len(traces), len(who.dictionary))
    rows = np.repeat(np.arange(len(traces)), [one.watched.num_rows for one in traces])
    cells = (rows, np.asarray(who.indices))
    return History(
        portfolio,
        traces,
        branches.words,
        branch=_laid(np.full(shape, -1, np.int32), cells, branches.codes),
        level=_laid(np.zeros(shape, np.int8), cells, watched["level"]),
        in_default=_laid(np.zeros(shape, np.bool_), cells, watched["in_default"]),
        was_here=_laid(np.zeros(shape, np.bool_), cells, watched["was_here"]),
        left=_left(traces, who.dictionary),
    )


def _laid(matrix: NDArray[Any], cells: tuple[NDArray[Any], NDArray[Any]], values: Any) -> NDArray[Any]:
    matrix[cells] = np.asarray(values)
    return matrix


def _left(traces: tuple[Trace, ...], ids: pa.Array) -> Flags:
    rows = np.repeat(np.arange(len(traces)), [len(one.left) for one in traces])
    left = pc.index_in(pa.concat_arrays([one.left for one in traces]), value_set=ids)
    known = np.asarray(pc.is_valid(left))
    return _laid(np.zeros((len(traces), len(ids)), np.bool_), (rows[known], np.asarray(left.drop_null())), True)
