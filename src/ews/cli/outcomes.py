"""Commands about outcomes: add them to a book; tell variants of the label, its maturity, and how borrowers ended."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ews.cli import show
from ews.cli.outcomes_taken import taken_rows
from ews.domain.errors import TrainingDataError
from ews.events.additions import AdditionResult, add_outcomes
from ews.events.book import Book, open_book
from ews.features.window import spine_on
from ews.outcomes.definition import Definition
from ews.outcomes.exits import EXIT_TEXT, ExitCount, exit_counts, exits
from ews.outcomes.horizon import month_end_on_or_before, months_later
from ews.outcomes.labels import label_reach
from ews.outcomes.maturity import Maturity, maturity
from ews.outcomes.variants import VARIANT_TEXT, VariantCount, compare_variants
from ews.scoring.wording import MISSING
from ews.training.recipe import resolve_recipe

_FEEDS = ("transactions", "card_statements", "ledger", "payments", "loans")

Span = tuple[int, int]
"""How many months are looked at, and how many lie between two snapshots."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A book looked at on `days`, its labels by `definition` and by what was known on `known_by`."""

    book: Book
    definition: Definition
    known_by: date
    days: tuple[date, ...]


def import_files(book: Path, files: Sequence[Path], known_to: date | None, *, as_json: bool) -> None:
    """Add the outcomes of the files to the book and tell what was taken."""
    result = add_outcomes(book, files, known_to=known_to)
    if as_json:
        show.as_json(result.as_dict())
    else:
        _tell_import(result, book)


def tell_variants(book: Path, recipe: Path | None, known_by: date | None, span: Span, *, as_json: bool) -> None:
    """Tell how many defaulters each variant of the definition finds on the same mature rows."""
    asked = asked_of(book, recipe, known_by, span, mature=True)
    spine = spine_on(asked.book, asked.days).table
    counts = compare_variants(asked.book, spine, asked.definition, known_by=asked.known_by)
    if as_json:
        told = {
            name: [asdict(one) for one in part] for name, part in (("variants", counts), ("total", _summed(counts)))
        }
        show.as_json({**_head(asked), **told})
        return
    rows = [
        (
            f"{VARIANT_TEXT[one.variant].zh}\n{VARIANT_TEXT[one.variant].en}",
            show.count(one.at_risk),
            show.count(one.defaulted),
            _share(one.defaulted, one.at_risk),
            show.count(one.added),
            show.count(one.already),
        )
        for one in _summed(counts)
    ]
    columns = ("", "rows\n样本", "defaults\n违约", "share\n占比", "added\n新增", "already in default\n时点已违约")
    show.table(f"Definitions 违约定义: {_span(asked)}", columns, rows)


def tell_maturity(book: Path, recipe: Path | None, known_by: date | None, span: Span, *, as_json: bool) -> None:
    """Tell which share of which snapshot is mature and when the rest will be."""
    asked = asked_of(book, recipe, known_by, span, mature=False)
    clock = maturity(asked.book, spine_on(asked.book, asked.days).table, asked.definition, known_by=asked.known_by)
    if as_json:
        show.as_json(clock.as_dict())
    else:
        _tell_clock(clock)


def tell_exits(book: Path, recipe: Path | None, known_by: date | None, span: Span, *, as_json: bool) -> None:
    """Tell how the borrowers of each mature snapshot ended."""
    asked = asked_of(book, recipe, known_by, span, mature=True)
    found = exits(asked.book, spine_on(asked.book, asked.days).table, asked.definition, known_by=asked.known_by)
    counts = exit_counts(found, asked.days)
    if as_json:
        show.as_json({**_head(asked), "snapshots": [asdict(one) for one in counts]})
        return
    columns = (
        "snapshot\n时点",
        "at risk\n在险",
        *(f"{text.en}\n{text.zh}" for text in EXIT_TEXT.values()),
        "restructured\n其中重组",
        "cured\n其中恢复",
    )
    show.table(f"Exits 退出方式: {_span(asked)}", columns, [_exit_row(one) for one in counts])


def asked_of(book: Path, recipe: Path | None, known_by: date | None, span: Span, *, mature: bool) -> Asked:
    """Return the book opened and the month ends to look at: the last `mature` ones, or the last that the book tells.

    TrainingDataError where the book is too short to have any.
    """
    opened = open_book(book)
    definition = resolve_recipe(opened.manifest.recipe, recipe).definition
    by = min(known_by or opened.manifest.known_to, opened.manifest.known_to)
    reach = label_reach(opened, definition, by)
    last = month_end_on_or_before(months_later(reach, -definition.horizon_months) if mature else reach)
    first = min((bounds[0] for bounds in map(opened.covered, _FEEDS) if bounds is not None), default=last)
    months, every = span
    days = [months_later(last, -back) for back in range(0, months, every)]
    days = sorted(day for day in days if day >= first)
    if not days:
        message = (
            f"The book tells defaults from {first} to {reach}; no month end in between has a horizon of "
            f"{definition.horizon_months} months that has ended. Give a longer book, or a recipe of a shorter horizon."
        )
        raise TrainingDataError(message)
    return Asked(opened, definition, by, tuple(days))


def _tell_import(result: AdditionResult, book: Path) -> None:
    rows = taken_rows(
        result.delivered,
        result.accepted,
        added=sum(result.added.values()),
        already=result.already,
        reasons=result.reasons,
    )
    show.table("Outcomes 表现结果", ("", ""), rows)
    if result.added:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(result.added.items()))
        show.OUT.print(f"New 新增: {kinds}", soft_wrap=True)
    if result.backdated:
        show.OUT.print(
            f"{result.backdated} of the new rows were known to the bank by {result.before.known_to} and are delivered "
            "only now: decisions of that time did not have them, and are made again from the state of the book that "
            f"they had. 其中 {result.backdated} 条早于上次截止日获知、此次才交付。",
            soft_wrap=True,
        )
    if result.quarantine is not None:
        show.OUT.print(f"Rejected rows lie in 隔离记录位于 {result.quarantine}", soft_wrap=True)
    changed = "known to" if result.changed else "unchanged 未变, known to"
    what = f"{changed} 截至 {result.manifest.known_to}, id {result.manifest.book_id[:12]}"
    show.OUT.print(f"Book 贷款组合 {book}: {what}", soft_wrap=True)


def _tell_clock(clock: Maturity) -> None:
    rows = [
        (
            one.as_of,
            show.count(one.at_risk),
            _share(one.mature, one.at_risk),
            _share(one.at_risk - one.open, one.at_risk),
            show.count(one.defaulted),
            show.count(one.left),
            "" if one.mature == one.at_risk and one.at_risk else one.matures_on,
        )
        for one in clock.snapshots
    ]
    columns = (
        "snapshot\n时点",
        "at risk\n在险",
        "mature\n已成熟",
        "decided\n已确定",
        "defaults so far\n已违约",
        "left\n已退出",
        "matures on\n成熟日",
    )
    title = f"Maturity 标签成熟度: known by {clock.known_by} 获知截止, defaults told to {clock.reach} 违约数据截止"
    show.table(title, columns, rows)


def _exit_row(one: ExitCount) -> tuple[object, ...]:
    ends = (f"{show.count(count)} ({_share(count, one.at_risk)})" for count in one.exits.values())
    return (one.as_of, show.count(one.at_risk), *ends, show.count(one.restructured), show.count(one.cured))


def _summed(counts: Sequence[VariantCount]) -> list[VariantCount]:
    """Return one entry per variant over all snapshots; as_of is the last."""
    summed = []
    for variant in VARIANT_TEXT:
        own = [one for one in counts if one.variant == variant]
        if own:
            totals = {name: sum(getattr(one, name) for one in own) for name in _SUMMED}
            summed.append(VariantCount(variant, own[-1].as_of, **totals))
    return summed


_SUMMED = ("at_risk", "defaulted", "added", "already")


def _head(asked: Asked) -> dict[str, Any]:
    return {
        "book_id": asked.book.manifest.book_id,
        "known_by": asked.known_by.isoformat(),
        "definition": asked.definition.as_dict(),
    }


def _span(asked: Asked) -> str:
    days = asked.days
    return f"{days[0]} … {days[-1]} ({len(days)}), known by {asked.known_by} 获知截止"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else MISSING
