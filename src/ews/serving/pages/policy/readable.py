"""Readable: a condition of the policy in words, the way people read it: what all or any of must hold, a line for each.

Words   facts and features by what they are, parameters by their value on the day; the text itself stands beside it
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ews.domain.facts import BORROWER_FACTS, LOAN_FACTS, FactUnit
from ews.domain.text import Language, Text
from ews.features.catalogue import FEATURES
from ews.policy.conditions import Condition
from ews.policy.expressions import Arithmetic, Compare, Junction, Known, Name, Node, Not, Number, Within, Words
from ews.policy.turning import bare
from ews.serving.pages.figures import money

_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠", "+": "+", "-": "−", "*": "×", "/": "÷"}
_NOT = Text("not: ", "不成立：")
_VERBS: Mapping[tuple[type[Node], bool], Text] = {
    (Name, True): Text(": yes", "：是"),
    (Name, False): Text(": no", "：否"),
    (Known, True): Text(" is known", "已知"),
    (Known, False): Text(" is not known", "未知"),
    (Within, True): Text(" is one of ", "属于 "),
    (Within, False): Text(" is none of ", "不属于 "),
}
_COUNTED: Mapping[str, Text] = {"days": Text("days", "天"), "months": Text("months", "个月"), "ratio": Text("×", "倍")}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name in a condition stands for; `value` is that of a parameter."""

    text: Text
    unit: FactUnit
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """`how` is all or any of `parts`, or empty for a single line of `text`."""

    how: str
    text: str = ""
    parts: tuple["Clause", ...] = ()


@cache
def catalogue() -> Mapping[str, Meaning]:
    """Return the meaning of all facts and features by name; loans and borrowers may share one."""
    facts = {one.name: Meaning(one.text, one.unit) for one in (*LOAN_FACTS, *BORROWER_FACTS)}
    return {**facts, **{one.name: Meaning(one.text, one.unit) for one in FEATURES}}


def clauses(condition: Condition, parameters: Mapping[str, Meaning], language: Language) -> Clause:
    """Return a condition as lines; `parameters` are those of the policy with their values on the day."""
    return _clause(condition.tree, {**catalogue(), **parameters}, language)


def amount(value: float, unit: FactUnit | None, language: Language) -> str:
    """Return a number in its unit: 30 天, 50%, 50 万元."""
    if unit == "fen":
        return money(value, language)
    if unit == "share":
        return f"{100 * value:g}%"
    if unit == "change":
        return f"{100 * value:+g}%".replace("-", "−")
    told = f"{value:,g}"
    counted = _COUNTED.get(unit or "")
    return told if counted is None else f"{told}{'' if unit == 'ratio' else ' '}{counted.in_(language)}"


def bounds(condition: Condition, parameters: Mapping[str, Meaning], language: Language) -> Mapping[str, str]:
    """Return what a condition asks of each feature by name, as "≥ 50%"; what must only be above nothing is left out."""
    words = {**catalogue(), **parameters}
    found: dict[str, list[str]] = {}
    for one in _compared(condition.tree):
        value = _value(one.right, parameters)
        if isinstance(one.left, Name) and one.left.name not in parameters and value:
            meaning = words.get(one.left.name)
            unit = None if meaning is None or meaning.unit == "ratio" else meaning.unit  # 倍 stands in the sentence
            found.setdefault(one.left.name, []).append(f"{_SIGNS[one.op]} {amount(value, unit, language)}")
    return {name: " ".join(dict.fromkeys(asked)) for name, asked in found.items()}


def _compared(node: Node) -> Iterator[Compare]:
    match node:
        case Junction(parts=parts):
            for part in parts:
                yield from _compared(part)
        case Compare():
            yield node


def _value(node: Node, parameters: Mapping[str, Meaning]) -> float | None:
    match node:
        case Number(value=value):
            return value
        case Name(name=name) if name in parameters:
            return parameters[name].value
        case _:
            return None


def _clause(node: Node, words: Mapping[str, Meaning], language: Language) -> Clause:
    match node:
        case Junction(op=op):
            parts = tuple(_clause(part, words, language) for part in node.parts)
            return Clause("all" if op == "and" else "any", parts=parts)
        case Not(part=Junction() as part):
            inner = _clause(part, words, language)
            return Clause("none" if inner.how == "any" else "not_all", parts=inner.parts)
        case _:
            return Clause("", _line(node, words, language))


def _line(node: Node, words: Mapping[str, Meaning], language: Language) -> str:
    match node:
        case Name() | Within() | Known():
            return _asked(node, words, language, holds=True)
        case Not(part=Name() | Within() | Known() as part):
            return _asked(part, words, language, holds=False)
        case Not(part=part):
            return f"{_NOT.in_(language)}{_line(part, words, language)}"
        case Compare(left=left, right=right, op=op):
            unit = _unit(left, words) or _unit(right, words)
            sides = (_side(one, unit, words, language) for one in (left, right))
            return f" {_SIGNS[op]} ".join(sides)
        case _:
            return _side(node, None, words, language)


def _asked(node: Name | Within | Known, words: Mapping[str, Meaning], language: Language, *, holds: bool) -> str:
    """Return what is asked of one name: whether it is so, whether it is known, or one of a list."""
    name = node if isinstance(node, Name) else node.item
    verb = _VERBS[type(node), holds].in_(language)
    listed = _listed(node, language) if isinstance(node, Within) else ""
    return f"{_said(name, words, language)}{verb}{listed}"


def _side(node: Node, unit: FactUnit | None, words: Mapping[str, Meaning], language: Language) -> str:
    match node:
        case Name():
            return _said(node, words, language)
        case Number():
            return amount(node.value, unit, language)
        case Words():
            return f"“{bare(node)}”"
        case Arithmetic(left=left, right=right, op=op):
            own = None if op in {"*", "/"} else unit
            return f"({_side(left, own, words, language)} {_SIGNS[op]} {_side(right, own, words, language)})"
        case _:
            return f"({_line(node, words, language)})"


def _said(name: Name, words: Mapping[str, Meaning], language: Language) -> str:
    """Return what a name stands for; a parameter by its value, with what it is."""
    meaning = words.get(name.name)
    if meaning is None:
        return name.name
    text = meaning.text.in_(language)
    if meaning.value is None:
        return text
    value = amount(meaning.value, meaning.unit, language)
    return f"{value}（{name.name}）" if language is Language.ZH else f"{value} ({name.name})"


def _unit(node: Node, words: Mapping[str, Meaning]) -> FactUnit | None:
    match node:
        case Name():
            found = words.get(node.name)
            return None if found is None else found.unit
        case Arithmetic(op="+" | "-", left=left, right=right):
            return _unit(left, words) or _unit(right, words)
        case _:
            return None


def _listed(within: Within, language: Language) -> str:
    return ("、" if language is Language.ZH else ", ").join(str(bare(one)) for one in within.choices)
