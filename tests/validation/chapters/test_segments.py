"""Where a model is weak."""

from dataclasses import replace

import numpy as np

from ews.validation.chapters.segments import MOST_WORDS, REST, masks_of, segments
from ews.validation.results import Verdict
from tests.validation import made


def by_test(results):
    return {(one.test, one.about): one for one in results}


def divided(rows, words, kind="region"):
    return replace(rows, segments=rows.segments[[]].assign(**{kind: words}))


def test_true_pds_have_no_weak_spot():
    found = segments(made.examined(2_000, true_pd=True))
    assert [one.about for one in found if one.verdict is Verdict.FAILED] == []
    assert {one.test for one in found} == {"segment_auc", "segment_gap", "segment_calibration"}


def test_a_spot_where_the_pds_are_dealt_at_random_is_found_and_no_other():
    rows = made.examined(2_000, true_pd=True)
    word = np.array(["north", "south", "west", "east"])[np.arange(len(rows)) % 4]
    chance, weak = rows.pd.copy(), word == "west"
    chance[weak] = np.random.default_rng(1).permutation(chance[weak])
    found = by_test(segments(divided(made.with_pd(rows, chance), word)))
    failed = {about for (test, about), one in found.items() if test == "segment_gap" and one.verdict is Verdict.FAILED}
    assert failed == {"region:west"}
    assert found["segment_auc", "region:west"].verdict is Verdict.FAILED
    assert found["segment_auc", "region:north"].verdict is Verdict.PASSED
    assert "promised" in found["segment_gap", "region:west"].note.en
    assert found["segment_calibration", "region:west"].verdict is not Verdict.FAILED  # the level is right


def test_a_spot_with_too_low_pds_is_found():
    rows = made.examined(2_000, true_pd=True)
    word = np.where(np.arange(len(rows)) % 5 == 0, "mining", "trade")
    low = np.where(word == "mining", rows.pd / 2, rows.pd)
    found = by_test(segments(divided(replace(rows, rows=rows.rows.assign(pd=low)), word, "industry")))
    assert found["segment_calibration", "industry:mining"].verdict is Verdict.FAILED
    assert found["segment_calibration", "industry:trade"].verdict is Verdict.PASSED


def test_a_segment_of_few_borrowers_is_listed_and_says_nothing():
    rows = made.examined(300)
    word = np.where(np.arange(len(rows)) < 12, "island", "land")
    found = by_test(segments(divided(rows, word)))
    assert found["segment_auc", "region:island"].n == 12
    assert {found[test, "region:island"].verdict for test in ("segment_auc", "segment_gap", "segment_calibration")} == {
        Verdict.TOO_FEW
    }


def test_very_many_words_are_cut_to_the_largest_and_the_rest():
    rows = made.examined(300)
    word = [f"branch{number % 100:03d}" if number > 200 else "head" for number in range(len(rows))]
    masks = dict(masks_of(divided(rows, word, "branch")))
    assert len(masks) == MOST_WORDS
    assert {"branch:head", f"branch:{REST}"} <= set(masks)
    assert np.stack(list(masks.values())).sum(axis=0).tolist() == [1] * len(rows)


def test_a_word_that_is_missing_is_one_of_its_own():
    rows = made.examined(20)
    word = [None if number % 2 else "north" for number in range(len(rows))]
    assert [about for about, _ in masks_of(divided(rows, word))] == ["region:north", "region:not_known"]


def test_rows_that_are_not_divided_have_no_results():
    rows = made.examined(20)
    assert segments(replace(rows, segments=rows.segments[[]])) == ()
