"""Charts of a model: how many defaults it finds, whether its chances are right, whether grades have moved."""

from collections.abc import Sequence
from typing import Any

from ews.models.examined import Examined
from ews.monitoring.drift import GradeDrift
from ews.monitoring.stability import MOVED, MOVED_FAR
from ews.serving.pages.render import View

_MODEL, _PLAIN, _RANGE = "#1c5fa8", "#596775", "#c6d5e6"
_GRID = {"left": 8, "right": 16, "top": 36, "bottom": 8, "containLabel": True}


def power(view: View, examined: Examined) -> dict[str, Any] | None:
    """Return the share of defaults among the riskiest borrowers."""
    if not examined.power:
        return None
    axis = {"type": "value", "min": 0, "max": 1, "axisLabel": {"formatter": "fn:percent"}}
    model, chance = view._("by the model"), view._("by chance")
    return {
        "grid": _GRID,
        "legend": {"top": 0, "left": 0},
        "tooltip": {"trigger": "item"},
        "xAxis": axis,
        "yAxis": axis,
        "series": [
            {
                "name": model,
                "type": "line",
                "symbolSize": 5,
                "lineStyle": {"width": 2},
                "itemStyle": {"color": _MODEL},
                "data": [
                    {
                        "value": [looked, found],
                        "told": view._(
                            "riskiest %(looked)s of borrowers: %(found)s of the defaults",
                            looked=f"{100 * looked:.0f}%",
                            found=f"{100 * found:.0f}%",
                        ),
                    }
                    for looked, found in examined.power
                ],
            },
            {
                "name": chance,
                "type": "line",
                "symbol": "none",
                "lineStyle": {"type": "dotted"},
                "itemStyle": {"color": _PLAIN},
                "data": [[0, 0], [1, 1]],
            },
        ],
    }


def calibration(view: View, examined: Examined) -> dict[str, Any] | None:
    """Return what was expected and what came of ten groups, from the safest to the riskiest."""
    bands = examined.calibration
    if not bands:
        return None
    return {
        "grid": _GRID,
        "legend": {"top": 0, "left": 0},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [str(number) for number in range(1, len(bands) + 1)]},
        "yAxis": {"type": "value", "axisLabel": {"formatter": "fn:percent"}},
        "series": [
            {
                "name": view._("defaulted"),
                "type": "bar",
                "format": "percent",
                "itemStyle": {"color": _RANGE},
                "data": [one.defaults / one.rows for one in bands],
            },
            {
                "name": view._("expected"),
                "type": "line",
                "format": "percent",
                "symbolSize": 6,
                "itemStyle": {"color": _MODEL},
                "data": [one.mean_pd for one in bands],
            },
            *(
                {
                    "name": name,
                    "type": "scatter",
                    "format": "percent",
                    "symbol": "rect",
                    "symbolSize": [14, 2],
                    "itemStyle": {"color": _PLAIN},
                    "data": [getattr(one, end) for one in bands],
                }
                for end, name in (("low", view._("may be as low as")), ("high", view._("may be as high as")))
            ),
        ],
    }


def drift(view: View, found: Sequence[GradeDrift]) -> dict[str, Any] | None:
    """Return the stability of the grades, batch by batch; None where no later batch has any."""
    if not found:
        return None
    lines = [{"yAxis": bound, "name": f"{bound:.2f}"} for bound in (MOVED, MOVED_FAR)]
    return {
        "grid": _GRID,
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [one.as_of.isoformat() for one in found]},
        "yAxis": {"type": "value", "min": 0, "max": max(0.3, *(one.shift.psi or 0 for one in found))},
        "series": [
            {
                "name": view._("PSI of the grades"),
                "type": "line",
                "itemStyle": {"color": _MODEL},
                "data": [None if one.shift.psi is None else round(one.shift.psi, 4) for one in found],
                "markLine": {
                    "symbol": "none",
                    "silent": True,
                    "lineStyle": {"color": _PLAIN, "type": "dashed"},
                    "label": {"formatter": "{b}", "position": "insideEndTop"},
                    "data": lines,
                },
            }
        ],
    }
