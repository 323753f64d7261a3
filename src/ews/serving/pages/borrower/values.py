"""Values: what a feature is worth in its unit, over which window, and from which tables it comes.

Window   as the feature's name tells it: the months that it counts
Source   the tables that its family reads; the first alternative where there are several
"""

import re
from collections.abc import Mapping

from ews.domain.text import Language, Text
from ews.events.schemas import table
from ews.features.catalogue import FAMILIES, family_name
from ews.serving.pages import figures

_MONTHS = re.compile(r"_(\d+)m(?:_|$)")
_COUNTED: Mapping[str, Text] = {
    "days": Text("{} days", "{} 天"),
    "months": Text("{} months", "{} 个月"),
    "count": Text("{}", "{}"),
}
_ONE: Mapping[str, str] = {"days": "1 day", "months": "1 month", "count": "1"}
_FLAG = {True: Text("yes", "是"), False: Text("no", "否")}
UNIT_TEXTS: Mapping[str, Text] = {
    "fen": Text("money", "金额"),
    "count": Text("number", "个数"),
    "days": Text("days", "天"),
    "months": Text("months", "月"),
    "share": Text("share", "占比"),
    "ratio": Text("multiple", "倍数"),
    "change": Text("change", "变化"),
    "flag": Text("yes or no", "是否"),
}
_FAMILY_OF = {feature.name: family for family in FAMILIES for feature in family.FEATURES}
_FAMILY_TITLES = {family_name(family): family.TITLE for family in FAMILIES}


def valued(value: float | None, unit: str, language: Language) -> str:
    """Return a value in its unit; a dash where it is not known."""
    if value is None:
        return figures.MISSING
    if unit == "fen":
        return figures.money(value, language)
    if unit == "flag":
        return _FLAG[bool(value)].in_(language)
    if unit == "share":
        return figures.percent(value)
    if unit == "change":
        return f"{100 * value:+,.0f}%".replace("-", "−")
    if unit == "ratio":
        return f"{value:,.2f}".replace("-", "−")
    number = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    if value == 1 and language is Language.EN:
        return _ONE[unit]
    return _COUNTED[unit].in_(language).format(number)


def window(name: str, language: Language) -> str:
    """Return the months that a feature counts; `on the day` where it tells a state."""
    found = _MONTHS.search(name)
    if found is None:
        return Text("on the day", "观察时点").in_(language)
    if found[1] == "1":
        return Text("1 month", "1 个月").in_(language)
    return Text("{} months", "{} 个月").in_(language).format(found[1])


def tables(name: str, language: Language) -> str:
    """Return the tables that a feature is made of; empty for one that the catalogue no longer has."""
    family = _FAMILY_OF.get(name)
    if family is None:
        return ""
    return Text(", ", "、").in_(language).join(table(one).text.in_(language) for one in family.READS[0])


def source(name: str, as_of: object, language: Language) -> str:
    """Return where a value comes from: tables, window, day."""
    return " · ".join(one for one in (tables(name, language), window(name, language), str(as_of)) if one)


def family_name_of(name: str) -> str:
    """Return the family of a feature; empty for one that the catalogue does not hold."""
    family = _FAMILY_OF.get(name)
    return "" if family is None else family_name(family)


def family_title(name: str, language: Language) -> str:
    """Return what a family is called; its name where the catalogue no longer has it."""
    found = _FAMILY_TITLES.get(name)
    return name if found is None else found.in_(language)


def family_tables(name: str, language: Language) -> str:
    """Return the tables without which a family is blind."""
    family = next((one for one in FAMILIES if family_name(one) == name), None)
    if family is None:
        return ""
    return Text(", ", "、").in_(language).join(table(one).text.in_(language) for one in family.READS[0])
