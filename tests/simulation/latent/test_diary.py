import numpy as np

from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Kind


def test_episodes_come_in_the_order_of_borrower_month_and_kind():
    diary = Diary()
    diary.note(Kind.CHECK, np.array([5, 2]), 3)
    diary.note(Kind.BRIDGE, np.array([2]), 3)
    diary.note(Kind.CALL, np.array([2]), 1, months=4, size=2.5, other=np.array([9]))
    found = diary.episodes(12)
    columns = zip(found.borrower, found.month, found.kind, found.months, found.size, found.other, strict=True)
    assert list(columns) == [
        (2, 1, Kind.CALL, 4, 2.5, 9), (2, 3, Kind.BRIDGE, 1, 0.0, -1), (2, 3, Kind.CHECK, 1, 0.0, -1),
        (5, 3, Kind.CHECK, 1, 0.0, -1),
    ]  # fmt: skip


def test_what_lies_outside_the_book_is_left_out():
    diary = Diary()
    diary.note(Kind.CALL, np.array([1, 2, 3]), np.array([-1, 11, 12]))
    assert diary.episodes(12).borrower.tolist() == [2]


def test_an_empty_diary_has_no_episodes():
    assert len(Diary().episodes(12)) == 0
