from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from ews.domain.levels import WarningLevel
from ews.store.audit import changing
from ews.store.case_list import SORTS, Borrowers, ListFilter, Tally, borrowers, choices, list_page, tallies
from ews.store.cases import Case, open_case
from ews.store.engine import reading
from ews.store.work_near import Whose

TODAY = date(2026, 7, 6)
NOON = datetime(2026, 7, 6, 12)
RED, ORANGE, YELLOW = WarningLevel.RED, WarningLevel.ORANGE, WarningLevel.YELLOW
ALL = ListFilter("warning")


@pytest.fixture
def warn(store):
    """Give a function that opens a warning, a minute after the one before."""
    minutes = iter(range(100))

    def opened(borrower_id="B1", **changed):
        usual = {
            "portfolio": "sme",
            "borrower_id": borrower_id,
            "name": f"Firm {borrower_id}",
            "branch_id": "branch-1",
            "officer_id": "officer-1",
            "level": YELLOW,
            "role": "officer",
            "due_on": TODAY,
            "at_risk_fen": 100,
        }
        body = {"kind": "LATE", **changed.pop("body", {})}
        draft = Case(changed.pop("kind", "warning"), changed.pop("state", "raised"), body=body, **{**usual, **changed})
        with changing(store) as connection:
            at = NOON + timedelta(minutes=next(minutes))
            case, _ = open_case(connection, draft, verb="raise", user_id="ews", at=at, content={})
        return case.case_id

    return opened


@pytest.fixture
def ids(store):
    """Give a function that returns the ids of a list."""

    def found(wanted=ALL, **asked):
        with reading(store) as connection:
            return [case.case_id for case in list_page(connection, wanted, TODAY, **asked)]

    return found


def test_each_filter_keeps_what_fits_and_nothing_else(store, warn, ids):
    plain = warn()
    other = warn(
        "X9",
        level=RED,
        state="verified",
        branch_id="branch-2",
        officer_id="officer-2",
        due_on=date(2026, 7, 3),
        name="华信",
        body={"kind": "FLOWS_DROP"},
    )
    warn("B3", kind="task", body={"type": "reminder"})
    assert ids() == [other, plain]
    for wanted in (
        {"levels": {RED}},
        {"states": {"verified"}},
        {"branch_id": "branch-2"},
        {"officer_id": "officer-2"},
        {"topic": "FLOWS_DROP"},
        {"is_late": True},
        {"text": "信"},
        {"text": "x9"},
        {"text": other.lower()},
        {"case_id": other},
    ):
        assert ids(replace(ALL, **wanted)) == [other], wanted
    assert ids(replace(ALL, is_late=False)) == [plain]


def test_a_text_is_taken_as_it_is_written(warn, ids):
    odd = warn("B1", name="100% [GmbH] _a_ 'x'")
    warn("B2", name="1000 GmbH baa")
    for text in ("100%", "[gmbh]", "_A_", "'x'"):
        assert ids(replace(ALL, text=text)) == [odd], text
    assert ids(replace(ALL, text="%")) == [odd]


def test_what_has_gone_up_is_late_though_its_new_day_is_ahead(warn, ids):
    up = warn(due_on=date(2026, 7, 9), body={"late_for": "plan", "plan_by": "2026-07-02"})
    warn("B2", due_on=date(2026, 7, 3))
    assert ids(replace(ALL, is_late=True)) == [up, "W0000002"]


def test_the_orders_are_total_and_what_is_not_known_comes_last(warn, ids):
    late = warn("B1", due_on=date(2026, 7, 1), at_risk_fen=5)
    grave = warn("B2", level=RED, at_risk_fen=None, due_on=date(2026, 7, 8))
    rich = warn("B3", at_risk_fen=2**53 + 1, due_on=None)
    same = warn("B4", level=ORANGE, at_risk_fen=0)
    assert ids(sort="due") == [late, same, grave, rich]
    assert ids(sort="level") == [grave, same, late, rich]
    assert ids(sort="money") == [rich, late, same, grave]
    assert ids(sort="opened") == [same, rich, grave, late]


@pytest.mark.parametrize("sort", SORTS)
def test_the_pages_together_have_each_case_once(warn, ids, sort):
    made = {warn(f"B{number}", at_risk_fen=number % 3, level=(RED, YELLOW)[number % 2]) for number in range(11)}
    pages = [ids(sort=sort, offset=offset, limit=4) for offset in (0, 4, 8, 12)]
    assert [len(page) for page in pages] == [4, 4, 3, 0]
    assert sorted(case_id for page in pages for case_id in page) == sorted(made)


def test_counts_are_of_all_that_the_other_filters_leave(store, warn):
    warn(level=RED, at_risk_fen=7)
    warn("B2", level=RED, at_risk_fen=None, due_on=date(2026, 7, 1))
    warn("B3", state="verified", at_risk_fen=2**53 + 1)
    warn("B4", branch_id="branch-2")
    with reading(store) as connection:
        found = tallies(connection, ListFilter("warning", levels={RED}, branch_id="branch-1", is_late=True), TODAY)
    assert set(found) == {
        Tally(RED, "raised", False, False, 1),
        Tally(RED, "raised", True, False, 1),
        Tally(YELLOW, "verified", False, False, 1),
    }


def test_a_borrower_with_several_warnings_and_its_money_count_once(store, warn):
    warn(at_risk_fen=7, level=RED)
    warn(at_risk_fen=9)
    warn(at_risk_fen=5, portfolio="consumer")
    warn("B2", at_risk_fen=2**53 + 1, branch_id="branch-2", level=RED)
    warn("B3", at_risk_fen=None)

    def found(**asked):
        with reading(store) as connection:
            return borrowers(connection, replace(ALL, **asked), TODAY)

    assert found() == Borrowers(4, 2**53 + 15)
    assert found(levels={RED}) == Borrowers(2, 2**53 + 8)
    assert found(branch_id="branch-1") == Borrowers(3, 14)
    assert found(text="B3") == Borrowers(1, 0)
    assert found(text="nobody") == Borrowers(0, 0)


GONE = {"signals": [{"code": "LATE", "gone_observations": 1}]}


def test_what_has_no_signal_left_comes_last_is_counted_apart_and_can_be_asked_for(store, warn, ids):
    gone = warn(due_on=date(2026, 7, 1), level=RED, body=GONE)
    held = warn("B2", due_on=date(2026, 7, 8))
    assert ids() == [held, gone]
    assert ids(sort="level") == [gone, held]
    assert (ids(replace(ALL, is_gone=True)), ids(replace(ALL, is_gone=False))) == ([gone], [held])
    with reading(store) as connection:
        found = tallies(connection, replace(ALL, is_gone=True), TODAY)
    assert set(found) == {Tally(RED, "raised", True, True, 1), Tally(YELLOW, "raised", False, False, 1)}


def test_only_mine_and_only_what_nobody_works_on(warn, ids):
    mine = warn()
    warn("B2", officer_id="officer-2")
    given = warn("B3", assignee="li")
    resting = warn("B4", body={"snoozed_until": "2026-07-06"})
    woken = warn("B5", body={"snoozed_until": "2026-07-05"})
    li = Whose("li", frozenset({"officer"}), "officer-1", "branch-1", is_officer=True, is_senior=False)
    assert ids(replace(ALL, whose=li)) == [mine, given, resting, woken]
    assert ids(replace(ALL, whose=li, is_free=True)) == [mine, woken]


def test_choices_are_those_of_the_open_cases_in_sight(store, warn):
    warn(body={"kind": "LATE"})
    warn("B2", branch_id="branch-2", officer_id=None, body={"kind": "FLOWS_DROP"})
    with reading(store) as connection:
        whole, own = choices(connection, ALL), choices(connection, replace(ALL, branch_id="branch-1"))
    assert (whole.branches, whole.officers, whole.topics) == (
        ("branch-1", "branch-2"),
        ("officer-1",),
        ("FLOWS_DROP", "LATE"),
    )
    assert (own.branches, own.topics) == (("branch-1",), ("LATE",))
