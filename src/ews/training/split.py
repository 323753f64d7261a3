"""Split: which rows teach and which test, so that a test tells the future and not the past."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ews.domain.errors import TrainingDataError
from ews.training.recipe import Recipe
from ews.training.snapshots import Plan
from ews.training.table import Mask, TrainingTable


@dataclass(frozen=True, slots=True)
class Split:
    """Masks over the rows of the table; with cross_fit all rows teach and all are tested."""

    plan: Plan
    train: Mask
    test: Mask


def split(table: TrainingTable, plan: Plan, recipe: Recipe) -> Split:
    """Return the rows that teach and that test as `plan` says.

    TrainingDataError where a part has one class only or fewer defaulters than the folds need, or where a label
    that teaches rests on what was not known yet when the test begins.
    """
    as_of = table.key("as_of")
    train, test = np.isin(as_of, np.array(plan.train)), np.isin(as_of, np.array(plan.test))
    if plan.kind == "borrower":
        part = deal(table, round(1 / recipe.test_share), f"test/{recipe.seed}")
        train, test = part != 0, part == 0
    parts = Split(plan, train, test)
    _require_both_classes(table, parts, recipe)
    _require_purge(table, parts)
    return parts


def deal(table: TrainingTable, parts: int, salt: str) -> NDArray[np.int64]:
    """Return a part number per row: whole borrowers, defaulters spread evenly, the same for any order of rows."""
    hit: dict[str, int] = {}
    for borrower, defaulted in zip(table.borrowers, table.outcome, strict=True):
        hit[borrower] = max(hit.get(borrower, 0), int(defaulted))
    in_turn = sorted(hit, key=lambda borrower: (-hit[borrower], _hash(borrower, salt)))
    part = {borrower: turn % parts for turn, borrower in enumerate(in_turn)}
    return np.array([part[borrower] for borrower in table.borrowers], dtype=np.int64)


def defaulters(table: TrainingTable) -> int:
    """Return how many borrowers default at least once."""
    return len(set(table.borrowers[table.outcome == 1]))


def _require_both_classes(table: TrainingTable, parts: Split, recipe: Recipe) -> None:
    least = 2 * recipe.folds
    for name, mask, needed in (("train", parts.train, least), ("test", parts.test, 1)):
        rows = table.subset(mask)
        bad, good = defaulters(rows), int((rows.outcome == 0).sum())
        if bad < needed or good < needed:
            message = (
                f"Too few defaults to {name}: {len(rows)} rows hold {bad} borrowers who default and {good} rows that "
                f"do not; at least {needed} of each are needed. Give more borrowers or months, or set cross_fit = true."
            )
            raise TrainingDataError(message)


def _require_purge(table: TrainingTable, parts: Split) -> None:
    if parts.plan.kind != "time":
        return
    known_by, begins = max(table.key("label_known_by")[parts.train]), min(parts.plan.test)
    if known_by > begins:
        message = (
            f"A label that teaches rests on what was known by {known_by}, after the test begins on {begins}. "
            "Make the training table with the labels' days of the plan, or set cross_fit = true in the recipe."
        )
        raise TrainingDataError(message)


def _hash(borrower: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}/{borrower}".encode()).hexdigest()
