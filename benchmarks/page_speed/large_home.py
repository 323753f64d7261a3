"""A large home: the newest batches of a scored one, each borrower many times under ids of its own.

What a borrower of the small book is, all its copies are: figures per page stay real, only there are more of them. Each
copy has officers of its own, so that an officer's day stays as long; branches hold all copies. Parties of a circle keep
their ids, so that links of copies lead to the same people.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.cli import nightly
from ews.cli.desks import log_of
from ews.cli.settings import Settings
from ews.domain.people import Role
from ews.scoring.folder import read_rows
from ews.store.accounts import Profile, add_user
from ews.store.batches import batch_page, find_batch
from ews.store.engine import Store, open_store
from ews.store.publications import Batch, DecisionRow
from ews.store.publish import publish

PASSWORD = "a long enough secret"  # noqa: S105 - of the benchmark
USERS = "users.txt"
_GROUP = 1_000


def make(small: Path, home: Path, borrowers: int) -> tuple[str, ...]:
    """Make `home` with at least `borrowers` borrowers out of the scored home `small`; return the accounts' ids."""
    home.mkdir(parents=True)
    for name in ("models", "policies"):
        shutil.copytree(small / name, home / name)
    source = open_store(Settings(home=small).database, create=False)
    settings = Settings(home=home)
    store = open_store(settings.database)
    try:
        chosen = _chosen(source)
        copies = -(-borrowers // chosen[-1].scored)
        for number, batch in enumerate(chosen):
            _publish(small, home, store, _enlarged(batch, copies, first=number == 0), copies)
        accounts = _accounts(settings, store)
    finally:
        source.close()
        store.close()
    nightly.do_night(settings, quiet=True)
    (home / USERS).write_text("\n".join(accounts), encoding="utf-8")
    return accounts


def _chosen(store: Store) -> tuple[Batch, ...]:
    """Return the newest batch, after the one that it is compared with."""
    (newest,), _ = batch_page(store, limit=1)
    compared = newest.batch.compared_id
    return (newest.batch,) if compared is None else (find_batch(store, compared).batch, newest.batch)


def _enlarged(batch: Batch, copies: int, *, first: bool) -> Batch:
    counted = ("borrowers_in", "scored", "in_default", "rejected", "out_of_scope", "exposure_fen", "exposure_unknown")
    changed: dict[str, Any] = {
        name: None if (one := getattr(batch, name)) is None else one * copies for name in counted
    }
    if first:
        changed |= {"predecessor_id": None, "compared_id": None}
    return replace(batch, **changed)


def _publish(small: Path, home: Path, store: Store, batch: Batch, copies: int) -> None:
    source, target = small / batch.directory, home / batch.directory
    target.mkdir(parents=True)
    for path in source.iterdir():
        shutil.copyfile(path, target / path.name)
    for name in ("decisions", "exhibits"):
        if (source / f"{name}.parquet").is_file():
            _write_copies(source / f"{name}.parquet", target / f"{name}.parquet", copies)
    publish(store, batch, _rows(source, copies))


def _write_copies(source: Path, target: Path, copies: int) -> None:
    """Write each row `copies` times, sorted by its new id."""
    table = pq.read_table(source)
    parts = []
    for number in range(copies):
        ids = pc.binary_join_element_wise(table["borrower_id"], f"{number:03}", "-")
        part = table.set_column(table.schema.get_field_index("borrower_id"), "borrower_id", ids)
        if "record" in table.column_names:
            records = [_named(text, number) for text in table["record"].to_pylist()]
            part = part.set_column(part.schema.get_field_index("record"), "record", pa.array(records))
        parts.append(part)
    pq.write_table(pa.concat_tables(parts).sort_by("borrower_id"), target, compression="zstd", row_group_size=_GROUP)


def _rows(folder: Path, copies: int) -> Iterator[DecisionRow]:
    """Yield the rows sorted by their new ids: those of a borrower follow one another."""
    for row in read_rows(folder):
        for number in range(copies):
            yield replace(
                row,
                borrower_id=f"{row.borrower_id}-{number:03}",
                officer_id=None if row.officer_id is None else f"{row.officer_id}-{number:03}",
                record=_named(row.record, number),
            )


def _named(record: str, number: int) -> str:
    content = json.loads(record)
    content["borrower_id"] = f"{content['borrower_id']}-{number:03}"
    if content["officer_id"] is not None:
        content["officer_id"] = f"{content['officer_id']}-{number:03}"
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _accounts(settings: Settings, store: Store) -> tuple[str, ...]:
    """Open accounts: officers who have most to do, managers of their branches, risk managers at head office."""
    page, _ = batch_page(store, limit=1)
    rows = pq.read_table(
        settings.home / page[0].batch.directory / "decisions.parquet", columns=["branch_id", "officer_id", "level"]
    )
    warned = rows.filter(pc.not_equal(rows["level"], "none"))
    counted = warned.group_by(["branch_id", "officer_id"]).aggregate([([], "count_all")])
    busiest = counted.sort_by([("count_all", "descending"), ("officer_id", "ascending")]).slice(0, 10).to_pylist()
    log, at = log_of(settings, store), datetime(2026, 7, 6, 9)
    made = []
    for number, one in enumerate(busiest):
        made.append(
            (
                f"officer-{number}",
                Profile(f"Officer {number}", frozenset({Role.OFFICER}), one["branch_id"], f"{one['officer_id']}-000"),
            )
        )
    for number, branch in enumerate(sorted({one["branch_id"] for one in busiest})[:3]):
        made.append((f"manager-{number}", Profile(f"Manager {number}", frozenset({Role.BRANCH_MANAGER}), branch)))
    made += [(f"risk-{number}", Profile(f"Risk {number}", frozenset({Role.RISK_MANAGER}))) for number in range(3)]
    for user_id, profile in made:
        add_user(log, user_id, profile, by="ews", at=at, password=PASSWORD)
    return tuple(user_id for user_id, _ in made)
