"""Deadlines worked by hand: working days, weekends, holidays, who answers."""

from datetime import date

import pytest

from ews.casework.warnings.deadlines import Terms, approving_role, limits_for
from ews.domain.levels import WarningLevel
from ews.policy.policy import Policy

LARGE, SMALL = 50_000_001, 50_000_000


def terms(policy: Policy, today: date) -> Terms:
    return Terms(policy, policy.casework_on(today).lifecycle, policy.calendar, today)


@pytest.mark.parametrize(
    ("level", "exposure", "today", "acknowledge", "plan", "report"),
    [
        ("red", SMALL, date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 9), None),
        ("red", LARGE, date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 9), date(2026, 7, 6)),
        ("red", None, date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 9), None),
        ("red", LARGE, date(2026, 7, 11), date(2026, 7, 13), date(2026, 7, 15), date(2026, 7, 13)),
        ("orange", LARGE, date(2026, 7, 9), date(2026, 7, 14), date(2026, 7, 16), None),
        ("yellow", LARGE, date(2026, 7, 9), date(2026, 7, 16), date(2026, 7, 23), None),
        # National Day 2026: off from 1 to 7 October; Saturday 10 October is worked to make up for it
        ("orange", SMALL, date(2026, 9, 30), date(2026, 10, 10), date(2026, 10, 13), None),
    ],
)
def test_days_are_working_days_from_the_day_of_handing_over(policy, level, exposure, today, acknowledge, plan, report):
    found = limits_for(
        terms(policy, today), WarningLevel(level), (), dpd=None, exposure_fen=exposure, non_performing=False
    )
    assert (found.acknowledge_by, found.plan_by, found.report_by) == (acknowledge, plan, report)


@pytest.mark.parametrize(
    ("rank", "role"), [(1, "branch_manager"), (2, "risk_manager"), (3, "head_office"), (4, "head_office")]
)
def test_whoever_asks_a_more_senior_role_decides(policy, rank, role):
    assert approving_role(rank, policy.casework_on(date(2026, 7, 6)).lifecycle) == role
