from pathlib import Path

import pytest

from ews.domain.errors import PolicyError
from tests.policy.test_casework_entries import TEXT, fault, read


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "first_to_days   = 30",
            "first_to_days   = 10",
            "edition 1 checks: the first check is due from day 15 to day 10 after payout. Give 'from' before 'to'.",
        ),
        ("event_days      = 10", "event_days = 0", "edition 1 checks: 'event_days' is 0; give 1 or more."),
        ("entry_days      = 2 ", "entry_days = -2 ", "edition 1 checks: 'entry_days' is -2; give a whole number, 0 or"),
        (
            'first_products  = ["business", "consumer"]',
            'first_products = ["bond"]',
            "edition 1 checks: 'first_products' is ['bond']; give one or more of business, mortgage, consumer, card",
        ),
        ("similarity   = 0.9", "similarity   = 90", "edition 1 quality: 'similarity' is 90, not a share from 0 to 1"),
        (
            "similarity   = 0.9",
            "similarity   = 0.0",
            "edition 1 quality: 'similarity' is 0.0, so that any two texts are near-identical. Give more, like 0.9.",
        ),
        (
            "own_figures  = 0.5",
            "own_figures  = 0.0",
            "edition 1 quality: 'own_figures' is 0.0, so that no text is ever near-identical. Give more, like 0.5.",
        ),
        ("tolerance    = 0.3", "tolerance    = 1.3", "edition 1 quality: 'tolerance' is 1.3, not a share from 0 to 1"),
        ("compare_last = 50", "compare_last = 0", "edition 1 quality: 'compare_last' is 0; give 1 or more."),
        (
            'level      = "yellow"',
            'level      = "none"',
            "VISIT_YELLOW: 'level' is 'none'; it must be one of red, orange",
        ),
        ('size       = "large"', 'size       = "huge"', "VISIT_LARGE: 'size' is 'huge'; it must be one of any, large."),
        (
            'loans      = "several"',
            'loans      = "2"',
            "VISIT_SEVERAL: 'loans' is '2'; it must be one of any, several.",
        ),
        ('customer_type = "B"', 'customer_type = "D"', "PHONE_B: 'customer_type' is 'D'; it must be one of A, B, C."),
        ("watched    = true", "watched    = 1", "VISIT_WATCHED: 'watched' is 1; give true or false."),
        ("every_days = 180", "every_days = 0", "VISIT_ALL: 'every_days' is 0; give 1 or more."),
        (
            "months_late_from = 0",
            "months_late_from = 1",
            "A: 'months_late_from' is 1; give 0: the first type is everyone's. Types run from good to bad over three",
        ),
        (
            "months_late_from = 2",
            "months_late_from = 1",
            "C: 'months_late_from' is 1; give 2 to 3, more than the type before. Types run from good to bad over three",
        ),
        ("months_late_from = 2", "months_late_from = 4", "C: 'months_late_from' is 4; give 2 to 3, more than the type"),
        ("if_confirmed     = true", 'if_confirmed     = "true"', "B: 'if_confirmed' is 'true'; give true or false."),
    ],
)
def test_a_wrong_entry_is_told_with_its_line(tmp_path: Path, old: str, new: str, message: str):
    told, place = fault(tmp_path, old, new)
    assert told.startswith(place + message)


def test_a_plan_that_leaves_somebody_unchecked_is_refused(tmp_path: Path):
    text = TEXT.replace("every_days = 180", "every_days = 180\nwatched = true")
    text = text.replace('form       = "phone"\nevery_days = 90', 'form = "phone"\nevery_days = 90\nloans = "several"')
    with pytest.raises(PolicyError, match=r"edition 1: no \[\[edition.check\]\] is for everyone: some would never be"):
        read(tmp_path, text)


def test_the_days_of_entry_are_those_by_which_lateness_is_told(tmp_path: Path):
    edition = read(tmp_path, TEXT.replace("entry_days      = 2", "entry_days      = 4")).first[1]
    assert (edition.checks.entry_days, edition.quality.entry_days) == (4, 4)
