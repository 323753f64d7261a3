"""Time line: one chart that lays risk, flows, cards, inquiries, instalments and what was done over each other.

All grids share the months; pointing at one tells everything of that month. Bars are what flowed in the month, lines
what stood at its end. Levels keep their colours and shapes; of instalments and days past due, the darker the worse.
What is unpaid has a mark of one size, since a small sum is no smaller trouble; months that nobody knows are hatched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ews.serving.pages.borrower.lanes import decision_path, lane_axis, lane_series, lanes
from ews.serving.pages.borrower.months import Column
from ews.serving.pages.render import View

_FAINT, _LINE, _BLUE, _DARK = "#596775", "#dfe4ea", "#5b83b0", "#1f3a5f"
_LANE, _LEFT, _RIGHT = 22, 92, 14
_GAP, _BAND, _PHONE = 30, 70, 520


@dataclass(frozen=True, slots=True)
class _Band:
    """A grid of the chart: what its vertical axis is called and how its values are told."""

    name: str
    format: str | None


def option(columns: Sequence[Column], view: View, *, is_comparable: bool = True) -> dict[str, Any]:
    """Return the chart; bands of which nothing is known are left out.

    Where the last pd is not comparable with those before, it stands apart from their line.
    """
    rows = lanes(columns, view)
    bands, series = _bands(columns, view, is_comparable=is_comparable)
    top, grids, xs, ys = 4, [], [], []
    heights = [_LANE * len(rows), *(_BAND for _ in bands)]
    for at, height in enumerate(heights):
        top += 0 if at == 0 else _GAP
        grids.append({"left": _LEFT, "right": _RIGHT, "top": top, "height": height})
        xs.append(_x(columns, at, view, is_last=at == len(heights) - 1))
        top += height
    ys = [lane_axis(rows), *(_y(band, at) for at, band in enumerate(bands, start=1))]
    return {
        "axisPointer": {"link": [{"xAxisIndex": "all"}], "label": {"show": False}},
        "tooltip": {"trigger": "axis", "textStyle": {"fontSize": 12}},
        "grid": grids,
        "xAxis": xs,
        "yAxis": ys,
        "series": [*lane_series(rows), *series],
        "media": [
            {"query": {"maxWidth": _PHONE}, "option": _narrow(len(rows), len(grids))},
            {"option": _wide(len(rows), len(grids))},
        ],
    }


def _narrow(lanes: int, grids: int) -> dict[str, Any]:
    """Return what is narrower where a month has a few points only: letters stand upright, marks are small."""
    small: dict[str, Any] = {"symbolSize": [8, 15], "label": {"rotate": 90, "fontSize": 9}}
    return {"grid": [{"left": 74, "right": 6}] * grids, "series": [small] * lanes}


def _wide(lanes: int, grids: int) -> dict[str, Any]:
    """Return the same as it is elsewhere, for a window that was narrow and has been made wide."""
    usual: dict[str, Any] = {"symbolSize": [22, 15], "label": {"rotate": 0, "fontSize": 10}}
    return {"grid": [{"left": _LEFT, "right": _RIGHT}] * grids, "series": [usual] * lanes}


def height_class(chart: Mapping[str, Any]) -> str:
    """Return the class that gives the chart its height, by the number of its bands."""
    return f"time-{len(chart['grid']) - 1}"


def _bands(columns: Sequence[Column], view: View, *, is_comparable: bool) -> tuple[list[_Band], list[dict[str, Any]]]:
    parts = [
        _pd(columns, view, is_comparable=is_comparable),
        _flows(columns, view),
        _cards(columns, view),
        _inquiries(columns, view),
    ]
    parts.append(_instalments(columns, view))
    kept = [(band, series) for band, series in parts if any(_has_value(one) for one in series)]
    made = [
        {**one, "xAxisIndex": at, "yAxisIndex": at} for at, (_, series) in enumerate(kept, start=1) for one in series
    ]
    return [band for band, _ in kept], made


def _pd(columns: Sequence[Column], view: View, *, is_comparable: bool) -> tuple[_Band, list[dict[str, Any]]]:
    values = [_of_batch(one) for one in columns]
    name = view._("Probability of default")
    last = max((at for at, value in enumerate(values) if value is not None), default=None)
    if is_comparable or last is None:
        return _Band(name, "percent"), [_line(name, values, "percent", _DARK)]
    before = [None if at == last else value for at, value in enumerate(values)]
    apart = [value if at == last else None for at, value in enumerate(values)]
    point = {**_line(view._("Probability of default, not comparable"), apart, "percent", _FAINT), "symbolSize": 9}
    return _Band(view._("Probability of default (○ not comparable)"), "percent"), [
        _line(name, before, "percent", _DARK),
        {**point, "symbol": "emptyCircle"},
    ]


def _of_batch(one: Column) -> dict[str, Any] | None:
    """Return the point of a batch, which leads to its decision."""
    if one.standing is None or one.standing.pd is None:
        return None
    return {"value": one.standing.pd, "href": decision_path(one)}


def _flows(columns: Sequence[Column], view: View) -> tuple[_Band, list[dict[str, Any]]]:
    inflow, balance = view._("Money received"), view._("Balance at month end")
    return _Band(view._("Money received (bars), balance at month end (line)"), "money"), [
        _bar(inflow, _month(columns, "inflow_fen"), "money", _BLUE),
        _line(balance, _month(columns, "balance_fen"), "money", _DARK),
    ]


def _cards(columns: Sequence[Column], view: View) -> tuple[_Band, list[dict[str, Any]]]:
    name = view._("Card limits in use")
    line = _line(name, [one.card_utilisation for one in columns], "percent", _DARK)
    return _Band(name, "percent"), [{**line, "areaStyle": {"color": "#c6d5e6", "opacity": 0.6}}]


def _inquiries(columns: Sequence[Column], view: View) -> tuple[_Band, list[dict[str, Any]]]:
    name = view._("Credit inquiries")
    unknown = [at for at, one in enumerate(columns) if one.has_figures and one.month and one.month.inquiries is None]
    bars = _bar(name, _month(columns, "inquiries"), "count", _BLUE)
    if not unknown:
        return _Band(name, "count"), [bars]
    hatched = {
        "type": "custom",
        "name": "_unknown",
        "hatched": True,
        "silent": True,
        "data": [[at, 0] for at in unknown],
    }
    return _Band(view._("Credit inquiries (hatched: not known)"), "count"), [hatched, bars]


def _instalments(columns: Sequence[Column], view: View) -> tuple[_Band, list[dict[str, Any]]]:
    told = (
        (view._("Paid on time"), "paid_on_time_fen", "#c6d5e6"),
        (view._("Paid late"), "paid_late_fen", "#6b86a5"),
        (view._("Not paid"), "unpaid_fen", "#14243a"),
    )
    band = _Band(view._("Instalments: light paid on time, medium paid late, dark with ▼ not paid"), "money")
    bars = [{**_bar(name, _month(columns, field), "money", colour), "stack": "due"} for name, field, colour in told]
    unpaid = [
        [at, one.month.unpaid_fen] for at, one in enumerate(columns) if one.month is not None and one.month.unpaid_fen
    ]
    marks = {
        "type": "scatter", "name": "_unpaid", "data": unpaid, "symbol": "triangle", "symbolRotate": 180,
        "symbolSize": 11, "symbolOffset": [0, -9], "itemStyle": {"color": "#14243a"}, "silent": True,
    }  # fmt: skip
    return band, [*bars, marks] if unpaid else bars


def _x(columns: Sequence[Column], at: int, view: View, *, is_last: bool) -> dict[str, Any]:
    names = [view._("since") if one.ends_on is None else f"{one.ends_on:%Y-%m}" for one in columns]
    return {
        "type": "category",
        "gridIndex": at,
        "data": names,
        "boundaryGap": True,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": _LINE}},
        "axisLabel": {"show": is_last, "color": _FAINT, "fontSize": 11, "hideOverlap": True},
    }


def _y(band: _Band, at: int) -> dict[str, Any]:
    return {
        "type": "value",
        "gridIndex": at,
        "name": band.name,
        "nameLocation": "end",
        "nameGap": 6,
        "nameTextStyle": {"align": "left", "color": "#1d2733", "fontSize": 11},
        "splitNumber": 2,
        "minInterval": 1 if band.format == "count" else 0,
        "axisLabel": {"formatter": f"fn:{band.format}", "color": _FAINT, "fontSize": 10},
        "splitLine": {"lineStyle": {"color": "#eef1f5"}},
    }


def _bar(name: str, values: Sequence[Any], told: str, colour: str) -> dict[str, Any]:
    return {
        "type": "bar", "name": name, "data": list(values), "format": told, "itemStyle": {"color": colour},
        "barCategoryGap": "30%",
    }  # fmt: skip


def _line(name: str, values: Sequence[Any], told: str, colour: str) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "data": list(values),
        "format": told,
        "symbolSize": 4,
        "lineStyle": {"color": colour, "width": 2},
        "itemStyle": {"color": colour},
    }


def _month(columns: Sequence[Column], name: str) -> list[Any]:
    return [None if one.month is None else getattr(one.month, name) for one in columns]


def _has_value(series: Mapping[str, Any]) -> bool:
    return any(value is not None for value in series["data"])
