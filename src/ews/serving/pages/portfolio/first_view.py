"""First view of the book: four figures, what moved, how it is divided, and from where to where borrowers went."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ews.domain.levels import WarningLevel
from ews.domain.text import Language
from ews.monitoring.figures import Figures, Totals, by, ratio, totals
from ews.monitoring.filters import LEFT, NEW, NON_PERFORMING, NOT_KNOWN, Filter, Movement, chosen
from ews.monitoring.frame import BookFrame
from ews.monitoring.migration import Migration, migration
from ews.serving.pages import figures
from ews.serving.pages.portfolio.asked import BookAsked, Measure, Scale
from ews.serving.pages.portfolio.book import Book
from ews.serving.pages.portfolio.words import MOVEMENTS, value_text
from ews.serving.pages.render import View

_MOVEMENTS = tuple(one for one in MOVEMENTS if one not in {Movement.GRADE_WORSE, Movement.GRADE_BETTER})
_MANY = 10**11
"""Fen from which a matrix is told in 亿元."""
_STEPS = (0.0, 0.02, 0.05, 0.15)
"""Shares of a row of the matrix from which a cell is shaded one step darker."""


class Head(NamedTuple):
    """A figure of the first row. `change` is a number whose sign tells the way; `good` the way that is welcome."""

    label: str
    value: str
    changed: str
    change: float | None
    good: str | None
    note: str
    query: Mapping[str, str]


class Shown(NamedTuple):
    """A cell of the matrix: what it says, its share of the row, its shade, and the list behind it."""

    text: str
    share: float | None
    shade: str
    query: Mapping[str, str] | None


class _Teller(NamedTuple):
    unit: str
    tell: Callable[[int], str]


def first_view(view: View, book: Book, asked: BookAsked, wanted: Filter) -> dict[str, Any]:
    """Return what the top of the page shows."""
    whole = totals(book.frame, wanted)
    return {
        "heads": _heads(view, whole, is_comparable=not book.frame.seen_once),
        "whole": whole,
        "movements": _movements(view, book.frame, wanted),
        "divided": divided(view, book.frame, wanted, asked.scale.value),
        "matrix": _matrix(view, book.frame, wanted, asked),
        "scales": tuple(Scale),
        "measures": tuple(Measure),
    }


def divided(view: View, frame: BookFrame, wanted: Filter, scale: str) -> list[dict[str, Any]]:
    """Return a row per word of a scale, with the share of the exposure, and for tiers the non-performing together."""
    groups = by(frame, wanted, scale)
    exposure = sum(one.now.exposure_fen for one in groups)
    return [
        {
            "key": one.key or NOT_KNOWN,
            "text": value_text(scale, one.key, view.language),
            "now": one.now,
            "former": one.former,
            "share": ratio(one.now.exposure_fen, exposure),
        }
        for one in groups
    ]


def _heads(view: View, whole: Totals, *, is_comparable: bool) -> list[Head]:
    """Return the figures; what rests on probabilities is no good news where those of then rest on other data."""
    now, then = whole.now, whole.former
    red = now.levels[WarningLevel.RED]
    money = partial(figures.money, language=view.language)
    return [
        Head(
            view._("Exposure"),
            money(now.exposure_fen),
            *_money_change(view, now, then, "exposure_fen"),
            None,
            view._("%(count)s borrowers in all", count=figures.count(now.borrowers)),
            {},
        ),
        Head(
            view._("Expected loss"),
            money(now.expected_loss_fen),
            *(_money_change(view, now, then, "expected_loss_fen") if is_comparable else ("", None)),
            "down",
            (
                ""
                if is_comparable
                else f"{_money_change(view, now, then, 'expected_loss_fen')[0]} {view._('not comparable')} · "
            )
            + view._(
                "%(share)s of the exposure", share=figures.percent(ratio(now.expected_loss_fen, now.exposure_fen), 2)
            ),
            {"sort": "expected_loss_fen"},
        ),
        Head(
            view._("Non-performing ratio"),
            figures.percent(now.npl_ratio, 2),
            *_points(view, now, then),
            "down",
            view._(
                "%(money)s, %(count)s borrowers",
                money=money(now.non_performing.exposure_fen),
                count=figures.count(now.non_performing.borrowers),
            ),
            {"tier": NON_PERFORMING},
        ),
        Head(
            view._("Red warnings"),
            figures.count(red.borrowers),
            *_red_change(then, red.borrowers),
            "down",
            view._("%(money)s exposure", money=money(red.exposure_fen)),
            {"level": WarningLevel.RED.value},
        ),
    ]


def _money_change(view: View, now: Figures, then: Figures | None, name: str) -> tuple[str, float | None]:
    if then is None:
        return "", None
    change = getattr(now, name) - getattr(then, name)
    return figures.signed_money(change, view.language), change


def _points(view: View, now: Figures, then: Figures | None) -> tuple[str, float | None]:
    if then is None or now.npl_ratio is None or then.npl_ratio is None:
        return "", None
    change = round(100 * (now.npl_ratio - then.npl_ratio), 2)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return view._("%(points)s points", points=f"{sign}{abs(change):.2f}"), change


def _red_change(then: Figures | None, red: int) -> tuple[str, float | None]:
    if then is None:
        return "", None
    change = red - then.levels[WarningLevel.RED].borrowers
    return figures.signed_count(change), change


def _movements(view: View, frame: BookFrame, wanted: Filter) -> list[tuple[str, str, int]]:
    """Return how many moved in each way; nothing where there is no batch to compare with."""
    if frame.compared is None:
        return []
    found = []
    for one in _MOVEMENTS:
        count = int(np.count_nonzero(chosen(frame, replace(wanted, movement=one.value))))
        found.append((one.value, MOVEMENTS[one].in_(view.language), count))
    return found


def _matrix(view: View, frame: BookFrame, wanted: Filter, asked: BookAsked) -> dict[str, Any] | None:
    found = migration(frame, wanted, asked.scale.value)
    if found is None:
        return None
    scale, measure = asked.scale.value, asked.measure
    tell = _teller(view, found, measure)
    is_comparable = scale != Scale.GRADE.value or not frame.seen_once
    return {
        "unit": tell.unit,
        "columns": [value_text(scale, one, view.language) for one in found.now],
        "rows": [
            {
                "text": value_text(scale, former, view.language),
                "cells": _cells(found, row, measure, tell, is_comparable=is_comparable),
                "total": tell.tell(sum(_amounts(found, row, measure))),
                "query": {f"former_{scale}": former} if former != NEW else {"movement": NEW},
            }
            for row, former in enumerate(found.former)
        ],
    }


def _cells(found: Migration, row: int, measure: Measure, teller: _Teller, *, is_comparable: bool) -> list[Shown]:
    former, amounts = found.former[row], _amounts(found, row, measure)
    whole = sum(amounts)
    shown = []
    for column, (cell, amount) in enumerate(zip(found.cells[row], amounts, strict=True)):
        now = found.now[column]
        share = amount / whole if whole and cell.borrowers else None
        query = {f"former_{found.scale}": former, found.scale: now} if cell.borrowers else None
        text = teller.tell(amount) if cell.borrowers else ""
        shade = _shade(former, now, row - column, share) if is_comparable else "cell-aside"
        shown.append(Shown(text, share, shade, query))
    return shown


def _shade(former: str, now: str, way: int, share: float | None) -> str:
    """Return the class of a cell: worse right of the diagonal, better left of it; the darker the greater its share."""
    if former == NEW or now == LEFT or NOT_KNOWN in {former, now}:
        return "cell-aside"
    if way == 0:
        return "cell-same"
    if share is None:
        return "cell-none"
    return f"cell-{'worse' if way < 0 else 'better'}-{sum(share >= one for one in _STEPS)}"


def _amounts(found: Migration, row: int, measure: Measure) -> list[int]:
    """Return the borrowers of each cell, or their exposure: of now, of then for whoever has left."""
    if measure is Measure.NUMBER:
        return [one.borrowers for one in found.cells[row]]
    named = zip(found.now, found.cells[row], strict=True)
    return [one.former_exposure_fen if now == LEFT else one.exposure_fen for now, one in named]


def _teller(view: View, found: Migration, measure: Measure) -> _Teller:
    """Return how the numbers of a matrix are told: all in one unit, so that they compare and fit."""
    if measure is Measure.NUMBER:
        return _Teller(view._("borrowers"), figures.count)
    most = max(sum(_amounts(found, row, measure)) for row in range(len(found.former)))
    if view.language is Language.EN:
        return _Teller(view._("millions of yuan"), lambda fen: f"{fen / 1e8:,.1f}")
    if most >= _MANY:
        return _Teller("亿元", lambda fen: f"{fen / 1e10:,.2f}")
    return _Teller("万元", lambda fen: f"{fen / 1e6:,.0f}")
