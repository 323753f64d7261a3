import numpy as np

from ews.simulation.latent.course import ABSENT, Cause
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.record import CHANNELS, Record


def test_the_course_is_what_was_written():
    record = Record.empty(3, 2)
    channels = np.arange(15.0).reshape(5, 3)
    record.write(1, channels, np.array([0, ABSENT, 4]), np.array([1, 2, 3]))
    record.write_expected(1, np.array([True, False, False]), np.array([0.25, 0.5, 0.75]))
    course = record.course(Diary())
    assert course.arrears.tolist() == [[ABSENT, 0], [ABSENT, ABSENT], [ABSENT, 4]]
    assert course.cause.tolist() == [[0, 0], [0, 0], [0, Cause.GUARANTEES]]
    for place, name in enumerate(CHANNELS):
        expected = [[np.nan, 3 * place], [np.nan, np.nan], [np.nan, 3 * place + 2]]
        assert np.array_equal(getattr(course, name), np.array(expected, np.float32), equal_nan=True)
    assert np.array_equal(course.expected_pd[:, 1], np.array([0.25, np.nan, np.nan], np.float32), equal_nan=True)
