"""Circle: the guarantee circle as a graph; the same circle is always drawn the same.

Places   the borrower in the middle, whoever is one link away on a ring around it, the next on a second ring, each near
         the one through whom they hang together
Marks    fill and rim tell the warning level, a square in dark who is past due for more than 30 days or in default
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any
from urllib.parse import quote

from ews.domain.exhibits import Circle, Link, Party
from ews.domain.levels import WarningLevel
from ews.domain.text import Language, Text
from ews.serving.pages import figures
from ews.serving.pages.borrower.lanes import LEVEL_COLOURS
from ews.serving.pages.render import View, link

LINK_TEXTS: Mapping[str, Text] = {
    "guarantee": Text("guarantees", "担保"),
    "controller": Text("controls", "实际控制"),
    "spouse": Text("married to", "配偶"),
    "shareholder": Text("owns a share of", "持股"),
    "affiliate": Text("affiliate of", "关联"),
    "group": Text("same group", "同一集团"),
}
KIND_TEXTS: Mapping[str, Text] = {
    "firm": Text("firm", "企业"),
    "person": Text("person", "个人"),
    "unknown": Text("not known to the bank", "非本行客户"),
}
MASKED = "party-"
_RINGS = (0.0, 150.0, 290.0)
_TROUBLE, _PLAIN, _CENTRE = "#14243a", "#c6d5e6", "#1f3a5f"
_MOST_LABELLED = 24
_ON_A_PHONE = {"label": {"fontSize": 9, "width": 70}, "edgeLabel": {"show": False}}


@dataclass(frozen=True, slots=True)
class Money:
    """What the borrower has guaranteed and is guaranteed, as far as told; `troubled_fen` for those in trouble."""

    given_fen: int
    received_fen: int
    troubled_fen: int
    in_trouble: int


def option(circle: Circle, own: Collection[str], portfolio: str, view: View) -> dict[str, Any]:
    """Return the graph; parties of `own` lead to their pages."""
    places = _places(circle)
    nodes = [_node(one, places[one.party_id], one.party_id in own, portfolio, view) for one in circle.parties]
    return {
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "name": view._("Guarantee circle"),
                "roam": False,
                "data": nodes,
                "links": [_edge(one, circle, view) for one in circle.links],
                "edgeSymbol": ["none", "arrow"],
                "edgeSymbolSize": 7,
                "label": {
                    "show": True, "position": "bottom", "backgroundColor": "#ffffffb0", "fontSize": 11,
                    "color": "#1d2733", "width": 120, "overflow": "truncate",
                },
                "edgeLabel": {
                    "show": len(circle.links) <= _MOST_LABELLED, "fontSize": 11, "color": "#1d2733", "formatter": "",
                    "backgroundColor": "#ffffff",
                },
                "labelLayout": {"hideOverlap": True},
            }
        ],
        "media": [{"query": {"maxWidth": 520}, "option": {"series": [_ON_A_PHONE]}}],
    }  # fmt: skip


def money(circle: Circle) -> Money:
    """Return what is guaranteed from and to the borrower, and for whom it is in trouble."""
    me = next((one.party_id for one in circle.parties if one.hops == 0), None)
    troubled = {one.party_id for one in circle.parties if one.in_trouble and one.hops > 0}
    given = [one for one in circle.links if one.kind == "guarantee" and one.from_id == me]
    received = [one for one in circle.links if one.kind == "guarantee" and one.to_id == me]
    return Money(
        sum(one.amount_fen or 0 for one in given),
        sum(one.amount_fen or 0 for one in received),
        sum(one.amount_fen or 0 for one in given if one.to_id in troubled),
        len(troubled),
    )


def called(party: Party, language: Language) -> str:
    """Return the name of a party; the id of one whom the book does not name, or whom the reader may not know."""
    is_masked = party.party_id.startswith(MASKED) and language is Language.EN
    return party.party_id if is_masked else party.name or party.party_id


def trouble(party: Party, language: Language) -> str | None:
    """Return what is wrong with a party; None where nothing is, or nobody knows."""
    if party.in_default:
        return Text("in default", "已违约").in_(language)
    if party.dpd:
        return Text(f"{party.dpd} days past due", f"逾期 {party.dpd} 天").in_(language)
    return Text("in trouble", "出险").in_(language) if party.in_trouble else None


def borrower_path(party_id: str, portfolio: str) -> str:
    return link(f"/borrowers/{quote(party_id, safe='')}", portfolio=portfolio)


def _places(circle: Circle) -> Mapping[str, tuple[float, float]]:
    """Return where each party stands: on the ring of its distance, in the sector of its neighbour nearer the middle."""
    parents = _parents(circle)
    found: dict[str, tuple[float, float]] = {}
    angles: dict[str, float] = {}
    for hops in sorted({one.hops for one in circle.parties}):
        ring = [one for one in circle.parties if one.hops == hops]
        ordered = sorted(ring, key=lambda one: (angles.get(parents.get(one.party_id, ""), 0.0), one.party_id))
        radius = _RINGS[min(hops, len(_RINGS) - 1)]
        for at, one in enumerate(ordered):
            angle = _angle(at, len(ordered), hops)
            angles[one.party_id] = angle
            found[one.party_id] = (round(2.0 * radius * cos(angle), 1), round(radius * sin(angle), 1))
    return found


def _angle(at: int, number: int, hops: int) -> float:
    return 2 * pi * (at + 0.5 * (hops % 2)) / max(number, 1)


def _parents(circle: Circle) -> Mapping[str, str]:
    """Return for each party the neighbour nearest the middle, the first by id."""
    hops = {one.party_id: one.hops for one in circle.parties}
    found: dict[str, str] = {}
    pairs = sorted(
        {*((one.from_id, one.to_id) for one in circle.links), *((one.to_id, one.from_id) for one in circle.links)}
    )
    for near, far in pairs:
        if near in hops and far in hops and hops[near] < hops[far]:
            found.setdefault(far, near)
    return found


def _node(party: Party, place: tuple[float, float], is_own: bool, portfolio: str, view: View) -> dict[str, Any]:  # noqa: FBT001 - of one place
    language, bad = view.language, trouble(party, view.language)
    told = [called(party, language), KIND_TEXTS[party.kind].in_(language)]
    told += (
        [] if party.exposure_fen is None else [f"{view._('Exposure')} {figures.money(party.exposure_fen, language)}"]
    )
    told += [] if party.grade is None else [f"{view._('Grade')} {party.grade}"]
    told += [] if party.level is None else [party.level.text.in_(language)]
    told += [] if bad is None else [bad]
    name = called(party, language) if bad is None else f"{called(party, language)}\n{bad}"
    node = {
        "id": party.party_id,
        "name": party.party_id,
        "x": place[0],
        "y": place[1],
        "symbol": "rect" if party.in_trouble else "circle",
        "symbolSize": 30 if party.hops == 0 else 18,
        "itemStyle": _style(party),
        "label": {
            "formatter": name,
            "fontWeight": "bold" if party.hops == 0 or party.in_trouble else "normal",
        },
        "told": "\n".join(told),
    }  # fmt: skip
    return {**node, "href": borrower_path(party.party_id, portfolio)} if is_own else node


def _style(party: Party) -> dict[str, Any]:
    level = party.level or WarningLevel.NONE
    if party.hops == 0:
        return {"color": _CENTRE, "borderColor": LEVEL_COLOURS[level], "borderWidth": 3}
    fill = _TROUBLE if party.in_trouble else _PLAIN
    rim = "#6b86a5" if party.level is None else LEVEL_COLOURS[level]
    return {"color": fill, "borderColor": rim, "borderWidth": 2 if party.level is None else 3}


def _edge(one: Link, circle: Circle, view: View) -> dict[str, Any]:
    names = {party.party_id: called(party, view.language) for party in circle.parties}
    what = LINK_TEXTS[one.kind].in_(view.language)
    amount = figures.money(one.amount_fen, view.language) if one.amount_fen is not None else ""
    is_money = one.kind == "guarantee"
    label = {"formatter": amount if is_money else ""}
    style = {
        "color": "#1f3a5f" if is_money else "#9aa7b5",
        "width": 1.6 if is_money else 1,
        "curveness": 0.12,
        "opacity": 0.9,
    }
    return {
        "source": one.from_id,
        "target": one.to_id,
        "label": label,
        "lineStyle": {**style, "type": "solid" if is_money else "dashed"},
        "symbol": ["none", "none" if one.kind in {"spouse", "group", "affiliate"} else "arrow"],
        "told": f"{names.get(one.from_id, one.from_id)} → {names.get(one.to_id, one.to_id)}\n{what} {amount}".rstrip(),
    }


def links_of(circle: Circle, party_id: str) -> Sequence[Link]:
    """Return the links that a party stands at."""
    return [one for one in circle.links if party_id in {one.from_id, one.to_id}]
