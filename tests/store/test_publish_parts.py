from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ews.domain.levels import Tier, WarningLevel
from ews.store.audit_rows import set_touched
from ews.store.engine import reading, writing
from ews.store.kept_records import kept_record, kept_records
from ews.store.publications import DecisionRow
from ews.store.publish_parts import ROW, Digest, as_part, insert_part, made_ready, parts_of, stored
from ews.store.tables import batches, decisions, packed_records
from tests.store.samples import published, row

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
"""What both databases take as text: awkward for CSV, empty, of any script."""
WHOLE = st.integers(-(2**63), 2**63 - 1)


def none_or(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


ROWS = st.builds(
    DecisionRow,
    borrower_id=TEXTS,
    **dict.fromkeys(("name", "branch_id", "officer_id", "industry", "region", "top_reason"), none_or(TEXTS)),
    pd=none_or(st.floats(0, 1)),
    grade=TEXTS,
    tier=st.sampled_from(Tier),
    level=st.sampled_from(WarningLevel),
    exposure_fen=none_or(WHOLE),
    in_default=st.booleans(),
    record=TEXTS,
    release_on=none_or(st.dates(date(1, 1, 1))),
    place=none_or(st.integers(0, 2**31 - 1)),
    is_waiting=none_or(st.booleans()),
    stage=none_or(st.integers(1, 3)),
    expected_loss_fen=none_or(WHOLE),
    provision_fen=none_or(WHOLE),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=20, unique_by=lambda one: one.borrower_id))
def test_what_is_stored_is_what_was_handed_in_and_its_digest_that_of_the_store(store, rows):
    if not _held(store, batches):
        published(store, "batch", [row("B1")])  # decisions refer to it
    rows = sorted(rows, key=lambda one: one.borrower_id)
    with writing(store) as connection:
        for table in (decisions, packed_records):
            connection.execute(table.delete())
        digests = {table: Digest(table, 1) for table in (decisions, packed_records)}
        for ready in made_ready([as_part(rows[:3]), as_part(rows[3:])], 1, digests, for_copy=store.on_postgresql):
            insert_part(connection, ready)
        for table, digest in digests.items():
            assert digest.touched() == set_touched(connection, table.name, 1)
    found = {one["borrower_id"]: one for one in _held(store, decisions)}
    with reading(store) as connection:
        texts = kept_records(connection, 1, [one.borrower_id for one in rows])
        assert {one.borrower_id: kept_record(connection, 1, one.borrower_id) for one in rows} == texts
    for one in rows:
        told = found[one.borrower_id]
        assert {name: told[name] for name in ROW.names if name != "record"} == {
            name: getattr(one, name) for name in ROW.names if name != "record"
        }
        assert (told["publication"], told["tier_rank"], told["level_rank"]) == (1, one.tier.rank, one.level.rank)
        assert texts[one.borrower_id] == one.record.encode()
    assert len(found) == len(texts) == len(rows)


def test_a_digest_made_in_parts_is_that_of_the_whole():
    rows = [row(f"B{number:02}") for number in range(10)]
    whole, parts = Digest(decisions, 2), Digest(decisions, 2)
    whole.add(stored(as_part(rows), decisions, 2))
    for start in range(0, 10, 3):
        parts.add(stored(as_part(rows[start : start + 3]), decisions, 2))
    assert parts.touched() == whole.touched()
    other = Digest(decisions, 2)
    other.add(stored(as_part([replace(rows[0], grade="D"), *rows[1:]]), decisions, 2))
    assert other.touched() != whole.touched()


@pytest.mark.parametrize("count", [0, 1, 7])
def test_rows_and_parts_hold_the_same(count):
    rows = [row(f"B{number}") for number in range(count)]
    told = [one for part in parts_of(rows) for one in part.to_pylist()]
    assert [
        DecisionRow(**{**one, "tier": Tier(one["tier"]), "level": WarningLevel(one["level"])}) for one in told
    ] == rows


def _held(store, table):
    with reading(store) as connection:
        return [dict(one) for one in connection.execute(select(table)).mappings()]
