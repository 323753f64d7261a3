from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from ews.domain.errors import StaleVersionError, UnknownCaseError
from ews.domain.levels import WarningLevel
from ews.store.audit import changing
from ews.store.cases import (
    PREFIXES,
    Case,
    CaseFilter,
    CaseKey,
    acts_of,
    acts_since,
    case_page,
    change_case,
    find_case,
    find_cases,
    open_case,
)
from ews.store.engine import reading
from ews.store.tables import acts, cases

NOON = datetime(2026, 7, 6, 12)
DRAFT = Case(
    "warning",
    "raised",
    portfolio="sme",
    borrower_id="B1",
    branch_id="branch-1",
    officer_id="officer-1",
    level=WarningLevel.RED,
    role="officer",
    due_on=date(2026, 7, 7),
    exposure_fen=2**53 + 1,
    body={"causes": ["入账骤降"], "share": 0.1, "none": None},
)


def opened(store, draft=DRAFT, **changed):
    with changing(store) as connection:
        return open_case(
            connection, replace(draft, **changed), verb="raised", user_id="ews", at=NOON, content={"why": "信号"}
        )


def changed(store, case, verb="acknowledge"):
    with changing(store) as connection:
        return change_case(connection, case, verb=verb, user_id="officer", at=NOON, content={})


def found(store, **wanted):
    with reading(store) as connection:
        return [one.case_id for one in find_cases(connection, CaseFilter(**wanted))]


def test_a_case_is_read_as_it_was_stored(store):
    case, act = opened(store)
    assert (case.case_id, case.version, case.opened_at, case.is_open) == ("W0000001", 1, NOON, True)
    assert (act.act, act.version, act.verb, act.user_id, act.content) == (1, 1, "raised", "ews", {"why": "信号"})
    with reading(store) as connection:
        assert find_case(connection, "W0000001") == case
        assert acts_of(connection, ["W0000001"]) == (act,)


def test_ids_count_up_within_a_kind(store):
    ids = [opened(store, kind=kind)[0].case_id for kind in ("warning", "task", "warning", "check")]
    assert ids == ["W0000001", "T0000001", "W0000002", "C0000001"]
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_what_is_named_the_same_is_opened_once(store):
    case, _ = opened(store, same_as="warning:B1:FLOWS_DROP")
    assert opened(store, same_as="warning:B1:FLOWS_DROP") is None
    changed(store, replace(case, state="lifted", closed_at=NOON))
    assert opened(store, same_as="warning:B1:FLOWS_DROP") is None
    assert found(store) == ["W0000001"]


def test_of_two_acts_on_one_version_the_second_is_refused_and_leaves_nothing(store):
    case, _ = opened(store)
    newer, _ = changed(store, replace(case, state="acknowledged"))
    assert (newer.version, newer.state) == (2, "acknowledged")
    with pytest.raises(StaleVersionError, match="'W0000001' is at version 2 by now, not 1"):
        changed(store, replace(case, state="verified"))
    with reading(store) as connection:
        assert find_case(connection, "W0000001") == newer
        assert [act.version for act in acts_since(connection, 0)] == [1, 2]
        assert [act.act for act in acts_since(connection, 1, limit=5)] == [2]


def test_an_unknown_case_is_told(store):
    with reading(store) as connection, pytest.raises(UnknownCaseError, match="no case 'W9' among those you may see"):
        find_case(connection, "W9")


def test_every_filter_keeps_what_fits_and_nothing_else(store):
    other = {
        "kind": "task",
        "state": "open",
        "portfolio": "card",
        "borrower_id": "B2",
        "branch_id": "branch-2",
        "officer_id": "officer-2",
        "role": "branch_manager",
        "assignee": "li",
        "due_on": date(2026, 7, 9),
    }
    opened(store)
    opened(store, **other)
    closed, _ = opened(store, borrower_id="B3")
    changed(store, replace(closed, closed_at=NOON))
    assert found(store, kinds=["task"]) == ["T0000001"]
    assert found(store, states=["raised"]) == ["W0000001", "W0000002"]
    for name in ("portfolio", "borrower_id", "branch_id", "officer_id", "role", "assignee"):
        assert found(store, **{name: other[name]}) == ["T0000001"]
    assert found(store, is_open=True) == ["T0000001", "W0000001"]
    assert found(store, is_open=False) == ["W0000002"]
    assert found(store, due_by=date(2026, 7, 7)) == ["W0000001", "W0000002"]
    assert found(store, due_by=date(2026, 7, 6)) == []
    assert found(store, opened_from=datetime(2026, 7, 6, 12, 1)) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_hold_every_case_once(store, limit):
    for kind in ("warning", "task", "warning", "check", "warning"):
        opened(store, kind=kind)
    seen: list[str] = []
    key: CaseKey | None = None
    with reading(store) as connection:
        while True:
            page, key = case_page(connection, CaseFilter(), limit=limit, after=key)
            assert len(page) <= limit
            seen += [case.case_id for case in page]
            if key is None:
                break
    assert seen == ["C0000001", "T0000001", "W0000001", "W0000002", "W0000003"]


def test_the_database_refuses_a_second_act_on_a_version_and_an_act_without_a_case(store):
    opened(store)
    with changing(store) as connection, pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(
            acts.insert(),
            [
                {
                    **dict.fromkeys(("verb", "user_id", "state"), "x"),
                    "act": 9,
                    "case_id": "W0000001",
                    "version": 1,
                    "at": NOON,
                    "content": "{}",
                }
            ],
        )
    with changing(store) as connection, pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(delete(cases))
    with changing(store) as connection:
        connection.execute(update(cases).values(version=5))
        assert connection.execute(text("SELECT version FROM cases")).scalar() == 5
