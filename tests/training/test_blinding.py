from dataclasses import replace

import numpy as np
import pytest

from ews.features.catalogue import FAMILIES
from ews.training import blinding
from ews.training.blinding import blinding_of, telling_families
from tests.training.tables import FEATURES, synthetic

SHAPE = (2, 1, 3)
"""How many features of the first three families the table has."""


@pytest.fixture(autouse=True)
def _three_families_are_enough(monkeypatch):
    monkeypatch.setattr(blinding, "LEAST_FAMILIES", 3)


@pytest.fixture
def table():
    features = [feature for family, count in zip(FAMILIES, SHAPE, strict=False) for feature in family.FEATURES[:count]]
    plain = synthetic(400)
    return replace(plain, features=tuple(features), matrix=np.arange(400.0 * sum(SHAPE)).reshape(400, -1))


def blind_copies(table, rows, seed):
    low, high = table.ranges()
    found = blinding_of(table, rows, seed, telling_families(table.names, high > low))
    return found.rows, found.copies(table, slice(None))


def test_each_copy_lacks_exactly_one_family_and_is_else_its_row(table):
    rows = np.arange(10, 390)
    chosen, copies = blind_copies(table, rows, seed=1)
    assert chosen.tolist() == rows.tolist()
    lacking = {tuple(row) for row in np.isnan(copies).tolist()}
    assert lacking == {
        (True, True, False, False, False, False),
        (False, False, True, False, False, False),
        (False, False, False, True, True, True),
    }
    known = ~np.isnan(copies)
    assert (copies[known] == table.matrix[rows][known]).all()
    assert not np.isnan(table.matrix).any()


def test_the_seed_says_which_family_and_a_row_keeps_its_turn_among_others(table):
    every = blind_copies(table, np.arange(400), seed=1)[1]
    assert np.array_equal(blind_copies(table, np.arange(200, 400), seed=1)[1], every[200:], equal_nan=True)
    assert not np.array_equal(blind_copies(table, np.arange(400), seed=2)[1], every, equal_nan=True)


@pytest.mark.parametrize("value", [np.nan, 1.0])
def test_a_family_that_tells_nobody_apart_takes_no_turn_and_two_are_too_few(table, value):
    table.matrix[:, 2] = value
    chosen, copies = blind_copies(table, np.arange(400), seed=1)
    assert (len(chosen), copies.shape) == (0, (0, 6))


def test_features_that_no_family_holds_are_one_group():
    assert len(blind_copies(synthetic(50), np.arange(50), seed=1)[0]) == 0
    assert {feature.name for feature in FEATURES} & set(blinding._FAMILY) == set()


def test_very_many_rows_are_copied_in_part(table, monkeypatch):
    monkeypatch.setattr(blinding, "MOST_COPIES", 100)
    chosen, copies = blind_copies(table, np.arange(400), seed=1)
    assert len(chosen) == len(copies) == pytest.approx(100, abs=25)
