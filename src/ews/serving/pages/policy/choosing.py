"""Choosing: the policies that were adopted, those that are proposed, and those that could be: try one, propose it."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from ews.casework.approvals.proposal import Proposal, body_of
from ews.casework.rights import RISK
from ews.domain.people import Actor
from ews.serving.identity import ActorDep
from ews.serving.pages.forms import FieldsDep, read
from ews.serving.pages.policy.in_force import adoption_on, in_force_on
from ews.serving.pages.policy.trial import begin_all
from ews.serving.pages.render import View, ViewDep
from ews.serving.policy_desk import Choice, Kind
from ews.store.adoptions import adopted
from ews.store.cases import Case, CaseFilter, newest_cases
from ews.store.engine import reading

router = APIRouter(include_in_schema=False)

MOST = 50
"""Proposals and adoptions that are listed, the newest of them."""


@dataclass(frozen=True, slots=True)
class Proposed:
    case: Case
    body: Proposal


class Chosen(BaseModel):
    """A policy out of the list."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=300)


@router.get("/policy/changes")
def show_changes(view: ViewDep, actor: ActorDep) -> HTMLResponse:
    """Show what holds from when, what is proposed, and what could be."""
    known = adopted(view.services.store)
    today = view.services.desk.now().date()
    return view.show(
        "policy/changes.html",
        held=in_force_on(view, today),
        adoptions=known[::-1][:MOST],
        adoption_now=adoption_on(known, today),
        proposals=proposals(view),
        choices=choices_for(view, actor),
        kinds=Kind,
    )


@router.post("/policy/choose")
def choose(fields: FieldsDep, view: ViewDep) -> Response:
    """Keep a choice as it is now, have it compared with what is in force, and go on to what that finds."""
    policy_hash = view.services.policy_desk.keep(read(Chosen, fields).name)
    held = in_force_on(view, view.services.desk.now().date())
    if held.policy_hash is not None:
        begin_all(view, held.policy_hash, policy_hash)
    return RedirectResponse(f"/policy/compare/{policy_hash}", status_code=303)


def proposals(view: View, limit: int = MOST) -> tuple[Proposed, ...]:
    """Return the newest proposals, those that wait first."""
    with reading(view.services.store) as connection:
        found = newest_cases(connection, CaseFilter(kinds=["adoption"]), limit=limit)
    return tuple(Proposed(case, body_of(case)) for case in sorted(found, key=lambda one: not one.is_open))


def choices_for(view: View, actor: Actor) -> tuple[Choice, ...]:
    """Return what may be chosen; nothing for whoever may not propose."""
    return tuple(view.services.policy_desk.choices()) if actor.roles & RISK and not actor.is_machine else ()
