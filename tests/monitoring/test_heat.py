"""Two attributes against each other."""

import pytest
from hypothesis import given

from ews.domain.errors import RequestError
from ews.monitoring.figures import totals
from ews.monitoring.filters import Filter
from ews.monitoring.heat import Line, heat
from tests.monitoring.frames import frame_of, frames, person


def test_a_map_of_three_borrowers_counted_by_hand():
    now = [
        person("A", industry="steel", region="N", exposure_fen=10, level_rank=1),
        person("B", industry="steel", region="S", exposure_fen=20),
        person("C", industry=None, region="S", exposure_fen=500),
    ]
    found = heat(frame_of(now, [person("D", industry="gone")]), Filter())
    assert found.rows == (Line(None), Line("steel"))
    assert found.columns == (Line("S"), Line("N"))
    assert [[cell.exposure_fen for cell in line] for line in found.cells] == [[500, 0], [20, 10]]
    assert found.cells[1][1].share_warned == 1.0
    assert found.cells[0][1].mean_pd is None


def test_the_smaller_lines_come_together_in_the_last():
    now = [person(f"B{number}", industry=f"i{number}", exposure_fen=10 * number) for number in range(1, 6)]
    found = heat(frame_of(now), Filter(), most=3)
    assert found.rows == (Line("i5"), Line("i4"), Line(None, is_rest=True, words=3))
    assert [line[0].exposure_fen for line in found.cells] == [50, 40, 60]


def test_as_many_lines_as_are_allowed_need_no_rest():
    now = [person(f"B{number}", industry=f"i{number}") for number in range(3)]
    assert [one.key for one in heat(frame_of(now), Filter(), most=3).rows] == ["i0", "i1", "i2"]


def test_a_scale_is_no_side_of_a_map():
    with pytest.raises(RequestError, match="heat map by 'tier'"):
        heat(frame_of([]), Filter(), rows="tier")


@given(frames())
def test_cells_add_up_to_the_whole(frame):
    found, whole = heat(frame, Filter(), "branch_id", "officer_id", most=2), totals(frame, Filter()).now
    cells = [cell for line in found.cells for cell in line]
    assert sum(cell.borrowers for cell in cells) == whole.borrowers
    assert sum(cell.exposure_fen for cell in cells) == whole.exposure_fen
