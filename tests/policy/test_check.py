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


def test_one_bad_entry_of_casework_forms_or_calendar_hides_no_other(tmp_path: Path):
    folder = small(
        tmp_path,
        ("playbook.toml", 'kind     = "call"', 'kind     = "fax"'),
        ("calendar.toml", '"CN"', '"XX"'),
        ("casework.toml", "calls_a_day = 3", "calls_a_day = 0"),
        ("forms.toml", '"feature:inflow_3m"', '"feature:inflow_3n"'),
        ("forms.toml", '"feature:guaranteed_amount"', '"feature:guaranteed"'),
    )
    found = check_policy(folder, VOCABULARY, DAY)
    lines = [(tmp_path / file).read_text(encoding="utf-8").splitlines() for file in ("casework.toml", "forms.toml")]
    calls = next(number for number, line in enumerate(lines[0]) if line.startswith("calls_a_day"))
    sales = next(number for number, line in enumerate(lines[1]) if "inflow_3n" in line)
    debt = next(number for number, line in enumerate(lines[1]) if '"feature:guaranteed"' in line)
    assert [": ".join(fault.split(": ")[:2]) for fault in found.faults] == [
        "playbook.toml:69: CALL_1",
        "calendar.toml:6: calendar",
        f"casework.toml:{calls + 1}: edition 1 contact_limits",
        f"forms.toml:{sales + 1}: phone sales_3m",
        f"forms.toml:{debt + 1}: audit guaranteed",
    ]


def test_a_misspelt_table_is_told_in_the_new_files_too(tmp_path: Path):
    folder = small(
        tmp_path, ("calendar.toml", "[calendar]", "[calender]"), ("casework.toml", "\n[[edition]]", "\n[[editions]]")
    )
    faults = check_policy(folder, VOCABULARY, DAY).faults
    assert "calendar.toml:5: 'calender' is not known here; did you mean 'calendar'?" in faults
    assert "casework.toml:5: 'editions' is not known here; did you mean 'edition'?" in faults


def test_a_year_whose_worked_weekends_nobody_knows_is_noted(tmp_path: Path):
    note = (
        "calendar.toml:5: calendar: worked weekends (调休) are known up to 2026, not for 2027: deadlines may be a "
        "day off. Update the library holidays, or give the days under 'off' and 'working'."
    )
    assert note in check_policy(None, VOCABULARY, date(2027, 1, 1)).notes
    assert check_policy(None, VOCABULARY, date(2026, 12, 31)).notes == ()
    own = small(tmp_path, ("calendar.toml", "working    = []", "working    = [2027-02-13]"))
    assert not [one for one in check_policy(own, VOCABULARY, date(2027, 1, 1)).notes if one.startswith("calendar")]
