from datetime import date
from pathlib import Path

import pytest

from ews.policy.revision import edited_before
from tests.policy.policies import load, small

DAY = date(2026, 8, 1)
VALUE = "values  = { 2023-07-01 = 90 }"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("parameters.toml", VALUE, "values  = { 2023-07-01 = 90, 2026-08-01 = 60 }"),
        ("tier_rules.toml", '"dpd > 0"', '{ 1900-01-01 = "dpd > 0", 2026-08-01 = "dpd > 7" }'),
        ("tier_rules.toml", '"LATE"', '"LATE_AT_ALL"'),
        ("tier_rules.toml", '"Late"', '"Overdue"'),
        ("calendar.toml", "working    = []", "working    = [2026-08-01]"),
    ],
)
def test_a_new_day_or_a_new_rule_is_no_edit(tmp_path: Path, file: str, old: str, new: str):
    policies = load(small(tmp_path / "old")), load(small(tmp_path / "new", (file, old, new)))
    assert list(edited_before(*policies, DAY)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "parameters.toml",
            VALUE,
            "values  = { 2023-07-01 = 60 }",
            (
                "parameters.toml:14: substandard_above_dpd: the value of 2023-07-01 was 90 and is now 60; "
                "add a date from 2026-08-01 on, never edit one."
            ),
        ),
        (
            "parameters.toml",
            VALUE,
            "values  = { 2023-07-01 = 90, 2026-07-31 = 60 }",
            (
                "parameters.toml:14: substandard_above_dpd: the value of 2026-07-31 was not there and is now 60; "
                "add a date from 2026-08-01 on, never edit one."
            ),
        ),
        (
            "tier_rules.toml",
            '"dpd > 0"',
            '"dpd > 7"',
            (
                'tier_rules.toml:10: LATE: the value of 1900-01-01 was "dpd > 0" and is now "dpd > 7"; '
                "add a date from 2026-08-01 on, never edit one."
            ),
        ),
        (
            "tier_rules.toml",
            '"retail or is_card"',
            '"is_card"',
            (
                'tier_rules.toml:2: by_days_past_due_alone: the value of 1900-01-01 was "retail or is_card" and is now '
                '"is_card"; add a date from 2026-08-01 on, never edit one.'
            ),
        ),
        (
            "provisions.toml",
            '"tier_rank >= 2 or in_default"',
            '"tier_rank >= 2"',
            (
                "provisions.toml:7: STAGE_3_NON_PERFORMING: the value of 1900-01-01 was "
                '"tier_rank >= 2 or in_default" and is now "tier_rank >= 2"; '
                "add a date from 2026-08-01 on, never edit one."
            ),
        ),
        (
            "grades.toml",
            "Excellent",
            "Superb",
            (
                "grades.toml:4: 1900-01-01: the [[scale]] that starts on 1900-01-01 was changed; "
                "add one from 2026-08-01 on, never edit one."
            ),
        ),
        (
            "playbook.toml",
            "plan_days        = 3",
            "plan_days = 30",
            (
                "playbook.toml:5: 1900-01-01: the [[edition]] that starts on 1900-01-01 was changed; "
                "add one from 2026-08-01 on, never edit one."
            ),
        ),
        (
            "playbook.toml",
            "starts = 1900-01-01",
            "starts = 2026-09-01",
            (
                "playbook.toml: 1900-01-01: the [[edition]] that starts on 1900-01-01 was removed; "
                "add one from 2026-08-01 on, never edit one."
            ),
        ),
        (
            "casework.toml",
            "calls_a_day = 3",
            "calls_a_day = 2",
            (
                "casework.toml:5: 1900-01-01: the [[edition]] that starts on 1900-01-01 was changed; "
                "add one from 2026-08-01 on, never edit one."
            ),
        ),
        (
            "forms.toml",
            "Contact reached",
            "Contact met",
            (
                "forms.toml:12: phone: the form that starts on 1900-01-01 was changed; "
                "add a [[form]] 'phone' from 2026-08-01 on, never edit one."
            ),
        ),
        (
            "calendar.toml",
            "off        = []",
            "off        = [2026-07-31, 2026-08-03]",
            (
                "calendar.toml:7: calendar: 2026-07-31 was added to 'off', after deadlines were counted; "
                "change days from 2026-08-01 on only."
            ),
        ),
        (
            "calendar.toml",
            '"CN"',
            '"HK"',
            ("calendar.toml:6: calendar: the country was CN and is now HK; deadlines were counted by it. Keep it."),
        ),
    ],
)
def test_an_edited_past_is_told_with_its_line(tmp_path: Path, file: str, old: str, new: str, message: str):
    policies = load(small(tmp_path / "old")), load(small(tmp_path / "new", (file, old, new)))
    assert [str(fault) for fault in edited_before(*policies, DAY)] == [message]


@pytest.mark.parametrize(
    ("old", "new", "table"),
    [
        ('deposit", counted = 1.00', 'deposit", counted = 0.90', "lgd"),
        ("general    = 0.01", "general = 0.02", "provision"),
    ],
)
def test_an_edited_rate_is_told_with_the_line_of_its_table(tmp_path: Path, old: str, new: str, table: str):
    policies = load(small(tmp_path / "old")), load(small(tmp_path / "new", ("provisions.toml", old, new)))
    (fault,) = edited_before(*policies, DAY)
    lines = (tmp_path / "new" / "provisions.toml").read_text(encoding="utf-8").splitlines()
    assert str(fault).startswith(f"provisions.toml:{lines.index(f'[[{table}]]') + 1}: 1900-01-01: the [[{table}]] that")


def test_a_new_edition_from_the_day_on_is_no_edit(tmp_path: Path):
    policies = load(small(tmp_path / "old")), load(small(tmp_path / "new"))
    path = tmp_path / "new" / "grades.toml"
    text = path.read_text(encoding="utf-8")
    later = "\n" + text[text.rindex("[[scale]]") :].replace("1900-01-01", "2026-08-01").replace("Excellent", "Superb")
    path.write_text(text + later, encoding="utf-8")
    added = load(tmp_path / "new")
    assert added != policies[1]
    assert list(edited_before(policies[0], added, DAY)) == []
    (fault,) = edited_before(policies[0], added, date(2026, 8, 2))
    assert "the [[scale]] that starts on 2026-08-01 was added" in str(fault)


def test_a_day_of_the_bank_that_has_passed_is_not_taken_out(tmp_path: Path):
    given = ("calendar.toml", "working    = []", "working    = [2026-07-25, 2026-09-05]")
    policies = load(small(tmp_path / "old", given)), load(small(tmp_path / "new"))
    (fault,) = edited_before(*policies, DAY)
    assert "2026-07-25 was taken out of 'working', after deadlines were counted" in str(fault)


def test_a_new_version_of_a_form_from_the_day_on_is_no_edit(tmp_path: Path):
    old, new = load(small(tmp_path / "old")), small(tmp_path / "new")
    path = new / "forms.toml"
    text = path.read_text(encoding="utf-8")
    later = text[text.rindex("[[form]]") :].replace("1900-01-01", "2026-08-01").replace("Day of the event", "The day")
    path.write_text(f"{text}\n{later}", encoding="utf-8")
    assert list(edited_before(old, load(new), DAY)) == []
    (fault,) = edited_before(old, load(new), date(2026, 8, 2))
    assert "event: the form that starts on 2026-08-01 was added; add a [[form]] 'event' from 2026-08-02" in str(fault)
