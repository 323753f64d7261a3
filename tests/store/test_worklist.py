from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import delete, select

from ews.domain.levels import WarningLevel
from ews.store.audit import changing
from ews.store.case_chunks import Step, store_steps
from ews.store.cases import Case, change_case, open_case
from ews.store.engine import open_store, reading, writing
from ews.store.tables import worklist
from ews.store.worklist import lines, rebuild

NOON = datetime(2026, 7, 6, 12)
DRAFT = Case(
    "warning",
    "raised",
    "sme",
    "B1",
    "华信五金",
    "branch-1",
    "officer-1",
    WarningLevel.RED,
    "officer",
    due_on=date(2026, 7, 7),
    exposure_fen=2**53 + 1,
    at_risk_fen=7,
    body={"kind": "FLOWS_DROP"},
)


def opened(store, **changed):
    with changing(store) as connection:
        case, _ = open_case(connection, replace(DRAFT, **changed), verb="raise", user_id="ews", at=NOON, content={})
    return case


def changed(store, case, **values):
    with changing(store) as connection:
        newer, _ = change_case(connection, replace(case, **values), verb="act", user_id="li", at=NOON, content={})
    return newer


def listed(store):
    with reading(store) as connection:
        return [dict(row) for row in connection.execute(select(worklist).order_by(worklist.c.case_id)).mappings()]


def test_an_open_case_is_on_the_list_as_it_is_now(store):
    case = opened(store)
    assert listed(store) == [
        {
            "case_id": "W0000001",
            "kind": "warning",
            "topic": "FLOWS_DROP",
            "state": "raised",
            "borrower_id": "B1",
            "name": "华信五金",
            "branch_id": "branch-1",
            "officer_id": "officer-1",
            "level_rank": 3,
            "role": "officer",
            "assignee": None,
            "due_on": date(2026, 7, 7),
            "late_on": None,
            "rests_until": None,
            "is_escalated": False,
            "waits_for": None,
            "taken_by": None,
            "exposure_fen": 2**53 + 1,
            "at_risk_fen": 7,
            "opened_at": NOON,
            "portfolio": "sme",
            "is_gone": False,
        }
    ]
    changed(store, case, state="acknowledged", role="branch_manager")
    assert [(one["state"], one["role"]) for one in listed(store)] == [("acknowledged", "branch_manager")]


def test_a_closed_case_leaves_the_list_and_one_that_is_opened_again_is_back(store):
    closed = changed(store, opened(store), state="lifted", closed_at=NOON)
    assert listed(store) == []
    changed(store, closed, state="raised", closed_at=None)
    assert [one["case_id"] for one in listed(store)] == ["W0000001"]


def test_a_chunk_of_cases_is_listed_as_its_last_steps_leave_them(store):
    case = opened(store)
    twice = [Step(replace(case, state="acknowledged"), "a"), Step(replace(case, state="verified", version=2), "b")]
    gone = opened(store, borrower_id="B2")
    with changing(store) as connection:
        store_steps(
            connection,
            [*twice, Step(replace(gone, closed_at=NOON), "lift"), Step(replace(DRAFT, borrower_id="B3"), "raise")],
            user_id="ews",
            at=NOON,
        )
    assert [(one["case_id"], one["borrower_id"], one["state"]) for one in listed(store)] == [
        ("W0000001", "B1", "verified"),
        ("W0000003", "B3", "raised"),
    ]


TOLD = [
    ("warning", {"late_for": "plan", "plan_by": "2026-07-03", "late_since": "2026-07-01"}, "late_on", date(2026, 7, 3)),
    ("task", {"type": "reminder", "late_since": "2026-07-01"}, "late_on", date(2026, 7, 1)),
    ("measure", {"late_since": date(2026, 7, 1)}, "late_on", date(2026, 7, 1)),
    ("warning", {"snoozed_until": "2026-07-20"}, "rests_until", date(2026, 7, 20)),
    ("warning", {"escalations": ["branch_manager"]}, "is_escalated", True),
    ("warning", {"escalations": []}, "is_escalated", False),
    ("task", {"type": "reminder"}, "topic", "reminder"),
    ("measure", {"kind": "freeze"}, "topic", None),
    ("review", {"waits_for": ["risk_manager", "branch_manager"]}, "waits_for", "\nbranch_manager\nrisk_manager\n"),
    ("warning", {"lift_asked_by": "li"}, "taken_by", "\nli\n"),
    ("task", {"type": "approval", "terms": {"found_by": "li"}}, "taken_by", "\nli\n"),
    ("task", {"type": "reminder", "terms": {"found_by": "li"}}, "taken_by", None),
    ("warning", {"signals": [{"gone_observations": 1}, {"gone_observations": 3}]}, "is_gone", True),
    ("warning", {"signals": [{"gone_observations": 1}, {"gone_observations": 0}]}, "is_gone", False),
    ("warning", {"signals": [{"code": "LATE"}]}, "is_gone", False),
]


@pytest.mark.parametrize(("kind", "body", "column", "value"), TOLD, ids=[f"{one[0]}-{one[2]}" for one in TOLD])
def test_what_the_body_says_is_a_column(store, kind, body, column, value):
    opened(store, kind=kind, body={"kind": None, **body})
    assert listed(store)[0][column] == value


@pytest.mark.parametrize(("state", "who"), [("determined", "\nli\nwang\n"), ("returned", None)])
def test_who_determined_and_approved_a_form_took_part_while_it_waits(store, state, who):
    body = {"determination": {"by": "wang"}, "approvals": [{"by": "li"}]}
    opened(store, kind="review", state=state, body=body)
    assert listed(store)[0]["taken_by"] == who


def test_the_list_can_be_derived_anew(store):
    opened(store)
    changed(store, opened(store, borrower_id="B2"), closed_at=NOON)
    before = listed(store)
    with writing(store) as connection:
        connection.execute(delete(worklist))
        rebuild(connection)
    assert listed(store) == before


def test_a_store_of_an_earlier_schema_gets_its_list_when_it_is_opened(url):
    store = open_store(url)
    opened(store)
    before = listed(store)
    with writing(store) as connection:
        for name in ("worklist", "views", "nights", "checkups", "model_findings", "packed_records"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        connection.exec_driver_sql("ALTER TABLE sessions DROP COLUMN last_used_at")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    store.close()
    again = open_store(url)
    assert listed(again) == before
    again.close()


def test_names_stand_on_lines_of_their_own():
    assert lines(["wang", "li", "li"]) == "\nli\nwang\n"
    assert lines([]) is None
