"""The command that looks at a model in use, keeps what it found, and tells it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ews.cli import show
from ews.cli.book_place import book_of
from ews.cli.settings import Settings
from ews.domain.errors import SettingsError
from ews.domain.levels import WarningLevel
from ews.domain.progress import Progress, silent
from ews.domain.text import Text
from ews.events.book import Book, open_book
from ews.events.manifest import read_manifest
from ews.monitoring.health.alarms import LEVEL_TEXTS, AlarmLevel, feature_text
from ews.monitoring.health.cohorts import Cohort
from ews.monitoring.health.expected import ASSUMPTION
from ews.monitoring.health.health import UNKNOWN_TEXTS, ModelHealth, as_plain, to_json
from ews.monitoring.health.look import look
from ews.monitoring.health.told import FEED_TEXTS, MOVED_TEXTS, OVERLAP, RATE
from ews.scoring.wording import MISSING
from ews.store.batches import latest_batches
from ews.store.checkups import Checkup, keep_checkup
from ews.store.engine import Store, open_store

MOST_SHIFTS = 12
"""Features shown on a terminal."""


@dataclass(frozen=True, slots=True)
class Looked:
    health: ModelHealth

    @property
    def alarmed(self) -> bool:
        return bool(self.health.of_level(AlarmLevel.ALARM))


def monitor(settings: Settings, portfolio: str | None, book: Path | None, *, as_json: bool) -> Looked:
    """Look at the model of the newest batch of a portfolio, keep what was found in the store, and tell it."""
    store = open_store(settings.database)
    try:
        with show.progress("monitor", quiet=as_json) as progress:
            looked = check_up(settings, store, _portfolio(store, portfolio, book), book, progress=progress)
    finally:
        store.close()
    if as_json:
        show.as_json({**as_plain(looked.health), "assumption": {"en": ASSUMPTION.en, "zh": ASSUMPTION.zh}})
    else:
        _tell(looked.health)
    return looked


def check_up(
    settings: Settings, store: Store, portfolio: str, book: Path | None = None, *, progress: Progress = silent
) -> Looked:
    """Look at the model of the newest batch and keep what was found; `book` default: where it was last scored."""
    place = book or book_of(settings.home, portfolio)
    newest, found = look(
        settings.home, store, portfolio, None if place is None else _opened(place, portfolio), progress=progress
    )
    now = datetime.now().astimezone().replace(tzinfo=None)
    alarms, watched = (len(found.of_level(level)) for level in (AlarmLevel.ALARM, AlarmLevel.WATCH))
    keep_checkup(store, Checkup(newest.number, now, alarms, watched, to_json(found)))
    return Looked(found)


def _portfolio(store: Store, asked: str | None, book: Path | None) -> str:
    if asked is not None:
        return asked
    if book is not None:
        return read_manifest(book).portfolio
    known = [one.batch.portfolio for one in latest_batches(store)]
    if len(known) != 1:
        listed = ", ".join(known) or "none yet"
        message = (
            f"Which portfolio is meant? There are batches of: {listed}. Name one with --portfolio, or score a book."
        )
        raise SettingsError(message)
    return known[0]


def _opened(place: Path, portfolio: str) -> Book:
    book = open_book(place)
    if book.manifest.portfolio != portfolio:
        message = (
            f"The book in '{place}' is of portfolio '{book.manifest.portfolio}', not '{portfolio}'. "
            "Name the book of the portfolio with --book."
        )
        raise SettingsError(message)
    return book


def _tell(found: ModelHealth) -> None:
    show.OUT.print(
        f"[bold]Model 模型[/bold] {found.model_id[:12]}, portfolio 组合 {found.portfolio}, batch as of 批次日 "
        f"{found.as_of}",
        soft_wrap=True,
    )
    _tell_alarms(found)
    _tell_shifts(found)
    _tell_feeds(found)
    _tell_cohorts(found)
    _tell_expected(found)
    _tell_volume(found)
    for one in found.unknown:
        show.OUT.print(f"{UNKNOWN_TEXTS[one].zh} {UNKNOWN_TEXTS[one].en}", soft_wrap=True)


def _tell_alarms(found: ModelHealth) -> None:
    rows = [(_both(LEVEL_TEXTS[one.level]), one.since, f"{one.text.zh}\n{one.text.en}") for one in found.alarms]
    if rows:
        show.table("Alarms 告警", ("", "since\n起始", ""), rows, left=3)
    else:
        show.OUT.print("No alarms 无告警")
    stated = {"share": f"{found.rate.stated:.0%}", "looks": found.rate.looks, "columns": found.rate.columns}
    show.OUT.print(f"{RATE.zh.format(**stated)} {RATE.en.format(**stated)}", soft_wrap=True)


def _tell_shifts(found: ModelHealth) -> None:
    shown = [*([found.score] if found.score else []), *found.farthest(MOST_SHIFTS)]
    rows = [
        (
            "score 违约概率" if one is found.score else f"{feature_text(one.column).zh}\n{one.column}",
            _number(one.psi),
            _number(one.noise),
            _number(one.usual),
            _share(one.unknown_then),
            _share(one.unknown_now),
            _both(MOVED_TEXTS[one.moved]),
        )
        for one in shown
    ]
    columns = ("", "PSI", "chance\n随机", "usual\n惯常", "unknown then\n训练时缺失", "now\n现缺失", "")
    if rows:
        first = "" if found.reference is None else f": {found.reference.first} … {found.reference.last}"
        show.table(f"Drift against the training 相对训练的偏移{first}", columns, rows)


def _tell_feeds(found: ModelHealth) -> None:
    rows = [
        (
            one.table,
            one.covered_to,
            one.last_row,
            one.behind,
            one.usual,
            one.rows,
            one.lean,
            _both(FEED_TEXTS[one.state]),
        )
        for one in found.feeds or ()
    ]
    columns = (
        "",
        "covered to\n覆盖至",
        "last row\n末行",
        "days behind\n滞后天数",
        "usual\n惯常",
        "rows, 30 days\n近30天行数",
        "fewest in a year\n一年最少",
        "",
    )
    if rows:
        show.table("Feeds 数据供给", columns, rows)


def _tell_cohorts(found: ModelHealth) -> None:
    columns = (
        "batch\n批次",
        "borrowers\n户数",
        "expected\n预期违约",
        "defaulted\n实际违约",
        "p (too low)\np（偏低）",
        "AUC\n实际",
        "expected\n预期",
        "matures\n成熟日",
    )
    rows = [_cohort_row(one) for one in found.cohorts]
    if rows:
        show.table("Outcomes by batch 各批次实际违约", columns, rows)
        show.OUT.print(f"{OVERLAP.zh} {OVERLAP.en}", soft_wrap=True)


def _cohort_row(one: Cohort) -> tuple[object, ...]:
    part, p = one.whole, one.whole.p_low
    return (
        f"{one.as_of}{' *' if one.is_apart else ''}",
        show.count(part.rows),
        f"{part.expected:,.1f}",
        f"{part.defaults:,}{'' if one.is_mature else ' …'}",
        MISSING if p is None else f"{p:.3f}",
        _number(one.auc, 3),
        _number(one.expected_auc, 3),
        one.matures_on,
    )


def _tell_expected(found: ModelHealth) -> None:
    one = found.expected
    if one is None:
        return
    rows = [
        ("borrowers 户数", show.count(one.rows)),
        ("defaults 违约", f"{one.defaults:,.1f} [{one.low:,.0f}, {one.high:,.0f}]"),
        ("AUC", _number(one.auc, 3)),
        ("AUC of the test 检验时", _number(found.promised.auc, 3)),
        ("Brier", _number(one.brier, 4)),
        ("captured in the riskiest 5 % 最高风险5%捕获", _share(one.captured_5pct)),
    ]
    show.table("Expected of this batch, before its outcomes are known 本批次预期表现", ("", ""), rows)
    show.OUT.print(f"{ASSUMPTION.zh} {ASSUMPTION.en}", soft_wrap=True)


def _tell_volume(found: ModelHealth) -> None:
    one = found.volume
    if one.new_warnings is not None:
        earlier = f"{one.low:,} … {one.high:,} ({one.months})" if one.months else MISSING
        line = f"New warnings this month 本月新预警: {one.new_warnings:,}; months before 此前各月: {earlier}"
        show.OUT.print(line, soft_wrap=True)
    rows = [
        (
            _both(WarningLevel(hit.at_least).text),
            hit.within_months,
            show.count(hit.borrowers),
            hit.defaulted,
            _share(hit.share),
        )
        for hit in found.hit_rates
        if hit.borrowers
    ]
    columns = ("at least\n不低于", "months\n月数", "borrowers\n户数", "defaulted\n违约", "hit rate\n命中率")
    if rows:
        show.table("Hit rates of warnings 预警命中率", columns, rows)


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}"


def _number(value: float | None, digits: int = 2) -> str:
    return MISSING if value is None else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1%}"
