from datetime import date

import pyarrow as pa
import pytest

from ews.domain.errors import UnknownBatchError, UnknownBorrowerError
from ews.domain.levels import Tier, WarningLevel
from ews.store.engine import Store
from ews.store.standings import AmbiguousBorrowerError, borrower_decision, borrower_history, previous_rows
from tests.store.samples import JULY, JUNE, NOON, decision, published, row

MAY = date(2026, 5, 31)


@pytest.fixture
def filled(store: Store) -> Store:
    """B1 in May, in two editions of June, in July; B2 only in May."""
    published(store, "may", [row("B1", pd=0.1), row("B2", pd=0.2)], as_of=MAY)
    published(store, "june-1", [row("B1", pd=0.3)])
    published(store, "june-2", [row("B1", pd=0.4)])
    published(store, "july", [row("B1", pd=0.5)], as_of=JULY)
    return store


def test_the_newest_decision_is_that_of_the_latest_day(filled):
    found = borrower_decision(filled, "B1")
    assert (found.standing.batch_id, found.standing.pd, found.standing.newest) == ("july", 0.5, True)
    assert found.record == decision("B1", pd=0.5)


def test_every_column_of_a_decision_is_kept(filled):
    kept = borrower_decision(filled, "B1").standing
    assert (kept.portfolio, kept.as_of, kept.published_at, kept.superseded) == ("sme", JULY, NOON, False)
    assert (kept.name, kept.branch_id, kept.officer_id) == ("Firm B1", "branch-1", "officer-1")
    assert (kept.industry, kept.region, kept.grade) == ("retail", "Hangzhou", "G6")
    assert (kept.tier, kept.level) == (Tier.SPECIAL_MENTION, WarningLevel.ORANGE)
    assert (kept.exposure_fen, kept.in_default, kept.top_reason) == (31_200_000, False, "INFLOW_FELL")


def test_who_left_the_book_is_found_in_the_last_batch_that_had_them(filled):
    found = borrower_decision(filled, "B2")
    assert (found.standing.batch_id, found.standing.newest, found.record) == ("may", False, None)


def test_a_decision_may_be_asked_of_one_batch(filled):
    found = borrower_decision(filled, "B1", batch_id="june-1")
    assert (found.standing.pd, found.standing.superseded, found.record) == (0.3, True, None)


def test_history_is_newest_first_and_marks_what_was_superseded(filled):
    history, more = borrower_history(filled, "B1")
    assert [(one.batch_id, one.pd, one.superseded) for one in history] == [
        ("july", 0.5, False),
        ("june-2", 0.4, False),
        ("june-1", 0.3, True),
        ("may", 0.1, False),
    ]
    assert more is None


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_pages_of_history_hold_each_decision_once_though_a_batch_comes_in_between(filled, limit):
    first, after = borrower_history(filled, "B1", limit=limit)
    published(filled, "august", [row("B1")], as_of=date(2026, 8, 31))
    found = [one.batch_id for one in first]
    while after is not None:
        page, after = borrower_history(filled, "B1", limit=limit, after=after)
        found += [one.batch_id for one in page]
    assert found == ["july", "june-2", "june-1", "may"]


def test_an_unknown_borrower_is_an_error(filled):
    with pytest.raises(UnknownBorrowerError, match=r"Borrower 'B9' has no published decision\. Check the id"):
        borrower_decision(filled, "B9")
    with pytest.raises(UnknownBorrowerError, match=r"Borrower 'B9' has no published decision\. Check the id"):
        borrower_history(filled, "B9")


def test_a_borrower_that_a_batch_lacks_is_an_error(filled):
    with pytest.raises(UnknownBorrowerError, match=r"Borrower 'B2' is not in batch 'july'\."):
        borrower_decision(filled, "B2", batch_id="july")
    with pytest.raises(UnknownBatchError, match=r"Batch 'b9' is not published\."):
        borrower_decision(filled, "B1", batch_id="b9")


def test_an_id_that_two_portfolios_use_is_not_guessed(filled):
    published(filled, "cards", [row("B1", pd=0.9)], as_of=date(2027, 1, 31), portfolio="retail")
    message = r"Borrower 'B1' is in 2 portfolios: 'retail', 'sme'\. Name the portfolio\."
    with pytest.raises(AmbiguousBorrowerError, match=message):
        borrower_decision(filled, "B1")
    with pytest.raises(AmbiguousBorrowerError, match=message):
        borrower_history(filled, "B1")
    assert borrower_decision(filled, "B1", portfolio="sme").standing.batch_id == "july"
    assert borrower_decision(filled, "B1", batch_id="cards").standing.pd == 0.9
    assert [one.batch_id for one in borrower_history(filled, "B1", portfolio="retail")[0]] == ["cards"]


def test_a_borrower_of_another_portfolio_is_unknown_in_this_one(filled):
    with pytest.raises(UnknownBorrowerError, match="has no published decision in portfolio 'retail'"):
        borrower_decision(filled, "B1", portfolio="retail")


def test_previous_rows_are_typed_and_sorted_by_code_point(store):
    rows = [row("b1"), row("B-10", pd=None, in_default=True, grade="D"), row("B2"), row("赵")]
    published(store, "b1", rows, as_of=JUNE)
    found = previous_rows(store, "b1")
    assert found.column("borrower_id").to_pylist() == ["B-10", "B2", "b1", "赵"]
    assert found.column("pd").to_pylist() == [None, 0.25, 0.25, 0.25]
    assert found.column("grade").to_pylist() == ["D", "G6", "G6", "G6"]
    assert set(found.column("tier").to_pylist()) == {"special_mention"}
    assert set(found.column("level").to_pylist()) == {"orange"}
    assert found.schema.field("pd").type == pa.float64()
