import json
from datetime import date
from pathlib import Path

import pytest

from ews.domain.errors import PolicyError
from ews.policy.policy import Policy
from tests.policy.policies import POLICY, changed, load

DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("substandard_above_dpd", DAY, 90),
        ("doubtful_above_dpd", DAY, 270),
        ("loss_above_dpd", DAY, 360),
        ("card_substandard_above_dpd", DAY, 90),
        ("card_doubtful_above_dpd", DAY, 120),
        ("card_loss_above_dpd", DAY, 180),
        ("substandard_above_dpd", date(2005, 9, 30), 90),
        ("large_exposure", DAY, 50_000_000),
    ],
)
def test_the_default_policy_holds_the_numbers_of_the_law(name: str, day: date, value: float):
    assert POLICY.value_on(name, day) == value


def test_numbers_lent_to_a_book_older_than_the_law_are_told():
    assert POLICY.lent(date(2023, 7, 1)) == ()
    assert POLICY.lent(date(2023, 6, 30)) == (
        "substandard_above_dpd",
        "doubtful_above_dpd",
        "loss_above_dpd",
        "card_substandard_above_dpd",
        "card_doubtful_above_dpd",
        "card_loss_above_dpd",
    )


def test_an_unknown_parameter_or_rule_is_an_error():
    with pytest.raises(PolicyError, match="no parameter 'nothing'"):
        POLICY.value_on("nothing", DAY)
    with pytest.raises(PolicyError, match="no rule 'NOTHING'"):
        POLICY.rule("NOTHING")


def test_the_json_holds_everything_that_was_decided():
    content = json.loads(POLICY.to_json())
    assert list(content) == sorted(POLICY.as_dict())
    assert set(content) == {"parameters", "grades", "tier_rules", "signals", "playbook"}
    assert content == POLICY.as_dict()
    assert content["tier_rules"]["rules"][1]["when"] == [{"from": "1900-01-01", "value": "dpd > substandard_above_dpd"}]
    assert content["parameters"][0]["values"] == [{"from": "2023-07-01", "value": 90}]


def test_comments_and_layout_do_not_change_the_hash(tmp_path: Path):
    same = changed(tmp_path, "tier_rules.toml", 'when   = "dpd > 0"', "# a comment\nwhen = '''\n  dpd   >\n 0'''")
    assert load(same).hash == POLICY.hash
    assert len(POLICY.hash) == 64


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("parameters.toml", "= 270", "= 271"),
        ("parameters.toml", 'earlier = "first"\n\n[doubtful', "\n[doubtful"),
        ("grades.toml", "Excellent", "Superb"),
        ("tier_rules.toml", "dpd > 0", "dpd > 1"),
        ("tier_rules.toml", "retail or is_card", "is_card"),
        ("signals.toml", "inflow_12m > 0", "inflow_12m > 1"),
        ("playbook.toml", "plan_days        = 3", "plan_days = 4"),
    ],
)
def test_every_word_and_number_changes_the_hash(tmp_path: Path, file: str, old: str, new: str):
    assert load(changed(tmp_path, file, old, new)).hash != POLICY.hash


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("parameters.toml", "[large_exposure]", "[huge_exposure]", "parameter 'large_exposure' is missing"),
        ("parameters.toml", "[large_exposure]", "[dpd_max]", "dpd_max: the name is already a fact or a feature"),
        (
            "parameters.toml",
            "values  = { 1900-01-01 = 9 }",
            "values  = { 1900-01-01 = 11 }",
            "red_from_grade: 11 from 1900-01-01 is not the rank of a grade. Give a number from 1 to 10.",
        ),
        ("signals.toml", '"INFLOW_STOPPED"', '"OVERDUE"', "OVERDUE: the code is already that of a tier rule"),
        (
            "signals.toml",
            "inflow_3m == 0",
            "inflow_3n == 0",
            "did you mean 'inflow_3m'?\n    inflow_3n == 0 and inflow_12m > 0\n    ^",
        ),
        (
            "signals.toml",
            "guaranteed_troubled_amount > 0.2 * inflow_12m",
            "guaranteed_troubled_amount > circle_troubled_share",
            "signals.toml: GUARANTEED_TROUBLE_HEAVY: fen is compared with share",
        ),
        (
            "tier_rules.toml",
            'when   = "dpd > substandard_above_dpd"\nen',
            'when = "dpd > large_exposure"\nen',
            "tier_rules.toml: OVERDUE_90: days is compared with fen",
        ),
        (
            "parameters.toml",
            "[substandard_above_dpd]",
            "[substandard_above_dpd",
            "parameters.toml: the file is not valid TOML",
        ),
    ],
)
def test_a_policy_that_cannot_be_used_is_refused_with_the_place(
    tmp_path: Path, file: str, old: str, new: str, message: str
):
    with pytest.raises(PolicyError) as caught:
        load(changed(tmp_path, file, old, new))
    assert message in str(caught.value)


def test_a_folder_without_a_policy_is_refused(tmp_path: Path):
    with pytest.raises(PolicyError, match=r"parameters\.toml' is missing"):
        load(tmp_path)


def test_two_readings_of_one_policy_are_equal(tmp_path: Path):
    again: Policy = load(changed(tmp_path, "grades.toml", "G1", "G1"))
    assert again == POLICY
