"""Look-up: what a batch says of a borrower, and of its guarantee circles.

Decision  from the store where it is the newest, from Parquet where it is older
Exhibits  from Parquet; batches of earlier versions have none
Ruled     by the signals that the batch remembers and by the policy that lies beside them
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.domain.decisions import Decision
from ews.domain.errors import UnknownBatchError, UnknownBorrowerError
from ews.domain.exhibits import CircleTotals, Exhibit
from ews.domain.patterns import STANDING
from ews.domain.text import sentence
from ews.scoring.exhibits.record import EXHIBITS
from ews.scoring.exhibits.view import read_circles, read_exhibit
from ews.store.batches import find_batch
from ews.store.engine import Store
from ews.store.standings import borrower_decision

MOST_EARLIER = 200
"""Earlier decisions that are kept in memory: who reads a file of a borrower saves it next."""
_STEP = 64


def find_decision(
    home: Path, store: Store, borrower_id: str, *, batch_id: str | None = None, portfolio: str | None = None
) -> Decision:
    """Return the newest decision on a borrower, or that of batch `batch_id`; errors as in `borrower_decision`.

    UnknownBatchError where the batch's Parquet record is no longer in the home.
    """
    found = borrower_decision(store, borrower_id, batch_id=batch_id, portfolio=portfolio)
    if found.record is not None:
        return found.record
    return _earlier(_directory(home, store, found.standing.batch_id) / "decisions.parquet", borrower_id)


@lru_cache(maxsize=MOST_EARLIER)
def _earlier(path: Path, borrower_id: str) -> Decision:
    """Return the decision in the file of a batch, which never changes; read no further than its row."""
    file = pq.ParquetFile(path)
    groups, columns = _groups(file.metadata, borrower_id), ["borrower_id", "record"]
    for rows in file.iter_batches(_STEP, groups, columns, use_threads=False):
        at = pc.index(rows["borrower_id"], borrower_id).as_py()
        if at >= 0:
            return Decision.from_json(rows["record"][at].as_py())
    message = sentence(
        "The record of borrower '{borrower_id}' is not in '{path}'. Restore the file from the backup.",
        borrower_id=borrower_id,
        path=path,
    )
    raise UnknownBatchError(message)


def _groups(metadata: pq.FileMetaData, borrower_id: str) -> list[int]:
    """Return the row groups that may have the borrower."""
    told = ((at, metadata.row_group(at).column(0).statistics) for at in range(metadata.num_row_groups))
    return [at for at, one in told if one is None or one.min <= borrower_id <= one.max]


def find_records(home: Path, store: Store, batch_id: str, borrower_ids: Sequence[str]) -> dict[str, Decision]:
    """Return the full records of these borrowers in a batch; UnknownBatchError where its Parquet is not in the home."""
    path = _directory(home, store, batch_id) / "decisions.parquet"
    wanted = [("borrower_id", "in", sorted(borrower_ids))]
    rows = pq.read_table(path, columns=["borrower_id", "record"], filters=wanted).to_pylist()
    return {row["borrower_id"]: Decision.from_json(row["record"]) for row in rows}


def find_exhibit(home: Path, store: Store, batch_id: str, borrower_id: str) -> Exhibit | None:
    """Return what a page lays beside the decision of batch `batch_id`; None where the batch has no exhibits.

    UnknownBatchError for an unknown batch or one whose Parquet record is no longer in the home, UnknownBorrowerError
    for a borrower that is not in the batch.
    """
    directory = _directory(home, store, batch_id)
    found = read_exhibit(directory, batch_id, borrower_id)
    if found is None and (directory / EXHIBITS).is_file():
        message = sentence(
            "Borrower '{borrower_id}' is not in batch '{batch_id}'. Check the id, or name another batch.",
            borrower_id=borrower_id,
            batch_id=batch_id,
        )
        raise UnknownBorrowerError(message)
    return found


def find_circles(home: Path, store: Store, batch_id: str) -> list[CircleTotals]:
    """Return the guarantee circles of a batch, the largest exposure first; [] where the batch has no exhibits.

    UnknownBatchError as in `find_exhibit`.
    """
    return read_circles(_directory(home, store, batch_id))


def find_ruled(home: Path, store: Store, batch_id: str) -> frozenset[str]:
    """Return who has a signal that holds in a batch and is not of where the borrower stands, as its caseload counts.

    UnknownBatchError as in `find_exhibit`.
    """
    directory = _directory(home, store, batch_id)
    policy = json.loads((directory / "policy.json").read_text(encoding="utf-8"))
    standing = [signal["code"] for signal in policy["signals"] if signal["pattern"] == STANDING]
    told = pq.read_table(directory / "episodes.parquet", columns=["borrower_id", "code", "last_true_on", "seen_on"])
    as_of = pa.scalar(find_batch(store, batch_id).batch.as_of)
    holds = pc.and_(pc.equal(told["last_true_on"], as_of), pc.equal(told["seen_on"], as_of))  # else it is carried
    is_rule = pc.invert(pc.is_in(told["code"], value_set=pa.array(standing, pa.string())))
    return frozenset(told.filter(pc.and_(holds, is_rule))["borrower_id"].to_pylist())


def _directory(home: Path, store: Store, batch_id: str) -> Path:
    directory = home / find_batch(store, batch_id).batch.directory
    if not (directory / "decisions.parquet").is_file():
        message = sentence(
            "The record of batch '{batch_id}' is not in '{directory}'. Restore it from the backup.",
            batch_id=batch_id,
            directory=directory,
        )
        raise UnknownBatchError(message)
    return directory
