from datetime import date
from pathlib import Path

import pytest

from ews.domain.decisions import Held
from ews.domain.errors import PolicyError
from ews.domain.lifts import Lift
from ews.policy.derivation import derive
from tests.policy.policies import load, small

DAY = date(2026, 6, 30)


def test_what_held_is_kept_with_its_inputs_and_parameters(tmp_path: Path):
    policy = load(small(tmp_path))
    row = {"dpd": 95, "is_card": True, "card_utilisation": 0.9, "inflow_3m": 0, "balance": 1}
    assert derive(["VERY_LATE", "DRAWN"], row, policy, DAY) == (
        Held("tier_rule", "VERY_LATE", "substandard", {"dpd": 95, "substandard_above_dpd": 90}),
        Held("signal", "DRAWN", "yellow", {"card_utilisation": 0.9, "inflow_3m": 0}),
    )


def test_with_directions_it_is_told_what_would_lift_it(tmp_path: Path):
    policy = load(small(tmp_path))
    row = {"dpd": 95, "card_utilisation": 0.9, "inflow_3m": 0}
    worse = {"dpd": "higher", "card_utilisation": "higher", "inflow_3m": "lower"}
    late, drawn = derive(["VERY_LATE", "DRAWN"], row, policy, DAY, worse)
    assert late.lifts == ((Lift("dpd", "<=", 90),),)
    assert drawn.lifts == ((Lift("card_utilisation", "<", 0.8),), (Lift("inflow_3m", ">=", 1),))


@pytest.mark.parametrize("pattern", ["STANDING", "MOVEMENT", "COMBINATION"])
def test_what_is_about_no_pattern_is_a_kind_of_its_own(tmp_path: Path, pattern: str):
    policy = load(small(tmp_path, ("signals.toml", "CARDS_DRAWN", pattern)))
    (held,) = derive(["DRAWN"], {"card_utilisation": 0.9, "inflow_3m": 0}, policy, DAY)
    assert (held.kind, held.gives) == (pattern.lower(), "yellow")


def test_a_rule_not_yet_in_force_cannot_have_held(tmp_path: Path):
    policy = load(small(tmp_path, ("tier_rules.toml", '"dpd > 0"', '{ 2023-07-01 = "dpd > 0" }')))
    with pytest.raises(PolicyError, match="Rule 'LATE' was not in force on 2023-06-30"):
        derive(["LATE"], {"dpd": 5}, policy, date(2023, 6, 30))
