"""Parts of a policy as its page lists them: each entry with what it says on a day, what it means, and its source."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any, Protocol

from ews.casework.words import PATTERN_TEXTS
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language, Text
from ews.policy.dated import BEGINNING, Dated
from ews.policy.entries import TO_VERIFY
from ews.policy.parameters import Parameter
from ews.policy.policy import Policy
from ews.policy.rules import ELEMENTS
from ews.serving.pages.policy.drafting import typed
from ews.serving.pages.policy.readable import Clause, Meaning, amount, bounds, clauses

BASES: Mapping[str, Text] = {
    "law": Text("law", "法规"),
    "practice": Text("practice", "惯例"),
    "model": Text("model", "模型"),
}
OWNERS: Mapping[str, Text] = {
    "officer": Text("officer", "客户经理"),
    "branch_risk": Text("branch risk", "支行风险"),
    "head_office": Text("head office", "总行"),
}
_BY_DPD_ALONE = Text(
    "Loans whose tier follows days past due only: the model warns but leaves their tier alone",
    "按脱期法分类的贷款：模型只预警，不影响分类",
)


TYPED_IN: Mapping[str, Text] = {
    "share": Text("%", "%"),
    "change": Text("%", "%"),
    "fen": Text("CNY", "元"),
    "days": Text("days", "天"),
    "months": Text("months", "个月"),
    "ratio": Text("times", "倍"),
}
_ANY = Text("…", "若干")
"""Stands where a sentence tells a value of which the condition asks nothing."""
_AMOUNT = re.compile(r"\s*[（(][\d,.]+ ?(?:亿元|万元|元|CNY)[)）]$")


class Sourced(Protocol):
    """What says where it comes from."""

    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where something comes from; what nobody has looked up is said apart from it."""

    text: str
    article: str | None
    is_read: bool
    article_to_verify: bool


@dataclass(frozen=True, slots=True)
class Version:
    """What holds from a day on: null where it always did. `clause` is that of a condition."""

    since: date | None
    text: str
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An entry. `now` is null before its first day, `to_come` what holds later, `earlier` what held before.

    `sentence` are pieces of text, each with what the condition asks of the value that stands behind it; `uses` are the
    parameters that it asks for.
    """

    code: str
    meaning: Text
    now: Version | None
    to_come: tuple[Version, ...]
    earlier: tuple[Version, ...]
    source: Source
    level: WarningLevel | None = None
    tier: Tier | None = None
    stage: int | None = None
    facts: tuple[Text, ...] = ()
    sentence: tuple[tuple[str, str | None], ...] = ()
    uses: tuple[str, ...] = ()
    lent: bool = False
    typed: str = ""
    typed_in: Text | None = None

    def holds(self, wanted: str) -> bool:
        """Tell whether what somebody looks for stands anywhere in it; letters may be large or small."""
        told = [self.code, self.meaning.en, self.meaning.zh, self.source.text, self.source.article or ""]
        told += [one.text for one in (self.now, *self.to_come) if one is not None]
        told += [text for fact in self.facts for text in (fact.en, fact.zh)]
        return wanted.casefold() in "\n".join(told).casefold()


def parameters(policy: Policy, day: date, language: Language) -> Iterator[Item]:
    for one in policy.parameters:

        def told(value: float, one: Parameter = one) -> Version:
            return Version(None, amount(value, one.unit, language))

        now, to_come, earlier = _versions(one.values, day, told)
        lent = now is None and one.serves_earlier
        yield Item(
            one.name,
            _bare(one.meaning) if one.unit == "fen" else one.meaning,
            told(one.values.first[1]) if lent else now,
            to_come,
            earlier,
            source_of(one, one.article),
            lent=lent,
            typed=_typed(one, day),
            typed_in=TYPED_IN.get(one.unit),
        )


def _typed(one: Parameter, day: date) -> str:
    """Return the value on a day as somebody types it: 50 for 50%."""
    value = one.values.on(day)
    return typed(one.values.first[1] if value is None else value, one.unit)


def tier_rules(policy: Policy, day: date, language: Language) -> Iterator[Item]:
    rules = policy.tier_rules
    tell = _condition(policy, day, language)
    now, to_come, earlier = _versions(rules.by_dpd_alone, day, tell)
    alone = _source(rules.by_dpd_alone_source, None)
    yield Item("by_days_past_due_alone", _BY_DPD_ALONE, now, to_come, earlier, alone)
    for rule in (*rules.loan, *rules.model):
        yield _rule(rule, rule.meaning, policy, day, language, tier=rule.floor, facts=(BASES[rule.basis],))
    for stage in policy.provisions.stage_rules:
        yield _rule(stage, stage.meaning, policy, day, language, stage=stage.stage)


def signals(policy: Policy, day: date, language: Language) -> Iterator[Item]:
    known = meanings(policy, day)
    for one in policy.signals:
        cool = (
            Text(f"no second warning within {one.cool_down_days} days", f"{one.cool_down_days} 天内不重复预警")
            if one.lingers
            else Text("a fact of the day", "当日事实，不延续")
        )
        element = ELEMENTS[one.element]
        facts = (
            PATTERN_TEXTS[one.pattern],
            Text(f"{element.en} ({one.element})", f"{element.zh}（{one.element}）"),
            OWNERS[one.owner],
            cool,
        )
        condition = one.when.on(day) or one.when.values[0][1]
        asked = bounds(condition, known, language)
        sentence = _pieces(one.sentence.in_(language), asked, language)
        yield _rule(one, one.sentence, policy, day, language, level=one.level, facts=facts, sentence=sentence)


def source_of(one: Sourced, article: str | None = None) -> Source:
    """Return where something comes from."""
    return _source(one.source, article)


def _source(source: str, article: str | None) -> Source:
    return Source(
        source.replace(TO_VERIFY, "").strip(" ;"),
        None if article is None else article.replace(TO_VERIFY, "").strip(),
        TO_VERIFY not in source,
        TO_VERIFY in (article or ""),
    )


def meanings(policy: Policy, day: date) -> Mapping[str, Meaning]:
    """Return the parameters of a policy by name with their values on a day."""
    found = {}
    for one in policy.parameters:
        value = one.values.on(day)
        found[one.name] = Meaning(one.meaning, one.unit, one.values.first[1] if value is None else value)
    return found


def _rule(
    rule: Any,
    meaning: Text,
    policy: Policy,
    day: date,
    language: Language,
    **more: Any,
) -> Item:
    now, to_come, earlier = _versions(rule.when, day, _condition(policy, day, language))
    condition = rule.when.on(day) or rule.when.values[0][1]
    source = source_of(rule, rule.article)
    return Item(rule.code, meaning, now, to_come, earlier, source, uses=condition.parameters, **more)


def _condition(policy: Policy, day: date, language: Language) -> Callable[[Any], Version]:
    known = meanings(policy, day)
    return lambda condition: Version(None, condition.text, clauses(condition, known, language))


def _versions(
    values: Dated[Any], day: date, tell: Callable[[Any], Version]
) -> tuple[Version | None, tuple[Version, ...], tuple[Version, ...]]:
    """Return what is in force on a day, what is to come, and what was before."""
    told = [_since(tell(value), start) for start, value in values.values]
    to_come = tuple(one for one in told if one.since is not None and one.since > day)
    held = told[: len(told) - len(to_come)]
    return (held[-1] if held else None), to_come, tuple(held[:-1])


def _since(version: Version, start: date) -> Version:
    return Version(None if start <= BEGINNING else start, version.text, version.clause)


def _pieces(sentence: str, asked: Mapping[str, str], language: Language) -> tuple[tuple[str, str | None], ...]:
    """Return a sentence as pairs of a text and what the value behind it must be."""
    parts = Formatter().parse(sentence)
    return tuple((text, None if name is None else asked.get(name, _ANY.in_(language))) for text, name, _, _ in parts)


def _bare(meaning: Text) -> Text:
    """Return a meaning without an amount in brackets: the one that holds stands beside it."""
    return Text(_AMOUNT.sub("", meaning.en), _AMOUNT.sub("", meaning.zh))


def matching(items: Iterator[Item], wanted: str) -> Sequence[Item]:
    return [item for item in items if not wanted or item.holds(wanted)]
