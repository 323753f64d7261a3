"""Damage to a book that is there, and to lists of outcomes that are added to it."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.badinput.damage import Change, Damage, Damages, cut, flipped, places, rewrite, turned
from benchmarks.badinput.texts import ENDS
from benchmarks.badinput.values import DAYS, HEADERS


def damages(rng: Random) -> Damages:
    """Yield the damages of lists of outcomes and of the book."""
    yield from _lists(rng)
    for number in range(16):
        bits = tuple(-1 - rng.randrange(8 * 2_400) for _ in range(1 + number % 4))
        harm = rewrite("lists/told.parquet", turned(bits))
        yield Damage("outcome list", f"told.parquet {len(bits)} bits, {number}", "told", harm, ("told", "outcomes"))
    for what, column, values in _TYPED:
        yield Damage("outcome list", f"told.parquet {what}", "told", _with(column, values), ("told", "outcomes"))
    for what, change in _MANIFEST.items():
        for command in ("check", "outcomes", "maturity"):
            harm = rewrite("book/manifest.json", change)
            yield Damage("book", f"manifest.json {what}, asked by {command}", command, harm, ("manifest", "book"))
    for number in range(10):
        share = rng.random()
        yield Damage("book", f"data of the book, {number}", "check", _flip_data(number, share), ("data/",))


def _lists(rng: Random) -> Damages:
    names = ("outcomes",)
    changes: dict[str, Change] = {f"cut after {at}": cut(at) for at in places(rng, 1_300, 8)}
    changes |= {what: _of_text(change) for what, change in HEADERS.items()}
    changes |= ENDS
    for at, column in ((2, "occurred_on"), (3, "known_on")):
        changes |= {f"{column} {day}": _first_row(at, day) for day in DAYS}
    changes |= {f"borrower {name[:20]!r}": _first_row(0, name) for name in ("", "B9999", "\0", "x" * 50_000, "b0000")}
    changes |= {f"kind {name!r}": _first_row(1, name) for name in ("", "bankrupt", "WRITE_OFF", "核销", "1")}
    changes |= {"all unknown borrowers": lambda text: text.replace(b"\nB", b"\nX")}
    changes |= {"UTF-16": lambda text: text.decode().encode("utf-16"), "NUL": lambda text: bytes(len(text))}
    for what, change in changes.items():
        yield Damage("outcome list", f"outcomes.csv {what}", "outcomes", rewrite("lists/outcomes.csv", change), names)


def _of_text(change: Callable[[str], str]) -> Change:
    return lambda content: change(content.decode()).encode()


def _first_row(column: int, value: str) -> Change:
    def change(text: bytes) -> bytes:
        lines = text.decode().split("\n")
        fields = lines[1].split(",")
        fields[column] = value
        return "\n".join([lines[0], ",".join(fields), *lines[2:]]).encode()

    return change


_TYPED = (
    ("known_on as number", "known_on", pa.array(range(40))),
    ("known_on null", "known_on", pa.nulls(40, pa.date32())),
    ("known_on with zone", "known_on", pa.array(range(40), pa.timestamp("us", "UTC"))),
    ("kind a list", "kind", pa.array([["write_off"]] * 40)),
    ("borrower as bytes", "borrower_id", pa.array([b"\xff\xfe"] * 40, pa.binary())),
    ("borrower a struct", "borrower_id", pa.array([{"id": "B0001"}] * 40)),
    ("borrower gone", "borrower_id", None),
)


def _with(column: str, values: "pa.Array | None") -> Callable[[Path], None]:
    def harm(folder: Path) -> None:
        file = folder / "lists" / "told.parquet"
        table = pq.read_table(file)
        at = table.column_names.index(column)
        pq.write_table(table.remove_column(at) if values is None else table.set_column(at, column, values), file)

    return harm


_MANIFEST: dict[str, Change] = {
    "empty": lambda _: b"",
    "cut": lambda text: text[: len(text) // 2],
    "a list": lambda _: b"[]",
    "null": lambda _: b"null",
    "a number": lambda _: b"7",
    "deep": lambda _: b"[" * 100_000,
    "in UTF-16": lambda text: text.decode().encode("utf-16"),
    "another format": lambda text: text.replace(b'"format": 1', b'"format": 2'),
    "without tables": lambda text: text.replace(b'"tables"', b'"tabels"'),
    "tables a list": lambda _: b'{"format": 1, "portfolio": "x", "extracted_on": "2026-06-30", "tables": []}',
    "a day that is none": lambda text: text.replace(b"2026-06-30", b"2026-06-31"),
    "a file elsewhere": lambda text: text.replace(b'"data/loans', b'"../../../etc/loans'),
    "rows a word": lambda text: text.replace(b'"rows": 150', b'"rows": "many"'),
    "a number of 10,000 digits": lambda text: text.replace(b'"rows": 150', b'"rows": ' + b"9" * 10_000),
}


def _flip_data(number: int, share: float) -> Callable[[Path], None]:
    def harm(folder: Path) -> None:
        data = sorted((folder / "book" / "data").glob("*.parquet"))
        file = data[number % len(data)]
        content = file.read_bytes()
        file.write_bytes(flipped(content, (int(share * 8 * len(content)),)))

    return harm
