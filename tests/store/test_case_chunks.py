"""Chunks of cases on both databases: they say and store what single acts would."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from ews.domain.errors import StaleVersionError
from ews.store.audit import changing
from ews.store.case_chunks import Step, cases_about, cases_of, store_steps
from ews.store.cases import Case, acts_of, change_case, open_case
from ews.store.engine import reading
from ews.store.receivers import Receiver, add_receiver
from ews.store.tables import deliveries

AT = datetime(2026, 7, 6, 9)


def draft(borrower_id="B1", kind="warning", **more):
    return Case(kind, "raised", portfolio="sme", borrower_id=borrower_id, body={"n": 1}, **more)


def stored(store, *steps):
    with changing(store) as connection:
        return store_steps(connection, steps, user_id="ews", at=AT)


def acts(store, *ids):
    with reading(store) as connection:
        return acts_of(connection, ids)


def test_a_chunk_stores_what_single_acts_store(store):
    (first, opened), (second, _) = stored(store, Step(draft(), "raise", {"level": "red"}), Step(draft("B2"), "raise"))
    with changing(store) as connection:
        alone, act = open_case(connection, draft("B3"), verb="raise", user_id="ews", at=AT, content={"level": "red"})
    assert [first.case_id, second.case_id, alone.case_id] == ["W0000001", "W0000002", "W0000003"]
    assert replace(first, case_id="", borrower_id="") == replace(alone, case_id="", borrower_id="")
    assert replace(opened, act=0, case_id="") == replace(act, act=0, case_id="")
    assert (opened.act, act.act) == (1, 3)
    with reading(store) as connection:
        assert cases_of(connection, ["W0000001", "W0000003", "W9999999"]) == (first, alone)


def test_several_steps_on_one_case_follow_each_other(store):
    ((case, _),) = stored(store, Step(draft(), "raise"))
    one = replace(case, role="branch_manager")
    two = replace(one, role="risk_manager", version=2)
    stored(store, Step(one, "escalate"), Step(two, "escalate"))
    with reading(store) as connection:
        (now,) = cases_of(connection, [case.case_id])
    assert (now.version, now.role) == (3, "risk_manager")
    assert [act.version for act in acts(store, case.case_id)] == [1, 2, 3]


def test_kinds_are_numbered_apart(store):
    done = stored(store, Step(draft(), "raise"), Step(draft(kind="task"), "open"), Step(draft(), "raise"))
    assert [case.case_id for case, _ in done] == ["W0000001", "T0000001", "W0000002"]


def test_what_was_opened_before_under_the_same_name_is_left_out(store):
    named = draft(same_as="one")
    assert len(stored(store, Step(named, "raise"))) == 1
    assert [case.borrower_id for case, _ in stored(store, Step(named, "raise"), Step(draft("B2"), "raise"))] == ["B2"]


def test_a_case_that_somebody_else_changed_spoils_the_whole_chunk(store):
    ((case, _),) = stored(store, Step(draft(), "raise"))
    with changing(store) as connection:
        change_case(connection, case, verb="acknowledge", user_id="li", at=AT, content={})
    with pytest.raises(StaleVersionError, match="'W0000001' is at version 2 by now, not 1"):
        stored(store, Step(draft("B2"), "raise"), Step(case, "escalate"))
    with reading(store) as connection:
        assert cases_about(connection, "warning", "sme", ["B1", "B2"]).keys() == {"B1"}


def test_receivers_are_told_of_each_act_they_want(store):
    with changing(store) as connection:
        add_receiver(connection, Receiver("r1", "https://bank.example/", "s", ("warning.raise",), AT))
        add_receiver(connection, Receiver("r2", "https://bank.example/", "s", ("task.*",), AT))
    stored(store, Step(draft(), "raise"), Step(draft(kind="task"), "open"))
    with reading(store) as connection:
        told = connection.execute(select(deliveries.c.receiver_id, deliveries.c.act).order_by(deliveries.c.act)).all()
    assert [tuple(row) for row in told] == [("r1", 1), ("r2", 2)]


def test_nothing_to_do_is_done(store):
    assert stored(store) == ()


def test_cases_about_borrowers_come_by_number_open_or_all(store):
    with changing(store) as connection:
        for number, borrower_id in enumerate(("B2", "B1", "B2", "B3")):
            draft = Case("task", "open", "sme", borrower_id, closed_at=AT if number == 2 else None)
            open_case(connection, draft, verb="open", user_id="ews", at=AT, content={})
        open_case(connection, Case("check", "draft", "sme", "B1"), verb="open", user_id="ews", at=AT, content={})
        found = {
            is_open: {
                name: [case.case_id for case in some]
                for name, some in cases_about(connection, "task", "sme", ["B1", "B2"], is_open=is_open).items()
            }
            for is_open in (None, True, False)
        }
    assert found == {
        None: {"B1": ["T0000002"], "B2": ["T0000001", "T0000003"]},
        True: {"B1": ["T0000002"], "B2": ["T0000001"]},
        False: {"B2": ["T0000003"]},
    }
