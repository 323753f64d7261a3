from datetime import date
from pathlib import Path

from ews.policy.check import check_policy
from tests.policy.policies import POLICY, VOCABULARY, small

DAY = date(2026, 6, 30)


def test_the_default_policy_is_sound():
    found = check_policy(None, VOCABULARY, DAY)
    assert found.faults == ()
    assert found.policy == POLICY


def test_one_bad_entry_hides_no_other(tmp_path: Path):
    folder = small(
        tmp_path,
        ("parameters.toml", '"days"', '"weeks"'),
        ("tier_rules.toml", "dpd > 0", "dpd > 0 and balanse > 0"),
        ("tier_rules.toml", 'floor = "substandard"', 'floor = "bad"'),
        ("signals.toml", 'owner = "officer"', 'owner = "teller"'),
        ("grades.toml", "high = 0.0050", "high = 0.0040"),
    )
    found = check_policy(folder, VOCABULARY, DAY)
    assert found.policy is None
    assert [" ".join(fault.split(": ")[:2]) for fault in found.faults] == [
        "parameters.toml:8 substandard_above_dpd",
        "grades.toml:11 G3",
        "tier_rules.toml:10 LATE",
        "tier_rules.toml:19 VERY_LATE",
        "signals.toml:12 DRAWN",
    ]


def test_every_rule_that_makes_no_sense_is_told(tmp_path: Path):
    folder = small(
        tmp_path,
        ("tier_rules.toml", "dpd > 0", "dpd > 0 and dpd < 0"),
        ("signals.toml", "inflow_3m == 0", "card_utilisation < 0.5"),
    )
    found = check_policy(folder, VOCABULARY, DAY)
    assert [fault.split(": ")[:2] for fault in found.faults] == [
        ["tier_rules.toml:10", "LATE"],
        ["signals.toml:6", "DRAWN"],
    ]


def test_files_that_are_missing_or_no_toml_are_all_told(tmp_path: Path):
    folder = small(tmp_path, ("signals.toml", "[[signal]]", "[[signal]"))
    (folder / "grades.toml").unlink()
    faults = check_policy(folder, VOCABULARY, DAY).faults
    assert len(faults) == 2
    assert "grades.toml' is missing" in faults[0]
    assert faults[1].startswith("signals.toml:1: ")


def test_a_folder_that_is_not_there_is_one_fault(tmp_path: Path):
    (fault,) = check_policy(tmp_path / "nowhere", VOCABULARY, DAY).faults
    assert fault.startswith("There is no folder '")


def test_a_file_that_cannot_be_read_hides_no_fault_of_another(tmp_path: Path):
    changes = (
        ("parameters.toml", "[doubtful_above_dpd]", "[doubtful_above_dpd"),
        ("playbook.toml", "plan_days        = 3", "plan_days = -3"),
        ("grades.toml", "low = 0.0050", "low = 0.0060"),
    )
    faults = check_policy(small(tmp_path, *changes), VOCABULARY, DAY).faults
    assert [fault.split(": ")[0] for fault in faults] == ["parameters.toml:17", "grades.toml:11", "playbook.toml:12"]


def test_what_spans_files_is_told_all_at_once(tmp_path: Path):
    changes = (
        ("parameters.toml", "[signal_gone_days]", "[signal_lost_days]"),
        ("signals.toml", '"DRAWN"', '"LATE"'),
        ("provisions.toml", "tier_rank >= 2 or in_default", "dpd < 0"),
    )
    faults = check_policy(small(tmp_path, *changes), VOCABULARY, DAY).faults
    assert [": ".join(fault.split(": ")[:2]) for fault in faults] == [
        "parameters.toml: the parameter 'signal_gone_days' is missing; scoring asks for it. Add it.",
        "signals.toml:2: LATE",
        "playbook.toml:7: 1900-01-01",
        "provisions.toml:7: STAGE_3_NON_PERFORMING",
    ]


def test_what_no_condition_uses_and_what_is_lent_is_noted(tmp_path: Path):
    notes = check_policy(small(tmp_path), VOCABULARY, date(2020, 1, 1)).notes
    line = (tmp_path / "parameters.toml").read_text(encoding="utf-8").splitlines().index("[card_loss_above_dpd]") + 1
    assert f"parameters.toml:{line}: card_loss_above_dpd: no condition uses it." in notes
    assert any(note.startswith("On 2020-01-01 values are used that came into force later: ") for note in notes)
    assert not any("substandard_above_dpd: no" in note and "card" not in note for note in notes)
