from pathlib import Path

import pytest

from benchmarks.accuracy import synthetic
from benchmarks.worlds import Size
from ews.validation.power import auc
from tests.benchmarks.economies import modelled_by_hand

SIZE = Size(600, 48, 7)


@pytest.fixture(scope="module")
def made():
    return modelled_by_hand()


@pytest.fixture(scope="module")
def found(made):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(synthetic, "modelled", lambda *_: made)
        return synthetic.measure(Path(), worlds=("A", "B"), size=SIZE)


def test_each_world_tells_the_product_and_the_truth_on_the_same_rows(found, made):
    assert list(found) == ["A", "B"]
    told, outcome, current = found["A"], made.tested.outcome, made.current
    assert told["auc"] == pytest.approx(auc(made.pd, outcome))
    assert told["auc_expected_pd"] == pytest.approx(auc(made.expected_pd, outcome))
    assert told["auc_given_0dpd"] == pytest.approx(auc(made.pd[current], outcome[current]))
    assert told["auc_expected_pd_given_0dpd"] == pytest.approx(auc(made.expected_pd[current], outcome[current]))
    assert told["share_of_expected_pd"] == pytest.approx(told["auc"] / told["auc_expected_pd"])
    assert (told["rows"], told["rows_given_0dpd"], told["rows_without_truth"]) == (600, 400, 3)
    assert told["defaults"] == int(outcome.sum())


def test_differences_are_paired_and_stand_beside_their_peer(found):
    told = found["A"]
    gap = told["ews_minus_expected_pd"]["auc"]
    assert gap["difference"] == pytest.approx(told["auc"] - told["auc_expected_pd"])
    assert gap["standard_error"] > 0
    peer = told["peers"]["plain_lightgbm"]
    assert peer["ews_minus_peer"]["auc"]["difference"] == pytest.approx(told["auc"] - peer["auc"])


def test_the_size_is_told(found):
    assert {name: found["B"][name] for name in ("borrowers", "months", "seed")} == {
        "borrowers": 600,
        "months": 48,
        "seed": 7,
    }
