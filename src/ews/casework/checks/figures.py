"""Figures: the numbers that a text tells, however they are written, and what is left of it without them.

Numbers  1,200,000 and 120万 and 一百二十万 are one number; so are 30% and 百分之三十 and 三成. Full-width digits count
Not      days, times of day, telephone numbers and spans looked back over (近三个月): they say when, not what was seen;
         一切, 十分, 万一 and other words that only look like numbers
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

_DIGITS: Mapping[str, int] = {
    **{one: value for value, one in enumerate("零一二三四五六七八九")},
    **{one: value for value, one in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "〇": 0,
    "两": 2,
}
_UNITS: Mapping[str, int] = {
    "十": 10,
    "拾": 10,
    "百": 100,
    "佰": 100,
    "千": 1_000,
    "仟": 1_000,
    "万": 10_000,
    "萬": 10_000,
    "亿": 100_000_000,
    "億": 100_000_000,
}
_MYRIAD = 10_000
_NUMERALS = "".join((*_DIGITS, *_UNITS))
_DIGIT = "".join(_DIGITS)
_TENS = "十拾"
_COUNTED = "人名位台吨公斤元角天日月年周家户笔次件成条个号度辆间份套箱批张亩倍班层米只头桶车点%"
"""What follows a single numeral that is meant as a number."""

_CHINESE = re.compile(f"(百分之)?([{_NUMERALS}]+)(?=([{_COUNTED}])?)")
_SPOKEN_SHARE = "百分之"
_WHEN = re.compile(
    r"(近|过去|最近|前|上)\d+(个?月|天|日|年|周|个?季度|季)"
    r"|\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?(?!\d)"
    r"|\d{2,4}年(\d{1,2}月(份|\d{1,2}[日号])?)?|\d{1,2}月(份|\d{1,2}[日号])"
    r"|\d{1,2}:\d{2}|(?<!\d)1\d{10}(?!\d)"
)
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?([十百千万亿]*)(%|‰|成)?")
_PARTS: Mapping[str, Decimal] = {"%": Decimal("0.01"), "‰": Decimal("0.001"), "成": Decimal("0.1")}


def figures_of(text: str) -> tuple[str, ...]:
    """Return the numbers that a text tells, in one spelling, in their order."""
    return tuple(_value(found) for found in _NUMBER.finditer(_readable(text)))


def words_of(text: str) -> str:
    """Return the letters of a text in lower case, a 0 for each number, nothing else."""
    without = _NUMBER.sub("0", _readable(text))
    return "".join(one for one in without if one.isalnum())


def _readable(text: str) -> str:
    """Return a text in half-width characters and lower case, numbers in Arabic digits, without what says when."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _WHEN.sub(" ", _CHINESE.sub(_arabic, plain))


def _arabic(found: re.Match[str]) -> str:
    share, run, counted = found.group(1), found.group(2), found.group(3)
    if share is not None:
        return f"{_spoken(run)}%"
    if found.start() and found.string[found.start() - 1].isdecimal():
        return run  # 120万: the numerals belong to the digits before
    return str(_spoken(run)) if _is_number(run, is_counted=counted is not None) else run


def _is_number(run: str, *, is_counted: bool) -> bool:
    if len(run) == 1:
        return is_counted and (run in _TENS or _DIGITS.get(run, 0) > 1)
    begins = run[0] in _DIGIT or run[0] in _TENS
    return begins and set(run) != {"一"}


def _spoken(run: str) -> int:
    """Return the value of Chinese numerals, by places (二〇二六) or by units (一百二十万)."""
    total = section = number = 0
    for one in run:
        if one in _DIGITS:
            number = 10 * number + _DIGITS[one]
        elif _UNITS[one] < _MYRIAD:
            section += (number or 1) * _UNITS[one]
            number = 0
        elif _UNITS[one] == _MYRIAD:
            total += (section + number) * _MYRIAD
            section = number = 0
        else:  # 亿 counts all before it, myriads too
            total = (total + section + number) * _UNITS[one]
            section = number = 0
    return total + section + number


def _value(found: re.Match[str]) -> str:
    whole, rest, units, part = found.groups()
    value = Decimal(whole.replace(",", "") + (rest or ""))
    for one in units:
        value *= _UNITS[one]
    value *= _PARTS.get(part, Decimal(1))
    return f"{value.normalize():f}"
