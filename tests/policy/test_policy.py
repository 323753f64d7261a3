import json
from datetime import date
from pathlib import Path

import pytest

from ews.domain.errors import PolicyError
from ews.policy.policy import FILES, Policy
from tests.policy.policies import POLICY, SIGNALS, changed, load, replaced, small

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
    assert set(content) == {
        "parameters",
        "grades",
        "tier_rules",
        "signals",
        "playbook",
        "calendar",
        "casework",
        "forms",
    }
    assert content == POLICY.as_dict()
    assert {"from": "1900-01-01", "value": "dpd > substandard_above_dpd"} in [
        when for rule in content["tier_rules"]["rules"] for when in rule["when"]
    ]
    assert content["parameters"][0]["values"] == [{"from": "2023-07-01", "value": 90}]
    assert content["calendar"]["country"] == "CN"
    casework = content["casework"][0]["value"]
    assert (casework["contacts"]["from_time"], casework["contacts"]["to_time"]) == ("08:00:00", "22:00:00")
    assert casework["lifecycle"]["snooze_days"] == {"red": 0, "orange": 5, "yellow": 10}
    assert content["forms"][0]["value"]["forms"][3]["code"] == "first"


def test_fields_of_forms_are_told_as_before_where_they_say_no_more_so_that_kept_policies_keep_their_hash():
    forms = {form["code"]: form for form in POLICY.as_dict()["forms"][0]["value"]["forms"]}
    told = {field["name"]: field for field in forms["visit"]["fields"]}
    assert "asked_with" not in told["workers"]
    assert told["workers"]["contradicts"] is None
    assert told["sales_trend"]["contradicts"]["below"] == -0.3
    assert told["collateral_value"]["asked_with"] == "feature:collateral_seized"
    assert len(told["guarantor_able"]["contradicts"]) == 4


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
        ("playbook.toml", "needs_cause = true\n", ""),
        ("calendar.toml", "off        = []", "off        = [2027-01-04]"),
        ("casework.toml", "from_time   = 08:00:00", "from_time   = 08:30:00"),
        ("casework.toml", "yellow = 40", "yellow = 41"),
        ("casework.toml", "false_sample_share = 0.2", "false_sample_share = 0.3"),
        ("forms.toml", "below = -0.3", "below = -0.4"),
        ("forms.toml", "需", "须"),
        ("forms.toml", "why_empty_allowed = false\n", ""),
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
        ("signals.toml", '"DRAWN"', '"LATE"', "signals.toml:2: LATE: the code is already that of a tier rule"),
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
            "parameters.toml:7: the file: this is not valid TOML: Expected ']' at the end of a table declaration.",
        ),
        (
            "signals.toml",
            "[[signal]]",
            "[[signl]]",
            "signals.toml:1: 'signl' is not known here; did you mean 'signal'?",
        ),
        ("signals.toml", '"CARDS_DRAWN"', '"CARDS"', "signals.toml:5: DRAWN: 'pattern' is 'CARDS'; it must be one of"),
        ("signals.toml", '"1103"', '"1104"', "signals.toml:3: DRAWN: 'element' is '1104'; it must be one of 1101"),
        (
            "signals.toml",
            '"officer"',
            '"teller"',
            "signals.toml:12: DRAWN: 'owner' is 'teller'; it must be one of officer",
        ),
        (
            "signals.toml",
            "days = 90",
            "days = -1",
            "signals.toml:11: DRAWN: 'cool_down_days' is -1; give a whole number",
        ),
        (
            "signals.toml",
            '{card_utilisation}"\nzh',
            '{card_used}"\nzh',
            "signals.toml:7: DRAWN: the sentence holds {card_used}, wh",
        ),
        (
            "signals.toml",
            "使用率{card_utilisation}",
            "使用率{",
            "signals.toml:8: DRAWN: the sentence '使用率{' cannot be read",
        ),
        (
            "signals.toml",
            "使用率{card_utilisation}",
            "{card_utilisation.__class__}",
            "signals.toml:8: DRAWN: the sentence holds {c",
        ),
        (
            "signals.toml",
            "inflow_3m == 0",
            "inflow_3m.__class__",
            "signals.toml:6: DRAWN: Attribute is not allowed in a cond",
        ),
        (
            "signals.toml",
            "inflow_3m == 0",
            "__import__('os')",
            "signals.toml:6: DRAWN: the only function in a condition is",
        ),
        ("signals.toml", "inflow_3m == 0", "inflow_3m > nan", "signals.toml:6: DRAWN: unknown name 'nan'"),
        (
            "signals.toml",
            "inflow_3m == 0",
            "(" * 300 + "retail" + ")" * 300,
            "signals.toml:6: DRAWN: the condition cannot be re",
        ),
        (
            "tier_rules.toml",
            "dpd > 0",
            "dpd > 0 and dpd < 0",
            "tier_rules.toml:10: LATE: can never hold: dpd is never both",
        ),
        (
            "tier_rules.toml",
            "dpd > 0",
            "dpd >= 0",
            "tier_rules.toml:10: LATE: always holds: it tells nobody from anybody",
        ),
        (
            "tier_rules.toml",
            "dpd > 0",
            "dpd > 95",
            "tier_rules.toml:10: LATE: can never decide: wherever it holds, 'VERY_L",
        ),
        (
            "tier_rules.toml",
            "retail or is_card",
            "retail and not retail",
            "tier_rules.toml:2: by_days_past_due_alone: can never",
        ),
        (
            "grades.toml",
            "low = 0.0050",
            "low = 0.0060",
            "grades.toml:11: G3: the band starts at 0.006 and leaves a gap after",
        ),
        (
            "grades.toml",
            "low = 0.0050",
            "low = 0.0040",
            "grades.toml:11: G3: the band starts at 0.004 and overlaps the one bef",
        ),
        ("grades.toml", "low = 0.0050", "low = nan", "grades.toml:11: G3: the band [nan, 0.01) is empty"),
        (
            "grades.toml",
            "0.3200, high = 1.0000",
            "0.3200, high = 0.9",
            "grades.toml:17: G9: the last grade ends at 0.9; it must end",
        ),
        (
            "grades.toml",
            '{ code = "D"',
            '{ code = "G1"',
            "grades.toml:7: scale 1 default: the code 'G1' of borrowers in default is",
        ),
        (
            "parameters.toml",
            "{ 2023-07-01 = 90 }",
            "{ 2023-07-01 = nan }",
            "parameters.toml:14: substandard_above_dpd: the value nan",
        ),
        (
            "parameters.toml",
            "{ 2023-07-01 = 90 }",
            "{ 2023-07-01 = -1 }",
            "parameters.toml:14: substandard_above_dpd: -1 from 2023",
        ),
        (
            "parameters.toml",
            "{ 2023-07-01 = 90 }",
            "{ 20230701 = 90 }",
            "parameters.toml:14: substandard_above_dpd: '20230701' is",
        ),
        (
            "parameters.toml",
            "[doubtful_above_dpd]",
            "[substandard_above_dpd]",
            "parameters.toml:17: substandard_above_dpd: the tabl",
        ),
        (
            "parameters.toml",
            'confidence = "H"\n',
            "",
            "parameters.toml:7: substandard_above_dpd: 'confidence' is None; give",
        ),
        (
            "parameters.toml",
            "values  = { 2023-07-01 = 90 }",
            "values.2023-07-01 = 90\nvalues.2023-07-01 = 60",
            "parameters.toml:15: ",
        ),
        (
            "playbook.toml",
            '"yellow"',
            '"red"',
            "playbook.toml:56: red: there is a response before for size any and urgency any",
        ),
        (
            "playbook.toml",
            '"yellow"',
            '"red"\nsize = "large"\nurgency = "urgent"',
            "playbook.toml:5: edition 1: there is no response to ye",
        ),
        (
            "playbook.toml",
            '["DRAWN"]',
            '["DRAW"]',
            "playbook.toml:7: 1900-01-01: 'urgent' names DRAW, which is no signal.",
        ),
        (
            "provisions.toml",
            "tier_rank >= 2 or in_default",
            "tier_rank > 4",
            "provisions.toml:7: STAGE_3_NON_PERFORMING: can never",
        ),
        (
            "provisions.toml",
            "dpd > significant_rise_above_dpd",
            "tier_rank >= 3",
            "provisions.toml:16: STAGE_2_PAST_DUE: can never d",
        ),
        ("provisions.toml", '"STAGE_2_GRADE"', '"LATE"', "LATE: the code is already that of a tier rule. Rename one."),
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
    with pytest.raises(PolicyError, match=r"There is no folder '.*nowhere'. A policy is one: start from a copy of"):
        load(tmp_path / "nowhere")


def test_two_readings_of_one_policy_are_equal(tmp_path: Path):
    again: Policy = load(changed(tmp_path, "grades.toml", "G1", "G1"))
    assert again == POLICY


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_empty_or_gone_or_in_another_encoding_is_named(tmp_path: Path, name: str):
    folder = small(tmp_path)
    path = folder / name
    path.write_bytes("# 五级分类".encode("gbk"))
    with pytest.raises(PolicyError, match=rf"{name}:1: the file is not UTF-8"):
        load(folder)
    path.write_text("", encoding="utf-8")
    with pytest.raises(PolicyError, match=name):
        load(folder)
    path.unlink()
    with pytest.raises(PolicyError, match=rf"{name}' is missing. A policy needs it: start from a copy of the default"):
        load(folder)


def test_a_yellow_signal_that_outlasts_a_graver_one_is_left_alone(tmp_path: Path):
    graver = SIGNALS.replace("DRAWN", "FULL", 1).replace("yellow", "red").replace(" and inflow_3m == 0", "")
    assert load(small(tmp_path, ("signals.toml", SIGNALS, SIGNALS + graver.replace("= 90", "= 0")))).rule("FULL")
    with pytest.raises(PolicyError, match=r"signals\.toml:6: DRAWN: can never decide: wherever it holds, 'FULL'"):
        load(replaced(tmp_path, "signals.toml", "cool_down_days = 0", "cool_down_days = 1"))


def test_a_rule_on_other_claims_does_not_make_one_on_the_loan_idle(tmp_path: Path):
    graver = ("tier_rules.toml", "dpd > substandard_above_dpd", "dpd > 0 or external_dpd > 90")
    assert load(small(tmp_path, graver)).rule("LATE").code == "LATE"
    own = ("tier_rules.toml", "dpd > substandard_above_dpd", "dpd > 0 or listed_default")
    with pytest.raises(PolicyError, match=r"tier_rules\.toml:10: LATE: can never decide"):
        load(small(tmp_path, own))
    late = ("tier_rules.toml", '"dpd > 0"', '"dpd > 0 and external_dpd > 0"')
    with pytest.raises(PolicyError, match=r"tier_rules\.toml:10: LATE: can never decide"):
        load(small(tmp_path, own, late))
