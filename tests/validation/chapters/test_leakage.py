"""Whether anything knows what nobody could."""

from dataclasses import replace

import numpy as np

from ews.domain.errors import TrainingDataError
from ews.validation.chapters.leakage import TOLD, alone, leakage, planted, shuffled
from ews.validation.power import auc
from ews.validation.results import Verdict
from ews.validation.tested import Taught
from tests.validation import made

FUTURE = list(made.NAMES).index("dpd_now")


def with_column(taught: Taught, values) -> Taught:
    matrix = taught.matrix.copy()
    matrix[:, FUTURE] = values
    return replace(taught, matrix=matrix)


def test_honest_features_pass_and_the_best_comes_first():
    taught = made.taught()
    found = alone(taught)
    assert {one.verdict for one in found} == {Verdict.PASSED}
    assert [one.value for one in found] == sorted((one.value for one in found), reverse=True)
    assert len(found) == min(len(made.NAMES), TOLD)
    best = found[0].about.removeprefix("feature:")
    column = taught.matrix[:, list(made.NAMES).index(best)]
    known = ~np.isnan(column)
    value = auc(column[known], taught.outcome[known])
    assert found[0].value == max(value, 1 - value)
    assert (found[0].n, found[0].defaults) == (int(known.sum()), int(taught.outcome[known].sum()))


def test_a_feature_that_only_the_future_tells_is_caught():
    taught = made.taught()
    knows = np.where(taught.outcome == 1, 120.0, np.random.default_rng(1).integers(0, 5, len(taught)))
    worst = alone(with_column(taught, knows))[0]
    assert (worst.about, worst.verdict) == ("feature:dpd_now", Verdict.FAILED)


def test_so_is_one_that_stands_there_for_defaulters_only():
    taught = made.taught()
    stands = np.where(taught.outcome == 1, 30.0, np.nan)
    worst = alone(with_column(taught, stands))[0]
    assert (worst.about, worst.value, worst.verdict) == ("feature:dpd_now", 1.0, Verdict.FAILED)


def test_the_search_finds_what_is_planted():
    assert (planted(made.taught()).value, planted(made.taught()).verdict) == (1, Verdict.PASSED)
    assert planted(made.taught(5)).verdict is Verdict.TOO_FEW
    assert [one.test for one in leakage(made.taught())][-1] == "planted_leak"


def test_shuffled_labels_teach_nothing():
    found = shuffled(made.examined(), made.taught(), made.fit, seed=3)
    assert found.verdict is Verdict.PASSED
    assert found.low < 0.5
    assert found.power > 0.9


def test_rows_that_taught_and_test_give_themselves_away():
    taught = made.taught(300)
    same = made.examined(300, made.TAUGHT_ON, seed=1)
    assert np.array_equal(same.matrix, taught.matrix, equal_nan=True)
    found = shuffled(same, taught, made.fit, seed=3)
    assert found.verdict is Verdict.FAILED
    assert found.low > 0.5
    assert found.note.en.count(",") == 2  # three deals, all alike


def test_one_unlucky_deal_is_dealt_again():
    rows, taught, seeds = made.examined(300, made.TAUGHT_ON, seed=1), made.taught(300), []

    def leaks_once(given, *, seed):
        seeds.append(seed)
        return made.fit(given, seed=seed) if len(seeds) == 1 else made.model()

    found = shuffled(rows, taught, leaks_once, seed=3)
    assert seeds == [3, 4]
    assert found.verdict is Verdict.PASSED


def test_no_model_at_all_is_as_it_should_be():
    def nothing(taught, *, seed):
        raise TrainingDataError("The features do not tell who defaults.")

    found = shuffled(made.examined(60), made.taught(60), nothing, seed=3)
    assert (found.value, found.verdict) == (None, Verdict.PASSED)


def test_every_snapshot_keeps_its_number_of_defaults():
    seen = []

    def look(taught, *, seed):
        seen.append(taught.rows)
        return made.fit(taught, seed=seed)

    taught = made.taught(200)
    shuffled(made.examined(200), taught, look, seed=3)
    assert seen[0].groupby("as_of")["outcome"].sum().tolist() == taught.rows.groupby("as_of")["outcome"].sum().tolist()
    assert seen[0]["outcome"].tolist() != taught.rows["outcome"].tolist()


def test_few_defaults_say_nothing():
    assert shuffled(made.examined(12), made.taught(200), made.fit, seed=3).verdict is Verdict.TOO_FEW
