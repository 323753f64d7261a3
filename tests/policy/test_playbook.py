from datetime import date
from typing import Any

import pytest

from ews.domain.errors import PolicyError
from ews.domain.levels import WarningLevel
from ews.policy.action import action_for
from ews.policy.playbook import Playbook, choose_action, playbook_on, read_playbook
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


def test_who_is_non_performing_is_handed_to_asset_preservation_however_few_days_are_past_due():
    for dpd in (None, 0, 91):
        action = action_for(POLICY, WarningLevel.ORANGE, dpd, None, DAY, non_performing=True)
        assert action is not None
        assert action.who.en == "Asset preservation"
    assert action_for(POLICY, WarningLevel.ORANGE, 200, None, DAY, non_performing=True) == action_for(
        POLICY, WarningLevel.ORANGE, 200, None, DAY
    )


@pytest.mark.parametrize(
    ("level", "exposure", "signals", "days", "roles"),
    [
        (WarningLevel.RED, 50_000_000, ("BULLET_UNFUNDED",), (1, 3, None), ("officer", "branch_manager")),
        (WarningLevel.RED, 50_000_001, (), (1, 3, 0), ("officer", "branch_manager", "head_office")),
        (WarningLevel.ORANGE, 50_000_001, (), (3, 5, None), ("officer", "risk_manager")),
        (WarningLevel.ORANGE, None, ("PARTNERS_LOST", "BULLET_UNFUNDED"), (1, 3, None), ("officer", "risk_manager")),
        (WarningLevel.YELLOW, None, ("BULLET_UNFUNDED",), (5, 10, None), ("officer",)),
        (WarningLevel.NONE, 50_000_001, (), (None, None, None), ()),
    ],
)
def test_route_and_limits_follow_level_exposure_and_urgency(
    level: WarningLevel,
    exposure: int | None,
    signals: tuple[str, ...],
    days: tuple[int | None, ...],
    roles: tuple[str, ...],
):
    action = action_for(POLICY, level, 1, exposure, DAY, signals=signals)
    assert action is not None
    assert (action.acknowledge_days, action.plan_days, action.report_days) == days
    assert action.roles == roles


RESPONSES: list[dict[str, Any]] = [
    {
        "level": level,
        "acknowledge_days": days,
        "plan_days": 1,
        "roles": ["officer"],
        "en": "x",
        "zh": "x",
        "en_who": "x",
        "zh_who": "x",
        "source": "x",
    }
    for level, days in (("red", 1), ("orange", 2), ("yellow", 3))
]
BIG = {**RESPONSES[0], "size": "large", "acknowledge_days": 4}
URGENT = {**RESPONSES[0], "urgency": "urgent", "acknowledge_days": 5}
BOTH = {**RESPONSES[0], "size": "large", "urgency": "urgent", "acknowledge_days": 6}
STEP = {
    "code": "A",
    "kind": "call",
    "role": "officer",
    "from_dpd": 1,
    "en": "x",
    "zh": "x",
    "en_who": "x",
    "zh_who": "x",
    "source": "x",
}


def playbook(**changes: Any) -> Playbook:
    edition = {"starts": DAY, "response": RESPONSES, "step": [STEP], **changes}
    return playbook_on(read_playbook({"edition": [edition]}, "playbook.toml"), DAY)


@pytest.mark.parametrize(
    ("given", "large", "urgent", "days"),
    [
        ([BIG, URGENT, BOTH], False, False, 1),
        ([BIG, URGENT, BOTH], True, False, 4),
        ([BIG, URGENT, BOTH], False, True, 5),
        ([BIG, URGENT, BOTH], True, True, 6),
        ([URGENT, BIG], True, True, 4),
        ([URGENT], True, True, 5),
        ([BOTH], True, False, 1),
    ],
)
def test_the_response_that_names_most_counts_size_before_urgency(
    given: list[dict[str, Any]], large: bool, urgent: bool, days: int
):
    action = choose_action(playbook(response=[*RESPONSES, *given]), WarningLevel.RED, 0, large=large, urgent=urgent)
    assert action is not None
    assert action.acknowledge_days == days


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"response": RESPONSES[:2]}, "edition 1: there is no response to yellow of any size and urgency"),
        ({"response": [BIG, *RESPONSES[1:]]}, "edition 1: there is no response to red of any size and urgency"),
        (
            {"response": [*RESPONSES, BIG, BIG]},
            "red: there is a response before for size large and urgency any; remove one",
        ),
        ({"response": [{**RESPONSES[0], "level": "none"}, *RESPONSES]}, "none: 'level' is 'none'"),
        ({"response": [{**RESPONSES[0], "roles": ["boss"]}, *RESPONSES[1:]]}, "red: 'roles' is ['boss']; give one"),
        ({"response": [{**RESPONSES[0], "roles": []}, *RESPONSES[1:]]}, "red: 'roles' is []; give one or more"),
        ({"response": [{**RESPONSES[0], "size": "huge"}, *RESPONSES[1:]]}, "red: 'size' is 'huge'; it must be one"),
        ({"response": [{**RESPONSES[0], "en_large": "x"}, *RESPONSES[1:]]}, "red: 'en_large' is not a field here"),
        ({"response": [{**RESPONSES[0], "plan_days": -1}, *RESPONSES[1:]]}, "red: 'plan_days' is -1"),
        ({"urgent": "LEGAL_ACTION"}, "edition 1: 'urgent' is 'LEGAL_ACTION'; give a list of texts"),
        (
            {"step": [{**STEP, "from_dpd": 3}, {**STEP, "code": "B"}]},
            "edition 1: the steps start at [3, 1] days past due",
        ),
        ({"step": [STEP, {**STEP, "code": "B"}]}, "edition 1: the steps start at [1, 1] days past due"),
        ({"step": [STEP, {**STEP, "from_dpd": 3}]}, "A: the code 'A' is used twice. Rename one."),
        ({"step": [{**STEP, "from_dpd": 0}]}, "A: 'from_dpd' is 0; give 1 or more."),
        ({"step": [{**STEP, "source": ""}]}, "A: 'source' is ''"),
        ({"step": [{**STEP, "code": 1}]}, "step 1: 'code' is 1; give a text."),
        ({"step": [{**STEP, "kind": "fax"}]}, "A: 'kind' is 'fax'; it must be one of call, visit, plan, review, legal"),
        (
            {"step": [{**STEP, "role": "branch_head"}]},
            "A: 'role' is 'branch_head'; it must be one of officer, branch_m",
        ),
        ({"step": [{**STEP, "needs_cause": "yes"}]}, "A: 'needs_cause' is 'yes'; give true or false."),
        ({"step": [{**STEP, "reason": "x"}]}, "A: 'reason' is not a field here; the fields are code, kind, role, from"),
        (
            {"response": [{**RESPONSES[0], "roles": ["officer", "officer"]}, *RESPONSES[1:]]},
            "red: 'roles' is ['officer', 'officer'], with one of them twice. Give each once.",
        ),
    ],
)
def test_a_playbook_that_cannot_be_used_says_why(changes: dict[str, Any], message: str):
    with pytest.raises(PolicyError) as caught:
        playbook(**changes)
    assert str(caught.value).startswith(f"playbook.toml: {message}")


def test_the_steps_say_what_is_done_by_which_role_and_where_the_cause_is_asked():
    steps = [(step.code, step.kind, step.role, step.from_dpd, step.needs_cause) for step in BOOK.steps]
    assert steps == [
        ("CALL_1", "call", "officer", 1, True),
        ("CALL_3", "call", "officer", 3, False),
        ("VISIT_5", "visit", "officer", 5, True),
        ("VISIT_7", "visit", "officer", 7, False),
        ("PLAN_15", "plan", "branch_manager", 15, False),
        ("REVIEW_30", "review", "branch_manager", 30, False),
        ("LEGAL_60", "legal", "risk_manager", 60, False),
        ("PRESERVATION_91", "preservation", "risk_manager", 91, False),
        ("RECOVERY_180", "recovery", "risk_manager", 180, False),
    ]


def test_a_day_before_the_first_edition_is_an_error():
    with pytest.raises(PolicyError, match="no playbook on 1899-12-31; its first starts on 1900-01-01"):
        action_for(POLICY, WarningLevel.RED, 0, None, date(1899, 12, 31))
