from datetime import date, datetime

import numpy as np

from ews.simulation.rows.columns import constant, dates, ids, mixed_ids, texts, timestamps, words


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


def test_ids_of_several_kinds_have_a_letter_and_a_width_each():
    kinds, numbers = np.array([1, 0, -1, 1]), np.array([7, 123, 5, 9_999])
    assert mixed_ids("KA", np.array([6, 4]), kinds, numbers).to_pylist() == ["A0007", "K000123", None, "A9999"]
    assert mixed_ids("KA", np.array([6, 4]), kinds[:0], numbers[:0]).to_pylist() == []


def test_whole_numbers_become_text():
    assert texts(np.array([0, 120_000_000])).to_pylist() == ["0", "120000000"]
