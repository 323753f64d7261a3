"""Conditions: when a rule holds; read from its entry, checked, and dated like everything a bank may change.

`when` is a text, in force from the beginning, or a table of texts by date.
An error points at the character: file, rule, what is wrong, the text, and a caret under the place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ews.policy.dated import Dated, always
from ews.policy.entries import Entry, dated
from ews.policy.expressions import Fault, Node, names_in, parse
from ews.policy.units import Scope, check

WIDEST = 90
"""Characters of a condition that an error shows."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`names` are the facts and features that the condition reads, `parameters` the parameters, each once."""

    text: str
    tree: Node
    names: tuple[str, ...]
    parameters: tuple[str, ...]


def read_conditions(entry: Entry, key: str, scope: Scope) -> Dated[Condition]:
    """Return the conditions of `entry` by the day they start; PolicyError with a caret into the text."""
    if isinstance(entry.fields.get(key), Mapping):
        return dated(entry, key, lambda text: _condition(text, entry, key, scope))
    return always(_condition(entry.fields.get(key), entry, key, scope))


def _window(text: str, at: int) -> tuple[str, int]:
    """Return the part of `text` around a place, as wide as a terminal shows, and where the place is in it."""
    text = "".join(one if one.isprintable() else "�" for one in text)
    if len(text) <= WIDEST:
        return text, at
    start = max(0, min(at - WIDEST // 2, len(text) - WIDEST))
    shown = text[start : start + WIDEST]
    before, after = "…" if start else "", "…" if start + WIDEST < len(text) else ""
    return f"{before}{shown}{after}", at - start + len(before)


def _condition(given: object, entry: Entry, key: str, scope: Scope) -> Condition:
    if not isinstance(given, str):
        message = f'the condition is {given!r}; give a text like "dpd > 30".'
        raise entry.fault(message, key)
    text = " ".join(given.split())
    try:
        for at, character in enumerate(text):
            if not character.isprintable():
                message = f"the condition holds the character {character!r}, which cannot be shown"
                raise Fault(message, at)
        tree = parse(text)
        check(tree, scope)
        used = list(dict.fromkeys(name.name for name in names_in(tree)))
        names = tuple(name for name in used if name in scope.words)
        if not names:
            message = "the condition asks for no fact or feature: it holds for everyone or for no one"
            raise Fault(message, 0)
    except Fault as fault:
        end = "" if str(fault).endswith("?") else "."
        shown, at = _window(text, fault.at)
        message = f"{fault}{end}" + (f"\n    {shown}\n    {' ' * at}^" if text else "")
        raise entry.fault(message, key) from None
    return Condition(text, tree, names, tuple(name for name in used if name in scope.parameters))
