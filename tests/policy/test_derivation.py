from datetime import date
from pathlib import Path

import pytest

from ews.domain.decisions import Held
from ews.domain.errors import PolicyError
from ews.policy.derivation import derive
from tests.policy.policies import POLICY, changed, load

DAY = date(2026, 6, 30)


def test_what_held_is_kept_with_its_inputs_and_parameters():
    row = {"dpd": 95, "is_card": True, "inflow_change_3m": -0.6, "inquiries_3m": 5, "balance": 1}
    held = derive(["OVERDUE_90", "CARD_OVERDUE_90", "INFLOW_HALVED_CREDIT_SOUGHT"], row, POLICY, DAY)
    assert held == (
        Held("tier_rule", "OVERDUE_90", "substandard", {"dpd": 95, "substandard_above_dpd": 90}),
        Held(
            "tier_rule",
            "CARD_OVERDUE_90",
            "substandard",
            {"is_card": True, "dpd": 95, "card_substandard_above_dpd": 90},
        ),
        Held("signal", "INFLOW_HALVED_CREDIT_SOUGHT", "orange", {"inflow_change_3m": -0.6, "inquiries_3m": 5}),
    )


def test_grade_and_movement_are_kinds_of_their_own():
    row = {"grade_rank": 9, "in_default": False, "pd": 0.4, "pd_before": 0.08, "pd_change": 5.0, "grade_fall": 3}
    held = derive(["GRADE_RED", "PD_ROSE_STEEPLY"], row, POLICY, DAY)
    assert [(one.kind, one.gives) for one in held] == [("grade", "red"), ("movement", "orange")]


def test_a_rule_not_yet_in_force_cannot_have_held(tmp_path: Path):
    policy = load(changed(tmp_path, "tier_rules.toml", '"dpd > 0"', '{ 2023-07-01 = "dpd > 0" }'))
    with pytest.raises(PolicyError, match="Rule 'OVERDUE' was not in force on 2023-06-30"):
        derive(["OVERDUE"], {"dpd": 5}, policy, date(2023, 6, 30))
