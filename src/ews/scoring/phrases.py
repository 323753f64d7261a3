"""Phrases: a measure and its value as one phrase that reads aloud, and where it stands among peers.

Own      measures whose label does not go before a number, such as months since something: a phrase of their own, with
         what a special value means
Label    all others by the ending of their label: 次数 and the like become a counted noun, 较…变化 an increase or a
         decrease, X与Y之比 a multiple; what fits nothing is label and value
Peers    lower or higher than so many of them where the value is an amount, worse where it is a time; nothing to say
         where it stands at the good end
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ews.domain.features import Feature
from ews.domain.text import Language, Text

_LEAST_SAID = 0.01
"""Share of peers below which nobody is told that so few stand better."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text` has a place for the value; `below` is for negative ones, told without their sign.

    `at` are special values. The value told is `scale` times the value and `plus`.
    """

    text: Text
    below: Text | None = None
    at: Mapping[float, Text] = field(default_factory=dict)
    scale: float = 1.0
    plus: float = 0.0


_OWN: Mapping[str, Phrase] = {
    "months_since_late": Phrase(
        Text("a repayment was last overdue {} months ago", "最近一次逾期在 {} 个月前"),
        at={
            0: Text("a repayment is overdue this month", "本月仍有逾期"),
            1: Text("a repayment was last overdue a month ago", "最近一次逾期在 1 个月前"),
            60: Text("no repayment has been overdue in 60 months", "近60个月无逾期"),
        },
    ),
    "months_since_late30": Phrase(
        Text("a repayment was last 30 days overdue {} months ago", "最近一次逾期30天以上在 {} 个月前"),
        at={
            0: Text("a repayment is more than 30 days overdue this month", "本月仍有逾期30天以上的款项"),
            1: Text("a repayment was last 30 days overdue a month ago", "最近一次逾期30天以上在 1 个月前"),
            60: Text("no repayment has been 30 days overdue in 60 months", "近60个月无30天以上逾期"),
        },
    ),
    "months_since_cure": Phrase(
        Text("arrears last eased {} months ago", "最近一次逾期好转在 {} 个月前"),
        at={
            0: Text("arrears eased this month", "本月逾期有所好转"),
            60: Text("no arrears have eased", "无逾期好转记录"),
        },
    ),
    "months_since_first_late30": Phrase(
        Text("a repayment was first 30 days overdue {} months ago", "首次逾期30天以上在 {} 个月前"),
        at={0: Text("a repayment is 30 days overdue for the first time", "本月首次逾期30天以上")},
    ),
    "late_streak": Phrase(
        Text("overdue for {} months on end", "已连续 {} 个月逾期"),
        at={
            0: Text("nothing is overdue by the newest statement", "最近一期无逾期"),
            1: Text("overdue by the newest statement", "最近一期逾期"),
        },
    ),
    "late_days_drift_3m": Phrase(
        Text(
            "paid {} days later on average than in the 9 months before, over the last 3",
            "近3个月平均还款比前9个月晚 {} 天",
        ),
        Text(
            "paid {} days earlier on average than in the 9 months before, over the last 3",
            "近3个月平均还款比前9个月早 {} 天",
        ),
    ),
    "months_since_tax": Phrase(
        Text("taxes were last paid {} months ago", "最近一次缴税在 {} 个月前"),
        at={0: Text("taxes were paid this month", "本月已缴税")},
    ),
    "days_since_inquiry": Phrase(
        Text("the last inquiry was {} days before", "最近一次征信查询在 {} 天前"),
        at={366: Text("no inquiry in 12 months", "近12个月无征信查询")},
    ),
    "days_since_bureau_report": Phrase(Text("the last credit report is {} days old", "最近一份征信报告在 {} 天前")),
    "inquiry_acceleration": Phrase(
        Text(
            "inquiries of the last 3 months come at {} times the rate of all 12",
            "近3个月月均查询为近12个月月均的 {} 倍",
        ),
        plus=1.0,
    ),
    "inquiries_without_loan_6m": Phrase(
        Text(
            "inquiries of the last 6 months beyond the loans and cards granted here: {}",
            "近6个月查询比本行新增授信多 {} 次",
        ),
        Text("{} more loans and cards granted here than inquiries in 6 months", "近6个月查询比本行新增授信少 {} 次"),
    ),
    "months_since_legal_action": Phrase(
        Text("the last lawsuit or enforcement was {} months ago", "最近一次涉诉或被执行在 {} 个月前"),
        at={
            0: Text("a lawsuit or enforcement this month", "本月有涉诉或被执行记录"),
            24: Text("no lawsuit or enforcement in 24 months", "近24个月无涉诉、被执行记录"),
        },
    ),
    "months_to_maturity": Phrase(
        Text("the next loan matures in {} months", "最近到期的贷款在 {} 个月后到期"),
        at={0: Text("the next loan matures within a month", "最近到期的贷款在 1 个月内到期")},
    ),
    "months_on_book": Phrase(Text("the first loan is {} months old", "首笔贷款在 {} 个月前发放")),
    "months_since_payout": Phrase(
        Text("the newest loan was paid out {} months ago", "最近一次放款在 {} 个月前"),
        at={0: Text("the newest loan was paid out this month", "本月有新放款")},
    ),
    "months_since_valuation": Phrase(Text("collateral was last valued {} months ago", "押品最近一次估值在 {} 个月前")),
    "insurance_days_left": Phrase(
        Text("insurance of collateral ends in {} days", "押品保险还剩 {} 天"),
        Text("insurance of collateral ran out {} days ago", "押品保险已过期 {} 天"),
    ),
    "industry_past_due_rise_3m": Phrase(
        Text("the industry's share past due rose by {} points in 3 months", "同行业逾期占比近3个月上升 {} 个百分点"),
        Text("the industry's share past due fell by {} points in 3 months", "同行业逾期占比近3个月下降 {} 个百分点"),
        scale=100.0,
    ),
    "region_past_due_rise_3m": Phrase(
        Text("the region's share past due rose by {} points in 3 months", "同地区逾期占比近3个月上升 {} 个百分点"),
        Text("the region's share past due fell by {} points in 3 months", "同地区逾期占比近3个月下降 {} 个百分点"),
        scale=100.0,
    ),
    "inflow_change_vs_industry_3m": Phrase(
        Text(
            "money received against a year ago did {} points better than the industry's median",
            "近3个月入账同比增速高于同行业中位数 {} 个百分点",
        ),
        Text(
            "money received against a year ago did {} points worse than the industry's median",
            "近3个月入账同比增速低于同行业中位数 {} 个百分点",
        ),
        scale=100.0,
    ),
}  # fmt: skip
_COUNTED = (
    *(("机构数", "机构", "家"), ("人数", "人", "户"), ("企业数", "企业", "户"), ("客户数", "客户", "户")),
    *(("对手数", "对手", "个"), ("对象数", "对象", "户"), ("押品数", "押品", "件"), ("信用卡数", "信用卡", "张")),
    *(("账单数", "账单", "张"), ("种类数", "", "种"), ("次数", "", "次"), ("笔数", "", "笔")),
    *(("月数", "", "个月"), ("天数", "", "天"), ("期数", "", "期"), ("户数", "", "户")),
)
"""Endings of labels, what stays of them, and the word that counts."""
_CHANGED = re.compile(r"(?P<what>.+?)较(?P<before>.+?)的?变化")
_RATIO = re.compile(r"(?P<over>.+?)与(?P<under>.+)之比")
_MONEY_SAID = re.compile(r"(?<!的)金额$")
_NEXT_TO_NOTHING = 0.01
"""A multiple that would be told as 0.00."""
_TIMES = frozenset({"days", "months", "flag"})
_WORSE, _HIGHER, _LOWER = Text("worse", "差于"), Text("higher", "高于"), Text("lower", "低于")


def measure_phrase(feature: Feature, label: str, value: float, shown: str, language: Language) -> str:
    """Return the measure with its value: 近3个月月均入账比前9个月减少 62%.

    `label` is its name in the language, `shown` the value in its unit.
    """
    own = _OWN.get(feature.name)
    if own is not None:
        return _own(own, value, language)
    if language is Language.ZH:
        return _by_label(feature.unit, label, value, shown)
    if feature.unit == "change" and value:
        return f"{label}: {'up' if value > 0 else 'down'} {shown.lstrip('+-')}"
    return f"{label}: {shown}"


def has_own_phrase(feature: Feature) -> bool:
    """Tell whether a measure has a phrase of its own, which says what its special values mean."""
    return feature.name in _OWN


def peers_phrase(feature: Feature, worse_than: float | None, language: Language) -> str:
    """Return where a value stands, ，低于 94% 的同业; empty where that is unknown or next to nobody stands better."""
    if worse_than is None or worse_than < _LEAST_SAID:
        return ""
    word = _WORSE if feature.unit in _TIMES else _HIGHER if feature.worse == "higher" else _LOWER
    if language is Language.ZH:
        return f"，{word.zh} {100 * worse_than:.0f}% 的同业"
    return f", {word.en} than {100 * worse_than:.0f} % of peers"


def _own(own: Phrase, value: float, language: Language) -> str:
    if value in own.at:
        return own.at[value].in_(language)
    told = own.scale * value + own.plus
    text = own.below if told < 0 and own.below is not None else own.text
    number = abs(told) if own.below is not None else told
    return text.in_(language).format(f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}")


def _by_label(unit: str, label: str, value: float, shown: str) -> str:
    if unit == "change" and (found := _CHANGED.fullmatch(label)):
        return _change(found["what"], found["before"], value, shown)
    if unit == "ratio" and (found := _RATIO.fullmatch(label)):
        return _multiple(found["over"], found["under"], value, shown)
    if unit == "flag":
        return label if value else f"{label}：{shown}"
    for ending, kept, word in _COUNTED if unit in {"count", "days", "months"} else ():
        if label.endswith(ending):
            stem = label.removesuffix(ending) + kept if kept else label.removesuffix(ending).removesuffix("的")
            between = "共" if stem.endswith("%") else ""
            return f"{stem}{between} {shown.partition(' ')[0]} {word}"
    return f"{_MONEY_SAID.sub('', label)} {shown}"


def _multiple(over: str, under: str, value: float, shown: str) -> str:
    if 0 < value < _NEXT_TO_NOTHING:
        return f"{over}不到{under}的 1%"
    if -_NEXT_TO_NOTHING < value < 0:
        return f"{over}为负，不到{under}的 1%"
    return f"{over}为{under}的 {shown} 倍"


def _change(what: str, before: str, value: float, shown: str) -> str:
    amount = shown.lstrip("+-−")
    if not value or amount == "0%":
        return f"{what}与{before}持平"
    return f"{what}比{before}{'增加' if value > 0 else '减少'} {amount}"
