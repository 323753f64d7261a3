"""All tests of a model, and their limits."""

import re

from ews.validation.catalogue import BY_CODE, TESTS
from ews.validation.limits import BOUNDS
from ews.validation.results import Area, Limit

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_each_test_has_a_code_of_its_own_and_two_languages():
    assert len(BY_CODE) == len(TESTS)
    assert [test.code for test in TESTS if not test.title.en or CHINESE.search(test.title.en)] == []
    assert [test.code for test in TESTS if not CHINESE.search(test.title.zh) and test.title.zh != "AUC"] == []


def test_every_limit_is_of_a_test_and_says_where_it_comes_from():
    assert set(BOUNDS) <= set(BY_CODE)
    assert [code for code, bound in BOUNDS.items() if not bound.source] == []


def test_a_milder_limit_lies_within_and_a_worse_truth_beyond():
    for code, bound in BOUNDS.items():
        ends = (bound.watch, bound.far if bound.limit != 0.05 else None)  # of p-values `far` is no p-value
        milder, worse = (None if end is None else bound.room(end) for end in ends)
        assert milder is None or milder > 0, code
        assert worse is None or worse < 0, code


def test_chapters_lie_in_the_order_of_reading():
    areas = [test.area for test in TESTS]
    assert areas == sorted(areas, key=list(Area).index)
    assert set(Area) - set(areas) == {Area.EARLINESS}  # made where decisions are known


def test_a_p_value_is_good_above_its_limit():
    p_values = {test.code for test in TESTS if test.unit == "p"}
    assert {code: BOUNDS[code].side for code in p_values} == dict.fromkeys(p_values, Limit.AT_LEAST)
    assert {BOUNDS[code].limit for code in p_values} == {0.05}
