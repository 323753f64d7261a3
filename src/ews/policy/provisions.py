"""Provisions: stages, losses given default and rates of provision, as the bank set them; never booked.

Reads   provisions.toml
Money   what the rates come to is worked out in valuation.py
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ews.domain.levels import Tier
from ews.domain.text import Text
from ews.policy.conditions import Condition, read_conditions
from ews.policy.dated import Dated
from ews.policy.entries import Entry, editions, tables, unique
from ews.policy.units import Scope
from ews.policy.vocabulary import Word

BORROWER_WORDS = {"grade_rank": Word("count"), "in_default": Word("flag"), "tier_rank": Word("count")}
"""What stage rules may ask besides loan facts."""

SECURITIES = ("none", "guarantee", "mortgage", "pledge", "unknown", "card")
"""What a loss given default is told for where no collateral is known: securities of loans, and cards."""

KINDS = ("residential", "commercial", "land", "equipment", "stock", "receivables", "deposit", "other")
"""Kinds of collateral."""

_PROVISIONED = tuple(tier for tier in Tier if tier is not Tier.PASS)
_SOURCED = ("source", "confidence")


@dataclass(frozen=True, slots=True)
class StageRule:
    """Where `when` holds, the loan is in `stage` or a later one."""

    code: str
    stage: int
    when: Dated[Condition]
    meaning: Text
    source: str
    article: str | None
    confidence: str


@dataclass(frozen=True, slots=True)
class Collateral:
    """`counted` is the share of the value that covers a balance, `lgd` what is still lost of it."""

    kind: str
    counted: float
    lgd: float


@dataclass(frozen=True, slots=True)
class Losses:
    """Loss given default by security, `collateral` in the order in which it is taken: the safest first."""

    by_security: Mapping[str, float]
    collateral: tuple[Collateral, ...]
    lifetime_months_open_ended: int
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of the balance. `specific` is by tier from special mention, give or take `band`; `standard` by tier."""

    general: float
    specific: Mapping[str, float]
    band: float
    standard: Mapping[str, float]
    source: str
    confidence: str
    standard_source: str
    standard_confidence: str


@dataclass(frozen=True, slots=True)
class Provisions:
    stage_rules: tuple[StageRule, ...]
    losses: Dated[Losses]
    rates: Dated[Rates]


def read_provisions(content: Mapping[str, object], file: str, loan: Scope) -> Provisions:
    """Return stages and rates; PolicyError on the first entry that cannot be used."""
    entries = tables(content, "stage_rule", file, named="code")
    unique(entries, "code")
    scope = Scope({**loan.words, **BORROWER_WORDS}, loan.parameters)
    return Provisions(
        tuple(_stage_rule(entry, scope) for entry in entries),
        editions(tables(content, "lgd", file), _losses),
        editions(tables(content, "provision", file), _rates),
    )


def _stage_rule(entry: Entry, scope: Scope) -> StageRule:
    entry.only("code", "stage", "when", "en", "zh", "source", "article", "confidence")
    stage = entry.count("stage")
    if stage not in {2, 3}:
        message = f"the stage is {stage}; give 2 or 3, 1 is where no rule holds."
        raise entry.fault(message)
    return StageRule(
        entry.string("code"),
        stage,
        read_conditions(entry, "when", scope),
        entry.words(),
        entry.string("source"),
        entry.article(),
        entry.confidence(),
    )


def _losses(entry: Entry) -> Losses:
    entry.only("starts", *SECURITIES, "collateral", "lifetime_months_open_ended", *_SOURCED)
    given = entry.fields.get("collateral")
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        message = "'collateral' is missing; give a list of { kind, counted, lgd }."
        raise entry.fault(message)
    pieces = [_collateral(_part(entry, item)) for item in given]
    kinds = [piece.kind for piece in pieces]
    if sorted(kinds) != sorted(KINDS):
        message = f"'collateral' tells of {', '.join(kinds)}; tell each of {', '.join(KINDS)} once."
        raise entry.fault(message)
    return Losses(
        {security: _share(entry, security) for security in SECURITIES},
        tuple(sorted(pieces, key=lambda piece: (piece.lgd, KINDS.index(piece.kind)))),
        entry.count("lifetime_months_open_ended"),
        entry.string("source"),
        entry.confidence(),
    )


def _collateral(entry: Entry) -> Collateral:
    entry.only("kind", "counted", "lgd")
    return Collateral(entry.choice("kind", KINDS), _share(entry, "counted"), _share(entry, "lgd"))


def _rates(entry: Entry) -> Rates:
    entry.only("starts", "general", "specific", "standard", *_SOURCED, "standard_source", "standard_confidence")
    specific, standard = _table(entry, "specific"), _table(entry, "standard")
    specific.only(*_PROVISIONED, "band")
    standard.only(*Tier)
    apart = _part(entry, {name: entry.fields.get(f"standard_{name}") for name in _SOURCED})
    rates = Rates(
        _share(entry, "general"),
        {tier.value: _share(specific, tier) for tier in _PROVISIONED},
        _share(specific, "band"),
        {tier.value: _share(standard, tier) for tier in Tier},
        entry.string("source"),
        entry.confidence(),
        apart.string("source"),
        apart.confidence(),
    )
    for name, table in (("specific", rates.specific), ("standard", rates.standard)):
        if list(table.values()) != sorted(table.values()):
            message = f"'{name}' provides less for a worse tier: {', '.join(f'{k} {v}' for k, v in table.items())}."
            raise entry.fault(message)
    return rates


def _table(entry: Entry, key: str) -> Entry:
    given = entry.fields.get(key)
    if not isinstance(given, Mapping):
        message = f"'{key}' is {given!r}; give rates by tier, like {{ substandard = 0.25 }}."
        raise entry.fault(message)
    return _part(entry, given)


def _part(entry: Entry, fields: Mapping[str, object]) -> Entry:
    """Return `fields` as an entry that points at the same place."""
    return replace(entry, fields=fields)


def _share(entry: Entry, key: str) -> float:
    value = entry.number(key)
    if not 0 <= value <= 1:
        message = f"'{key}' is {value!r}, not a share from 0 to 1; write 20 % as 0.2."
        raise entry.fault(message)
    return float(value)
