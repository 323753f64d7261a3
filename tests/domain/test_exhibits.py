from dataclasses import FrozenInstanceError, fields, replace
from datetime import date

import pytest

from ews.domain.exhibits import MONTHS, MOST_PARTIES, Circle, Exhibit, LoanStrip, Month


def test_of_a_month_nothing_is_known_until_it_is_told_and_0_is_something_told():
    untold = Month(date(2026, 6, 30))
    told = replace(untold, inflow_fen=0)
    assert {getattr(untold, field.name) for field in fields(Month)[1:]} == {None}
    assert told.inflow_fen == 0
    assert told != untold


def test_who_is_tied_to_nobody_has_an_empty_circle():
    assert Circle() == Circle(parties=(), links=(), left_out=0)


def test_an_exhibit_looks_two_years_back_and_cannot_be_changed():
    assert (MONTHS, MOST_PARTIES) == (24, 40)
    strip = LoanStrip("L1", "business", None, None, None, None, (None,) * MONTHS)
    exhibit = Exhibit("b", "B1", date(2026, 6, 30), (), (strip,), Circle(), (), {})
    with pytest.raises(FrozenInstanceError):
        exhibit.loans = ()
