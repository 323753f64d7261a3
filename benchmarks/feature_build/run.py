"""Feature build: all families for one day beside SQL written by hand, and many snapshots beside one.

Book    large_book's: a simulated book of 60 months, multiplied until it has the postings asked for
Day     its last month end; snapshots are the month ends up to it
Equal   all features by hand must be ours before anything is timed; what the SQL leaves out is listed
Memory  the most of a process that does nothing but open the book and build once, statements compiled in it too
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.feature_build import by_hand, floor, one_family
from benchmarks.feature_build.contenders import Contender, in_turns, ours, ratio, seconds
from benchmarks.feature_build.equality import compare, told
from benchmarks.feature_build.peak import peak_gib
from benchmarks.large_book import Pattern, with_postings
from benchmarks.worlds import told_on_stderr
from ews.events.book import Book, open_book
from ews.events.manifest import Manifest, read_manifest
from ews.features.build import build_features
from ews.features.catalogue import FEATURES
from ews.features.window import Spine, spine_on

THREADS = 2
SNAPSHOTS = (1, 12, 36)
LEFT_OUT: dict[str, str] = {}
"""Features that the SQL by hand does not make, each with the reason; they are left out of ours too."""
_SMALLEST, _LARGEST, _POSTINGS_EACH, _MONTHS = 300, 4_000, 500, 60


def run_features(postings: int, rounds: int, kept: Path | None, *, as_json: bool) -> None:
    """Measure all families for one day and print."""
    with _book(postings, kept) as directory:
        _print(features(directory, rounds), as_json=as_json, shown=("ratio_vs_sql", "ratio_vs_floor", "peak_gib"))


def run_snapshots(postings: int, rounds: int, kept: Path | None, *, as_json: bool) -> None:
    """Measure many snapshots beside one and print."""
    with _book(postings, kept) as directory:
        _print(snapshots(directory, rounds), as_json=as_json, shown=("ratio_12", "ratio_36", "peak_gib"))


def features(directory: Path, rounds: int) -> dict[str, Any]:
    """Return what the features of the book in `directory` cost on its last day, beside SQL by hand and the floor."""
    tell, manifest = told_on_stderr("features"), read_manifest(directory)
    as_of = manifest.extracted_on
    peaks = {
        "ours": peak_gib(_build_once, directory, 1),
        "sql": peak_gib(_by_hand_once, directory, 1),
    }
    tell("measured memory")
    book = _opened(directory)
    con, spine = book.engine.con, spine_on(book, [as_of])
    by_hand.views(con, directory, manifest)
    apart, seen = _checked(book, spine, as_of)
    tell("compared values")
    contenders = {
        "ours": ours(book, spine),
        "sql": Contender(partial(by_hand.run, con, manifest, as_of), partial(by_hand.drop, con, manifest, as_of)),
        "floor": Contender(partial(floor.run, con, manifest), partial(floor.clear, con, manifest)),
    }
    timed = in_turns(contenders, rounds)
    tell("timed all families")
    return {
        **_size(manifest, spine),
        "features": len(FEATURES),
        "features_told": seen,
        "left_out": LEFT_OUT,
        "largest_difference": apart,
        "rounds": rounds,
        "ratio_vs_sql": round(ratio(timed, "ours", "sql"), 2),
        "ratio_vs_floor": round(ratio(timed, "ours", "floor"), 2),
        "cpu_ratio_vs_sql": round(ratio(timed, "ours", "sql", cpu=True), 2),
        "cpu_ratio_vs_floor": round(ratio(timed, "ours", "floor", cpu=True), 2),
        "seconds": seconds(timed),
        "peak_gib": round(peaks["ours"], 2),
        "sql_peak_gib": round(peaks["sql"], 2),
        "one_family": one_family.measured(book, spine, directory, as_of, rounds),
    }


def snapshots(directory: Path, rounds: int) -> dict[str, Any]:
    """Return what 12 and 36 snapshots of the book in `directory` cost beside one."""
    tell, manifest = told_on_stderr("snapshots"), read_manifest(directory)
    peak = peak_gib(_build_once, directory, SNAPSHOTS[-1])
    tell("measured memory")
    book = _opened(directory)
    spines = {count: spine_on(book, month_ends(manifest.extracted_on, count)) for count in SNAPSHOTS}
    timed = in_turns({str(count): ours(book, spine) for count, spine in spines.items()}, rounds)
    return {
        **_size(manifest, spines[1]),
        "rounds": rounds,
        **{f"ratio_{count}": round(ratio(timed, str(count), "1"), 2) for count in SNAPSHOTS[1:]},
        **{f"cpu_ratio_{count}": round(ratio(timed, str(count), "1", cpu=True), 2) for count in SNAPSHOTS[1:]},
        "seconds": seconds(timed),
        "peak_gib": round(peak, 2),
    }


def month_ends(last: date, count: int) -> list[date]:
    """Return the `count` month ends up to `last`, which is one."""
    days = [last]
    while len(days) < count:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


def _size(manifest: Manifest, spine: Spine) -> dict[str, int]:
    return {
        "postings": manifest.tables["transactions"].rows,
        "rows": sum(entry.rows for entry in manifest.tables.values()),
        "borrowers": int(spine.table.count().to_pyarrow().as_py()),
    }


def _checked(book: Book, spine: Spine, as_of: date) -> tuple[float, int]:
    """Return the largest difference between ours and by hand, and how many features anybody has."""
    made = build_features(book, spine)
    by_hand.run(book.engine.con, book.manifest, as_of)
    name = made.get_name()
    try:
        return compare(book.engine.con, name, by_hand.RESULT), told(book.engine.con, name)
    finally:
        by_hand.drop(book.engine.con, book.manifest, as_of)
        book.engine.con.execute(f"DROP TABLE {name}")


def _opened(directory: Path) -> Book:
    return open_book(directory, threads=THREADS)


def _build_once(directory: Path, count: int) -> None:
    book = _opened(directory)
    build_features(book, spine_on(book, month_ends(book.manifest.extracted_on, count)))


def _by_hand_once(directory: Path, _: int) -> None:
    book = _opened(directory)
    by_hand.views(book.engine.con, directory, book.manifest)
    by_hand.run(book.engine.con, book.manifest, book.manifest.extracted_on)


@contextmanager
def _book(postings: int, kept: Path | None) -> Iterator[Path]:
    pattern = Pattern(min(_LARGEST, max(_SMALLEST, postings // _POSTINGS_EACH)), _MONTHS)
    if kept is not None:
        yield with_postings(kept, postings, pattern)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield with_postings(Path(folder), postings, pattern)


def _print(found: dict[str, Any], *, as_json: bool, shown: tuple[str, ...]) -> None:
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    Console().print(
        f"{found['borrowers']:,} borrowers with {found['postings']:,} postings: "
        + ", ".join(f"{name} {found[name]}" for name in shown)
    )
