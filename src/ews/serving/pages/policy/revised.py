"""Revised: where two policies say different things, entry by entry, for whoever has to approve the newer one."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ews.domain.text import Language, Text
from ews.policy.dated import BEGINNING
from ews.policy.policy import Policy
from ews.serving.pages.policy.readable import amount

PARTS: Mapping[str, Text] = {
    "parameters": Text("Parameters", "参数"),
    "tier_rules": Text("Tier rules", "分类规则"),
    "signals": Text("Signals", "预警信号"),
    "playbook": Text("Playbook", "处置手册"),
    "grades": Text("Grades", "信用等级"),
    "casework": Text("Casework terms", "处置管理"),
    "forms": Text("Forms", "检查表单"),
    "calendar": Text("Calendar", "工作日历"),
}
"""In the order of the page."""

_NAMES = ("code", "name", "kind")
_WRAPPERS = frozenset({"rules", "values", "responses", "steps", "fields", "when"})
_ALWAYS = BEGINNING.isoformat()
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST = 600
Plain = Any
Place = tuple[str, ...]
Tell = Callable[[Place, Plain], str]


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs; null where one of the two does not have it. `part` is where the page shows it.

    `since` is the day from which the new one would hold; the old one is what holds on that day without it.
    """

    part: str
    entry: str
    place: str
    since: str | None
    old: str | None
    new: str | None


def changes(old: Policy, new: Policy, language: Language) -> tuple[Change, ...]:
    """Return what differs, by part and entry in the order of the new policy."""
    before, after = old.as_dict(), new.as_dict()
    units = {one.name: one.unit for one in (*old.parameters, *new.parameters)}

    def told(place: Place, value: Plain) -> str:
        if len(place) == 3 and place[1] == "values" and place[0] in units and isinstance(value, int | float):
            return amount(value, units[place[0]], language)
        return (", ".join(map(str, value)) if isinstance(value, list) else str(value))[:_LONGEST]

    return tuple(one for part in PARTS for one in _of_part(part, before[part], after[part], told))


def _of_part(part: str, old: Plain, new: Plain, told: Tell) -> Iterator[Change]:
    former, later = dict(_leaves(old)), dict(_leaves(new))
    held_before, held_after = _by_rest(former), _by_rest(later)
    for place in (*later, *(one for one in former if one not in later)):
        was, now = former.get(_held(place, held_before)), later.get(_held(place, held_after))
        if was != now:
            at = _day_at(place)
            kept = [one for number, one in enumerate(place) if number != at and one not in _WRAPPERS]
            since = None if at is None or place[at] == _ALWAYS else place[at]
            old_text, new_text = (None if one is None else told(place, one) for one in (was, now))
            yield Change(part, kept[0] if kept else "", " · ".join(kept[1:]), since, old_text, new_text)


def _by_rest(leaves: Mapping[Place, Plain]) -> Mapping[tuple[Place, Place], Sequence[Place]]:
    """Return the places that have a day, by what stands before and behind it."""
    found: dict[tuple[Place, Place], list[Place]] = {}
    for place in leaves:
        at = _day_at(place)
        if at is not None:
            found.setdefault((place[:at], place[at + 1 :]), []).append(place)
    return found


def _held(place: Place, known: Mapping[tuple[Place, Place], Sequence[Place]]) -> Place:
    """Return the place of the value that holds on the day of `place`: its own, or that of an earlier day."""
    at = _day_at(place)
    if at is None:
        return place
    earlier = [one for one in known.get((place[:at], place[at + 1 :]), ()) if one[at] <= place[at]]
    return max(earlier, key=lambda one: one[at], default=place)


def _leaves(value: Plain, place: Place = ()) -> Iterator[tuple[Place, Plain]]:
    """Yield each value with its place: entries of lists by their first day, code or name, else by number."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, (*place, str(key)))
    elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
        for number, one in enumerate(value, start=1):
            if isinstance(one, Mapping) and set(one) == {"from", "value"}:
                yield from _leaves(one["value"], (*place, one["from"]))
            else:
                yield from _leaves(one, (*place, _name(one, number)))
    else:
        yield place, value


def _name(one: Plain, number: int) -> str:
    if not isinstance(one, Mapping):
        return str(number)
    if "level" in one and "size" in one:  # a row of the playbook, or of the plan of checks
        return " ".join(str(one[key]) for key in ("level", "size", "urgency", "code") if key in one)
    return next((str(one[key]) for key in _NAMES if key in one), str(number))


def _day_at(place: Place) -> int | None:
    return next((number for number, one in enumerate(place) if _DAY.fullmatch(one)), None)
