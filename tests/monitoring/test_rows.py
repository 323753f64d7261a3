"""The borrowers behind a figure, page by page."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.errors import RequestError
from ews.monitoring.figures import totals
from ews.monitoring.filters import Filter
from ews.monitoring.rows import SORTS, rows
from tests.monitoring.frames import fallen, frame_of, frames, person


def ids(page) -> str:
    return "".join(one.borrower_id for one in page.rows)


NOW = [
    person("A", exposure_fen=50, name="Z", grade="G9"),
    person("B", exposure_fen=None, name=None, branch_id=None),
    fallen("C", exposure_fen=50, name="M", branch_id="b0"),
    person("D", exposure_fen=70, name="A", level_rank=1),
]


@pytest.mark.parametrize(
    ("sort", "down", "up"),
    [
        ("exposure_fen", "DACB", "ACDB"),
        ("borrower_id", "DCBA", "ABCD"),
        ("name", "ACDB", "DCAB"),
        ("branch_id", "ADCB", "CADB"),
        ("grade", "CABD", "BDAC"),
        ("pd", "ABDC", "ABDC"),
        ("level", "CDAB", "ABDC"),
        ("in_default", "CABD", "ABDC"),
        ("former_pd", "ABCD", "ABCD"),
    ],
)
def test_ties_go_by_id_and_the_unknown_comes_last_both_ways(sort, down, up):
    frame = frame_of(NOW)
    assert ids(rows(frame, Filter(), sort)) == down
    assert ids(rows(frame, Filter(), sort, descending=False)) == up


def test_a_row_holds_both_days():
    now = [person("A", pd=0.5, grade="G9", tier_rank=1, level_rank=2, stage=2, exposure_fen=80, expected_loss_fen=30)]
    found = rows(frame_of(now, [fallen("A", exposure_fen=None, expected_loss_fen=4)]), Filter()).rows[0]
    assert (found.pd, found.former_pd) == (0.5, None)
    assert (found.grade, found.former_grade) == ("G9", "D")
    assert (found.tier, found.former_tier) == ("special_mention", "substandard")
    assert (found.level, found.former_level) == ("orange", "red")
    assert (found.exposure_fen, found.former_exposure_fen) == (80, None)
    assert (found.expected_loss_fen, found.former_expected_loss_fen) == (30, 4)
    assert (found.in_default, found.former_in_default, found.stage, found.is_here) == (False, True, 2, True)
    assert (found.name, found.officer_id, found.industry, found.region) == ("Firm A", "o1", "retail", "Hangzhou")
    assert (found.top_reason, found.provision_fen) == ("PAYS_LATE", 1)


def test_who_left_has_null_in_the_columns_of_now():
    found = rows(frame_of([], [person("A")]), Filter(tier="left")).rows[0]
    assert (found.is_here, found.tier, found.pd, found.exposure_fen, found.in_default) == (
        False,
        None,
        None,
        None,
        None,
    )
    assert (found.former_tier, found.former_pd, found.former_exposure_fen, found.branch_id) == ("pass", 0.02, 100, "b1")


@pytest.mark.parametrize(
    ("offset", "limit", "expected"),
    [(0, 2, "DA"), (2, 2, "CB"), (3, 9, "B"), (4, 2, ""), (99, 2, ""), (0, 0, ""), (1, None, "ACB")],
)
def test_pages_begin_at_the_offset(offset, limit, expected):
    page = rows(frame_of(NOW), Filter(), offset=offset, limit=limit)
    assert (ids(page), page.count) == (expected, 4)


@pytest.mark.parametrize(("offset", "limit"), [(-1, 5), (0, -1)])
def test_a_page_below_zero_is_refused(offset, limit):
    with pytest.raises(RequestError, match="numbers from 0 up"):
        rows(frame_of(NOW), Filter(), offset=offset, limit=limit)


def test_an_unknown_column_is_told_with_those_that_are_known():
    with pytest.raises(RequestError, match=r"sorted by 'age'. Give one of: borrower_id, name"):
        rows(frame_of(NOW), Filter(), "age")


@given(frames(), st.sampled_from(SORTS), st.booleans(), st.integers(1, 4))
def test_all_pages_hold_each_borrower_once(frame, sort, descending, limit):
    count = rows(frame, Filter(), sort).count
    pages = [rows(frame, Filter(), sort, descending=descending, offset=o, limit=limit) for o in range(0, count, limit)]
    seen = [one for page in pages for one in page.rows]
    assert len({one.borrower_id for one in seen}) == len(seen) == count == totals(frame, Filter()).now.borrowers
    assert [one.borrower_id for one in seen] == [
        one.borrower_id for one in rows(frame, Filter(), sort, descending=descending, limit=None).rows
    ]


def test_a_list_can_be_held_to_some():
    frame = frame_of(NOW)
    some = np.array([True, False, True, False])
    page = rows(frame, Filter(), "borrower_id", among=some, descending=False)
    assert (ids(page), page.count) == ("AC", 2)
