"""How rows divide by what their features tell."""

import numpy as np
import pytest

from ews.features.catalogue import feature
from ews.validation.segmenting import KINDS, WORDS, segments_of
from tests.validation import made

NAN = float("nan")


def divided(kind: str, **columns):
    names = [name for name in columns if name not in ("dpd", "exposure_fen")]
    rows = len(next(iter(columns.values())))
    matrix = np.column_stack([columns[name] for name in names]) if names else np.empty((rows, 0))
    told = [np.array(columns.get(name, [NAN] * rows), dtype=float) for name in ("dpd", "exposure_fen")]
    return segments_of(matrix, tuple(feature(name) for name in names), *told)[kind].tolist()


def test_days_past_due():
    assert divided("arrears", dpd=[0, 1, 30, 31, NAN]) == ["current", "early", "early", "late", "not_known"]


def test_size():
    assert divided("size", exposure_fen=[50_000_000, 50_000_001, NAN]) == ["small", "large", "not_known"]


def test_the_age_of_the_credit_report():
    assert divided("credit_report", days_since_bureau_report=[180, 181, NAN]) == ["fresh", "stale", "none"]


@pytest.mark.parametrize(
    ("settled", "owed", "word"),
    [
        (0.49, NAN, "elsewhere"),
        (0.5, NAN, "here"),
        (NAN, 0.51, "elsewhere"),
        (0.9, 0.6, "elsewhere"),
        (0.9, 0.5, "here"),
    ],
)
def test_where_a_borrower_mainly_banks(settled, owed, word):
    found = divided("banks", settlement_share_12m=[settled, NAN], external_debt_share=[owed, NAN])
    assert found == [word, "not_known"]


def test_a_family_is_blind_where_all_of_it_is_null():
    found = divided("blind_credit_inquiries", inquiries_3m=[1, NAN, NAN], inquiries_6m=[2, 3, NAN])
    assert found == ["sees", "sees", "blind"]


def test_a_division_that_does_not_divide_is_left_out():
    whole = made.examined(60)
    assert "blind_account_flows" not in whole.segments.columns
    assert {"arrears", "size", "credit_report", "banks", "relationship"} <= set(whole.segments.columns)


def test_every_division_and_word_has_a_name_in_both_languages():
    whole = made.examined(200)
    assert set(whole.segments.columns) <= set(KINDS)
    assert {word for kind in whole.segments for word in whole.segments[kind]} <= set(WORDS)
