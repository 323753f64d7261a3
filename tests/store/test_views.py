from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ews.domain.errors import RequestError
from ews.store.accounts import add_user
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.engine import reading
from ews.store.tables import views
from ews.store.views import MOST, remove_view, save_view, views_of
from tests.store.busy import MORNING, PROFILE, checked


@pytest.fixture(autouse=True)
def people(log):
    add_user(log, "li", PROFILE, by="ops", at=MORNING)
    add_user(log, "wang", PROFILE.__class__("王芳", PROFILE.roles, "branch-1"), by="ops", at=MORNING)


def save(log, name, query="state=raised", user_id="li", page="warnings", at=MORNING):
    return save_view(log, user_id, page, name, query, at=at)


def names(log, user_id="li", page="warnings"):
    return [one.name for one in views_of(log.store, user_id, page)]


def test_views_are_kept_per_account_and_page_and_listed_by_name(log):
    kept = save(log, "红色待签收", "level=red")
    save(log, "A")
    save(log, "of wang", user_id="wang")
    save(log, "elsewhere", page="borrowers")
    assert names(log) == ["A", "红色待签收"]
    assert views_of(log.store, "li", "warnings")[1] == kept
    assert (names(log, "wang"), names(log, page="borrowers")) == (["of wang"], ["elsewhere"])


def test_a_view_of_the_same_name_is_replaced_however_it_is_spaced(log):
    save(log, "my view")
    later = MORNING + timedelta(hours=1)
    save(log, "  my   view ", "late=true", at=later)
    assert [(one.query, one.saved_at) for one in views_of(log.store, "li", "warnings")] == [("late=true", later)]


def test_there_are_no_more_than_twenty_but_each_may_be_replaced(log):
    for number in range(MOST):
        save(log, f"view {number:02d}")
    with pytest.raises(RequestError, match="'li' has kept 20 views of 'warnings'"):
        save(log, "one more")
    save(log, "view 07", "late=true")
    save(log, "one more", user_id="wang")
    assert len(names(log)) == MOST


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        (" ", "", "has 0 characters. Give 1 to 60"),
        ("名" * 61, "", "has 61 characters"),
        ("a", "x" * 2_001, "query of 2001"),
    ],
)
def test_names_and_queries_have_a_length(log, name, query, said):
    with pytest.raises(RequestError, match=said):
        save(log, name, query)
    assert names(log) == []
    save(log, "名" * 60, "x" * 2_000)


def test_a_view_is_removed_and_removing_it_again_does_nothing(log):
    save(log, "A")
    save(log, "A", user_id="wang")
    for _ in range(2):
        remove_view(log, "li", "warnings", "A", at=MORNING)
    assert (names(log), names(log, "wang")) == ([], ["A"])


def test_the_log_tells_of_views(log):
    save(log, "A", "late=true")
    remove_view(log, "li", "warnings", "A", at=MORNING)
    page, _ = entry_page(log.store, EntryFilter(action="view.*"), limit=9)
    assert [(one.entry.user_id, one.entry.action, one.entry.content["name"]) for one in page] == [
        ("li", "view.remove", "A"),
        ("li", "view.save", "A"),
    ]
    assert checked(log).faults == ()
    with reading(log.store) as connection:
        assert connection.execute(select(func.count()).select_from(views)).scalar() == 0
