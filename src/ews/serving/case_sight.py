"""Cases and acts as somebody of a branch may read them: parties of other branches without their ids.

Whom   members of a group who are to be assessed; what people wrote about them with it
How    as in a due-diligence file: `party-1`, `party-2` … wherever the id stands, the same within one answer
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ews.domain.people import Actor
from ews.serving.dossier_sight import hidden, hider
from ews.store.branches import branches_of
from ews.store.cases import Act, Case
from ews.store.engine import Store


def cases_in_sight(store: Store, actor: Actor, cases: Iterable[Case]) -> tuple[Case, ...]:
    """Return the cases with whoever the actor may not know masked."""
    found = tuple(cases)
    hide = _veil(store, actor, found)
    return found if hide is None else tuple(replace(case, body=hidden(case.body, hide)) for case in found)


def acts_in_sight(store: Store, actor: Actor, case: Case, acts: Iterable[Act]) -> tuple[Act, ...]:
    """Return the acts on a case with whoever the actor may not know masked."""
    found = tuple(acts)
    hide = _veil(store, actor, [case])
    return found if hide is None else tuple(replace(act, content=hidden(act.content, hide)) for act in found)


def _veil(store: Store, actor: Actor, cases: Iterable[Case]) -> Callable[[str], str] | None:
    """Return what hides the ids of foreign parties, None where there are none to hide."""
    if actor.branch_id is None:
        return None
    members = {(case.portfolio, member) for case in cases if (member := _member(case)) is not None}
    known = branches_of(store, {member for _, member in members}) if members else {}
    foreign = sorted({member for place, member in members if known.get((place or "", member)) != actor.branch_id})
    if not foreign:
        return None
    return hider({member: f"party-{number}" for number, member in enumerate(foreign, start=1)})


def _member(case: Case) -> str | None:
    terms = case.body.get("terms")
    member = terms.get("member_id") if isinstance(terms, Mapping) else None
    return None if member is None else str(member)
