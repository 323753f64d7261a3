"""Each wrong entry is made of the default file by one replacement; the error must name the line that was changed."""

from datetime import date
from pathlib import Path

import pytest

from ews.domain.errors import PolicyError
from ews.policy.casework import Casework
from ews.policy.casework_entries import read_casework
from ews.policy.dated import Dated
from ews.policy.files import read_file
from ews.policy.policy import DEFAULT

FILE = "casework.toml"
TEXT = (DEFAULT / FILE).read_text(encoding="utf-8")


def read(folder: Path, text: str) -> Dated[Casework]:
    path = folder / FILE
    path.write_text(text, encoding="utf-8")
    return read_casework(read_file(path), FILE)


def fault(folder: Path, old: str, new: str) -> tuple[str, str]:
    """Return the error after `old` became `new`, and the place `file:line` of the first changed line."""
    assert TEXT.count(old) >= 1, f"{FILE} has no {old!r}"
    changed = TEXT.replace(old, new, 1)
    with pytest.raises(PolicyError) as caught:
        read(folder, changed)
    pairs = zip(TEXT.splitlines(), changed.splitlines(), strict=False)
    line = next(number for number, (was, now) in enumerate(pairs, start=1) if was != now)
    return str(caught.value), f"{FILE}:{line}: "


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("gone_observations  = 3", "gone_observations = 0", "edition 1 lifecycle: 'gone_observations' is 0; give 1 or"),
        (
            "gone_observations  = 3",
            'gone_observations = "3"',
            "edition 1 lifecycle: 'gone_observations' is '3'; give a",
        ),
        (
            "false_sample_share = 0.2",
            "false_sample_share = 20",
            "edition 1 lifecycle: 'false_sample_share' is 20, not a share from 0 to 1; write 20 % as 0.2.",
        ),
        ("false_sample_share = 0.2", "false_sample_share = -0.1", "edition 1 lifecycle: 'false_sample_share' is -0.1"),
        (
            "false_sample_share = 0.2",
            "false_sample_share = nan",
            "edition 1 lifecycle: 'false_sample_share' is nan, not",
        ),
        (
            "snooze_days        = { red = 0,",
            "snooze_days        = { red = 1,",
            "edition 1 lifecycle: 'snooze_days' gives red 1; a red warning is never put off. Give 0.",
        ),
        (
            "handle_days        = { red = 10, orange = 20,",
            "handle_days        = { red = 10,",
            "edition 1 lifecycle handle_days: 'orange' is None; give a whole number, 0 or more.",
        ),
        (
            "handle_days        = { red = 10,",
            "handle_days        = { blue = 10,",
            "edition 1 lifecycle handle_days: 'blue' is not a field here; the fields are red, orange, yellow.",
        ),
        (
            "handle_days        = { red = 10,",
            "handle_days        = { red = 30,",
            "edition 1 lifecycle: 'handle_days' gives a graver level more time: red 30, orange 20, yellow 40. Give red",
        ),
        (
            "escalation_days    = { red = 1,",
            "escalation_days    = { red = 0,",
            "edition 1 lifecycle escalation_days: 'red' is 0; give 1 or more.",
        ),
        (
            "handle_days        = { red = 10, orange = 20, yellow = 40 }",
            "handle_days        = 20",
            "edition 1 lifecycle: 'handle_days' is 20; give a table of fields and values.",
        ),
        (
            '"officer", "branch_manager", "risk_manager", "head_office"]\nsource',
            '"branch_manager", "officer"]\nsource',
            (
                "edition 1 lifecycle: 'roles' is ['branch_manager', 'officer']; name two or more in the order officer, "
                "branch_manager, risk_manager, head_office."
            ),
        ),
        (
            '"officer", "branch_manager", "risk_manager", "head_office"]\nsource',
            '"officer", "branch_head"]\nsource',
            "edition 1 lifecycle: 'roles' is ['officer', 'branch_head']; give one or more of officer, branch_manager",
        ),
        (
            "from_time   = 08:00:00",
            "from_time   = 23:00:00",
            "",
        ),
        (
            "from_time   = 08:00:00",
            'from_time   = "08:00"',
            "edition 1 contact_limits: 'from_time' is '08:00'; give a time of day like 08:00:00, without quotes.",
        ),
        (
            "calls_a_day_per_case = 6",
            "calls_a_day_per_case = 2",
            (
                "edition 1 contact_limits: 'calls_a_day_per_case' is 2, less than the 3 of 'calls_a_day'. "
                "Give as many or more."
            ),
        ),
        ("record_days = 30", "record_days = 0", "edition 1 contact_limits: 'record_days' is 0; give 1 or more."),
        ("oldest_days     = 60", "oldest_days = 0", "edition 1 checks: 'oldest_days' is 0; give 1 or more."),
        ("steps_apart = 1", "steps_apart = 0", "edition 1 verification: 'steps_apart' is 0; give 1 or more."),
        ("again_days  = 30", "again_days = 0", "edition 1 verification: 'again_days' is 0; give 1 or more."),
        (
            'red_ways    = ["visit", "audit"]',
            'red_ways = ["data"]',
            "edition 1 verification: 'red_ways' is ['data']; give one or more of visit, phone, audit.",
        ),
        (
            'phone = ["phone"], audit',
            "phone = [], audit",
            "edition 1 verification forms: 'phone' names no form, so that nothing could be verified that way.",
        ),
        ("adoption_days  = 5", "adoption_days = 0", "edition 1 approvals: 'adoption_days' is 0; give 1 or more."),
        (
            "most_of_exposure = 2.0",
            "most_of_exposure = 0",
            "underwrite_anew: 'most_of_exposure' is 0; give a multiple above 0",
        ),
        ("calls_a_day = 3", "calls_a_day = 0", "edition 1 contact_limits: 'calls_a_day' is 0; give 1 or more."),
        (
            'parties     = ["debtor", "guarantor"]',
            'parties = ["debtor", "spouse"]',
            "edition 1 contact_limits: 'parties' is ['debtor', 'spouse']; give one or more of debtor, guarantor.",
        ),
        (
            "every_months = 3",
            "every_months = 6",
            "edition 1 session: 'every_months' is 6; the law asks for a classification at least quarterly. Give 1",
        ),
        (
            'approvals    = ["branch_manager", "risk_manager"]',
            'approvals = ["officer"]',
            "edition 1 session: 'approvals' is ['officer']; give one or more of branch_manager, risk_manager, head",
        ),
        ("longest_days      = 180", "longest_days = 0", "edition 1 overrides: 'longest_days' is 0; give 1 or more."),
        (
            'better_approver   = "risk_manager"',
            'better_approver = "officer"',
            "edition 1 overrides: 'better_approver' is 'officer'; it must be one of branch_manager, risk_manager, head",
        ),
        (
            'better_approver   = "risk_manager"',
            'best_approver = "risk_manager"',
            "edition 1 overrides: 'best_approver' is not a field here; the fields are longest_days, better_approver",
        ),
        ('code       = "keep"', "code       = 7", "measure 1: 'code' is 7; give a text."),
        ('repayment   = "bullet"', 'repayment   = "weekly"', "BULLET_DUE: 'repayment' is 'weekly'; it must be one of"),
        ("days_before = 30", "days_before = 0", "BULLET_DUE: 'days_before' is 0; give 1 or more."),
        ('about = "overdue"', 'about = "money"', "forgot: 'about' is 'money'; it must be one of overdue, trouble."),
    ],
)
def test_a_wrong_entry_is_told_with_its_line(tmp_path: Path, old: str, new: str, message: str):
    told, place = fault(tmp_path, old, new)
    if not message:  # the error stands at the end of the span
        line = int(place.split(":")[1]) + 1
        assert told == (
            f"{FILE}:{line}: edition 1 contact_limits: calls are allowed from 23:00:00 to 22:00:00, which is never. "
            "'from_time' must lie before 'to_time'."
        )
        return
    assert told.startswith(place + message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "cuts_credit = true\n",
            "cuts_credit = true\ngives_credit = true\n",
            "reduce: the measure both cuts and gives credit. Make two of it, or say which it does.",
        ),
        ("cuts_credit = true\n", 'cuts_credit = "yes"\n', "reduce: 'cuts_credit' is 'yes'; give true or false."),
        (
            '[[edition.measure]]\ncode       = "keep"',
            '[[edition.measure]]\ncode       = "reduce"',
            "reduce: the code 'reduce' is used twice. Rename one.",
        ),
        (
            'code  = "business"',
            'code  = "forgot"',
            "forgot: the code 'forgot' is used twice among the causes about overdue. Rename one.",
        ),
        (
            "[edition.lifecycle]",
            "[edition.life]",
            "edition 1: 'life' is not a field here; the fields are starts, lifecy",
        ),
        ("starts = 1900-01-01", 'starts = "1900"', "edition 1: 'starts' is '1900'; give a date like 2026-07-01"),
    ],
)
def test_a_wrong_entry_is_told_with_its_code(tmp_path: Path, old: str, new: str, message: str):
    told, _ = fault(tmp_path, old, new)
    assert told.partition(": ")[2].startswith(message)


@pytest.mark.parametrize("code", ["keep", "reduce", "freeze_drawing", "relief"])
def test_a_measure_without_an_approver_is_refused(tmp_path: Path, code: str):
    start = TEXT.index(f'= "{code}"')
    line = next(one for one in TEXT[start:].splitlines() if one.startswith("approver"))
    with pytest.raises(PolicyError, match=rf"^casework\.toml:\d+: {code}: 'approver' is None; give a text\.$"):
        read(tmp_path, TEXT[:start] + TEXT[start:].replace(line + "\n", "", 1))


def test_an_officer_does_not_approve_what_officers_propose(tmp_path: Path):
    told, place = fault(tmp_path, 'approver   = "branch_manager"', 'approver   = "officer"')
    assert told.startswith(f"{place}keep: 'approver' is 'officer'; it must be one of branch_manager, risk_manager")


@pytest.mark.parametrize("key", ["measure", "cause", "reminder", "check", "customer_type"])
def test_a_list_that_is_missing_is_told(tmp_path: Path, key: str):
    with pytest.raises(PolicyError, match=rf"^casework\.toml: edition 1: there is no \[\[{key}\]\] in the file"):
        read(tmp_path, _without(f"[[edition.{key}]]"))


@pytest.mark.parametrize(
    "key", ["lifecycle", "contact_limits", "checks", "quality", "findings", "session", "overrides"]
)
def test_a_table_that_is_missing_is_told(tmp_path: Path, key: str):
    with pytest.raises(PolicyError, match=rf"^casework\.toml:5: edition 1: '{key}' is None; give a table of fields"):
        read(tmp_path, _without(f"[edition.{key}]"))


@pytest.mark.parametrize("about", ["overdue", "trouble"])
def test_causes_of_both_kinds_are_needed(tmp_path: Path, about: str):
    other = {"overdue": "trouble", "trouble": "overdue"}[about]
    parts = TEXT.split("\n[[")
    kept = [part for part in parts if not (part.startswith("edition.cause") and f'"{about}"' in part)]
    with pytest.raises(PolicyError, match=f"there is no cause about {about}; give at least one"):
        read(tmp_path, "\n[[".join(kept))
    assert any(f'"{other}"' in part for part in kept)


def test_who_approves_a_worse_tier_may_be_said(tmp_path: Path):
    added = TEXT.replace("watch_review_days = 90", 'watch_review_days = 90\nworse_approver = "branch_manager"')
    terms = [read(tmp_path, text).first[1].overrides.worse_approver for text in (TEXT, added)]
    assert terms == [None, "branch_manager"]


def test_a_later_edition_holds_from_its_day(tmp_path: Path):
    later = TEXT[TEXT.index("\n[[edition]]") :].replace("1900-01-01", "2026-07-01")
    editions = read(tmp_path, TEXT + later.replace("calls_a_day = 3", "calls_a_day = 2"))
    calls = [edition.contacts.calls_a_day for _, edition in editions.values]
    assert calls == [3, 2]
    assert [start for start, _ in editions.values] == [date(1900, 1, 1), date(2026, 7, 1)]


def _without(header: str) -> str:
    """Return the file without the tables under a header."""
    kept, skips = [], False
    for line in TEXT.splitlines():
        skips = line.startswith(header) if line.startswith("[") else skips
        kept += [] if skips else [line]
    return "\n".join(kept)
