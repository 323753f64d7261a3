"""A day that was scored before: the same bytes as a full run, and what nothing touched is kept."""

import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ews.domain.errors import EwsError
from ews.events.book import open_book
from ews.models.frozen import FrozenModel
from ews.outcomes.definition import Definition
from ews.policy.policy import Policy
from ews.scoring import batch as batches
from ews.scoring.again.earlier import INPUTS, KEPT, STEPS, Earlier, earlier_of
from ews.scoring.again.told import Again, Anew
from ews.scoring.batch import score_book
from ews.scoring.decided import Decided
from ews.scoring.folder import ScoredBatch
from ews.scoring.identity import BatchKey
from ews.simulation.simulate import simulate
from ews.store.batches import batch_page
from ews.store.engine import open_store
from tests.models.boosters import small_model
from tests.policy.policies import POLICY
from tests.scoring.again.amended import CHANGES, Rows, amended, drawn
from tests.scoring.test_batch import bytes_of

DAY = date(2026, 6, 30)
TABLES = (
    *("borrowers", "relations", "accounts", "loans", "ledger", "instalments", "payments", "transactions"),
    *("bureau_reports", "inquiries", "guarantees", "card_statements", "collateral", "public_events", "findings"),
    "outcomes",
)
Changes = Sequence[tuple[str, Callable[[Rows], None]]]
edits = st.lists(
    st.tuples(st.sampled_from(TABLES), st.sampled_from(sorted(CHANGES)), st.integers(0, 999)), min_size=1, max_size=3
)


@dataclass(frozen=True, slots=True)
class Home:
    """A small book, scored on DAY in `home`."""

    book: Path
    home: Path
    model: FrozenModel
    batch: ScoredBatch


def scored_in(
    home: Path, book: Path, model: FrozenModel, *, full: bool = False, policy: Policy = POLICY
) -> ScoredBatch:
    store = open_store(f"sqlite:///{home / 'ews.db'}")
    try:
        return score_book(book, home, store, model, policy, as_of=DAY, full=full)
    finally:
        store.close()


def earlier_in(home: Path, key: BatchKey) -> Earlier | None:
    store = open_store(f"sqlite:///{home / 'ews.db'}")
    try:
        return earlier_of(home, store, key, full=False)
    finally:
        store.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("again")
    book, home = root / "book", root / "home"
    simulate(book, borrowers=45, months=15, seed=5)
    home.mkdir()
    portfolio = open_book(book).manifest.portfolio
    model = small_model(portfolio=portfolio, definition=Definition().as_dict())
    return Home(book, home, model, scored_in(home, book, model))


@pytest.fixture
def copy(small: Home, tmp_path: Path) -> Home:
    """Return the same home, to be written to."""
    home = tmp_path / "home"
    shutil.copytree(small.home, home)
    return replace(small, home=home)


def again_and_anew(small: Home, changes: Changes, root: Path) -> tuple[Again, ScoredBatch]:
    """Score the changed book in the home that knows the day, and in full elsewhere; the folders have to be the same."""
    book = amended(small.book, root, changes)
    shutil.copytree(small.home, root / "again")
    (root / "anew").mkdir()
    try:
        anew = scored_in(root / "anew", book, small.model, full=True)
    except EwsError as error:  # such as totals that do not tie: the same is said, and nothing published
        with pytest.raises(type(error), match=re.escape(str(error))):
            scored_in(root / "again", book, small.model)
        return Again(small.batch.batch_id, 0, 0, 0, 0), small.batch
    found = scored_in(root / "again", book, small.model)
    assert found.batch_id == anew.batch_id
    assert bytes_of(found.directory) == bytes_of(anew.directory)
    assert found.again is not None
    assert found.again.kept + found.again.decided == anew.totals.scored
    return found.again, found


def records_of(batch: ScoredBatch) -> dict[str, str]:
    """Return the records by borrower, without the id of their batch."""
    rows = pq.read_table(batch.directory / "decisions.parquet", columns=["borrower_id", "record"]).to_pylist()
    return {row["borrower_id"]: row["record"].replace(batch.batch_id, "") for row in rows}


def changed(small: Home, batch: ScoredBatch) -> set[str]:
    """Return the borrowers whose record is another than in the small home."""
    before, now = records_of(small.batch), records_of(batch)
    return {one for one in now if before.get(one) != now[one]}


@settings(max_examples=2, deadline=None)
@given(found=edits)
@example(found=[("guarantees", "late", 1), ("relations", "late", 2), ("borrowers", "corrected", 3)])
def test_whatever_rows_came_late_the_folder_is_that_of_a_full_run(small: Home, found):
    changes = [drawn(name, CHANGES[verb], seed, DAY) for name, verb, seed in found]
    with tempfile.TemporaryDirectory() as folder:
        again, batch = again_and_anew(small, changes, Path(folder))
        assert again.anew is None
        if batch is not small.batch:
            assert len(changed(small, batch)) <= again.decided


def one_row(change: Callable[[Rows], None], name: str) -> Changes:
    return [(name, change)]


def test_a_correction_that_counts_for_nothing_keeps_every_decision(small: Home, tmp_path: Path):
    def not_known_yet(rows: Rows) -> None:
        rows.append({**rows[0], "event_id": "late", "known_on": date(2026, 7, 1)})

    again, batch = again_and_anew(small, one_row(not_known_yet, "public_events"), tmp_path)
    assert again.decided == 0
    assert again.kept == batch.totals.scored
    assert again.tables_taken > again.tables_made
    assert not changed(small, batch)


def test_a_guarantee_touches_who_gives_it_and_those_tied_to_it_and_leaves_others_alone(small: Home, tmp_path: Path):
    guarantor, borrower = sorted(records_of(small.batch))[:2]

    def given_late(rows: Rows) -> None:
        terms = {"amount": 10_000_000, "starts_on": date(2026, 1, 1), "ends_on": None}
        known = {"known_on": date(2026, 1, 1), "known_until": None, "withdrawn": False}
        sides = {"guarantee_id": "late", "guarantor_id": guarantor, "borrower_id": borrower}
        rows.append({**rows[0], **sides, **terms, **known})

    again, batch = again_and_anew(small, one_row(given_late, "guarantees"), tmp_path)
    assert guarantor in changed(small, batch)
    assert 1 < len(changed(small, batch)) <= again.decided < again.kept


def test_a_peer_that_moves_touches_whoever_is_told_where_it_stands(small: Home, tmp_path: Path):
    """Everybody's inflow doubles but that of one: who is told of it by its place among peers is decided again."""

    def doubled(rows: Rows) -> None:
        for row in rows[: len(rows) // 2]:
            row["amount"] *= 2

    again, batch = again_and_anew(small, one_row(doubled, "transactions"), tmp_path)
    assert again.decided >= len(changed(small, batch)) > 1


@dataclass(frozen=True, slots=True)
class Later:
    """The small book with a corrected payment, and the files of its full run."""

    book: Path
    files: dict[str, str]


@pytest.fixture(scope="module")
def later(small: Home, tmp_path_factory: pytest.TempPathFactory) -> Later:
    root = tmp_path_factory.mktemp("later")
    book = amended(small.book, root, [drawn("payments", CHANGES["corrected"], 1, DAY)])
    (root / "anew").mkdir()
    return Later(book, bytes_of(scored_in(root / "anew", book, small.model).directory))


def test_a_full_run_may_be_asked_for(copy: Home, later: Later):
    batch = scored_in(copy.home, later.book, copy.model, full=True)
    assert batch.again is not None
    assert (batch.again.anew, batch.again.kept, batch.again.tables_taken) == (Anew.ASKED, 0, 0)
    assert bytes_of(batch.directory) == later.files


def test_a_day_that_was_not_scored_before_has_nothing_to_tell(small: Home):
    assert small.batch.again is None


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda kept, _: shutil.rmtree(kept), Anew.NOTHING_KEPT),
        (lambda kept, _: (kept / "kept.json").write_text("{"), Anew.DAMAGED),
        (lambda kept, _: (kept / "kept.json").write_text('{"libraries": {}, "files": {}}'), Anew.CODE),
        (lambda kept, _: (kept / INPUTS).write_bytes(b"PAR1"), Anew.DAMAGED),
        (lambda kept, _: next((kept / STEPS).iterdir()).unlink(), Anew.DAMAGED),
        (lambda _, folder: (folder / "peers.parquet").write_bytes(b"PAR1"), Anew.DAMAGED),
        (lambda _, folder: (folder / "batch.json").write_text("{"), Anew.DAMAGED),
        (lambda _, folder: shutil.rmtree(folder), Anew.DAMAGED),
    ],
    ids=["gone", "seal", "libraries", "inputs", "table", "batch", "summary", "batch-gone"],
)
def test_what_is_damaged_is_not_taken_up(copy: Home, spoil, why):
    folder = next((copy.home / "decisions" / "synthetic").glob(f"{DAY}-*"))
    spoil(folder.parent / KEPT / folder.name, folder)
    found = earlier_in(copy.home, replace(copy.batch.key, book_id="later"))
    assert found is not None
    assert (found.anew, found.kept) == (why, None)


def test_without_what_was_kept_all_are_decided_anew_and_it_is_told(copy: Home, later: Later):
    shutil.rmtree(copy.home / "decisions" / "synthetic" / KEPT)
    batch = scored_in(copy.home, later.book, copy.model)
    assert batch.again is not None
    assert (batch.again.anew, batch.again.kept, batch.again.tables_taken) == (Anew.NOTHING_KEPT, 0, 0)
    assert bytes_of(batch.directory) == later.files


@pytest.mark.parametrize(
    ("field", "other", "why"),
    [
        ("known_by", date(2026, 7, 1), Anew.KNOWLEDGE),
        ("model_id", "other", Anew.MODEL),
        ("policy_hash", "other", Anew.POLICY),
        ("code_version", "other", Anew.CODE),
        ("compared_id", "other", Anew.COMPARED),
    ],
)
def test_a_batch_of_another_kind_takes_nothing_up(small: Home, field: str, other: Any, why: Anew):
    key = replace(small.batch.key, book_id="later", **{field: other})
    found = earlier_in(small.home, key)
    assert found is not None
    assert (found.anew, found.kept) == (why, None)


def test_a_run_that_breaks_off_leaves_what_was_kept_to_the_next(copy: Home, later: Later, monkeypatch):
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(batches, "write_folder", killed)
        with pytest.raises(KeyboardInterrupt):
            scored_in(copy.home, later.book, copy.model)
    store = open_store(f"sqlite:///{copy.home / 'ews.db'}")
    assert [one.batch.batch_id for one in batch_page(store, limit=9)[0]] == [copy.batch.batch_id]
    store.close()
    batch = scored_in(copy.home, later.book, copy.model)
    assert batch.again is not None
    assert batch.again.kept > 0
    assert bytes_of(batch.directory) == later.files
    assert [path.name for path in (batch.directory.parent / KEPT).iterdir()] == [batch.directory.name]


def test_the_newest_edition_of_a_day_is_the_one_to_go_on_from(copy: Home, later: Later):
    """Back to the book as it was: the earlier batch is that of the later book, and the bytes are the first ones."""
    one = scored_in(copy.home, later.book, copy.model)
    shutil.rmtree(copy.home / copy.batch.directory.relative_to(copy.batch.directory.parents[2]))
    two = scored_in(copy.home, copy.book, copy.model)
    assert two.again is not None
    assert (two.again.batch_id, two.again.anew) == (one.batch_id, None)
    assert bytes_of(two.directory) == bytes_of(copy.batch.directory)


def test_whatever_was_decided_of_a_borrower_is_compared():
    """Who adds a part to what was decided says in scoring/again/same.py how it is compared, then here."""
    of_each = {"borrowers", "loans", "told", "raised", "paths", "assess", "units"}
    of_all = {"explained", "peers", "blind", "given"}  # by the model, by place and median, as a whole, overrides by id
    in_no_record = {"rejected", "borrowers_in", "out_of_scope", "states", "gone"}
    assert set(Decided.__dataclass_fields__) == of_each | of_all | in_no_record
