"""Called: branches and officers as people write them, name and id, and what a filter offers of them in order.

Names    of branches from the bank's file, of officers from their accounts; who has none goes by the id
Order    by name as Chinese dictionaries have it, and after those whoever goes by the id
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial

from ews.domain.people import SYSTEM
from ews.domain.text import Language, Text
from ews.serving.services import Services
from ews.store.accounts import officer_names, person_names

_SYSTEM = Text("the system", "系统")


@dataclass(frozen=True, slots=True)
class Called:
    """`officers` is asked for when the first officer is to be told."""

    branches: Mapping[str, str]
    officers: Callable[[], Mapping[str, str]]
    people: Callable[[], Mapping[str, str]] = dict
    system: str = SYSTEM.user_id

    def branch(self, branch_id: str | None) -> str:
        return _called(branch_id, self.branches)

    def officer(self, officer_id: str | None) -> str:
        return _called(officer_id, self.officers())

    def person(self, user_id: str | None) -> str:
        """Return the name of an account; its id where it has gone. What nobody did, the system did."""
        if user_id == SYSTEM.user_id:
            return self.system
        return "—" if user_id is None else self.people().get(user_id, user_id)

    def choices(self, kind: str, ids: Iterable[str]) -> list[tuple[str, str]]:
        """Return the ids of a filter, `branch` or `officer`, with how they are called, in order."""
        names = self.branches if kind == "branch" else self.officers()
        return [(one, _called(one, names)) for one in sorted(ids, key=lambda one: _place(one, names))]


def called_of(services: Services, language: Language) -> Called:
    store = services.store
    officers, people = cache(partial(officer_names, store)), cache(partial(person_names, store))
    return Called(services.branch_names, officers, people, _SYSTEM.in_(language))


def _called(own_id: str | None, names: Mapping[str, str]) -> str:
    if own_id is None:
        return "—"
    return f"{names[own_id]} {own_id}" if own_id in names else own_id


def _place(own_id: str, names: Mapping[str, str]) -> tuple[bool, bytes, str]:
    """Return the place in the order; GB 18030 has the usual characters in the order of their sounds."""
    name = names.get(own_id)
    return name is None, (name or "").encode("gb18030", "replace"), own_id
