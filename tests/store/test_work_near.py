"""What is near somebody: never too little, and found without reading the whole list."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import and_, insert, not_, select

from ews.store import work_pages
from ews.store.audit import changing
from ews.store.cases import Case, open_case
from ews.store.engine import reading, writing
from ews.store.tables import users, worklist
from ews.store.work_near import Whose
from ews.store.work_pages import is_late, mine, others

NOON = datetime(2026, 7, 6, 12)
TODAY = NOON.date()
OFFICER = Whose("li", frozenset({"officer"}), "officer-1", "branch-1", is_officer=True, is_senior=False)
NOBODYS = replace(OFFICER, officer_id=None)
MANAGER = Whose("wang", frozenset({"branch_manager"}), None, "branch-1", is_officer=False, is_senior=True)
HEAD = Whose("zhao", frozenset({"risk_manager", "head_office"}), None, None, is_officer=False, is_senior=True)
BOTH = replace(MANAGER, roles=frozenset({"officer", "branch_manager"}), officer_id="officer-1", is_officer=True)
PEOPLE = (OFFICER, NOBODYS, MANAGER, HEAD, BOTH)
NAMES = st.sampled_from([None, "li", "wang", "zhao", "gone"])

CASES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["warning", "task", "check", "measure", "review", "adoption"]),
        "state": st.sampled_from(["raised", "proposed", "determined"]),
        "branch_id": st.sampled_from([None, "branch-1", "branch-2"]),
        "officer_id": st.sampled_from([None, "officer-1", "officer-2"]),
        "role": st.sampled_from([None, "officer", "branch_manager", "risk_manager", "head_office"]),
        "assignee": st.none() | NAMES,
        "due_on": st.none() | st.dates(date(2026, 7, 4), date(2026, 7, 8)),
        "user_id": NAMES.filter(bool),
        "body": st.fixed_dictionaries(
            {},
            optional={
                "late_since": st.just("2026-07-02"),
                "escalations": st.just(["branch_manager"]),
                "waits_for": st.lists(st.sampled_from(["officer", "risk_manager"]), min_size=1),
                "lift_asked_by": NAMES,
                "type": st.sampled_from(["approval", "reminder"]),
                "terms": st.fixed_dictionaries({"found_by": NAMES}),
            },
        ),
    }
)


@pytest.fixture
def bank(store):
    """Give a store with the account of somebody who has left."""
    row = {"user_id": "gone", "name": "G", "roles": "officer", "branch_id": None, "is_active": False}
    with writing(store) as connection:
        connection.execute(insert(users), [{**row, "created_at": NOON}])
    return store


def found(store, condition):
    with reading(store) as connection:
        return set(connection.execute(select(worklist.c.case_id).where(condition)).scalars())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CASES, min_size=1, max_size=8))
def test_whatever_is_somebodys_is_near(bank, drafts):
    with changing(bank) as connection:
        for draft in drafts:
            user = draft["user_id"]
            case = Case(**{name: value for name, value in draft.items() if name != "user_id"}, borrower_id="B1")
            open_case(connection, case, verb="open", user_id=user, at=NOON, content={})
    for whose in PEOPLE:
        is_mine, concerns = work_pages._is_mine(whose), work_pages._concerns(whose, TODAY)
        assert found(bank, mine(whose)) == found(bank, is_mine)
        assert found(bank, others(whose, TODAY)) == found(bank, and_(concerns, not_(work_pages._sure(is_mine))))


def plan(store, query):
    """Return how SQLite would find what is asked."""
    told = query.compile(store.engine, compile_kwargs={"literal_binds": True})
    with reading(store) as connection:
        return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}")]


@pytest.mark.parametrize("whose", PEOPLE, ids=["officer", "of nobody", "manager", "head office", "both"])
def test_nobodys_day_reads_the_whole_list(store, whose):
    if store.on_postgresql:
        pytest.skip("goes by how much there is")
    for condition in (mine(whose), others(whose, TODAY)):
        steps = plan(store, select(worklist.c.case_id).where(condition))
        assert [step for step in steps if step.startswith("SCAN worklist")] == []
        assert any("worklist USING" in step for step in steps)


def test_what_a_list_counts_stands_in_its_index(store):
    if store.on_postgresql:
        pytest.skip("goes by how much there is")
    columns = [worklist.c[name] for name in ("branch_id", "level_rank", "state", "late_on", "due_on")]
    query = select(*columns).where(worklist.c.kind == "warning", ~is_late(TODAY)).group_by(*columns)
    assert plan(store, query) == ["SEARCH worklist USING COVERING INDEX ix_worklist_kind (kind=?)"]
