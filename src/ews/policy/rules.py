"""Rules: entries of data that give a loan a tier at best, or a borrower a warning level.

Reads   tier_rules.toml, signals.toml
A tier rule with basis `law` or `practice` asks loan facts. One with basis `model` asks borrower facts and
proposes special mention at most: non-performing needs a statutory fact or an approved finding.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from string import Formatter

from ews.domain.facts import (
    COMBINED_BORROWER_FACTS,
    DEBTOR_LOAN_FACTS,
    NETWORK_BORROWER_FACTS,
    SETTLED_BORROWER_FACTS,
)
from ews.domain.levels import Tier, WarningLevel
from ews.domain.patterns import NO_PATTERN, Pattern
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.policy.conditions import Condition, read_conditions
from ews.policy.dated import Dated
from ews.policy.entries import Entry, tables, unique
from ews.policy.units import Scope

ELEMENTS: Mapping[str, Text] = {
    "1101": Text("accounts", "账户"),
    "1102": Text("operations and project", "经营与项目"),
    "1103": Text("finance", "财务"),
    "1108": Text("contingent liabilities", "或有事项"),
    "1109": Text("group", "集团"),
    "1110": Text("competitiveness", "竞争力"),
    "1111": Text("other", "其他"),
    "1201": Text("guarantor", "保证人"),
    "1202": Text("collateral", "抵质押物"),
}
"""Elements of a post-loan check, by code."""

OWNERS = ("officer", "branch_risk", "head_office")
"""Who answers for a signal."""

PATTERNS = (*Pattern, *NO_PATTERN)
"""What a signal is about: a pattern of failing loans, or none of them."""

LONGEST_COOL_DOWN = 3660
"""Days; a signal that may not warn again within ten years is none."""

_DEBTOR = frozenset(fact.name for fact in DEBTOR_LOAN_FACTS)
_COMBINED = frozenset(fact.name for fact in COMBINED_BORROWER_FACTS)
_AFTER_OWN = _DEBTOR | {"by_days_alone"}
"""Facts of loans that are there once it is known which loans follow days past due alone."""
_AFTER_MODEL = _COMBINED | {"days_not_seen"} | {fact.name for fact in SETTLED_BORROWER_FACTS + NETWORK_BORROWER_FACTS}
"""Facts of borrowers that are there once the model has proposed a tier."""


@dataclass(frozen=True, slots=True)
class TierRule:
    """Where `when` holds, the tier is `floor` or worse."""

    code: str
    basis: str
    floor: Tier
    when: Dated[Condition]
    meaning: Text
    source: str
    article: str | None
    confidence: str

    @property
    def asks_debtor(self) -> bool:
        """Tell whether the rule is judged after the own tiers of all the debtor's loans."""
        return not _DEBTOR.isdisjoint(_names(self))


@dataclass(frozen=True, slots=True)
class Signal:
    """`sentence` holds {names} in place of their values, `told` are those of facts and features.

    `pattern` is one of PATTERNS. `reason` links the signal to the reasons of the score. The same signal again within
    `cool_down_days` makes no new warning; 0 is a fact of the day, which does not linger.
    """

    code: str
    element: str
    level: WarningLevel
    pattern: str
    when: Dated[Condition]
    sentence: Text
    told: tuple[str, ...]
    source: str
    article: str | None
    confidence: str
    reason: ReasonCode | None
    cool_down_days: int
    owner: str

    @property
    def lingers(self) -> bool:
        return self.cool_down_days > 0

    @property
    def asks_combined(self) -> bool:
        """Tell whether the signal is judged after the others."""
        return not _COMBINED.isdisjoint(_names(self))


@dataclass(frozen=True, slots=True)
class TierRules:
    """`by_dpd_alone` tells the loans whose tier follows days past due only (脱期法): the model does not touch it."""

    by_dpd_alone: Dated[Condition]
    by_dpd_alone_source: str
    by_dpd_alone_confidence: str
    loan: tuple[TierRule, ...]
    model: tuple[TierRule, ...]

    @property
    def own(self) -> tuple[TierRule, ...]:
        """Rules of law and practice that one loan answers by itself."""
        return tuple(rule for rule in self.loan if not rule.asks_debtor)

    @property
    def debtor(self) -> tuple[TierRule, ...]:
        """Rules of law and practice that ask for the debtor's other claims."""
        return tuple(rule for rule in self.loan if rule.asks_debtor)


def read_tier_rules(content: Mapping[str, object], file: str, *, loan: Scope, borrower: Scope) -> TierRules:
    """Return the tier rules in the order of the file; PolicyError on the first that cannot be used."""
    entries = tables(content, "tier_rule", file, named="code")
    unique(entries, "code")
    graded = replace(borrower, later=_AFTER_MODEL)
    rules = tuple(_tier_rule(entry, loan, graded) for entry in entries)
    alone = content.get("by_days_past_due_alone")
    entry = Entry(file, "by_days_past_due_alone", alone if isinstance(alone, dict) else {}).only(
        "when", "source", "confidence"
    )
    return TierRules(
        read_conditions(entry, "when", replace(loan, later=_AFTER_OWN)),
        entry.string("source"),
        entry.confidence(),
        tuple(rule for rule in rules if rule.basis != "model"),
        tuple(rule for rule in rules if rule.basis == "model"),
    )


def read_signals(content: Mapping[str, object], file: str, scope: Scope) -> tuple[Signal, ...]:
    """Return the signals in the order of the file; PolicyError on the first that cannot be used."""
    entries = tables(content, "signal", file, named="code")
    unique(entries, "code")
    return tuple(_signal(entry, scope) for entry in entries)


def names_read(rules: Iterable[TierRule | Signal], on: date) -> tuple[str, ...]:
    """Return the facts and features that `rules` read or tell on `on`, each once: inputs to keep with a decision."""
    return tuple(dict.fromkeys(name for rule in rules for name in inputs_of(rule, on)))


def inputs_of(rule: TierRule | Signal, on: date) -> tuple[str, ...]:
    """Return the facts and features that one rule reads and its sentence tells on `on`; none before it is in force."""
    condition = rule.when.on(on)
    if condition is None:
        return ()
    told = rule.told if isinstance(rule, Signal) else ()
    return tuple(dict.fromkeys((*condition.names, *told)))


def _names(rule: TierRule | Signal) -> frozenset[str]:
    return frozenset(name for _, condition in rule.when.values for name in condition.names)


def _tier_rule(entry: Entry, loan: Scope, borrower: Scope) -> TierRule:
    entry.only("code", "basis", "floor", "when", "en", "zh", "source", "article", "confidence")
    basis = entry.choice("basis", ("law", "practice", "model"))
    floor = Tier(entry.choice("floor", list(Tier)))
    if basis == "model" and floor.non_performing:
        message = (
            f"the model proposes special mention at most; '{floor}' needs a statutory fact or an approved finding."
        )
        raise entry.fault(message, "floor")
    when = read_conditions(entry, "when", borrower if basis == "model" else loan)
    return TierRule(
        _code(entry),
        basis,
        floor,
        when,
        entry.words(),
        entry.string("source"),
        entry.article(),
        entry.confidence(),
    )


def _signal(entry: Entry, scope: Scope) -> Signal:
    entry.only(
        "code",
        "element",
        "level",
        "pattern",
        "when",
        "en",
        "zh",
        "source",
        "article",
        "confidence",
        "reason",
        "cool_down_days",
        "owner",
    )
    levels = [level for level in WarningLevel if level is not WarningLevel.NONE]
    sentence = _sentence(entry, scope)
    told = (name for text in (sentence.en, sentence.zh) for name in placeholders(text, entry))
    cool_down = entry.count("cool_down_days")
    if cool_down > LONGEST_COOL_DOWN:
        message = f"'cool_down_days' is {cool_down}; give at most {LONGEST_COOL_DOWN} days."
        raise entry.fault(message, "cool_down_days")
    return Signal(
        code=_code(entry),
        element=entry.choice("element", ELEMENTS),
        level=WarningLevel(entry.choice("level", levels)),
        pattern=entry.choice("pattern", PATTERNS),
        when=read_conditions(entry, "when", scope),
        sentence=sentence,
        told=tuple(dict.fromkeys(name for name in told if name in scope.words)),
        source=entry.string("source"),
        article=entry.article(),
        confidence=entry.confidence(),
        reason=ReasonCode(entry.choice("reason", list(ReasonCode))) if "reason" in entry.fields else None,
        cool_down_days=cool_down,
        owner=entry.choice("owner", OWNERS),
    )


def _code(entry: Entry) -> str:
    code = entry.string("code")
    if not (code.isascii() and code.isidentifier() and code.isupper()):
        message = f"the code '{code}' must be capitals, digits and underscores, like INFLOW_HALVED."
        raise entry.fault(message, "code")
    return code


def _sentence(entry: Entry, scope: Scope) -> Text:
    sentence = entry.words()
    for key, text in (("en", sentence.en), ("zh", sentence.zh)):
        for name in placeholders(text, entry, key):
            if name not in scope.words and name not in scope.parameters:
                message = f"the sentence holds {{{name}}}, which is neither a fact, a feature nor a parameter."
                raise entry.fault(message, key)
    return sentence


def placeholders(text: str, entry: Entry, key: str = "") -> tuple[str, ...]:
    """Return the names in braces of `text`; PolicyError where a brace holds more than a name."""
    try:
        parts = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    except ValueError as error:
        message = f"the sentence '{text}' cannot be read ({error}). Braces hold a name, like {{dpd_max}}."
        raise entry.fault(message, key) from None
    for name, spec, conversion in parts:
        if not name.isidentifier() or spec or conversion:
            message = f"the sentence holds {{{name}}} with more than a name in its braces. Give the name only."
            raise entry.fault(message, key)
    return tuple(name for name, _, _ in parts)
