"""Look-up: the full record of a decision, from the store where it is the newest, from Parquet where it is older."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from ews.domain.decisions import Decision
from ews.domain.errors import UnknownBatchError
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
    directory = home / find_batch(store, found.standing.batch_id).batch.directory
    path = directory / "decisions.parquet"
    if not path.is_file():
        message = (
            f"The record of batch '{found.standing.batch_id}' is not in '{directory}'. Restore it from the backup."
        )
        raise UnknownBatchError(message)
    rows = pq.read_table(path, columns=["record"], filters=[("borrower_id", "=", borrower_id)])
    return Decision.from_json(rows["record"][0].as_py())


def find_records(home: Path, store: Store, batch_id: str, borrower_ids: Sequence[str]) -> dict[str, Decision]:
    """Return the full records of these borrowers in a batch; UnknownBatchError where its Parquet is not in the home."""
    path = home / find_batch(store, batch_id).batch.directory / "decisions.parquet"
    if not path.is_file():
        message = f"The record of batch '{batch_id}' is not in '{path.parent}'. Restore it from the backup."
        raise UnknownBatchError(message)
    wanted = [("borrower_id", "in", sorted(borrower_ids))]
    rows = pq.read_table(path, columns=["borrower_id", "record"], filters=wanted).to_pylist()
    return {row["borrower_id"]: Decision.from_json(row["record"]) for row in rows}
