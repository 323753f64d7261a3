from datetime import timedelta

import pytest

from ews.store.audit import Entry, append, changing
from ews.store.audit_search import EntryFilter, entry_page, has_entries_of
from tests.store.busy import MORNING

DAY = timedelta(days=1)
GIVEN = (
    Entry(MORNING, "li", "look-up", "/v1/borrowers/B1"),
    Entry(MORNING, "wang", "look-up", "/v1/borrowers/B2", borrowers=("B2",)),
    Entry(MORNING + DAY, "li", "warning.verify", "W0000001", "r-1", {"verdict": True}, borrowers=("B2", "B3")),
    Entry(MORNING + 2 * DAY, "li", "warning.plan", "W0000001"),
    Entry(MORNING + 2 * DAY, "li", "look-up", "/v1/borrowers/100%_B", borrowers=('100%_"B',)),
)


@pytest.fixture(autouse=True)
def given(log):
    with changing(log.store) as connection:
        append(connection, log.key, GIVEN)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (EntryFilter(), [6, 5, 4, 3, 2, 1]),
        (EntryFilter(user_id="li"), [6, 5, 4, 2]),
        (EntryFilter(subject="W0000001"), [5, 4]),
        (EntryFilter(subject="/v1/borrowers/*"), [6, 3, 2]),
        (EntryFilter(subject="/v1/borrowers/100%*"), [6]),
        (EntryFilter(subject="%"), []),
        (EntryFilter(action="look-up"), [6, 3, 2]),
        (EntryFilter(action="warning.*", user_id="li"), [5, 4]),
        (EntryFilter(action="warning."), []),
        (EntryFilter(borrower_id="B2"), [4, 3]),
        (EntryFilter(borrower_id="B3", user_id="li"), [4]),
        (EntryFilter(borrower_id="B"), []),
        (EntryFilter(borrower_id='100%_"B'), [6]),
        (EntryFilter(borrower_id="%"), []),
        (EntryFilter(from_=MORNING + DAY), [6, 5, 4]),
        (EntryFilter(from_=MORNING, to=MORNING + DAY), [3, 2, 1]),
    ],
)
def test_entries_are_found_the_newest_first(log, wanted, numbers):
    page, following = entry_page(log.store, wanted, limit=10)
    assert [one.number for one in page] == numbers
    assert following is None


def test_an_entry_is_read_back_as_it_was_written(log):
    (found,), _ = entry_page(log.store, EntryFilter(action="warning.verify"), limit=10)
    assert (found.number, found.entry) == (4, GIVEN[2])


def test_the_log_knows_whom_it_names(log):
    assert [has_entries_of(log.store, name) for name in ("li", "wang", "l", "nobody")] == [True, True, False, False]


def test_pages_go_on_where_the_one_before_ended(log):
    seen, before = [], None
    while True:
        page, before = entry_page(log.store, EntryFilter(), limit=4, before=before)
        seen.append([one.number for one in page])
        if before is None:
            break
    assert seen == [[6, 5, 4, 3], [2, 1]]
