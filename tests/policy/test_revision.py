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
            "grades.toml",
            "Excellent",
            "Superb",
            (
                "grades.toml: an edition that started before 2026-08-01 was changed; "
                "add one from 2026-08-01 on, never edit one."
            ),
        ),
    ],
)
def test_an_edited_past_is_told_with_its_line(tmp_path: Path, file: str, old: str, new: str, message: str):
    policies = load(small(tmp_path / "old")), load(small(tmp_path / "new", (file, old, new)))
    assert [str(fault) for fault in edited_before(*policies, DAY)] == [message]
