"""What is known month by month, and what happened in each."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.exhibits import MONTHS
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language
from ews.serving.pages.borrower.months import columns, events, months_back, months_of
from ews.serving.pages.borrower.seen import Seen
from ews.store.cases import Case
from ews.store.publications import Standing
from tests.serving.pages.borrower.exhibits import exhibit
from tests.store.samples import JULY, JUNE, NOON, decision


def standing(as_of: date, **changed) -> Standing:
    usual: dict[str, Any] = {"pd": 0.1, "grade": "G5", "tier": Tier.PASS, "level": WarningLevel.NONE}
    plain = ("B1", "Firm", "branch-1", "officer-1", None, None)
    made = Standing(
        1, "b", "sme", as_of, NOON, False, True, *plain, exposure_fen=1, in_default=False, top_reason=None, **usual
    )
    return replace(made, **changed)


def seen(*history: Standing, with_exhibit: bool = True) -> Seen:
    return Seen(decision(as_of=JULY), exhibit() if with_exhibit else None, history, frozenset())


def warning(at: datetime, closed: datetime | None = None, **changed) -> Case:
    body = {"kind": "FLOWS_DROP", "first_level": "orange", **changed}
    return Case(
        "warning", "raised" if closed is None else "lifted", body=body, case_id="W1", opened_at=at, closed_at=closed
    )


@pytest.mark.parametrize(
    ("day", "number", "before"),
    [
        (date(2026, 7, 31), 1, date(2026, 6, 30)),
        (date(2026, 6, 30), 1, date(2026, 5, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 30), 1, date(2026, 2, 28)),
        (date(2026, 7, 15), 7, date(2025, 12, 15)),
        (date(2026, 7, 31), 0, date(2026, 7, 31)),
    ],
)
def test_a_month_back_ends_on_the_same_day_or_at_the_months_end(day, number, before):
    assert months_back(day, number) == before


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 40))
def test_months_back_is_so_many_months_earlier(day, number):
    found = months_back(day, number)
    assert 12 * (day.year - found.year) + day.month - found.month == number


def test_without_an_exhibit_there_are_the_same_months_without_figures():
    assert [one.ends_on for one in months_of(seen(with_exhibit=False))] == [one.ends_on for one in months_of(seen())]
    assert months_of(seen(with_exhibit=False))[-1].inflow_fen is None


def test_each_decision_stands_in_its_month_and_a_superseded_one_nowhere():
    found = columns(
        seen(standing(JULY), standing(JUNE, grade="G4", superseded=True), standing(JUNE), standing(date(2020, 1, 31))),
        (),
        Language.EN,
    )
    assert len(found) == MONTHS
    assert [one.standing.grade for one in found if one.standing] == ["G5", "G5"]
    assert found[-2].standing is not None
    assert found[-2].standing.as_of == JUNE


@pytest.mark.parametrize(("day", "place"), [(JUNE, -3), (date(2026, 7, 1), -2), (JULY, -2), (date(2026, 8, 1), -1)])
def test_an_event_belongs_to_the_month_that_ends_on_or_after_it(day, place):
    since = warning(datetime(2026, 8, 20))  # makes the place for what came after
    found = columns(seen(), (warning(datetime(day.year, day.month, day.day, 9)), since), Language.EN)
    assert day in {one.on for one in found[place].events}


def test_a_warning_that_was_lifted_is_told_twice():
    found = list(events([warning(datetime(2026, 5, 4), datetime(2026, 7, 2))], Language.EN))
    assert [(one.on, one.level, one.is_end) for one in found] == [
        (date(2026, 5, 4), WarningLevel.ORANGE, False),
        (date(2026, 7, 2), None, True),
    ]
    assert found[1].text == "Account flows drop or do not fit the trade lifted"


def test_a_check_counts_on_the_day_it_was_made_and_a_draft_not_at_all():
    done = Case("check", "submitted", body={"done_on": "2026-07-03"}, case_id="C1", opened_at=datetime(2026, 7, 6))
    draft = Case("check", "draft", body={"done_on": None}, case_id="C2", opened_at=datetime(2026, 7, 6))
    task = Case("task", "open", case_id="T1", opened_at=datetime(2026, 7, 6))
    found = list(events([done, draft, task], Language.ZH))
    assert [(one.on, one.text) for one in found] == [(date(2026, 7, 3), "贷后检查 已提交 C1")]


def test_the_share_of_card_limits_is_unknown_without_a_limit():
    months = [replace(one, card_limit_fen=limit, card_balance_fen=balance) for one, limit, balance in (
        (exhibit().months[0], 100, 75), (exhibit().months[1], 0, 0), (exhibit().months[2], None, None),
    )]  # fmt: skip
    found = columns(
        Seen(decision(as_of=JULY), exhibit(months=(*months, *exhibit().months[3:])), (), frozenset()), (), Language.EN
    )
    assert [one.card_utilisation for one in found[:3]] == [0.75, None, None]
