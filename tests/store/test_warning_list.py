from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ews.domain.errors import RequestError
from ews.domain.levels import WarningLevel
from ews.store.engine import Store, open_store
from ews.store.warning_list import WarningFilter, WarningKey, warnings
from tests.store.samples import JULY, published, row

ALL = WarningFilter()
RED, ORANGE, YELLOW, NONE = (WarningLevel(name) for name in ("red", "orange", "yellow", "none"))


@pytest.fixture
def filled(store: Store) -> Store:
    rows = [
        row("B1", level=YELLOW, exposure_fen=900),
        row("B2", level=RED, exposure_fen=100),
        row("B3", level=RED, exposure_fen=None),
        row("B4", level=RED, exposure_fen=0),
        row("B5", level=NONE, exposure_fen=999),
        row("B7", level=ORANGE, exposure_fen=500, branch_id="branch-2"),
        row("B6", level=ORANGE, exposure_fen=500, officer_id="officer-2"),
    ]
    published(store, "sme", rows)
    published(store, "cards", [row("C1", level=RED, exposure_fen=100)], portfolio="retail")
    return store


def _ids(store: Store, wanted: WarningFilter = ALL, limit: int = 200) -> list[str]:
    found, after = [], None
    while True:
        page = warnings(store, wanted, limit=limit, after=after)
        found += [one.borrower_id for one in page.rows]
        if page.next_key is None:
            return found
        after = page.next_key


def test_red_comes_first_then_large_exposures_and_unknown_ones_last(filled):
    assert _ids(filled) == ["B2", "C1", "B4", "B3", "B6", "B7", "B1"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (WarningFilter(levels=frozenset({ORANGE})), ["B6", "B7"]),
        (WarningFilter(levels=frozenset({ORANGE, YELLOW})), ["B6", "B7", "B1"]),
        (WarningFilter(branch_id="branch-2"), ["B7"]),
        (WarningFilter(officer_id="officer-2"), ["B6"]),
        (WarningFilter(portfolio="retail"), ["C1"]),
        (WarningFilter(levels=frozenset({RED}), branch_id="branch-1", portfolio="sme"), ["B2", "B4", "B3"]),
        (WarningFilter(branch_id="branch-9"), []),
    ],
)
def test_filters_are_joined_by_and(filled, wanted, expected):
    assert _ids(filled, wanted) == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
def test_pages_of_any_size_hold_every_warning_once_in_order(filled, limit):
    assert _ids(filled, limit=limit) == ["B2", "C1", "B4", "B3", "B6", "B7", "B1"]


def test_pages_stay_with_the_batch_they_began_with(filled):
    first = warnings(filled, ALL, limit=3)
    published(filled, "july", [row("B1", level=RED, exposure_fen=1), row("B9", level=RED)], as_of=JULY)
    rest = warnings(filled, ALL, limit=200, after=first.next_key)
    assert [one.borrower_id for one in (*first.rows, *rest.rows)] == ["B2", "C1", "B4", "B3", "B6", "B7", "B1"]
    assert _ids(filled) == ["B9", "C1", "B1"]


def test_a_batch_that_is_superseded_gives_no_warnings(filled):
    published(filled, "again", [row("B2", level=NONE)])
    assert _ids(filled) == ["C1"]


def test_an_empty_store_has_no_warnings(store):
    page = warnings(store, ALL, limit=10)
    assert (list(page.rows), page.next_key) == ([], None)


def test_an_unknown_portfolio_is_an_error_not_an_empty_list(filled, tmp_path):
    with pytest.raises(RequestError, match=r"portfolio 'none'\. Portfolios with batches: 'retail', 'sme'\."):
        warnings(filled, WarningFilter(portfolio="none"), limit=10)
    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(RequestError, match="Portfolios with batches: none yet"):
        warnings(empty, WarningFilter(portfolio="sme"), limit=10)
    empty.close()


def test_a_place_between_rows_goes_on_with_the_next_row(filled):
    key = WarningKey(2, RED.rank, 50, "B0", 1)
    assert [one.borrower_id for one in warnings(filled, ALL, limit=2, after=key).rows] == ["B4", "B3"]


CASES = st.lists(
    st.tuples(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=3),
        st.sampled_from(list(WarningLevel)),
        st.none() | st.integers(0, 3) | st.integers(0, 2**61),
    ),
    unique_by=lambda case: case[0],
    max_size=12,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES, limit=st.integers(1, 5), day=st.integers(1, 10_000))
def test_any_list_is_paged_in_the_order_that_python_sorts_it(store, cases, limit, day):
    number = f"{len(_published)}"
    _published.append(number)
    rows = [row(name, level=level, exposure_fen=exposure) for name, level, exposure in cases]
    published(store, number, rows, as_of=date.fromordinal(day), portfolio=number)
    wanted = sorted(
        (case for case in cases if case[1] is not NONE),
        key=lambda case: (-case[1].rank, case[2] is None, -(case[2] or 0), case[0].encode()),
    )
    assert _ids(store, WarningFilter(portfolio=number), limit) == [name for name, _, _ in wanted]


_published: list[str] = []
