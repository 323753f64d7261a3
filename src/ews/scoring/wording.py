"""Wording: the sentences that a record is told in, in Chinese and English.

Numbers are shown as officers read them: money in 万元 or 亿元, shares in per cent, changes with their sign.
A missing value is "—".
"""

from collections.abc import Mapping

from ews.domain.decisions import Decision, Evidence, Held, Reason, Value
from ews.domain.facts import BORROWER_FACTS, LOAN_FACTS
from ews.domain.features import Feature
from ews.domain.levels import Tier, WarningLevel
from ews.domain.reasons import ReasonCode
from ews.domain.text import Language, Text
from ews.features.catalogue import FEATURES
from ews.policy.policy import Policy, action_for
from ews.policy.rules import Signal

MISSING = "—"
_FEATURES = {feature.name: feature for feature in FEATURES}
_UNITS: Mapping[str, str] = {
    **{feature.name: feature.unit for feature in FEATURES},
    **{fact.name: fact.unit for fact in (*LOAN_FACTS, *BORROWER_FACTS)},
}
PRODUCTS: Mapping[str, Text] = {
    "business": Text("business loan", "经营贷款"),
    "mortgage": Text("mortgage", "按揭贷款"),
    "consumer": Text("consumer loan", "消费贷款"),
    "card": Text("card", "信用卡"),
    "other": Text("other", "其他"),
}
_COUNTED = {"days": Text("{} days", "{} 天"), "months": Text("{} months", "{} 个月"), "count": Text("{}", "{}")}
_IN_DEFAULT = Text("in default", "已违约")
_YEAR = Text("1 year", "1 年")
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
        return f"{value:.1%}"
    if unit == "change":
        return f"{value:+.0%}"
    if unit == "ratio":
        return f"{value:.2f}"
    return _COUNTED[unit].in_(language).format(_number(value))


def pd_text(pd: float | None, horizon_months: int, language: Language) -> str:
    """Return the risk as one in so many, which people grasp faster than a percentage."""
    if pd is None:
        return _IN_DEFAULT.in_(language)
    span = _YEAR if horizon_months == 12 else Text(f"{horizon_months} months", f"{horizon_months} 个月")
    if language is Language.ZH:
        return f"{span.zh}内违约约 {odds_text(pd)}"
    return f"default within {span.en}: about {odds_text(pd)}"


def odds_text(pd: float) -> str:
    """Return 1/7; a percentage where one in so many would be too coarse."""
    return f"{pd:.0%}" if pd >= 0.4 else f"1/{round(1 / max(pd, 1e-4)):,}"


def headline(decision: Decision, language: Language) -> str:
    """Return the answer first: level, risk and its movement, grade, tier, exposure."""
    risk = pd_text(decision.pd, decision.horizon_months, language)
    grade = decision.grade
    if decision.before is not None:
        before = _IN_DEFAULT.in_(language) if decision.before.pd is None else odds_text(decision.before.pd)
        moved = f"{decision.before.as_of}: {before}"
        risk += f"（{moved}）" if language is Language.ZH else f" ({moved})"
        grade = f"{decision.before.grade}→{grade}" if decision.before.grade != grade else grade
    level, tier = decision.level.text.in_(language), decision.tier.text.in_(language)
    money = value_text("exposure", decision.exposure_fen, language)
    if language is Language.ZH:
        return f"{level} · {risk} · 等级 {grade} · 五级分类 {tier} · 敞口 {money}"
    return f"{level} · {risk} · grade {grade} · tier {tier} · exposure {money}"


def reason_sentence(reason: Reason, language: Language) -> str:
    """Return the reason with the values it rests on and where they stand among peers."""
    title = ReasonCode(reason.code).text.in_(language)
    details = [evidence_sentence(evidence, language) for evidence in reason.evidence]
    colon, comma = ("：", "；") if language is Language.ZH else (": ", "; ")
    return f"{title}{colon}{comma.join(details)}" if details else title


def evidence_sentence(evidence: Evidence, language: Language) -> str:
    feature: Feature = _FEATURES[evidence.feature]
    text = f"{feature.text.in_(language)} {value_text(evidence.feature, evidence.value, language)}"
    if evidence.worse_than is None:
        return text
    share = f"{evidence.worse_than:.0%}"
    if language is Language.ZH:
        side = "高于" if feature.worse == "higher" else "低于"
        return f"{text}，{side} {share} 的同业"
    side = "above" if feature.worse == "higher" else "below"
    return f"{text}, {side} {share} of peers"


def held_sentence(held: Held, policy: Policy, language: Language) -> str:
    """Return what a rule says, with the values it held on; the code where the policy no longer knows it."""
    rule = next((rule for rule in policy.rules if rule.code == held.code), None)
    if rule is None:
        return held.code
    if isinstance(rule, Signal):
        values = {name: _in_sentence(name, value, language) for name, value in held.inputs.items()}
        return rule.sentence.in_(language).format_map(_Shown(values))
    return rule.meaning.in_(language)


def given_text(held: Held, language: Language) -> str:
    """Return the tier or level that a rule gives."""
    if held.kind == "tier_rule":
        return Tier(held.gives).text.in_(language)
    return WarningLevel(held.gives).text.in_(language)


def action_text(decision: Decision, policy: Policy, language: Language) -> str:
    """Return who must do what by when; empty where nothing is due."""
    dpd = max((loan.dpd for loan in decision.loans if loan.dpd is not None), default=None)
    action = action_for(policy, decision.level, dpd, decision.exposure_fen, decision.as_of)
    return "" if action is None else action.text.in_(language)


def _in_sentence(name: str, value: Value, language: Language) -> str:
    """Return a value for a sentence that names the unit itself: 38, not 38 days."""
    if isinstance(value, int | float) and _UNITS.get(name) in _COUNTED:
        return _number(value)
    return value_text(name, value, language)


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


class _Shown(dict[str, str]):
    """Values for a sentence; what is unknown is shown as missing."""

    def __missing__(self, key: str) -> str:
        return MISSING
