"""Check plan entries: what casework.toml says of checks: which, how often, by customer type, and their quality."""

from collections.abc import Sequence

from ews.domain.levels import WarningLevel
from ews.policy.casework import LEVELS, SEVERAL, CheckEvery, CheckPlan, CustomerType, QualityLimits
from ews.policy.entries import Entry, tables, unique
from ews.policy.playbook import ANY, SIZES

PRODUCTS = ("business", "mortgage", "consumer", "card", "other")
_SOURCED = ("source", "confidence")
_WORDED = ("code", "en", "zh", *_SOURCED)


def coded(entry: Entry, key: str) -> list[Entry]:
    """Return the entries of an array within an edition, known by their codes, each once."""
    found = tables(entry.fields, key, f"{entry.file}: {entry.label}", named="code")
    placed = [Entry(entry.file, one.label, one.fields) for one in found]
    unique(placed, "code")
    return placed


def read_rows(entry: Entry, types: Sequence[str]) -> tuple[CheckEvery, ...]:
    rows = tuple(_row(one, types) for one in coded(entry, "check"))
    if not any(row.is_for_all for row in rows):
        message = "no [[edition.check]] is for everyone: some would never be checked. Give one with an interval only."
        raise entry.fault(message, "check")
    return rows


def _row(entry: Entry, types: Sequence[str]) -> CheckEvery:
    entry.only("code", "form", "every_days", "level", "size", "loans", "watched", "customer_type")
    given = entry.fields
    return CheckEvery(
        entry.string("code"),
        entry.string("form"),
        entry.at_least(1, "every_days"),
        WarningLevel(entry.choice("level", LEVELS)) if "level" in given else None,
        entry.choice("size", SIZES) if "size" in given else ANY,
        entry.choice("loans", (ANY, SEVERAL)) if "loans" in given else ANY,
        entry.flag("watched"),
        entry.choice("customer_type", types) if "customer_type" in given else None,
    )


def read_plan(entry: Entry, rows: tuple[CheckEvery, ...]) -> CheckPlan:
    first = ("first_form", "first_from_days", "first_to_days", "first_products")
    entry.only(*first, "event_form", "event_days", "entry_days", "oldest_days", *_SOURCED)
    start, end = entry.count("first_from_days"), entry.at_least(1, "first_to_days")
    if start > end:
        message = f"the first check is due from day {start} to day {end} after payout. Give 'from' before 'to'."
        raise entry.fault(message, "first_to_days")
    return CheckPlan(
        entry.string("first_form"),
        start,
        end,
        entry.strings("first_products", PRODUCTS),
        entry.string("event_form"),
        entry.at_least(1, "event_days"),
        entry.count("entry_days"),
        entry.at_least(1, "oldest_days"),
        rows,
        entry.string("source"),
        entry.confidence(),
    )


def read_customer_types(entries: list[Entry]) -> tuple[CustomerType, ...]:
    """Return the types from good to bad; PolicyError where a worse one is not harder to be in."""
    types: list[CustomerType] = []
    for entry in entries:
        allowed = ("en_handling", "zh_handling", "months_late_from", "if_confirmed", "if_first_missed")
        entry.only(*_WORDED, *allowed)
        late = entry.count("months_late_from")
        least = types[-1].months_late_from + 1 if types else 0
        if late < least or late > 3 or (late and not types):
            wanted = "0: the first type is everyone's" if not types else f"{least} to 3, more than the type before"
            message = f"'months_late_from' is {late}; give {wanted}. Types run from good to bad over three months."
            raise entry.fault(message, "months_late_from")
        types.append(
            CustomerType(
                entry.string("code"),
                entry.words(),
                entry.words("handling"),
                late,
                entry.flag("if_confirmed"),
                entry.flag("if_first_missed"),
                entry.string("source"),
                entry.confidence(),
            )
        )
    return tuple(types)


def read_quality(entry: Entry, entry_days: int) -> QualityLimits:
    counted = ("compare_from", "compare_last", "own_figures", "least_figures")
    entry.only("similarity", *counted, "tolerance", *_SOURCED)
    similarity = entry.share("similarity")
    if similarity == 0:
        message = "'similarity' is 0.0, so that any two texts are near-identical. Give more, like 0.9."
        raise entry.fault(message, "similarity")
    own = entry.share("own_figures")
    if own == 0:
        message = "'own_figures' is 0.0, so that no text is ever near-identical. Give more, like 0.5."
        raise entry.fault(message, "own_figures")
    return QualityLimits(
        similarity,
        entry.count("compare_from"),
        entry.at_least(1, "compare_last"),
        own,
        entry.count("least_figures"),
        entry_days,
        entry.share("tolerance"),
        entry.string("source"),
        entry.confidence(),
    )
