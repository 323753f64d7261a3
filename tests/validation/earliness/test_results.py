import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from ews.validation.catalogue import BY_CODE
from ews.validation.earliness.capacity import Capacity
from ews.validation.earliness.defaulters import Fate
from ews.validation.earliness.figures import HEADLINE, by_chance
from ews.validation.earliness.measure import earliness
from ews.validation.earliness.results import EARLINESS_TESTS, RULES_ALONE, earliness_results
from ews.validation.estimates import Estimate
from ews.validation.results import Area, Verdict
from tests.validation.earliness.made import Borrower, history_of
from tests.validation.earliness.test_measure import mixed_world

CHINESE = re.compile("[\u4e00-\u9fff]")


def measured(history):
    silent = history.said_by(np.zeros(len(history), np.int8), 0.0)
    others = {RULES_ALONE: silent, "chance": by_chance(history)}
    return earliness(history, others, capacity=Capacity(0.0, 0.0, 0.5), replicates=40)


@cache
def found():
    return measured(mixed_world())


def test_every_result_is_of_a_test_that_is_declared_and_every_test_has_one():
    results = earliness_results(found())
    assert {one.test for one in results} == {test.code for test in EARLINESS_TESTS}
    assert len({(one.test, one.about) for one in results}) == len(results)
    assert {test.area for test in EARLINESS_TESTS} == {Area.EARLINESS}


def test_tests_are_told_in_two_languages_and_their_codes_are_their_own():
    assert [test.code for test in EARLINESS_TESTS if not CHINESE.search(test.title.zh) or not test.title.en] == []
    assert {test.code for test in EARLINESS_TESTS} & set(BY_CODE) == set()
    assert [fate for fate in Fate if not CHINESE.search(fate.text.zh) or not fate.text.en] == []


def test_the_headline_says_of_how_many_defaults_it_speaks():
    headline = next(one for one in earliness_results(found()) if (one.test, one.about) == (HEADLINE, "whole"))
    assert (headline.value, headline.n, headline.defaults, headline.verdict) == (0.5, 40, 40, Verdict.TOLD)
    assert headline.note is not None
    assert "by chance" in headline.note.en


@pytest.mark.parametrize(
    ("estimate", "verdict"),
    [
        (Estimate(0.2, 0.1, 0.3), Verdict.PASSED),
        (Estimate(0.2, 0.0, 0.3), Verdict.WATCH),
        (Estimate(0.2, -0.1, 0.3), Verdict.WATCH),
        (Estimate(-0.2, -0.3, 0.0), Verdict.WATCH),
        (Estimate(-0.2, -0.3, -0.1), Verdict.FAILED),
        (Estimate(0.2, None, None), Verdict.TOO_FEW),
        (Estimate(None, None, None), Verdict.TOO_FEW),
    ],
)
def test_what_the_pd_adds_beyond_rules_has_a_verdict_by_its_interval(estimate, verdict):
    beyond = {RULES_ALONE: {**found().beyond[RULES_ALONE], HEADLINE: estimate}}
    results = earliness_results(replace(found(), beyond=beyond))
    judged = next(one for one in results if (one.test, one.about) == ("beyond", f"system:{RULES_ALONE}"))
    assert (judged.verdict, judged.limit) == (verdict, 0.0)


def test_another_system_is_compared_without_a_verdict():
    other = next(one for one in earliness_results(found()) if (one.test, one.about) == ("beyond", "system:chance"))
    assert (other.verdict, other.limit) == (Verdict.TOLD, None)


def test_few_defaults_are_no_verdict():
    history = mixed_world()
    few = history.rows[~history.rows["borrower_id"].isin([f"B{number:02}" for number in range(9, 40)])]
    judged = [
        one for one in earliness_results(measured(type(history).of(few, history.known_until))) if one.test == "beyond"
    ]
    assert judged[0].about == f"system:{RULES_ALONE}"
    assert judged[0].verdict is Verdict.TOO_FEW


def test_without_any_default_nothing_is_said():
    results = earliness_results(measured(history_of({"B1": Borrower(), "B2": Borrower(flagged=[3])})))
    assert {one.verdict for one in results if one.test in (HEADLINE, "lead_days", "beyond")} == {Verdict.TOO_FEW}
