from datetime import date, datetime

import numpy as np

from ews.simulation.rows.columns import constant, dates, ids, timestamps, words


def test_ids_are_padded_and_null_where_unknown():
    assert ids("B", np.array([1, 250]), 7).to_pylist() == ["B0000001", "B0000250"]
    assert ids("K", np.array([1, 2]), 2, known=np.array([False, True])).to_pylist() == [None, "K02"]


def test_no_numbers_make_no_ids():
    assert ids("B", np.array([], dtype=np.int64), 7).to_pylist() == []


def test_codes_become_words():
    assert words(np.array([1, 0]), ("a", "b")).to_pylist() == ["b", "a"]
    assert words(np.array([1, 0]), ("a", "b"), known=np.array([True, False])).to_pylist() == ["b", None]
    assert constant("full", 2).to_pylist() == ["full", "full"]


def test_days_and_seconds_count_from_1970():
    assert dates(np.array([0, 19_783])).to_pylist() == [date(1970, 1, 1), date(2024, 3, 1)]
    assert dates(np.array([0]), known=np.array([False])).to_pylist() == [None]
    assert timestamps(np.array([86_400])).to_pylist() == [datetime(1970, 1, 2)]
