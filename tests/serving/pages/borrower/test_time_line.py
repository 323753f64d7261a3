"""One chart of several bands over the same months."""

import json
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language
from ews.serving.pages.borrower.months import columns
from ews.serving.pages.borrower.time_line import height_class, option
from tests.serving.pages.borrower.exhibits import exhibit, month
from tests.serving.pages.borrower.test_months import seen, standing, warning
from tests.serving.pages.borrower.views import view
from tests.store.samples import JULY, JUNE


def drawn(found, cases=(), language=Language.EN):
    return option(columns(found, cases, language), view(language=language))


def named(chart):
    return {one["name"]: one for one in chart["series"]}


def full():
    months = tuple(
        month(
            number,
            card_limit_fen=100,
            card_balance_fen=50,
            due_fen=3,
            paid_on_time_fen=2,
            paid_late_fen=1,
            unpaid_fen=0,
        )
        for number in range(23, -1, -1)
    )
    return replace(seen(standing(JULY), standing(JUNE)), exhibit=exhibit(months=months))


def test_every_band_has_the_same_months():
    chart = drawn(full())
    assert len(chart["grid"]) == len(chart["xAxis"]) == len(chart["yAxis"]) == 6
    assert {tuple(axis["data"]) for axis in chart["xAxis"]} == {tuple(chart["xAxis"][0]["data"])}
    assert chart["xAxis"][0]["data"][-1] == "2026-07"
    assert [axis["axisLabel"]["show"] for axis in chart["xAxis"]] == [False] * 5 + [True]


def test_bands_stand_below_each_other_without_overlap():
    grids = drawn(full())["grid"]
    assert all(above["top"] + above["height"] < below["top"] for above, below in pairwise(grids))


def test_a_band_of_which_nothing_is_known_is_left_out():
    found = drawn(seen(standing(JULY), with_exhibit=False))
    assert height_class(found) == "time-1"
    assert set(named(found)) == {
        "Grade", "Tier", "Warning level", "Days past due", "Warnings", "Checks and acts", "Probability of default",
    }  # fmt: skip


def test_unknown_stays_null_and_nothing_is_zero():
    months = (month(23, inflow_fen=None), month(22, inflow_fen=0), *exhibit().months[2:])
    found = named(drawn(replace(full(), exhibit=exhibit(months=months))))
    assert found["Money received"]["data"][:3] == [None, 0, 30_000_000]


def test_levels_keep_their_shape_beside_their_colour():
    levels = list(WarningLevel)
    history = [standing(date(2026, 7 - at, 28), level=level) for at, level in enumerate(levels)]
    marks = named(drawn(seen(*history)))["Warning level"]["data"]
    assert len({mark["symbol"] for mark in marks}) == len({mark["itemStyle"]["color"] for mark in marks}) == 4


def test_a_mark_tells_grade_tier_and_days_past_due():
    months = (*exhibit().months[:-1], month(0, dpd=41))
    found = named(
        drawn(
            replace(seen(standing(JULY, tier=Tier.SUBSTANDARD)), exhibit=exhibit(months=months)), language=Language.ZH
        )
    )
    assert found["等级"]["data"][-1]["label"]["formatter"] == "G5"
    assert found["五级分类"]["data"][-1]["label"]["formatter"] == "次"
    assert found["逾期天数"]["data"][-1]["told"] == "逾期天数  逾期 41 天"
    assert found["逾期天数"]["data"][0]["label"]["formatter"] == ""


def test_several_warnings_of_a_month_are_one_mark_that_tells_them_all():
    raised = [warning(datetime(2026, 7, 2), first_level="yellow"), warning(datetime(2026, 7, 9), first_level="red")]
    (mark,) = named(drawn(seen(), raised))["Warnings"]["data"]
    assert mark["value"][0] == 23
    assert mark["symbol"] == "triangle"
    assert mark["label"]["formatter"] == "2"
    assert [line[:10] for line in mark["told"].splitlines()] == ["2026-07-02", "2026-07-09"]


def test_what_happened_after_the_batch_has_a_place_of_its_own():
    chart = drawn(seen(), [warning(datetime(2026, 8, 3))])
    assert chart["xAxis"][0]["data"][-1] == "since"
    assert named(chart)["Warnings"]["data"][0]["value"][0] == 24


def test_the_option_is_plain_json():
    assert json.loads(json.dumps(drawn(full())))


def test_what_a_batch_said_leads_to_its_decision():
    series = named(drawn(full()))
    to = "/borrowers/B1/decisions/{}?portfolio=sme"
    batches = [to.format(one.batch_id) for one in (standing(JUNE), standing(JULY))]
    for name in ("Grade", "Tier", "Warning level"):
        assert [mark["href"] for mark in series[name]["data"]] == batches
    assert [point["href"] for point in series["Probability of default"]["data"] if point] == batches
    assert all("href" not in mark for mark in series["Days past due"]["data"])


def test_months_of_which_no_inquiry_is_known_are_hatched():
    months = (*exhibit().months[:-2], month(1, inquiries=None), month(0, inquiries=None))
    found = drawn(replace(full(), exhibit=exhibit(months=months)))
    assert [one["data"] for one in found["series"] if one.get("hatched")] == [[[22, 0], [23, 0]]]
    assert not [one for one in drawn(full())["series"] if one.get("hatched")]


def test_without_an_exhibit_nothing_is_hatched():
    assert not [one for one in drawn(seen(standing(JULY), with_exhibit=False))["series"] if one.get("hatched")]


def test_what_is_unpaid_has_a_mark_of_one_size():
    months = (*exhibit().months[:-2], month(1, unpaid_fen=1), month(0, unpaid_fen=90_000_000))
    marks = named(drawn(replace(full(), exhibit=exhibit(months=months))))["_unpaid"]
    assert marks["data"] == [[22, 1], [23, 90_000_000]]
    assert isinstance(marks["symbolSize"], int)
    assert "_unpaid" not in named(drawn(full()))


def test_a_probability_that_cannot_be_compared_stands_apart_from_the_line():
    months = columns(full(), (), Language.EN)
    series = named(option(months, view(), is_comparable=False))
    line, apart = series["Probability of default"]["data"], series["Probability of default, not comparable"]["data"]
    known = [at for at, one in enumerate(months) if one.standing is not None]
    assert [at for at, one in enumerate(line) if one is not None] == known[:-1]
    assert [at for at, one in enumerate(apart) if one is not None] == known[-1:]


def test_a_window_that_was_narrow_is_drawn_wide_again():
    narrow, wide = drawn(full())["media"]
    assert "query" not in wide
    assert [len(one["option"]["grid"]) for one in (narrow, wide)] == [6, 6]
    assert wide["option"]["series"][0]["label"]["rotate"] == 0
