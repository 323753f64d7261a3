from dataclasses import replace

import numpy as np
import pytest

from benchmarks.patterns import _alike, _told
from ews.domain.decisions import Reason
from ews.domain.features import Feature
from tests.benchmarks.economies import modelled_by_hand
from tests.patterns.judged import Judged, Moved
from tests.patterns.plants import PLANTS
from tests.store.samples import decision

LATE = next(plant for plant in PLANTS if plant.name == "habitually late")


@pytest.fixture(scope="module")
def made():
    return modelled_by_hand()


def judged(tell: Feature, planted: float) -> Judged:
    """Return a plant whose first tell is `tell` and turned to `planted`."""
    reasons = (Reason("DEBT_HEAVY", 0.5, ()), Reason("PAYS_LATE", 0.4, ()), Reason("CARD_CASH", -0.1, ()))
    calm, after = decision("B1", pd=0.01), decision("B1", pd=0.03, reasons=reasons)
    return Judged(replace(LATE, tells=(tell.name,)), calm, after, calm, (Moved(tell, 0.0, planted),))


def test_a_plant_is_told_with_its_pds_the_rank_of_its_reason_and_what_moved(made):
    tell = made.seen.features[0]
    told = _told(judged(tell, 1.0), made, np.full(len(made.seen), "firm"))
    assert (told["pd_quiet"], told["pd_planted"], told["pd_double"]) == (0.01, 0.03, 0.01)
    assert (told["riskier"], told["rank"], told["named"]) == (True, 2, True)
    assert told["moved"] == {tell.name: [0.0, 1.0]}
    assert [reason["code"] for reason in told["reasons"]] == ["DEBT_HEAVY", "PAYS_LATE"]


@pytest.mark.parametrize("worse", ["higher", "lower"])
def test_who_stands_as_bad_in_the_world_is_counted_on_the_worse_side(made, worse):
    tell = replace(made.seen.features[0], worse=worse)
    values, outcome = made.seen.matrix[:, 0], made.seen.outcome
    half = float(np.nanmedian(values))
    told = _alike(judged(tell, half), made, np.ones(len(values), dtype=bool))
    chosen = values >= half if worse == "higher" else values <= half
    assert told["rows"] == chosen.sum()
    assert told["default_rate"] == pytest.approx(outcome[chosen].mean())
    assert told["default_rate_of_kind"] == pytest.approx(outcome.mean())


def test_only_those_of_the_kind_count_and_nobody_has_no_rate(made):
    nobody = np.zeros(len(made.seen), dtype=bool)
    told = _alike(judged(made.seen.features[0], 0.0), made, nobody)
    assert (told["rows"], told["default_rate"], told["default_rate_of_kind"]) == (0, None, None)


def test_a_tell_that_did_not_turn_is_compared_with_nobody(made):
    still = replace(judged(made.seen.features[0], 1.0), moved=())
    assert _alike(still, made, np.ones(len(made.seen), dtype=bool)) == {
        "tell": made.seen.features[0].name,
        "planted": None,
    }
