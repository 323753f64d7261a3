"""Charts over time: warnings per batch, and what became of those who were warned."""

from collections.abc import Sequence
from typing import Any

from ews.domain.levels import WarningLevel
from ews.monitoring.hits import Cohort
from ews.monitoring.trend import Point
from ews.serving.pages.render import View

_COLOURS = {WarningLevel.YELLOW: "#f59f00", WarningLevel.ORANGE: "#f76707", WarningLevel.RED: "#d63939"}
_LEGEND = {"top": 0, "itemWidth": 14, "itemHeight": 10}


def trend(view: View, points: Sequence[Point]) -> dict[str, Any] | None:
    """Return the warned by level and the newly warned in each batch, with the non-performing ratio."""
    if not points:
        return None
    bars = [
        {
            "name": level.text.in_(view.language),
            "type": "bar",
            "stack": "levels",
            "format": "count",
            "itemStyle": {"color": colour},
            "data": [one.figures.levels[level].borrowers for one in points],
        }
        for level, colour in _COLOURS.items()
    ]
    new = {
        "name": view._("Newly warned"),
        "type": "line",
        "format": "count",
        "symbolSize": 5,
        "itemStyle": {"color": "#1d2733"},
        "data": [one.new_warnings for one in points],
    }
    npl = {
        "name": view._("Non-performing ratio"),
        "type": "line",
        "format": "percent",
        "yAxisIndex": 1,
        "itemStyle": {"color": "#4d6885"},
        "lineStyle": {"type": "dashed"},
        "symbolSize": 5,
        "data": [one.figures.npl_ratio for one in points],
    }
    return {
        "grid": {"left": 8, "right": 8, "top": 34, "bottom": 8, "containLabel": True},
        "legend": _LEGEND,
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [f"{one.as_of:%Y-%m}" for one in points]},
        "yAxis": [
            {"type": "value", "axisLabel": {"formatter": "fn:count"}},
            {"type": "value", "min": 0, "splitLine": {"show": False}, "axisLabel": {"formatter": "fn:percent"}},
        ],
        "series": [*bars, new, npl],
    }


def cohorts(view: View, found: Sequence[Cohort]) -> dict[str, Any] | None:
    """Return what became of the borrowers first warned in each batch."""
    if not any(one.borrowers for one in found):
        return None
    parts = (
        (view._("Defaulted so far"), "#14243a", [one.defaulted for one in found]),
        (view._("Left the book, unknown"), "#c9d1da", [one.left for one in found]),
        (view._("Not in default so far"), "#7f9dc0", [one.borrowers - one.defaulted - one.left for one in found]),
    )
    return {
        "grid": {"left": 8, "right": 8, "top": 34, "bottom": 8, "containLabel": True},
        "legend": _LEGEND,
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [f"{one.as_of:%Y-%m}" for one in found]},
        "yAxis": {"type": "value", "axisLabel": {"formatter": "fn:count"}},
        "series": [
            {
                "name": name,
                "type": "bar",
                "stack": "cohort",
                "format": "count",
                "data": data,
                "itemStyle": {"color": colour},
            }
            for name, colour, data in parts
        ],
    }
