"""Damage to values and headers: absurd days and amounts, unknown ids, and columns that are not where they were."""

from collections.abc import Callable
from random import Random

from benchmarks.badinput.damage import Change, Damage, Damages, rewrite
from benchmarks.badinput.texts import CSV, TABLE_OF, decoded

DAYS = (
    "9999-12-31", "0000-00-00", "2026-02-30", "18990101", "20261301", "-1", "NaN", "inf", "yesterday", "1e308",
    "10000-01-01", "2026-06-31T25:61:61", "99999999999999999999", "二〇二六年六月", "45000",
)  # fmt: skip
AMOUNTS = (
    "NaN", "inf", "-inf", "1e308", "-5", "1" + "0" * 30, "0x10", "１２３", '"1,2,3"', "--5", "9223372036854775807",
    "92233720368547758.07", "0.001", "1e-400", "ten", "¥5", "5 CNY", "(5)", "9" * 5_000,
)  # fmt: skip
IDS = (
    "", "B9999", "b0003", "B0003 ", "B" * 100_000, "'; DROP TABLE x; --", "B\u202e0003", "😀", "NULL", "../../etc",
    "=1+1", "B\t3", "\ufeffB0003", "{{7*7}}", "<script>",
)  # fmt: skip

FIELDS = (("loans", 5, DAYS), ("cards", 2, DAYS), ("loans", 3, AMOUNTS), ("cards", 3, AMOUNTS))
ID_FIELDS = (("loans", 1), ("accounts", 1), ("customers", 0), ("loans", 0))


def damages(rng: Random) -> Damages:
    """Yield damages of values, one row of them or every row, and of headers."""
    for stem, column, values in FIELDS:
        for value in values:
            rows = range(1, 1_000) if rng.random() < 0.2 else [rng.randrange(1, 150)]
            yield _value("absurd value", stem, column, value, rows)
    for stem, column in ID_FIELDS:
        for value in IDS:
            yield _value("id", stem, column, value, [rng.randrange(1, 150)])
        yield _value("unknown ids", stem, column, "X{row}", range(1, 1_000))
    for stem in CSV:
        for what, change in HEADERS.items():
            harm = rewrite(f"raw/{stem}.csv", _of_text(change))
            yield Damage("header", f"{stem}.csv {what}", "import", harm, (stem, *TABLE_OF[stem]))


def _value(kind: str, stem: str, column: int, value: str, rows: "range | list[int]") -> Damage:
    def change(text: bytes) -> bytes:
        lines = decoded(text).split("\n")
        for row in rows:
            if row < len(lines) - 1:
                fields = _fields(lines[row])
                fields[column] = value.replace("{row}", str(row))
                lines[row] = ",".join(fields)
        return _encoded(text, "\n".join(lines))

    what = f"{stem}.csv column {column + 1} of {'all rows' if len(rows) > 1 else f'line {rows[0] + 1}'}: {value[:30]!r}"
    return Damage(kind, what, "import", rewrite(f"raw/{stem}.csv", change), (stem, *TABLE_OF[stem]))


def _of_text(change: Callable[[str], str]) -> Change:
    return lambda content: _encoded(content, change(decoded(content)))


def _fields(line: str) -> list[str]:
    """Return the fields of a line of ours: of those with commas only amounts are in quotes."""
    parts = line.split('"')
    parts[1::2] = [part.replace(",", "\0") for part in parts[1::2]]
    return [field.replace("\0", ",") for field in '"'.join(parts).split(",")]


def _encoded(before: bytes, text: str) -> bytes:
    try:
        before.decode()
    except UnicodeDecodeError:
        return text.encode("gb18030")
    return text.encode()


def _head(change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        head, rest = text.split("\n", 1)
        return ",".join(change(head.split(","))) + "\n" + rest

    return changed


def _columns(order: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    return lambda text: "\n".join(",".join(order(_fields(line))) if line else line for line in text.split("\n"))


HEADERS: dict[str, Callable[[str], str]] = {
    "none": lambda text: text.split("\n", 1)[1],
    "alone": lambda text: text.split("\n", 1)[0] + "\n",
    "twice": lambda text: text.split("\n", 1)[0] + "\n" + text,
    "again in the middle": lambda text: text + text.split("\n", 1)[0] + "\n" + text.split("\n", 2)[1] + "9\n",
    "columns turned round": _columns(lambda fields: fields[::-1]),
    "columns turned round, header not": lambda text: (
        text.split("\n", 1)[0] + "\n" + _columns(lambda fields: fields[::-1])(text.split("\n", 1)[1])
    ),
    "a name twice": _head(lambda names: [names[0], *names[:-1]]),
    "a name twice in other case": _head(lambda names: [names[1].upper(), *names[1:]]),
    "a name gone": _head(lambda names: ["", *names[1:]]),
    "a column gone": _columns(lambda fields: fields[1:]),
    "a name misspelt": _head(lambda names: [*names[:1], names[1] + "x", *names[2:]]),
    "names in capitals": _head(lambda names: [name.upper() for name in names]),
    "names with blanks": _head(lambda names: [f" {name} " for name in names]),
    "full-width names": _head(lambda names: ["".join(chr(ord(one) + 0xFEE0) for one in name) for name in names]),
    "an extra column": _columns(lambda fields: [*fields, "more"]),
    "an extra name": _head(lambda names: [*names, "more"]),
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "a title above": lambda text: "客户清单\n" + text,
    "a total below": lambda text: text + "合计,150\n",
    "a name of 200,000 letters": _head(lambda names: [*names, "x" * 200_000]),
    "2,500 columns": _columns(lambda fields: [*fields, *(f"c{number}" for number in range(2_500))]),
}
