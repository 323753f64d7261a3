"""Sections of the book below the first view, each read when it comes into sight; each stands alone as a page too."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from ews.domain.exhibits import CircleTotals
from ews.domain.levels import WarningLevel
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.monitoring.figures import Figures, Group, by, ratio
from ews.monitoring.filters import NOT_KNOWN, WARNED, Filter
from ews.monitoring.frame import LEVELS
from ews.monitoring.funnel import Stage, Step, funnel
from ews.monitoring.hits import LEAST, REACHES, hits
from ews.monitoring.movers import movers
from ews.monitoring.trend import trend
from ews.serving.pages.called import Called
from ews.serving.pages.portfolio import charts
from ews.serving.pages.portfolio.asked import BookAsked, Heat
from ews.serving.pages.portfolio.book import Book, circles_in_sight, names_of, own_members, signals_of
from ews.serving.pages.portfolio.first_view import divided
from ews.serving.pages.portfolio.heat_map import heat_map
from ews.serving.pages.portfolio.words import value_text
from ews.serving.pages.render import View

MOST_MOVERS = 10
MOST_CIRCLES = 8
_SHOWN = 12
"""Branches or officers that are shown beside the heat map; the section's own page has all."""


class Section(StrEnum):
    MAP = "map"
    COURSE = "course"
    HITS = "hits"
    MOVERS = "movers"
    PROVISIONS = "provisions"
    CIRCLES = "circles"


TITLES: Mapping[Section, Text] = {
    Section.MAP: Text("Where the risk is", "风险分布"),
    Section.COURSE: Text("From model to verified warning, and over time", "三道过滤与走势"),
    Section.HITS: Text("Hit rate and lead time", "命中率与提前期"),
    Section.MOVERS: Text("Biggest movers", "变动最大的客户"),
    Section.PROVISIONS: Text("Provisions and expected loss", "拨备与预期损失"),
    Section.CIRCLES: Text("Guarantee circles", "担保圈集中度"),
}
STAGES: Mapping[Stage, Text] = {
    Stage.SCORED: Text("Borrowers in the book", "在册客户"),
    Stage.BY_MODEL: Text("1 · Model: the grade warns", "一、模型：等级提示风险"),
    Stage.BY_RULES: Text("2 · Rules: another signal holds", "二、规则：其他预警信号成立"),
    Stage.WARNED: Text("Warned, by either", "有预警（任一来源）"),
    Stage.HANDED_OUT: Text("Handed out to officers", "已下发客户经理"),
    Stage.ACKNOWLEDGED: Text("Acknowledged", "已签收"),
    Stage.TRUE: Text("3 · Person: verified true", "三、人工：核实属实"),
    Stage.FALSE: Text("3 · Person: verified false", "三、人工：核实为误报"),
}


@dataclass(frozen=True, slots=True)
class CircleRow:
    """A guarantee circle as somebody may see it: `shown_id` is a member they may know, `name` that member's."""

    totals: CircleTotals
    shown_id: str
    name: str | None


def content(section: Section, view: View, book: Book, asked: BookAsked, wanted: Filter) -> dict[str, Any]:
    """Return what a section shows; `about` are the borrowers that it names."""
    return _CONTENT[section](view, book, asked, wanted)


def _map(view: View, book: Book, asked: BookAsked, wanted: Filter) -> dict[str, Any]:
    dimension = "officer_id" if wanted.branch_id is not None else "branch_id"
    groups, called = by(book.frame, wanted, dimension), view.called
    return {
        **heat_map(view, book, asked, wanted),
        "heats": tuple(Heat),
        "places": [_place(view, one, dimension, called) for one in (groups[:_SHOWN] if view.is_part else groups)],
        "more": len(groups) - _SHOWN if view.is_part else 0,
        "filter": "officer" if dimension == "officer_id" else "branch",
    }


def _place(view: View, one: Group, dimension: str, called: Called) -> dict[str, Any]:
    text = value_text(dimension, one.key, view.language, called)
    return {"key": one.key or NOT_KNOWN, "text": text, "now": one.now, "former": one.former}


def _course(view: View, book: Book, _asked: BookAsked, wanted: Filter) -> dict[str, Any]:
    history = view.services.keeper.history(book.portfolio)
    steps = funnel(view.services.store, book.frame, wanted.branch_id, signals_of(view, book))
    points = trend(history, wanted.branch_id)
    return {
        "steps": [_step(view, one, steps[0]) for one in steps],
        "warning_grades": [one for one in book.frame.scales["grade"] if one in view.services.warning_grades],
        "points": points,
        "trend": charts.trend(view, points),
    }


def _step(view: View, one: Step, whole: Step) -> dict[str, Any]:
    """Return a step; it leads to its list, where there is one: who is behind it is known where the money is."""
    query: dict[str, str] | None = {"work": one.stage.value} if one.exposure_fen is not None else None
    if one.stage in {Stage.SCORED, Stage.WARNED}:
        query = {} if one.stage is Stage.SCORED else {"level": WARNED}
    return {
        "step": one,
        "text": STAGES[one.stage].in_(view.language),
        "share": None if one.borrowers is None else ratio(one.borrowers, whole.borrowers or 0),
        "query": query if one.borrowers else None,
    }


def _hits(view: View, book: Book, _asked: BookAsked, wanted: Filter) -> dict[str, Any]:
    found = hits(view.services.keeper.history(book.portfolio), wanted.branch_id)
    warned = [one for one in found.cohorts if one.at_least is WarningLevel.YELLOW]
    return {
        "hits": found,
        "reaches": REACHES,
        "hit_rates": [(level, [one for one in found.pools if one.at_least is level]) for level in LEVELS[1:]],
        "cohorts": warned,
        "chart": charts.cohorts(view, warned),
        "least": LEAST,
    }


def _movers(view: View, book: Book, _asked: BookAsked, wanted: Filter) -> dict[str, Any]:
    found = movers(book.frame, wanted, MOST_MOVERS)
    return {
        "movers": found,
        "about": [one.borrower_id for one in (*found.losses, *found.levels)],
        "level_texts": {one.value: one.text.in_(view.language) for one in WarningLevel},
        "reason_texts": {one.value: one.text.in_(view.language) for one in ReasonCode},
    }


def _provisions(view: View, book: Book, _asked: BookAsked, wanted: Filter) -> dict[str, Any]:
    tables = {scale: divided(view, book.frame, wanted, scale) for scale in ("tier", "stage")}
    whole: list[Figures] = [one["now"] for one in tables["tier"]]
    names = ("borrowers", "exposure_fen", "expected_loss_fen", "provision_fen")
    unknown = ("exposure_unknown", "expected_loss_unknown", "provision_unknown")
    return {"tables": tables, "sums": {name: sum(getattr(one, name) for one in whole) for name in (*names, *unknown)}}


def _circles(view: View, book: Book, _asked: BookAsked, wanted: Filter) -> dict[str, Any]:
    found = circles_in_sight(view, book, wanted.branch_id)
    trouble = sorted(
        (one for one in found if one.in_trouble), key=lambda one: (-one.in_trouble_exposure_fen, one.circle_id)
    )
    largest, worst = (list(islice(_told_circles(book, some), MOST_CIRCLES)) for some in (found, trouble))
    return {
        "circles": len(found),
        "largest": largest,
        "worst": worst,
        "in_circles_fen": sum(one.exposure_fen for one in found),
        "about": sorted({one.shown_id for one in (*largest, *worst)}),
    }


def _told_circles(book: Book, circles: Iterable[CircleTotals]) -> Iterator[CircleRow]:
    """Give the circles by a member each that may be named; those without one are left out."""
    for one in circles:
        own = own_members(book, one)
        if own:
            shown = one.largest_id if one.largest_id in own else own[0]
            yield CircleRow(one, shown, names_of(book, [shown]).get(shown))


_Content = Callable[[View, Book, BookAsked, Filter], dict[str, Any]]
_CONTENT: Mapping[Section, _Content] = {
    Section.MAP: _map,
    Section.COURSE: _course,
    Section.HITS: _hits,
    Section.MOVERS: _movers,
    Section.PROVISIONS: _provisions,
    Section.CIRCLES: _circles,
}
