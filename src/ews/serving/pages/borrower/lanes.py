"""Lanes: the rows of marks at the top of the time line: grade, tier, level, days past due, what was raised and done.

A level keeps its colour and shape; of tiers and days past due, the darker the worse. Each mark tells itself in words;
those of a batch lead to how its decision came about.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language
from ews.serving.pages import figures
from ews.serving.pages.borrower.months import WARNINGS, WORK, Column, Event
from ews.serving.pages.render import View, link

Lane = tuple[str, list[dict[str, Any]]]
"""What a row is called, and its marks."""
LEVEL_COLOURS: Mapping[WarningLevel, str] = {
    WarningLevel.NONE: "#2fb344",
    WarningLevel.YELLOW: "#f59f00",
    WarningLevel.ORANGE: "#f76707",
    WarningLevel.RED: "#d63939",
}
TIER_COLOURS: Mapping[Tier, tuple[str, str]] = {
    Tier.PASS: ("#e9eff6", "#24405f"),
    Tier.SPECIAL_MENTION: ("#c6d5e6", "#1b3350"),
    Tier.SUBSTANDARD: ("#4d6885", "#ffffff"),
    Tier.DOUBTFUL: ("#324a66", "#ffffff"),
    Tier.LOSS: ("#14243a", "#ffffff"),
}
_SHAPES = {
    WarningLevel.NONE: ("rect", [10, 3]),
    WarningLevel.YELLOW: ("circle", 10),
    WarningLevel.ORANGE: ("diamond", 12),
    WarningLevel.RED: ("triangle", 11),
}
_INITIALS = {Tier.PASS: "P", Tier.SPECIAL_MENTION: "SM", Tier.SUBSTANDARD: "SS", Tier.DOUBTFUL: "D", Tier.LOSS: "L"}
_FAINT, _DARK = "#596775", "#1f3a5f"


def lanes(columns: Sequence[Column], view: View) -> list[Lane]:
    """Return the rows of marks at the top, the uppermost first."""
    lanes = [
        (view._("Grade"), [_of_batch(one, _grade(one)) for one in columns]),
        (view._("Tier"), [_of_batch(one, _tier(one, view.language)) for one in columns]),
        (view._("Warning level"), [_of_batch(one, _level(one, view.language)) for one in columns]),
        (view._("Days past due"), [_dpd(one, view) for one in columns]),
        (view._("Warnings"), [_happened(one, WARNINGS) for one in columns]),
        (view._("Checks and acts"), [_happened(one, WORK) for one in columns]),
    ]
    return [(name, [mark for mark in marks if mark]) for name, marks in _placed(lanes)]


def decision_path(one: Column) -> str | None:
    """Return where the decision of a month is told with its derivation; None where there is none."""
    found = one.standing
    if found is None:
        return None
    who, batch = quote(found.borrower_id, safe=""), quote(found.batch_id, safe="")
    return link(f"/borrowers/{who}/decisions/{batch}", portfolio=found.portfolio)


def _of_batch(one: Column, mark: dict[str, Any]) -> dict[str, Any]:
    """Return a mark of a batch, which leads to its decision."""
    return {**mark, "href": decision_path(one), "cursor": "pointer"} if mark else mark


def _placed(lanes: Sequence[Lane]) -> list[Lane]:
    """Give each mark its column and the lane from below."""
    return [
        (name, [{**mark, "value": [column, len(lanes) - 1 - row]} if mark else {} for column, mark in enumerate(marks)])
        for row, (name, marks) in enumerate(lanes)
    ]


def _grade(one: Column) -> dict[str, Any]:
    if one.standing is None:
        return {}
    return _written(one.standing.grade, "#1d2733", "transparent")


def _tier(one: Column, language: Language) -> dict[str, Any]:
    if one.standing is None:
        return {}
    tier = one.standing.tier
    back, ink = TIER_COLOURS[tier]
    mark = _written(tier.text.zh[0] if language is Language.ZH else _INITIALS[tier], ink, back)
    return {**mark, "told": tier.text.in_(language)}


def _level(one: Column, language: Language) -> dict[str, Any]:
    if one.standing is None:
        return {}
    level = one.standing.level
    symbol, size = _SHAPES[level]
    return {
        "symbol": symbol,
        "symbolSize": size,
        "itemStyle": {"color": LEVEL_COLOURS[level]},
        "told": level.text.in_(language),
    }


def _dpd(one: Column, view: View) -> dict[str, Any]:
    days = None if one.month is None else one.month.dpd
    if days is None:
        return {}
    tier = (
        Tier.PASS
        if days == 0
        else Tier.SPECIAL_MENTION
        if days <= 30
        else Tier.SUBSTANDARD
        if days <= 90
        else Tier.LOSS
    )
    back, ink = TIER_COLOURS[tier]
    return {**_written("" if days == 0 else str(days), ink, back), "told": view._("%(days)s days past due", days=days)}


def _happened(one: Column, lane: str) -> dict[str, Any]:
    found = [event for event in one.events if event.lane == lane]
    if not found:
        return {}
    begun = [event for event in found if not event.is_end]
    worst = max((event.level for event in begun if event.level), key=lambda level: level.rank, default=None)
    if worst is not None:
        symbol, size = _SHAPES[worst]
        mark: dict[str, Any] = {"symbol": symbol, "symbolSize": size, "itemStyle": {"color": LEVEL_COLOURS[worst]}}
    elif lane == WARNINGS:
        mark = {
            "symbol": "circle",
            "symbolSize": 9,
            "itemStyle": {"color": "#ffffff", "borderColor": "#2fb344", "borderWidth": 2},
        }
    else:
        mark = {"symbol": "roundRect", "symbolSize": 10, "itemStyle": {"color": _DARK}}
    if len(found) > 1:
        mark["label"] = {
            "show": True,
            "position": "right",
            "distance": 1,
            "fontSize": 10,
            "color": _FAINT,
            "formatter": str(len(found)),
        }
    return {**mark, "told": "\n".join(_told(event) for event in found)}


def _told(event: Event) -> str:
    return f"{figures.day(event.on)} {event.text}"


def _written(text: str, ink: str, back: str) -> dict[str, Any]:
    label = {"formatter": text, "color": ink}
    return {"symbol": "rect", "itemStyle": {"color": back}, "label": label, "told": text}


def lane_series(rows: Sequence[Lane]) -> list[dict[str, Any]]:
    return [
        {
            "type": "scatter",
            "name": name,
            "xAxisIndex": 0,
            "yAxisIndex": 0,
            "data": [
                {**mark, "told": f"{name}  {mark['told']}" if "\n" not in mark["told"] else mark["told"]}
                for mark in marks
            ],
            "symbolSize": [22, 15],
            "emphasis": {"disabled": True},
            "label": {"show": True, "fontSize": 10, "formatter": ""},
        }
        for name, marks in rows
    ]


def lane_axis(rows: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {
        "type": "category",
        "gridIndex": 0,
        "data": [name for name, _ in reversed(rows)],
        "axisTick": {"show": False},
        "axisLine": {"show": False},
        "axisLabel": {"color": _FAINT, "fontSize": 11, "interval": 0},
        "splitLine": {"show": True, "lineStyle": {"color": "#eef1f5"}},
    }
