import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import func, select

from ews.domain.errors import ReconciliationError, UnknownBatchError
from ews.domain.levels import Tier, WarningLevel
from ews.store.batches import find_batch, latest_batch
from ews.store.engine import Store, open_store, reading
from ews.store.packing import unpacked
from ews.store.publications import DecisionRow, Tally
from ews.store.publish import publish, publish_parts
from ews.store.publish_parts import AHEAD, CHUNK, as_part
from ews.store.standings import borrower_decision, previous_rows
from ews.store.tables import decisions, packed_records
from tests.store.samples import JULY, JUNE, NOON, batch, decision, published, row


def _counts(store: Store) -> tuple[int, int]:
    with reading(store) as connection:
        told = connection.execute(select(func.count()).select_from(decisions)).scalar_one()
        packs = connection.execute(select(packed_records.c.packed)).scalars()
        return told, sum(len(unpacked(pack)) for pack in packs)


def test_what_was_published_is_read_back_unchanged(store):
    rows = [row("B1"), row("赵/2", pd=None, in_default=True, name=None, exposure_fen=None, reasons=())]
    given = batch("b1", rows, exposure_unknown=1, summary={"by_tier": {"关注": 2}, "share": 0.5})
    done = publish(store, given, rows, published_at=NOON)
    assert not done.already
    assert find_batch(store, "b1") == done.publication
    assert done.publication.batch == given
    assert (done.publication.number, done.publication.published_at) == (1, NOON)
    assert borrower_decision(store, "B1").record == decision("B1")
    assert borrower_decision(store, "赵/2").standing.pd is None
    assert borrower_decision(store, "赵/2").standing.in_default is True


def test_a_batch_published_again_is_left_as_it_is_and_says_so(store):
    first = published(store, "b1", [row("B1")])
    second = publish(store, batch("b1", [row("B1")]), [row("B1")], published_at=datetime(2030, 1, 1))
    assert second.already
    assert second.publication == first.publication
    assert _counts(store) == (1, 1)


def test_the_same_id_with_other_figures_is_an_error(store):
    published(store, "b1", [row("B1")])
    with pytest.raises(ReconciliationError, match=r"already published with other figures \(borrowers_in, scored"):
        published(store, "b1", [row("B1"), row("B2")], exposure_fen=31_200_000)
    assert _counts(store) == (1, 1)


def test_the_same_id_in_another_directory_is_the_same_batch(store):
    published(store, "b1", [row("B1")])
    assert published(store, "b1", [row("B1")], directory="elsewhere").already


def test_only_the_newest_batch_of_each_portfolio_is_kept_in_full(store):
    published(store, "june", [row("B1"), row("B2")])
    published(store, "other", [row("C1")], portfolio="retail")
    published(store, "july", [row("B1")], as_of=JULY)
    assert _counts(store) == (4, 2)
    assert borrower_decision(store, "B1").record is not None
    assert borrower_decision(store, "C1").record is not None
    assert borrower_decision(store, "B1", batch_id="june").record is None
    assert borrower_decision(store, "B2").record is None


def test_a_batch_of_an_earlier_day_does_not_take_the_place_of_the_newest(store):
    published(store, "july", [row("B1")], as_of=JULY)
    done = published(store, "june", [row("B1")])
    assert not done.publication.newest
    assert _counts(store) == (2, 1)
    assert borrower_decision(store, "B1").standing.batch_id == "july"


def test_a_batch_of_the_same_day_takes_the_place_of_the_one_before(store):
    published(store, "b1", [row("B1")])
    published(store, "b2", [row("B1")])
    assert _counts(store) == (2, 1)
    assert find_batch(store, "b1").superseded
    assert borrower_decision(store, "B1").standing.batch_id == "b2"


def test_readers_see_the_old_batch_until_the_new_one_is_whole(store):
    published(store, "june", [row("B1", pd=0.1)])
    seen = []

    def parts() -> Iterator[pa.Table]:
        yield from (as_part([row(f"A{number:06}")]) for number in range(AHEAD + 3))
        seen.append(borrower_decision(store, "B1"))
        yield as_part([row("B1", pd=0.9)])

    given = replace(batch("july", [], as_of=JULY), scored=AHEAD + 4, borrowers_in=AHEAD + 4)
    publish_parts(store, given, parts(), published_at=NOON)
    assert [(one.standing.batch_id, one.standing.pd) for one in seen] == [("june", 0.1)]
    assert seen[0].record is not None
    assert borrower_decision(store, "B1").standing.pd == 0.9


def test_a_publication_that_breaks_off_leaves_nothing_behind(store):
    published(store, "june", [row("B1")])

    def parts() -> Iterator[pa.Table]:
        yield from (as_part([row(f"A{number:06}")]) for number in range(AHEAD + 3))
        raise InterruptedError

    given = replace(batch("july", [], as_of=JULY), scored=AHEAD + 4, borrowers_in=AHEAD + 4)
    with pytest.raises(InterruptedError):
        publish_parts(store, given, parts())
    assert _counts(store) == (1, 1)
    with pytest.raises(UnknownBatchError, match=r"Batch 'july' is not published\."):
        find_batch(store, "july")


def test_a_process_killed_while_publishing_leaves_the_store_as_it_was(url):
    code = f"""
import os, signal
from dataclasses import replace
from ews.store.engine import open_store
from ews.store.publish import publish_parts
from ews.store.publish_parts import AHEAD, as_part
from tests.store.samples import JULY, batch, published, row
store = open_store({url!r})
published(store, "june", [row("B1")])
def parts():  # AHEAD are made ready ahead: when this one is asked for, those before them are in the store
    yield from (as_part([row(f"A{{number:06}}")]) for number in range(AHEAD + 3))
    os.kill(os.getpid(), signal.SIGKILL)
count = AHEAD + 4
publish_parts(store, replace(batch("july", [], as_of=JULY), scored=count, borrowers_in=count), parts())
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    assert done.returncode == -signal.SIGKILL
    store = open_store(url)
    newest = latest_batch(store)
    assert newest is not None
    assert newest.batch.batch_id == "june"
    assert _counts(store) == (1, 1)
    published(store, "july", [row("B1")], as_of=JULY)
    assert _counts(store) == (2, 1)
    store.close()


@pytest.mark.parametrize("ids", [["B2", "B1"], ["B1", "B1"], ["B1", "B2", "B2", "B3"]])
@pytest.mark.parametrize("size", [1, 9])
def test_parts_that_are_not_sorted_are_not_published(store, ids, size):
    rows = [row(one) for one in ids]
    parts = [as_part(rows[start : start + size]) for start in range(0, len(rows), size)]
    with pytest.raises(ReconciliationError, match=r"come sorted by borrower_id, each once; these do not\. Nothing was"):
        publish_parts(store, batch("b1", rows), parts)
    assert _counts(store) == (0, 0)


def test_empty_parts_are_nothing_special(store):
    rows = [row("B1"), row("B2")]
    parts = [as_part(some) for some in ([], rows[:1], [], rows[1:], [])]
    publish_parts(store, batch("b1", rows), parts)
    assert _counts(store) == (2, 2)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"scored": 3, "borrowers_in": 3}, r"3 borrowers scored, 2 decisions\. Nothing was published"),
        ({"in_default": 1}, "1 borrowers in default, 0 decisions in default"),
        ({"borrowers_in": 5, "rejected": 2}, "5 borrowers in the book, 4 scored, rejected and out of scope"),
    ],
)
def test_counts_that_do_not_tie_are_not_published(store, changed, said):
    with pytest.raises(ReconciliationError, match=said):
        published(store, "b1", [row("B1"), row("B2")], **changed)
    assert _counts(store) == (0, 0)


def test_borrowers_and_money_are_tallied_by_tier_and_level(store):
    rows = [
        row("B1", exposure_fen=100),
        row("B2", exposure_fen=None),
        row("B3", exposure_fen=7, level=WarningLevel.RED),
        row("B4", exposure_fen=5, tier=Tier.PASS, level=WarningLevel.NONE),
    ]
    assert published(store, "b1", rows).publication.tallies == (
        Tally(Tier.PASS, WarningLevel.NONE, 1, 5),
        Tally(Tier.SPECIAL_MENTION, WarningLevel.ORANGE, 2, 100),
        Tally(Tier.SPECIAL_MENTION, WarningLevel.RED, 1, 7),
    )


def test_progress_reaches_the_number_scored(store):
    told = []
    given = replace(batch("b1", []), scored=CHUNK + 2, borrowers_in=CHUNK + 2)
    rows = (row(f"A{number:06}") for number in range(CHUNK + 2))
    publish(store, given, rows, progress=lambda step, done, total: told.append((step, done, total)))
    assert told == [("publish", 0, CHUNK + 2), ("publish", CHUNK, CHUNK + 2), ("publish", CHUNK + 2, CHUNK + 2)]


def test_a_batch_without_decisions_can_be_published(store):
    done = published(store, "b1", [], borrowers_in=2, rejected=2, exposure_fen=None)
    assert done.publication.tallies == ()
    assert done.publication.batch.exposure_fen is None
    assert previous_rows(store, "b1").num_rows == 0


def test_without_a_time_given_the_clock_says_when(store):
    rows = [row("B1")]
    before = datetime.now()  # noqa: DTZ005 - naive local, as stored
    at = publish(store, batch("b1", rows), rows).publication.published_at
    assert before <= at <= datetime.now()  # noqa: DTZ005
    assert at.tzinfo is None


def test_the_top_reason_is_the_one_that_raises_the_risk_most():
    assert row("B1").top_reason == "INFLOW_FELL"
    calm = decision("B1")
    lowering = tuple(replace(reason, log_odds=-reason.log_odds) for reason in calm.reasons)
    assert DecisionRow.of(replace(calm, reasons=lowering)).top_reason is None


@pytest.mark.parametrize(("dpd", "code"), [(691, "ARREARS"), (0, None), (None, None)])
def test_in_default_the_top_reason_is_the_arrears_where_there_are_any(dpd, code):
    loans = tuple(replace(one, dpd=dpd) for one in decision("B1").loans)
    assert DecisionRow.of(decision("B1", in_default=True, pd=None, reasons=(), loans=loans)).top_reason == code


def test_the_day_of_a_batch_is_kept_to_the_last_day_that_a_calendar_has(store):
    done = published(store, "b1", [row("B1")], as_of=date(9999, 12, 31), known_by=JUNE)
    assert done.publication.batch.as_of == date(9999, 12, 31)
