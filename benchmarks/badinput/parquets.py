"""Damage to Parquet files: cut off, bits turned round, numbers that lie, other types than the table's, bombs."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.badinput.damage import Change, Damage, Damages, cut, places, rewrite, turned
from benchmarks.badinput.good import balances
from benchmarks.badinput.thrift import Lies, bomb, parquet_file, plain

FILES = {"postings": "transactions", "balances": "ledger"}
COLUMNS = ("loan", "stated", "balance", "dpd")
_LIES = ("rows", "group_rows", "values", "page_values", "packed", "unpacked", "page_packed", "page_unpacked", "offset")
_NUMBERS = (0, 1, 3, -1, 5_000, 2**31 - 1, 2**40, 2**62)


def damages(rng: Random) -> Damages:
    """Yield the damages of the Parquet files."""
    for stem, table in FILES.items():
        for change, kind, what in _of_bytes(rng):
            yield Damage(
                kind, f"{stem}.parquet {what}", "import", rewrite(f"raw/{stem}.parquet", change), (stem, table)
            )
    for name in _LIES:
        for number in _NUMBERS:
            yield _written("lying metadata", f"{name} is {number}", partial(_lying, {name: number}))
    for told in ({"version": 99}, {"children": 3}, {"children": 900}, {"codec": 77}, {"type": 1}, {"type": 99}):
        yield _written("lying metadata", str(told), partial(_lying, told))
    for what, column, values in _typed():
        yield Damage("types", f"balances.parquet {what}", "import", _with(column, values), ("balances", "ledger"))
    yield from _bombs()


def _of_bytes(rng: Random) -> Sequence[tuple[Change, str, str]]:
    size, footer = 9_000, 1_500
    short = [(cut(at), "truncated", f"after {at} bytes") for at in places(rng, size, 8)]
    in_footer = [_flips(f"in the footer, {n}", lambda: -1 - rng.randrange(8 * footer), 1 + n % 4) for n in range(24)]
    in_pages = [_flips(f"in a page, {n}", lambda: 32 + rng.randrange(8 * size), 1 + n % 4) for n in range(24)]
    ends = [(_footer_of(told), "footer length", f"of {told}") for told in (0, 1, 7, 100_000, 2**31, 2**32 - 1)]
    whole = {
        "no magic": lambda text: b"XXXX" + text[4:],
        "an encrypted one": lambda text: text[:-4] + b"PARE",
        "zeros": lambda text: bytes(len(text)),
        "twice": lambda text: text + text,
        "a CSV file": lambda _: b"id,account\n1,2\n",
        "nothing": lambda _: b"",
        "magic alone": lambda _: b"PAR1PAR1",
    }
    return [*short, *in_footer, *in_pages, *ends, *((change, "not Parquet", what) for what, change in whole.items())]


def _footer_of(length: int) -> Change:
    return lambda text: text[:-8] + length.to_bytes(4, "little") + text[-4:]


def _flips(what: str, place: Callable[[], int], count: int) -> tuple[Change, str, str]:
    bits = tuple(place() for _ in range(count))
    return turned(bits), "bit flips", f"{count} bits {what}"


def _written(kind: str, what: str, content: Callable[[], bytes]) -> Damage:
    return Damage(
        kind,
        f"balances.parquet {what}",
        "import",
        rewrite("raw/balances.parquet", lambda _: content()),
        ("balances", "ledger"),
    )


def _lying(told: dict[str, int]) -> bytes:
    rows = balances().to_pylist()
    return parquet_file({name: plain([str(row[name]).encode() for row in rows]) for name in COLUMNS}, Lies(told))


def _with(column: str, values: "pa.Array | pa.ChunkedArray | None") -> Callable[[Path], None]:
    """Return the harm that puts `values` in place of a column of the balances, or takes it out."""

    def harm(folder: Path) -> None:
        table = balances()
        at = table.column_names.index(column)
        changed = table.remove_column(at) if values is None else table.set_column(at, column, values)
        pq.write_table(changed, folder / "raw" / "balances.parquet")

    return harm


def _typed() -> Sequence[tuple[str, str, "pa.Array | None"]]:
    rows = len(balances())
    whole = list(range(rows))
    absurd = {
        "NaN": float("nan"), "inf": float("inf"), "-inf": float("-inf"), "1e308": 1e308, "1.5": 1.5, "1e30": 1e30,
    }  # fmt: skip
    return [
        *((f"balance all {what}", "balance", pa.array([value] * rows, pa.float64())) for what, value in absurd.items()),
        *((f"dpd one {what}", "dpd", pa.array([value, *[0.0] * (rows - 1)])) for what, value in absurd.items()),
        ("balance as text", "balance", pa.array([str(one) for one in whole])),
        ("balance of 10^30", "balance", pa.array([10**30] * rows, pa.decimal128(38, 0))),
        ("balance one of 10^30", "balance", pa.array([10**30, *whole[1:]], pa.decimal128(38, 0))),
        ("balance with decimals", "balance", pa.array(whole, pa.decimal128(20, 4))),
        ("balance below zero", "balance", pa.array([-1 - one for one in whole])),
        ("balance of unsigned", "balance", pa.array([2**64 - 1, *whole[1:]], pa.uint64())),
        ("balance null", "balance", pa.nulls(rows, pa.int64())),
        ("balance of no type", "balance", pa.nulls(rows)),
        ("balance gone", "balance", None),
        ("balance a flag", "balance", pa.array([True] * rows)),
        ("balance a list", "balance", pa.array([[one] for one in whole])),
        ("balance a struct", "balance", pa.array([{"fen": one} for one in whole])),
        ("balance a map", "balance", pa.array([[("fen", one)] for one in whole], pa.map_(pa.string(), pa.int64()))),
        ("balance half precision", "balance", pa.array([1.0] * rows, pa.float16())),
        ("dpd below zero", "dpd", pa.array([-one for one in whole])),
        ("dpd of 2^62", "dpd", pa.array([2**62, *[0] * (rows - 1)])),
        ("day as number", "stated", pa.array(whole)),
        ("day as text", "stated", pa.array(["2026-06-30", *["never"] * (rows - 1)])),
        ("day with zone", "stated", pa.array(whole, pa.timestamp("us", "UTC"))),
        ("day beyond the calendar", "stated", pa.array([2**31 - 1] * rows, pa.int32()).view(pa.date32())),
        ("day before the calendar", "stated", pa.array([-(2**31)] * rows, pa.int32()).view(pa.date32())),
        ("moments at the end of time", "stated", pa.array([2**63 - 2] * rows, pa.int64()).view(pa.timestamp("us"))),
        ("time of day", "stated", pa.array([1] * rows, pa.time64("us"))),
        ("loan as bytes of no text", "loan", pa.array([b"\xff\xfe\x00"] * rows, pa.binary())),
        ("loan as numbers", "loan", pa.array(whole)),
        ("loan as floats", "loan", pa.array([one + 0.5 for one in whole])),
        ("loan with NUL", "loan", pa.array([f"L{one % 180:04}\0" for one in whole])),
        ("loan null", "loan", pa.nulls(rows, pa.string())),
        ("loan gone", "loan", None),
    ]  # fmt: skip


def _bombs() -> Damages:
    yield Damage("bombs", "balances.parquet 60 million rows of one text", "import", _constant, ("balances", "ledger"))
    yield _written("bombs", "a page of 1 GiB packed", _packed_page)
    for told in (2**31 - 1, 2**30):
        lies = {"page_unpacked": told, "unpacked": told}
        yield _written("bombs", f"a page said to be {told}", partial(_lying, lies))
    yield Damage("bombs", "balances.parquet 4,000 columns", "import", _wide, ("balances", "ledger"))


def _constant(folder: Path) -> None:
    """Write few bytes of many rows, each the same."""
    many = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), 20_000_000), pa.array(["L0001"]))
    whole = pa.table(dict.fromkeys(COLUMNS, many))
    with pq.ParquetWriter(folder / "raw" / "balances.parquet", whole.schema, compression="zstd") as writer:
        for _ in range(3):
            writer.write_table(whole, row_group_size=len(many))


def _packed_page() -> bytes:
    return parquet_file(dict.fromkeys(COLUMNS, bomb(1 << 30)), Lies())


def _wide(folder: Path) -> None:
    table = balances()
    wide = {**table.to_pydict(), **{f"c{number}": [0] * len(table) for number in range(4_000)}}
    pq.write_table(pa.table(wide), folder / "raw" / "balances.parquet")
