from pathlib import Path

import pytest

from ews.domain.errors import PolicyError
from tests.policy.policies import load, small

LATE, VERY = "dpd > 0", "dpd > substandard_above_dpd"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "signals.toml",
            "inflow_3m == 0",
            "card_utilisation < 0.5",
            "signals.toml:6: DRAWN: can never hold: card_utilisation is never both >= 0.8 and < 0.5.",
        ),
        (
            "signals.toml",
            "card_utilisation >= 0.8 and inflow_3m == 0",
            "card_utilisation >= 0.8 or card_utilisation < 0.8",
            "signals.toml:6: DRAWN: always holds: it tells nobody from anybody. Say when the rule does not hold.",
        ),
        (
            "tier_rules.toml",
            LATE,
            "dpd > 100",
            "tier_rules.toml:10: LATE: can never decide: wherever it holds, 'VERY_LATE' (graver) holds too.",
        ),
        (
            "tier_rules.toml",
            LATE,
            "restructured and observation_months < 12",
            (
                "tier_rules.toml:10: LATE: drops a bad state where 'observation_months' is unknown: "
                "write 'not known(observation_months) or ' before it."
            ),
        ),
        (
            "tier_rules.toml",
            VERY,
            "is_card and dpd > 10 and not is_card",
            "tier_rules.toml:20: VERY_LATE: can never hold: is_card is never both true and false.",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, message: str
):
    with pytest.raises(PolicyError) as caught:
        load(small(tmp_path, (file, old, new)))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "when",
    [
        "dpd > 0 or listed_default",
        "dpd > 0 and dpd <= substandard_above_dpd",
        "restructured and (not known(observation_months) or observation_months < 12)",
        "restructured",
        "dpd > 100 or is_card",
    ],
)
def test_a_near_miss_is_left_alone(tmp_path: Path, when: str):
    assert load(small(tmp_path, ("tier_rules.toml", LATE, when))).rule("LATE").code == "LATE"


def test_a_rule_that_a_later_value_leaves_idle_still_decides_before(tmp_path: Path):
    change = ("parameters.toml", "values  = { 2023-07-01 = 90 }", "values = { 2023-07-01 = 90, 2027-01-01 = 60 }")
    when = ("tier_rules.toml", LATE, "dpd > 80")
    assert load(small(tmp_path, change, when)).rule("LATE").code == "LATE"


def test_a_parameter_that_became_zero_counts_as_zero(tmp_path: Path):
    never = ("tier_rules.toml", f'"{LATE}"', '{ 2027-09-30 = "dpd > 5 and medium_renewals_qualify > 0" }')
    message = r"tier_rules\.toml:10: LATE: can never hold: medium_renewals_qualify > 0 does not hold"
    with pytest.raises(PolicyError, match=message):
        load(small(tmp_path, never))
    before = (never[0], never[1], never[2].replace("2027-09-30", "2027-09-29"))
    assert load(small(tmp_path, before)).rule("LATE").code == "LATE"
