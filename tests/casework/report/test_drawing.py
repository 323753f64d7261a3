"""Pictures hold no words, are the same for the same numbers, and tell nothing from not known."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.casework.paper.picture_size import size_of
from ews.casework.report import drawing
from tests.casework.report.made import ENDS

ZEROS = (0.0,) * 24
PICTURES = {
    "bars_and_line": lambda: drawing.bars_and_line.__wrapped__(ENDS, (*ZEROS[:-1], 5.0), (None,) * 24),
    "lone_bars": lambda: drawing.lone_bars.__wrapped__(ENDS, (None,) * 3 + (2.0,) * 21),
    "share_line": lambda: drawing.share_line.__wrapped__(ENDS, (0.5,) * 23 + (None,)),
    "stacks": lambda: drawing.stacks.__wrapped__(ENDS, (ZEROS, (1.0,) * 24), (drawing.PALE, drawing.RED)),
    "strips": lambda: drawing.strips.__wrapped__(ENDS, ((None,) * 23 + (drawing.RED,),)),
    "chances": lambda: drawing.chances.__wrapped__(ENDS[:2], (0.1, None), (drawing.GREEN, drawing.RED)),
    "waterfall": lambda: drawing.waterfall.__wrapped__(-3.0, (1.0, -0.5)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_numbers_give_the_same_bytes_in_any_thread(name):
    with ThreadPoolExecutor(3) as pool:
        found = {one.result() for one in [pool.submit(PICTURES[name]) for _ in range(3)]}
    assert len(found) == 1
    content = found.pop()
    assert b"tEXt" not in content
    width, height = size_of(content) or (0, 0)
    assert width == 1122
    assert 60 < height < 600


def test_unknown_looks_different_from_nothing():
    known, unknown = drawing.lone_bars(ENDS, ZEROS), drawing.lone_bars(ENDS, (None,) * 24)
    assert known != unknown


def test_what_is_not_paid_shows_however_small_it_is():
    large = (1e6,) * 24
    colours = (drawing.PALE, drawing.RED)
    assert drawing.stacks(ENDS, (large, ZEROS), colours) != drawing.stacks(ENDS, (large, (0.01, *ZEROS[1:])), colours)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.none() | st.integers(-(10**15), 10**15).map(float), min_size=1, max_size=24),
    st.lists(st.floats(-12, 12, allow_nan=False), min_size=0, max_size=9),
)
def test_any_numbers_can_be_drawn(values, steps):
    days = tuple(date(2024, 1, 1 + at) for at in range(len(values)))
    assert size_of(drawing.bars_and_line.__wrapped__(days, tuple(values), tuple(values[::-1]))) is not None
    assert size_of(drawing.waterfall.__wrapped__(-3.0, tuple(steps))) is not None
