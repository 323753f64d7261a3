from pathlib import Path

import pytest

from ews.domain.errors import PolicyError
from tests.policy.policies import POLICY, changed, load


def test_collateral_is_taken_the_safest_first_whatever_the_order_of_the_file():
    _, losses = POLICY.provisions.losses.first
    assert [piece.kind for piece in losses.collateral][:3] == ["deposit", "residential", "commercial"]
    assert [piece.lgd for piece in losses.collateral] == sorted(piece.lgd for piece in losses.collateral)


def test_the_rates_of_2002_and_2012_stand_beside_each_other():
    _, rates = POLICY.provisions.rates.first
    assert list(rates.specific.values()) == [0.02, 0.25, 0.5, 1.0]
    assert list(rates.standard.values()) == [0.015, 0.03, 0.3, 0.6, 1.0]
    assert (rates.general, rates.band, rates.confidence, rates.standard_confidence) == (0.01, 0.2, "H", "M")


def test_rates_are_part_of_the_policys_hash(tmp_path: Path):
    other = load(changed(tmp_path, "provisions.toml", "general    = 0.01", "general    = 0.02"))
    assert other.hash != POLICY.hash


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("stage      = 3", "stage      = 1", "the stage is 1; give 2 or 3"),
        ("mortgage   = 0.35", "mortgage   = 35", "'mortgage' is 35, not a share from 0 to 1; write 20 % as 0.2"),
        ('kind = "land"', 'kind = "stock"', "tell each of residential, commercial, land"),
        ('kind = "land"', 'kind = "farm"', "'kind' is 'farm'; it must be one of residential"),
        ("doubtful = 0.50, loss", "doubtful = 0.20, loss", "'specific' provides less for a worse tier"),
        ("general    = 0.01", "", "'general' is None; give a number"),
        ("substandard = 0.25, ", "", "'substandard' is None; give a number"),
        ("band = 0.20", "band = 0.20, pass = 0", "'pass' is not a field here"),
        ('standard_confidence = "M"', 'standard_confidence = "H"', "a source says \\(to verify\\) where"),
        ("starts     = 1900-01-01", "starts     = 19", "'starts' is 19; give a date"),
    ],
)
def test_what_cannot_be_used_is_an_error(tmp_path: Path, old: str, new: str, message: str):
    with pytest.raises(PolicyError, match=message) as caught:
        load(changed(tmp_path, "provisions.toml", old, new))
    assert str(caught.value).startswith("provisions.toml")
