"""Whether the grades tell borrowers apart."""

from dataclasses import replace

import pytest

from ews.validation.chapters.concentration import concentration
from ews.validation.dispersion import herfindahl, risen_p, variation
from ews.validation.results import Verdict
from tests.validation import made


def by_test(results):
    return {one.test: one for one in results}


def last(rows):
    return rows.rows[rows.rows["as_of"] == rows.days[-1]]


def test_the_last_snapshot_by_number_and_by_money():
    rows = made.examined(200)
    newest = last(rows)
    number = [int((newest["grade"] == grade).sum()) for grade in made.GRADES]
    money = [newest.loc[newest["grade"] == grade, "exposure_fen"].fillna(0).sum() for grade in made.GRADES]
    found = by_test(concentration(rows, [50, 50, 50, 50]))
    assert found["variation"].value == pytest.approx(variation(number))
    assert found["variation_exposure"].value == pytest.approx(variation(money))
    assert found["herfindahl"].value == pytest.approx(herfindahl(number))
    assert found["herfindahl_exposure"].value == pytest.approx(herfindahl(money))
    assert found["concentration_risen"].value == pytest.approx(risen_p(variation(number), 0.0, 4))
    assert {one.n for one in found.values()} == {200}


def test_everybody_in_one_grade_fails():
    rows = made.examined(200)
    found = by_test(concentration(replace(rows, rows=rows.rows.assign(grade="G2")), [50, 50, 50, 50]))
    assert {found[test].verdict for test in ("herfindahl", "herfindahl_exposure")} == {Verdict.FAILED}


def test_a_rise_from_even_grades_fails():
    rows = made.examined(200)
    found = by_test(concentration(replace(rows, rows=rows.rows.assign(grade=[*"12"] * 300)), [50, 50, 50, 50]))
    assert found == {}
    halves = rows.rows.assign(grade=["G1", "G2", "G1", "G2", "G3", "G2"] * 100)
    found = by_test(concentration(replace(rows, rows=halves), [50, 50, 50, 50]))
    assert found["concentration_risen"].verdict is Verdict.FAILED


def test_where_the_test_cannot_fail_it_is_told_and_said_so():
    found = by_test(concentration(made.examined(200), [150, 50, 0, 0]))["concentration_risen"]
    assert found.verdict is Verdict.TOLD
    assert "the test cannot fail" in found.note.en


def test_without_grades_there_is_nothing_to_say_and_without_a_first_nothing_to_compare():
    rows = made.examined(50)
    assert concentration(replace(rows, rows=rows.rows.assign(grade=""))) == ()
    assert by_test(concentration(rows))["concentration_risen"].verdict is Verdict.TOLD
