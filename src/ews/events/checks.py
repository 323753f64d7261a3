"""Checks that a row passes alone: type, required, choices, range, days, order of days, reference.

Each check is a condition in SQL over the columns of a `typed` relation (see `examination.py`): true where the
row fails, false or null where it passes. Keys are compared between rows in `versions.py`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from ews.events import sql
from ews.events.readings import Reading, no_such_day
from ews.events.rejections import Reason
from ews.events.schemas import KNOWLEDGE, Column, EventTable, all_columns

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)

LONGEST_ID = 256
"""Characters: what is longer is no name of anything, and no index of a database takes it."""

MAY_LIE_AHEAD = frozenset({"matures_on", "due_on", "ends_on", "insured_to"})
"""Columns whose day may come after the extraction; every other day tells of the past."""

IN_ORDER = (("opened_on", "closed_on"), ("opened_on", "matures_on"), ("starts_on", "ends_on"))

_DEFAULTED = frozenset(column.name for column in KNOWLEDGE)

ROW = '"#row"'
"""Ordinal of the row in the source's result, from 1."""

_NOTHING = "CAST(NULL AS VARCHAR)"


@dataclass(frozen=True, slots=True)
class Check:
    """`fails`, `value` and `detail` are SQL; `detail` says what was expected, in symbols that need no language."""

    column: str
    reason: Reason
    fails: str
    value: str
    detail: str


def text_of(column: str) -> str:
    """Return the name under which a typed relation keeps the delivered text of `column`."""
    return sql.name(f"{column}#text")


def given(column: str) -> str:
    """Return the name under which a typed relation keeps `column` as read, before any default."""
    return sql.name(f"{column}#given" if column in _DEFAULTED else column)


def known_reference(column: str) -> str:
    """Return the name of the flag that says whether `column` refers to something accepted."""
    return sql.name(f"{column}#known")


def row_checks(
    schema: EventTable, readings: dict[str, Reading], *, extracted_on: date, references: Collection[str]
) -> tuple[Check, ...]:
    """Return the checks for rows of `schema`, gravest first; `references` are the columns to be looked up."""
    checks = [
        check
        for column in all_columns(schema)
        for check in _column_checks(schema, column, readings[column.name], extracted_on)
    ]
    checks += [_in_order(first, then) for first, then in IN_ORDER if {first, then} <= set(schema.names)]
    checks += [_reference(schema.column(name)) for name in schema.names if name in references]
    return tuple(sorted(checks, key=lambda check: list(Reason).index(check.reason)))


def _column_checks(schema: EventTable, column: Column, reading: Reading, extracted_on: date) -> Iterator[Check]:
    if reading.text is not None:
        yield from _type(column)
    if column.required or column.name in schema.key:
        yield _required(column, reading, of_tombstones=column.name in schema.key)
    if column.name == "withdrawn":
        yield _dated_tombstone()
    if column.kind in ("id", "text"):
        yield from _text(column)
    if column.choices:
        yield _choice(column)
    if column.low is not None or column.high is not None:
        yield _range(column)
    if column.kind in ("date", "timestamp"):
        yield from _days(schema, column, extracted_on)


def _type(column: Column) -> Iterator[Check]:
    text, fails = text_of(column.name), f"{text_of(column.name)} IS NOT NULL AND {given(column.name)} IS NULL"
    detail = sql.literal(column.kind)
    if column.kind not in ("date", "timestamp"):
        yield Check(column.name, Reason.TYPE, fails, text, detail)
        return
    shaped = no_such_day(column, text)
    yield Check(column.name, Reason.TYPE, f"{fails} AND NOT {shaped}", text, detail)
    yield Check(column.name, Reason.IMPOSSIBLE_DATE, f"{fails} AND {shaped}", text, detail)


def _required(column: Column, reading: Reading, *, of_tombstones: bool) -> Check:
    fails = f"{sql.name(column.name)} IS NULL"
    if reading.text is not None:
        fails += f" AND {text_of(column.name)} IS NULL"
    # A tombstone need say no more than whose row it takes back, and since when.
    if not of_tombstones:
        fails += " AND NOT withdrawn"
    return Check(column.name, Reason.REQUIRED, fails, _NOTHING, sql.literal(column.kind))


def _dated_tombstone() -> Check:
    # Its default, the day the row happened, would make it as old as the row that it takes back.
    fails = f"withdrawn AND {given('known_on')} IS NULL"
    return Check("known_on", Reason.REQUIRED, fails, _NOTHING, "'withdrawn = true'")


def _text(column: Column) -> Iterator[Check]:
    source = sql.name(column.name)
    shown = f"left(replace({source}, chr(0), '\ufffd'), 200)"
    yield Check(column.name, Reason.TYPE, f"contains({source}, chr(0))", shown, "'no NUL'")
    if column.kind == "id":
        detail = sql.literal(f"<= {LONGEST_ID} characters")
        yield Check(column.name, Reason.RANGE, f"length({source}) > {LONGEST_ID}", shown, detail)


def _choice(column: Column) -> Check:
    words = ", ".join(sql.literal(word) for word in column.choices)
    return Check(
        column.name,
        Reason.CHOICE,
        f"{sql.name(column.name)} NOT IN ({words})",
        sql.name(column.name),
        sql.literal(" | ".join(column.choices)),
    )


def _range(column: Column) -> Check:
    source = sql.name(column.name)
    bounds = [(">=", "<", column.low), ("<=", ">", column.high)]
    fails = [f"{source} {outside} {bound!r}" for _, outside, bound in bounds if bound is not None]
    if column.kind == "share":
        fails.append(f"NOT isfinite({source})")
    detail = ", ".join(f"{inside} {bound:g}" for inside, _, bound in bounds if bound is not None)
    return Check(column.name, Reason.RANGE, " OR ".join(fails), f"CAST({source} AS VARCHAR)", sql.literal(detail))


def _days(schema: EventTable, column: Column, extracted_on: date) -> Iterator[Check]:
    on = f"CAST({given(column.name)} AS DATE)"
    value = f"CAST({given(column.name)} AS VARCHAR)"
    outside = f"{on} < {sql.day(FIRST_DAY)} OR {on} > {sql.day(LAST_DAY)}"
    span = sql.literal(f"{FIRST_DAY} .. {LAST_DAY}")
    yield Check(column.name, Reason.IMPOSSIBLE_DATE, outside, value, span)
    if column.name in MAY_LIE_AHEAD:
        return
    last = sql.day(extracted_on)
    if column.name == "known_on" and schema.happened in MAY_LIE_AHEAD:
        last = f"greatest({last}, {sql.name(str(schema.happened))})"
    late = f"{on} > {last} AND {on} <= {sql.day(LAST_DAY)}"
    yield Check(column.name, Reason.AFTER_EXTRACTION, late, value, sql.literal(f"<= {extracted_on}"))


def _in_order(first: str, then: str) -> Check:
    fails = f"{sql.name(then)} < {sql.name(first)}"
    detail = f"'>= {first} ' || CAST({sql.name(first)} AS VARCHAR)"
    return Check(then, Reason.DATE_ORDER, fails, f"CAST({sql.name(then)} AS VARCHAR)", detail)


def _reference(column: Column) -> Check:
    fails = f"{sql.name(column.name)} IS NOT NULL AND NOT {known_reference(column.name)}"
    return Check(column.name, Reason.REFERENCE, fails, sql.name(column.name), sql.literal(str(column.refers)))
