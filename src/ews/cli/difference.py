"""The command that tries a policy: the newest batches judged by two policies, side by side."""

from collections.abc import Sequence
from pathlib import Path

from ews.cli import show
from ews.cli.policies import policy_named
from ews.cli.settings import Settings
from ews.domain.errors import UnknownBatchError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language
from ews.events.book import Book, open_book
from ews.policy.archive import SHOWN
from ews.scoring.difference import Difference, compare
from ews.scoring.replay import Published, replay_all
from ews.scoring.states import States, read_states
from ews.scoring.wording import MISSING, money_text
from ews.store.batches import batch_page, find_batch
from ews.store.engine import Store, open_store
from ews.store.publications import Publication
from ews.store.standings import previous_rows

MOST_LINES = 20
"""Movers and weeks shown on a terminal."""
_PAGE = 1000
_PROVISIONS = {
    "expected_loss_fen": "Expected loss 预期损失",
    "provision_general_fen": "General provisions 一般准备",
    "provision_specific_fen": "Specific provisions 专项准备",
    "provision_standard_fen": "Standardised 标准法",
}


def tell(settings: Settings, old: str, new: str, book: Path, batches: int, *, as_json: bool) -> None:
    """Tell what changes from one policy to the other on the newest `batches` of the book's portfolio."""
    store = open_store(settings.database, create=False)
    try:
        policies = [policy_named(settings, name, store) for name in (old, new)]
        opened = open_book(book)
        found = _newest(store, opened, batches)
        states = _states_before(settings.home, store, found[0])
        published = [_published(settings.home, store, one) for one in found]
    finally:
        store.close()
    each = [list(replay_all(opened, published, policy, states)) for policy in policies]
    difference = compare(*each)
    hashes = [policy.hash for policy in policies]
    if as_json:
        show.as_json({"old": hashes[0], "new": hashes[1], **difference.as_dict()})
    else:
        _tell(difference, hashes, published[-1])


def _newest(store: Store, book: Book, count: int) -> list[Publication]:
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


def _states_before(home: Path, store: Store, first: Publication) -> States:
    before = first.batch.predecessor_id
    return read_states(None if before is None else home / find_batch(store, before).batch.directory)


def _published(home: Path, store: Store, one: Publication) -> Published:
    batch = one.batch
    compared = None if batch.compared_id is None else previous_rows(store, batch.compared_id).to_pandas()
    folder = home / batch.directory
    return Published(batch.batch_id, folder, batch.as_of, batch.known_by, batch.compared_id, compared)


def _tell(found: Difference, hashes: Sequence[str], last: Published) -> None:
    old, new = (one[:SHOWN] for one in hashes)
    _line(
        f"Policy 策略 {old} → {new} on {len(found.batches)} batches to {last.as_of} "
        f"({found.borrowers:,} borrowers, {money_text(found.exposure_fen, Language.ZH)})"
    )
    tiers = {tier.value: tier.text.zh for tier in Tier}
    levels = {level.value: level.text.zh for level in WarningLevel}
    for title, words, moves in (("Tiers 五级分类", tiers, found.tiers), ("Levels 预警等级", levels, found.levels)):
        rows = [
            (f"{words[before]} → {words[after]}", f"{count:,}", money_text(money, Language.ZH))
            for before, after, count, money in moves
        ]
        show.table(title, ("", "borrowers 户", "exposure 敞口"), rows)
    rules = [(code, f"+{gained:,}", f"-{lost:,}") for code, (gained, lost) in found.by_rule.items()]
    if rules:
        show.table("Rules 规则", ("", "hold now 新成立", "no longer 不再成立"), rules)
    weeks = [(branch or MISSING, week, f"{was:,}", f"{now:,}") for branch, week, was, now in found.warnings]
    show.table("Warnings handed out 移交预警", ("branch 机构", "week 周", "old", "new"), weeks[-MOST_LINES:], left=2)
    _line(f"still waiting 排队: {found.waiting[0]:,} → {found.waiting[1]:,}")
    money = [(_PROVISIONS[name], *(_money(one) for one in pair)) for name, pair in found.provisions.items()]
    show.table("Indicative provisions 参考准备", ("", "old", "new"), money)
    _line(f"not judged, for want of data 缺少数据未判断: {found.undecided[0]:,} → {found.undecided[1]:,}")
    _movers(found, tiers, levels)


def _movers(found: Difference, tiers: dict[str, str], levels: dict[str, str]) -> None:
    rows = [
        (
            mover.borrower_id,
            " → ".join(dict.fromkeys(tiers[one] for one in mover.tier)),
            " → ".join(dict.fromkeys(levels[one] for one in mover.level)),
            ", ".join(mover.because),
        )
        for mover in found.movers[:MOST_LINES]
    ]
    if rows:
        show.table("Movers 变动借款人", ("", "tier 分类", "level 等级", "rules 规则"), rows, left=4)
    _line(f"{len(found.movers):,} of {found.borrowers:,} borrowers move 变动 {len(found.movers):,} 户")


def _money(fen: int | None) -> str:
    return MISSING if fen is None else money_text(fen, Language.ZH)


def _line(text: str) -> None:
    show.OUT.print(text, soft_wrap=True, highlight=False, markup=False)
