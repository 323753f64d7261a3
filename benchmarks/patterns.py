"""Patterns: what a model of world A makes of each pattern of failing loans planted in a quiet book.

Plants  tests/patterns/plants.py, each beside an innocent double
Asked   the pd rises, and above the double's; the pattern's reason is among the first three; its features turn worse
World   `alike` says, for the first tell of a plant, how many training rows of its kind are at least as bad, and how
        many of them default, beside all rows of that kind: where the world itself punishes a pattern little, an
        honest model does too
Short   loan money left at once: in world A misuse only gives a default its name, it does not make one; whose payouts
        leave for securities default no more than others. Neither pd nor reason is sure to show it
of it   each loan larger: in world A firms with two larger renewals default less than others, not more
        guarantees for failing friends: two rows in a thousand answer for parties in trouble with half of what they
        guarantee; a model of a small world has hardly seen it
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.worlds import Flags, Modelled, Size, modelled, told_on_stderr
from ews.domain.decisions import Decision
from ews.events.book import Book
from tests.patterns.judged import NAMED, Judged, judge

SHOWN_REASONS = 5


def run(worlds: Sequence[str], size: Size, *, as_json: bool) -> None:
    """Measure and print."""
    result: dict[str, Any] = {}
    for world in worlds:
        with tempfile.TemporaryDirectory() as directory:
            result[world] = measure(modelled(world, size, Path(directory)))
    if as_json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        for world, found in result.items():
            _show(world, found)


def measure(made: Modelled) -> dict[str, Any]:
    """Return what the model makes of each plant, and how many of them it sees, raises and names."""
    tell = told_on_stderr(f"patterns {made.world}")
    kinds = _kinds(made.book)
    kind = np.array([kinds.get(borrower, "") for borrower in made.seen.borrowers.tolist()])
    plants = [_told(each, made, kind) for each in judge(made.trained.model)]
    tell(f"judged {len(plants)} plants")
    return {
        "rows": len(made.seen),
        "defaults": int(made.seen.outcome.sum()),
        "plants": plants,
        "riskier": sum(plant["riskier"] for plant in plants),
        "named": sum(plant["named"] for plant in plants),
    }


def _told(found: Judged, made: Modelled, kind: "np.ndarray[Any, np.dtype[np.str_]]") -> dict[str, Any]:
    plant = found.plant
    return {
        "plant": plant.name,
        "pattern": plant.pattern.value,
        "pd_quiet": found.before.pd,
        "pd_planted": found.after.pd,
        "pd_double": found.double.pd,
        "riskier": found.is_riskier,
        "rank": found.rank,
        "named": found.is_named,
        "reasons": _raising(found.after),
        "moved": {each.feature.name: [_or_none(each.before), _or_none(each.after)] for each in found.moved},
        "alike": _alike(found, made, kind == ("individual" if plant.of_owner else "firm")),
    }


def _raising(decision: Decision) -> list[dict[str, Any]]:
    raising = [reason for reason in decision.reasons if reason.log_odds > 0][:SHOWN_REASONS]
    return [{"code": reason.code, "log_odds": round(reason.log_odds, 4)} for reason in raising]


def _alike(found: Judged, made: Modelled, of_kind: Flags) -> dict[str, Any]:
    """Return the training rows that stand at least as bad in the plant's first tell, and the default rates."""
    name = found.plant.tells[0]
    moved = next((each for each in found.moved if each.feature.name == name), None)
    if moved is None:
        return {"tell": name, "planted": None}
    values = made.seen.matrix[:, made.seen.names.index(name)]
    is_as_bad = values >= moved.after if moved.feature.worse == "higher" else values <= moved.after
    as_bad = of_kind & is_as_bad
    return {
        "tell": name,
        "planted": moved.after,
        "rows": int(as_bad.sum()),
        "default_rate": _rate(made.seen.outcome[as_bad]),
        "default_rate_of_kind": _rate(made.seen.outcome[of_kind]),
    }


def _rate(outcome: "np.ndarray[Any, np.dtype[Any]]") -> float | None:
    return float(outcome.mean()) if len(outcome) else None


def _kinds(book: Book) -> dict[str, str]:
    """Return the kind of each borrower, which no correction changes."""
    rows = book.table("borrowers").select("borrower_id", "kind").distinct().to_pyarrow()
    return dict(zip(rows["borrower_id"].to_pylist(), rows["kind"].to_pylist(), strict=True))


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def _show(world: str, found: dict[str, Any]) -> None:
    plants = len(found["plants"])
    title = (
        f"World {world}: {found['rows']:,} training rows, {found['defaults']} defaults. {found['riskier']} plants of "
        f"{plants} are riskier than before and than their doubles, {found['named']} are named"
    )
    shown = Table(title=title, title_justify="left")
    for column in ("plant", "pd quiet → planted", "double", "rank", "reasons", "as bad in the world"):
        shown.add_column(column)
    for plant in found["plants"]:
        shown.add_row(
            plant["plant"],
            f"{plant['pd_quiet']:.2%} → {plant['pd_planted']:.2%}",
            f"{plant['pd_double']:.2%}",
            str(plant["rank"] or "–"),
            "\n".join(f"{one['code']} {one['log_odds']:+.2f}" for one in plant["reasons"][:NAMED]),
            _alike_cell(plant["alike"]),
        )
    Console().print(shown)


def _alike_cell(alike: dict[str, Any]) -> str:
    if not alike.get("rows"):
        return f"{alike['tell']}: none"
    return (
        f"{alike['tell']}: {alike['rows']:,}, default {alike['default_rate']:.1%} ({alike['default_rate_of_kind']:.1%})"
    )
