from datetime import date

import pytest

from ews.domain.errors import PolicyError
from ews.store.adoptions import adopt, adopted, in_force, newest_published, refuse_past
from tests.store.samples import JUNE, NOON, published, row

FIRST, AUGUST, OCTOBER = date(1900, 1, 1), date(2026, 8, 1), date(2026, 10, 1)


def test_the_newest_policy_that_has_begun_holds(store):
    assert in_force(store, JUNE) is None
    adopt(store, "a", FIRST, adopted_by="Li", adopted_at=NOON)
    adopt(store, "c", OCTOBER, adopted_by="Li", note="stricter", adopted_at=NOON)
    adopt(store, "b", AUGUST, adopted_by="Wang", adopted_at=NOON)
    days = (JUNE, date(2026, 7, 31), AUGUST, date(2026, 9, 30), OCTOBER)
    assert [in_force(store, day) for day in days] == ["a", "a", "b", "b", "c"]
    assert [(one.number, one.policy_hash, one.note) for one in adopted(store)] == [
        (1, "a", None),
        (2, "c", "stricter"),
        (3, "b", None),
    ]
    assert adopted(store)[2].adopted_by == "Wang"


def test_of_two_adoptions_from_one_day_the_later_holds(store):
    for policy in ("a", "b"):
        adopt(store, policy, AUGUST, adopted_by="Li", adopted_at=NOON)
    assert in_force(store, AUGUST) == "b"


def test_a_policy_never_reaches_back_to_what_is_published(store):
    published(store, "b1", [row("B1")])
    adopt(store, "a", FIRST, adopted_by="ews", adopted_at=NOON)
    for day in (date(2026, 6, 1), JUNE):
        with pytest.raises(PolicyError) as caught:
            adopt(store, "b", day, adopted_by="Li", adopted_at=NOON)
        assert str(caught.value) == (
            f"Batches up to 2026-06-30 are published; a policy from {day} would rewrite them. "
            "Give a day after 2026-06-30."
        )
        with pytest.raises(PolicyError, match="Give a day after 2026-06-30"):
            refuse_past(store, day)
    refuse_past(store, date(2026, 7, 1))
    assert adopt(store, "b", date(2026, 7, 1), adopted_by="Li", adopted_at=NOON).number == 2
    assert in_force(store, JUNE) == "a"


def test_the_last_published_day_is_told(store):
    assert newest_published(store) is None
    published(store, "b1", [row("B1")])
    assert newest_published(store) == JUNE
