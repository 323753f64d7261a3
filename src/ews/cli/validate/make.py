"""Make: a validation of a stored model on a book, from its table built again to every result.

Battery  all chapters of validation/, with fit from training; treatment and the whole system where the store tells them
First    the model's own test is the initial validation; where labels have matured since, the later snapshots are held
         against it
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from ews.casework.treatments import casework_treatments
from ews.cli.validate.adapter import circles_over, fit_of, taught_of, tested_of
from ews.cli.validate.curves import curves_of
from ews.cli.validate.remade import Remade, recorded_and_found, remade
from ews.cli.validate.system import marked, watched
from ews.cli.validate.unproven import unproven
from ews.cli.validate.validated import Lineage, Snapshot, Validated
from ews.cli.validate.words import LEFT_OUT_TEXT
from ews.domain.errors import TrainingDataError
from ews.domain.progress import Progress, silent
from ews.domain.text import Language, Text
from ews.domain.version import code_version
from ews.events.book import Book
from ews.models.frozen import FrozenModel
from ews.outcomes.definition import Definition
from ews.outcomes.fates import defaults_by_day
from ews.outcomes.treatments import book_treatments
from ews.policy.policy import Policy
from ews.store.engine import Store
from ews.training.freeze import pd_of_unseen
from ews.training.table import SnapshotCount
from ews.validation.battery import Effort, Initial, battery
from ews.validation.chapters.data import hashes, reconciled
from ews.validation.chapters.discrimination import InitialPower, auc_change
from ews.validation.delong import aucs
from ews.validation.earliness.history import first_after
from ews.validation.results import Result
from ews.validation.tested import Tested
from ews.validation.treatment.marking import treated_rows
from ews.validation.treatment.results import treatment_results

_LEFT_OUT = tuple(name for name in LEFT_OUT_TEXT if name != "used")
_QUICK_REPLICATES, _REPLICATES = 50, 200


@dataclass(frozen=True, slots=True)
class Subject:
    """What is validated, and where: `store` is null where nothing was ever published.

    `policy_by_hash` finds the policies that decided; without it nobody can tell what rules alone would have said.
    """

    model: FrozenModel
    run_id: str | None
    is_champion: bool
    book: Book
    book_folder: Path
    home: Path
    store: Store | None
    policy: Policy
    groups: pd.DataFrame | None = None
    policy_by_hash: Callable[[str], Policy | None] | None = None


def make(
    subject: Subject, *, made_at: datetime, made_by: str, is_quick: bool = False, progress: Progress = silent
) -> Validated:  # fmt: skip
    """Return what a validation of the model finds; ModelError where its data cannot be built again."""
    seconds: dict[str, float] = {}
    with _timed(seconds, "table"):
        again = remade(subject.book, subject.model, progress)
    tested, results = _tested_and_results(subject, again, seconds, is_quick=is_quick, progress=progress)
    with _timed(seconds, "system"):
        replicates = _QUICK_REPLICATES if is_quick else _REPLICATES
        system = watched(
            subject.home,
            subject.store,
            subject.book,
            subject.model,
            replicates=replicates,
            seed=again.recipe.seed,
            policy_by_hash=None if is_quick else subject.policy_by_hash,
        )
    is_provisional = system.horizon_months != subject.model.horizon_months
    results += marked(system.results, system.why, is_provisional=is_provisional)
    return Validated(
        portfolio=subject.model.portfolio,
        model_id=subject.model.model_id,
        run_id=subject.run_id,
        is_champion=subject.is_champion,
        made_at=made_at,
        made_by=made_by,
        is_quick=is_quick,
        lineage=_lineage(subject, again, tested),
        snapshots=_snapshots(again),
        results=results,
        unproven=unproven(subject.model, again, tested, system, results, is_quick=is_quick),
        system_days=system.days,
        curves=curves_of(tested, again.first_days, system),
        seconds=seconds,
    )


def _tested_and_results(
    subject: Subject, again: Remade, seconds: dict[str, float], *, is_quick: bool, progress: Progress
) -> tuple[Tested, tuple[Result, ...]]:
    model, parts, table = subject.model, again.parts, again.table
    with _timed(seconds, "pd"):
        circles = circles_over(subject.book, table.days)
        taught = taught_of(table.subset(parts.train), circles)
        chance = pd_of_unseen(model, table, parts, again.recipe, progress)
        tested = tested_of(model, table.subset(parts.test), chance, circles, subject.policy, subject.book)
    initial = _initial(tested, again)
    effort = Effort(
        replicates=_QUICK_REPLICATES if is_quick else _REPLICATES,
        seed=again.recipe.seed,
        model_seed=again.recipe.seed,
        families=not is_quick,
    )
    with _timed(seconds, "battery"):
        progress("tests", 0, 1)
        fit = None if is_quick else fit_of(model, again.recipe)
        groups = _groups_of(subject, tested)
        found = battery(tested, taught, fit=fit, initial=initial, groups=groups, effort=effort)
        progress("tests", 1, 1)
    recorded, now = recorded_and_found(model, table.subset(parts.train))
    checked = (*_reconciled(again), hashes(recorded, now))
    changed = (_later_against_first(tested, again, initial),)
    rest = tuple(one for one in found if one.test != "auc_change")
    return tested, (*checked, *rest, *changed, *_treatment(subject, again, tested, effort))


def _initial(tested: Tested, again: Remade) -> Initial | None:
    """Return what the model's own test found, None where no later snapshot can be held against it."""
    if not again.later_days:
        return None
    first = tested.subset(tested.rows["as_of"].isin(again.first_days).to_numpy(dtype=bool))
    found = aucs([first.pd], first.outcome, first.circles)
    held = first.rows.loc[first.rows["as_of"] == again.first_days[-1], "grade"].value_counts()
    power = InitialPower(float(found.values[0]), float(np.sqrt(found.covariance[0, 0])))
    return Initial(power, tuple(int(held.get(grade, 0)) for grade in tested.grades))


def _later_against_first(tested: Tested, again: Remade, initial: Initial | None) -> Result:
    later = tested.rows["as_of"].isin(again.later_days).to_numpy(dtype=bool)
    return auc_change(tested.subset(later) if initial else tested, initial.power if initial else None)


def _reconciled(again: Remade) -> tuple[Result, ...]:
    counts = again.table.counts
    total = sum(one.borrowers for one in counts)
    named = {name: sum(getattr(one, name) for one in counts) for name in (*_LEFT_OUT, "used")}
    listed = Text(*(_listed(named, language) for language in (Language.EN, Language.ZH)))
    told = Text(f"{total:,} borrowers by snapshot = {listed.en}.", f"各时点客户合计{total:,}户 = {listed.zh}。")
    return (replace(reconciled(total, named), note=told),)


def _listed(named: Mapping[str, int], language: Language) -> str:
    return ", ".join(f"{LEFT_OUT_TEXT[name].in_(language)} {count:,}" for name, count in named.items() if count)


def _treatment(subject: Subject, again: Remade, tested: Tested, effort: Effort) -> tuple[Result, ...]:
    """Return the results of treatment; none where nobody tested was treated within the horizon."""
    found = [book_treatments(subject.book, known_by=again.known_by)]
    if subject.store is not None:
        found.append(casework_treatments(subject.store, subject.model.portfolio, known_by=again.known_by))
    there = [one for one in found if len(one)]
    if not there:
        return ()
    keys = again.table.subset(again.parts.test).keys
    failed = defaults_by_day(subject.book, Definition.from_dict(subject.model.definition), again.known_by)
    rows = keys[["borrower_id", "as_of", "ends_on"]].assign(default_on=first_after(keys, failed, "default_on"))
    done = treated_rows(rows, pd.concat(there, ignore_index=True), known_by=again.known_by)
    if not done.any():
        return ()
    return treatment_results(
        tested.pd, tested.outcome, done, tested.circles, replicates=effort.replicates, seed=effort.seed
    )


def _groups_of(subject: Subject, tested: Tested) -> pd.DataFrame | None:
    """Return the protected groups of the rows tested, by borrower; TrainingDataError where a borrower has none."""
    if subject.groups is None:
        return None
    told = tested.rows[["borrower_id"]].merge(subject.groups, on="borrower_id", how="left").drop(columns="borrower_id")
    if told.isna().to_numpy().any():
        missing = tested.rows["borrower_id"][told.isna().any(axis=1).to_numpy()].iloc[0]
        message = f"The groups say nothing of borrower '{missing}'. Give every borrower tested a word in each column."
        raise TrainingDataError(message)
    return told


def _snapshots(again: Remade) -> tuple[Snapshot, ...]:
    def told(one: SnapshotCount) -> Snapshot:
        left_out = {name: int(getattr(one, name)) for name in _LEFT_OUT}
        taught = one.as_of in again.parts.plan.train
        return Snapshot(one.as_of, taught, one.borrowers, left_out, one.used, one.defaulted)

    return tuple(told(one) for one in again.table.counts)


def _lineage(subject: Subject, again: Remade, tested: Tested) -> Lineage:
    taught, reference = again.table.subset(again.parts.train), subject.model.reference
    return Lineage(
        book=str(subject.book_folder),
        book_id=subject.book.manifest.book_id,
        book_id_then=reference["book_id"],
        known_by=again.known_by,
        labels_known_by=subject.model.labels_known_by,
        data_hash=taught.data_hash,
        catalogue_version=subject.model.catalogue_version,
        recipe=reference["recipe"],
        split=reference["split"],
        taught_days=again.parts.plan.train,
        first_days=again.first_days,
        later_days=again.later_days,
        rows_taught=len(taught),
        defaults_taught=int(taught.outcome.sum()),
        rows_tested=len(tested),
        defaults_tested=tested.defaults,
        features=len(subject.model.features),
        policy_hash=subject.policy.hash,
        code_version=code_version(),
    )


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - started
