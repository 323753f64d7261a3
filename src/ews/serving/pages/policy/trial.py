"""Trial: what another policy would change on the newest batch, told by level, tier, branch, rule and borrower."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from ews.domain.levels import Tier, WarningLevel
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.monitoring.rows import Row, rows_at
from ews.serving.pages.render import View
from ews.serving.policy_desk import Trial, TrialState
from ews.serving.rights import LOOK
from ews.store.batches import latest_batches

PAGE = 50
MOST_RULES = 12
PROVISIONS: Mapping[str, Text] = {
    "expected_loss_fen": Text("Expected loss", "预期损失"),
    "provision_general_fen": Text("General provisions", "一般准备"),
    "provision_specific_fen": Text("Specific provisions", "专项准备"),
    "provision_standard_fen": Text("By the standard method", "标准法准备"),
}
Scale = Literal["", "tier", "level"]
Word = Tier | WarningLevel


@dataclass(frozen=True, slots=True)
class Cell:
    borrowers: int
    exposure_fen: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows under the old policy, columns under the new one, both from good to bad; a missing cell is nobody's."""

    scale: str
    words: tuple[Word, ...]
    cells: Mapping[tuple[str, str], Cell]

    def total(self, side: int, word: Word) -> int:
        return sum(cell.borrowers for key, cell in self.cells.items() if key[side] == word.value)

    @property
    def moved(self) -> int:
        return sum(cell.borrowers for key, cell in self.cells.items() if key[0] != key[1])


@dataclass(frozen=True, slots=True)
class Branch:
    branch_id: str | None
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Mover:
    """`row` is as the newest batch has it, null where it is there no more."""

    borrower_id: str
    tiers: tuple[Tier, Tier]
    levels: tuple[WarningLevel, WarningLevel]
    because: tuple[str, ...]
    exposure_fen: int | None
    row: Row | None


class Wanted(BaseModel):
    """Which movers are listed: all, or those behind a cell of a matrix."""

    model_config = ConfigDict(extra="forbid")

    portfolio: str = Field(default="", max_length=200)
    proposal: str = Field(default="", max_length=40)
    scale: Scale = ""
    was: str = Field(default="", max_length=40)
    now: str = Field(default="", max_length=40)
    page: int = Field(default=1, ge=1, le=1_000)


def wanted_of(
    portfolio: Annotated[str, Query(max_length=200)],
    proposal: Annotated[str, Query(max_length=40)] = "",
    scale: Scale = "",
    was: Annotated[str, Query(max_length=40)] = "",
    now: Annotated[str, Query(max_length=40)] = "",
    page: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> Wanted:
    return Wanted(portfolio=portfolio, proposal=proposal, scale=scale, was=was, now=now, page=page)


def may_see(actor: Actor) -> bool:
    """Tell whether somebody may know whom a policy moves: borrowers of all branches."""
    return bool(actor.roles & LOOK) and actor.branch_id is None


def trials(view: View, old: str, new: str) -> Mapping[str, Trial]:
    """Return how the comparison does on each portfolio."""
    desk = view.services.policy_desk
    found = (one.batch.portfolio for one in latest_batches(view.services.store))
    return {portfolio: desk.trial(old, new, portfolio) for portfolio in found}


def begin_all(view: View, old: str, new: str) -> None:
    """Have two policies compared on each portfolio, where nobody has yet."""
    if old != new:
        for one in latest_batches(view.services.store):
            view.services.policy_desk.begin(old, new, one.batch.portfolio)


def told(trial: Trial) -> dict[str, Any]:
    """Return what a template shows of a trial that is done; nothing of another."""
    if trial.state is not TrialState.DONE:
        return {}
    found = trial.found
    branches = _branches(found["warnings"])
    return {
        "found": found,
        "matrices": (
            _matrix("level", tuple(WarningLevel), found["levels"]),
            _matrix("tier", tuple(Tier), found["tiers"]),
        ),
        "branches": branches,
        "handed_out": (sum(one.old for one in branches), sum(one.new for one in branches)),
        "rules": _rules(found["by_rule"]),
        "provisions": PROVISIONS,
    }


def movers(view: View, portfolio: str, trial: Trial, wanted: Wanted) -> tuple[Sequence[Mover], int]:
    """Return a page of the borrowers whose tier or level changes, and how many of those that were kept there are."""
    kept = trial.found.get("movers", ())
    if wanted.scale:
        kept = [one for one in kept if one[wanted.scale] == [wanted.was, wanted.now]]
    shown = kept[PAGE * (wanted.page - 1) : PAGE * wanted.page]
    rows = _rows(view, portfolio, [one["borrower_id"] for one in shown])
    return [_mover(one, rows.get(one["borrower_id"])) for one in shown], len(kept)


def _mover(one: Mapping[str, Any], row: Row | None) -> Mover:
    tiers, levels = (Tier(one["tier"][0]), Tier(one["tier"][1])), [WarningLevel(word) for word in one["level"]]
    because = tuple(one["because"])
    return Mover(one["borrower_id"], tiers, (levels[0], levels[1]), because, one["exposure_fen"], row)


def _rows(view: View, portfolio: str, ids: Sequence[str]) -> Mapping[str, Row]:
    """Return borrowers of the newest batch by id."""
    if not ids:
        return {}
    frame = view.services.keeper.frame(portfolio)
    places = pc.index_in(pa.array(ids, frame.borrower_id.type), value_set=frame.borrower_id).drop_null()
    return {row.borrower_id: row for row in rows_at(frame, places.to_numpy(zero_copy_only=False))}


def _matrix(scale: str, words: tuple[Word, ...], moves: Sequence[Sequence[Any]]) -> Matrix:
    return Matrix(scale, words, {(old, new): Cell(count, fen) for old, new, count, fen in moves})


def _branches(warnings: Sequence[Mapping[str, Any]]) -> tuple[Branch, ...]:
    """Return the warnings handed out by branch, those with the largest change first."""
    counted: dict[str, list[int]] = {}
    for one in warnings:
        sums = counted.setdefault(one["branch_id"], [0, 0])
        sums[0], sums[1] = sums[0] + one["old"], sums[1] + one["new"]
    found = [Branch(branch or None, old, new) for branch, (old, new) in counted.items()]
    return tuple(sorted(found, key=lambda one: (-abs(one.new - one.old), one.branch_id or "")))


def _rules(by_rule: Mapping[str, Mapping[str, int]]) -> tuple[tuple[str, int, int], ...]:
    rules = ((code, one["gained"], one["lost"]) for code, one in by_rule.items())
    return tuple(sorted(rules, key=lambda one: (-one[1] - one[2], one[0])))[:MOST_RULES]
