from dataclasses import replace
from datetime import datetime

import pytest

from ews.domain.levels import Tier, WarningLevel
from ews.store.cases import Case, open_case
from ews.store.engine import Store, reading, writing
from ews.store.review_list import (
    ReviewFilter,
    SessionKey,
    branch_totals,
    forms_by_branch,
    listed,
    officers_of,
    published_of,
    review_page,
    tallies,
)
from tests.store.samples import JULY, JUNE, published, row

PASS, SPECIAL, LOSS = Tier.PASS, Tier.SPECIAL_MENTION, Tier.LOSS
KEY = SessionKey("branch-1", "review:sme:2026Q3:", 2, 1)
FORMS = (
    ("B1", "prepared", 500, "branch-1", "2026Q3"),
    ("B2", "determined", 900, "branch-1", "2026Q3"),
    ("B3", "prepared", None, "branch-1", "2026Q3"),
    ("B4", "approved", 700, "branch-1", "2026Q3"),
    ("B5", "prepared", 100, "branch-2", "2026Q3"),
    ("B1", "prepared", 500, "branch-1", "2026Q2"),
)


@pytest.fixture
def filled(store: Store) -> Store:
    """Give June and July: B2 became worse, B3 is a loss in both, B4 is in no batch."""
    usual = {"grade": "G3", "level": WarningLevel.NONE}
    june = [row(name, tier=tier, **usual) for name, tier in (("B1", PASS), ("B2", PASS), ("B3", LOSS), ("B5", PASS))]
    published(store, "june", june, as_of=JUNE)
    july = [
        row("B1", as_of=JULY, tier=PASS, **usual, exposure_fen=500),
        row("B2", as_of=JULY, tier=SPECIAL, **usual, exposure_fen=None),
        row("B3", as_of=JULY, tier=LOSS, **usual, exposure_fen=3),
        row("B5", as_of=JULY, tier=PASS, **usual, branch_id="branch-2", exposure_fen=4),
    ]
    published(store, "july", july, as_of=JULY)
    with writing(store) as connection:
        for borrower_id, state, fen, branch_id, quarter in FORMS:
            draft = Case(
                "review",
                state,
                portfolio="sme",
                borrower_id=borrower_id,
                name=f"Firm {borrower_id}",
                branch_id=branch_id,
                officer_id="officer-2" if borrower_id == "B3" else "officer-1",
                exposure_fen=fen,
                same_as=f"review:sme:{quarter}:{borrower_id}",
                body={},
            )
            closed = datetime(2026, 8, 1) if state == "approved" else None
            open_case(
                connection,
                replace(draft, closed_at=closed),
                verb="prepare",
                user_id="li",
                at=datetime(2026, 8, 1),
                content={},
            )
    return store


def ids(store: Store, wanted: ReviewFilter = ReviewFilter(), **place: int) -> list[str]:  # noqa: B008 - frozen
    with reading(store) as connection:
        found, _ = review_page(connection, KEY, wanted, **{"limit": 50, **place})
    return [str(one.case.borrower_id) for one in found]


def test_the_worst_tier_comes_first_then_money_and_what_no_batch_has_last(filled):
    assert ids(filled) == ["B3", "B2", "B1", "B4"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ReviewFilter(states=frozenset({"prepared"})), ["B3", "B1"]),
        (ReviewFilter(states=frozenset({"prepared", "approved"})), ["B3", "B1", "B4"]),
        (ReviewFilter(tier=LOSS), ["B3"]),
        (ReviewFilter(moved=True), ["B2"]),
        (ReviewFilter(officer_id="officer-2"), ["B3"]),
        (ReviewFilter(text="Firm B1"), ["B1"]),
        (ReviewFilter(text="%"), []),
    ],
)
def test_filters_are_joined_by_and(filled, wanted, expected):
    assert ids(filled, wanted) == expected


def test_a_page_goes_on_where_the_one_before_ended(filled):
    assert ids(filled, limit=2) + ids(filled, limit=2, offset=2) == ids(filled)
    with reading(filled) as connection:
        assert review_page(connection, KEY, ReviewFilter(), limit=1)[1] == 4


def test_forms_are_counted_with_their_money(filled):
    with reading(filled) as connection:
        found = {(one.state, one.tier, one.moved): (one.forms, one.exposure_fen) for one in tallies(connection, KEY)}
    assert found == {
        ("approved", None, False): (1, 700),
        ("determined", SPECIAL, True): (1, 900),
        ("prepared", LOSS, False): (1, 0),
        ("prepared", PASS, False): (1, 500),
    }


def test_a_form_stands_beside_both_batches(filled):
    with reading(filled) as connection:
        (one,) = listed(connection, KEY, ["R0000002", "R0000005"]).values()
        assert (one.now.tier, one.before.tier) == (SPECIAL, PASS)
        assert listed(connection, replace(KEY, before=None), ["R0000002"])["R0000002"].before is None
        assert officers_of(connection, KEY) == ("officer-1", "officer-2")
        assert forms_by_branch(connection, KEY.begins) == {
            "branch-1": {"prepared": 2, "determined": 1, "approved": 1},
            "branch-2": {"prepared": 1},
        }
        assert forms_by_branch(connection, "review:sme:2026Q2:") == {"branch-1": {"prepared": 1}}
        assert [one.batch_id for one in published_of(connection, "sme")] == ["july", "june"]
        assert published_of(connection, "none") == ()


def test_a_batch_is_summed_by_branch(filled):
    found = branch_totals(filled, 2)
    assert {name: (one.borrowers, one.exposure_fen) for name, one in found.items()} == {
        "branch-1": (3, 503),
        "branch-2": (1, 4),
    }
