import numpy as np

from ews.simulation.latent.course import ABSENT, Cause
from tests.simulation.economies import quiet_course


def test_default_within_a_horizon_counts_from_the_month_after():
    course = quiet_course([[0, 1, 2, 3, 4, 5], [0, 1, 2, 0, 0, 0]])
    assert course.defaulted_within(2).tolist() == [[False, False, True, True, False, False], [False] * 6]


def test_a_relapse_counts_again():
    course = quiet_course([[3, 4, 0, 1, 2, 3, 4, 5]])
    assert np.flatnonzero(course.defaults()[0]).tolist() == [1, 6]
    assert course.defaulted_within(3)[0].tolist() == [True, False, False, True, True, True, False, False]


def test_gone_is_the_month_after_the_last():
    gone = quiet_course([[0, 0, ABSENT], [ABSENT, 0, 0], [ABSENT, 0, ABSENT]]).gone
    assert gone[0] == gone[2] == 2
    assert gone[1] > 1_000


def test_every_cause_has_a_name_in_both_languages():
    texts = [cause.text for cause in Cause]
    assert len({text.en for text in texts}) == len({text.zh for text in texts}) == len(Cause)
