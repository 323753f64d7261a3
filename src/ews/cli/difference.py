"""The command that tries a policy: the newest batches judged by two policies, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ews.cli import show
from ews.cli.policies import policy_named
from ews.cli.settings import Settings
from ews.domain.errors import UnknownBatchError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.progress import Progress, silent
from ews.domain.text import Language
from ews.events.book import Book, open_book
from ews.policy.ahead import ahead, last_change
from ews.policy.archive import SHOWN
from ews.policy.policy import Policy
from ews.scoring.difference import Difference, compare
from ews.scoring.replay import Published, Replayed, replay_all
from ews.scoring.states import States, read_states
from ews.scoring.wording import MISSING, money_text
from ews.store.batches import batch_page, find_batch
from ews.store.engine import Store, open_store
from ews.store.publications import Publication
from ews.store.standings import previous_rows

MOST_LINES = 20
"""Movers, rules and branches shown on a terminal."""
MOST_WEEKS, WEEKS_AHEAD = 8, 4
"""Weeks shown on a terminal, and how many of them lie after the last batch."""
_EARLIER = "（此前信号的延续 from the batch before）"
Move = tuple[str, str, int, int]
_PAGE = 1000
_PROVISIONS = {
    "expected_loss_fen": "Expected loss 预期损失",
    "provision_general_fen": "General provisions 一般准备",
    "provision_specific_fen": "Specific provisions 专项准备",
    "provision_standard_fen": "Standardised 标准法",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """The hashes of the two policies, and the day as on which both were judged, None for the days of the batches."""

    hashes: tuple[str, str]
    on: date | None


def tell(
    settings: Settings, old: str, new: str, book: Path, batches: int, on: date | None = None, *, as_json: bool
) -> None:
    """Tell what changes from one policy to the other on the newest `batches` of the book's portfolio.

    With `on` both are judged as they stand on that day; without it, where they differ only from a later day than the
    newest batch, as on that day.
    """
    with show.progress("diff", quiet=as_json) as progress:
        difference, tried, published = difference_of(settings, (old, new), book, batches, on, progress)
    if as_json:
        show.as_json(told_plainly(difference, tried))
    else:
        show_difference(difference, tried, published)


def difference_of(
    settings: Settings,
    names: tuple[str, str],
    book: Path,
    batches: int,
    on: date | None = None,
    progress: Progress = silent,
) -> tuple[Difference, Tried, Sequence[Published]]:
    """Return what changes from the first policy named to the second, what was tried, and on which batches."""
    store = open_store(settings.database, create=False)
    try:
        policies = [policy_named(settings, name, store) for name in names]
        opened = open_book(book)
        found = newest_batches(store, opened, batches)
        states = states_before(settings.home, store, found[0])
        published = [published_of(settings.home, store, one) for one in found]
    finally:
        store.close()
    tried = Tried((policies[0].hash, policies[1].hash), on or _later(policies, published[-1].as_of))
    if tried.on is not None:
        policies = [ahead(policy, tried.on) for policy in policies]
    replayed: list[list[Replayed]] = []
    for policy in policies:
        replayed.append([])
        for one in replay_all(opened, published, policy, states):
            replayed[-1].append(one)
            progress("batches", sum(map(len, replayed)), 2 * len(published))
    return compare(*replayed), tried, published


def told_plainly(difference: Difference, tried: Tried) -> dict[str, Any]:
    """Return what changes as plain data."""
    return {"old": tried.hashes[0], "new": tried.hashes[1], "on": tried.on, **difference.as_dict()}


def _later(policies: Sequence[Policy], newest: date) -> date | None:
    """Return the last day from which the policies differ, where no batch is so young."""
    changed = last_change(*policies)
    return changed if changed is not None and changed > newest else None


def newest_batches(store: Store, book: Book, count: int) -> list[Publication]:
    """Return the newest batches of the book's portfolio that nothing supersedes, oldest first."""
    found, _ = batch_page(store, limit=_PAGE, portfolio=book.manifest.portfolio)
    kept = [one for one in found if not one.superseded and one.batch.as_of <= book.manifest.extracted_on][:count]
    if not kept:
        message = (
            f"No batch of portfolio '{book.manifest.portfolio}' is as old as the book, which ends on "
            f"{book.manifest.extracted_on}. Name the book that the batches were made from."
        )
        raise UnknownBatchError(message)
    return kept[::-1]


def states_before(home: Path, store: Store, first: Publication) -> States:
    """Return what the batch before `first` left for it."""
    before = first.batch.predecessor_id
    return read_states(None if before is None else home / find_batch(store, before).batch.directory)


def published_of(home: Path, store: Store, one: Publication) -> Published:
    """Return a batch as replay takes it."""
    batch = one.batch
    compared = None if batch.compared_id is None else previous_rows(store, batch.compared_id).to_pandas()
    folder = home / batch.directory
    return Published(batch.batch_id, folder, batch.as_of, batch.known_by, batch.compared_id, compared)


def show_difference(
    found: Difference, tried: Tried, published: Sequence[Published], what: str = "Policy 策略"
) -> None:  # fmt: skip
    """Print what moves: standings, moves, rules, warnings, provisions and borrowers, each cut to what people read."""
    old, new = (one[:SHOWN] for one in tried.hashes)
    first, last = published[0].as_of, published[-1].as_of
    _line(
        f"{what} {old} → {new} on {len(found.batches)} batches 批次 {first} … {last} "
        f"({found.borrowers:,} borrowers 户, {money_text(found.exposure_fen, Language.ZH)})"
    )
    if tried.on is not None:
        _line(f"both as they stand on {tried.on} 两者均按{tried.on}的口径")
    tiers = {tier.value: f"{tier.text.zh} {tier.text.en}" for tier in Tier}
    levels = {level.value: level.text.zh for level in WarningLevel}
    _standing("Tiers 五级分类", tiers, found.tiers, found.money)
    _standing("Levels 预警等级", levels, found.levels, None)
    _moves(("Tier moves 分类迁徙", tiers, found.tiers), ("Level moves 等级迁徙", levels, found.levels))
    _rules(found)
    _warnings(found)
    _provisions(found)
    _line(f"not judged, for want of data 缺少数据未判断: {found.undecided[0]:,} → {found.undecided[1]:,}")
    _movers(found, levels)


def _standing(
    title: str, words: Mapping[str, str], moves: Sequence[Move], money: Mapping[str, tuple[int, int]] | None
) -> None:
    """Print how many stand where under each policy, and the money: that of the loans in the tier where it is given."""
    rows = []
    for value, word in words.items():
        count = [sum(move[2] for move in moves if move[side] == value) for side in (0, 1)]
        exposure = [sum(move[3] for move in moves if move[side] == value) for side in (0, 1)]
        was, now = exposure if money is None else money[value]
        rows.append((word, *_pair(*count), _money(was), _money(now), _signed_money(now - was)))
    what = "exposure 敞口" if money is None else "loans 贷款余额"
    show.table(title, ("", "old 户", "new 户", "±", f"{what} old", "new", "±"), rows)


def _moves(*parts: tuple[str, Mapping[str, str], Sequence[Move]]) -> None:
    for title, words, moves in parts:
        rows = [
            (f"{words[before]} → {words[after]}", f"{count:,}", _money(money))
            for before, after, count, money in moves
            if before != after
        ]
        if rows:
            show.table(title, ("", "borrowers 户", "exposure 敞口"), rows)


def _rules(found: Difference) -> None:
    most = sorted(found.by_rule.items(), key=lambda pair: (-sum(pair[1]), pair[0]))
    rows = [(code, f"+{gained:,}", f"-{lost:,}") for code, (gained, lost) in most[:MOST_LINES]]
    if rows:
        show.table("Rules 规则, borrowers 户", ("", "hold now 新成立", "no longer 不再成立"), rows)
        _more(len(most), "rules 条规则")


def _warnings(found: Difference) -> None:
    """Print the cases handed out, a line per branch and a column per week; the newest weeks where room is short."""
    cells = {(branch, week): (was, now) for branch, week, was, now in found.warnings}
    weeks = sorted({week for _, week in cells})
    shown = weeks[: _first_after(weeks, found.as_of) + WEEKS_AHEAD][-MOST_WEEKS:]
    branches = sorted({branch for branch, _ in cells}, key=lambda branch: (-_changed(cells, branch, weeks), branch))
    rows = [
        (branch or MISSING, *(_arrow(*cells.get((branch, week), (0, 0))) for week in shown))
        for branch in branches[:MOST_LINES]
    ]
    total = [
        _arrow(*(sum(cells.get((one, week), (0, 0))[side] for one in branches) for side in (0, 1))) for week in shown
    ]
    columns = [f"{week:%m-%d}{'*' if week > found.as_of else ''}" for week in shown]
    show.table(
        "Warnings handed out 移交预警, by branch 机构 and week from 周", ("", *columns), [*rows, ("total 合计", *total)]
    )
    _more(len(branches), "branches 个机构")
    hidden = len(weeks) - len(shown)
    planned = "* planned 计划; " + (f"{hidden} more weeks in --json; " if hidden else "")
    _line(f"{planned}still waiting 排队: {_arrow(*found.waiting)}")


def _provisions(found: Difference) -> None:
    rows = []
    for name, (was, now) in found.provisions.items():
        change = "" if was is None or now is None else _signed_money(now - was)
        rows.append((_PROVISIONS[name], _money(was), _money(now), change))
    show.table("Indicative provisions 参考准备", ("", "old", "new", "±"), rows)


def _movers(found: Difference, levels: Mapping[str, str]) -> None:
    tiers = {tier.value: tier.text.zh for tier in Tier}
    rows = [
        (
            mover.borrower_id,
            " → ".join(dict.fromkeys(tiers[one] for one in mover.tier)),
            " → ".join(dict.fromkeys(levels[one] for one in mover.level)),
            _money(mover.exposure_fen),
            ", ".join(mover.because) or _EARLIER,
        )
        for mover in found.movers[:MOST_LINES]
    ]
    if rows:
        show.table("Movers 变动借款人", ("", "tier 分类", "level 等级", "exposure", "rules 规则"), rows, left=5)
        _more(len(found.movers), "borrowers 户")
    _line(f"{len(found.movers):,} of {found.borrowers:,} borrowers move 变动 {len(found.movers):,} 户")


def _first_after(weeks: Sequence[date], day: date) -> int:
    return sum(week <= day for week in weeks)


def _changed(cells: Mapping[tuple[str, date], tuple[int, int]], branch: str, weeks: Sequence[date]) -> int:
    found = (cells.get((branch, week), (0, 0)) for week in weeks)
    return sum(abs(now - was) for was, now in found)


def _pair(was: int, now: int) -> tuple[str, str, str]:
    return f"{was:,}", f"{now:,}", f"{now - was:+,}" if now != was else ""


def _arrow(was: int, now: int) -> str:
    return f"{was:,}" if was == now else f"{was:,}→{now:,}"


def _money(fen: int | None) -> str:
    return MISSING if fen is None else money_text(fen, Language.ZH)


def _signed_money(fen: int) -> str:
    return "" if fen == 0 else f"{'+' if fen > 0 else ''}{money_text(fen, Language.ZH)}"


def _more(count: int, what: str) -> None:
    if count > MOST_LINES:
        _line(f"and {count - MOST_LINES:,} more {what}, in --json")


def _line(text: str) -> None:
    show.OUT.print(text, soft_wrap=True, highlight=False, markup=False)
