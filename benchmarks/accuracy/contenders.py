"""Contenders: the product's own way, and the plain ways it has to beat."""

from datetime import date
from pathlib import Path

from benchmarks.accuracy.paired import Floats
from ews.events.book import Book, open_book
from ews.events.importing import import_source
from ews.models.frozen import predict_pd
from ews.training.dataset import training_table
from ews.training.fit import fit
from ews.training.freeze import freeze
from ews.training.recipe import Recipe, resolve_recipe
from ews.training.table import TrainingTable

SOURCES = Path(__file__).resolve().parents[2] / "examples" / "sources"


def imported(name: str, data: Path, directory: Path) -> Book:
    """Import a public data set with its shipped source."""
    book = directory / name
    import_source(SOURCES / name, data, book)
    return open_book(book)


def table_of(book: Book, days: list[date], **changes: object) -> tuple[TrainingTable, Recipe]:
    """Return the product's training table of `days` and its recipe."""
    recipe = resolve_recipe(book.manifest.recipe, changes)
    return training_table(book, recipe, days, known_by=book.manifest.extracted_on), recipe


def product(seen: TrainingTable, unseen: TrainingTable, recipe: Recipe) -> Floats:
    """Return the served pd of `unseen` by a model made from `seen`."""
    model = freeze(fit(seen, recipe), seen, recipe, portfolio="benchmark")
    return predict_pd(model, unseen.frame)
