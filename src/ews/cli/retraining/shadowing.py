"""The commands of the shadow: which challenger runs beside the champion, and how the two did as labels matured.

Rows    borrowers of published batches that another model decided, with a pd of both, whose horizon has ended by what
        the book knows; who was in default on the day, or was so as was learnt later, is left out
Pair    whoever decided each batch against the shadow; where champions changed the figures are by who decided
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from ews.cli import show
from ews.cli.desks import now
from ews.cli.retraining.back import only_portfolio
from ews.cli.retraining.checks import VERDICTS, check_of
from ews.cli.retraining.tell import line
from ews.cli.settings import Settings
from ews.domain.errors import ModelError
from ews.events.book import Book, open_book
from ews.features.window import spine_on
from ews.models.champion import champion_pointer, model_ids, stored_model
from ews.models.comparison import Check
from ews.models.frozen import FrozenModel
from ews.models.shadow import Shadow, end_shadow, find_shadow, set_shadow
from ews.outcomes.definition import Definition
from ews.outcomes.labels import at_risk, labels
from ews.scoring.shadow import cast_shadow, read_shadow
from ews.scoring.wording import MISSING
from ews.store.batches import batch_page
from ews.store.engine import open_store
from ews.store.publications import Batch
from ews.validation.challenge import compare
from ews.validation.results import Verdict

_PAGE, _SHOWN = 1_000, 12


@dataclass(frozen=True, slots=True)
class Beside:
    """How the shadow did beside one model that decided, over the rows that are mature."""

    decided_by: str
    days: tuple[date, ...]
    rows: int
    defaults: int
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """`running` counts the batches with a shadow whose horizon has not ended."""

    portfolio: str
    model_id: str
    mature_to: date | None
    running: int
    beside: tuple[Beside, ...]


def name_shadow(settings: Settings, portfolio: str | None, model: str, by: str) -> None:
    """Let a stored model run beside the champion from the next batch on, and beside those it may speak of by now."""
    chosen = portfolio or only_portfolio(settings)
    model_id = _stored(settings.home, chosen, model)
    set_shadow(settings.home, chosen, Shadow(model_id, now().replace(microsecond=0), by))
    frozen, done = stored_model(settings.home, chosen, model_id), 0
    for batch in _batches(settings, chosen):
        if batch.as_of >= frozen.labels_known_by and batch.model_id != model_id:
            cast_shadow(settings.home / batch.directory, frozen)
            done += 1
    line(f"{chosen}: {model_id[:_SHOWN]} runs beside the champion 影子运行; batches 批次 {done:,}", style="bold")


def no_shadow(settings: Settings, portfolio: str | None) -> None:
    """Let no model run beside the champion."""
    chosen = portfolio or only_portfolio(settings)
    end_shadow(settings.home, chosen)
    line(f"{chosen}: no shadow 无影子模型")


def tell_shadow(settings: Settings, portfolio: str | None, book: Path, *, as_json: bool) -> Watched:
    """Tell how the shadow did beside who decided."""
    chosen = portfolio or only_portfolio(settings)
    shadow = find_shadow(settings.home, chosen)
    if shadow is None:
        message = f"Portfolio '{chosen}' has no shadow. Name one with 'ews shadow on MODEL'."
        raise ModelError(message)
    with show.progress("shadow", quiet=as_json):
        found = watched(settings, chosen, stored_model(settings.home, chosen, shadow.model_id), open_book(book))
    if as_json:
        show.as_json(asdict(found))
    else:
        _tell(found)
    return found


def watched(settings: Settings, portfolio: str, model: FrozenModel, book: Book) -> Watched:
    """Return how `model` did beside who decided, batch by batch as far as labels are mature."""
    rows = [one for batch in _batches(settings, portfolio) for one in _scores(settings.home, batch, model)]
    known = _with_outcomes(book, model, pd.concat(rows)) if rows else pd.DataFrame()
    days = {day for one in rows for day in one["as_of"]}
    mature = set(known["as_of"]) if len(known) else set()
    parts = [part for _, part in known.groupby("decided_by", sort=True)] if len(known) else []
    return Watched(
        portfolio,
        model.model_id,
        max(mature, default=None),
        len(days - mature),
        tuple(_beside(part) for part in parts),
    )


def _beside(rows: pd.DataFrame) -> Beside:
    ordered = rows.sort_values(["as_of", "borrower_id"])
    results = compare(ordered["shadow_pd"], ordered["pd"], ordered["outcome"].to_numpy(), ordered["borrower_id"])
    return Beside(
        str(ordered["decided_by"].iloc[0]),
        tuple(sorted(set(ordered["as_of"]))),
        len(ordered),
        int(ordered["outcome"].sum()),
        tuple(check_of(one) for one in results),
    )


def _scores(home: Path, batch: Batch, model: FrozenModel) -> Iterator[pd.DataFrame]:
    """Yield both pds of a batch, where the shadow ran beside it and another model decided."""
    directory = home / batch.directory
    shadow = read_shadow(directory, model.model_id)
    if shadow is None or batch.model_id == model.model_id:
        return
    decided = pq.read_table(directory / "decisions.parquet", columns=["borrower_id", "pd"]).to_pandas()
    both = decided.merge(shadow.rename(columns={"pd": "shadow_pd"}), on="borrower_id", validate="one_to_one")
    yield both.dropna().assign(as_of=batch.as_of, decided_by=batch.model_id)


def _with_outcomes(book: Book, model: FrozenModel, rows: pd.DataFrame) -> pd.DataFrame:
    spine = spine_on(book, sorted(set(rows["as_of"])))
    label = at_risk(labels(book, spine.table, Definition.from_dict(model.definition), known_by=book.manifest.known_to))
    told = label.filter(label.mature).select("borrower_id", "as_of", outcome="defaulted").to_pyarrow()
    outcome = pd.DataFrame({name: told[name].to_pylist() for name in told.column_names})
    return rows.merge(outcome, on=["borrower_id", "as_of"])


def _batches(settings: Settings, portfolio: str) -> Sequence[Batch]:
    """Return the published batches that nothing supersedes, oldest first."""
    if not settings.database_exists:
        return ()
    store = open_store(settings.database, create=False)
    try:
        found, _ = batch_page(store, limit=_PAGE, portfolio=portfolio)
    finally:
        store.close()
    return [one.batch for one in reversed(found) if not one.superseded]


def _stored(home: Path, portfolio: str, model: str) -> str:
    found = [one for one in model_ids(home, portfolio) if one.startswith(model)]
    if len(found) != 1:
        decides = champion_pointer(home, portfolio).model_id[:_SHOWN]
        named = ", ".join(one[:_SHOWN] for one in (found or model_ids(home, portfolio))[:5])
        message = f"'{model}' names {len(found)} models of '{portfolio}' (champion {decides}). Stored are {named}."
        raise ModelError(message)
    return found[0]


def _tell(found: Watched) -> None:
    line(
        f"{found.portfolio}: shadow 影子 {found.model_id[:_SHOWN]}, not mature 未到表现期 {found.running:,}",
        style="bold",
    )
    for one in found.beside:
        rows = [
            (
                f"{check.title.zh} {check.title.en}",
                MISSING if check.value is None else f"{check.value:.4f}",
                MISSING if check.low is None else f"[{check.low:.4f}, {check.high:.4f}]",
                VERDICTS[Verdict(check.verdict)].zh + " " + VERDICTS[Verdict(check.verdict)].en,
                "" if check.note is None else check.note.en,
            )
            for check in one.checks
        ]
        title = (
            f"beside 对比 {one.decided_by[:_SHOWN]}: {one.rows:,} ({one.defaults:,}), {one.days[0]} … {one.days[-1]}"
        )
        show.table(title, ("", "value 值", "95 %", "", ""), rows)
    if not found.beside:
        line("No horizon of a batch with a shadow has ended 尚无到期的影子批次")
