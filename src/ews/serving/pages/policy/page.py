"""The policy page: what is in force, part by part, each entry with its source; searched and linked by code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from ews.casework.words import ROLE_TEXTS
from ews.domain.levels import Tier
from ews.domain.text import Language
from ews.policy.forms import Form
from ews.policy.grades import scale_on
from ews.policy.playbook import playbook_on
from ews.policy.policy import Policy
from ews.serving.identity import ActorDep
from ews.serving.pages.policy import terms
from ews.serving.pages.policy.drafting import first_draft_day, may_draft
from ews.serving.pages.policy.in_force import in_force_on
from ews.serving.pages.policy.parts import Item, matching, parameters, signals, source_of, tier_rules
from ews.serving.pages.policy.revised import PARTS
from ews.serving.pages.render import View, ViewDep
from ews.store.cases import CaseFilter, newest_cases
from ews.store.engine import reading

router = APIRouter(include_in_schema=False)

Part = Literal["parameters", "tier_rules", "signals", "playbook", "grades", "casework", "forms", "calendar"]
Listing = Callable[[Policy, date, Language], Iterator[Item]]
LISTINGS: Mapping[str, Listing] = {"parameters": parameters, "tier_rules": tier_rules, "signals": signals}
"""Parts that are lists of entries, which are searched."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked for; `policy` is the hash of a kept one, empty for what holds on the day."""

    part: Part
    text: str
    on: date | None
    policy: str


def _asked(
    part: Part = "parameters",
    text: Annotated[str, Query(max_length=200)] = "",
    on: date | Literal[""] = "",
    policy: Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")] = "",
) -> Asked:
    return Asked(part, text.strip(), on or None, policy)


@router.get("/policy")
def show_policy(view: ViewDep, actor: ActorDep, asked: Annotated[Asked, Depends(_asked)]) -> HTMLResponse:
    """Show a part of the policy; with `text` what holds it of all lists."""
    day = asked.on or view.services.desk.now().date()
    held = in_force_on(view, day)
    policy = view.services.policy_desk.find(asked.policy) if asked.policy else held.policy
    wanted = asked.text
    content: dict[str, Any] = {} if policy is None else _content(view, policy, day, asked.part, wanted)
    return view.show(
        "policy/page.html",
        wished=asked,
        day=day,
        held=held,
        policy=policy,
        parts=PARTS,
        wanted=wanted,
        waiting=waiting_proposals(view),
        may_draft=may_draft(actor) and not asked.policy and policy is not None,
        draft_day=first_draft_day(view),
        **{"lists": {}, **content},
    )


def waiting_proposals(view: View) -> int:
    """Return how many proposals wait for a second person; more than a page of them are as many as a page."""
    wanted = CaseFilter(kinds=["adoption"], states=["proposed"], is_open=True)
    with reading(view.services.store) as connection:
        return len(newest_cases(connection, wanted, limit=50))


def _content(view: View, policy: Policy, day: date, part: Part, wanted: str) -> dict[str, Any]:
    shown = list(LISTINGS) if wanted else [part] if part in LISTINGS else []
    lists = {one: matching(LISTINGS[one](policy, day, view.language), wanted) for one in shown}
    content: dict[str, Any] = {"lists": {one: items for one, items in lists.items() if items or not wanted}}
    if not wanted and part in _OTHERS:
        content |= _OTHERS[part](policy, day)
    return content


def _tier_money(policy: Policy, day: date) -> dict[str, Any]:
    rates, losses = policy.provisions.rates.on(day), policy.provisions.losses.on(day)
    return {
        "tiers": tuple(Tier),
        "rates": rates,
        "losses": losses,
        "rates_source": None if rates is None else source_of(rates),
        "losses_source": None if losses is None else source_of(losses),
    }


def _playbook(policy: Policy, day: date) -> dict[str, Any]:
    return {"playbook": playbook_on(policy.playbook, day), "role_texts": ROLE_TEXTS, "source_of": source_of}


def _grades(policy: Policy, day: date) -> dict[str, Any]:
    scale = scale_on(policy.scales, day)
    return {"scale": scale, "scale_source": scale.source}


def _casework(policy: Policy, day: date) -> dict[str, Any]:
    casework = policy.casework_on(day)
    return {
        "casework": casework,
        "groups": terms.groups(casework),
        "role_texts": ROLE_TEXTS,
        "source_of": source_of,
        "for_whom": terms.for_whom,
    }


def _forms(policy: Policy, day: date) -> dict[str, Any]:
    found: Sequence[Form] = policy.forms_on(day).forms
    return {"forms": found, "source_of": source_of, "bounds": terms.bounds, "becomes": terms.becomes}


def _calendar(policy: Policy, day: date) -> dict[str, Any]:
    calendar = policy.calendar
    return {"calendar": calendar, "is_working": calendar.is_working(day), "calendar_source": source_of(calendar)}


_OTHERS: Mapping[str, Callable[[Policy, date], dict[str, Any]]] = {
    "tier_rules": _tier_money,
    "playbook": _playbook,
    "grades": _grades,
    "casework": _casework,
    "forms": _forms,
    "calendar": _calendar,
}
