import json
from datetime import date
from pathlib import Path

import pytest

from ews.domain.errors import PolicyError
from ews.policy.policy import Policy
from tests.policy.policies import POLICY, changed, load, replaced, small

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
        ("cure_months", DAY, 6),
        ("restructured_observation_months", DAY, 12),
        ("claims_here_above", DAY, 0.1),
        ("claims_all_banks_above", DAY, 0.2),
        ("medium_renewals_qualify", date(2027, 9, 29), 1),
        ("medium_renewals_qualify", date(2027, 9, 30), 0),
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
        "excused_up_to_dpd",
        "cure_months",
        "cure_periods",
        "restructured_observation_months",
        "restructured_observation_periods",
        "claims_here_above",
        "claims_all_banks_above",
        "impairment_doubtful_from",
        "impairment_loss_from",
        "medium_renewals_qualify",
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
    assert {"from": "1900-01-01", "value": "dpd > substandard_above_dpd"} in [
        when for rule in content["tier_rules"]["rules"] for when in rule["when"]
    ]
    assert content["parameters"][0]["values"] == [{"from": "2023-07-01", "value": 90}]


def test_comments_and_layout_do_not_change_the_hash(tmp_path: Path):
    comment = ("tier_rules.toml", 'when = "dpd > 0"', "# a comment\nwhen = '''\n  dpd   >\n 0'''")
    same, plain = load(small(tmp_path / "same", comment)), load(small(tmp_path / "plain"))
    assert same == plain
    assert same.hash == plain.hash
    assert len(POLICY.hash) == 64


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("parameters.toml", "= 270", "= 271"),
        ("parameters.toml", 'earlier = "first"\n\n[doubtful', "\n[doubtful"),
        ("grades.toml", "Excellent", "Superb"),
        ("tier_rules.toml", "dpd > 0", "dpd > 1"),
        ("tier_rules.toml", "retail or is_card", "is_card"),
        ("signals.toml", "card_utilisation >= 0.8", "card_utilisation >= 0.81"),
        ("playbook.toml", "plan_days        = 3", "plan_days = 4"),
    ],
)
def test_every_word_and_number_changes_the_hash(tmp_path: Path, file: str, old: str, new: str):
    plain = load(small(tmp_path)).hash
    assert load(replaced(tmp_path, file, old, new)).hash != plain


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("parameters.toml", "[large_exposure]", "[huge_exposure]", "parameter 'large_exposure' is missing"),
        ("parameters.toml", "[large_exposure]", "[dpd_max]", ": dpd_max: the name is already a fact or a feature"),
        (
            "parameters.toml",
            "values  = { 1900-01-01 = 9 }",
            "values  = { 1900-01-01 = 11 }",
            "red_from_grade: 11 from 1900-01-01 is not the rank of a grade. Give a number from 1 to 10.",
        ),
        ("signals.toml", '"DRAWN"', '"LATE"', "signals.toml:1: LATE: the code is already that of a tier rule"),
        (
            "signals.toml",
            "inflow_3m == 0",
            "inflow_3n == 0",
            (
                "signals.toml:6: DRAWN: unknown name 'inflow_3n': did you mean 'inflow_3m'?\n"
                "    card_utilisation >= 0.8 and inflow_3n == 0\n                                ^"
            ),
        ),
        (
            "signals.toml",
            "inflow_3m == 0",
            "inflow_3m > circle_troubled_share",
            "signals.toml:6: DRAWN: fen is compared with share",
        ),
        (
            "tier_rules.toml",
            "dpd > substandard_above_dpd",
            "dpd > large_exposure",
            "tier_rules.toml:20: VERY_LATE: days is compared with fen",
        ),
        (
            "parameters.toml",
            'source  = "CBIRC and PBoC Order [2023] No. 1"\n',
            "",
            "parameters.toml:7: substandard_above_dpd: 'source' is None; give a text.",
        ),
        (
            "parameters.toml",
            "{ 2023-07-01 = 90 }",
            "{ 2023-07-01 = 90, 2023-07-01 = 60 }",
            "parameters.toml:14: substandard_above_dpd: the day 2023-07-01 is given twice.",
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
        load(small(tmp_path, (file, old, new)))
    assert message in str(caught.value)


def test_a_folder_without_a_policy_is_refused(tmp_path: Path):
    with pytest.raises(PolicyError, match=r"parameters\.toml' is missing"):
        load(tmp_path)


def test_two_readings_of_one_policy_are_equal(tmp_path: Path):
    again: Policy = load(changed(tmp_path, "grades.toml", "G1", "G1"))
    assert again == POLICY
