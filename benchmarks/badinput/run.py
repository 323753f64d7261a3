"""Bad input: hundreds of damaged extracts, lists, settings and policies, each given to the product once.

Good     one small extract of every sort; each damage is done to a copy of it, beside a book that is there already
Way      the command itself, in a fork of a process that has everything imported: EWS_MEMORY_MIB is 512
Verdict  by the rules of benchmarks/badinput/verdict.py; the seed chooses places, bits and rows
"""

import codecs
import gc
import importlib
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.badinput import books, others, parquets, texts, tomls, values
from benchmarks.badinput.children import run_command
from benchmarks.badinput.damage import COMMANDS, Damage, Damages
from benchmarks.badinput.good import write_good
from benchmarks.badinput.verdict import OVER_MIB, Verdict, judge, state_of

SECONDS = 120
"""After which an import of a small extract hangs; on a free machine it takes less than one."""
FAILED = ("unclear", "traceback", "hang")
SORTS: tuple[Callable[[Random], Damages], ...] = (
    texts.damages,
    values.damages,
    parquets.damages,
    others.damages,
    tomls.damages,
    books.damages,
)


def run(count: int | None, seed: int, kinds: Sequence[str], *, as_json: bool) -> None:
    """Try `count` damages of each of `kinds` alike, or all of all, and print."""
    found = measure(count, seed, kinds)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    else:
        _print(found)


def measure(count: int | None, seed: int, kinds: Sequence[str] = ()) -> dict[str, Any]:
    """Return counts over all damages and by kind; what failed is told one by one."""
    chosen = _chosen(count, seed, kinds)
    with tempfile.TemporaryDirectory() as folder:
        verdicts = list(_verdicts(chosen, Path(folder)))
    return _summary(verdicts, seed)


def _chosen(count: int | None, seed: int, kinds: Sequence[str]) -> list[Damage]:
    """Return the damages; of fewer than all each kind gets its share, at least one, and none is large."""
    known = [one for sort in SORTS for one in sort(Random(seed)) if not kinds or one.kind in kinds]  # noqa: S311 - to be repeated
    if count is None:
        return known
    small = [one for one in known if not one.large]
    by_kind = {kind: [one for one in small if one.kind == kind] for kind in dict.fromkeys(one.kind for one in small)}
    rng = Random(seed)  # noqa: S311 - likewise
    return [
        one
        for found in by_kind.values()
        for one in rng.sample(found, min(len(found), max(1, round(count * len(found) / len(small)))))
    ]


def _verdicts(damages: Sequence[Damage], folder: Path) -> Iterator[Verdict]:
    _import_all()
    write_good(folder / "good")
    folder.chmod(0o755)
    good = {"import": _good(folder, "import", folder / "good")}
    good |= {command: _good(folder, command) for command in ("outcomes", "told")}
    for number, damage in enumerate(damages, start=1):
        yield _verdict(damage, folder, good)
        if number % 20 == 0 or number == len(damages):
            sys.stderr.write(f"badinput: {number} of {len(damages)}\n")


def _good(folder: Path, command: str, place: Path | None = None) -> dict[str, str]:
    """Return the state of the book that `command` makes of what is not damaged, in `place` or a copy of it."""
    where = place or shutil.copytree(folder / "good", folder / command)
    ended = run_command(COMMANDS[command], where, SECONDS)
    if ended.status:
        message = f"What is not damaged cannot be taken in by {command}: {ended.told}"
        raise RuntimeError(message)
    sys.stderr.write(f"badinput: good {command}: {ended.seconds:.1f} s, {ended.peak_mib:.0f} MiB\n")
    return state_of(where / "book")


def _verdict(damage: Damage, folder: Path, good: dict[str, dict[str, str]]) -> Verdict:
    place = folder / "bad"
    shutil.copytree(folder / "good", place)
    try:
        damage.harm(place)
        if damage.as_nobody:
            _give_away(place)
        before = state_of(place / "book")
        ended = run_command(COMMANDS[damage.command], place, SECONDS, as_nobody=damage.as_nobody)
        found = judge(damage, ended, place, before, good.get(damage.command, {}))
    finally:
        shutil.rmtree(place)
    if found.said in FAILED or found.over_memory or found.not_reconciled or found.book_changed:
        sys.stderr.write(f"badinput: {damage.kind}: {damage.what}: {found.said}: {found.why}\n")
    return found


def _give_away(place: Path) -> None:
    """Let everybody write into the folders, and read every file that says so."""
    for one in (place, *place.rglob("*")):
        if one.is_dir() and not one.is_symlink():
            one.chmod(0o777)
        elif one.name in ("out.txt", "told.txt", ".lock"):
            one.chmod(0o666)


def _import_all() -> None:
    """Import what the commands import, so that each child has it; nothing is started."""
    for name in ("app", "books", "outcomes", "policy"):
        importlib.import_module(f"ews.cli.{name}")
    for encoding in ("utf-8-sig", "gb18030", "latin-1"):
        codecs.lookup(encoding)  # a child without rights may not find them
    gc.collect()
    gc.freeze()


def _summary(verdicts: Sequence[Verdict], seed: int) -> dict[str, Any]:
    said = Counter(one.said for one in verdicts)
    kinds: dict[str, Counter[str]] = {}
    for one in verdicts:
        kinds.setdefault(one.damage.kind, Counter())[one.said] += 1
    odd = [one for one in verdicts if one.said in FAILED or one.over_memory or one.not_reconciled or one.book_changed]
    return {
        "files": len(verdicts),
        **{name: said[name] for name in ("clear", "quarantined", "unchanged", "taken", "unclear")},
        "tracebacks": said["traceback"],
        "hangs": said["hang"],
        "over_memory": sum(one.over_memory for one in verdicts),
        "not_reconciled": sum(one.not_reconciled for one in verdicts),
        "book_changed": sum(one.book_changed for one in verdicts),
        "seed": seed,
        "memory_limit_mib": OVER_MIB,
        "peak_mib": round(max((one.ended.peak_mib for one in verdicts), default=0)),
        "slowest_seconds": round(max((one.ended.seconds for one in verdicts), default=0), 1),
        "largest": [
            f"{one.ended.peak_mib:.0f} MiB, {one.ended.seconds:.1f} s: {one.damage.kind}: {one.damage.what}"
            for one in sorted(verdicts, key=lambda one: -one.ended.peak_mib)[:8]
        ],
        "kinds": {kind: dict(sorted(counts.items())) for kind, counts in kinds.items()},
        "taken_as_delivered": [f"{one.damage.kind}: {one.damage.what}" for one in verdicts if one.said == "taken"],
        "failed": [
            {
                "kind": one.damage.kind,
                "what": one.damage.what,
                "said": one.said,
                "why": one.why,
                "mib": round(one.ended.peak_mib),
            }
            for one in odd
        ],
    }


def _print(found: dict[str, Any]) -> None:
    names = ("clear", "quarantined", "unchanged", "taken", "unclear", "traceback", "hang")
    table = Table(title=f"Bad input, seed {found['seed']}")
    for name in ("kind", "files", *names):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for kind, counts in found["kinds"].items():
        table.add_row(kind, str(sum(counts.values())), *(str(counts.get(name, 0)) for name in names))
    console = Console()
    console.print(table)
    console.print(
        f"{found['files']} files; over {found['memory_limit_mib']} MiB: {found['over_memory']}, totals that do not "
        f"tie: {found['not_reconciled']}, book changed by a failure: {found['book_changed']}; most memory "
        f"{found['peak_mib']} MiB, slowest {found['slowest_seconds']} s"
    )
