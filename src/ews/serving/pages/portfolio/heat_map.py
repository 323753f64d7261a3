"""Heat map: industry against region, as a chart and as a table; each cell leads to its list.

Pale   a cell with few borrowers, whose share says little, has no colour
Bars   where there is one region or one industry only, a map would be a single line: a list with bars stands there
"""

from collections.abc import Callable, Mapping
from typing import Any

from ews.monitoring.figures import Figures
from ews.monitoring.filters import NOT_KNOWN, Filter
from ews.monitoring.heat import Line, heat
from ews.serving.pages import figures
from ews.serving.pages.portfolio.asked import BookAsked
from ews.serving.pages.portfolio.asked import Heat as Kind
from ews.serving.pages.portfolio.book import Book
from ews.serving.pages.portfolio.words import value_text
from ews.serving.pages.render import View, link

FEW = 20
"""Borrowers below which a share says little."""
_SHORT = 4
"""Letters of a name up to which twelve names stand side by side."""

_VALUES: Mapping[Kind, Callable[[Figures], float | None]] = {
    Kind.WARNED: lambda one: one.share_warned,
    Kind.PD: lambda one: one.mean_pd,
    Kind.NPL: lambda one: one.npl_ratio,
    Kind.MONEY: lambda one: one.exposure_fen or None,
}


def heat_map(view: View, book: Book, asked: BookAsked, wanted: Filter) -> dict[str, Any]:
    """Return chart and table of what the address asks to be shown."""
    found = heat(book.frame, wanted)
    rows = [_name(view, one, "industry") for one in found.rows]
    columns = [_name(view, one, "region") for one in found.columns]
    cells = [
        [
            _cell(view, asked, one, (found.rows[row], found.columns[column]), (rows[row], columns[column]))
            for column, one in enumerate(line)
        ]
        for row, line in enumerate(found.cells)
    ]
    table = list(zip(rows, cells, strict=True))
    lines = bars(asked.heat, rows, columns, cells)
    chart = None if lines else _chart(asked.heat, rows, columns, cells)
    return {"heat_columns": columns, "heat_rows": table, "heat_chart": chart, "heat_bars": lines}


def bars(kind: Kind, rows: list[str], columns: list[str], cells: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the cells of a map of one column or one row with their bars, the greatest first; else nothing.

    `share` is how far the bar reaches: of 100%, and where it is money of the largest; null where it says little.
    """
    if min(len(rows), len(columns)) != 1:
        return []
    named = zip(rows if len(columns) == 1 else columns, (one for line in cells for one in line), strict=True)
    known = [(name, one) for name, one in named if one["borrowers"]]
    whole = max((one["value"] or 0 for _, one in known), default=0) if kind is Kind.MONEY else 1
    told = [
        {**one, "name": name, "share": None if _is_pale(one, kind) or not whole else (one["value"] or 0) / whole}
        for name, one in known
    ]
    return sorted(told, key=lambda one: (one["share"] is None, -(one["share"] or 0)))


def _name(view: View, line: Line, name: str) -> str:
    if line.is_rest:
        return view._("%(count)s others", count=line.words)
    return value_text(name, line.key, view.language)


def _cell(
    view: View, asked: BookAsked, one: Figures, lines: tuple[Line, Line], names: tuple[str, str]
) -> dict[str, Any]:
    value = _VALUES[asked.heat](one) if one.borrowers else None
    text = figures.money(value, view.language) if asked.heat is Kind.MONEY else figures.percent(value)
    href = None
    if one.borrowers and not any(line.is_rest for line in lines):
        own = {name: line.key or NOT_KNOWN for name, line in zip(("industry", "region"), lines, strict=True)}
        href = link("/borrowers", **{"portfolio": asked.portfolio, **asked.filters, **own})
    told = view._(
        "%(industry)s, %(region)s: %(value)s; %(count)s borrowers, %(money)s",
        industry=names[0],
        region=names[1],
        value=text,
        count=figures.count(one.borrowers),
        money=figures.money(one.exposure_fen, view.language),
    )
    return {"value": value, "text": text, "href": href, "told": told, "borrowers": one.borrowers}


def _chart(kind: Kind, rows: list[str], columns: list[str], cells: list[list[dict[str, Any]]]) -> dict[str, Any] | None:
    known = [one for line in cells for one in line if one["value"] is not None]
    if not known:
        return None
    most = max((one["value"] for one in known if not _is_pale(one, kind)), default=1) or 1
    return {
        "grid": {"left": 8, "right": 12, "top": 8, "bottom": 64, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": {
            "type": "category",
            "data": columns,
            "axisLabel": {"interval": 0, "rotate": 0 if max(map(len, columns)) <= _SHORT else 30},
        },
        "yAxis": {"type": "category", "data": rows, "inverse": True},
        "visualMap": {
            "min": 0,
            "max": most,
            "calculable": True,
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "itemHeight": 120,
            "itemWidth": 12,
            "formatter": "fn:money" if kind is Kind.MONEY else "fn:percent",
            "inRange": {"color": ["#eef3f8", "#b9cbe0", "#7f9dc0", "#4a6d99", "#1f3a5f"]},
        },
        "series": [
            {
                "name": "heat",
                "type": "heatmap",
                "label": {"show": True, "fontSize": 11},
                "data": [
                    _datum(column, row, one, most, kind)
                    for row, line in enumerate(cells)
                    for column, one in enumerate(line)
                    if one["value"] is not None
                ],
            }
        ],
    }


def _is_pale(one: Mapping[str, Any], kind: Kind) -> bool:
    return kind is not Kind.MONEY and bool(one["borrowers"] < FEW)


def _datum(column: int, row: int, one: Mapping[str, Any], most: float, kind: Kind) -> dict[str, Any]:
    is_pale = _is_pale(one, kind)
    is_dark = one["value"] > 0.55 * most and not is_pale
    text = one["text"].removesuffix("元").strip()
    return {
        "value": [column, row, one["value"]],
        "told": one["told"],
        "href": one["href"],
        "label": {"color": "#fff" if is_dark else "#596775" if is_pale else "#1d2733", "formatter": text},
        "itemStyle": {"borderColor": "#fff", "borderWidth": 1, **({"color": "#fafbfc"} if is_pale else {})},
    }
