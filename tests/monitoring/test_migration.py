"""From where to where borrowers moved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.errors import RequestError
from ews.monitoring.figures import by
from ews.monitoring.filters import NOT_KNOWN, Filter
from ews.monitoring.frame import SCALES
from ews.monitoring.migration import Cell, migration
from ews.monitoring.rows import rows
from tests.monitoring.frames import frame_of, frames, person


def test_a_matrix_of_four_borrowers_counted_by_hand():
    now = [person("A", tier_rank=1, exposure_fen=90), person("B"), person("D", exposure_fen=None)]
    then = [person("A", exposure_fen=100), person("B", exposure_fen=None), person("C", tier_rank=4, exposure_fen=40)]
    found = migration(frame_of(now, then), Filter(), "tier")
    assert found.former == ("pass", "special_mention", "substandard", "doubtful", "loss", "new")
    assert found.now == ("pass", "special_mention", "substandard", "doubtful", "loss", "left")
    moved = {
        (row, column): cell
        for row, line in zip(found.former, found.cells, strict=True)
        for column, cell in zip(found.now, line, strict=True)
        if cell.borrowers
    }
    assert moved == {
        ("pass", "special_mention"): Cell(1, 90, 100),
        ("pass", "pass"): Cell(1, 100, 0),
        ("loss", "left"): Cell(1, 0, 40),
        ("new", "pass"): Cell(1, 0, 0),
    }


def test_there_is_no_matrix_without_a_compared_batch():
    assert migration(frame_of([person("A")]), Filter(), "tier") is None


def test_what_has_no_order_has_no_matrix():
    with pytest.raises(RequestError, match="migration of 'region'"):
        migration(frame_of([]), Filter(), "region")


@given(frames(compared=True), st.sampled_from(SCALES), st.sampled_from([None, "x"]))
def test_margins_are_the_figures_by_word(frame, scale, branch):
    wanted = Filter(branch_id=branch)
    found = migration(frame, wanted, scale)
    groups = {NOT_KNOWN if one.key is None else one.key: one for one in by(frame, wanted, scale)}
    for row, line in zip(found.former[:-1], found.cells, strict=False):
        assert sum(cell.borrowers for cell in line) == groups[row].former.borrowers
        assert sum(cell.former_exposure_fen for cell in line) == groups[row].former.exposure_fen
    for column, cells in zip(found.now[:-1], zip(*found.cells, strict=True), strict=False):
        assert sum(cell.borrowers for cell in cells) == groups[column].now.borrowers
        assert sum(cell.exposure_fen for cell in cells) == groups[column].now.exposure_fen


@given(frames(compared=True), st.sampled_from(SCALES))
def test_each_cell_has_its_list(frame, scale):
    found = migration(frame, Filter(), scale)
    for former, line in zip(found.former, found.cells, strict=True):
        for now, cell in zip(found.now, line, strict=True):
            wanted = Filter(**{f"former_{scale}": former, scale: now})
            assert rows(frame, wanted).count == cell.borrowers
