"""Wording: the sentences that a record is told in, in Chinese and English.

Numbers are shown as officers read them: money in 万元 or 亿元, shares in per cent, changes with their sign.
A missing value is "—". A reason claims something only where its evidence stands on the worse side.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from ews.domain.decisions import Before, Decision, Evidence, Held, Reason, Value
from ews.domain.facts import BORROWER_FACTS, LOAN_FACTS
from ews.domain.levels import Tier, WarningLevel
from ews.domain.patterns import COMBINATION, MOVEMENT, STANDING, Pattern
from ews.domain.reasons import ReasonCode
from ews.domain.text import Language, Text
from ews.features.catalogue import FEATURES
from ews.policy.action import action_for
from ews.policy.playbook import Action
from ews.policy.policy import Policy
from ews.policy.rules import Signal
from ews.scoring.episodes import HOLDS
from ews.scoring.phrases import has_own_phrase, measure_phrase, peers_phrase

MISSING = "—"
_FEATURES = {feature.name: feature for feature in FEATURES}
_WITHOUT_SIDE = frozenset(feature.name for feature in FEATURES if feature.worse == "none")
_UNITS: Mapping[str, str] = {
    **{feature.name: feature.unit for feature in FEATURES},
    **{fact.name: fact.unit for fact in (*LOAN_FACTS, *BORROWER_FACTS)},
}
_NAMES: Mapping[str, Text] = {
    **{fact.name: fact.text for fact in (*LOAN_FACTS, *BORROWER_FACTS)},
    **{feature.name: feature.text for feature in FEATURES},
}
_COUNTED = {"days": Text("{} days", "{} 天"), "months": Text("{} months", "{} 个月"), "count": Text("{}", "{}")}
_ONE = {"days": "1 day", "months": "1 month", "count": "1"}
_IN_DEFAULT = Text("in default", "已违约")
_OTHER_MODEL = Text(" by another model", "（按前一模型）")
_YEAR = Text("1 year", "1 年")
_ABOUT: Mapping[str, Text] = {
    STANDING: Text("Risk of default too high", "违约风险过高"),
    MOVEMENT: Text("Risk of default rose sharply", "违约概率骤升"),
    COMBINATION: Text("Several signals at once", "多项信号并发"),
}
"""What signals without a reason are about."""
_WORSE_SIDE = 0.5
_EXPLAINED = re.compile(r"(?P<label>.+?)(?:; | \(|（)(?P<explanation>[^()（）]+)[)）]?")
"""A label with an explanation after a semicolon or in brackets: what a special value means, or how it is counted."""
_LEAST_ODDS = 1e-4
_MOST_NAMED = 3
_FLAG = {True: Text("yes", "是"), False: Text("no", "否")}


def money_text(fen: float, language: Language) -> str:
    """Return an amount: 31.2 万元, 1.3 亿元, 8,500 元; in English with thousands separators."""
    yuan = fen / 100
    if language is Language.EN:
        return f"{yuan:,.0f}"
    if abs(yuan) >= 1e8:
        return f"{yuan / 1e8:,.1f} 亿元"
    if abs(yuan) >= 1e4:
        return f"{yuan / 1e4:,.1f} 万元"
    return f"{yuan:,.0f} 元"


def value_text(name: str, value: Value, language: Language) -> str:
    """Return the value of feature or fact `name` in its unit."""
    if value is None:
        return MISSING
    unit = _UNITS.get(name)
    if unit is None or isinstance(value, str):
        return str(value)
    if unit == "fen":
        return money_text(value, language)
    if unit == "flag":
        return _FLAG[bool(value)].in_(language)
    if unit == "share":
        return percent_text(value, language)
    if unit == "change":
        return percent_text(value, language, "+.0f")
    if unit == "ratio":
        return f"{value:z.2f}"
    return _counted(unit, value, language)


def percent_text(share: float, language: Language, form: str = ".1f") -> str:
    """Return a share in per cent: 13.6%, in English 13.6 %."""
    number = format(100 * share, form)
    return f"{number}%" if language is Language.ZH else f"{number} %"


def pd_text(pd: float | None, horizon_months: int, language: Language) -> str:
    """Return the risk as one in so many, which people grasp faster than a percentage."""
    if pd is None:
        return _IN_DEFAULT.in_(language)
    span = _YEAR.in_(language) if horizon_months == 12 else _counted("months", horizon_months, language)
    if language is Language.ZH:
        return f"{span}内违约约 {odds_text(pd, language)}"
    return f"default within {span}: about {odds_text(pd, language)}"


def odds_text(pd: float, language: Language) -> str:
    """Return 1/7（14%）, in English 1 in 7 (14 %); a percentage alone where one in so many would be too coarse."""
    if pd >= 0.4:
        return percent_text(pd, language, ".0f")
    share = percent_text(max(pd, _LEAST_ODDS), language, ".0f" if pd >= 0.1 else ".1f" if pd >= 0.001 else ".2f")
    share = share if pd >= _LEAST_ODDS else f"<{share}"
    count = f"{round(1 / max(pd, _LEAST_ODDS)):,}"
    return f"1/{count}（{share}）" if language is Language.ZH else f"1 in {count} ({share})"


def headline(decision: Decision, language: Language) -> str:
    """Return the answer first: level, risk and its movement, grade, tier, exposure."""
    risk = pd_text(decision.pd, decision.horizon_months, language)
    grade = decision.grade
    if decision.before is not None:
        risk += _moved(decision.before, decision, language)
        grade = f"{decision.before.grade}→{grade}" if decision.before.grade != grade else grade
    level, tier = decision.level.text.in_(language), decision.tier.text.in_(language)
    money = value_text("exposure", decision.exposure_fen, language)
    if language is Language.ZH:
        return f"{level} · {risk} · 等级 {grade} · 五级分类 {tier} · 敞口 {money}"
    return f"{level} · {risk} · grade {grade} · tier {tier} · exposure {money}"


def _moved(before: Before, decision: Decision, language: Language) -> str:
    """Return what the risk was before; nothing where the borrower was and is in default."""
    if before.pd is None and decision.pd is None:
        return ""
    if before.pd is None:
        was = _IN_DEFAULT.in_(language)
    else:
        was = f"为 {odds_text(before.pd, language)}" if language is Language.ZH else odds_text(before.pd, language)
    if before.pd is not None and before.model_id not in {None, decision.model_id}:
        was += _OTHER_MODEL.in_(language)
    return f"，{before.as_of} {was}" if language is Language.ZH else f", on {before.as_of} {was}"


def reason_sentence(reason: Reason, language: Language) -> str:
    """Return the reason with the values it rests on and where they stand among peers.

    It claims something only where it raises the risk and a value stands on the worse side; else it names its topic.
    """
    shown = _shown_evidence(reason)
    claims = reason.log_odds > 0 and any(_on_side(evidence, worse=True) for evidence in shown)
    code = ReasonCode(reason.code)
    title = (code.text if claims else code.topic).in_(language)
    details = [evidence_sentence(evidence, language) for evidence in shown]
    if not details:
        return title
    if language is Language.ZH:
        return f"{title}——{'；'.join(details)}"
    return f"{title} – {'; '.join(f'{detail[0].lower()}{detail[1:]}' for detail in details)}"


def evidence_sentence(evidence: Evidence, language: Language) -> str:
    """Return 近3个月最大逾期 49 天，差于 86% 的同业; what a special value means only where it is that value."""
    if evidence.value is None:
        return _unknown(evidence.feature, language)
    worse_than, feature = evidence.worse_than, _FEATURES[evidence.feature]
    return (
        _measured(evidence.feature, evidence.value + 0.0, language)  # a change of -0.0 is told as 0.0 is
        + peers_phrase(feature, worse_than, language)
        + _whose(evidence, language)
    )


@lru_cache(maxsize=1_024)
def _unknown(name: str, language: Language) -> str:
    label, _ = _label(_NAMES[name].in_(language), None)
    return f"{label}{'：' if language is Language.ZH else ': '}{MISSING}"


@lru_cache(maxsize=32_768)
def _measured(name: str, value: float, language: Language) -> str:
    """Return a measure with its value, made once: most values are small numbers that many borrowers have."""
    feature = _FEATURES[name]
    label, explanation = _label(_NAMES[name].in_(language), value if feature.unit in _COUNTED else None)
    told = measure_phrase(feature, label, value, value_text(name, value, language), language)
    if not explanation or has_own_phrase(feature):
        return told
    return told + (f"（{explanation}）" if language is Language.ZH else f" ({explanation})")


def _whose(evidence: Evidence, language: Language) -> str:
    """Return the members of the economic unit whose rows a value takes in, empty where it is the borrower's alone."""
    named, others = evidence.from_whom[:_MOST_NAMED], len(evidence.from_whom) - _MOST_NAMED
    if not named:
        return ""
    if language is Language.ZH:
        return f"（来自 {'、'.join(named)}" + (f" 等 {len(evidence.from_whom)} 户）" if others > 0 else "）")
    return f" (from {', '.join(named)}" + (f" and {others} more)" if others > 0 else ")")


def _shown_evidence(reason: Reason) -> tuple[Evidence, ...]:
    """Return the evidence on the side that the reason speaks for or without a side, else the one best known."""
    worse = reason.log_odds > 0
    shown = tuple([one for one in reason.evidence if one.feature in _WITHOUT_SIDE or _on_side(one, worse=worse)])
    if shown or not reason.evidence:
        return shown
    return (max(reason.evidence, key=lambda one: (one.value is not None) + (one.worse_than is not None)),)


def _on_side(evidence: Evidence, *, worse: bool) -> bool:
    return evidence.worse_than is not None and (evidence.worse_than >= _WORSE_SIDE) is worse


@lru_cache(maxsize=4_096)
def _label(text: str, value: float | None) -> tuple[str, str]:
    """Return the label without its explanation, and the explanation where it speaks of this value."""
    found = _EXPLAINED.fullmatch(text)
    if found is None:
        return text, ""
    numbers = {float(number) for number in re.findall(r"\d+", found["explanation"])}
    return found["label"], found["explanation"] if value in numbers else ""


def held_sentence(held: Held, policy: Policy | None, language: Language) -> str:
    """Return what a rule says, with the values it held on; the code where `policy`, which decided, no longer tells.

    A signal that lingers or is carried is told by what it is about: the values of the day are not those it held on.
    """
    rule = None if policy is None else next((rule for rule in policy.rules if rule.code == held.code), None)
    if rule is None:
        return held.code
    if isinstance(rule, Signal):
        if held.state != HOLDS:
            return (rule.reason.topic if rule.reason else _ABOUT.get(rule.pattern) or Pattern(rule.pattern).text).in_(
                language
            )
        values = {name: _in_sentence(name, value, language) for name, value in held.inputs.items()}
        return rule.sentence.in_(language).format_map(_Shown(values))
    return rule.meaning.in_(language)


def given_text(held: Held, language: Language) -> str:
    """Return the tier or level that a rule gives."""
    if held.kind == "tier_rule":
        return Tier(held.gives).text.in_(language)
    return WarningLevel(held.gives).text.in_(language)


def action_of(decision: Decision, policy: Policy | None) -> Action | None:
    """Return what the playbook of `policy`, which decided, asks for; None where nothing is due or nobody can tell."""
    if policy is None:
        return None
    dpd = max((loan.dpd for loan in decision.loans if loan.dpd is not None), default=None)
    signals = [held.code for held in decision.held]
    bad = decision.tier.rank >= Tier.SUBSTANDARD.rank
    return action_for(
        policy, decision.level, dpd, decision.exposure_fen, decision.as_of, signals=signals, non_performing=bad
    )


def action_text(decision: Decision, policy: Policy | None, language: Language) -> str:
    """Return who must do what by when; empty where nothing is due."""
    action = action_of(decision, policy)
    return "" if action is None else action.text.in_(language)


def name_text(name: str, language: Language) -> str:
    """Return what a feature or fact is called, without its explanation; the bare name of what is no longer known."""
    text = _NAMES.get(name)
    return name if text is None else _label(text.in_(language), None)[0]


def _in_sentence(name: str, value: Value, language: Language) -> str:
    """Return a value for a sentence that names the unit itself: 38, not 38 days."""
    if isinstance(value, int | float) and _UNITS.get(name) in _COUNTED:
        return _number(value)
    return value_text(name, value, language)


def _counted(unit: str, value: float, language: Language) -> str:
    if value == 1 and language is Language.EN:
        return _ONE[unit]
    return _COUNTED[unit].in_(language).format(_number(value))


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


class _Shown(dict[str, str]):
    """Values for a sentence; what is unknown is shown as missing."""

    def __missing__(self, key: str) -> str:
        return MISSING
