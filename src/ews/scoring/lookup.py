"""Look-up: what a batch says of a borrower, and of its guarantee circles.

Decision  from the store where it is the newest, from Parquet where it is older
Exhibits  from Parquet; batches of earlier versions have none
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from ews.domain.decisions import Decision
from ews.domain.errors import UnknownBatchError, UnknownBorrowerError
from ews.domain.exhibits import CircleTotals, Exhibit
from ews.scoring.exhibits.record import EXHIBITS
from ews.scoring.exhibits.view import read_circles, read_exhibit
from ews.store.batches import find_batch
from ews.store.engine import Store
from ews.store.standings import borrower_decision


def find_decision(
    home: Path, store: Store, borrower_id: str, *, batch_id: str | None = None, portfolio: str | None = None
) -> Decision:
    """Return the newest decision on a borrower, or that of batch `batch_id`; errors as in `borrower_decision`.

    UnknownBatchError where the batch's Parquet record is no longer in the home.
    """
    found = borrower_decision(store, borrower_id, batch_id=batch_id, portfolio=portfolio)
    if found.record is not None:
        return found.record
    path = _directory(home, store, found.standing.batch_id) / "decisions.parquet"
    rows = pq.read_table(path, columns=["record"], filters=[("borrower_id", "=", borrower_id)])
    return Decision.from_json(rows["record"][0].as_py())


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
        message = f"Borrower '{borrower_id}' is not in batch '{batch_id}'. Check the id, or name another batch."
        raise UnknownBorrowerError(message)
    return found


def find_circles(home: Path, store: Store, batch_id: str) -> list[CircleTotals]:
    """Return the guarantee circles of a batch, the largest exposure first; [] where the batch has no exhibits.

    UnknownBatchError as in `find_exhibit`.
    """
    return read_circles(_directory(home, store, batch_id))


def _directory(home: Path, store: Store, batch_id: str) -> Path:
    directory = home / find_batch(store, batch_id).batch.directory
    if not (directory / "decisions.parquet").is_file():
        message = f"The record of batch '{batch_id}' is not in '{directory}'. Restore it from the backup."
        raise UnknownBatchError(message)
    return directory
