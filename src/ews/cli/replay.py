"""The command that replays: past decisions made again from what they were made from, beside those stored."""

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ews.cli import show
from ews.cli.book_place import book_of
from ews.cli.settings import Settings
from ews.domain.errors import RequestError, UnknownBatchError
from ews.domain.progress import Progress
from ews.domain.text import Text
from ews.scoring.remade.differences import DECISIONS, Difference
from ews.scoring.remade.inputs import inputs_of, stored_batch
from ews.scoring.remade.remake import Remade, remake
from ews.store.batches import batch_page, find_batch
from ews.store.engine import Store, open_store
from ews.store.standings import borrower_decision

MOST_LINES = 20
"""Differences shown on a terminal."""
MOST_DIFFERING = 1000
"""Borrowers named in JSON; all are counted."""
_SHOWN = 12
_PAGE = 1000
_HOW = Text(
    "the whole batch was made again: peers, network and queue come from it",
    "整批重算：同业、关联网络与移交排队均取自全批",
)
_BOOK = {
    "same": Text("the same", "原样"),
    "cut": Text("has grown, cut to what was known by then", "此后有新增，已截至当时所知"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`borrower` null: the whole batch; `batch` null: the borrower's newest decision; `sample`: drawn by `seed`."""

    borrower: str | None
    batch: str | None
    sample: int | None
    seed: int


def replay(settings: Settings, asked: Asked, book: Path | None, *, as_json: bool) -> bool:
    """Make the decisions asked for again and tell whether they are the same."""
    store = open_store(settings.database, create=False)
    try:
        wanted = _wanted(settings, store, asked)
        found = []
        with show.progress("replay", quiet=as_json) as progress:
            for batch_id, borrowers in sorted(wanted.items()):
                found.append(_one(settings, store, book, batch_id, borrowers, progress))
    finally:
        store.close()
    if as_json:
        show.as_json(plain(found))
    else:
        for one in found:
            _tell(one)
    return all(one.same for one in found)


def _one(
    settings: Settings, store: Store, book: Path | None, batch_id: str, borrowers: Sequence[str], progress: Progress
) -> Remade:
    portfolio = find_batch(store, batch_id).batch.portfolio
    inputs = inputs_of(settings.home, store, batch_id, book or book_of(settings.home, portfolio))
    with tempfile.TemporaryDirectory(prefix="ews-replay-") as work:
        return remake(settings.home, store, inputs, Path(work), borrowers, progress)


def _wanted(settings: Settings, store: Store, asked: Asked) -> Mapping[str, Sequence[str]]:
    """Return the borrowers to look at by batch; none for the whole batch."""
    if asked.sample is not None:
        if asked.borrower is not None:
            message = f"Give either borrower '{asked.borrower}' or --sample, not both."
            raise RequestError(message)
        return drawn(settings.home, store, asked.sample, asked.seed, asked.batch)
    if asked.borrower is not None:
        found = borrower_decision(store, asked.borrower, batch_id=asked.batch)
        return {found.standing.batch_id: (asked.borrower,)}
    if asked.batch is None:
        message = "Say what to replay: a borrower, a batch with --batch, or random decisions with --sample."
        raise RequestError(message)
    return {asked.batch: ()}


def drawn(home: Path, store: Store, count: int, seed: int, batch_id: str | None = None) -> Mapping[str, Sequence[str]]:
    """Return `count` decisions drawn from all published ones, or those of one batch, each as likely as any other."""
    batches = [batch_id] if batch_id is not None else sorted(_published(store))
    sizes = [find_batch(store, one).batch.scored for one in batches]
    if not sum(sizes):
        message = "No decision is published. Score a book first."
        raise UnknownBatchError(message)
    chosen: dict[int, list[int]] = {}
    rng = random.Random(seed)  # noqa: S311 - a sample to be drawn again, no secret
    for place in sorted(rng.sample(range(sum(sizes)), min(count, sum(sizes)))):
        number, row = _place(place, sizes)
        chosen.setdefault(number, []).append(row)
    return {batches[number]: _ids(home, store, batches[number], rows) for number, rows in chosen.items()}


def _place(place: int, sizes: Sequence[int]) -> tuple[int, int]:
    for number, size in enumerate(sizes):
        if place < size:
            return number, place
        place -= size
    raise IndexError(place)


def _ids(home: Path, store: Store, batch_id: str, rows: Sequence[int]) -> list[str]:
    folder = stored_batch(home, store, batch_id).directory
    ids = pq.read_table(folder / DECISIONS, columns=["borrower_id"])["borrower_id"]
    return [str(ids[row]) for row in rows]


def _published(store: Store) -> Iterator[str]:
    after = None
    while True:
        found, after = batch_page(store, limit=_PAGE, after=after)
        yield from (one.batch.batch_id for one in found)
        if after is None:
            return


def plain(found: Sequence[Remade]) -> dict[str, Any]:
    """Return plain data."""
    return {
        "same": all(one.same for one in found),
        "decisions": sum(len(one.decisions) for one in found),
        "batches": [_plain(one) for one in found],
    }


def _plain(one: Remade) -> dict[str, Any]:
    inputs, key, edition = one.inputs, one.inputs.key, one.inputs.edition
    return {
        "batch_id": one.inputs.batch.batch_id,
        "same": one.same,
        "same_batch": one.same_batch,
        "how": _HOW.en,
        "as_of": key.as_of,
        "known_by": key.known_by,
        "inputs": {
            "book": {
                "book_id": key.book_id,
                "at_hand": edition.at_hand,
                "state": edition.state,
                "manifest_kept": edition.manifest_kept,
                "rewritten": {name: {"then": then, "now": now} for name, (then, now) in edition.rewritten.items()},
            },
            "model_id": key.model_id,
            "policy_hash": key.policy_hash,
            "casework_id": key.casework_id,
            "predecessor_id": key.predecessor_id,
            "compared_id": key.compared_id,
            "code_version": {"stored": key.code_version, "now": one.code},
        },
        "changed_since_written": list(inputs.changed),
        "personal_data_erased_on": list(inputs.erased),
        "files": {name: {"stored": was, "made": now} for name, (was, now) in one.files.hashes.items()},
        "repacked": list(one.files.repacked),
        "summary": [asdict(each) for each in one.files.summary],
        "decisions": [
            {"borrower_id": name, "same": not found, "differences": [asdict(each) for each in found]}
            for name, found in one.decisions.items()
        ],
        "borrowers_differing": len(one.differing),
        "differing": list(one.differing[:MOST_DIFFERING]),
    }


def _tell(one: Remade) -> None:
    key = one.inputs.key
    _line(f"batch 批次 {one.inputs.batch.batch_id} · as of 观察时点 {key.as_of} · known by 所知截至 {key.known_by}")
    for borrower, found in one.decisions.items():
        if found:
            _differences(f"{borrower}: differs 不一致 ({len(found)})", found)
        else:
            _line(f"{borrower}: the same, byte for byte 逐字节一致", style="bold green")
    _tell_batch(one)
    _line(f"{_HOW.zh} {_HOW.en}", style="dim")
    _tell_inputs(one)


def _tell_batch(one: Remade) -> None:
    differing, total, repacked = one.files.differing, len(one.files.hashes), one.files.repacked
    if one.same_batch:
        count = f"{total - len(differing)}/{total}"
        _line(f"batch: the same, {count} files byte for byte 全批 {count} 个文件逐字节一致", style="green")
    else:
        told = f"batch: differs 全批不一致: {', '.join(differing) or '-'}; borrowers 借款人 {len(one.differing):,}"
        _line(told, style="yellow" if one.decisions else "bold red")
    if one.inputs.erased:
        days = ", ".join(one.inputs.erased)
        _line(
            f"personal data was taken out of this batch on {days}: it differs there for good "
            f"本批次已于 {days} 删除过个人信息，相应内容不可能再一致",
            style="yellow",
        )
    if repacked:
        _line(f"same rows, other layout of the file 行相同、仅存储排布不同: {', '.join(repacked)}", style="yellow")
    if one.inputs.changed:
        _line(f"changed since they were written 落盘后被改动: {', '.join(one.inputs.changed)}", style="bold red")
    if one.files.summary:
        _differences("batch.json", one.files.summary)


def _tell_inputs(one: Remade) -> None:
    key, edition = one.inputs.key, one.inputs.edition
    rows = [
        ("book 台账", key.book_id[:_SHOWN], f"{_BOOK[edition.state].zh} {_BOOK[edition.state].en}"),
        ("model 模型", key.model_id[:_SHOWN], ""),
        ("policy 策略", key.policy_hash[:_SHOWN], ""),
        ("casework 人工认定", key.casework_id[:_SHOWN] or "-", ""),
        ("batch before 前一批次", (key.predecessor_id or "-")[:_SHOWN], ""),
        ("compared with 对比批次", (key.compared_id or "-")[:_SHOWN], ""),
        ("code 程序", key.code_version, "" if key.code_version == one.code else f"now 现为 {one.code}"),
    ]
    show.table("Inputs 输入", ("", "", ""), rows, left=3)
    for name, (then, now) in edition.rewritten.items():
        _line(f"{name}: {then:,} rows then 当时, {now:,} of that time now 现有", style="yellow")
    if edition.state == "cut" and not edition.manifest_kept:
        _line("what its tables covered then is not kept 当时各表覆盖区间未留存", style="yellow")


def _differences(title: str, found: Sequence[Difference]) -> None:
    rows = [(one.place, one.row, one.field, str(one.stored), str(one.made)) for one in found[:MOST_LINES]]
    show.table(title, ("where 位置", "row 行", "field 字段", "stored 原存", "made anew 重算"), rows, left=5)
    if len(found) > MOST_LINES:
        _line(f"and {len(found) - MOST_LINES} more 另有 {len(found) - MOST_LINES} 处")


def _line(text: str, style: str = "") -> None:
    show.OUT.print(text, style=style, soft_wrap=True, highlight=False)
