"""Remade: the table that a model was made of, built anew from the book, and the rows that test the model today.

Taught   the snapshots that taught, with labels as they were known then: their hash must be the recorded one
Tested   the snapshots of the model's own test and, where labels have matured since, the later ones too
Grown    a book that grew may have another id; what counts is that the rows that taught are the same
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ews.domain.errors import ModelError
from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.features.catalogue import VERSION
from ews.models.frozen import FrozenModel
from ews.outcomes.horizon import month_end_on_or_before, months_later
from ews.outcomes.labels import label_reach
from ews.training.dataset import training_table
from ews.training.recipe import Recipe, resolve_recipe
from ews.training.snapshots import Plan
from ews.training.split import Split, split
from ews.training.table import TrainingTable

_SHOWN = 12
BY_TIME = "time"


@dataclass(frozen=True, slots=True)
class Remade:
    """`parts` divides `table`; `first_days` are those of the model's own test, `later_days` have matured since."""

    recipe: Recipe
    table: TrainingTable
    parts: Split
    first_days: tuple[date, ...]
    later_days: tuple[date, ...]
    known_by: date


def remade(book: Book, model: FrozenModel, progress: Progress = silent) -> Remade:
    """Return the rows of `model` from `book`; ModelError says what differs from what was recorded."""
    reference = model.reference
    _check_before(book, model)
    recipe = resolve_recipe({}, reference["recipe"])
    known_by = book.manifest.known_to
    taught, first = (_days(reference[name]) for name in ("snapshots", "test_snapshots"))
    later = _later_days(book, recipe, first[-1], known_by) if reference["split"] == BY_TIME else ()
    plan = Plan(reference["split"], taught, (*first, *later), ())
    table = training_table(book, recipe, plan.days, known_by=_known(plan, model, known_by), progress=progress)
    parts = split(table, plan, recipe)
    check_data(book, model, table.subset(parts.train))
    return Remade(recipe, table, parts, first, later, known_by)


def _known(plan: Plan, model: FrozenModel, known_by: date) -> Mapping[date, date]:
    """Return per day what its label rests on; days that taught keep what was known then."""
    if plan.kind == BY_TIME:
        return plan.labels_known_by(known_by)
    return dict.fromkeys(plan.days, model.labels_known_by)


def _later_days(book: Book, recipe: Recipe, last: date, known_by: date) -> tuple[date, ...]:
    """Return the snapshots after `last` whose labels are mature by now, as far apart as those that taught."""
    reach = label_reach(book, recipe.definition, known_by)
    end = month_end_on_or_before(months_later(reach, -recipe.horizon_months))
    found: list[date] = []
    day = months_later(last, recipe.snapshot_every_months)
    while day <= end:
        found.append(day)
        day = months_later(last, recipe.snapshot_every_months * (len(found) + 1))
    return tuple(found)


def _check_before(book: Book, model: FrozenModel) -> None:
    missing = [
        name
        for name in ("book_id", "recipe", "data_hash", "rows", "snapshots", "test_snapshots", "split")
        if name not in model.reference
    ]
    if missing:
        message = (
            f"The model {model.model_id[:_SHOWN]} does not say what it was made of ({', '.join(missing)}), so that "
            "nobody can build its table again. Train it again with 'ews train'."
        )
        raise ModelError(message)
    if book.manifest.portfolio != model.portfolio:
        message = (
            f"The book is of portfolio '{book.manifest.portfolio}', the model {model.model_id[:_SHOWN]} of "
            f"'{model.portfolio}'. Name the book of the model with --book."
        )
        raise ModelError(message)
    if model.catalogue_version != VERSION:
        message = (
            f"The features differ: the model {model.model_id[:_SHOWN]} was made with catalogue "
            f"{model.catalogue_version}, this version of ews makes {VERSION}. Validate with the version that made it "
            "(environment.txt of its run), or train again."
        )
        raise ModelError(message)


def check_data(book: Book, model: FrozenModel, taught: TrainingTable) -> None:
    """Raise ModelError where the rows that taught are not the recorded ones, with everything that differs."""
    reference, found = model.reference, taught.data_hash
    if found == reference["data_hash"]:
        return
    pairs = (
        ("book", reference["book_id"][:_SHOWN], book.manifest.book_id[:_SHOWN]),
        ("rows that taught", reference["rows"], len(taught)),
        ("defaults among them", reference.get("defaults"), int(taught.outcome.sum())),
        ("hash of the rows", reference["data_hash"][:_SHOWN], found[:_SHOWN]),
    )
    differs = "; ".join(f"{name}: recorded {was}, found {now}" for name, was, now in pairs if was != now)
    message = (
        f"The data of the model {model.model_id[:_SHOWN]} cannot be built again from this book. {differs}. Name the "
        "book that it was trained on with --book, or restore that book from the backup."
    )
    raise ModelError(message)


def recorded_and_found(model: FrozenModel, taught: TrainingTable) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the hashes that were recorded and those found again, by name."""
    recorded: dict[str, Any] = {
        "data": model.reference["data_hash"],
        "features": model.catalogue_version,
        "model": model.model_id,
    }
    found = {"data": taught.data_hash, "features": VERSION, "model": model.model_id}
    return recorded, found


def _days(listed: list[str]) -> tuple[date, ...]:
    return tuple(date.fromisoformat(one) for one in listed)
