"""How long people click, and what is told of it."""

from collections.abc import Mapping
from time import perf_counter

import pytest

from benchmarks.page_speed.clicks import LOG_IN, PAGES, Click, Watch
from benchmarks.page_speed.run import _figures


def watch(*, age: float, clicks: Mapping[str, int], longest: float = 100) -> Watch:
    """Return a watch that was started `age` seconds ago: 10 to get warm, 20 that count, 3 clicks on each page."""
    made = Watch(10, 20, 3, longest, started=perf_counter() - age)
    for page, count in clicks.items():
        made.clicks += [Click(page, 0.1, 200, 1, at=perf_counter() - 5)] * count
    return made


ENOUGH = dict.fromkeys(PAGES, 3)


@pytest.mark.parametrize(
    ("age", "clicks", "is_over"),
    [
        (29, ENOUGH, False),
        (31, ENOUGH, True),
        (31, {**ENOUGH, PAGES[-1]: 2}, False),
        (101, {}, True),
    ],
    ids=["too early", "enough of each", "too few of one", "too long"],
)
def test_people_click_until_each_page_was_asked_often_enough(age, clicks, is_over):
    assert watch(age=age, clicks=clicks).is_over is is_over


def test_what_was_asked_to_get_warm_does_not_count_and_neither_does_logging_in():
    made = watch(age=31, clicks={LOG_IN: 2, "my day": 1})
    made.clicks.append(Click("my day", 9.0, 200, 1, at=made.started + 5))
    assert [one.seconds for one in made.counted] == [0.1]


def test_the_slowest_twentieth_is_told_beside_the_middle():
    found = _figures([Click("my day", number / 1000, 200, 1000 * number) for number in range(1, 101)])
    assert found is not None
    assert (found["clicks"], found["median_ms"], found["largest_kb"]) == (100, 50.5, 100)
    assert found["p95_ms"] == pytest.approx(95.95)
    assert _figures([]) is None
