"""Retraining: a book of 72 months whose world changes after 38, told as a story from drift to a model that fits again.

Champion    learns from what was known when the shock sets in
Watched     every sixth month: the champion on borrowers of that day by what became of them, and how far scores and
            features lie from where they lay before the shock
Challenger  `ews retrain` on what is known RETRAIN_AFTER months into the book, taught by days after the shock alone;
            through the gate; approved by two people
Afterwards  batches by the new champion with the old one as shadow; both judged by outcomes nobody knew then
Back        `ews rollback` at the end
"""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.worlds import Size, told_on_stderr
from ews.casework.approvals import second_person
from ews.casework.approvals.proposal import PROMOTION, PromotionDraft
from ews.cli import show
from ews.cli.desks import desk_of, hands_of, log_of, now
from ews.cli.retraining.back import roll_back
from ews.cli.retraining.retrain import Asked, Retrained, retrained
from ews.cli.retraining.shadowing import Watched, watched
from ews.cli.scoring import run_batch
from ews.cli.settings import Settings
from ews.domain.people import Actor, Role
from ews.domain.progress import silent
from ews.events.book import open_book
from ews.models.champion import champion, champion_pointer, champions, stored_model
from ews.models.frozen import FrozenModel, predict_pd
from ews.models.shadow import Shadow, set_shadow
from ews.outcomes.horizon import months_later
from ews.simulation.simulate import PORTFOLIO, simulate
from ews.store.engine import open_store
from ews.training.dataset import training_table
from ews.training.recipe import resolve_recipe
from ews.training.run import train
from ews.training.table import TrainingTable
from ews.training.tuning import Budget
from ews.validation.challenge import figures
from ews.validation.stability import counts_by_band, edges_of, shift

SHOCK_AFTER, RETRAIN_AFTER, BEFORE = 38, 64, 32
"""Months of the book: when the shock sets in, when the challenger is made, the last whose labels the shock spares."""
RECIPE: Mapping[str, Any] = {"horizon_months": 6, "test_months": 4}
LOOKED_EVERY, SCORED_EVERY = 6, 2
FAR = 0.25
OWNER = Actor("owner", "Owner", frozenset({Role.MODEL_OWNER}))
VALIDATOR = Actor("validator", "Validator", frozenset({Role.VALIDATOR}))


@dataclass(frozen=True, slots=True)
class Month:
    """The champion on one day: observed over expected defaults, PSI of its pd, and how many features lie far off."""

    month: int
    rows: int
    defaults: int
    auc: float | None
    log_loss: float | None
    observed_to_expected: float
    psi: float | None
    features_far: int


@dataclass(frozen=True, slots=True)
class Story:
    """`after` are months of the new champion, `without` the same months had the old one gone on."""

    before: tuple[Month, ...]
    retrained: Retrained
    promoted: str
    shadow: Watched
    after: tuple[Month, ...]
    without: tuple[Month, ...]
    rolled_back_to: str
    history: tuple[str, ...]


def run(size: Size, trials: int, *, as_json: bool) -> None:
    """Tell the story of a world of that size."""
    with tempfile.TemporaryDirectory(prefix="ews-retraining-") as folder:
        story = tell_story(Path(folder), size, trials)
    if as_json:
        show.as_json(plain(story))
    else:
        _tell(story)


def tell_story(folder: Path, size: Size, trials: int) -> Story:
    """Return what happened, with everything kept below `folder`."""
    say, book = told_on_stderr("retraining"), folder / "book"
    settings = Settings(home=folder / "home")
    simulate(book, borrowers=size.borrowers, months=size.months, seed=size.seed, shock_after=SHOCK_AFTER)
    last = open_book(book).manifest.extracted_on

    def day(month: int) -> date:
        return months_later(last, month - size.months)

    say("simulated")
    train(book, settings.home, recipe=RECIPE, known_by=day(SHOCK_AFTER))
    old = champion(settings.home, PORTFOLIO)
    say(f"champion {old.model_id[:12]}")
    months = (*watched_months(), *mature_after(size.months))
    tables = _tables(book, {month: day(month) for month in months})
    say(f"looked at {len(tables)} months")
    with redirect_stdout(StringIO()):
        run_batch(settings, book, day(RETRAIN_AFTER - 1), quiet=True)
        asked = Asked(book, since_shock(day(SHOCK_AFTER)), day(RETRAIN_AFTER), Budget(trials))
        made = retrained(settings, asked, silent)
        say(f"challenger {made.report.model_id[:12]}")
        state = _promote(settings, made)
        set_shadow(settings.home, PORTFOLIO, Shadow(old.model_id, now(), OWNER.user_id))
        for month in mature_after(size.months):
            run_batch(settings, book, day(month), quiet=True)
            say(f"scored {day(month)}")
        new = stored_model(settings.home, PORTFOLIO, made.report.model_id)
        beside = watched(settings, PORTFOLIO, old, open_book(book))
        roll_back(settings, PORTFOLIO, None, OWNER.user_id, "End of the story")
    base = tables[BEFORE]
    return Story(
        tuple(_month(old, month, tables[month], base) for month in months if month < RETRAIN_AFTER),
        made,
        state,
        beside,
        tuple(_month(new, month, tables[month], base) for month in mature_after(size.months)),
        tuple(_month(old, month, tables[month], base) for month in mature_after(size.months)),
        champion_pointer(settings.home, PORTFOLIO).model_id,
        tuple(
            f"{one.how.value} {one.model_id[:12]} {', '.join(one.by)}" for one in champions(settings.home, PORTFOLIO)
        ),
    )


def plain(story: Story) -> dict[str, Any]:
    """Return plain data: what a reader asks of the story."""
    comparison = story.retrained.comparison
    return {
        "champion_before": [asdict(one) for one in story.before],
        "gate": None if comparison is None else {"passed": comparison.passed, **asdict(comparison)},
        "promotion": story.promoted,
        "champion_after": [asdict(one) for one in story.after],
        "without_retraining": [asdict(one) for one in story.without],
        "shadow": asdict(story.shadow),
        "history": story.history,
        "rolled_back_to": story.rolled_back_to,
    }


def watched_months() -> Sequence[int]:
    """Return the months whose outcomes are known when the challenger is made."""
    return range(BEFORE, RETRAIN_AFTER - int(RECIPE["horizon_months"]) + 1, LOOKED_EVERY)


def since_shock(day: date) -> Mapping[str, Any]:
    """Return the challenger's recipe: what days before the shock say of default holds no more."""
    return {**RECIPE, "first_snapshot": day}


def mature_after(months: int) -> Sequence[int]:
    """Return the months scored after the promotion whose horizon ends within the book."""
    return range(RETRAIN_AFTER, months - int(RECIPE["horizon_months"]) + 1, SCORED_EVERY)


def _tables(book: Path, days: Mapping[int, date]) -> Mapping[int, TrainingTable]:
    """Return the borrowers of each month with what became of them, by all that the book knows."""
    opened = open_book(book)
    recipe = resolve_recipe(opened.manifest.recipe, RECIPE)
    table = training_table(opened, recipe, list(days.values()), known_by=opened.manifest.known_to)
    opened.engine.disconnect()
    seen = np.array(table.keys["as_of"])
    return {month: table.subset(seen == day) for month, day in days.items()}


def _promote(settings: Settings, made: Retrained) -> str:
    """Propose the challenger and have another person approve it; return the state of the proposal."""
    if made.comparison is None:
        return "nothing to promote"
    store = open_store(settings.database)
    try:
        log = log_of(settings, store)
        desk, hands = desk_of(settings, store, log), hands_of(settings, store, log)
        draft = PromotionDraft(
            PORTFOLIO, made.report.model_id, "The world has changed", made.report.run_id,
            is_emergency=not made.comparison.passed,
        )  # fmt: skip
        case = second_person.propose_promotion(desk, OWNER, draft, hands)
        done = second_person.approve(desk, VALIDATOR, case.case_id, hands, kind=PROMOTION, version=case.version)
    finally:
        store.close()
    return f"{'emergency, ' if draft.is_emergency else ''}{done.state}"


def _month(model: FrozenModel, month: int, table: TrainingTable, base: TrainingTable) -> Month:
    chances, former = predict_pd(model, table.frame), predict_pd(model, base.frame)
    told = figures(chances, table.outcome)
    moved = [_psi(base.matrix[:, column], table.matrix[:, column]) for column in range(table.matrix.shape[1])]
    return Month(
        month,
        len(table),
        int(table.outcome.sum()),
        told["auc"],
        told["log_loss"],
        float(table.outcome.sum() / chances.sum()),
        _psi(former, chances),
        sum(value is not None and value > FAR for value in moved),
    )


def _psi(base: np.ndarray[Any, np.dtype[np.float64]], now_: np.ndarray[Any, np.dtype[np.float64]]) -> float | None:
    edges = edges_of(base)
    return shift(counts_by_band(base, edges), counts_by_band(now_, edges)).psi


def _tell(story: Story) -> None:
    columns = ("month", "rows", "defaults", "AUC", "log-loss", "observed / expected", "PSI of pd", "features far off")
    parts = (
        (f"Champion before; shock after month {SHOCK_AFTER}", story.before),
        ("New champion after its promotion", story.after),
        ("The same months, had the old one gone on", story.without),
    )
    for title, months in parts:
        show.table(title, columns, [_row(one) for one in months])
    comparison = story.retrained.comparison
    if comparison is not None:
        sides = asdict(comparison.champion), asdict(comparison.challenger)
        rows = [(name, *(f"{side[name]:.4f}" for side in sides)) for name in sides[0] if sides[0][name] is not None]
        show.table("Same unseen rows", ("", "champion", "challenger"), rows)
        shut = ", ".join(check.test for check in comparison.against) or "nothing"
        show.OUT.print(f"gate open: {comparison.passed} (against: {shut}); promotion: {story.promoted}")
    for one in story.shadow.beside:
        rows = [
            (check.test, *map(_number, (check.value, check.low, check.high)), check.verdict) for check in one.checks
        ]
        title = f"Old model as shadow, less the new one: {one.rows:,} ({one.defaults})"
        show.table(title, ("", "value", "low", "high", "verdict"), rows)
    for line in story.history:
        show.OUT.print(f"history: {line}")


def _row(one: Month) -> tuple[str, ...]:
    return (
        str(one.month),
        f"{one.rows:,}",
        str(one.defaults),
        _number(one.auc),
        _number(one.log_loss),
        f"{one.observed_to_expected:.2f}",
        _number(one.psi),
        str(one.features_far),
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
