from datetime import date

import pytest

from ews.casework.day.time_left import time_left
from ews.casework.warnings.deadlines import terms_on
from ews.domain.text import Text
from ews.store.cases import Case

THURSDAY = date(2026, 9, 24)
"""Before the holidays: the next working days are 28, 29 and 30 September, then 8 October."""

GONE_UP = {"late_for": "plan", "plan_by": "2026-09-22"}
RESTS = {"snoozed_until": "2026-09-24"}
LEFT = [
    (date(2026, 9, 21), {}, "late", "3 days late", "逾期 3 天", "3 days late"),
    (date(2026, 9, 23), {}, "late", "1 day late", "逾期 1 天", "1 day late"),
    (date(2026, 9, 24), {}, "today", "today", "今日到期", "today"),
    (date(2026, 9, 25), {}, "ahead", "by 2026-09-25", "2026-09-25 前", "2026-09-25"),
    (date(2026, 9, 28), {}, "ahead", "1 working day left", "还剩 1 个工作日", "1 day"),
    (date(2026, 10, 8), {}, "ahead", "4 working days left", "还剩 4 个工作日", "4 days"),
    (date(2026, 11, 23), {}, "ahead", "37 working days left", "还剩 37 个工作日", "37 days"),
    (date(2026, 11, 24), {}, "ahead", "by 2026-11-24", "2026-11-24 前", "2026-11-24"),
    (None, {}, "open", "no day set", "未设期限", "no day set"),
    (date(2026, 9, 30), GONE_UP, "late", "2 days late", "逾期 2 天", "2 days late"),
    (date(2026, 9, 21), RESTS, "resting", "rests until 2026-09-24", "暂缓至2026-09-24", "2026-09-24"),
    (date(2026, 9, 28), {"snoozed_until": "2026-09-23"}, "ahead", "1 working day left", "还剩 1 个工作日", "1 day"),
]  # fmt: skip


@pytest.mark.parametrize(("due_on", "body", "urgency", "en", "zh", "short"), LEFT, ids=[str(one[:2]) for one in LEFT])
def test_time_is_told_in_working_days_ahead_and_calendar_days_behind(policy, due_on, body, urgency, en, zh, short):
    left = time_left(Case("warning", "raised", due_on=due_on, body=body), terms_on(policy, THURSDAY))

    assert (left.urgency.value, left.text, left.short.en) == (urgency, Text(en, zh), short)
