"""Kept records: the full record of a decision as the store holds it; the one way to read them.

Lies     in packs (ews.store.packing), each under its first borrower; those that were published before there were packs
         lie alone in `records` until a newer batch takes their place
Missing  who is not in the batch, or whose batch is no longer kept in full, has none; it is then in the batch's Parquet
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from ews.store.packing import unpacked
from ews.store.tables import decisions, packed_records, records

_AT_ONCE = 1_000
"""Borrowers that are asked for in one statement."""


def kept_record(connection: Connection, publication: int, borrower_id: str) -> bytes | None:
    """Return the record of a borrower in a publication, UTF-8, None where it is not kept."""
    asked = {"publication": publication, "borrower_id": borrower_id}
    pack = connection.execute(_PACK, asked).scalar()
    found = None if pack is None else unpacked(pack, (borrower_id,)).get(borrower_id)
    if found is not None:
        return found
    alone: str | None = connection.execute(_ALONE, asked).scalar()
    return None if alone is None else alone.encode()


def kept_records(connection: Connection, publication: int, borrower_ids: Collection[str]) -> Mapping[str, bytes]:
    """Return the records of borrowers in a publication by borrower_id; whose is not kept is left out."""
    found: dict[str, bytes] = {}
    for some in _chunks(sorted(set(borrower_ids))):
        asked = {"publication": publication, "ids": some}
        wanted = frozenset(some)
        firsts = connection.execute(_FIRSTS, asked).scalars().all()
        for pack in connection.execute(
            _PACKS, {"publication": publication, "ids": sorted({one for one in firsts if one is not None})}
        ).scalars():
            found |= unpacked(pack, wanted)
        if missing := [one for one in some if one not in found]:
            rows = connection.execute(_SOME_ALONE, {"publication": publication, "ids": missing})
            found |= {row.borrower_id: row.record.encode() for row in rows}
    return found


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


_OF_PUBLICATION: BindParameter[int] = bindparam("publication")
_PACK = (
    select(packed_records.c.packed)
    .where(packed_records.c.publication == _OF_PUBLICATION, packed_records.c.borrower_id <= bindparam("borrower_id"))
    .order_by(packed_records.c.borrower_id.desc())
    .limit(1)
)
_INNER = packed_records.alias("pack")
_SOME: BindParameter[list[str]] = bindparam("ids", expanding=True)
_FIRSTS = select(
    select(func.max(_INNER.c.borrower_id))
    .where(_INNER.c.publication == _OF_PUBLICATION, _INNER.c.borrower_id <= decisions.c.borrower_id)
    .scalar_subquery()
    .label("first")
).where(decisions.c.publication == _OF_PUBLICATION, decisions.c.borrower_id.in_(_SOME))
"""The first borrower of each pack that would have one of some of `decisions`."""
_PACKS = (
    select(packed_records.c.packed)
    .where(packed_records.c.publication == _OF_PUBLICATION, packed_records.c.borrower_id.in_(_SOME))
    .order_by(packed_records.c.borrower_id)
)
"""Asked by themselves: in one statement a server that has not counted a new batch yet reads all of its packs."""
_ALONE = select(records.c.record).where(
    records.c.publication == _OF_PUBLICATION, records.c.borrower_id == bindparam("borrower_id")
)
_SOME_ALONE = select(records.c.borrower_id, records.c.record).where(
    records.c.publication == _OF_PUBLICATION, records.c.borrower_id.in_(_SOME)
)
"""Made once: making one takes longer than asking it."""
