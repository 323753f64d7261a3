"""System: the whole system as it decided, policy, overrides and the memory over batches included, against what came.

Reads     the published batches that this model decided, about a month apart, and what the book knows today
Horizon   the model's own where the batches watched it in full before some default; else the longest whole months that
          they did watch, which every result then says; none where that is less than LEAST_MONTHS
Urgency   the order of the queue: expected loss, then exposure
Beside    the same policy without the pd (rules_alone), where it is asked for; who is late (dpd_alone), the highest pd
          without a policy (pd_alone), a list drawn by chance (chance)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ews.cli.validate.rules_alone import rules_history, said_by_rules
from ews.domain.errors import PolicyError
from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.events.book import Book
from ews.models.frozen import FrozenModel
from ews.outcomes.definition import Definition
from ews.outcomes.fates import arrears_days, circles, defaults_by_day
from ews.outcomes.horizon import months_later
from ews.policy.policy import Policy
from ews.store.batches import batch_page
from ews.store.engine import Store
from ews.store.publications import Publication
from ews.validation.earliness.figures import by_chance
from ews.validation.earliness.history import History, first_after
from ews.validation.earliness.measure import Earliness, earliness
from ews.validation.earliness.results import RULES_ALONE, earliness_results
from ews.validation.results import Result

LEAST_MONTHS = 9
"""A default by days past due comes a quarter after its arrears: below that no flag could be a quarter earlier still."""
_COLUMNS = ("borrower_id", "pd", "level", "expected_loss_fen", "exposure", "dpd_max", "in_default")
_RANKS = {level.value: level.rank for level in WarningLevel}
_MOST_BATCHES = 200


@dataclass(frozen=True, slots=True)
class Watched:
    """`found` is null where the batches do not reach; `why` then says so, and otherwise what the figures rest on."""

    days: tuple[date, ...]
    horizon_months: int
    found: Earliness | None
    why: Text

    @property
    def results(self) -> tuple[Result, ...]:
        return earliness_results(self.found) if self.found is not None else ()


def watched(
    home: Path,
    store: Store | None,
    book: Book,
    model: FrozenModel,
    *,
    replicates: int,
    seed: int,
    policy_by_hash: Callable[[str], Policy | None] | None = None,
) -> Watched:
    """Return how early the batches of `model` warned of what is known today.

    `policy_by_hash` finds the policies that decided them, to tell what rules alone would have said; null leaves it out.
    """
    batches = _batches(home, store, model) if store is not None else ()
    folders = _folders(home, batches)
    known_until = book.manifest.known_to
    days = tuple(sorted(folders))
    horizon = horizon_watched(days, known_until, model.horizon_months)
    if not horizon:
        return Watched(days, horizon, None, _not_yet(days, known_until, model.horizon_months))
    rows, why = _said(folders), _rests_on(days, known_until, horizon, model.horizon_months)
    if store is not None and policy_by_hash is not None:
        try:
            rules = said_by_rules(home, store, book, batches, policy_by_hash)
            rows = rows.merge(rules, on=["borrower_id", "as_of"], validate="one_to_one")
        except PolicyError as error:
            why = _both(why, _without_rules(error))
    rows = _with_fates(book, rows, Definition.from_dict(model.definition), known_until)
    history = History.of(rows, known_until, horizon)
    others = _others(rows, history)
    found = earliness(history, others, replicates=replicates, seed=seed)
    return Watched(days, horizon, found, why)


def _batches(home: Path, store: Store, model: FrozenModel) -> tuple[Publication, ...]:
    """Return the newest batch of each day that the model decided, the oldest first."""
    found, _ = batch_page(store, limit=_MOST_BATCHES, portfolio=model.portfolio)
    own = [one for one in found if one.batch.model_id == model.model_id and not one.superseded]
    there = [one for one in own if (home / one.batch.directory / "decisions.parquet").is_file()]
    return tuple(sorted(there, key=lambda one: one.batch.as_of))


def _folders(home: Path, batches: Sequence[Publication]) -> Mapping[date, Path]:
    return {one.batch.as_of: home / one.batch.directory for one in batches}


def horizon_watched(days: Sequence[date], known_until: date, horizon_months: int) -> int:
    """Return over how many months a default can be looked back on; 0 where that is too short to tell anything."""
    if not days:
        return 0
    months = 12 * (known_until.year - days[0].year) + known_until.month - days[0].month
    if months > horizon_months:
        return horizon_months
    return months // 2 if months // 2 >= LEAST_MONTHS else 0


def _said(folders: Mapping[date, Path]) -> pd.DataFrame:
    parts = []
    for day, folder in sorted(folders.items()):
        rows = pq.read_table(folder / "decisions.parquet", columns=list(_COLUMNS)).to_pandas()
        known = rows[["expected_loss_fen", "exposure"]].astype("float64").fillna(-1.0)
        urgency = np.empty(len(rows))
        urgency[np.lexsort((known["exposure"], known["expected_loss_fen"]))] = np.arange(len(rows))
        ranks = rows["level"].map(_RANKS).to_numpy(dtype=np.int8)
        parts.append(rows.assign(as_of=pd.Timestamp(day), urgency=urgency, level_rank=ranks))
    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return whole.rename(columns={"exposure": "exposure_fen", "dpd_max": "dpd"})


def _with_fates(book: Book, rows: pd.DataFrame, definition: Definition, known_until: date) -> pd.DataFrame:
    late, failed = arrears_days(book, known_until), defaults_by_day(book, definition, known_until)
    circle = circles(book, sorted(set(rows["borrower_id"])))
    told = rows.sort_values(["borrower_id", "as_of"], ignore_index=True)
    made: pd.DataFrame = told.assign(
        circle_id=told["borrower_id"].map(circle),
        arrears_on=first_after(told, late, "arrears_on"),
        default_on=first_after(told, failed, "default_on"),
    )
    return made


def _others(rows: pd.DataFrame, history: History) -> dict[str, History]:
    dpd = rows["dpd"].astype("float64").fillna(0.0).to_numpy(np.float64)
    late = np.clip(np.ceil(dpd / 30), 0, 3).astype(np.int8)
    top = np.full(len(rows), 3, dtype=np.int8)
    rules = {RULES_ALONE: rules_history(history, rows)} if "rules_level" in rows else {}
    return {
        **rules,
        "dpd_alone": history.said_by(late, dpd),
        "pd_alone": history.said_by(top, rows["pd"].astype("float64")),
        "chance": by_chance(history),
    }


def _not_yet(days: tuple[date, ...], known_until: date, horizon_months: int) -> Text:
    if not days:
        return Text(
            "No published batch was decided by this model yet, so that nobody knows how early the whole system warns. "
            "Score month by month, then validate again.",
            "本模型尚无已发布批次，无法检验整个体系的预警提前量。请按月评分后再次验证。",
        )
    enough = months_later(days[0], horizon_months + 1)
    return Text(
        f"This model has decided since {days[0]}, and outcomes are known up to {known_until}: too short to look back "
        f"from a default. In full it can be told from {enough} on.",
        f"本模型自{days[0]}起出具结论，结果仅获知至{known_until}，观察期过短。完整检验最早在{enough}以后。",
    )


def _rests_on(days: tuple[date, ...], known_until: date, horizon: int, asked: int) -> Text:
    whole = Text(
        f"{len(days)} batches from {days[0]} to {days[-1]}, outcomes known up to {known_until}.",
        f"共{len(days)}个批次，{days[0]}至{days[-1]}；结果获知至{known_until}。",
    )
    if horizon == asked:
        return whole
    return Text(
        f"{whole.en} The batches do not yet watch {asked} months in full: the figures look at defaults within "
        f"{horizon} months only, and are provisional.",
        f"{whole.zh}批次尚不足以完整覆盖{asked}个月：以下仅考察{horizon}个月内的违约，为暂行结果。",
    )


def _without_rules(error: PolicyError) -> Text:
    return Text(
        f"What rules alone would have said cannot be told: {error}.",
        f"无法检验“仅规则”的提前量：{error}。",
    )


def marked(results: tuple[Result, ...], why: Text, *, is_provisional: bool) -> tuple[Result, ...]:
    """Return results of which each says that it is provisional, where it is."""
    if not is_provisional:
        return results
    return tuple(replace(one, note=_both(one.note, why)) for one in results)


def _both(note: Text | None, why: Text) -> Text:
    return why if note is None else Text(f"{note.en} {why.en}", f"{note.zh}{why.zh}")
