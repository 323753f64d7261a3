"""The home that is served: a copy of a scored one with an account for a machine, and what is asked of it."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ews.cli.desks import log_of
from ews.cli.settings import Settings
from ews.domain.people import Role
from ews.events.book import open_book
from ews.models.champion import stored_model
from ews.models.frozen import FrozenModel
from ews.scoring.peers import Peers
from ews.store.accounts import Profile, add_user
from ews.store.batches import latest_batches
from ews.store.engine import open_store
from ews.store.publications import Batch
from ews.store.tokens import add_token

_USER = "benchmark"


@dataclass(frozen=True, slots=True)
class Served:
    """`rows` are the features of scored borrowers by id, in the order of the model."""

    home: Path
    token: str
    batch: Batch
    model: FrozenModel
    peers: Peers
    rows: dict[str, dict[str, float | None]]


def copy_of(source: Path, home: Path) -> Served:
    """Copy a scored home, since look-ups are written to its log, and give a machine an account."""
    shutil.copytree(source, home, ignore=shutil.ignore_patterns("*.log", "artifacts", "mlflow.db"))
    settings = Settings(home=home)
    store = open_store(settings.database, create=False)
    try:
        batch = latest_batches(store)[0].batch
        log, now = log_of(settings, store), datetime.now()  # noqa: DTZ005 - local time, as the service has it
        add_user(log, _USER, Profile("Benchmark", frozenset({Role.OPERATOR})), by="ews", at=now)
        token = add_token(log, _USER, expires_at=now + timedelta(days=1), by="ews", at=now).secret
    finally:
        store.close()
    model = stored_model(home, batch.portfolio, batch.model_id)
    folder = home / batch.directory
    peers = Peers.from_arrow(pq.read_table(folder / "peers.parquet"))
    return Served(home, token, batch, model, peers, _rows(folder, model))


def event_rows(served: Served, count: int) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return some borrowers with all postings of theirs, as the book has them, in the form of a request."""
    book = open_book(Path(served.batch.summary["book"]))
    accounts, postings = book.table("accounts"), book.table("transactions")
    found = []
    for borrower_id in list(served.rows)[:count]:
        own = accounts.filter(accounts.borrower_id == borrower_id)["account_id"].to_pyarrow().to_pylist()
        current = postings.filter(postings.account_id.isin(own), postings.known_until.isnull()).drop("known_until")
        rows = current.to_pyarrow().to_pylist() if own else []
        if rows:
            found.append((borrower_id, [_row(row) for row in rows]))
    return found


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
        if value is not None
    }


def _rows(folder: Path, model: FrozenModel) -> dict[str, dict[str, float | None]]:
    table = pq.read_table(folder / "decisions.parquet", columns=["borrower_id", "pd", *model.features])
    rows = [row for row in table.to_pylist() if row["pd"] is not None]
    return {row["borrower_id"]: {name: row[name] for name in model.features} for row in rows}
