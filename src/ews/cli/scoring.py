"""The command that decides: score a book."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import structlog

from ews.cli import nightly, show
from ews.cli.book_place import remember_book
from ews.cli.desks import log_of
from ews.cli.on_spark import Cluster, opening_on
from ews.cli.policies import adopt_first, policy_for
from ews.cli.retraining.beside import shadow_beside
from ews.cli.retraining.mirror import tell_away
from ews.cli.run_log import name_batch, run_logged
from ews.cli.settings import Settings
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language
from ews.events.book import Book, open_book
from ews.events.manifest import read_manifest
from ews.features.catalogue import VERSION
from ews.models.champion import champion
from ews.scoring.again.told import Again
from ews.scoring.batch import score_book
from ews.scoring.folder import ScoredBatch
from ews.scoring.reconcile import Totals
from ews.scoring.wording import MISSING, money_text
from ews.store.engine import open_store

log = structlog.get_logger("ews.cli")

_PROVISIONS = {
    "expected_loss_fen": "expected loss 预期损失",
    "provision_general_fen": "general 一般准备",
    "provision_specific_fen": "specific 专项准备",
    "provision_standard_fen": "standardised 标准法",
}


def score(
    settings: Settings,
    book: Path,
    as_of: date | None,
    known_by: date | None,
    *,
    cluster: Cluster | None = None,
    full: bool = False,
    as_json: bool,
) -> None:
    """Score the book with the portfolio's champion, publish, hand the warnings out, and tell the summary."""
    portfolio = read_manifest(book).portfolio
    with run_logged("score", portfolio=portfolio, engine="duckdb" if cluster is None else "spark"):
        fault = tell_away(settings, portfolio)
        with opening_on(cluster, settings.home) as opening:
            batch = run_batch(settings, book, as_of, known_by, opening=opening, full=full, quiet=as_json)
        name_batch(batch.batch_id)
        log.info(
            "published",
            as_of=batch.key.as_of.isoformat(),
            borrowers=batch.totals.scored,
            published_before=not batch.fresh,
        )
        done = nightly.do_night(settings, quiet=as_json)
        log.info("night", **done.counts())
    if as_json:
        show.as_json(
            {
                "batch_id": batch.batch_id,
                **asdict(batch.key),
                **asdict(batch.totals),
                "by_tier": batch.by_tier,
                "by_level": batch.by_level,
                "provisions": batch.provisions,
                "caseload": batch.caseload,
                "casework": batch.casework,
                "blind": batch.blind,
                "directory": str(batch.directory),
                "published_before": not batch.fresh,
                "again": _again_plain(batch.again),
                "night": nightly.plain(done),
                **({} if fault is None else {"tracking_fault": fault}),
            }
        )
    else:
        tell_batch(batch)
        nightly.tell(done)


def run_batch(
    settings: Settings,
    book: Path,
    as_of: date | None,
    known_by: date | None = None,
    *,
    opening: Callable[[Path], Book] = open_book,
    full: bool = False,
    quiet: bool = False,
) -> ScoredBatch:
    """Score and publish one day of the book by the policy in force on it; `opening` says where it is worked out.

    `full` decides on all anew though the day was scored before.
    """
    manifest = read_manifest(book)
    model = champion(settings.home, manifest.portfolio)
    if model.catalogue_version != VERSION:
        show.ERR.print(
            f"Note: the code that makes features has changed since model {model.model_id[:12]} was trained "
            f"(catalogue {model.catalogue_version}, now {VERSION}). Train a challenger and compare.",
            soft_wrap=True,
        )
    store = open_store(settings.database)
    try:
        log = log_of(settings, store)
        policy = policy_for(settings, store, as_of or manifest.extracted_on)
        with show.progress(f"score {as_of or ''}".strip(), quiet=quiet) as progress:
            batch = score_book(
                book,
                settings.home,
                store,
                model,
                policy,
                as_of=as_of,
                known_by=known_by,
                audit=log,
                opening=opening,
                full=full,
                progress=progress,
            )
        adopt_first(settings, store, policy, log)
        remember_book(settings.home, manifest.portfolio, book)
        shadow_beside(settings, batch)
        return batch
    finally:
        store.close()


def tell_batch(batch: ScoredBatch) -> None:
    """Print the summary by tier and level, and the totals that tie."""
    total = batch.totals
    exposure = "known exposure" if total.exposure_unknown else "exposure"
    for title, words, found in (
        ("By tier 五级分类", {tier.value: tier.text for tier in Tier}, batch.by_tier),
        ("By warning level 预警等级", {level.value: level.text for level in WarningLevel}, batch.by_level),
    ):
        rows = [
            (
                f"{text.zh} {text.en}",
                show.count(found[value]["borrowers"]),
                _share(found[value]["borrowers"], total.scored),
                MISSING if total.exposure_fen is None else money_text(found[value]["exposure_fen"], Language.ZH),
            )
            for value, text in words.items()
        ]
        show.table(title, ("", "borrowers", "share", exposure), rows)
    show.OUT.print(
        f"in {total.borrowers_in:,} = scored {total.scored:,} (in default {total.in_default:,}) "
        f"+ rejected {total.rejected:,} + out of scope {total.out_of_scope:,}"
    )
    show.OUT.print(_exposure(total))
    for line in (_provisions(batch.provisions), _caseload(batch), _casework(batch.casework), _again(batch.again)):
        if line:
            show.OUT.print(line, soft_wrap=True)
    if batch.blind:
        show.OUT.print(f"blind on {', '.join(batch.blind)}: the book has no data on it")
    state = "published" if batch.fresh else "was published before; nothing changed"
    show.OUT.print(f"batch {batch.batch_id} as of {batch.key.as_of}: {state}", soft_wrap=True)


def _provisions(found: Mapping[str, int | None]) -> str:
    """Return the sums of what is known of expected loss and provisions; empty where no loan tells any."""
    known = {name: fen for name, fen in found.items() if fen is not None}
    if not known:
        return ""
    told = [f"{text} {money_text(known[name], Language.ZH)}" for name, text in _PROVISIONS.items() if name in known]
    return f"indicative, never booked 仅供参考: {' · '.join(told)}"


def _caseload(batch: ScoredBatch) -> str:
    """Return how many pass each filter, from the model to the officer; empty in batches of earlier versions."""
    found = batch.caseload
    if not found:
        return ""
    warned = sum(batch.by_level[level.value]["borrowers"] for level in WarningLevel if level is not WarningLevel.NONE)
    out, late, waiting = (found[name] for name in ("released", "overdue", "waiting"))
    steps = [
        f"scored 评分 {batch.totals.scored:,}",
        f"grade or default warns 模型 {found['by_model']:,}, other signals 规则 {found['by_rules']:,}",
        f"with a level 有预警等级 {warned:,}",
        f"new 新预警 {out + waiting:,}",
        f"handed out now 本次移交 {out:,} (overdue 超期 {late:,}), waiting 排队 {waiting:,}",
    ]
    gone = f"; gone before anybody got them 移交前已消失 {found['gone']:,}" if found["gone"] else ""
    return " → ".join(steps) + gone


def _casework(found: Mapping[str, int]) -> str:
    """Return how much casework counted, and what the book has no place for; empty where there is none."""
    if not any(found.values()):
        return ""
    told = f"casework 人工认定: overrides 人工调整 {found['overrides']:,}, findings 检查认定 {found['findings']:,}"
    lost = found["overrides_unplaced"] + found["findings_unplaced"]
    if not lost:
        return told
    return f"{told}; of borrowers or loans that the book does not know 台账中无此借款人或借据: {lost:,}"


def _again(again: Again | None) -> str:
    """Return how many were decided again on a day that was scored before; empty where it was not."""
    if again is None:
        return ""
    if again.anew is not None:
        why = again.anew.value
        return (
            f"scored before as batch {again.batch_id} 当日已评分: all {again.decided:,} decided anew 全部重新评定, "
            f"{why.en} {why.zh}"
        )
    total = again.decided + again.kept
    return (
        f"{again.decided:,} of {total:,} re-decided 重新评定, {again.kept:,} kept from batch {again.batch_id} 沿用; "
        f"tables worked out of the book 由台账加工的表: {again.tables_made} again 重算, {again.tables_taken} kept 沿用"
    )


def _again_plain(again: Again | None) -> dict[str, Any] | None:
    if again is None:
        return None
    told = asdict(again)
    del told["anew"]
    return {**told, "decided_anew_because": None if again.anew is None else again.anew.name.lower()}


def _exposure(total: Totals) -> str:
    unknown = f"loans of unknown balance {total.exposure_unknown:,}"
    if total.exposure_fen is None:
        return f"exposure unknown: {unknown}"
    money = f"exposure {money_text(total.exposure_fen, Language.ZH)}"
    tied = "" if total.ledger_fen is None else f" = ledger {money_text(total.ledger_fen, Language.ZH)}"
    return f"{money}{tied}; {unknown}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else MISSING
