from datetime import date
from typing import Any

import pytest

from ews.domain.errors import PolicyError
from ews.domain.levels import WarningLevel
from ews.policy.playbook import Playbook, playbook_on, read_playbook
from ews.policy.policy import action_for
from tests.policy.policies import POLICY

DAY = date(2026, 6, 30)
BOOK = playbook_on(POLICY.playbook, DAY)


@pytest.mark.parametrize(
    ("level", "acknowledge", "plan"),
    [(WarningLevel.RED, 1, 3), (WarningLevel.ORANGE, 3, 5), (WarningLevel.YELLOW, 5, 10)],
)
def test_the_limits_in_working_days_follow_the_level(level: WarningLevel, acknowledge: int, plan: int):
    action = action_for(POLICY, level, 0, None, DAY)
    assert action is not None
    assert (action.acknowledge_days, action.plan_days) == (acknowledge, plan)


@pytest.mark.parametrize(
    ("dpd", "from_dpd"),
    [
        (0, None),
        (None, None),
        (1, 1),
        (2, 1),
        (3, 3),
        (4, 3),
        (5, 5),
        (6, 5),
        (7, 7),
        (14, 7),
        (15, 15),
        (29, 15),
        (30, 30),
        (59, 30),
        (60, 60),
        (90, 60),
        (91, 91),
        (179, 91),
        (180, 180),
        (5000, 180),
    ],
)
def test_the_step_is_the_last_whose_day_has_come(dpd: int | None, from_dpd: int | None):
    action = action_for(POLICY, WarningLevel.NONE, dpd, None, DAY)
    step = next((one for one in BOOK.steps if one.from_dpd == from_dpd), None)
    assert (action and action.text) == (step and step.action)
    assert action is None or (action.acknowledge_days, action.plan_days) == (None, None)


def test_a_step_says_who_acts_and_the_level_says_by_when():
    action = action_for(POLICY, WarningLevel.RED, 95, 0, DAY)
    assert action is not None
    assert action.who.zh == "资产保全部门"
    assert (action.acknowledge_days, action.plan_days) == (1, 3)
    assert action.text.en.endswith("decide how to get out. Non-performing: hand over to asset preservation.")


@pytest.mark.parametrize(
    ("level", "exposure", "told"),
    [
        (WarningLevel.RED, 50_000_000, False),
        (WarningLevel.RED, 50_000_001, True),
        (WarningLevel.RED, None, False),
        (WarningLevel.ORANGE, 50_000_001, False),
    ],
)
def test_head_office_hears_of_red_above_500_000_only(level: WarningLevel, exposure: int | None, told: bool):
    action = action_for(POLICY, level, 0, exposure, DAY)
    assert action is not None
    assert action.text.zh.endswith("大额敞口：当日上报总行。") == told


RESPONSES = [
    {
        "level": level,
        "acknowledge_days": 1,
        "plan_days": 1,
        "en": "x",
        "zh": "x",
        "en_who": "x",
        "zh_who": "x",
        "source": "x",
    }
    for level in ("red", "orange", "yellow")
]
STEP = {"from_dpd": 1, "en": "x", "zh": "x", "en_who": "x", "zh_who": "x", "source": "x"}


def playbook(**changes: Any) -> Playbook:
    edition = {"starts": DAY, "response": RESPONSES, "step": [STEP], **changes}
    return playbook_on(read_playbook({"edition": [edition]}, "playbook.toml"), DAY)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"response": RESPONSES[:2]}, "edition 1: the responses are for red, orange; give one for each of"),
        ({"response": [*RESPONSES, RESPONSES[0]]}, "edition 1: the responses are for red, orange, yellow, red"),
        ({"response": [{**RESPONSES[0], "en_large": "x"}, *RESPONSES[1:]]}, "red: 'zh_large' is None"),
        ({"response": [{**RESPONSES[0], "plan_days": -1}, *RESPONSES[1:]]}, "red: 'plan_days' is -1"),
        ({"step": [{**STEP, "from_dpd": 3}, STEP]}, "edition 1: the steps start at [3, 1] days past due"),
        ({"step": [STEP, STEP]}, "edition 1: the steps start at [1, 1] days past due"),
        ({"step": [{**STEP, "from_dpd": 0}]}, "step 1: 'from_dpd' is 0"),
        ({"step": [{**STEP, "source": ""}]}, "step 1: 'source' is ''"),
    ],
)
def test_a_playbook_that_cannot_be_used_says_why(changes: dict[str, Any], message: str):
    with pytest.raises(PolicyError) as caught:
        playbook(**changes)
    assert str(caught.value).startswith(f"playbook.toml: {message}")


def test_a_day_before_the_first_edition_is_an_error():
    with pytest.raises(PolicyError, match="no playbook on 1899-12-31; its first starts on 1900-01-01"):
        action_for(POLICY, WarningLevel.RED, 0, None, date(1899, 12, 31))
