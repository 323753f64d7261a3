"""The command that retrains: a challenger tuned within a budget, beside the champion, through the gate.

Order   the champion is read first: nobody trains for hours to learn then that there is nothing to compare with
Stored  the model, its run with one run below it per trial, and the comparison; what decides stays as it is
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ews.cli import show
from ews.cli.desks import now
from ews.cli.retraining.effect import Effect, effect_of
from ews.cli.retraining.gate import compared
from ews.cli.retraining.tell import tell
from ews.cli.settings import Settings
from ews.domain.progress import Progress
from ews.events.book import Book, open_book
from ews.models.champion import champion, has_champion
from ews.models.comparison import Comparison, Figures, keep_comparison
from ews.models.frozen import FrozenModel
from ews.training.recipe import Recipe, resolve_recipe
from ews.training.report import TrainingReport
from ews.training.run import keep_model, make_model
from ews.training.table import TrainingTable
from ews.training.tracking import Also, Child
from ews.training.trained import Trained
from ews.training.tuning import Budget, Tuned, tune


@dataclass(frozen=True, slots=True)
class Asked:
    """`batches` are judged by both models, 0: none."""

    book: Path
    recipe: Path | Mapping[str, Any] | None
    known_by: date | None
    budget: Budget
    batches: int = 1


@dataclass(frozen=True, slots=True)
class Retrained:
    """`comparison` and `effect` are None for the first model of a portfolio, and for the champion made again."""

    report: TrainingReport
    tuned: Tuned
    comparison: Comparison | None
    effect: Effect | None
    champion_id: str | None


def retrain(settings: Settings, asked: Asked, *, as_json: bool) -> Retrained:
    """Make a challenger, compare it with the champion, and tell whether the gate lets it decide."""
    with show.progress("retrain", quiet=as_json) as progress:
        made = retrained(settings, asked, progress)
    if as_json:
        show.as_json(plain(made))
    else:
        tell(made.report, made.tuned, made.comparison, made.effect)
    return made


def retrained(settings: Settings, asked: Asked, progress: Progress) -> Retrained:
    """Return the challenger, stored and recorded; ModelError where the champion cannot be read."""
    book = open_book(asked.book)
    former = _champion(settings.home, book.manifest.portfolio)
    trained, tuned = _made(book, asked, progress, settings.home)
    is_new = former is not None and former.model_id != trained.model.model_id
    comparison = compared(trained, former, now=_now()) if former is not None and is_new else None
    report = keep_model(
        book,
        settings.home,
        trained,
        also=_also(tuned, comparison),
        tracking_uri=settings.tracking,
        progress=progress,
    )
    effect = None
    if comparison is not None and former is not None:
        comparison = replace(comparison, run_id=report.run_id)
        keep_comparison(settings.home, book.manifest.portfolio, comparison)
        if asked.batches:
            effect = effect_of(settings, asked.book, former, trained.model, asked.batches, progress)
    return Retrained(report, tuned, comparison, effect, None if former is None else former.model_id)


def plain(made: Retrained) -> dict[str, Any]:
    """Return plain data."""
    effect, difference = made.effect, None
    if effect is not None:
        difference = {"why": effect.why} if effect.difference is None else effect.difference.as_dict()
    gate = None if made.comparison is None else {"passed": made.comparison.passed, **asdict(made.comparison)}
    tuned = {"best": made.tuned.best, "trials": [asdict(one) for one in made.tuned.trials]}
    return {**asdict(made.report), "champion_id": made.champion_id, "tuned": tuned, "gate": gate, "effect": difference}


def _champion(home: Path, portfolio: str) -> FrozenModel | None:
    return champion(home, portfolio) if has_champion(home, portfolio) else None


def _made(book: Book, asked: Asked, progress: Progress, work: Path) -> tuple[Trained, Tuned]:
    found: list[Tuned] = []

    def choose(seen: TrainingTable, recipe: Recipe) -> Recipe:
        found.append(tune(seen, recipe, asked.budget, progress))
        return found[0].recipe

    recipe = resolve_recipe(book.manifest.recipe, asked.recipe)
    made = make_model(book, recipe, known_by=asked.known_by, choose=choose, progress=progress, work=work)
    return made, found[0]


def _also(tuned: Tuned, comparison: Comparison | None) -> Also:
    """Return what the run of a retraining holds besides: the trials below it, and the comparison."""
    tags = {"kind": "retrain", "trials": str(len(tuned.trials)), "best_trial": str(tuned.best)}
    if comparison is None:
        return Also("retrain", tags, {}, {}, _children(tuned))
    tags |= {"champion_id": comparison.champion_id, "gate": "open" if comparison.passed else "shut"}
    metrics: dict[str, float] = {"compared_rows": comparison.rows, "compared_defaults": comparison.defaults}
    for who, figures in (("champion", comparison.champion), ("challenger", comparison.challenger)):
        metrics |= _known(who, figures)
    for check in comparison.checks:
        if check.about == "whole":
            ends = {"": check.value, "_low": check.low, "_high": check.high}
            metrics |= {f"gate_{check.test}{end}": value for end, value in ends.items() if value is not None}
    document = {"passed": comparison.passed, **asdict(comparison)}
    return Also("retrain", tags, metrics, {"comparison.json": _dates_as_text(document)}, _children(tuned))


def _children(tuned: Tuned) -> tuple[Child, ...]:
    return tuple(
        Child(
            name=f"trial {trial.number:03d}",
            parameters=trial.parameters,
            metrics={"log_loss": trial.log_loss, "rounds": trial.rounds, "seconds": trial.seconds},
            tags={"kind": "trial", "is_best": str(trial.number == tuned.best).lower()},
        )
        for trial in tuned.trials
    )


def _known(who: str, figures: Figures) -> dict[str, float]:
    return {f"{who}_{name}": value for name, value in asdict(figures).items() if value is not None}


def _dates_as_text(document: Mapping[str, Any]) -> dict[str, Any]:
    days = [day.isoformat() for day in document["days"]]
    return {**document, "days": days, "compared_at": document["compared_at"].isoformat()}


def _now() -> datetime:
    return now().replace(microsecond=0)
