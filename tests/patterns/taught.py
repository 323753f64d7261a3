"""Taught: a model of world A, made the product's own way, for what the plants do to a pd; made once per test run.

Two days a year apart teach: days nearer to each other share most of their labels. It is not tested, for what it is
asked here is the plants; fewer folds find the rounds.
"""

from pathlib import Path

from filelock import FileLock

from ews.events.book import open_book
from ews.models.frozen import FrozenModel
from ews.simulation.simulate import simulate
from ews.training.dataset import training_table
from ews.training.fit import fit
from ews.training.freeze import freeze
from ews.training.recipe import resolve_recipe
from ews.training.snapshots import plan_snapshots

BORROWERS, MONTHS, SEED = 9_000, 36, 5
RECIPE = {
    "snapshot_every_months": 12, "cross_fit": True, "folds": 3, "fold_repeats": 1, "learning_rate": 0.04,
}  # fmt: skip


def taught_model(shared: Path) -> FrozenModel:
    """Return the model below `shared`, made by whichever worker comes first."""
    root = shared / "taught-model"
    content, booster = root / "model.json", root / "booster.txt"
    with FileLock(shared / "taught-model.lock"):
        if not content.exists():
            model = _teach(root / "book")
            booster.write_text(model.booster, encoding="utf-8")
            content.write_text(model.to_json(), encoding="utf-8")
    return FrozenModel.from_json(content.read_text(encoding="utf-8"), booster.read_text(encoding="utf-8"))


def _teach(place: Path) -> FrozenModel:
    simulate(place, borrowers=BORROWERS, months=MONTHS, seed=SEED)
    book = open_book(place)
    recipe, known_by = resolve_recipe(book.manifest.recipe, RECIPE), book.manifest.extracted_on
    plan = plan_snapshots(book, recipe, known_by=known_by)
    table = training_table(book, recipe, plan.days, known_by=known_by)
    return freeze(fit(table, recipe), table, recipe, portfolio=book.manifest.portfolio)
